#ifndef WHERRY_LAYERS_MOVING_AVERAGE_HPP
#define WHERRY_LAYERS_MOVING_AVERAGE_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/exec/executor.hpp>
#include <wherry/exec/op/compare.hpp>
#include <wherry/exec/op/elementwise.hpp>
#include <wherry/exec/op/elementwise_pow.hpp>
#include <wherry/exec/op/fill.hpp>
#include <wherry/layers/array.hpp>
#include <wherry/layers/builder.hpp>
#include <wherry/layers/learning_rate.hpp>
#include <wherry/layers/math.hpp>
#include <wherry/program/program.hpp>
#include <wherry/program/variable.hpp>
#include <wherry/tensor/scope.hpp>
#include <wherry/version.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI {

/// Options of an ExponentialMovingAverage.
struct moving_average_options {
    float decay = 0.999F;
    std::optional<Variable> thres_steps{};  ///< [1], float32: the decay is at most (1 + thres_steps) / (10 + thres_steps)
    std::string name{};                     ///< before the names of averages
};

/// The mean of each parameter over the steps of a training, those of late counting more: average = decay average + (1 - decay) parameter.
/// Averages and the count of steps are persistables of the training program, so that they are saved and go on with the parameters.
///
/// `make` and `update` append to the training program, after an optimizer's `minimize`; `apply` puts averages / (1 - decay^steps) in place of
/// parameters, which `restore` brings back. As in the reference, `apply` leaves the averages divided, too: train on from those of a
/// checkpoint, or apply once, after the last step.
/// Source: fluid.optimizer.ExponentialMovingAverage of 1.8.5.
class ExponentialMovingAverage {
  public:
    /// Averages of all Parameters of the main program but those whose attribute says no (`do_model_average`). Errors: those of
    /// `create_global_var`.
    static result<ExponentialMovingAverage> make(Builder<carries::kernels>& b, const moving_average_options& options = {}) {
        ExponentialMovingAverage made;
        if (auto decay = made.make_decay(b, options); !decay) return decay.failure();
        if (auto averages = made.make_averages(b, options.name); !averages) return averages.failure();
        if (auto apply = made.make_apply_program(b); !apply) return apply.failure();
        if (auto restore = made.make_restore_program(b); !restore) return restore.failure();
        return made;
    }

    /// Appends to the training program what brings the averages up to date. Errors: what operators infer.
    result<void> update(Builder<carries::kernels>& b) const {
        if (auto counted = layers::autoincreased_step_counter(b, counter_name); !counted) return counted.failure();
        const layers::detail::rate_maths m(b);
        for (const auto& one : averaged_) {
            const auto guard = b.optimizing({one.param.name(), one.kept.name()});
            const auto scope = b.scopes().enter("moving_average");
            const auto old = m.both<op::elementwise_mul>(one.average, m.as(decay_, one.average.dtype()));
            const auto share = m.as(m.scaled(decay_, -1, 1), one.param.dtype());
            const auto now = m.both<op::elementwise_mul>(one.param, share);
            const auto sum = m.both<op::elementwise_add>(old, now);
            if (!sum) return sum.failure();
            if (auto set = m.assign(*sum, one.average); !set) return set;
        }
        return {};
    }

    /// Runs the program that keeps the parameters and puts the averages in their place. Errors: those of `Executor::run`.
    result<void> apply(Executor& exe, Scope& scope) const { return run(exe, apply_program_, scope); }
    /// Brings the parameters back. Errors: those of `Executor::run`; not_initialized before an `apply`.
    result<void> restore(Executor& exe, Scope& scope) const { return run(exe, restore_program_, scope); }

    [[nodiscard]] const Program& apply_program() const noexcept { return apply_program_; }
    [[nodiscard]] const Program& restore_program() const noexcept { return restore_program_; }

  private:
    static constexpr std::string_view counter_name = "@EMA_STEP_COUNTER@";
    struct averaged {
        Variable param;
        Variable kept;  ///< the parameter while its average is in its place
        Variable average;
    };

    static result<void> run(Executor& exe, const Program& program, Scope& scope) {
        auto ran = exe.run(program, scope);
        return ran ? result<void>() : result<void>(ran.failure());
    }

    /// The variable in another program, where it persists whatever it was.
    static Variable clone(Program& into, const Variable& var) {
        wire::VarDesc<> desc;
        desc.name = var.name();
        auto& type = desc.type.lod_tensor.emplace();
        type.tensor.data_type = var.dtype();
        const auto dims = var.shape();
        type.tensor.dims.assign(dims.begin(), dims.end());
        type.lod_level = var.lod_level();
        desc.persistable = true;
        return into.global_block().create_var(std::move(desc));
    }

    result<void> make_decay(Builder<carries::kernels>& b, const moving_average_options& options) {
        const auto role = b.with_role(op_role::lr_schedule);
        const layers::detail::rate_maths m(b);
        const auto made = m.rate("scheduled_ema_decay_rate", DType::FP32, options.decay);
        if (!made) return made.failure();
        decay_ = *made;
        if (!options.thres_steps) return {};
        const auto above = m.scaled(*options.thres_steps, 1, 1);
        const auto below = m.scaled(*options.thres_steps, 1, 10);
        const auto early = m.both<op::elementwise_div>(above, below);
        if (!early) return early.failure();
        layers::detail::rate_switch cases(b);
        const auto chosen = cases.add_case(m.compared<op::less_than>(early, m.number(static_cast<double>(options.decay), *early)), decay_,
                                           [&]() -> result<sequence<Variable>> {
                                               if (auto set = m.assign(*early, decay_); !set) return set.failure();
                                               return sequence<Variable>{*early};
                                           });
        if (!chosen) return chosen;
        const auto set_default = cases.add_default(decay_, [&]() -> result<sequence<Variable>> {
            const auto set = b.append<op::assign_value>({}, {{"Out", decay_}},
                                                        {make_attr("shape", sequence<std::int32_t>{1}), make_attr("dtype", DType::FP32),
                                                         make_attr("fp32_values", sequence<float>{options.decay})});
            if (!set) return set.failure();
            return sequence<Variable>();
        });
        decay_.edit().type.lod_tensor->tensor.data_type = early->dtype();  // 1.8.5 infers no type from assign_value
        return set_default;
    }

    result<void> make_averages(Builder<carries::kernels>& b, const std::string& prefix) {
        for (const auto& param : b.main().all_parameters()) {
            if (!param.parameter()->do_model_average) continue;
            wire::VarDesc<> desc;
            desc.name = b.names().generate(prefix + param.name() + ".ema_tmp");
            desc.type.lod_tensor.emplace().tensor.data_type = param.dtype();
            desc.persistable = false;
            const auto kept = b.main().global_block().create_var(std::move(desc));
            kept.set_stop_gradient(true);
            averaged_.push_back({param, kept, {}});
        }
        const auto role = b.with_role(op_role::forward);  // of the operators that start them
        for (auto& one : averaged_) {
            const auto scope = b.scopes().enter("moving_average");
            const auto dims = Shape::from(one.param.shape());
            if (!dims) return dims.failure();
            auto made = b.create_global_var(b.names().generate(prefix + one.param.name() + "_ema"), *dims, one.param.dtype(), 0);
            if (!made) return made.failure();
            one.average = *std::move(made);
        }
        return {};
    }

    result<void> make_apply_program(Builder<carries::kernels>& b) {
        Builder<carries::kernels> into(apply_program_, b.startup(), b.names(), b.scopes());
        const layers::detail::rate_maths m(into);
        const auto count = into.create_global_var(counter_name, Shape{1}, DType::INT64, 0);
        if (!count) return count.failure();
        const auto step = layers::cast(into, *count, DType::FP32);
        if (!step) return step.failure();
        const auto power = layers::elementwise<op::elementwise_pow>(into, clone(apply_program_, decay_), *step);
        if (!power) return power.failure();
        for (const auto& one : averaged_) {
            const auto param = clone(apply_program_, one.param);
            const auto average = clone(apply_program_, one.average);
            if (auto set = m.assign(param, clone(apply_program_, one.kept)); !set) return set;
            layers::detail::rate_switch cases(into);
            const auto divided =
                cases.add_case(m.compared<op::greater_than>(step, m.number(0, *step)), average, [&]() -> result<sequence<Variable>> {
                    const auto rest = m.as(m.scaled(*power, -1, 1), average.dtype());
                    const auto whole = m.both<op::elementwise_div>(average, rest);
                    if (!whole) return whole.failure();
                    if (auto set = m.assign(*whole, average); !set) return set.failure();
                    return sequence<Variable>{*power, average};
                });
            if (!divided) return divided;
            if (auto set = m.assign(average, param); !set) return set;
        }
        return {};
    }

    result<void> make_restore_program(Builder<carries::kernels>& b) {
        Builder<carries::kernels> into(restore_program_, b.startup(), b.names(), b.scopes());
        for (const auto& one : averaged_) {
            const auto kept = clone(restore_program_, one.kept);
            const auto param = clone(restore_program_, one.param);
            if (auto set = into.append<op::assign>({{"X", kept}}, {{"Out", param}}); !set) return set;
            param.edit().type.lod_tensor->tensor.dims.assign(
                1, std::int64_t{0});  // what 1.8.5 infers from the kept one, of which it knows no dims
        }
        return {};
    }

    Variable decay_;
    sequence<averaged> averaged_;
    Program apply_program_;
    Program restore_program_;
};

}  // namespace wherry::inline WHERRY_ABI

#endif
