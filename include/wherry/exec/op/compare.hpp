#ifndef WHERRY_EXEC_OP_COMPARE_HPP
#define WHERRY_EXEC_OP_COMPARE_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/result.hpp>
#include <wherry/exec/op/check.hpp>
#include <wherry/exec/op/elementwise.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/kernel/broadcast.hpp>
#include <wherry/version.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

/// Comparisons and what is done with their results.
namespace wherry::inline WHERRY_ABI::op {

/// Attributes of `compare`, and their defaults.
struct compare_attributes {
    std::int32_t axis = -1;
    bool force_cpu = false;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("axis", self.axis);
        attr("force_cpu", self.force_cpu);
    }
};

namespace detail {

enum class relation : std::uint8_t { equal, not_equal, less, less_equal, greater, greater_equal, both, either, one_of };

template <class T>
bool holds(relation r, T x, T y) noexcept {
    switch (r) {
        case relation::equal: return x == y;
        case relation::not_equal: return x != y;
        case relation::less: return x < y;
        case relation::less_equal: return x <= y;
        case relation::greater: return x > y;
        case relation::greater_equal: return x >= y;
        case relation::both: return x != T{} && y != T{};
        case relation::either: return x != T{} || y != T{};
        case relation::one_of: return (x != T{}) != (y != T{});
    }
    return false;
}

/// The same for BOOL (as bytes), UINT8 and those of for_number.
template <class Kernel>
result<void> for_any_number(const run_context& c, DType dtype, Kernel&& kernel) {
    if (dtype == DType::BOOL || dtype == DType::UINT8) return wherry::detail::rarely<std::uint8_t>(kernel);
    return for_number(c, dtype, kernel);
}
/// Elements as T, bools as the bytes they are.
template <class T>
const T* elements(const run_context& c, std::size_t slot) {
    return reinterpret_cast<const T*>(c.in_bytes(slot).data());  // NOLINT: for_any_number has looked at the element type
}

inline result<void> run_relation(run_context& c, relation r, std::int32_t axis) {
    if (!c.has_out(0)) return {};
    auto loops = broadcast_loops(c, axis);
    if (!loops) return loops.failure();
    auto* const out = reinterpret_cast<std::uint8_t*>(c.out_bytes(0).data());  // NOLINT: bools are bytes of 0 and 1
    return for_any_number(c, c.in_dtype(0), [&]<class T>() -> result<void> {
        const auto* const x = elements<T>(c, 0);
        const auto* const y = elements<T>(c, 1);
        const auto last = loops->rank - 1;
        kernel::detail::plain::lanes::each_row(*loops, [&](std::int64_t xo, std::int64_t yo, std::int64_t oo) {
            for (std::int64_t i = 0; i < loops->size[last]; ++i)
                out[oo + i] = holds<T>(r, x[xo + i * loops->x_step[last]], y[yo + i * loops->y_step[last]]) ? 1 : 0;
        });
        return {};
    });
}
[[gnu::cold]] inline result<void> infer_relation(infer_context& c, std::int32_t axis) {
    if (auto checked = must_hold(c, 1, c.in(0).dtype); !checked) return checked;
    auto out = broadcast_dims(c, c.in(0).dims, c.in(1).dims, axis);
    if (!out) return out.failure();
    c.set_out(0, c.in(0).with(DType::BOOL, *out));
    return {};
}

/// From 2.0 on the attribute is passed over.
template <class Context>
std::int32_t axis_in(const Context& c, const compare_attributes& a) noexcept {
    return is_2x(c.program_version()) ? -1 : a.axis;
}

/// Out = whether the relation holds, element by element with broadcasting.
template <relation Relation>
struct comparison {
    static constexpr std::array inputs = {slot{"X"}, slot{"Y"}};
    static constexpr std::array outputs = {slot{"Out"}};
    using attributes = compare_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) { return infer_relation(c, axis_in(c, a)); }
    static result<void> run(const attributes& a, run_context& c) { return run_relation(c, Relation, axis_in(c, a)); }
};
template <relation Relation>
struct connective {
    static constexpr std::array inputs = {slot{"X"}, slot{"Y"}};
    static constexpr std::array outputs = {slot{"Out"}};
    using attributes = no_attributes;

    [[gnu::cold]] static result<void> infer(const attributes&, infer_context& c) { return infer_relation(c, -1); }
    static result<void> run(const attributes&, run_context& c) { return run_relation(c, Relation, -1); }
};

}  // namespace detail

/// X == Y. Shapes: as elementwise_add; Out is BOOL. X and Y are of one element type: float, double, int32, int64, uint8 or bool.
/// Errors: shape_mismatch, dtype_mismatch, bad_attribute. Source: paddle operators `equal` and so on.
struct equal : detail::comparison<detail::relation::equal> {
    static constexpr std::string_view type = "equal";
};
/// X != Y.
struct not_equal : detail::comparison<detail::relation::not_equal> {
    static constexpr std::string_view type = "not_equal";
};
/// X < Y.
struct less_than : detail::comparison<detail::relation::less> {
    static constexpr std::string_view type = "less_than";
};
/// X <= Y.
struct less_equal : detail::comparison<detail::relation::less_equal> {
    static constexpr std::string_view type = "less_equal";
};
/// X > Y.
struct greater_than : detail::comparison<detail::relation::greater> {
    static constexpr std::string_view type = "greater_than";
};
/// X >= Y.
struct greater_equal : detail::comparison<detail::relation::greater_equal> {
    static constexpr std::string_view type = "greater_equal";
};
/// Both are not 0, and so on.
struct logical_and : detail::connective<detail::relation::both> {
    static constexpr std::string_view type = "logical_and";
};
/// One of the two is not 0, or both.
struct logical_or : detail::connective<detail::relation::either> {
    static constexpr std::string_view type = "logical_or";
};
/// One of the two is not 0, and the other is.
struct logical_xor : detail::connective<detail::relation::one_of> {
    static constexpr std::string_view type = "logical_xor";
};
/// X is 0. Shapes: Out as X.
struct logical_not {
    static constexpr std::string_view type = "logical_not";
    static constexpr std::array inputs = {slot{"X"}};
    static constexpr std::array outputs = {slot{"Out"}};
    using attributes = no_attributes;

    [[gnu::cold]] static result<void> infer(const attributes&, infer_context& c) {
        c.set_out(0, c.in(0).with(DType::BOOL, c.in(0).dims));
        return {};
    }
    static result<void> run(const attributes&, run_context& c) {
        const auto out = c.out<bool>(0);
        return detail::for_any_number(c, c.in_dtype(0), [&]<class T>() -> result<void> {
            const auto* const x = detail::elements<T>(c, 0);
            for (std::size_t i = 0; i < out.size(); ++i) out[i] = x[i] == T{};
            return {};
        });
    }
};

/// The gradient of `where`.
struct where_grad {
    static constexpr std::string_view type = "where_grad";
    static constexpr std::array inputs = {slot{"Condition"}, slot{"X"}, slot{"Y"}, slot{"Out@GRAD"}};
    static constexpr std::array outputs = {slot{"X@GRAD", slot_arity::optional}, slot{"Y@GRAD", slot_arity::optional}};
    using attributes = no_attributes;

    [[gnu::cold]] static result<void> infer(const attributes&, infer_context& c) {
        if (auto checked = detail::must_hold(c, 0, DType::BOOL); !checked) return checked;
        for (const std::size_t slot : {0u, 1u, 2u})
            if (!c.building() && c.in(slot).dims != c.in(3).dims)
                return c.fail(errc::shape_mismatch, {"The dims of Input(", c.in_name(slot), ") and Out@GRAD should be same."},
                              to_string(c.in(3).dims), to_string(c.in(slot).dims));
        c.set_out(0, c.in(1).with(c.in(3).dtype, c.in(1).dims));
        c.set_out(1, c.in(2).with(c.in(3).dtype, c.in(2).dims));
        return {};
    }
    static result<void> run(const attributes&, run_context& c) {
        const auto* const condition = detail::elements<std::uint8_t>(c, 0);
        return for_float(c, c.in_dtype(3), [&]<class T>() -> result<void> {
            const auto g = c.in<T>(3);
            const auto dx = c.out<T>(0);
            const auto dy = c.out<T>(1);
            for (std::size_t i = 0; i < dx.size(); ++i) dx[i] = condition[i] != 0 ? g[i] : T{};
            for (std::size_t i = 0; i < dy.size(); ++i) dy[i] = condition[i] != 0 ? T{} : g[i];
            return {};
        });
    }
};

/// X where Condition holds, Y elsewhere. Shapes: all alike; Condition BOOL. Errors: shape_mismatch, dtype_mismatch.
/// Source: paddle operators `where`, `where_grad`.
struct where {
    static constexpr std::string_view type = "where";
    static constexpr std::array inputs = {slot{"Condition"}, slot{"X"}, slot{"Y"}};
    static constexpr std::array outputs = {slot{"Out"}};
    using attributes = no_attributes;

    [[gnu::cold]] static result<void> infer(const attributes&, infer_context& c) {
        if (auto checked = detail::must_hold(c, 0, DType::BOOL); !checked) return checked;
        if (auto checked = detail::must_hold(c, 2, c.in(1).dtype); !checked) return checked;
        for (const std::size_t slot : {0u, 2u})
            if (!c.building() && c.in(slot).dims != c.in(1).dims)
                return c.fail(errc::shape_mismatch, {"The dims of Inputs(", c.in_name(slot), ") and Inputs(X) should be same."},
                              to_string(c.in(1).dims), to_string(c.in(slot).dims));
        c.set_out(0, c.in(1).with(c.in(1).dims));
        return {};
    }
    [[gnu::cold]] static void gradient(gradient_maker& g) {
        g.append<where_grad>().reads("Condition").reads("X").reads("Y").reads_grad("Out").makes_grad("X").makes_grad("Y");
    }
    static result<void> run(const attributes&, run_context& c) {
        const auto* const condition = detail::elements<std::uint8_t>(c, 0);
        return detail::for_any_number(c, c.in_dtype(1), [&]<class T>() -> result<void> {
            const auto* const x = detail::elements<T>(c, 1);
            const auto* const y = detail::elements<T>(c, 2);
            auto* const out = reinterpret_cast<T*>(c.out_bytes(0).data());  // NOLINT: as the inputs
            for (std::size_t i = 0; c.has_out(0) && i < c.out_dims(0).count(); ++i) out[i] = condition[i] != 0 ? x[i] : y[i];
            return {};
        });
    }
};

}  // namespace wherry::inline WHERRY_ABI::op

#endif
