#ifndef WHERRY_LAYERS_LEARNING_RATE_HPP
#define WHERRY_LAYERS_LEARNING_RATE_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/exec/op/assign.hpp>
#include <wherry/exec/op/cast.hpp>
#include <wherry/exec/op/compare.hpp>
#include <wherry/exec/op/conditional_block.hpp>
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
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

/// Learning rates that change from step to step: each function appends operators that count the steps and compute the rate, and returns a
/// variable of one element that an optimizer takes. The count is persistable, so a schedule is saved and goes on with the parameters.
/// Numbers are double until they become attributes, as in the reference. Source: fluid.layers.learning_rate_scheduler of 1.8.5.
namespace wherry::inline WHERRY_ABI::layers {

/// A count of the runs of the program, int64 [1]: `begin` in the first one. It is counted up before anything else runs, once however many
/// ask for it, and persists. Errors: those of `create_global_var`.
inline result<Variable> autoincreased_step_counter(Builder<carries::kernels>& b, std::string_view name = "@STEP_COUNTER@",
                                                   std::int64_t begin = 1, std::int64_t step = 1) {
    auto count = b.main().global_block().find_var(name);
    if (count) return count;
    {
        const auto role = b.with_role(op_role::forward);  // of the operator that starts it
        auto made = b.create_global_var(name, Shape{1}, DType::INT64, static_cast<float>(begin - 1), {}, true, true);
        if (!made) return made;
        count = *made;
    }
    count.set_stop_gradient(true);
    if (auto added = b.append<op::increment>({{"X", count}}, {{"Out", count}}, {make_attr("step", static_cast<float>(step))}); !added)
        return added.failure();
    auto& ops = b.block().ops();
    std::rotate(ops.begin(), ops.end() - 1, ops.end());
    return count;
}

namespace detail {

/// The maths of fluid's variables with numbers (`x * 2`, `2 ** x`), in names and operators as the reference has them.
class rate_maths {
  public:
    explicit rate_maths(Builder<carries::kernels>& b) : b_(b) {}

    /// a x + c
    result<Variable> scaled(const result<Variable>& x, double a, double c = 0) const {
        if (!x) return x;
        const auto out = b_.create_math_tmp(x->dtype());
        if (auto added = b_.append<op::scale>({{"X", *x}}, {{"Out", out}},
                                              {make_attr("scale", static_cast<float>(a)), make_attr("bias", static_cast<float>(c))});
            !added)
            return added.failure();
        return out;
    }
    /// A number as a variable.
    result<Variable> number(double value, const Variable& like) const {
        const auto out = b_.create_math_tmp(like.dtype());
        if (auto added = b_.append<op::fill_constant>({}, {{"Out", out}},
                                                      {make_attr("shape", sequence<std::int64_t>{1}), make_attr("dtype", like.dtype()),
                                                       make_attr("value", static_cast<float>(value)), make_attr("force_cpu", false)});
            !added)
            return added.failure();
        out.set_stop_gradient(true);
        return out;
    }
    /// `Op` of two variables; its result has another element type than x where one is given.
    template <OperatorPolicy Op>
    result<Variable> both(const result<Variable>& x, const result<Variable>& y, std::optional<DType> dtype = {}) const {
        if (!x) return x;
        if (!y) return y;
        const auto out = b_.create_math_tmp(dtype.value_or(x->dtype()));
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

    /// Whether `Op` holds between two variables.
    template <OperatorPolicy Op>
    result<Variable> compared(const result<Variable>& x, const result<Variable>& y) const {
        return both<Op>(x, y, DType::BOOL);
    }
    /// step / decay_steps, as a whole number by the options of a decay.
    result<Variable> periods(std::int64_t decay_steps, bool whole) const {
        return unary<op::floor>(scaled(step_count(), 1.0 / static_cast<double>(decay_steps)), whole);
    }
    /// A rate that blocks under conditions write: a variable of both programs.
    result<Variable> rate(std::string_view name, DType dtype = DType::FP32, float start = 0) const {
        const auto role = b_.with_role(op_role::forward);  // of the operator that starts it
        return b_.create_global_var(name, Shape{1}, dtype, start);
    }
    /// x, converted where it is of another element type.
    result<Variable> as(const result<Variable>& x, DType dtype) const {
        if (!x || x->dtype() == dtype) return x;
        const auto out = b_.create_math_tmp(dtype);
        if (auto added =
                b_.append<op::cast>({{"X", *x}}, {{"Out", out}}, {make_attr("in_dtype", x->dtype()), make_attr("out_dtype", dtype)});
            !added)
            return added.failure();
        return out;
    }
    result<void> assign(const Variable& from, const Variable& to) const { return b_.append<op::assign>({{"X", from}}, {{"Out", to}}); }

    /// The number of the step, from `first` on, as float32. All schedules of a program share one count.
    result<Variable> step_count(std::int64_t first = 0) const;

  private:
    Builder<carries::kernels>& b_;
};

inline result<Variable> rate_maths::step_count(std::int64_t first) const {
    const auto schedule = b_.with_role(op_role::lr_schedule);
    const auto count = autoincreased_step_counter(b_, "@LR_DECAY_COUNTER@", first);
    return count ? layers::cast(b_, *count, DType::FP32) : count;
}

/// The first of several blocks whose condition holds. Source: fluid.layers.Switch.
class rate_switch {
  public:
    explicit rate_switch(Builder<carries::kernels>& b) : b_(b) {}

    /// `body()` appends to the block and answers what it reads of the blocks around it; `out` is what it writes there.
    template <class Body>
    result<void> add_case(const result<Variable>& condition, const Variable& out, Body body) {
        if (!condition) return condition.failure();
        auto otherwise = layers::unary<op::logical_not>(b_, *condition);
        if (!otherwise) return otherwise.failure();
        auto chosen = condition;
        if (none_before_) {
            auto none = both(*none_before_, *otherwise);
            if (!none) return none.failure();
            chosen = both(*none_before_, *condition);
            if (!chosen) return chosen.failure();
            otherwise = none;
        }
        none_before_ = *otherwise;
        return append(*chosen, out, body);
    }
    /// What is run where no condition holds.
    template <class Body>
    result<void> add_default(const Variable& out, Body body) {
        return append(*none_before_, out, body);
    }

  private:
    result<Variable> both(const Variable& x, const Variable& y) const {
        const auto out = b_.create_tmp(b_.layer_name("logical_and"), DType::BOOL);
        if (auto added = b_.append<op::logical_and>({{"X", x}, {"Y", y}}, {{"Out", out}}); !added) return added.failure();
        return out;
    }
    template <class Body>
    result<void> append(const Variable& condition, const Variable& out, Body& body) const {
        result<sequence<Variable>> read = sequence<Variable>();
        std::int32_t block = 0;
        {
            const BuilderBase::block_guard inside(b_);
            block = b_.block().idx();
            read = body();
            if (!read) return read.failure();
        }
        wire::VarDesc<> scope;
        scope.name = b_.names().generate("_generated_var");
        scope.type.type = VarKind::STEP_SCOPES;
        const auto scopes = b_.block().create_var(std::move(scope));
        return b_.append<op::conditional_block>({{"Cond", condition}, {"Input", *read}}, {{"Out", out}, {"Scope", scopes}},
                                                {make_block_attr("sub_block", block), make_attr("is_scalar_condition", true)});
    }

    Builder<carries::kernels>& b_;
    std::optional<Variable> none_before_;
};

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
    const auto share = m.periods(decay_steps, options.staircase);
    return m.scaled(m.power_of(decay_rate, share), learning_rate);
}

/// learning_rate e^(-decay_rate step / decay_steps). Returns [1].
inline result<Variable> natural_exp_decay(Builder<carries::kernels>& b, double learning_rate, std::int64_t decay_steps, double decay_rate,
                                          decay_options options = {}) {
    const auto role = b.with_role(op_role::lr_schedule);
    const detail::rate_maths m(b);
    const auto share = m.periods(decay_steps, options.staircase);
    return m.scaled(m.unary<op::exp>(m.scaled(share, -decay_rate)), learning_rate);
}

/// learning_rate / (1 + decay_rate step / decay_steps). Returns [1].
inline result<Variable> inverse_time_decay(Builder<carries::kernels>& b, double learning_rate, std::int64_t decay_steps, double decay_rate,
                                           decay_options options = {}) {
    const auto role = b.with_role(op_role::lr_schedule);
    const detail::rate_maths m(b);
    const auto share = m.periods(decay_steps, options.staircase);
    const auto divisor = m.scaled(m.scaled(share, decay_rate), 1, 1);
    return divisor ? m.both<op::elementwise_div>(m.number(learning_rate, *divisor), divisor) : divisor;
}

/// Options of `polynomial_decay`.
struct polynomial_decay_options {
    double end_learning_rate = 0.0001;
    double power = 1;
    bool cycle = false;  ///< start again after decay_steps, each time with one more decay_steps to go
};

/// (learning_rate - end) (1 - step / decay_steps)^power + end, and `end` after decay_steps. Returns [1].
inline result<Variable> polynomial_decay(Builder<carries::kernels>& b, double learning_rate, std::int64_t decay_steps,
                                         polynomial_decay_options options = {}) {
    const auto role = b.with_role(op_role::lr_schedule);
    const detail::rate_maths m(b);
    const auto step = m.step_count();
    if (!step) return step;
    result<Variable> share = Variable();
    if (options.cycle) {
        const auto round = m.unary<op::ceil>(m.scaled(step, 1.0 / static_cast<double>(decay_steps)));
        if (!round) return round;
        const auto zero = fill_constant(b, Shape{1}, DType::FP32, 0);
        const auto one = fill_constant(b, Shape{1}, DType::FP32, 1);
        if (!one) return one;
        detail::rate_switch first(b);
        if (auto added = first.add_case(m.compared<op::equal>(step, zero), *round,
                                        [&]() -> result<sequence<Variable>> {
                                            if (auto set = m.assign(*one, *round); !set) return set.failure();
                                            return sequence<Variable>{*one};
                                        });
            !added)
            return added.failure();
        share = m.both<op::elementwise_div>(step, m.scaled(round, static_cast<double>(decay_steps)));
    } else {
        const auto last = fill_constant(b, Shape{1}, DType::FP32, static_cast<float>(decay_steps));
        if (!last) return last;
        share = m.scaled(elementwise<op::elementwise_min>(b, *step, *last), 1.0 / static_cast<double>(decay_steps));
    }
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
    const auto epoch = m.periods(step_each_epoch, true);
    const auto angle = m.scaled(m.scaled(epoch, std::numbers::pi), 1.0 / static_cast<double>(epochs));
    return m.scaled(m.scaled(m.unary<op::cos>(angle), 1, 1), learning_rate * 0.5);
}

/// values[i] before step boundaries[i], the last value after all of them. Returns [1].
/// Errors: bad_argument for another number of values than one more than the boundaries.
inline result<Variable> piecewise_decay(Builder<carries::kernels>& b, std::span<const std::int64_t> boundaries,
                                        std::span<const double> values) {
    if (values.size() != boundaries.size() + 1)
        return failure(errc::bad_argument, "len(values) - len(boundaries) should be 1")
            .expected(boundaries.size() + 1)
            .found(values.size());
    const auto role = b.with_role(op_role::lr_schedule);
    const detail::rate_maths m(b);
    const auto step = m.step_count();
    const auto rate = m.rate("learning_rate");
    if (!rate) return rate;
    detail::rate_switch cases(b);
    const auto number = [&](double value, bool force_cpu) {
        return fill_constant(b, Shape{1}, DType::FP32, static_cast<float>(value), force_cpu);
    };
    const auto sets = [&](const Variable& value) {
        return [&m, &rate, &value]() -> result<sequence<Variable>> {
            if (auto set = m.assign(value, *rate); !set) return set.failure();
            return sequence<Variable>{value};
        };
    };
    for (std::size_t i = 0; i < boundaries.size(); ++i) {
        const auto boundary = number(static_cast<double>(boundaries[i]), true);
        const auto value = number(values[i], false);
        if (!value) return value;
        if (auto added = cases.add_case(m.compared<op::less_than>(step, boundary), *rate, sets(*value)); !added) return added.failure();
    }
    const auto last = number(values.back(), false);
    if (!last) return last;
    if (auto added = boundaries.empty() ? m.assign(*last, *rate) : cases.add_default(*rate, sets(*last)); !added) return added.failure();
    return rate;
}

/// start_lr to end_lr in equal steps, and `learning_rate`, a number or another schedule, after warmup_steps. Returns [1].
inline result<Variable> linear_lr_warmup(Builder<carries::kernels>& b, const std::variant<double, Variable>& learning_rate,
                                         std::int64_t warmup_steps, double start_lr, double end_lr) {
    const auto role = b.with_role(op_role::lr_schedule);
    const detail::rate_maths m(b);
    const auto* given = std::get_if<Variable>(&learning_rate);
    const auto rate = m.rate("learning_rate_warmup", given != nullptr ? given->dtype() : DType::FP32);
    if (!rate) return rate;
    const auto step = m.step_count();
    if (!step) return step;
    detail::rate_switch cases(b);
    const auto warming = m.compared<op::less_than>(step, m.number(static_cast<double>(warmup_steps), *step));
    const auto warm_up = [&]() -> result<sequence<Variable>> {
        const auto share = m.scaled(m.scaled(step, 1.0 / static_cast<double>(warmup_steps)), end_lr - start_lr);
        const auto now = m.scaled(share, 1, start_lr);
        if (!now) return now.failure();
        if (auto set = m.assign(*now, *rate); !set) return set.failure();
        return sequence<Variable>{*step};
    };
    const auto go_on = [&]() -> result<sequence<Variable>> {
        result<Variable> after = Variable();
        if (given != nullptr) after = *given;
        else after = fill_constant(b, Shape{1}, rate->dtype(), static_cast<float>(std::get<double>(learning_rate)));
        if (!after) return after.failure();
        if (auto set = m.assign(*after, *rate); !set) return set.failure();
        return given != nullptr ? sequence<Variable>{*after} : sequence<Variable>{};
    };
    if (auto added = cases.add_case(warming, *rate, warm_up); !added) return added.failure();
    if (auto added = cases.add_default(*rate, go_on); !added) return added.failure();
    return rate;
}

}  // namespace wherry::inline WHERRY_ABI::layers

#endif
