#ifndef WHERRY_EXEC_OP_CLIP_HPP
#define WHERRY_EXEC_OP_CLIP_HPP

#include <wherry/base/result.hpp>
#include <wherry/exec/op/attribute_input.hpp>
#include <wherry/exec/op/check.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/kernel/cast.hpp>
#include <wherry/kernel/clip.hpp>
#include <wherry/version.hpp>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace wherry::inline WHERRY_ABI::op {

/// Attributes of `clip`, and their defaults.
struct clip_attributes {
    float min = 0;
    float max = 0;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("min", self.min);
        attr("max", self.max);
    }
};

namespace detail {

/// The bounds in force: those of Input(Min), Input(Max) or else the attributes. 1.8 wants min < max, 2.x min <= max.
struct clip_bounds {
    double low = 0;
    double high = 0;

    template <class Context>
    [[nodiscard]] result<void> check(const Context& c) const {
        const bool lax = is_2x(c.program_version());
        if (lax ? low <= high : low < high) return {};
        return c.fail(errc::bad_attribute, {"max should be greater than ", lax ? "or equal to " : "",
                                            "min. But received min = ", std::to_string(low), ", max = ", std::to_string(high)});
    }
};

/// Shared by clip and its gradient: X, Min and Max are their first inputs.
template <class Op>
result<void> check_clip(const clip_attributes& a, const infer_context& c) {
    for (const std::size_t slot : {1u, 2u})
        if (auto checked = must_be_number(c, slot); !checked) return checked;
    if (c.has_in(1) || c.has_in(2)) return {};  // their values are there when it runs
    return clip_bounds{static_cast<double>(a.min), static_cast<double>(a.max)}.check(c);
}

/// Calls `kernel.operator()<T>(low, high)`.
template <class Kernel>
result<void> with_bounds(const clip_attributes& a, const run_context& c, Kernel&& kernel) {
    const clip_bounds bounds{number_or(c, 1, a.min), number_or(c, 2, a.max)};
    if (auto checked = bounds.check(c); !checked) return checked;
    return for_number(c, c.in_dtype(0), [&]<class T>() -> result<void> {
        kernel.template operator()<T>(kernel::cast_one<T>(bounds.low), kernel::cast_one<T>(bounds.high));
        return {};
    });
}

}  // namespace detail

/// X@GRAD = Out@GRAD where min < X < max, else 0.
struct clip_grad {
    static constexpr std::string_view type = "clip_grad";
    static constexpr std::array inputs = {slot{"X"}, slot{"Min", slot_arity::optional}, slot{"Max", slot_arity::optional},
                                          slot{"Out@GRAD"}};
    static constexpr std::array outputs = {slot{"X@GRAD"}};
    using attributes = clip_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        if (auto checked = detail::check_clip<clip_grad>(a, c); !checked) return checked;
        if (auto checked = detail::must_match(c, 3, 0); !checked) return checked;
        c.set_out(0, {c.in(0).dtype, c.in(0).dims});
        return {};
    }
    static result<void> run(const attributes& a, run_context& c) {
        return detail::with_bounds(a, c,
                                   [&]<class T>(T low, T high) { kernel::clip_grad<T>(c.in<T>(0), c.in<T>(3), low, high, c.out<T>(0)); });
    }
};

/// X, but at least min and at most max; NaN stays.
/// Shapes: X and Out alike; Min and Max, in place of the attributes, one float. Errors: bad_attribute, shape_mismatch, dtype_mismatch.
/// Source: paddle operators `clip`, `clip_grad`.
struct clip {
    static constexpr std::string_view type = "clip";
    static constexpr std::array inputs = {slot{"X"}, slot{"Min", slot_arity::optional}, slot{"Max", slot_arity::optional}};
    static constexpr std::array outputs = {slot{"Out"}};
    using attributes = clip_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        if (auto checked = detail::check_clip<clip>(a, c); !checked) return checked;
        c.set_out(0, c.in(0).with(c.in(0).dims));
        return {};
    }
    [[gnu::cold]] static void gradient(gradient_maker& g) {
        g.append<clip_grad>().reads("X").reads("Min").reads("Max").reads_grad("Out").makes_grad("X");
    }
    static result<void> run(const attributes& a, run_context& c) {
        return detail::with_bounds(a, c, [&]<class T>(T low, T high) { kernel::clip<T>(c.in<T>(0), low, high, c.out<T>(0)); });
    }
};

}  // namespace wherry::inline WHERRY_ABI::op

#endif
