#ifndef WHERRY_TRAIN_ADAPTIVE_OPTIMIZER_HPP
#define WHERRY_TRAIN_ADAPTIVE_OPTIMIZER_HPP

#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/exec/op/adaptive_optimizer.hpp>
#include <wherry/exec/op/optimizer.hpp>
#include <wherry/exec/op/scale.hpp>
#include <wherry/layers/builder.hpp>
#include <wherry/program/variable.hpp>
#include <wherry/train/backward.hpp>
#include <wherry/train/optimizer.hpp>
#include <wherry/version.hpp>

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <utility>

/// The optimizers beside SGD, Momentum and Adam. Programs are as fluid 1.8.5 builds them; AdamW's as Paddle 2.6 does, since 1.8 has none.
namespace wherry::inline WHERRY_ABI {

/// m += g^2; p -= rate g / (sqrt(m) + epsilon)
struct adagrad_rule {
    float epsilon = 1e-6F;
    float initial_accumulator_value = 0;

    result<sequence<Variable>> accumulators(Builder<carries::kernels>& b, const Variable& param) const {
        return detail::make_accumulators(b, param, {{"moment", initial_accumulator_value}});
    }
    result<void> append(Builder<carries::kernels>& b, const param_and_grad& pair, const Variable& rate,
                        std::span<const Variable> state) const {
        return b.append<op::adagrad>({{"Param", pair.param}, {"Grad", pair.grad}, {"Moment", state[0]}, {"LearningRate", rate}},
                                     {{"ParamOut", pair.param}, {"MomentOut", state[0]}}, {make_attr("epsilon", epsilon)});
    }
};

/// Adagrad that forgets: m = decay m + (1 - decay) g^2; p -= rate g / (sqrt(m) + epsilon)
struct decayed_adagrad_rule {
    float decay = 0.95F;
    float epsilon = 1e-6F;

    result<sequence<Variable>> accumulators(Builder<carries::kernels>& b, const Variable& param) const {
        return detail::make_accumulators(b, param, {{"moment"}});
    }
    result<void> append(Builder<carries::kernels>& b, const param_and_grad& pair, const Variable& rate,
                        std::span<const Variable> state) const {
        return b.append<op::decayed_adagrad>({{"Param", pair.param}, {"Grad", pair.grad}, {"Moment", state[0]}, {"LearningRate", rate}},
                                             {{"ParamOut", pair.param}, {"MomentOut", state[0]}},
                                             {make_attr("epsilon", epsilon), make_attr("decay", decay)});
    }
};

/// A step by the gradient over the root of its mean square, with momentum.
struct rmsprop_rule {
    float rho = 0.95F;
    float epsilon = 1e-6F;
    float momentum = 0;
    bool centered = false;

    result<sequence<Variable>> accumulators(Builder<carries::kernels>& b, const Variable& param) const {
        return detail::make_accumulators(b, param, {{"momentum"}, {"mean_square"}, {"mean_grad"}});
    }
    result<void> append(Builder<carries::kernels>& b, const param_and_grad& pair, const Variable& rate,
                        std::span<const Variable> state) const {
        return b.append<op::rmsprop>(
            {{"Param", pair.param},
             {"Grad", pair.grad},
             {"Moment", state[0]},
             {"MeanSquare", state[1]},
             {"MeanGrad", state[2]},
             {"LearningRate", rate}},
            {{"ParamOut", pair.param}, {"MomentOut", state[0]}, {"MeanSquareOut", state[1]}, {"MeanGradOut", state[2]}},
            {make_attr("epsilon", epsilon), make_attr("decay", rho), make_attr("momentum", momentum), make_attr("centered", centered)});
    }
};

/// Adam by the largest gradient in place of the second moment.
struct adamax_rule {
    float beta1 = 0.9F;
    float beta2 = 0.999F;
    float epsilon = 1e-8F;

    result<sequence<Variable>> accumulators(Builder<carries::kernels>& b, const Variable& param) const {
        return detail::make_accumulators(b, param, {{"moment"}, {"inf_norm"}, {"beta1_pow_acc", beta1, true}});
    }
    result<void> append(Builder<carries::kernels>& b, const param_and_grad& pair, const Variable& rate,
                        std::span<const Variable> state) const {
        return b.append<op::adamax>({{"Param", pair.param},
                                     {"Grad", pair.grad},
                                     {"LearningRate", rate},
                                     {"Moment", state[0]},
                                     {"InfNorm", state[1]},
                                     {"Beta1Pow", state[2]}},
                                    {{"ParamOut", pair.param}, {"MomentOut", state[0]}, {"InfNormOut", state[1]}},
                                    {make_attr("beta1", beta1), make_attr("beta2", beta2), make_attr("epsilon", epsilon)});
    }
    /// The operator leaves the power alone.
    result<void> finish(Builder<carries::kernels>& b, std::span<const Variable> state) const {
        const auto scope = b.scopes().enter("adamx");  // so spelt in the reference
        return b.append<op::scale>({{"X", state[2]}}, {{"Out", state[2]}}, {make_attr("scale", beta1)});
    }
};

/// A step as long as earlier ones were. The learning rate is not used by 1.8's operator, and not given to it.
struct adadelta_rule {
    static constexpr bool without_rate = true;
    float epsilon = 1e-6F;
    float rho = 0.95F;

    result<sequence<Variable>> accumulators(Builder<carries::kernels>& b, const Variable& param) const {
        return detail::make_accumulators(b, param, {{"_avg_squared_grad"}, {"_avg_squared_update"}});
    }
    result<void> append(Builder<carries::kernels>& b, const param_and_grad& pair, const Variable&, std::span<const Variable> state) const {
        return b.append<op::adadelta>(
            {{"Param", pair.param}, {"Grad", pair.grad}, {"AvgSquaredGrad", state[0]}, {"AvgSquaredUpdate", state[1]}},
            {{"ParamOut", pair.param}, {"AvgSquaredGradOut", state[0]}, {"AvgSquaredUpdateOut", state[1]}},
            {make_attr("epsilon", epsilon), make_attr("rho", rho)});
    }
};

/// "Follow the regularized leader". fluid 1.8.5 writes l1 for l2, too, so its l2 has no effect: what it builds is what is built here.
struct ftrl_rule {
    float l1 = 0;
    float l2 = 0;  ///< not used
    float lr_power = -0.5F;

    result<sequence<Variable>> accumulators(Builder<carries::kernels>& b, const Variable& param) const {
        return detail::make_accumulators(b, param, {{"squared"}, {"linear"}});
    }
    result<void> append(Builder<carries::kernels>& b, const param_and_grad& pair, const Variable& rate,
                        std::span<const Variable> state) const {
        return b.append<op::ftrl>({{"Param", pair.param},
                                   {"Grad", pair.grad},
                                   {"SquaredAccumulator", state[0]},
                                   {"LinearAccumulator", state[1]},
                                   {"LearningRate", rate}},
                                  {{"ParamOut", pair.param}, {"SquaredAccumOut", state[0]}, {"LinearAccumOut", state[1]}},
                                  {make_attr("l1", l1), make_attr("l2", l1), make_attr("lr_power", lr_power)});
    }
};

/// Adam whose step is scaled by the norm of each parameter.
struct lamb_rule {
    float lamb_weight_decay = 0.01F;
    float beta1 = 0.9F;
    float beta2 = 0.999F;
    float epsilon = 1e-6F;
    std::function<bool(const Variable&)> exclude_from_weight_decay{};  ///< parameters without decay; none: all have it

    result<sequence<Variable>> accumulators(Builder<carries::kernels>& b, const Variable& param) const {
        return adam_rule{beta1, beta2}.accumulators(b, param);
    }
    result<void> append(Builder<carries::kernels>& b, const param_and_grad& pair, const Variable& rate,
                        std::span<const Variable> state) const {
        const bool decays = !exclude_from_weight_decay || !exclude_from_weight_decay(pair.param);
        return b.append<op::lamb>({{"Param", pair.param},
                                   {"Grad", pair.grad},
                                   {"LearningRate", rate},
                                   {"Moment1", state[0]},
                                   {"Moment2", state[1]},
                                   {"Beta1Pow", state[2]},
                                   {"Beta2Pow", state[3]}},
                                  {{"ParamOut", pair.param}, {"Moment1Out", state[0]}, {"Moment2Out", state[1]}},
                                  {make_attr("beta1", beta1), make_attr("beta2", beta2), make_attr("epsilon", epsilon),
                                   make_attr("weight_decay", decays ? lamb_weight_decay : 0.0F)});
    }
};

/// Adam that takes rate weight_decay p off each parameter p first.
struct adamw_rule {
    float beta1 = 0.9F;
    float beta2 = 0.999F;
    float epsilon = 1e-8F;
    float weight_decay = 0.01F;
    std::function<bool(const Variable&)> apply_decay_param{};  ///< parameters that decay; none: all do

    result<sequence<Variable>> accumulators(Builder<carries::kernels>& b, const Variable& param) const {
        return adam_rule{beta1, beta2}.accumulators(b, param);
    }
    result<void> append(Builder<carries::kernels>& b, const param_and_grad& pair, const Variable& rate,
                        std::span<const Variable> state) const {
        return adam_rule{beta1, beta2, epsilon}.append_as<op::adamw>(
            b, pair, rate, state,
            {make_attr("coeff", weight_decay), make_attr("lr_ratio", 1.0F),
             make_attr("with_decay", !apply_decay_param || apply_decay_param(pair.param))});
    }
};

/// An optimizer of a rule: `Adagrad(0.1F, {.epsilon = 1e-3F}, {.grad_clip = GradientClipByNorm(1)})`.
template <class Rule>
class ruled_optimizer : public basic_optimizer<Rule> {
  public:
    explicit ruled_optimizer(learning_rate_value learning_rate, Rule rule = {}, optimizer_options options = {})
        : basic_optimizer<Rule>(std::move(learning_rate), std::move(rule), std::move(options)) {}
};

/// The optimizers by their names in fluid.optimizer, and paddle.optimizer.AdamW.
using Adagrad = ruled_optimizer<adagrad_rule>;
using DecayedAdagrad = ruled_optimizer<decayed_adagrad_rule>;
using RMSProp = ruled_optimizer<rmsprop_rule>;
using Adamax = ruled_optimizer<adamax_rule>;
using Adadelta = ruled_optimizer<adadelta_rule>;
using Ftrl = ruled_optimizer<ftrl_rule>;
using Lamb = ruled_optimizer<lamb_rule>;
using AdamW = ruled_optimizer<adamw_rule>;

}  // namespace wherry::inline WHERRY_ABI

#endif
