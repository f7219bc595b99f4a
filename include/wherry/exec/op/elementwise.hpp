#ifndef WHERRY_EXEC_OP_ELEMENTWISE_HPP
#define WHERRY_EXEC_OP_ELEMENTWISE_HPP

#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/exec/op/check.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/kernel/elementwise.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI::op {

/// Attributes of the elementwise operators, and their defaults.
struct elementwise_attributes {
    std::int32_t axis = -1;
    std::string x_data_format;
    std::string y_data_format;
    bool use_mkldnn = false;
    mutable std::optional<kernel::broadcast_plan> loops{};  ///< left by the first run for the others: a plan has one set of dims

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("axis", self.axis);
        attr("x_data_format", self.x_data_format);
        attr("y_data_format", self.y_data_format);
        attr("use_mkldnn", self.use_mkldnn);
    }
};

namespace detail {

struct add_function {
    static constexpr std::string_view type = "elementwise_add", grad_type = "elementwise_add_grad";
    using body = kernel::binary::add;
};
struct sub_function {
    static constexpr std::string_view type = "elementwise_sub", grad_type = "elementwise_sub_grad";
    using body = kernel::binary::sub;
};
struct mul_function {
    static constexpr std::string_view type = "elementwise_mul", grad_type = "elementwise_mul_grad";
    using body = kernel::binary::mul;
};
struct div_function {
    static constexpr std::string_view type = "elementwise_div", grad_type = "elementwise_div_grad";
    using body = kernel::binary::div;
};
struct max_function {
    static constexpr std::string_view type = "elementwise_max", grad_type = "elementwise_max_grad";
    using body = kernel::binary::max;
};
struct min_function {
    static constexpr std::string_view type = "elementwise_min", grad_type = "elementwise_min_grad";
    using body = kernel::binary::min;
};

/// Dims of X and Y together: the one of lower rank lies along the other from `axis` on (-1: right-aligned), size 1 repeats.
/// Source: GetBroadcastDimsArrays, which reads past its arrays where operands of one rank are shifted; here only a tail of ones may be.
[[gnu::cold]] inline result<Shape> broadcast_dims(const infer_context& c, const Shape& x, const Shape& y, std::int32_t axis) {
    if (axis < -1) return c.fail(errc::bad_attribute, "Attr(axis) should be -1 or larger", ">= -1", decimal(axis));
    if (x == y) return x;
    const bool x_is_longer = x.rank() >= y.rank();
    const auto rank = std::max(x.rank(), y.rank());
    if (axis >= static_cast<std::int32_t>(rank))
        return c.fail(errc::bad_attribute, {"Axis should be less than ", decimal(rank), ", but received axis is ", decimal(axis), "."});
    const auto first = axis < 0 ? rank - std::min(x.rank(), y.rank()) : static_cast<std::size_t>(axis);
    const auto mismatch = [&](std::int64_t a, std::int64_t b, std::size_t i) {
        return c.fail(errc::shape_mismatch,
                      {"Broadcast dimension mismatch. Operands could not be broadcast together with the shape of X = ", to_string(x),
                       " and the shape of Y = ", to_string(y), ". Received [", decimal(a), "] in X is not equal to [", decimal(b),
                       "] in Y at i:", decimal(i), "."},
                      to_string(x), to_string(y));
    };
    const Shape& longer = x_is_longer ? x : y;
    const Shape& shorter = x_is_longer ? y : x;
    for (auto past = rank - first; past < shorter.rank(); ++past)
        if (shorter[past] != 1) return mismatch(x_is_longer ? 1 : shorter[past], x_is_longer ? shorter[past] : 1, first + past);
    Shape out = longer;
    for (auto i = first; i < rank && i - first < shorter.rank(); ++i) {
        const auto a = longer[i];
        const auto b = shorter[i - first];
        if (a == b || b == 1) continue;
        const bool unknown = (a < 0 || b < 0) && c.building();
        if (a != 1 && !unknown) return x_is_longer ? mismatch(a, b, i) : mismatch(b, a, i);
        if (a == 1 || a < 0) out[i] = b;
    }
    if (out.is_concrete() && !out.element_count()) return c.fail(errc::overflow, "the result has too many elements", {}, to_string(out));
    return out;
}

/// The loops of dims that broadcast_dims accepted.
inline result<kernel::broadcast_plan> broadcast_loops(const run_context& c, std::int32_t axis) {
    const auto& x = c.in_dims(0);
    const auto& y = c.in_dims(1);
    auto plan = kernel::plan_broadcast(x.dims(), y.dims(), x == y ? -1 : axis);
    if (!plan) return c.fail(errc::shape_mismatch, "Broadcast dimension mismatch", to_string(x), to_string(y));
    return *plan;
}
/// The same, planned once.
inline result<void> plan_loops(const run_context& c, const elementwise_attributes& a) {
    if (a.loops) return {};
    auto made = broadcast_loops(c, a.axis);
    if (!made) return made.failure();
    a.loops = *made;
    return {};
}

/// Division that a machine cannot do: by 0, and the least integer by -1 (asked of all pairs, which is more than needed).
template <std::integral T>
[[gnu::cold]] result<void> check_divisors(const run_context& c, std::span<const T> x, std::span<const T> y) {
    bool by_zero = false;
    bool by_minus_one = false;
    bool of_least = false;
    for (const T divisor : y) {
        by_zero |= divisor == 0;
        by_minus_one |= divisor == -1;
    }
    for (const T divided : x) of_least |= divided == std::numeric_limits<T>::min();
    if (by_zero) return c.fail(errc::bad_argument, "Integer division by zero encountered in divide. Please check.");
    if (by_minus_one && of_least) return c.fail(errc::overflow, "the least integer is divided by -1");
    return {};
}

using kernel::detail::binary_kind;

/// Shared by the operators: float has a loop for each function, other element types one for all of them.
inline result<void> run_elementwise(const elementwise_attributes& a, run_context& c, binary_kind kind,
                                    void (*floats)(const kernel::broadcast_plan&, const float*, const float*, float*)) {
    if (auto planned = plan_loops(c, a); !planned) return planned;
    return for_number(c, c.in_dtype(0), [&]<class T>() -> result<void> {
        const auto x = c.in<T>(0);
        const auto y = c.in<T>(1);
        auto* const out = c.out<T>(0).data();
        if constexpr (std::integral<T>)
            if (kind == binary_kind::div)
                if (auto checked = check_divisors(c, x, y); !checked) return checked;
        if constexpr (std::same_as<T, float>) floats(*a.loops, x.data(), y.data(), out);
        else kernel::detail::elementwise_slowly<T>(kind, *a.loops, x.data(), y.data(), out);
        return {};
    });
}
inline result<void> run_elementwise_grad(const elementwise_attributes& a, run_context& c, binary_kind kind) {
    if (auto planned = plan_loops(c, a); !planned) return planned;
    return for_float(c, c.in_dtype(0), [&]<class T>() -> result<void> {
        kernel::detail::elementwise_grads<T>(kind, *a.loops, c.in<T>(0), c.in<T>(1), c.in<T>(2), c.out<T>(0), c.out<T>(1));
        return {};
    });
}
[[gnu::cold]] inline void elementwise_gradient(gradient_op& made, bool reads_out) {
    made.reads("X").reads("Y").reads_grad("Out").makes_grad("X").makes_grad("Y");
    if (reads_out) made.reads("Out");
}

[[gnu::cold]] inline result<void> infer_elementwise(const elementwise_attributes& a, infer_context& c) {
    if (auto checked = must_hold(c, 1, c.in(0).dtype); !checked) return checked;
    auto out = broadcast_dims(c, c.in(0).dims, c.in(1).dims, a.axis);
    if (!out) return out.failure();
    c.set_out(0, c.in(0).with(*out));
    return {};
}
[[gnu::cold]] inline result<void> infer_elementwise_grad(const elementwise_attributes& a, infer_context& c) {
    auto out = broadcast_dims(c, c.in(0).dims, c.in(1).dims, a.axis);
    if (!out) return out.failure();
    if (auto checked = must_hold(c, 1, c.in(0).dtype); !checked) return checked;
    if (auto checked = must_hold(c, 2, c.in(0).dtype); !checked) return checked;
    if (auto checked = must_have_dims(c, 2, *out); !checked) return checked;
    c.set_out(0, c.in(0).with(c.in(0).dims));
    c.set_out(1, c.in(1).with(c.in(1).dims));
    return {};
}

template <class Function>
struct elementwise_grad;

/// Out = Function(X, Y), element by element with broadcasting.
template <class Function>
struct elementwise {
    static constexpr std::string_view type = Function::type;
    static constexpr std::array inputs = {slot{"X"}, slot{"Y"}};
    static constexpr std::array outputs = {slot{"Out"}};
    using attributes = elementwise_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) { return infer_elementwise(a, c); }
    static VarKind out_kind(const attributes&, std::span<const VarKind> kinds) { return kinds[0]; }
    [[gnu::cold]] static void gradient(gradient_maker& g) {
        elementwise_gradient(g.append<elementwise_grad<Function>>(), std::same_as<Function, div_function>);
    }
    static result<void> run(const attributes& a, run_context& c) {
        using body = typename Function::body;
        return run_elementwise(a, c, kernel::detail::kind_of<body>(), kernel::detail::elementwise_floats<body>);
    }
};

/// X@GRAD and Y@GRAD, each only where it is asked for and summed where its operand repeats.
template <class Function>
struct elementwise_grad {
    static constexpr std::string_view type = Function::grad_type;
    static constexpr auto inputs = [] {
        if constexpr (std::same_as<Function, div_function>) return std::array{slot{"X"}, slot{"Y"}, slot{"Out@GRAD"}, slot{"Out"}};
        else return std::array{slot{"X"}, slot{"Y"}, slot{"Out@GRAD"}};
    }();
    static constexpr std::array outputs = {slot{"X@GRAD", slot_arity::optional}, slot{"Y@GRAD", slot_arity::optional}};
    using attributes = elementwise_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) { return infer_elementwise_grad(a, c); }
    static result<void> run(const attributes& a, run_context& c) {
        return run_elementwise_grad(a, c, kernel::detail::kind_of<typename Function::body>());
    }
};

}  // namespace detail

/// X + Y. Shapes: see detail::broadcast_dims; Out has the dims of both together. Element types: float, double, int32, int64.
/// Errors: shape_mismatch, dtype_mismatch, bad_attribute. Source: paddle operators `elementwise_add`, `elementwise_add_grad`.
struct elementwise_add : detail::elementwise<detail::add_function> {};
struct elementwise_add_grad : detail::elementwise_grad<detail::add_function> {};
/// X - Y.
struct elementwise_sub : detail::elementwise<detail::sub_function> {};
struct elementwise_sub_grad : detail::elementwise_grad<detail::sub_function> {};
/// X * Y.
struct elementwise_mul : detail::elementwise<detail::mul_function> {};
struct elementwise_mul_grad : detail::elementwise_grad<detail::mul_function> {};
/// X / Y. Errors besides: bad_argument for an integer divisor of 0, overflow for the least integer by -1 (nothing is written).
struct elementwise_div : detail::elementwise<detail::div_function> {};
struct elementwise_div_grad : detail::elementwise_grad<detail::div_function> {};
/// The larger one; Y where they are not ordered.
struct elementwise_max : detail::elementwise<detail::max_function> {};
struct elementwise_max_grad : detail::elementwise_grad<detail::max_function> {};
/// The smaller one; Y where they are not ordered.
struct elementwise_min : detail::elementwise<detail::min_function> {};
struct elementwise_min_grad : detail::elementwise_grad<detail::min_function> {};

}  // namespace wherry::inline WHERRY_ABI::op

#endif
