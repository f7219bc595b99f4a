#ifndef WHERRY_EXEC_OP_SQUEEZE_HPP
#define WHERRY_EXEC_OP_SQUEEZE_HPP

#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/base/text.hpp>
#include <wherry/exec/op/attribute_input.hpp>
#include <wherry/exec/op/check.hpp>
#include <wherry/exec/op/same_elements.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace wherry::inline WHERRY_ABI::op {

/// Attributes of `squeeze`, and their defaults.
struct squeeze_attributes {
    sequence<std::int32_t> axes;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("axes", self.axes);
    }
};

namespace detail {

struct squeeze_rule {
    static constexpr std::array inputs = {slot{"X"}};
    using attributes = squeeze_attributes;
    [[gnu::cold]] static result<Shape> dims(const attributes& a, const infer_context& c, const Shape& x) {
        std::uint32_t named = 0;
        for (const auto number : a.axes) {
            const auto axis = normalized_axis(number, x.rank());
            if (!axis && x.rank() == 0 && (number == 0 || number == -1)) continue;
            if (!axis)
                return c.fail(errc::bad_attribute, {"Each axis in Attr(axes) should be in the range of [-", decimal(x.rank()), ", ",
                                                    decimal(static_cast<std::int64_t>(x.rank()) - 1), "]But current axis is:",
                                                    decimal(number), ", input tensor's shape = ", to_string(x), "."});
            named |= std::uint32_t{1} << *axis;
        }
        Shape out;
        for (std::size_t i = 0; i < x.rank(); ++i)
            if (x[i] != 1 || (!a.axes.empty() && (named >> i & 1U) == 0)) out.push_back(x[i]);
        return out;
    }
};

struct unsqueeze_rule {
    static constexpr std::array inputs = {slot{"X"}, slot{"AxesTensor", slot_arity::optional}, slot{"AxesTensorList", slot_arity::any}};
    using attributes = squeeze_attributes;
    [[gnu::cold]] static result<Shape> dims(const attributes& a, const infer_context& c, const Shape& x) {
        auto axes = listed_numbers(c, 1, 2, a.axes);
        if (!axes) return axes.failure();
        if (x.rank() + axes->size() > 6) return c.fail(errc::bad_dims, "The output tensor's rank should be less than 6.");
        sequence<std::int64_t> out(x.begin(), x.end());
        for (const auto number : *axes) {  // each one counts those before it
            const auto axis = normalized_axis(number, out.size() + 1);
            if (!axis)
                return c.fail(errc::bad_attribute,
                              number < 0 ? "The insert dimension value should not be less than 0"
                                         : "The insert dimension value shoule not be larger than the dimension size of input tensor",
                              text{"rank ", decimal(out.size())}, decimal(number));
            out.push_back(1);
            std::rotate(out.begin() + static_cast<std::ptrdiff_t>(*axis), out.end() - 1, out.end());
        }
        return Shape::from(out);
    }
};

}  // namespace detail

/// Without the axes that `axes` names, as far as they are of size 1; without any of size 1 if it names none.
/// Errors: bad_attribute. Source: paddle operators `squeeze2`, `squeeze2_grad`.
struct squeeze2 : same_elements2<detail::squeeze_rule, "squeeze2"> {};
struct squeeze2_grad : same_elements2_grad<detail::squeeze_rule, "squeeze2"> {};
/// The same without XShape, as old programs have it.
struct squeeze : same_elements<detail::squeeze_rule, "squeeze"> {};
struct squeeze_grad : same_elements_grad<detail::squeeze_rule, "squeeze"> {};

/// With further axes of size 1, one after the other where `axes` says, each in [-rank - 1, rank] of what is there then.
/// Shapes: Out has at most 6 dims. Errors: bad_attribute, bad_dims, unsupported (axes computed from what is fed).
/// Source: paddle operators `unsqueeze2`, `unsqueeze2_grad`.
struct unsqueeze2 : same_elements2<detail::unsqueeze_rule, "unsqueeze2"> {};
struct unsqueeze2_grad : same_elements2_grad<detail::unsqueeze_rule, "unsqueeze2"> {
    static constexpr std::array inputs = {slot{"XShape"}, slot{"Out@GRAD"}, slot{"AxesTensor", slot_arity::since_2x},
                                          slot{"AxesTensorList", slot_arity::any}};
};
/// The same without XShape.
struct unsqueeze : same_elements<detail::unsqueeze_rule, "unsqueeze"> {};
struct unsqueeze_grad : same_elements_grad<detail::unsqueeze_rule, "unsqueeze"> {};

}  // namespace wherry::inline WHERRY_ABI::op

#endif
