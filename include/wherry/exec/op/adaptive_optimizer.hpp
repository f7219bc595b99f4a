#ifndef WHERRY_EXEC_OP_ADAPTIVE_OPTIMIZER_HPP
#define WHERRY_EXEC_OP_ADAPTIVE_OPTIMIZER_HPP

#include <wherry/base/result.hpp>
#include <wherry/exec/op/attribute_input.hpp>
#include <wherry/exec/op/check.hpp>
#include <wherry/exec/op/optimizer.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/kernel/optimizer.hpp>
#include <wherry/version.hpp>

#include <array>
#include <cstddef>
#include <string_view>

/// More update steps, slots in the order of exec/op/optimizer.hpp.
namespace wherry::inline WHERRY_ABI::op {

/// Attributes of `adamax`, and their defaults.
struct adamax_attributes {
    float beta1 = 0.9F;
    float beta2 = 0.999F;
    float epsilon = 1e-8F;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("beta1", self.beta1);
        attr("beta2", self.beta2);
        attr("epsilon", self.epsilon);
    }
};

/// Adam with the largest gradient so far in place of the second moment. Beta1Pow is used as it is: an operator of its own multiplies it.
/// Shapes: Moment, InfNorm as Param; LearningRate, Beta1Pow one element. Errors: as sgd. Source: paddle operator `adamax`.
struct adamax : detail::dense_update<adamax, adamax_attributes> {
    static constexpr std::string_view type = "adamax";
    static constexpr std::size_t states = 2, numbers = 0;
    static constexpr std::array inputs = {slot{"Param"},
                                          slot{"Grad"},
                                          slot{"LearningRate"},
                                          slot{"Moment"},
                                          slot{"InfNorm"},
                                          slot{"Beta1Pow"},
                                          slot{"MasterParam", slot_arity::since_2x}};
    static constexpr std::array outputs = {slot{"ParamOut"}, slot{"MomentOut"}, slot{"InfNormOut"},
                                           slot{"MasterParamOut", slot_arity::since_2x}};

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        if (auto checked = detail::must_be_number(c, 5); !checked) return checked;
        return dense_update::infer(a, c);
    }
    template <class T>
    static void step(const attributes& a, const run_context& c) {
        kernel::adamax<T>(c.out<T>(0), c.out<T>(1), c.out<T>(2), c.in<T>(1), c.in<T>(2)[0], static_cast<T>(detail::number_or(c, 5, 0)),
                          {static_cast<T>(a.beta1), static_cast<T>(a.beta2), static_cast<T>(a.epsilon)});
    }
};

/// Attributes of `adadelta`, and their defaults.
struct adadelta_attributes {
    float rho = 0.95F;
    float epsilon = 1e-6F;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("rho", self.rho);
        attr("epsilon", self.epsilon);
    }
};

/// A step as long as earlier steps were, whatever the gradient's unit. 1.8 has no LearningRate and takes the whole step. Where
/// AvgSquaredUpdateOut is the input's own variable, as in every program that an optimizer builds, 1.8 makes the step by its new value.
/// Shapes: AvgSquaredGrad, AvgSquaredUpdate as Param. Errors: as sgd; missing_slot for a 2.x program without LearningRate. Source: paddle
/// operator `adadelta`.
struct adadelta : detail::dense_update<adadelta, adadelta_attributes> {
    static constexpr std::string_view type = "adadelta";
    static constexpr std::size_t states = 2, numbers = 0;
    static constexpr std::array inputs = {slot{"Param"},
                                          slot{"Grad"},
                                          slot{"LearningRate", slot_arity::since_2x},
                                          slot{"AvgSquaredGrad"},
                                          slot{"AvgSquaredUpdate"},
                                          slot{"MasterParam", slot_arity::since_2x}};
    static constexpr std::array outputs = {slot{"ParamOut"}, slot{"AvgSquaredGradOut"}, slot{"AvgSquaredUpdateOut"},
                                           slot{"MasterParamOut", slot_arity::since_2x}};

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        if (detail::is_2x(c.program_version()) && !c.has_in(2)) return c.fail(errc::missing_slot, "Input(LearningRate) is needed");
        return dense_update::infer(a, c);
    }
    template <class T>
    static void step(const attributes& a, const run_context& c) {
        const auto rate = detail::is_2x(c.program_version()) ? c.in<T>(2)[0] : T(1);
        const bool in_place_in_1x = !detail::is_2x(c.program_version()) && c.in<T>(4).data() == c.out<T>(2).data();
        kernel::adadelta<T>(c.out<T>(0), c.out<T>(1), c.out<T>(2), c.in<T>(1), rate,
                            {static_cast<T>(a.rho), static_cast<T>(a.epsilon), in_place_in_1x});
    }
};

/// Attributes of `decayed_adagrad`, and their defaults.
struct decayed_adagrad_attributes {
    float decay = 0.95F;
    float epsilon = 1e-6F;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("decay", self.decay);
        attr("epsilon", self.epsilon);
    }
};

/// Adagrad that forgets: m = decay m + (1 - decay) g^2; p -= rate g / (sqrt(m) + epsilon).
/// Shapes, errors: as sgd. Source: paddle operator `decayed_adagrad`.
struct decayed_adagrad : detail::moment_update<decayed_adagrad, decayed_adagrad_attributes> {
    static constexpr std::string_view type = "decayed_adagrad";
    template <class T>
    static void step(const attributes& a, const run_context& c) {
        kernel::decayed_adagrad<T>(c.out<T>(0), c.out<T>(1), c.in<T>(1), c.in<T>(2)[0], static_cast<T>(a.decay), static_cast<T>(a.epsilon));
    }
};

/// Attributes of `ftrl`, and their defaults.
struct ftrl_attributes {
    float l1 = 0;
    float l2 = 0;
    float lr_power = -0.5F;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("l1", self.l1);
        attr("l2", self.l2);
        attr("lr_power", self.lr_power);
    }
};

/// "Follow the regularized leader": parameters that matter little are 0.
/// Shapes: SquaredAccumulator, LinearAccumulator as Param. Errors: as sgd. Source: paddle operator `ftrl`.
struct ftrl : detail::dense_update<ftrl, ftrl_attributes> {
    static constexpr std::string_view type = "ftrl";
    static constexpr std::size_t states = 2, numbers = 0;
    static constexpr std::array inputs = {slot{"Param"},
                                          slot{"Grad"},
                                          slot{"LearningRate"},
                                          slot{"SquaredAccumulator"},
                                          slot{"LinearAccumulator"},
                                          slot{"MasterParam", slot_arity::since_2x}};
    static constexpr std::array outputs = {slot{"ParamOut"}, slot{"SquaredAccumOut"}, slot{"LinearAccumOut"},
                                           slot{"MasterParamOut", slot_arity::since_2x}};
    template <class T>
    static void step(const attributes& a, const run_context& c) {
        kernel::ftrl<T>(c.out<T>(0), c.out<T>(1), c.out<T>(2), c.in<T>(1), c.in<T>(2)[0],
                        {static_cast<T>(a.l1), static_cast<T>(a.l2), static_cast<T>(a.lr_power)});
    }
};

/// Attributes of `lamb`, and their defaults.
struct lamb_attributes {
    float weight_decay = 0;
    float beta1 = 0.9F;
    float beta2 = 0.999F;
    float epsilon = 1e-6F;
    bool always_adapt = false;  ///< scale the step of a parameter without decay, too

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("weight_decay", self.weight_decay);
        attr("beta1", self.beta1);
        attr("beta2", self.beta2);
        attr("epsilon", self.epsilon);
        attr("always_adapt", self.always_adapt, since_2x);
    }
};

/// Adam whose step is as long, for each parameter, as the parameter's own norm says. 1.8 uses the moments as they are and leaves the powers
/// alone; 2.x divides by 1 - power, multiplies the powers afterwards, and scales no parameter without decay unless always_adapt says so.
/// Shapes: Moment1, Moment2 as Param; LearningRate, Beta1Pow, Beta2Pow one element each. Errors: as sgd; missing_slot for a 2.x program
/// without the outputs of the powers. Source: paddle operator `lamb`.
struct lamb : detail::dense_update<lamb, lamb_attributes> {
    static constexpr std::string_view type = "lamb";
    static constexpr std::size_t states = 2, numbers = 2;
    static constexpr std::array inputs = {slot{"Param"},
                                          slot{"Grad"},
                                          slot{"LearningRate"},
                                          slot{"Moment1"},
                                          slot{"Moment2"},
                                          slot{"Beta1Pow"},
                                          slot{"Beta2Pow"},
                                          slot{"MasterParam", slot_arity::since_2x},
                                          slot{"SkipUpdate", slot_arity::since_2x}};
    static constexpr std::array outputs = {slot{"ParamOut"},
                                           slot{"Moment1Out"},
                                           slot{"Moment2Out"},
                                           slot{"Beta1PowOut", slot_arity::since_2x},
                                           slot{"Beta2PowOut", slot_arity::since_2x},
                                           slot{"MasterParamOut", slot_arity::since_2x}};

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        if (auto checked = detail::must_be_absent(c, 8); !checked) return checked;
        if (detail::is_2x(c.program_version()) && (!c.has_out(3) || !c.has_out(4)))
            return c.fail(errc::missing_slot, "Output(Beta1PowOut) and Output(Beta2PowOut) are needed");
        return dense_update::infer(a, c);
    }
    template <class T>
    static void step(const attributes& a, const run_context& c) {
        const bool is_2x = detail::is_2x(c.program_version());
        kernel::lamb<T>(c.out<T>(0), c.out<T>(1), c.out<T>(2), c.in<T>(1), c.in<T>(2)[0], c.in<T>(5)[0], c.in<T>(6)[0],
                        {.beta1 = static_cast<T>(a.beta1),
                         .beta2 = static_cast<T>(a.beta2),
                         .epsilon = static_cast<T>(a.epsilon),
                         .weight_decay = static_cast<T>(a.weight_decay),
                         .trust = !is_2x || a.always_adapt || a.weight_decay > 0,
                         .unbiased = is_2x});
        if (!is_2x) return;
        c.out<T>(3)[0] *= static_cast<T>(a.beta1);
        c.out<T>(4)[0] *= static_cast<T>(a.beta2);
    }
};

/// The updates of this file.
using adaptive_updates = op_list<adamax, adadelta, decayed_adagrad, ftrl, lamb>;

}  // namespace wherry::inline WHERRY_ABI::op

#endif
