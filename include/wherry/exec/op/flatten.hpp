#ifndef WHERRY_EXEC_OP_FLATTEN_HPP
#define WHERRY_EXEC_OP_FLATTEN_HPP

#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/base/text.hpp>
#include <wherry/exec/op/check.hpp>
#include <wherry/exec/op/same_elements.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/version.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

namespace wherry::inline WHERRY_ABI::op {

/// Attributes of `flatten`, and their defaults.
struct flatten_attributes {
    std::int32_t axis = 1;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("axis", self.axis);
    }
};
/// Attributes of `flatten_contiguous_range`, and their defaults.
struct flatten_contiguous_range_attributes {
    std::int32_t start_axis = 1;
    std::int32_t stop_axis = 1;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("start_axis", self.start_axis);
        attr("stop_axis", self.stop_axis);
    }
};

namespace detail {

/// The product of the dims in [first, last): -1 while one of them is unknown. Errors: overflow.
[[gnu::cold]] inline result<std::int64_t> joined_dim(const infer_context& c, const Shape& x, std::size_t first, std::size_t last) {
    const auto product = x.product(first, last);
    if (product < 0 && x.is_concrete()) return c.fail(errc::overflow, "dims multiply past 63 bits", {}, to_string(x));
    return product;
}

struct flatten_rule {
    static constexpr std::array inputs = {slot{"X"}};
    using attributes = flatten_attributes;
    [[gnu::cold]] static result<Shape> dims(const attributes& a, const infer_context& c, const Shape& x) {
        if (a.axis < 0) return c.fail(errc::bad_attribute, "The axis should be greater than or equal to 0.", ">= 0", decimal(a.axis));
        const auto axis = static_cast<std::size_t>(a.axis);
        if (axis > x.rank())
            return c.fail(errc::bad_attribute, "The axis should be less than or equal to input tensor's rank", decimal(x.rank()),
                          decimal(a.axis));
        auto rows = joined_dim(c, x, 0, axis);
        if (!rows) return rows.failure();
        auto columns = joined_dim(c, x, axis, x.rank());
        if (!columns) return columns.failure();
        return is_2x(c.program_version()) && x.rank() == 0 ? Shape{1} : Shape{*rows, *columns};
    }
};

struct flatten_contiguous_range_rule {
    static constexpr std::array inputs = {slot{"X"}};
    using attributes = flatten_contiguous_range_attributes;
    [[gnu::cold]] static result<Shape> dims(const attributes& a, const infer_context& c, const Shape& x) {
        if (x.rank() == 0) return Shape{1};
        const auto first = normalized_axis(a.start_axis, x.rank());
        const auto last = normalized_axis(a.stop_axis, x.rank());
        if (!first || !last)
            return c.fail(errc::bad_attribute, "start_axis and stop_axis should be axes of the input", text{"rank ", decimal(x.rank())},
                          decimal(first ? a.stop_axis : a.start_axis));
        if (*last < *first) return c.fail(errc::bad_attribute, "The stop_axis should be greater than or equal to start_axis.");
        Shape out;
        for (std::size_t i = 0; i < *first; ++i) out.push_back(x[i]);
        auto joined = joined_dim(c, x, *first, *last + 1);
        if (!joined) return joined.failure();
        out.push_back(*joined);
        for (auto i = *last + 1; i < x.rank(); ++i) out.push_back(x[i]);
        return out;
    }
};

}  // namespace detail

/// A matrix: the axes before `axis` and the others.
/// Shapes: X [...]; Out two dims. Errors: bad_attribute, overflow. Source: paddle operators `flatten2`, `flatten2_grad`.
struct flatten2 : same_elements2<detail::flatten_rule, "flatten2"> {};
struct flatten2_grad : same_elements2_grad<detail::flatten_rule, "flatten2"> {};
/// The same without XShape, as old programs have it.
struct flatten : same_elements<detail::flatten_rule, "flatten"> {};
struct flatten_grad : same_elements_grad<detail::flatten_rule, "flatten"> {};

/// Some neighbouring axes as one: those from start_axis to stop_axis, negative ones counted from the end.
/// Errors: bad_attribute, overflow. Source: paddle operators `flatten_contiguous_range`, `flatten_contiguous_range_grad`.
struct flatten_contiguous_range : same_elements2<detail::flatten_contiguous_range_rule, "flatten_contiguous_range"> {};
struct flatten_contiguous_range_grad : same_elements2_grad<detail::flatten_contiguous_range_rule, "flatten_contiguous_range"> {};

}  // namespace wherry::inline WHERRY_ABI::op

#endif
