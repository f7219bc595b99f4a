#ifndef WHERRY_FLUID_TRAINING_HPP
#define WHERRY_FLUID_TRAINING_HPP

#include <wherry/fluid/detail/minimize.ipp>
#include <wherry/fluid/errors.hpp>
#include <wherry/fluid/executor.hpp>
#include <wherry/fluid/framework.hpp>
#include <wherry/fluid/optimizer.hpp>
#include <wherry/layers/learning_rate.hpp>
#include <wherry/layers/moving_average.hpp>
#include <wherry/program/program.hpp>
#include <wherry/program/variable.hpp>
#include <wherry/train/adaptive_optimizer.hpp>
#include <wherry/train/regularizer.hpp>
#include <wherry/version.hpp>

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

/// The rest of `fluid.optimizer` and `fluid.regularizer`, and the schedules of `fluid.layers`, on the default programs. fluid.hpp leaves
/// them out: who does not name them does not compile them.
namespace wherry::inline WHERRY_ABI::fluid {

namespace regularizer {
using wherry::L1Decay;
}  // namespace regularizer

namespace optimizer {
/// Optimizers by both of the names that the reference has for each. Their numbers are in train/adaptive_optimizer.hpp:
/// `Adagrad(0.1F, {.epsilon = 1e-3F}, {.regularization = L1Decay{0.01F}})`.
using Adagrad = detail::throwing<wherry::Adagrad>;
using DecayedAdagrad = detail::throwing<wherry::DecayedAdagrad>;
using RMSProp = detail::throwing<wherry::RMSProp>;
using Adamax = detail::throwing<wherry::Adamax>;
using Adadelta = detail::throwing<wherry::Adadelta>;
using Ftrl = detail::throwing<wherry::Ftrl>;
using Lamb = detail::throwing<wherry::Lamb>;
using AdagradOptimizer = Adagrad;
using DecayedAdagradOptimizer = DecayedAdagrad;
using RMSPropOptimizer = RMSProp;
using AdamaxOptimizer = Adamax;
using AdadeltaOptimizer = Adadelta;
using FtrlOptimizer = Ftrl;
using LambOptimizer = Lamb;
/// Of 2.x; fluid has none.
using AdamW = detail::throwing<wherry::AdamW>;

/// Averages of the parameters of the default main program (layers/moving_average.hpp): make it after `minimize`, then
/// `ema.update()`; `const auto applied = ema.apply(exe);` evaluates with averages until `applied` is gone.
class ExponentialMovingAverage {
  public:
    explicit ExponentialMovingAverage(float decay = 0.999F, std::optional<Variable> thres_steps = {}, std::string name = {})
        : core_(make({decay, std::move(thres_steps), std::move(name)})) {}

    /// Appends to the default main program what brings the averages up to date.
    void update() {
        auto b = fluid::detail::builder();
        unwrap(core_.update(b));
    }

    /// Brings the parameters back when it is gone. An error is left out then: `restore` throws it.
    class [[nodiscard]] applied {
      public:
        applied(const ExponentialMovingAverage& average, Executor* exe) : average_(average), exe_(exe) {}
        applied(const applied&) = delete;
        applied& operator=(const applied&) = delete;
        ~applied() {
            if (exe_ == nullptr) return;
            try {
                average_.restore(*exe_);
            } catch (...) {  // NOLINT(bugprone-empty-catch): a destructor must not throw
            }
        }

      private:
        const ExponentialMovingAverage& average_;
        Executor* exe_;
    };
    /// Puts averages in place of the parameters in the global scope; without `need_restore` until `restore`.
    applied apply(Executor& exe, bool need_restore = true) const {
        exe.run(core_.apply_program());
        return {*this, need_restore ? &exe : nullptr};
    }
    void restore(Executor& exe) const { exe.run(core_.restore_program()); }

    [[nodiscard]] const Program& apply_program() const noexcept { return core_.apply_program(); }
    [[nodiscard]] const Program& restore_program() const noexcept { return core_.restore_program(); }

  private:
    static wherry::ExponentialMovingAverage make(const moving_average_options& given) {
        auto b = fluid::detail::builder();
        return unwrap(wherry::ExponentialMovingAverage::make(b, given));
    }
    wherry::ExponentialMovingAverage core_;
};
}  // namespace optimizer

namespace layers {
/// A count of the runs of the default main program, int64 [1]; `begin` in the first one.
inline Variable autoincreased_step_counter(std::string_view name = "@STEP_COUNTER@", std::int64_t begin = 1, std::int64_t step = 1) {
    auto b = fluid::detail::builder();
    return unwrap(wherry::layers::autoincreased_step_counter(b, name, begin, step));
}

using wherry::layers::decay_options;
using wherry::layers::polynomial_decay_options;

/// Learning rates that change from step to step, for an optimizer. Formulas: layers/learning_rate.hpp.
inline Variable exponential_decay(double learning_rate, std::int64_t decay_steps, double decay_rate, decay_options options = {}) {
    auto b = fluid::detail::builder();
    return unwrap(wherry::layers::exponential_decay(b, learning_rate, decay_steps, decay_rate, options));
}
inline Variable natural_exp_decay(double learning_rate, std::int64_t decay_steps, double decay_rate, decay_options options = {}) {
    auto b = fluid::detail::builder();
    return unwrap(wherry::layers::natural_exp_decay(b, learning_rate, decay_steps, decay_rate, options));
}
inline Variable inverse_time_decay(double learning_rate, std::int64_t decay_steps, double decay_rate, decay_options options = {}) {
    auto b = fluid::detail::builder();
    return unwrap(wherry::layers::inverse_time_decay(b, learning_rate, decay_steps, decay_rate, options));
}
inline Variable polynomial_decay(double learning_rate, std::int64_t decay_steps, polynomial_decay_options options = {}) {
    auto b = fluid::detail::builder();
    return unwrap(wherry::layers::polynomial_decay(b, learning_rate, decay_steps, options));
}
inline Variable noam_decay(double d_model, double warmup_steps, double learning_rate = 1) {
    auto b = fluid::detail::builder();
    return unwrap(wherry::layers::noam_decay(b, d_model, warmup_steps, learning_rate));
}
inline Variable cosine_decay(double learning_rate, std::int64_t step_each_epoch, std::int64_t epochs) {
    auto b = fluid::detail::builder();
    return unwrap(wherry::layers::cosine_decay(b, learning_rate, step_each_epoch, epochs));
}
inline Variable piecewise_decay(std::initializer_list<std::int64_t> boundaries, std::initializer_list<double> values) {
    auto b = fluid::detail::builder();
    return unwrap(wherry::layers::piecewise_decay(b, {boundaries.begin(), boundaries.size()}, {values.begin(), values.size()}));
}
inline Variable linear_lr_warmup(const std::variant<double, Variable>& learning_rate, std::int64_t warmup_steps, double start_lr,
                                 double end_lr) {
    auto b = fluid::detail::builder();
    return unwrap(wherry::layers::linear_lr_warmup(b, learning_rate, warmup_steps, start_lr, end_lr));
}
}  // namespace layers

}  // namespace wherry::inline WHERRY_ABI::fluid

#endif
