#ifndef WHERRY_EXEC_OP_OPTIMIZER_HPP
#define WHERRY_EXEC_OP_OPTIMIZER_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/exec/op/assign.hpp>
#include <wherry/exec/op/attribute_input.hpp>
#include <wherry/exec/op/check.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/kernel/optimizer.hpp>
#include <wherry/tensor/selected_rows.hpp>
#include <wherry/version.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

/// One update step of a parameter. Each operator here has as its first inputs Param, Grad, LearningRate, then what it carries from step to
/// step (state of the parameter's shape, then single numbers), and as its first outputs ParamOut and the carried ones in the same order. As a
/// rule an output is the input's own variable; where it is another one, it gets the new value and the input keeps the old.
namespace wherry::inline WHERRY_ABI::op {

namespace detail {

/// How many states and numbers an update carries, and where its slots of training in half precision are.
struct update_shape {
    std::size_t states = 0;
    std::size_t numbers = 0;
    std::size_t master_in = 0;
    std::size_t master_out = 0;
};
consteval std::size_t place_of(std::span<const slot> slots, std::string_view name) {
    std::size_t at = 0;
    while (slots[at].name != name) ++at;
    return at;
}
template <class Op>
inline constexpr update_shape shape_of{Op::states, Op::numbers, place_of(Op::inputs, "MasterParam"),
                                       place_of(Op::outputs, "MasterParamOut")};

/// Checks an update and sets its outputs: gradient and state are exactly as the parameter, rate and numbers are one element each.
[[gnu::cold]] inline result<void> infer_update(infer_context& c, const update_shape& op) {
    const auto& param = c.in(0);
    if (auto checked = must_be_absent(c, op.master_in); !checked) return checked;
    if (c.has_out(op.master_out)) return c.fail(errc::unsupported, "Output(MasterParamOut) is not supported");

    for (std::size_t i = 1; i < 3 + op.states + op.numbers && !c.building(); ++i) {
        if (!c.has_in(i)) continue;
        const std::string name(c.in_name(i));
        const auto& held = c.in(i);
        const bool number = i == 2 || i >= 3 + op.states;
        if (number && held.dims.element_count() != 1)
            return c.fail(errc::shape_mismatch, {name, " should have 1 element, but received ", decimal(held.dims.count())}, "1 element",
                          to_string(held.dims));
        if (!number && held.dims != param.dims)
            return c.fail(errc::shape_mismatch,
                          {"Param and ", name, " should have same dimension. But received Param dims: ", to_string(param.dims), ", ", name,
                           " dims: ", to_string(held.dims), "."},
                          to_string(param.dims), to_string(held.dims));
        if (held.dtype != param.dtype) return wrong_dtype(c, held.dtype, param.dtype);
    }
    c.set_out(0, {param.dtype, param.dims});
    for (std::size_t i = 0; i < op.states; ++i) c.set_out(1 + i, {param.dtype, param.dims});
    for (std::size_t i = op.states; i < op.states + op.numbers; ++i) {
        const bool held = c.has_in(3 + i);
        c.set_out(1 + i, {param.dtype, held ? c.in(3 + i).dims : Shape{1}});
    }
    return {};
}

/// Starts an update: there must be a place for every result, and it starts with the values of its input, in the same memory or a copy.
inline result<void> start_update(const run_context& c, const update_shape& op) {
    const auto declared = c.declared_outputs();
    for (std::size_t i = 0; i < declared.size(); ++i)
        if (declared[i].arity == slot_arity::one && !c.has_out(i))
            return c.fail(errc::missing_slot, {"Output(", declared[i].name, ") is needed"});
    if (const auto dtype = c.in_dtype(0); dtype != DType::FP32 && dtype != DType::FP64) return c.no_kernel(dtype);
    copy_elements(c, 0, 0);
    for (std::size_t i = 0; i < op.states + op.numbers; ++i)
        if (c.has_out(1 + i)) copy_elements(c, 3 + i, 1 + i);
    return {};
}

/// What updates of dense gradients have in common: `Op::step<T>(attributes, context)` changes parameter and state.
template <class Op, class Attributes>
struct dense_update {
    using attributes = Attributes;

    [[gnu::cold]] static result<void> infer(const attributes&, infer_context& c) { return infer_update(c, shape_of<Op>); }
    static result<void> run(const attributes& a, run_context& c) {
        if (auto started = start_update(c, shape_of<Op>); !started) return started;
        return for_float(c, c.in_dtype(0), [&]<class T>() -> result<void> { return Op::template step<T>(a, c), result<void>(); });
    }
};
/// As above, with a Moment as its only state.
template <class Op, class Attributes>
struct moment_update : dense_update<Op, Attributes> {
    static constexpr std::size_t states = 1, numbers = 0;
    static constexpr std::array inputs = {slot{"Param"}, slot{"Grad"}, slot{"LearningRate"}, slot{"Moment"},
                                          slot{"MasterParam", slot_arity::since_2x}};
    static constexpr std::array outputs = {slot{"ParamOut"}, slot{"MomentOut"}, slot{"MasterParamOut", slot_arity::since_2x}};
};

/// How wide the rows of a table's gradient are.
inline std::size_t row_width(const run_context& c) { return c.out_dims(0).count() / static_cast<std::size_t>(c.in_dims(1)[0]); }

}  // namespace detail

/// p -= rate g.
/// Shapes: all alike, LearningRate one element. Errors: shape_mismatch, dtype_mismatch, unsupported (half precision). Source: paddle
/// operator `sgd`.
struct sgd {
    static constexpr std::string_view type = "sgd";
    static constexpr std::size_t states = 0, numbers = 0;
    static constexpr std::array inputs = {slot{"Param"}, slot{"Grad"}, slot{"LearningRate"}, slot{"MasterParam", slot_arity::since_2x}};
    static constexpr std::array outputs = {slot{"ParamOut"}, slot{"MasterParamOut", slot_arity::since_2x}};
    static constexpr auto rows = op_rows::takes;
    using attributes = no_attributes;

    [[gnu::cold]] static result<void> infer(const attributes&, infer_context& c) { return detail::infer_update(c, detail::shape_of<sgd>); }
    static result<void> run(const attributes&, run_context& c) {
        if (auto started = detail::start_update(c, detail::shape_of<sgd>); !started) return started;
        return for_float(c, c.in_dtype(0), [&]<class T>() -> result<void> {
            const auto step = [&](std::size_t at, std::span<const T> g) {
                kernel::sgd<T>(c.out<T>(0).subspan(at, g.size()), g, c.in<T>(2)[0]);
            };
            if (c.in_has_row_block(1)) c.in_row_block(1).template each_row<T>(detail::row_width(c), step);
            else step(0, c.in<T>(1));
            return {};
        });
    }
};

/// Attributes of `momentum`, and their defaults.
struct momentum_attributes {
    float mu = 0;
    bool use_nesterov = false;
    std::string regularization_method;  ///< "l2_decay" adds regularization_coeff p to the gradient
    float regularization_coeff = 0;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("mu", self.mu);
        attr("use_nesterov", self.use_nesterov);
        attr("regularization_method", self.regularization_method, since_2x);
        attr("regularization_coeff", self.regularization_coeff, since_2x);
    }
};

/// v = mu v + g; p -= rate v, or with Nesterov p -= rate (g + mu v).
/// Shapes, errors: as sgd. (2.6 reads rescale_grad on the GPU only, so it is not read here.) Source: paddle operator `momentum`.
struct momentum {
    static constexpr std::string_view type = "momentum";
    static constexpr std::size_t states = 1, numbers = 0;
    static constexpr std::array inputs = {slot{"Param"}, slot{"Grad"}, slot{"LearningRate"}, slot{"Velocity"},
                                          slot{"MasterParam", slot_arity::since_2x}};
    static constexpr std::array outputs = {slot{"ParamOut"}, slot{"VelocityOut"}, slot{"MasterParamOut", slot_arity::since_2x}};
    using attributes = momentum_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        if (!a.regularization_method.empty() && a.regularization_method != "l2_decay")
            return c.fail(errc::bad_attribute, "attribute 'regularization_method' is not known", "l2_decay", a.regularization_method);
        return detail::infer_update(c, detail::shape_of<momentum>);
    }
    static result<void> run(const attributes& a, run_context& c) {
        if (auto started = detail::start_update(c, detail::shape_of<momentum>); !started) return started;
        sequence<std::byte> room;
        return for_float(c, c.in_dtype(0), [&]<class T>() -> result<void> {
            auto grad = c.in<T>(1);
            if (!a.regularization_method.empty()) {
                const auto old = c.in<T>(0);
                if (auto made = c.make_room(room, old.size_bytes()); !made) return made;
                const auto decayed = elements_of<T>(std::span<std::byte>(room));
                for (std::size_t i = 0; i < old.size(); ++i) decayed[i] = grad[i] + static_cast<T>(a.regularization_coeff) * old[i];
                grad = decayed;
            }
            kernel::momentum<T>(c.out<T>(0), c.out<T>(1), grad, c.in<T>(2)[0], {static_cast<T>(a.mu), a.use_nesterov});
            return {};
        });
    }
};

/// Attributes of `adam`, and their defaults.
struct adam_attributes {
    float beta1 = 0.9F;
    float beta2 = 0.999F;
    float epsilon = 1e-8F;
    bool lazy_mode = false;
    std::int64_t min_row_size_to_use_multithread = 1000;
    bool use_global_beta_pow = false;  ///< somebody else multiplies the powers

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("beta1", self.beta1);
        attr("beta2", self.beta2);
        attr("epsilon", self.epsilon);
        attr("lazy_mode", self.lazy_mode);
        attr("min_row_size_to_use_multithread", self.min_row_size_to_use_multithread);
        attr("use_global_beta_pow", self.use_global_beta_pow, since_2x);
    }
};
/// Attributes of `adamw`, and their defaults.
struct adamw_attributes : adam_attributes {
    float coeff = 0.01F;
    float lr_ratio = 1;
    bool with_decay = false;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        adam_attributes::visit(self, attr);
        attr("coeff", self.coeff);
        attr("lr_ratio", self.lr_ratio);
        attr("with_decay", self.with_decay);
    }
};

namespace detail {

/// Shared by adam and adamw.
struct adam_slots {
    static constexpr std::size_t states = 2, numbers = 2;
    static constexpr auto rows = op_rows::takes;
    static constexpr std::array inputs = {slot{"Param"},
                                          slot{"Grad"},
                                          slot{"LearningRate"},
                                          slot{"Moment1"},
                                          slot{"Moment2"},
                                          slot{"Beta1Pow"},
                                          slot{"Beta2Pow"},
                                          slot{"Beta1Tensor", slot_arity::optional},
                                          slot{"Beta2Tensor", slot_arity::optional},
                                          slot{"EpsilonTensor", slot_arity::since_2x},
                                          slot{"MasterParam", slot_arity::since_2x},
                                          slot{"SkipUpdate", slot_arity::since_2x}};
    static constexpr std::array outputs = {slot{"ParamOut"},    slot{"Moment1Out"},  slot{"Moment2Out"},
                                           slot{"Beta1PowOut"}, slot{"Beta2PowOut"}, slot{"MasterParamOut", slot_arity::since_2x}};

    [[gnu::cold]] static result<void> infer_step(infer_context& c) {
        for (const std::size_t slot : {7u, 8u, 9u})
            if (auto checked = must_be_number(c, slot); !checked) return checked;
        if (c.has_in(skip_update) && !c.building()) {
            if (auto checked = must_hold(c, skip_update, DType::BOOL); !checked) return checked;
            if (c.in(skip_update).dims.element_count() != 1)
                return c.fail(errc::shape_mismatch, "SkipUpdate should have 1 element", "1 element", to_string(c.in(skip_update).dims));
        }
        return infer_update(c, shape_of<adam_slots>);
    }

    /// One step, after some `decay` where it is adamw's.
    static result<void> run_step(const adam_attributes& a, const run_context& c, kernel::epsilon_rule rule,
                                 const adamw_attributes* decay = nullptr) {
        if (auto started = start_update(c, shape_of<adam_slots>); !started) return started;
        if (c.has_in(skip_update) && c.in<bool>(skip_update)[0]) return {};
        const auto given_beta1 = number_or(c, 7, a.beta1);
        const auto given_beta2 = number_or(c, 8, a.beta2);
        const auto given_epsilon = number_or(c, 9, a.epsilon);
        const bool of_rows = c.in_is_rows(1);  // their kernel reads the powers after they are multiplied, in 1.8 as in 2.6
        return for_float(c, c.in_dtype(0), [&]<class T>() -> result<void> {
            const auto beta1 = static_cast<T>(given_beta1);
            const auto beta2 = static_cast<T>(given_beta2);
            T& power1 = c.out<T>(3)[0];
            T& power2 = c.out<T>(4)[0];
            const T p1 = of_rows ? power1 * beta1 : power1;
            const T p2 = of_rows ? power2 * beta2 : power2;
            const T rate = c.in<T>(2)[0];
            const T share = decay != nullptr ? rate * static_cast<T>(decay->lr_ratio) * static_cast<T>(decay->coeff) : T{};
            const auto step = [&](std::size_t at, std::span<const T> g) {
                kernel::detail::adam_step<T>(c.out<T>(0).subspan(at, g.size()), c.out<T>(1).subspan(at, g.size()),
                                             c.out<T>(2).subspan(at, g.size()), g, rate, p1, p2,
                                             {beta1, beta2, static_cast<T>(given_epsilon), rule}, share);
            };
            if (c.in_has_row_block(1)) {
                if (a.lazy_mode) c.in_row_block(1).template each_row<T>(row_width(c), step);
                else c.in_row_block(1).template each_row_and_between<T>(row_width(c), c.out<T>(0).size(), step);
            } else {
                const auto grad = c.in<T>(1);
                const bool skips_rows = of_rows && a.lazy_mode && !grad.empty();
                const auto width = skips_rows ? row_width(c) : grad.size();
                for (std::size_t at = 0; at < grad.size(); at += width)
                    if (const auto g = grad.subspan(at, width); !skips_rows || !is_absent_row(g)) step(at, g);
            }
            if (a.use_global_beta_pow) return {};
            power1 *= beta1;
            power2 *= beta2;
            return {};
        });
    }

  private:
    static constexpr std::size_t skip_update = 11;
};

}  // namespace detail

/// Adam, whose epsilon has another place from 2.0 on. The powers of beta are used as they are, then multiplied; for a gradient of rows the
/// other way round. In lazy_mode rows without an id are left as they are, their moments too.
/// Shapes: Moment1, Moment2 as Param; LearningRate, Beta1Pow, Beta2Pow one element each; Beta1Tensor, Beta2Tensor, in place of the attributes,
/// too. Errors: as sgd. Source: paddle operator `adam`.
struct adam : detail::adam_slots {
    static constexpr std::string_view type = "adam";
    using attributes = adam_attributes;

    [[gnu::cold]] static result<void> infer(const attributes&, infer_context& c) { return infer_step(c); }
    static result<void> run(const attributes& a, run_context& c) {
        const auto rule = detail::is_2x(c.program_version()) ? kernel::epsilon_rule::paddle2 : kernel::epsilon_rule::fluid18;
        return run_step(a, c, rule);
    }
};

/// Adam that takes rate lr_ratio coeff p off each parameter p first, if with_decay.
/// Shapes, errors: as adam. Source: paddle 2.6 operator `adamw`.
struct adamw : detail::adam_slots {
    static constexpr std::string_view type = "adamw";
    using attributes = adamw_attributes;

    [[gnu::cold]] static result<void> infer(const attributes&, infer_context& c) { return infer_step(c); }
    static result<void> run(const attributes& a, run_context& c) {
        return run_step(a, c, kernel::epsilon_rule::paddle2, a.with_decay ? &a : nullptr);
    }
};

/// Attributes of `adagrad`, and their defaults.
struct adagrad_attributes {
    float epsilon = 1e-6F;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("epsilon", self.epsilon);
    }
};

/// m += g^2; p -= rate g / (sqrt(m) + epsilon).
/// Shapes, errors: as sgd. Source: paddle operator `adagrad`.
struct adagrad : detail::moment_update<adagrad, adagrad_attributes> {
    static constexpr std::string_view type = "adagrad";
    template <class T>
    static void step(const attributes& a, const run_context& c) {
        kernel::adagrad<T>(c.out<T>(0), c.out<T>(1), c.in<T>(1), c.in<T>(2)[0], static_cast<T>(a.epsilon));
    }
};

/// Attributes of `rmsprop`, and their defaults.
struct rmsprop_attributes {
    float epsilon = 1e-10F;
    float decay = 0.9F;
    float momentum = 0;
    bool centered = false;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("epsilon", self.epsilon);
        attr("decay", self.decay);
        attr("momentum", self.momentum);
        attr("centered", self.centered);
    }
};

/// s = decay s + (1 - decay) g^2; m = momentum m + rate g / sqrt(s + epsilon); p -= m. Centered: the root is of s - a^2 + epsilon, where a,
/// in MeanGrad, is the mean of g; otherwise MeanGrad stays as it is.
/// Shapes, errors: as sgd; missing_slot for centered without MeanGrad. Source: paddle operator `rmsprop`.
struct rmsprop {
    static constexpr std::string_view type = "rmsprop";
    static constexpr std::size_t states = 3, numbers = 0;
    static constexpr std::array inputs = {slot{"Param"},
                                          slot{"Grad"},
                                          slot{"LearningRate"},
                                          slot{"MeanSquare"},
                                          slot{"Moment"},
                                          slot{"MeanGrad", slot_arity::optional},
                                          slot{"MasterParam", slot_arity::since_2x}};
    static constexpr std::array outputs = {slot{"ParamOut"}, slot{"MeanSquareOut"}, slot{"MomentOut"},
                                           slot{"MeanGradOut", slot_arity::optional}, slot{"MasterParamOut", slot_arity::since_2x}};
    using attributes = rmsprop_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        if ((a.centered || c.has_out(3)) && !c.has_in(5)) return c.fail(errc::missing_slot, "Input(MeanGrad) is needed");
        return detail::infer_update(c, detail::shape_of<rmsprop>);
    }
    static result<void> run(const attributes& a, run_context& c) {
        if (a.centered && !c.has_out(3)) return c.fail(errc::missing_slot, "Output(MeanGradOut) is needed");
        if (auto started = detail::start_update(c, detail::shape_of<rmsprop>); !started) return started;
        return for_float(c, c.in_dtype(0), [&]<class T>() -> result<void> {
            const auto mean_grad = a.centered ? c.out<T>(3) : std::span<T>();
            kernel::rmsprop<T>(c.out<T>(0), c.out<T>(1), c.out<T>(2), mean_grad, c.in<T>(1), c.in<T>(2)[0],
                               {static_cast<T>(a.decay), static_cast<T>(a.epsilon), static_cast<T>(a.momentum)});
            return {};
        });
    }
};

}  // namespace wherry::inline WHERRY_ABI::op

#endif
