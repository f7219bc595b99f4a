#ifndef WHERRY_EXEC_OP_EXPAND_HPP
#define WHERRY_EXEC_OP_EXPAND_HPP

#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/exec/op/attribute_input.hpp>
#include <wherry/exec/op/check.hpp>
#include <wherry/exec/op/strided.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

/// Tensors repeated along their axes: `expand` and `tile` say how often, `expand_v2` and `expand_as` to which dims.
namespace wherry::inline WHERRY_ABI::op {

/// Attributes of `expand`, and their defaults.
struct expand_attributes {
    sequence<std::int32_t> expand_times;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("expand_times", self.expand_times);
    }
};
/// Attributes of `tile`, and their defaults.
struct tile_attributes {
    sequence<std::int32_t> repeat_times;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("repeat_times", self.repeat_times);
    }
};
/// Attributes of `expand_v2`, and their defaults.
struct expand_v2_attributes {
    sequence<std::int32_t> shape;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("shape", self.shape);
    }
};
/// Attributes of `expand_as_v2`, and their defaults.
struct expand_as_v2_attributes {
    sequence<std::int32_t> target_shape;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("target_shape", self.target_shape);
    }
};

namespace detail {

/// From X to Out, whose dims are multiples of those of X, aligned at the end.
inline kernel::strided_loops repeat_loops(const Shape& x, const Shape& out) {
    const strides_of from(x);
    const strides_of to(out);
    kernel::strided_loops loops;
    for (std::size_t i = 0; i < out.rank(); ++i) {
        const bool is_new = i + x.rank() < out.rank();
        const auto axis = is_new ? 0 : i + x.rank() - out.rank();
        const auto size = is_new ? 1 : x[axis];
        loops.add(size == 0 ? 0 : out[i] / size, 0, size * to[i]);
        loops.add(size, is_new ? 0 : from[axis], to[i]);
    }
    return loops;
}

/// Dims times how often each is repeated; the shorter list is filled up with 1 in front.
[[gnu::cold]] inline result<Shape> repeated_dims(const infer_context& c, const Shape& x, const sequence<std::int64_t>& times) {
    const auto rank = std::max(x.rank(), times.size());
    if (rank > max_rank) return c.fail(errc::bad_dims, "the result would have too many dims", "at most 9", decimal(rank));
    Shape out;
    for (std::size_t i = 0; i < rank; ++i) {
        const auto dim = i + x.rank() < rank ? 1 : x[i + x.rank() - rank];
        const auto often = i + times.size() < rank ? 1 : times[i + times.size() - rank];
        if (often < 1)
            return c.fail(errc::bad_attribute, "how often an axis is repeated should be a positive number", ">= 1", decimal(often));
        if (dim > 0 && often > std::numeric_limits<std::int64_t>::max() / dim)
            return c.fail(errc::overflow, "the repeated dims are past 64 bits", {}, to_string(x));
        out.push_back(dim < 0 ? -1 : dim * often);
    }
    return out;
}

/// The dims of a target that X is repeated to fill: -1 keeps the dim of X, and only axes of size 1 are repeated.
[[gnu::cold]] inline result<Shape> filled_dims(const infer_context& c, const Shape& x, const sequence<std::int64_t>& target) {
    if (target.size() < x.rank())
        return c.fail(errc::shape_mismatch,
                      {"The number of elements (", decimal(target.size()),
                       ") of 'shape' for expand_v2 op must be greater than or equal to the rank (", decimal(x.rank()), ") of the input."});
    if (target.size() > max_rank) return c.fail(errc::bad_dims, "the result would have too many dims", "at most 9", decimal(target.size()));
    Shape out;
    for (std::size_t i = 0; i < target.size(); ++i) {
        const bool is_new = i + x.rank() < target.size();
        const auto dim = is_new ? 1 : x[i + x.rank() - target.size()];
        if (target[i] < -1 || (target[i] == -1 && is_new))
            return c.fail(errc::bad_attribute, "a dim of 'shape' should be positive, or -1 for one that X has", {}, decimal(target[i]));
        if (target[i] != -1 && dim >= 0 && dim != 1 && target[i] != dim)
            return c.fail(errc::shape_mismatch,
                          {"The value (", decimal(dim), ") of the non-singleton dimension does not match the corresponding value (",
                           decimal(target[i]), ") in shape for expand_v2 op."},
                          to_string(x), to_string(target));
        out.push_back(target[i] == -1 ? dim : target[i]);
    }
    return out;
}
/// Dims that are multiples of those of X, as `expand_as` of 1.8 has it.
[[gnu::cold]] inline result<Shape> multiple_dims(const infer_context& c, const Shape& x, const Shape& target) {
    if (x.rank() != target.rank())
        return c.fail(errc::shape_mismatch, "the target has another number of dims than X", to_string(x), to_string(target));
    for (std::size_t i = 0; i < x.rank(); ++i)
        if (target[i] >= 0 && x[i] >= 0 && (x[i] == 0 ? target[i] != 0 : target[i] % x[i] != 0))
            return c.fail(errc::shape_mismatch, "Each dimension of the target tensor must be divisible by that of X", to_string(x),
                          to_string(target));
    return target;
}

struct expand_rule {
    static constexpr std::array inputs = {slot{"X"}, slot{"ExpandTimes", slot_arity::optional},
                                          slot{"expand_times_tensor", slot_arity::any}};
    using attributes = expand_attributes;
    [[gnu::cold]] static result<Shape> dims(const attributes& a, const infer_context& c) {
        auto times = listed_numbers(c, 1, 2, a.expand_times);
        if (!times) return times.failure();
        if (times->size() != c.in(0).dims.rank())
            return c.fail(errc::bad_attribute, "The number of elements of Attr(expand_times) must be equal to the rank of Input(X)",
                          decimal(c.in(0).dims.rank()), decimal(times->size()));
        return repeated_dims(c, c.in(0).dims, *times);
    }
};
struct tile_rule {
    static constexpr std::array inputs = {slot{"X"}, slot{"RepeatTimes", slot_arity::optional},
                                          slot{"repeat_times_tensor", slot_arity::any}};
    using attributes = tile_attributes;
    [[gnu::cold]] static result<Shape> dims(const attributes& a, const infer_context& c) {
        auto times = listed_numbers(c, 1, 2, a.repeat_times);
        if (!times) return times.failure();
        return repeated_dims(c, c.in(0).dims, *times);
    }
};
struct expand_v2_rule {
    static constexpr std::array inputs = {slot{"X"}, slot{"Shape", slot_arity::optional}, slot{"expand_shapes_tensor", slot_arity::any}};
    using attributes = expand_v2_attributes;
    [[gnu::cold]] static result<Shape> dims(const attributes& a, const infer_context& c) {
        auto target = listed_numbers(c, 1, 2, a.shape);
        if (!target) return target.failure();
        return filled_dims(c, c.in(0).dims, *target);
    }
};
struct expand_as_v2_rule {
    static constexpr std::array inputs = {slot{"X"}, slot{"Y", slot_arity::optional}};
    using attributes = expand_as_v2_attributes;
    [[gnu::cold]] static result<Shape> dims(const attributes& a, const infer_context& c) {
        sequence<std::int64_t> target(a.target_shape.begin(), a.target_shape.end());
        if (target.empty() && c.has_in(1)) target.assign(c.in(1).dims.begin(), c.in(1).dims.end());
        return filled_dims(c, c.in(0).dims, target);
    }
};
struct expand_as_rule {
    static constexpr std::array inputs = {slot{"X"}, slot{"target_tensor"}};
    using attributes = no_attributes;
    [[gnu::cold]] static result<Shape> dims(const attributes&, const infer_context& c) {
        return multiple_dims(c, c.in(0).dims, c.in(1).dims);
    }
};

/// X repeated to the dims that Rule::dims says; the inputs after X are its own.
template <class Rule>
struct repeated {
    static constexpr auto inputs = Rule::inputs;
    static constexpr std::array outputs = {slot{"Out"}};
    using attributes = typename Rule::attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        auto out = Rule::dims(a, c);
        if (!out) return out.failure();
        const auto& x = c.in(0);
        const bool same_rows = x.dims.rank() > 0 && out->rank() > 0 && x.dims[0] == (*out)[0];
        c.set_out(0, same_rows ? x.with(*out) : tensor_meta{x.dtype, *out});
        return {};
    }
    static result<void> run(const attributes&, run_context& c) {
        return c.has_out(0) ? run_moves(c, 0, repeat_loops(c.in_dims(0), c.out_dims(0))) : result<void>();
    }
};
/// Sums over what was repeated.
template <class Rule>
struct repeated_grad {
    static constexpr auto inputs = [] {
        std::array<slot, Rule::inputs.size() + 1> all{};
        std::copy(Rule::inputs.begin(), Rule::inputs.end(), all.begin());
        all.back() = slot{"Out@GRAD"};
        return all;
    }();
    static constexpr std::array outputs = {slot{"X@GRAD"}};
    using attributes = typename Rule::attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        auto out = Rule::dims(a, c);
        if (!out) return out.failure();
        const auto last = inputs.size() - 1;
        if (!c.building() && c.in(last).dims != *out)
            return c.fail(errc::shape_mismatch, "Input(Out@GRAD) does not have the dims of Out", to_string(*out),
                          to_string(c.in(last).dims));
        c.set_out(0, c.in(0).with(c.in(last).dtype, c.in(0).dims));
        return {};
    }
    static result<void> run(const attributes&, run_context& c) {
        const auto last = inputs.size() - 1;
        return c.has_out(0) ? run_sums(c, last, repeat_loops(c.in_dims(0), c.in_dims(last)).reversed()) : result<void>();
    }
};
template <class Rule>
[[gnu::cold]] void gradient_of_repeated(gradient_op& made) {
    made.reads_grad("Out").makes_grad("X");
    for (const auto& s : Rule::inputs) made.reads(s.name);
}

}  // namespace detail

/// The gradient of `expand`.
struct expand_grad : detail::repeated_grad<detail::expand_rule> {
    static constexpr std::string_view type = "expand_grad";
};
/// X repeated expand_times[i] times along axis i. Any element type; gradients of numbers.
/// Shapes: X [d...]; Out [d times...]. Errors: bad_attribute, overflow, bad_dims; unsupported for numbers computed from what is fed.
/// Source: paddle operators `expand`, `expand_grad`.
struct expand : detail::repeated<detail::expand_rule> {
    static constexpr std::string_view type = "expand";
    [[gnu::cold]] static void gradient(gradient_maker& g) { detail::gradient_of_repeated<detail::expand_rule>(g.append<expand_grad>()); }
};
struct tile_grad : detail::repeated_grad<detail::tile_rule> {
    static constexpr std::string_view type = "tile_grad";
};
/// The same, where X and repeat_times may be of any length: the shorter one is filled up with 1 in front.
struct tile : detail::repeated<detail::tile_rule> {
    static constexpr std::string_view type = "tile";
    [[gnu::cold]] static void gradient(gradient_maker& g) { detail::gradient_of_repeated<detail::tile_rule>(g.append<tile_grad>()); }
};
struct expand_v2_grad : detail::repeated_grad<detail::expand_v2_rule> {
    static constexpr std::string_view type = "expand_v2_grad";
};
/// X in the dims of `shape`: axes of size 1 are repeated, new ones come in front, -1 keeps the dim of X. Errors besides: shape_mismatch.
struct expand_v2 : detail::repeated<detail::expand_v2_rule> {
    static constexpr std::string_view type = "expand_v2";
    [[gnu::cold]] static void gradient(gradient_maker& g) {
        detail::gradient_of_repeated<detail::expand_v2_rule>(g.append<expand_v2_grad>());
    }
};
struct expand_as_v2_grad : detail::repeated_grad<detail::expand_as_v2_rule> {
    static constexpr std::string_view type = "expand_as_v2_grad";
};
/// The same in the dims of target_shape or of Y.
struct expand_as_v2 : detail::repeated<detail::expand_as_v2_rule> {
    static constexpr std::string_view type = "expand_as_v2";
    [[gnu::cold]] static void gradient(gradient_maker& g) {
        detail::gradient_of_repeated<detail::expand_as_v2_rule>(g.append<expand_as_v2_grad>());
    }
};
struct expand_as_grad : detail::repeated_grad<detail::expand_as_rule> {
    static constexpr std::string_view type = "expand_as_grad";
};
/// X repeated to the dims of target_tensor, which are multiples of those of X.
struct expand_as : detail::repeated<detail::expand_as_rule> {
    static constexpr std::string_view type = "expand_as";
    [[gnu::cold]] static void gradient(gradient_maker& g) {
        detail::gradient_of_repeated<detail::expand_as_rule>(g.append<expand_as_grad>());
    }
};

}  // namespace wherry::inline WHERRY_ABI::op

#endif
