#ifndef WHERRY_EXEC_OP_RESHAPE_HPP
#define WHERRY_EXEC_OP_RESHAPE_HPP

#include <wherry/base/sequence.hpp>
#include <wherry/exec/op/assign.hpp>
#include <wherry/exec/op/attribute_input.hpp>
#include <wherry/exec/op/check.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/version.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI::op {

struct reshape2_attributes {
    sequence<std::int32_t> shape;  ///< 0 copies the dim of X at that place, one -1 is what is left
    bool use_quantizer = false;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("shape", self.shape);
        attr("use_quantizer", self.use_quantizer);
    }
};

/// The same elements in other dims. XShape holds no elements: its dims, [0] and those of X, are for the gradient.
/// Shapes: Out as attribute `shape` says, of as many elements as X. Errors: bad_attribute, shape_mismatch, overflow, bad_dims, unsupported
/// (a computed shape). Source: paddle operators `reshape2`, `reshape2_grad`.
struct reshape2 {
    static constexpr std::string_view type = "reshape2";
    static constexpr std::array inputs = {slot{"X"}, slot{"Shape", slot_arity::optional}, slot{"ShapeTensor", slot_arity::optional}};
    static constexpr std::array outputs = {slot{"Out"}, slot{"XShape", slot_arity::optional}};
    using attributes = reshape2_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        for (const std::size_t slot : {1u, 2u})
            if (auto checked = detail::must_be_absent(c, slot); !checked) return checked;
        const auto& x = c.in(0);
        auto out = new_dims(a, c);
        if (!out) return out.failure();
        const bool same_rows = x.dims.rank() > 0 && out->rank() > 0 && x.dims[0] == (*out)[0];
        c.set_out(0, same_rows ? x.with(*out) : tensor_meta{x.dtype, *out});
        if (!c.has_out(1)) return {};
        if (x.dims.rank() == max_rank) return c.fail(errc::bad_dims, "XShape would have too many dims", "at most 9", "10");
        Shape kept{0};
        for (const auto dim : x.dims) kept.push_back(dim);
        c.set_out(1, x.with(kept));
        return {};
    }
    [[gnu::cold]] static void gradient(gradient_maker& g) { g.append("reshape2_grad").reads("XShape").reads_grad("Out").makes_grad("X"); }
    static result<void> run(const attributes&, run_context& c) {
        detail::copy_elements(c, 0, 0);
        return {};
    }

  private:
    [[gnu::cold]] static result<Shape> new_dims(const attributes& a, const infer_context& c) {
        const auto& x = c.in(0).dims;
        const sequence<std::int64_t> wanted(a.shape.begin(), a.shape.end());
        const auto shown = to_string(wanted);
        if (wanted.empty() && !detail::is_2x(c.program_version()))
            return c.fail(errc::bad_attribute, "The parameter 'shape' in ReshapeOp must be set. But received 'shape' is empty.");
        if (wanted.size() > max_rank)
            return c.fail(errc::bad_dims, "the 'shape' in ReshapeOp has too many dims", "at most 9", decimal(wanted.size()));

        Shape out;
        std::size_t rest = max_rank;  // where the -1 is
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            const auto at = "shape[" + std::to_string(i) + "]";
            if (wanted[i] == -1) {
                if (rest != max_rank)
                    return c.fail(errc::bad_attribute, {"Only one dimension value of 'shape' in ReshapeOp can be -1. But received shape = ",
                                                        shown, ", ", at, " is also -1."});
                rest = i;
            } else if (wanted[i] == 0 && i >= x.rank()) {
                return c.fail(errc::bad_attribute,
                              {"The index of 0 in `shape` must be less than the input tensor X's dimensions. But received shape = ", shown,
                               ", ", at, " = 0, X's shape = ", to_string(x), ", X's dimensions = ", decimal(x.rank()), "."});
            } else if (wanted[i] < 0) {
                return c.fail(errc::bad_attribute,
                              {"Each dimension value of 'shape' in ReshapeOp must not be negative except one unknown dimension. "
                               "But received  shape = ",
                               shown, ", ", at, " = ", decimal(wanted[i]), "."});
            }
            out.push_back(wanted[i] == 0 ? x[i] : wanted[i]);
        }
        if (!x.is_concrete()) return out;

        Shape known;
        for (std::size_t i = 0; i < out.rank(); ++i)
            if (i != rest) known.push_back(out[i]);
        const auto size = x.element_count();
        const auto capacity = known.element_count();
        if (!size || !capacity) return c.fail(errc::overflow, "the 'shape' in ReshapeOp multiplies past 64 bits", to_string(x), shown);
        const auto received =
            "But received X's shape = " + to_string(x) + ", X's size = " + std::to_string(*size) + ", 'shape' is " + shown;
        if (rest == max_rank) {
            if (*capacity == *size) return out;
            return c.fail(errc::shape_mismatch,
                          {"The 'shape' in ReshapeOp is invalid. The input tensor X'size must be equal to the capacity of 'shape'. ",
                           received, ", the capacity of 'shape' is ", decimal(*capacity), "."});
        }
        if (*capacity == 0 || *size % *capacity != 0)
            return c.fail(errc::shape_mismatch,
                          {"The 'shape' attribute in ReshapeOp is invalid. The input tensor X'size must be divisible by known "
                           "capacity of 'shape'. ",
                           received, ", known capacity of 'shape' is -", decimal(*capacity), "."});
        out[rest] = static_cast<std::int64_t>(*size / *capacity);
        return out;
    }
};

/// The gradient in the dims of X, which XShape has kept.
struct reshape2_grad {
    static constexpr std::string_view type = "reshape2_grad";
    static constexpr std::array inputs = {slot{"XShape"}, slot{"Out@GRAD"}};
    static constexpr std::array outputs = {slot{"X@GRAD"}};
    using attributes = reshape2_attributes;

    [[gnu::cold]] static result<void> infer(const attributes&, infer_context& c) {
        const auto& kept = c.in(0);
        if (kept.dims.rank() == 0) return c.fail(errc::shape_mismatch, "XShape should have the dims of X after a 0", "[0, ...]", "[]");
        Shape x;
        for (std::size_t i = 1; i < kept.dims.rank(); ++i) x.push_back(kept.dims[i]);
        if (!c.building() && x.element_count() != c.in(1).dims.element_count())
            return c.fail(errc::shape_mismatch, "Input(Out@GRAD) does not have as many elements as X", to_string(x),
                          to_string(c.in(1).dims));
        c.set_out(0, kept.with(c.in(1).dtype, x));
        return {};
    }
    static result<void> run(const attributes&, run_context& c) {
        detail::copy_elements(c, 1, 0);
        return {};
    }
};

}  // namespace wherry::inline WHERRY_ABI::op

#endif
