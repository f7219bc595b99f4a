#ifndef WHERRY_EXEC_OP_STACK_HPP
#define WHERRY_EXEC_OP_STACK_HPP

#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/exec/op/assign.hpp>
#include <wherry/exec/op/attribute_input.hpp>
#include <wherry/exec/op/check.hpp>
#include <wherry/exec/op/concat.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/kernel/concat.hpp>
#include <wherry/version.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

/// Tensors put together along an axis of their own, or taken apart along one.
namespace wherry::inline WHERRY_ABI::op {

/// Attributes of `stack`, and their defaults.
struct stack_attributes {
    std::int32_t axis = 0;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("axis", self.axis);
    }
};
/// Attributes of `unstack`, and their defaults.
struct unstack_attributes : stack_attributes {
    std::int32_t num = 0;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        stack_attributes::visit(self, attr);
        attr("num", self.num);
    }
};
/// Attributes of `split`, and their defaults.
struct split_attributes {
    sequence<std::int32_t> sections;
    std::int32_t num = 0;
    std::int32_t axis = 0;
    bool use_mkldnn = false;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("sections", self.sections);
        attr("num", self.num);
        attr("axis", self.axis);
        attr("use_mkldnn", self.use_mkldnn, since_2x);
    }
};

namespace detail {

[[gnu::cold]] inline failure axis_out_of_range(const infer_context& c, std::int64_t axis, std::size_t rank) {
    const auto r = std::to_string(rank);
    return c.fail(errc::bad_attribute, {"Attr(axis) must be inside [-", r, ", ", r, "), but received axis = ", decimal(axis), "."});
}

/// Tensors alike, one after the other along a new axis.
[[gnu::cold]] inline result<void> infer_stacked(const stack_attributes& a, infer_context& c) {
    const auto& x = c.in(0).dims;
    if (x.rank() == max_rank) return c.fail(errc::bad_dims, "the result would have too many dims", "at most 9", "10");
    const auto axis = normalized_axis(a.axis, x.rank() + 1);
    if (!axis) return axis_out_of_range(c, a.axis, x.rank() + 1);
    for (std::size_t k = 1; k < c.in_count(0); ++k) {
        if (!c.building() && c.in(0, k).dims != x)
            return c.fail(errc::shape_mismatch, "Dims of all Inputs(X) must be the same.", to_string(x), to_string(c.in(0, k).dims));
        if (!c.building() && c.in(0, k).dtype != c.in(0).dtype) return wrong_dtype(c, c.in(0, k).dtype, c.in(0).dtype);
    }
    Shape out;
    for (std::size_t i = 0; i <= x.rank(); ++i)
        out.push_back(i == *axis ? static_cast<std::int64_t>(c.in_count(0)) : x[i < *axis ? i : i - 1]);
    c.set_out(0, {c.in(0).dtype, out});
    return {};
}
inline result<void> run_stacked(const stack_attributes& a, run_context& c) {
    if (!c.has_out(0)) return {};
    const auto& x = c.in_dims(0);
    const auto axis = normalized_axis(a.axis, x.rank() + 1).value_or(0);
    const auto block = static_cast<std::size_t>(x.product(axis, x.rank())) * size_of(c.in_dtype(0));
    const auto outer = static_cast<std::size_t>(x.product(0, axis));
    for (std::size_t k = 0; k < c.in_count(0); ++k)
        kernel::concat_part<std::byte>(outer, block, c.in_count(0) * block, k * block, c.in_bytes(0, k), c.out_bytes(0));
    return {};
}

/// The tensors that lie one after the other along an axis, which then is gone. `in` is the slot of the whole.
[[gnu::cold]] inline result<void> infer_unstacked(std::int32_t number, infer_context& c, std::size_t in) {
    const auto& x = c.in(in);
    const auto axis = normalized_axis(number, x.dims.rank());
    if (!axis) return axis_out_of_range(c, number, x.dims.rank());
    if (!c.agree(x.dims[*axis], static_cast<std::int64_t>(c.out_count(0))))
        return c.fail(errc::shape_mismatch, "as many outputs as the axis has elements are needed", decimal(x.dims[*axis]),
                      decimal(c.out_count(0)));
    Shape out;
    for (std::size_t i = 0; i < x.dims.rank(); ++i)
        if (i != *axis) out.push_back(x.dims[i]);
    for (std::size_t k = 0; k < c.out_count(0); ++k) c.set_out(0, {x.dtype, out}, k);
    return {};
}
inline result<void> run_unstacked(std::int32_t number, run_context& c, std::size_t in) {
    const auto& x = c.in_dims(in);
    const auto axis = normalized_axis(number, x.rank()).value_or(0);
    const auto block = static_cast<std::size_t>(x.product(axis + 1, x.rank())) * size_of(c.in_dtype(in));
    const auto outer = static_cast<std::size_t>(x.product(0, axis));
    for (std::size_t k = 0; k < c.out_count(0); ++k)
        if (c.has_out(0, k))
            kernel::split_part<std::byte>(outer, block, c.out_count(0) * block, k * block, c.in_bytes(in), c.out_bytes(0, k));
    return {};
}

/// Sizes along the axis of the parts that split makes. Errors: bad_attribute, shape_mismatch.
[[gnu::cold]] inline result<sequence<std::int64_t>> split_sizes(const infer_context& c, const split_attributes& a,
                                                                const sequence<std::int64_t>& sections, std::int64_t whole) {
    const auto outs = c.out_count(0);
    sequence<std::int64_t> sizes(sections);
    if (sizes.empty()) {
        if (a.num < 1) return c.fail(errc::bad_attribute, "Attr(num) should be greater than 0", ">= 1", decimal(a.num));
        if (whole >= 0 && whole % a.num != 0)
            return c.fail(errc::shape_mismatch,
                          "The input's size along the split dimension must be evenly divisible by Attr(num_or_sections).", decimal(a.num),
                          decimal(whole));
        for (std::int32_t k = 0; k < a.num && sizes.size() <= outs; ++k) sizes.push_back(whole < 0 ? -1 : whole / a.num);
    }
    if (sizes.size() != outs)
        return c.fail(errc::missing_slot, "tensors number and num_or_sections should match", decimal(sizes.size()), decimal(outs));
    std::int64_t sum = 0;
    std::size_t open = sizes.size();
    for (std::size_t k = 0; k < sizes.size(); ++k) {
        if (sizes[k] == -1 && (open == sizes.size() || whole < 0)) {
            open = k;
        } else if (sizes[k] < 0 || sizes[k] > std::numeric_limits<std::int64_t>::max() - sum) {
            return c.fail(errc::bad_attribute, "Only one dimension value of Attr(num_or_sections) in SplitOp can be -1.", {},
                          decimal(sizes[k]));
        } else {
            sum += sizes[k];
        }
    }
    if (whole < 0) return sizes;
    if (open < sizes.size() ? sum > whole : sum != whole)
        return c.fail(errc::shape_mismatch, "Sum of Attr(num_or_sections) must be equal to the input's size along the split dimension.",
                      decimal(whole), decimal(sum));
    if (open < sizes.size()) sizes[open] = whole - sum;
    return sizes;
}

}  // namespace detail

/// The gradient of `stack`.
struct stack_grad {
    static constexpr std::string_view type = "stack_grad";
    static constexpr std::array inputs = {slot{"Y@GRAD"}, slot{"X", slot_arity::any}};
    static constexpr std::array outputs = {slot{"X@GRAD", slot_arity::many}};
    using attributes = stack_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) { return detail::infer_unstacked(a.axis, c, 0); }
    static result<void> run(const attributes& a, run_context& c) { return detail::run_unstacked(a.axis, c, 0); }
};

/// Tensors alike as one with an axis more. Any element type.
/// Shapes: all X [...]; Y [..., number of X, ...]. Errors: bad_attribute, shape_mismatch, dtype_mismatch, bad_dims.
/// Source: paddle operators `stack`, `stack_grad`.
struct stack {
    static constexpr std::string_view type = "stack";
    static constexpr std::array inputs = {slot{"X", slot_arity::many}};
    static constexpr std::array outputs = {slot{"Y"}};
    using attributes = stack_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) { return detail::infer_stacked(a, c); }
    [[gnu::cold]] static void gradient(gradient_maker& g) { g.append<stack_grad>().reads_grad("Y").makes_grad("X"); }
    static result<void> run(const attributes& a, run_context& c) { return detail::run_stacked(a, c); }
};

/// The gradient of `unstack`.
struct unstack_grad {
    static constexpr std::string_view type = "unstack_grad";
    static constexpr std::array inputs = {slot{"Y@GRAD", slot_arity::many}};
    static constexpr std::array outputs = {slot{"X@GRAD"}};
    using attributes = unstack_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) { return detail::infer_stacked(a, c); }
    static result<void> run(const attributes& a, run_context& c) { return detail::run_stacked(a, c); }
};

/// One tensor as those that lie along an axis. Any element type.
/// Shapes: X [..., n, ...]; n times Y [...]. Errors: bad_attribute, shape_mismatch. Source: paddle operators `unstack`, `unstack_grad`.
struct unstack {
    static constexpr std::string_view type = "unstack";
    static constexpr std::array inputs = {slot{"X"}};
    static constexpr std::array outputs = {slot{"Y", slot_arity::many}};
    using attributes = unstack_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        if (a.num != 0 && static_cast<std::size_t>(a.num) != c.out_count(0))
            return c.fail(errc::bad_attribute, "Number of Outputs(Y) is wrong.", decimal(a.num), decimal(c.out_count(0)));
        return detail::infer_unstacked(a.axis, c, 0);
    }
    [[gnu::cold]] static void gradient(gradient_maker& g) { g.append<unstack_grad>().reads_grad("Y").makes_grad("X"); }
    static result<void> run(const attributes& a, run_context& c) { return detail::run_unstacked(a.axis, c, 0); }
};

/// The same under another name; its gradient is `stack`.
struct unbind {
    static constexpr std::string_view type = "unbind";
    static constexpr std::array inputs = {slot{"X"}};
    static constexpr std::array outputs = {slot{"Out", slot_arity::many}};
    using attributes = stack_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) { return detail::infer_unstacked(a.axis, c, 0); }
    [[gnu::cold]] static void gradient(gradient_maker& g) {
        const auto& op = g.forward();
        g.append<stack>().reads("X", detail::grad_names(op.output("Out"))).makes("Y", detail::grad_names(op.input("X")));
    }
    static result<void> run(const attributes& a, run_context& c) { return detail::run_unstacked(a.axis, c, 0); }
};

/// Parts along an axis: `num` equal ones, or of the sizes that `sections` says, where one -1 is what is left. Any element type.
/// Shapes: X [..., n, ...]; Out [..., part, ...]. Errors: bad_attribute, shape_mismatch, missing_slot; unsupported for sizes computed from what
/// is fed. Source: paddle operator `split`, whose gradient is `concat`.
struct split {
    static constexpr std::string_view type = "split";
    static constexpr std::array inputs = {slot{"X"}, slot{"AxisTensor", slot_arity::optional}, slot{"SectionsTensorList", slot_arity::any}};
    static constexpr std::array outputs = {slot{"Out", slot_arity::many}};
    using attributes = split_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        const auto& x = c.in(0);
        auto number = axis_of(a, c);
        if (!number) return number.failure();
        const auto axis = normalized_axis(*number, x.dims.rank());
        if (!axis) return detail::axis_out_of_range(c, *number, x.dims.rank());
        auto sections = detail::numbers_of_each(c, 2, a.sections);
        if (!sections) return sections.failure();
        auto sizes = detail::split_sizes(c, a, *sections, x.dims[*axis]);
        if (!sizes) return sizes.failure();
        for (std::size_t k = 0; k < sizes->size(); ++k) {
            auto dims = x.dims;
            dims[*axis] = (*sizes)[k];
            c.set_out(0, *axis == 0 ? tensor_meta{x.dtype, dims} : x.with(dims), k);
        }
        return {};
    }
    [[gnu::cold]] static void gradient(gradient_maker& g) {
        const auto& op = g.forward();
        g.append<concat>()
            .reads("AxisTensor")
            .reads("X", detail::grad_names(op.output("Out")))
            .makes("Out", detail::grad_names(op.input("X")));
    }
    static result<void> run(const attributes& a, run_context& c) {
        auto number = axis_of(a, c);
        if (!number) return number.failure();
        const auto& x = c.in_dims(0);
        const auto axis = normalized_axis(*number, x.rank()).value_or(0);
        const auto inner = static_cast<std::size_t>(x.product(axis + 1, x.rank())) * size_of(c.in_dtype(0));
        const auto outer = static_cast<std::size_t>(x.product(0, axis));
        std::size_t offset = 0;
        for (std::size_t k = 0; k < c.out_count(0); ++k) {
            if (!c.has_out(0, k)) return c.fail(errc::missing_slot, "all outputs of split are needed");
            const auto block = static_cast<std::size_t>(c.out_dims(0, k)[axis]) * inner;
            kernel::split_part<std::byte>(outer, block, static_cast<std::size_t>(x[axis]) * inner, offset, c.in_bytes(0),
                                          c.out_bytes(0, k));
            offset += block;
        }
        return {};
    }

  private:
    template <class Context>
    static result<std::int64_t> axis_of(const attributes& a, const Context& c) {
        if (!c.has_in(1)) return std::int64_t{a.axis};
        auto numbers = detail::whole_numbers(c, 1);
        if (!numbers) return numbers.failure();
        if (numbers->size() != 1) return c.fail(errc::shape_mismatch, "AxisTensor should hold one number", "1", decimal(numbers->size()));
        return (*numbers)[0];
    }
};

}  // namespace wherry::inline WHERRY_ABI::op

#endif
