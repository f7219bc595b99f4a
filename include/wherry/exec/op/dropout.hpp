#ifndef WHERRY_EXEC_OP_DROPOUT_HPP
#define WHERRY_EXEC_OP_DROPOUT_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/exec/op/check.hpp>
#include <wherry/exec/op/random.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/kernel/dropout.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace wherry::inline WHERRY_ABI::op {

/// Attributes of `dropout`, and their defaults.
struct dropout_attributes {
    float dropout_prob = 0.5F;
    bool is_test = false;
    bool fix_seed = false;
    std::int32_t seed = 0;  ///< looked at when fix_seed is set
    std::string dropout_implementation = "downgrade_in_infer";

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("dropout_prob", self.dropout_prob);
        attr("is_test", self.is_test);
        attr("fix_seed", self.fix_seed);
        attr("seed", self.seed);
        attr("dropout_implementation", self.dropout_implementation);
    }
    [[nodiscard]] kernel::dropout_scaling scaling() const noexcept {
        return dropout_implementation == "upscale_in_train" ? kernel::dropout_scaling::upscale_in_train
                                                            : kernel::dropout_scaling::downgrade_in_infer;
    }
};

namespace detail {
[[gnu::cold]] inline result<void> check_dropout(const dropout_attributes& a, const infer_context& c) {
    if (!(a.dropout_prob >= 0 && a.dropout_prob <= 1))
        return c.fail(errc::bad_attribute, "'dropout_prob' must be between 0.0 and 1.0.", "[0, 1]", std::to_string(a.dropout_prob));
    if (a.dropout_implementation != "downgrade_in_infer" && a.dropout_implementation != "upscale_in_train")
        return c.fail(errc::bad_attribute, "dropout_implementation can only be downgrade_in_infer or upscale_in_train", {},
                      a.dropout_implementation);
    return {};
}

/// Out from the elements in that slot: those of the mask, or all of them while testing, scaled. The gradient is the same of Out@GRAD.
inline result<void> drop(const dropout_attributes& a, const run_context& c, std::size_t slot, std::span<const std::uint8_t> mask) {
    return for_float(c, c.in_dtype(slot), [&]<class T>() -> result<void> {
        if (a.is_test) kernel::dropout_infer<T>(c.in<T>(slot), a.dropout_prob, a.scaling(), c.out<T>(0));
        else kernel::dropout_train<T>(c.in<T>(slot), mask, a.dropout_prob, a.scaling(), c.out<T>(0));
        return {};
    });
}
}  // namespace detail

/// X@GRAD = Out@GRAD where Mask is 1, scaled as Out was; of a dropout that tests, 2.x scales all of it and 1.8 refuses.
struct dropout_grad {
    static constexpr std::string_view type = "dropout_grad";
    static constexpr std::array inputs = {slot{"Mask"}, slot{"Out@GRAD"}};
    static constexpr std::array outputs = {slot{"X@GRAD"}};
    using attributes = dropout_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        if (auto checked = detail::check_dropout(a, c); !checked) return checked;
        if (a.is_test && !detail::is_2x(c.program_version()))
            return c.fail(errc::bad_attribute, "GradOp is only callable when is_test is false");
        if (auto checked = detail::must_hold(c, 0, DType::UINT8); !checked) return checked;
        if (!a.is_test)
            if (auto checked = detail::must_have_dims(c, 0, c.in(1).dims); !checked) return checked;
        c.set_out(0, c.in(1).with(c.in(1).dims));
        return {};
    }
    static result<void> run(const attributes& a, run_context& c) { return detail::drop(a, c, 1, c.in<std::uint8_t>(0)); }
};

/// Training: sets elements to 0, each with probability dropout_prob; Mask is 1 where one stays. Testing: scales all of them.
/// Shapes: X, Out and Mask (uint8) alike; Seed one int32. Errors: bad_attribute, shape_mismatch, dtype_mismatch.
/// Source: paddle operators `dropout`, `dropout_grad`.
struct dropout {
    static constexpr std::string_view type = "dropout";
    static constexpr auto reads = op_reads::chances;
    static constexpr std::array inputs = {slot{"X"}, slot{"Seed", slot_arity::optional}};
    static constexpr std::array outputs = {slot{"Out"}, slot{"Mask", slot_arity::optional}};
    using attributes = dropout_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        if (auto checked = detail::check_dropout(a, c); !checked) return checked;
        if (c.has_in(1) && !c.building()) {
            if (auto checked = detail::must_hold(c, 1, DType::INT32); !checked) return checked;
            if (c.in(1).dims.element_count() != 1)
                return c.fail(errc::shape_mismatch, "Seed should have 1 element", "1 element", to_string(c.in(1).dims));
        }
        const auto& x = c.in(0);
        c.set_out(0, x.with(x.dims));
        c.set_out(1, {DType::UINT8, c.building() && a.is_test ? Shape{} : x.dims});
        return {};
    }
    [[gnu::cold]] static void gradient(gradient_maker& g) { g.append<dropout_grad>().reads("Mask").reads_grad("Out").makes_grad("X"); }
    static result<void> run(const attributes& a, run_context& c) {
        auto mask = c.out<std::uint8_t>(1);
        sequence<std::uint8_t> own;
        if (a.is_test) {
            std::fill(mask.begin(), mask.end(), std::uint8_t{1});
        } else {
            const auto count = c.in_bytes(0).size() / size_of(c.in_dtype(0));
            if (mask.size() != count) {
                if (auto made = c.make_room(own, count); !made) return made;
                mask = own;
            }
            kernel::dropout_mask(mask, a.dropout_prob, seed(a, c), detail::engine_of(c.program_version()));
        }
        return detail::drop(a, c, 0, mask);
    }

  private:
    /// 1.8 takes a fixed seed of 0 for a seed, 2.x for none. Unlike the seed of uniform_random it is widened with its sign.
    static std::uint64_t seed(const attributes& a, const run_context& c) {
        if (!c.has_in(1) && !a.fix_seed) return detail::any_seed();
        const auto fixed = c.has_in(1) ? c.in<std::int32_t>(1)[0] : a.seed;
        return fixed == 0 && detail::is_2x(c.program_version()) ? detail::any_seed() : static_cast<std::uint64_t>(fixed);
    }
};

}  // namespace wherry::inline WHERRY_ABI::op

#endif
