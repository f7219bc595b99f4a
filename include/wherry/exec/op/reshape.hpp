#ifndef WHERRY_EXEC_OP_RESHAPE_HPP
#define WHERRY_EXEC_OP_RESHAPE_HPP

#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/exec/op/attribute_input.hpp>
#include <wherry/exec/op/check.hpp>
#include <wherry/exec/op/same_elements.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/version.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI::op {

/// Attributes of `reshape2`, and their defaults.
struct reshape2_attributes {
    sequence<std::int32_t> shape;  ///< 0 copies the dim of X at that place, one -1 is what is left
    bool use_quantizer = false;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("shape", self.shape);
        attr("use_quantizer", self.use_quantizer);
    }
};

namespace detail {

/// The attribute, or what an input says in its place, as dims for the elements of X.
[[gnu::cold]] inline result<Shape> reshaped_dims(const reshape2_attributes& a, const infer_context& c, const Shape& x) {
    auto listed = c.has_in(1) && !c.has_in(2) ? whole_numbers(c, 1) : numbers_of_each(c, 2, a.shape);
    if (!listed) return listed.failure();
    const auto& wanted = *listed;
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
    const auto received = "But received X's shape = " + to_string(x) + ", X's size = " + std::to_string(*size) + ", 'shape' is " + shown;
    if (rest == max_rank) {
        if (*capacity == *size) return out;
        return c.fail(errc::shape_mismatch,
                      {"The 'shape' in ReshapeOp is invalid. The input tensor X'size must be equal to the capacity of 'shape'. ", received,
                       ", the capacity of 'shape' is ", decimal(*capacity), "."});
    }
    if (*capacity == 0 || *size % *capacity != 0)
        return c.fail(errc::shape_mismatch,
                      {"The 'shape' attribute in ReshapeOp is invalid. The input tensor X'size must be divisible by known "
                       "capacity of 'shape'. ",
                       received, ", known capacity of 'shape' is -", decimal(*capacity), "."});
    out[rest] = static_cast<std::int64_t>(*size / *capacity);
    return out;
}

struct reshape_rule {
    static constexpr std::array inputs = {slot{"X"}, slot{"Shape", slot_arity::optional}, slot{"ShapeTensor", slot_arity::any}};
    using attributes = reshape2_attributes;
    static result<Shape> dims(const attributes& a, const infer_context& c, const Shape& x) { return reshaped_dims(a, c, x); }
};

}  // namespace detail

/// The same elements in other dims. XShape holds no elements: its dims, [0] and those of X, are for the gradient.
/// Shapes: Out as attribute `shape` says, or Input(Shape), or the numbers in ShapeTensor, if these are known before the run; as many
/// elements as X. Errors: bad_attribute, shape_mismatch, overflow, bad_dims, unsupported (a shape computed from what is fed).
/// Source: paddle operators `reshape2`, `reshape2_grad`.
struct reshape2 : same_elements2<detail::reshape_rule, "reshape2"> {};
struct reshape2_grad : same_elements2_grad<detail::reshape_rule, "reshape2"> {};

/// The gradient of `reshape`.
struct reshape_grad : same_elements_grad<detail::reshape_rule, "reshape"> {
    static constexpr std::array inputs = {slot{"X"}, slot{"Out@GRAD"}, slot{"Out"}, slot{"Shape", slot_arity::optional},
                                          slot{"ShapeTensor", slot_arity::any}};
    static constexpr std::array outputs = {slot{"X@GRAD"}, slot{"Shape@GRAD", slot_arity::any}, slot{"ShapeTensor@GRAD", slot_arity::any}};
};

/// The same without XShape, as old programs have it.
struct reshape : same_elements<detail::reshape_rule, "reshape"> {
    [[gnu::cold]] static void gradient(gradient_maker& g) {
        g.append<reshape_grad>().reads("X").reads("Out").reads("Shape").reads("ShapeTensor").reads_grad("Out").makes_grad("X");
    }
};

}  // namespace wherry::inline WHERRY_ABI::op

#endif
