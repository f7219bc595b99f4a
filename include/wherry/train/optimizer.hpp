#ifndef WHERRY_TRAIN_OPTIMIZER_HPP
#define WHERRY_TRAIN_OPTIMIZER_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/order.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/exec/op/optimizer.hpp>
#include <wherry/exec/op/scale.hpp>
#include <wherry/exec/op/sum.hpp>
#include <wherry/program/program.hpp>
#include <wherry/program/variable.hpp>
#include <wherry/train/backward.hpp>
#include <wherry/train/clip.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace wherry::inline WHERRY_ABI {

/// Options that all optimizers take besides their own numbers.
struct optimizer_options {
    std::optional<weight_decay> regularization{};  ///< for parameters without their own
    std::optional<GradientClip> grad_clip{};
    sequence<std::string> parameter_list{};  ///< only these; none: every trainable Parameter
};

/// A number, or a variable of one element that the program computes.
using learning_rate_value = std::variant<float, Variable>;

/// The step all optimizers share; `Rule` appends one update operator per parameter.
/// Source: fluid/optimizer.py, Optimizer.
template <class Rule>
class basic_optimizer {
  public:
    basic_optimizer(learning_rate_value rate, Rule rule, optimizer_options options)
        : rate_(std::move(rate)), rule_(std::move(rule)), options_(std::move(options)) {}

    /// Appends backward, clipping, weight decay and updates for `loss`. Returns the pairs that are updated, sorted by
    /// parameter name. Errors: those of `append_backward`; bad_argument (a loss that is not of shape [1], in the reference's words; a listed
    /// variable that is not a Parameter); unknown_op.
    result<sequence<param_and_grad>> minimize(Builder<>& b, const Variable& loss) {
        if (const auto shape = loss.shape(); shape.size() != 1 || shape[0] != 1)
            return failure(errc::bad_argument, {"The loss.shape should be (1L,), but the current loss.shape is ", to_tuple(shape),
                                                ". Maybe that you should call fluid.layers.mean to process the current loss."})
                .of_variable(loss.name())
                .expected("[1]")
                .found(to_string(shape));
        auto pairs = append_backward(b, loss, {.parameter_list = options_.parameter_list, .no_grad_set = frozen(b.main())});
        if (!pairs) return pairs;
        for (const auto& [param, grad] : *pairs)
            if (!param.is_parameter())
                return failure(errc::bad_argument, "an optimizer updates Parameters alone").of_variable(param.name());
        sort_by_name(*pairs);
        if (options_.grad_clip)
            if (auto clipped = options_.grad_clip->append(b, *pairs); !clipped) return clipped.failure();
        if (auto decayed = append_decay(b, *pairs); !decayed) return decayed.failure();
        if (auto updated = append_updates(b, *pairs, loss.dtype()); !updated) return updated.failure();
        return pairs;
    }

  private:
    /// Parameters that are not trained. Source: Optimizer._get_no_grad_set.
    static sequence<std::string> frozen(const Program& program) {
        sequence<std::string> names;
        for (const auto& param : program.all_parameters())
            if (!param.parameter()->trainable) names.push_back(param.name());
        return names;
    }
    static void sort_by_name(sequence<param_and_grad>& pairs) {
        sequence<std::string_view> names;
        for (const auto& pair : pairs) names.push_back(pair.param.name());
        sequence<param_and_grad> sorted;
        for (const auto at : order_of(names)) sorted.push_back(pairs[at]);
        pairs.swap(sorted);
    }

    result<void> append_decay(Builder<carries::kernels>& b, std::span<param_and_grad> pairs) const {
        const bool any = options_.regularization || std::any_of(pairs.begin(), pairs.end(),
                                                                [](const auto& p) { return p.param.parameter()->regularizer.has_value(); });
        if (!any) return {};
        const auto scope = b.scopes().enter("regularization");
        for (auto& [param, grad] : pairs) {
            const auto decay = param.parameter()->regularizer ? param.parameter()->regularizer : options_.regularization;
            if (!decay) continue;
            const auto guard = b.optimizing({param.name(), grad.name()});
            wire::VarDesc<> desc;
            desc.name = b.names().generate("_generated_var");
            desc.type = param.desc().type;
            desc.type.lod_tensor->lod_level = param.lod_level();
            const auto term = b.block().create_var(std::move(desc));
            if (decay->of != nullptr)
                if (auto added = b.append_op(*decay->of, {{"X", param}}, {{"Out", term}}); !added) return added;
            if (auto added = b.append<op::scale>({{"X", decay->of != nullptr ? term : param}}, {{"Out", term}},
                                                 {make_attr("scale", decay->coefficient)});
                !added)
                return added;
            const auto decayed = grad.kind() == VarKind::SELECTED_ROWS ? dense_gradient(b, param, grad) : grad;
            if (auto added = b.append<op::sum>({{"X", {grad, term}}}, {{"Out", decayed}}); !added) return added;
            grad = decayed;
        }
        return {};
    }

    /// Rows and a whole parameter add up to a whole gradient, which is a variable of its own.
    static Variable dense_gradient(Builder<carries::kernels>& b, const Variable& param, const Variable& grad) {
        wire::VarDesc<> desc;
        desc.name = grad.name() + "@NEWGRAD@";
        desc.type = param.desc().type;
        desc.type.lod_tensor->lod_level = param.lod_level();
        return b.block().create_var(std::move(desc));
    }

    result<void> append_updates(Builder<carries::kernels>& b, std::span<const param_and_grad> pairs, DType otherwise) {
        sequence<sequence<Variable>> accumulators;
        for (const auto& pair : pairs) {
            auto made = rule_.accumulators(b, pair.param);
            if (!made) return made.failure();
            accumulators.push_back(*std::move(made));
        }
        if (auto made = make_learning_rate(b, pairs.empty() ? otherwise : pairs[0].param.dtype()); !made) return made;
        for (std::size_t i = 0; i < pairs.size(); ++i) {
            const auto& [param, grad] = pairs[i];
            const auto guard = b.optimizing({param.name(), grad.name()});
            const auto scope = b.scopes().enter("optimizer");
            auto rate = rate_of(b, param);
            if (!rate) return rate.failure();
            if (auto added = rule_.append(b, pairs[i], *rate, accumulators[i]); !added) return added;
        }
        if constexpr (requires { rule_.finish(b, accumulators[0]); }) {  // after all updates
            for (std::size_t i = 0; i < pairs.size(); ++i) {
                const auto guard = b.optimizing({pairs[i].param.name(), pairs[i].grad.name()});
                if (auto added = rule_.finish(b, accumulators[i]); !added) return added;
            }
        }
        return {};
    }

    /// `learning_rate_N`, once per program.
    result<void> make_learning_rate(Builder<carries::kernels>& b, DType dtype) {
        if (const auto* given = std::get_if<Variable>(&rate_)) return rate_var_ = *given, result<void>();
        if (rate_var_ && b.block().find_var(rate_var_.name()) == rate_var_) return {};
        auto made = b.create_global_var(b.names().generate("learning_rate"), Shape{1}, dtype, std::get<float>(rate_));
        if (!made) return made.failure();
        rate_var_ = *made;
        return {};
    }

    /// A parameter with its own factor gets the learning rate scaled.
    result<Variable> rate_of(Builder<carries::kernels>& b, const Variable& param) const {
        const auto factor = param.parameter()->learning_rate;
        if (factor == 1.0F || requires { Rule::without_rate; }) return rate_var_;
        const auto role = b.with_role(op_role::lr_schedule | op_role::optimize);
        const auto scope = b.scopes().enter("scale_with_param_lr");
        const auto scaled = b.create_math_tmp(rate_var_.dtype());
        if (auto added = b.append<op::scale>({{"X", rate_var_}}, {{"Out", scaled}}, {make_attr("scale", factor)}); !added)
            return added.failure();
        return scaled;
    }

    learning_rate_value rate_;
    Rule rule_;
    optimizer_options options_;
    Variable rate_var_;
};

/// How an optimizer's state of one parameter starts.
struct accumulator_start {
    std::string_view name;
    float value = 0;
    bool is_number = false;  ///< one element; else as the parameter
    std::string_view device = {};
};

namespace detail {
/// Makes `PARAMETER_NAME_N` for each. Errors: those of `create_global_var`.
inline result<sequence<Variable>> make_accumulators(Builder<carries::kernels>& b, const Variable& param,
                                                    std::initializer_list<accumulator_start> starts) {
    const auto dims = Shape::from(param.shape());
    if (!dims) return dims.failure();
    sequence<Variable> made;
    for (const auto& start : starts) {
        auto var = b.create_global_var(b.names().generate(param.name() + "_" + std::string(start.name)), start.is_number ? Shape{1} : *dims,
                                       param.dtype(), start.value, start.device);
        if (!var) return var.failure();
        made.push_back(*std::move(var));
    }
    return made;
}
}  // namespace detail

/// p -= rate * g
struct sgd_rule {
    result<sequence<Variable>> accumulators(Builder<carries::kernels>&, const Variable&) const { return sequence<Variable>{}; }
    result<void> append(Builder<carries::kernels>& b, const param_and_grad& pair, const Variable& rate, std::span<const Variable>) const {
        return b.append<op::sgd>({{"Param", pair.param}, {"Grad", pair.grad}, {"LearningRate", rate}}, {{"ParamOut", pair.param}});
    }
};

/// v = momentum * v + g; p -= rate * v, or with Nesterov p -= rate * (g + momentum * v)
struct momentum_rule {
    float momentum = 0.9F;
    bool use_nesterov = false;

    result<sequence<Variable>> accumulators(Builder<carries::kernels>& b, const Variable& param) const {
        return detail::make_accumulators(b, param, {{"velocity"}});
    }
    result<void> append(Builder<carries::kernels>& b, const param_and_grad& pair, const Variable& rate,
                        std::span<const Variable> state) const {
        return b.append<op::momentum>({{"Param", pair.param}, {"Grad", pair.grad}, {"Velocity", state[0]}, {"LearningRate", rate}},
                                      {{"ParamOut", pair.param}, {"VelocityOut", state[0]}},
                                      {make_attr("mu", momentum), make_attr("use_nesterov", use_nesterov)});
    }
};

/// Adam, with the epsilon rule of the program's version.
struct adam_rule {
    float beta1 = 0.9F;
    float beta2 = 0.999F;
    float epsilon = 1e-8F;
    bool lazy_mode = false;

    result<sequence<Variable>> accumulators(Builder<carries::kernels>& b, const Variable& param) const {
        return detail::make_accumulators(
            b, param, {{"moment1"}, {"moment2"}, {"beta1_pow_acc", beta1, true, "cpu"}, {"beta2_pow_acc", beta2, true, "cpu"}});
    }
    result<void> append(Builder<carries::kernels>& b, const param_and_grad& pair, const Variable& rate,
                        std::span<const Variable> state) const {
        return append_as<op::adam>(b, pair, rate, state, {});
    }
    /// An operator with the slots of adam, `more` among its attributes.
    template <OperatorPolicy Op>
    result<void> append_as(Builder<carries::kernels>& b, const param_and_grad& pair, const Variable& rate, std::span<const Variable> state,
                           std::initializer_list<Attr> more) const {
        sequence<Attr> attrs{make_attr("beta1", beta1), make_attr("beta2", beta2), make_attr("epsilon", epsilon),
                             make_attr("lazy_mode", lazy_mode), make_attr("min_row_size_to_use_multithread", std::int64_t{1000})};
        attrs.insert(attrs.end(), more);
        return b.append<Op>({{"Param", pair.param},
                             {"Grad", pair.grad},
                             {"LearningRate", rate},
                             {"Moment1", state[0]},
                             {"Moment2", state[1]},
                             {"Beta1Pow", state[2]},
                             {"Beta2Pow", state[3]}},
                            {{"ParamOut", pair.param},
                             {"Moment1Out", state[0]},
                             {"Moment2Out", state[1]},
                             {"Beta1PowOut", state[2]},
                             {"Beta2PowOut", state[3]}},
                            std::move(attrs));
    }
};

/// Stochastic gradient descent.
class SGD : public basic_optimizer<sgd_rule> {
  public:
    explicit SGD(learning_rate_value learning_rate, optimizer_options options = {})
        : basic_optimizer(std::move(learning_rate), {}, std::move(options)) {}
};

/// Gradient descent with momentum, plain or Nesterov's.
class Momentum : public basic_optimizer<momentum_rule> {
  public:
    Momentum(learning_rate_value learning_rate, float momentum, bool use_nesterov = false, optimizer_options options = {})
        : basic_optimizer(std::move(learning_rate), {momentum, use_nesterov}, std::move(options)) {}
};

/// Adam. Source: fluid.optimizer.AdamOptimizer.
class Adam : public basic_optimizer<adam_rule> {
  public:
    explicit Adam(learning_rate_value learning_rate = 0.001F, adam_rule rule = {}, optimizer_options options = {})
        : basic_optimizer(std::move(learning_rate), rule, std::move(options)) {}
};

}  // namespace wherry::inline WHERRY_ABI

#endif
