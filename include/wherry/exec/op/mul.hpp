#ifndef WHERRY_EXEC_OP_MUL_HPP
#define WHERRY_EXEC_OP_MUL_HPP

#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/exec/op/check.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/kernel/broadcast.hpp>
#include <wherry/kernel/gemm.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace wherry::inline WHERRY_ABI::op {

/// Attributes of `mul`, and their defaults.
struct mul_attributes {
    std::int32_t x_num_col_dims = 1;
    std::int32_t y_num_col_dims = 1;
    bool force_fp32_output = false;
    float scale_x = 1;
    sequence<float> scale_y{1};
    float scale_out = 1;
    bool use_mkldnn = false;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("x_num_col_dims", self.x_num_col_dims);
        attr("y_num_col_dims", self.y_num_col_dims);
        attr("force_fp32_output", self.force_fp32_output);
        attr("scale_x", self.scale_x);
        attr("scale_y", self.scale_y);
        attr("scale_out", self.scale_out);
        attr("use_mkldnn", self.use_mkldnn);
    }
};

namespace detail {
/// One product op(X) op(Y): [m, k] [k, n], once for each pair of a batch.
struct product_form {
    bool transpose_x = false, transpose_y = false;
    float alpha = 1;
    std::int64_t m = 1, x_k = 1, y_k = 1, n = 1;
    Shape x_batch, y_batch;  ///< leading dims
    Shape out;
};

/// Concrete sizes, and the loops over the batch.
struct product_loops {
    std::size_t m, k, n;
    kernel::broadcast_plan batch;

    explicit product_loops(product_form& f)
        : m(static_cast<std::size_t>(f.m)), k(static_cast<std::size_t>(f.x_k)), n(static_cast<std::size_t>(f.n)) {
        if (f.y_batch.rank() == 0 && !f.transpose_x) {  // one Y for all of X: the batch is more rows
            m *= static_cast<std::size_t>(f.x_batch.product(0, f.x_batch.rank()));
            f.x_batch = {};
        }
        if (f.x_batch.rank() + f.y_batch.rank() == 0)
            batch.size[0] = 1, batch.count = 1;  // nearly always; planning takes longer than a small product
        else batch = kernel::plan_broadcast(f.x_batch.dims(), f.y_batch.dims()).value_or(kernel::broadcast_plan{});
    }
    /// Which of X's matrices and which of Y's make a product.
    struct operands {
        std::size_t x = 0, y = 0;
    };
    [[nodiscard]] operands of(std::size_t out) const {
        std::int64_t x = 0;
        std::int64_t y = 0;
        for (auto i = batch.rank; i-- > 0;) {
            const auto size = static_cast<std::size_t>(batch.size[i]);
            const auto at = static_cast<std::int64_t>(out % size);
            out /= size;
            x += at * batch.x_step[i];
            y += at * batch.y_step[i];
        }
        return {static_cast<std::size_t>(x), static_cast<std::size_t>(y)};
    }
};

constexpr kernel::transpose transposed(bool yes) noexcept { return yes ? kernel::transpose::yes : kernel::transpose::no; }

/// A rows x cols matrix that lies transposed where `flipped`.
template <class T>
kernel::matrix<T> nth_matrix(T* elements, std::size_t at, std::size_t rows, std::size_t cols, bool flipped = false) {
    return {elements + at * rows * cols, flipped ? cols : rows, flipped ? rows : cols};
}

/// Out = alpha op(X) op(Y).
template <class Backend>
result<void> run_product(const run_context& c, product_form f) {
    const product_loops p(f);
    return for_float(c, c.in_dtype(0), [&]<class T>() -> result<void> {
        const auto* const x = c.in<T>(0).data();
        const auto* const y = c.in<T>(1).data();
        auto* const out = c.out<T>(0).data();
        for (std::size_t i = 0; i < p.batch.count; ++i) {
            const auto at = p.of(i);
            kernel::gemm<Backend>(nth_matrix(x, at.x, p.m, p.k, f.transpose_x), nth_matrix(y, at.y, p.k, p.n, f.transpose_y),
                                  nth_matrix(out, i, p.m, p.n), transposed(f.transpose_x), transposed(f.transpose_y),
                                  kernel::update::overwrite, static_cast<T>(f.alpha));
        }
        return {};
    });
}

/// dX = alpha dOut op(Y)^T and dY = alpha op(X)^T dOut, laid down as X and Y lie; summed (`accumulate`) where an operand serves several
/// products.
template <class Backend>
result<void> run_product_grad(const run_context& c, product_form f, kernel::update how) {
    const product_loops p(f);
    if (how == kernel::update::accumulate)
        for (const std::size_t slot : {0U, 1U}) std::fill(c.out_bytes(slot).begin(), c.out_bytes(slot).end(), std::byte{});
    return for_float(c, c.in_dtype(0), [&]<class T>() -> result<void> {
        const auto alpha = static_cast<T>(f.alpha);
        const bool tx = f.transpose_x;
        const bool ty = f.transpose_y;
        auto* const dx = c.out<T>(0).data();
        auto* const dy = c.out<T>(1).data();
        for (std::size_t i = 0; i < p.batch.count; ++i) {
            const auto at = p.of(i);
            const auto x = nth_matrix(c.in<T>(0).data(), at.x, p.m, p.k, tx);
            const auto y = nth_matrix(c.in<T>(1).data(), at.y, p.k, p.n, ty);
            const auto g = nth_matrix(c.in<T>(2).data(), i, p.m, p.n);
            const auto product = [&](auto a, auto b, T* to, std::size_t rows, std::size_t cols, bool ta, bool tb) {
                kernel::gemm<Backend>(kernel::matrix<const T>(a), kernel::matrix<const T>(b), kernel::matrix<T>(to, rows, cols),
                                      transposed(ta), transposed(tb), how, alpha);
            };
            if (dx != nullptr) {
                auto* const to = dx + at.x * p.m * p.k;
                if (tx) product(y, g, to, p.k, p.m, ty, true);
                else product(g, y, to, p.m, p.k, false, !ty);
            }
            if (dy != nullptr) {
                auto* const to = dy + at.y * p.k * p.n;
                if (ty) product(g, x, to, p.n, p.k, true, tx);
                else product(x, g, to, p.k, p.n, !tx, false);
            }
        }
        return {};
    });
}

/// The requirements of mul and its gradient, whatever multiplies.
struct mul_rules {
    using attributes = mul_attributes;

    /// Errors: shape_mismatch, dtype_mismatch, bad_dims.
    [[gnu::cold]] static result<void> check_operands(const attributes& a, const infer_context& c) {
        const auto& x = c.in(0);
        const auto& y = c.in(1);
        if (auto checked = check_split("X", x.dims, "x_num_col_dims", a.x_num_col_dims, c); !checked) return checked;
        if (auto checked = check_split("Y", y.dims, "y_num_col_dims", a.y_num_col_dims, c); !checked) return checked;
        if (x.dtype != y.dtype)
            return c.fail(errc::dtype_mismatch, "X and Y must have one element type", name_of(x.dtype), name_of(y.dtype));
        const auto x_split = static_cast<std::size_t>(a.x_num_col_dims);
        const auto y_split = static_cast<std::size_t>(a.y_num_col_dims);
        if (!c.agree(x.dims.product(x_split, x.dims.rank()), y.dims.product(0, y_split))) return inner_sizes_differ(c, a);
        if (x_split + y.dims.rank() - y_split > max_rank) return c.fail(errc::bad_dims, "the product has too many dims");
        return {};
    }
    static product_form form(const attributes& a, const Shape& x, const Shape& y) {
        const auto x_split = static_cast<std::size_t>(a.x_num_col_dims);
        const auto y_split = static_cast<std::size_t>(a.y_num_col_dims);
        product_form f;
        f.m = x.product(0, x_split);
        f.x_k = f.y_k = x.product(x_split, x.rank());
        f.n = y.product(y_split, y.rank());
        return f;
    }
    [[gnu::cold]] static Shape out_dims(const attributes& a, const infer_context& c) {
        Shape out;
        for (std::size_t i = 0; i < static_cast<std::size_t>(a.x_num_col_dims); ++i) out.push_back(c.in(0).dims[i]);
        for (std::size_t i = static_cast<std::size_t>(a.y_num_col_dims); i < c.in(1).dims.rank(); ++i) out.push_back(c.in(1).dims[i]);
        return out;
    }

  private:
    [[gnu::cold]] static result<void> check_split(std::string_view slot, const Shape& dims, std::string_view attribute, std::int32_t split,
                                                  const infer_context& c) {
        if (split >= 1 && static_cast<std::size_t>(split) < dims.rank()) return {};
        const std::string s(slot);
        const std::string a(attribute);
        return c.fail(errc::shape_mismatch, {"The input tensor ", s, "'s dimensions of MulOp should be larger than ", a, ". But received ",
                                             s, "'s dimensions = ", decimal(dims.rank()), ", ", s, "'s shape = ", to_string(dims), ", ", a,
                                             " = ", decimal(split), "."});
    }
    [[gnu::cold]] static failure inner_sizes_differ(const infer_context& c, const attributes& a) {
        const auto flat = [](const Shape& dims, std::int32_t split) {
            const auto at = static_cast<std::size_t>(split);
            return Shape{dims.product(0, at), dims.product(at, dims.rank())};
        };
        const auto x = flat(c.in(0).dims, a.x_num_col_dims);
        const auto y = flat(c.in(1).dims, a.y_num_col_dims);
        return c.fail(
            errc::shape_mismatch,
            {"After flatten the input tensor X and Y to 2-D dimensions matrix X1 and Y1, the matrix X1's width must be equal with "
             "matrix Y1's "
             "height. But received X's shape = ",
             to_string(c.in(0).dims), ", X1's shape = ", to_string(x), ", X1's width = ", decimal(x[1]),
             "; Y's shape = ", to_string(c.in(1).dims), ", Y1's shape = ", to_string(y), ", Y1's height = ", decimal(y[0]), "."},
            std::to_string(x[1]), std::to_string(y[0]));
    }
};
}  // namespace detail

template <class Backend>
struct basic_mul_grad;

/// Matrix product of X and Y, each flattened to two dims, by a gemm backend.
/// Shapes: X [a..., b...] split at x_num_col_dims, Y [c..., d...] at y_num_col_dims, prod(b) == prod(c); Out [a..., d...].
/// Errors: shape_mismatch, dtype_mismatch. Source: paddle operators `mul`, `mul_grad`.
template <class Backend = kernel::portable>
struct basic_mul {
    static constexpr std::string_view type = "mul";
    static constexpr std::array inputs = {slot{"X"}, slot{"Y"}};
    static constexpr std::array outputs = {slot{"Out"}};
    using attributes = mul_attributes;
    using gemm = Backend;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        if (auto checked = detail::mul_rules::check_operands(a, c); !checked) return checked;
        c.set_out(0, c.in(0).with(detail::mul_rules::out_dims(a, c)));
        return {};
    }
    [[gnu::cold]] static void gradient(gradient_maker& g) {
        g.append<basic_mul_grad<Backend>>().reads("X").reads("Y").reads_grad("Out").makes_grad("X").makes_grad("Y");
    }
    static result<void> run(const attributes& a, run_context& c) {
        return detail::run_product<Backend>(c, detail::mul_rules::form(a, c.in_dims(0), c.in_dims(1)));
    }
};
using mul = basic_mul<>;

/// dX = dOut * Y^T and dY = X^T * dOut, each only where it is asked for.
template <class Backend = kernel::portable>
struct basic_mul_grad {
    static constexpr std::string_view type = "mul_grad";
    static constexpr std::array inputs = {slot{"X"}, slot{"Y"}, slot{"Out@GRAD"}};
    static constexpr std::array outputs = {slot{"X@GRAD", slot_arity::optional}, slot{"Y@GRAD", slot_arity::optional}};
    using attributes = mul_attributes;
    using gemm = Backend;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        if (auto checked = detail::mul_rules::check_operands(a, c); !checked) return checked;
        if (auto checked = detail::must_hold(c, 2, c.in(0).dtype); !checked) return checked;
        if (auto checked = detail::must_have_dims(c, 2, detail::mul_rules::out_dims(a, c)); !checked) return checked;
        c.set_out(0, {c.in(0).dtype, c.in(0).dims});
        c.set_out(1, {c.in(1).dtype, c.in(1).dims});
        return {};
    }
    static result<void> run(const attributes& a, run_context& c) {
        return detail::run_product_grad<Backend>(c, detail::mul_rules::form(a, c.in_dims(0), c.in_dims(1)), kernel::update::overwrite);
    }
};
using mul_grad = basic_mul_grad<>;

}  // namespace wherry::inline WHERRY_ABI::op

#endif
