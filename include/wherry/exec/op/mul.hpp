#ifndef WHERRY_EXEC_OP_MUL_HPP
#define WHERRY_EXEC_OP_MUL_HPP

#include <wherry/base/sequence.hpp>
#include <wherry/exec/op/check.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/kernel/gemm.hpp>

#include <array>
#include <cstdint>
#include <string>

namespace wherry::inline v0::op {

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
/// An array seen as a matrix: the first `columns_from` dims are rows, the rest columns.
template <class T>
kernel::matrix<T> flattened(std::span<T> elements, const Shape& dims, std::int32_t columns_from) {
    const auto split = static_cast<std::size_t>(columns_from);
    return {elements.data(), static_cast<std::size_t>(dims.product(0, split)), static_cast<std::size_t>(dims.product(split, dims.rank()))};
}

/// What mul and its gradient ask of their operands, whatever multiplies them.
struct mul_rules {
    using attributes = mul_attributes;

    /// Errors: shape_mismatch, dtype_mismatch, bad_dims.
    static result<void> check_operands(const attributes& a, const infer_context& c) {
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
    static Shape out_dims(const attributes& a, const infer_context& c) {
        Shape out;
        for (std::size_t i = 0; i < static_cast<std::size_t>(a.x_num_col_dims); ++i) out.push_back(c.in(0).dims[i]);
        for (std::size_t i = static_cast<std::size_t>(a.y_num_col_dims); i < c.in(1).dims.rank(); ++i) out.push_back(c.in(1).dims[i]);
        return out;
    }

  private:
    static result<void> check_split(std::string_view slot, const Shape& dims, std::string_view attribute, std::int32_t split,
                                    const infer_context& c) {
        if (split >= 1 && static_cast<std::size_t>(split) < dims.rank()) return {};
        const std::string s(slot);
        const std::string a(attribute);
        return c.fail(errc::shape_mismatch, {"The input tensor ", s, "'s dimensions of MulOp should be larger than ", a, ". But received ",
                                             s, "'s dimensions = ", decimal(dims.rank()), ", ", s, "'s shape = ", to_string(dims), ", ", a,
                                             " = ", decimal(split), "."});
    }
    static failure inner_sizes_differ(const infer_context& c, const attributes& a) {
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
    static void gradient(gradient_maker& g) {
        g.append("mul_grad").reads("X").reads("Y").reads_grad("Out").makes_grad("X").makes_grad("Y");
    }
    static result<void> run(const attributes& a, run_context& c) {
        return for_float(c, c.in_dtype(0), [&]<class T>() -> result<void> {
            const auto x = detail::flattened(c.in<T>(0), c.in_dims(0), a.x_num_col_dims);
            const auto y = detail::flattened(c.in<T>(1), c.in_dims(1), a.y_num_col_dims);
            kernel::gemm<Backend>(x, y, kernel::matrix<T>(c.out<T>(0).data(), x.rows(), y.cols()));
            return {};
        });
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
        return for_float(c, c.in_dtype(0), [&]<class T>() -> result<void> {
            const auto x = detail::flattened(c.in<T>(0), c.in_dims(0), a.x_num_col_dims);
            const auto y = detail::flattened(c.in<T>(1), c.in_dims(1), a.y_num_col_dims);
            const kernel::matrix<const T> g{c.in<T>(2).data(), x.rows(), y.cols()};
            if (c.has_out(0))
                kernel::gemm<Backend>(g, y, kernel::matrix<T>(c.out<T>(0).data(), x.rows(), x.cols()), kernel::transpose::no,
                                      kernel::transpose::yes);
            if (c.has_out(1))
                kernel::gemm<Backend>(x, g, kernel::matrix<T>(c.out<T>(1).data(), y.rows(), y.cols()), kernel::transpose::yes,
                                      kernel::transpose::no);
            return {};
        });
    }
};
using mul_grad = basic_mul_grad<>;

}  // namespace wherry::inline v0::op

#endif
