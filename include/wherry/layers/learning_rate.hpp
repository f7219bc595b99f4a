#ifndef WHERRY_LAYERS_LEARNING_RATE_HPP
#define WHERRY_LAYERS_LEARNING_RATE_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/exec/op/elementwise.hpp>
#include <wherry/exec/op/elementwise_pow.hpp>
#include <wherry/exec/op/fill.hpp>
#include <wherry/exec/op/fill_constant.hpp>
#include <wherry/exec/op/scale.hpp>
#include <wherry/exec/op/unary.hpp>
#include <wherry/layers/array.hpp>
#include <wherry/layers/builder.hpp>
#include <wherry/layers/common.hpp>
#include <wherry/layers/math.hpp>
#include <wherry/program/operator.hpp>
#include <wherry/program/variable.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <string>
#include <string_view>
#include <utility>

/// Learning rates that change from step to step: each function appends operators that count the steps and compute the rate, and returns a
/// variable of one element that an optimizer takes. The count is persistable, so a schedule is saved and goes on with the parameters.
/// Numbers are double until they become attributes, as in the reference. Source: fluid.layers.learning_rate_scheduler of 1.8.5.
namespace wherry::inline WHERRY_ABI::layers {

namespace detail {

/// The maths of fluid's variables with numbers (`x * 2`, `2 ** x`), in names and operators as the reference has them.
class rate_maths {
  public:
    explicit rate_maths(Builder<carries::kernels>& b) : b_(b) {}

    /// a x + c
    result<Variable> scaled(const result<Variable>& x, double a, double c = 0) const {
        if (!x) return x;
        const auto out = tmp(*x);
        if (auto added = b_.append<op::scale>({{"X", *x}}, {{"Out", out}},
                                              {make_attr("scale", static_cast<float>(a)), make_attr("bias", static_cast<float>(c))});
            !added)
            return added.failure();
        return out;
    }
    /// A number as a variable.
    result<Variable> number(double value, const Variable& like) const {
        const auto out = tmp(like);
        if (auto added = b_.append<op::fill_constant>({}, {{"Out", out}},
                                                      {make_attr("shape", sequence<std::int64_t>{1}), make_attr("dtype", like.dtype()),
                                                       make_attr("value", static_cast<float>(value)), make_attr("force_cpu", false)});
            !added)
            return added.failure();
        out.set_stop_gradient(true);
        return out;
    }
    /// `Op` of two variables.
    template <OperatorPolicy Op>
    result<Variable> both(const result<Variable>& x, const result<Variable>& y) const {
        if (!x) return x;
        if (!y) return y;
        const auto out = tmp(*x);
        if (auto added = b_.append<Op>({{"X", *x}, {"Y", *y}}, {{"Out", out}}, {make_attr("axis", std::int32_t{-1})}); !added)
            return added.failure();
        return out;
    }
    /// x^number
    result<Variable> power(const result<Variable>& x, double exponent) const {
        return x ? both<op::elementwise_pow>(x, number(exponent, *x)) : x;
    }
    /// number^x
    result<Variable> power_of(double base, const result<Variable>& x) const {
        return x ? both<op::elementwise_pow>(number(base, *x), x) : x;
    }
    /// A layer of one input, if `wanted`.
    template <OperatorPolicy Op>
    result<Variable> unary(const result<Variable>& x, bool wanted = true) const {
        return x && wanted ? layers::unary<Op>(b_, *x) : x;
    }

    /// The number of the step, from `first` on, as float32. All schedules of a program share one count.
    result<Variable> step_count(std::int64_t first = 0) const;

  private:
    [[nodiscard]] Variable tmp(const Variable& like) const {
        wire::VarDesc<> desc;
        desc.name = b_.names().generate("tmp");
        desc.type.lod_tensor.emplace().tensor.data_type = like.dtype();
        return b_.block().create_var(std::move(desc));
    }

    Builder<carries::kernels>& b_;
};

inline result<Variable> rate_maths::step_count(std::int64_t first) const {
    static constexpr std::string_view name = "@LR_DECAY_COUNTER@";
    auto count = b_.block().find_var(name);
    if (!count) {
        const auto role = b_.with_role(op_role::forward);  // of the operator that starts it
        auto made = b_.create_global_var(name, Shape{1}, DType::INT64, static_cast<float>(first - 1), {}, true, true);
        if (!made) return made.failure();
        count = *made;
        const auto schedule = b_.with_role(op_role::lr_schedule);
        if (auto added = b_.append<op::increment>({{"X", count}}, {{"Out", count}}, {make_attr("step", 1.0F)}); !added)
            return added.failure();
        auto& ops = b_.block().ops();
        std::rotate(ops.begin(), ops.end() - 1, ops.end());  // counts before anything else runs
    }
    return layers::cast(b_, count, DType::FP32);
}

}  // namespace detail

/// Options of the schedules that decay by a rate: whether it decays at whole multiples of `decay_steps` only.
struct decay_options {
    bool staircase = false;
};

/// learning_rate decay_rate^(step / decay_steps). Returns [1].
inline result<Variable> exponential_decay(Builder<carries::kernels>& b, double learning_rate, std::int64_t decay_steps, double decay_rate,
                                          decay_options options = {}) {
    const auto role = b.with_role(op_role::lr_schedule);
    const detail::rate_maths m(b);
    const auto share = m.unary<op::floor>(m.scaled(m.step_count(), 1.0 / static_cast<double>(decay_steps)), options.staircase);
    return m.scaled(m.power_of(decay_rate, share), learning_rate);
}

/// learning_rate e^(-decay_rate step / decay_steps). Returns [1].
inline result<Variable> natural_exp_decay(Builder<carries::kernels>& b, double learning_rate, std::int64_t decay_steps, double decay_rate,
                                          decay_options options = {}) {
    const auto role = b.with_role(op_role::lr_schedule);
    const detail::rate_maths m(b);
    const auto share = m.unary<op::floor>(m.scaled(m.step_count(), 1.0 / static_cast<double>(decay_steps)), options.staircase);
    return m.scaled(m.unary<op::exp>(m.scaled(share, -decay_rate)), learning_rate);
}

/// learning_rate / (1 + decay_rate step / decay_steps). Returns [1].
inline result<Variable> inverse_time_decay(Builder<carries::kernels>& b, double learning_rate, std::int64_t decay_steps, double decay_rate,
                                           decay_options options = {}) {
    const auto role = b.with_role(op_role::lr_schedule);
    const detail::rate_maths m(b);
    const auto share = m.unary<op::floor>(m.scaled(m.step_count(), 1.0 / static_cast<double>(decay_steps)), options.staircase);
    const auto divisor = m.scaled(m.scaled(share, decay_rate), 1, 1);
    return divisor ? m.both<op::elementwise_div>(m.number(learning_rate, *divisor), divisor) : divisor;
}

/// Options of `polynomial_decay`.
struct polynomial_decay_options {
    double end_learning_rate = 0.0001;
    double power = 1;
};

/// (learning_rate - end) (1 - step / decay_steps)^power + end, and `end` after decay_steps. Returns [1].
inline result<Variable> polynomial_decay(Builder<carries::kernels>& b, double learning_rate, std::int64_t decay_steps,
                                         polynomial_decay_options options = {}) {
    const auto role = b.with_role(op_role::lr_schedule);
    const detail::rate_maths m(b);
    const auto step = m.step_count();
    if (!step) return step;
    const auto last = fill_constant(b, Shape{1}, DType::FP32, static_cast<float>(decay_steps));
    if (!last) return last;
    const auto share = m.scaled(elementwise<op::elementwise_min>(b, *step, *last), 1.0 / static_cast<double>(decay_steps));
    const auto left = m.power(m.scaled(share, -1, 1), options.power);
    return m.scaled(m.scaled(left, learning_rate - options.end_learning_rate), 1, options.end_learning_rate);
}

/// learning_rate d_model^-0.5 min(step^-0.5, warmup_steps^-1.5 step), steps from 1. Returns [1]. ("Attention is all you need".)
inline result<Variable> noam_decay(Builder<carries::kernels>& b, double d_model, double warmup_steps, double learning_rate = 1) {
    const auto role = b.with_role(op_role::lr_schedule);
    const detail::rate_maths m(b);
    const auto step = m.step_count(1);
    const auto falling = m.power(step, -0.5);
    const auto rising = m.scaled(step, std::pow(warmup_steps, -1.5));
    if (!falling) return falling;
    if (!rising) return rising;
    return m.scaled(elementwise<op::elementwise_min>(b, *falling, *rising), learning_rate * std::pow(d_model, -0.5));
}

/// learning_rate / 2 (cos(epoch pi / epochs) + 1), where an epoch is step_each_epoch steps. Returns [1].
inline result<Variable> cosine_decay(Builder<carries::kernels>& b, double learning_rate, std::int64_t step_each_epoch,
                                     std::int64_t epochs) {
    const auto role = b.with_role(op_role::lr_schedule);
    const detail::rate_maths m(b);
    const auto epoch = m.unary<op::floor>(m.scaled(m.step_count(), 1.0 / static_cast<double>(step_each_epoch)));
    const auto angle = m.scaled(m.scaled(epoch, std::numbers::pi), 1.0 / static_cast<double>(epochs));
    return m.scaled(m.scaled(m.unary<op::cos>(angle), 1, 1), learning_rate * 0.5);
}

}  // namespace wherry::inline WHERRY_ABI::layers

#endif
