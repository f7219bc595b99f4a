#ifndef WHERRY_EXEC_OP_MATMUL_HPP
#define WHERRY_EXEC_OP_MATMUL_HPP

#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/exec/op/check.hpp>
#include <wherry/exec/op/mul.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/kernel/gemm.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace wherry::inline WHERRY_ABI::op {

/// Attributes of `matmul`, and their defaults.
struct matmul_attributes {
    bool transpose_X = false;
    bool transpose_Y = false;
    float alpha = 1;
    float Scale_x = 1;
    float Scale_y = 1;
    float Scale_out = 1;
    std::int32_t head_number = 1;
    sequence<std::int32_t> fused_reshape_Out;
    sequence<std::int32_t> fused_transpose_Out;
    bool use_mkldnn = false;
    bool use_quantizer = false;
    bool force_fp32_output = false;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("transpose_X", self.transpose_X);
        attr("transpose_Y", self.transpose_Y);
        attr("alpha", self.alpha);
        attr("Scale_x", self.Scale_x);
        attr("Scale_y", self.Scale_y);
        attr("Scale_out", self.Scale_out);
        attr("head_number", self.head_number);
        attr("fused_reshape_Out", self.fused_reshape_Out);
        attr("fused_transpose_Out", self.fused_transpose_Out);
        attr("use_mkldnn", self.use_mkldnn);
        attr("use_quantizer", self.use_quantizer);
        attr("force_fp32_output", self.force_fp32_output);
    }
};

/// Attributes of `matmul_v2`, and their defaults.
struct matmul_v2_attributes {
    bool trans_x = false;
    bool trans_y = false;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("trans_x", self.trans_x);
        attr("trans_y", self.trans_y);
    }
};

namespace detail {

/// The last two dims of an operand as rows and columns; a vector is one row (X) or one column (Y).
struct matrix_dims {
    std::int64_t rows = 1, cols = 1;
    Shape batch;
    matrix_dims(const Shape& dims, bool is_x) {
        const auto rank = dims.rank();
        if (rank == 1) (is_x ? cols : rows) = dims[0];
        if (rank < 2) return;
        rows = dims[rank - 2];
        cols = dims[rank - 1];
        for (std::size_t i = 0; i + 2 < rank; ++i) batch.push_back(dims[i]);
    }
};

inline product_form form_of(const Shape& x, const Shape& y, bool transpose_x, bool transpose_y, float alpha) {
    const matrix_dims a(x, true);
    const matrix_dims b(y, false);
    product_form f;
    f.transpose_x = transpose_x;
    f.transpose_y = transpose_y;
    f.alpha = alpha;
    f.m = transpose_x ? a.cols : a.rows;
    f.x_k = transpose_x ? a.rows : a.cols;
    f.y_k = transpose_y ? b.cols : b.rows;
    f.n = transpose_y ? b.rows : b.cols;
    f.x_batch = a.batch;
    f.y_batch = b.batch;
    return f;
}

/// The rules of `matmul`: a vector is transposed like a matrix; batches have equal counts, or one operand has none.
struct matmul_rules {
    using attributes = matmul_attributes;
    static product_form form(const attributes& a, const Shape& x, const Shape& y) {
        auto f = form_of(x, y, a.transpose_X, a.transpose_Y, a.alpha);
        f.out = f.x_batch.rank() > 0 ? f.x_batch : f.y_batch;
        const auto flat = [](Shape& batch) {
            if (batch.rank() > 0) batch = {batch.product(0, batch.rank())};
        };
        flat(f.x_batch);
        flat(f.y_batch);
        const bool drops_m = x.rank() == 1 && f.m == 1;
        const bool drops_n = y.rank() == 1 && f.n == 1;
        if (!drops_m) f.out.push_back(f.m);
        if (!drops_n) f.out.push_back(f.n);
        if (f.out.rank() == 0) f.out.push_back(1);
        return f;
    }
    [[gnu::cold]] static result<void> check(const attributes& a, const infer_context& c, const product_form& f) {
        if (a.head_number != 1) return c.fail(errc::unsupported, "matmul with head_number is not supported", "1", decimal(a.head_number));
        if (!a.fused_reshape_Out.empty() || !a.fused_transpose_Out.empty())
            return c.fail(errc::unsupported, "matmul with fused_reshape_Out or fused_transpose_Out is not supported");
        if (f.x_batch.rank() == 0 || f.y_batch.rank() == 0 || c.agree(f.x_batch[0], f.y_batch[0])) return {};
        return c.fail(errc::shape_mismatch,
                      {"The batch size of the two matrices should be equal, or at least one is zero. But received X's shape: ",
                       to_string(c.in(0).dims), ", Y's shape: ", to_string(c.in(1).dims), "."});
    }
};

/// The rules of `matmul_v2`: a vector is never transposed and its dim never kept; batches broadcast as in NumPy.
struct matmul_v2_rules {
    using attributes = matmul_v2_attributes;
    static product_form form(const attributes& a, const Shape& x, const Shape& y) {
        auto f = form_of(x, y, a.trans_x && x.rank() > 1, a.trans_y && y.rank() > 1, 1);
        const bool x_is_longer = f.x_batch.rank() >= f.y_batch.rank();
        const auto& shorter = x_is_longer ? f.y_batch : f.x_batch;
        f.out = x_is_longer ? f.x_batch : f.y_batch;
        const auto past = f.out.rank() - shorter.rank();
        for (std::size_t i = past; i < f.out.rank(); ++i)
            if (f.out[i] == 1 || (f.out[i] < 0 && shorter[i - past] != 1)) f.out[i] = shorter[i - past];
        if (x.rank() > 1) f.out.push_back(f.m);
        if (y.rank() > 1) f.out.push_back(f.n);
        return f;
    }
    [[gnu::cold]] static result<void> check(const attributes&, const infer_context& c, const product_form& f) {
        for (std::size_t i = 1; i <= std::min(f.x_batch.rank(), f.y_batch.rank()); ++i) {
            const auto a = f.x_batch[f.x_batch.rank() - i];
            const auto b = f.y_batch[f.y_batch.rank() - i];
            if (a != 1 && b != 1 && !c.agree(a, b))
                return c.fail(errc::shape_mismatch, {"The batch dims of X and Y cannot be broadcast together. But received X's shape: ",
                                                     to_string(c.in(0).dims), ", Y's shape: ", to_string(c.in(1).dims), "."});
        }
        return {};
    }
};

[[gnu::cold]] inline result<void> check_operands(const infer_context& c) {
    const auto& x = c.in(0).dims;
    const auto& y = c.in(1).dims;
    if (x.rank() == 0 || y.rank() == 0)
        return c.fail(errc::shape_mismatch, "X and Y of a matrix product need a dim", {}, to_string(x.rank() == 0 ? x : y));
    return must_hold(c, 1, c.in(0).dtype);
}
[[gnu::cold]] inline result<void> check_sizes(const infer_context& c, const product_form& f) {
    if (!c.agree(f.x_k, f.y_k))
        return c.fail(errc::shape_mismatch,
                      {"Input X's width should be equal to the Y's height, but received X's shape: ", to_string(c.in(0).dims),
                       ", Y's shape: ", to_string(c.in(1).dims), "."},
                      decimal(f.x_k), decimal(f.y_k));
    if (f.out.is_concrete() && !f.out.element_count())
        return c.fail(errc::overflow, "the product has too many elements", {}, to_string(f.out));
    return {};
}
/// Sets the outputs of a product, or of its gradient, that passed the checks.
[[gnu::cold]] inline result<void> set_product_outputs(infer_context& c, const product_form& f, bool gradient) {
    if (auto checked = check_sizes(c, f); !checked) return checked;
    if (!gradient) return c.set_out(0, c.in(0).with(f.out)), result<void>();
    if (auto checked = must_hold(c, 2, c.in(0).dtype); !checked) return checked;
    if (auto checked = must_have_dims(c, 2, f.out); !checked) return checked;
    c.set_out(0, {c.in(0).dtype, c.in(0).dims});
    c.set_out(1, {c.in(1).dtype, c.in(1).dims});
    return {};
}
template <class Rules>
[[gnu::cold]] result<void> infer_product(const typename Rules::attributes& a, infer_context& c, bool gradient) {
    if (auto checked = check_operands(c); !checked) return checked;
    const auto f = Rules::form(a, c.in(0).dims, c.in(1).dims);
    if (auto checked = Rules::check(a, c, f); !checked) return checked;
    return set_product_outputs(c, f, gradient);
}

template <class Rules, class Backend>
struct product {
    static constexpr std::array inputs = {slot{"X"}, slot{"Y"}};
    static constexpr std::array outputs = {slot{"Out"}};
    using attributes = typename Rules::attributes;
    using gemm = Backend;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) { return infer_product<Rules>(a, c, false); }
    static result<void> run(const attributes& a, run_context& c) {
        return run_product<Backend>(c, Rules::form(a, c.in_dims(0), c.in_dims(1)));
    }
};

/// dX = alpha dOut op(Y)^T and dY = alpha op(X)^T dOut, laid down as X and Y lie; summed where an operand serves several products.
template <class Rules, class Backend>
struct product_grad {
    static constexpr std::array inputs = {slot{"X"}, slot{"Y"}, slot{"Out@GRAD"}};
    static constexpr std::array outputs = {slot{"X@GRAD", slot_arity::optional}, slot{"Y@GRAD", slot_arity::optional}};
    using attributes = typename Rules::attributes;
    using gemm = Backend;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) { return infer_product<Rules>(a, c, true); }
    static result<void> run(const attributes& a, run_context& c) {
        return run_product_grad<Backend>(c, Rules::form(a, c.in_dims(0), c.in_dims(1)), kernel::update::accumulate);
    }
};

}  // namespace detail

template <class Backend>
struct basic_matmul_grad;
template <class Backend>
struct basic_matmul_v2_grad;

/// alpha op(X) op(Y), op being the transpose where it is asked for.
/// Shapes: X [..., M, K], Y [..., K, N]; Out [..., M, N]; vectors of K are a row and a column, [1] for two of them.
/// Errors: shape_mismatch, dtype_mismatch; unsupported for several heads and fused outputs. Source: paddle operators `matmul`, `matmul_grad`.
template <class Backend = kernel::portable>
struct basic_matmul : detail::product<detail::matmul_rules, Backend> {
    static constexpr std::string_view type = "matmul";
    [[gnu::cold]] static void gradient(gradient_maker& g) {
        g.append<basic_matmul_grad<Backend>>().reads("X").reads("Y").reads_grad("Out").makes_grad("X").makes_grad("Y");
    }
};
template <class Backend = kernel::portable>
struct basic_matmul_grad : detail::product_grad<detail::matmul_rules, Backend> {
    static constexpr std::string_view type = "matmul_grad";
};
using matmul = basic_matmul<>;
using matmul_grad = basic_matmul_grad<>;

/// The same as 2.x has it: leading dims broadcast, two vectors give [].
/// Source: paddle operators `matmul_v2`, `matmul_v2_grad`.
template <class Backend = kernel::portable>
struct basic_matmul_v2 : detail::product<detail::matmul_v2_rules, Backend> {
    static constexpr std::string_view type = "matmul_v2";
    [[gnu::cold]] static void gradient(gradient_maker& g) {
        g.append<basic_matmul_v2_grad<Backend>>().reads("X").reads("Y").reads_grad("Out").makes_grad("X").makes_grad("Y");
    }
};
template <class Backend = kernel::portable>
struct basic_matmul_v2_grad : detail::product_grad<detail::matmul_v2_rules, Backend> {
    static constexpr std::string_view type = "matmul_v2_grad";
};
using matmul_v2 = basic_matmul_v2<>;
using matmul_v2_grad = basic_matmul_v2_grad<>;

}  // namespace wherry::inline WHERRY_ABI::op

#endif
