#ifndef WHERRY_EXEC_OP_SCALE_HPP
#define WHERRY_EXEC_OP_SCALE_HPP

#include <wherry/base/result.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/exec/op/check.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/kernel/scale.hpp>
#include <wherry/version.hpp>

#include <array>
#include <concepts>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

namespace wherry::inline WHERRY_ABI::op {

/// Attributes of `scale`, and their defaults.
struct scale_attributes {
    float scale = 1;
    float bias = 0;
    bool bias_after_scale = true;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("scale", self.scale);
        attr("bias", self.bias);
        attr("bias_after_scale", self.bias_after_scale);
    }
};

/// Out = scale X + bias, or scale (X + bias). For integers scale and bias are first cut to integers, as in the reference.
/// Shapes: X and Out alike; ScaleTensor, which replaces the attribute, holds one number of X's element type.
/// Errors: shape_mismatch, dtype_mismatch, bad_attribute where an integer cannot hold scale or bias.
/// Source: paddle operator `scale`; its gradient is another one.
struct scale {
    static constexpr std::string_view type = "scale";
    static constexpr std::array inputs = {slot{"X"}, slot{"ScaleTensor", slot_arity::optional}};
    static constexpr std::array outputs = {slot{"Out"}};
    static constexpr bool keeps_dims = true;
    using attributes = scale_attributes;

    [[gnu::cold]] static result<void> infer(const attributes&, infer_context& c) {
        const auto& x = c.in(0);
        if (c.has_in(1)) {
            if (auto checked = detail::must_hold(c, 1, x.dtype); !checked) return checked;
            if (auto checked = detail::must_have_dims(c, 1, Shape{1}); !checked) return checked;
        }
        c.set_out(0, x.with(x.dims));
        return {};
    }
    static VarKind out_kind(const attributes&, std::span<const VarKind> kinds) { return kinds[0]; }
    [[gnu::cold]] static void gradient(gradient_maker& g) {
        g.append<scale>()
            .without_attributes()
            .with(make_attr("scale", g.forward().attr_or("scale", 1.0F)))
            .with(make_attr("bias", 0.0F))
            .with(make_attr("bias_after_scale", true))
            .reads("X", {grad_name(g.forward().output("Out")[0])})
            .reads("ScaleTensor")
            .makes("Out", {grad_name(g.forward().input("X")[0])});
    }
    static result<void> run(const attributes& a, run_context& c) {
        return for_number(c, c.in_dtype(0), [&]<class T>() -> result<void> {
            if (!fits<T>(a.bias) || (!c.has_in(1) && !fits<T>(a.scale)))
                return c.fail(errc::bad_attribute, "scale or bias does not fit the element type of Input(X)", name_of(c.in_dtype(0)));
            const T factor = c.has_in(1) ? c.in<T>(1)[0] : static_cast<T>(a.scale);
            const T bias = static_cast<T>(a.bias);
            if (a.bias_after_scale) kernel::scale<T>(c.in<T>(0), factor, bias, c.out<T>(0));
            else kernel::scale_after_bias<T>(c.in<T>(0), factor, bias, c.out<T>(0));
            return {};
        });
    }

  private:
    template <class T>
    static constexpr bool fits(float value) noexcept {
        if constexpr (std::integral<T>) {
            constexpr auto end = -static_cast<float>(std::numeric_limits<T>::min());  // a power of two, exact
            return value >= -end && value < end;
        } else {
            return true;
        }
    }
};

}  // namespace wherry::inline WHERRY_ABI::op

#endif
