#include <wherry/layers/learning_rate.hpp>

#include <support/check_error.hpp>
#include <support/fresh_programs.hpp>

#include <wherry/exec/executor.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <span>
#include <vector>

using namespace wherry;
using support::fresh_programs;
using support::must;
using support::types_of;

namespace {

/// The first four rates.
std::vector<double> rates_of(const std::function<result<Variable>(Builder<>&)>& schedule) {
    fresh_programs p;
    const auto rate = must(schedule(p.b));
    Scope scope;
    Executor exe;
    must(exe.run(p.startup, scope));
    std::vector<double> seen;
    const std::vector<std::string> fetched{rate.name()};
    for (int step = 0; step < 4; ++step)
        seen.push_back(static_cast<double>(must(exe.run(p.main, scope, {}, fetched))[0].elements<float>()[0]));
    return seen;
}
void check_rates(const std::function<result<Variable>(Builder<>&)>& schedule, const std::function<double(double)>& expected) {
    const auto seen = rates_of(schedule);
    for (std::size_t step = 0; step < seen.size(); ++step) CHECK(seen[step] == doctest::Approx(expected(static_cast<double>(step))));
}

}  // namespace

// The reference's programs and rates are compared in tests/fluid/training.cpp; here the formulas.
TEST_CASE("schedules count from 0, noam_decay from 1") {
    check_rates([](auto& b) { return layers::exponential_decay(b, 0.5, 2, 0.25); }, [](double t) { return 0.5 * std::pow(0.25, t / 2); });
    check_rates([](auto& b) { return layers::exponential_decay(b, 0.5, 2, 0.25, {.staircase = true}); },
                [](double t) { return 0.5 * std::pow(0.25, std::floor(t / 2)); });
    check_rates([](auto& b) { return layers::natural_exp_decay(b, 0.5, 2, 0.25); }, [](double t) { return 0.5 * std::exp(-0.25 * t / 2); });
    check_rates([](auto& b) { return layers::inverse_time_decay(b, 0.5, 2, 0.25); }, [](double t) { return 0.5 / (1 + 0.25 * t / 2); });
    check_rates([](auto& b) { return layers::polynomial_decay(b, 0.5, 2, {.end_learning_rate = 0.1, .power = 2}); },
                [](double t) { return 0.4 * std::pow(1 - std::min(t, 2.0) / 2, 2) + 0.1; });
    check_rates([](auto& b) { return layers::noam_decay(b, 4, 2, 3); },
                [](double t) { return 1.5 * std::min(std::pow(t + 1, -0.5), std::pow(2, -1.5) * (t + 1)); });
    check_rates([](auto& b) { return layers::cosine_decay(b, 0.5, 1, 4); },
                [](double t) { return 0.25 * (std::cos(t * std::acos(-1.0) / 4) + 1); });
}

TEST_CASE("schedules of cases take the first that holds") {
    const std::vector<std::int64_t> boundaries{1, 3};
    const std::vector<double> values{0.5, 0.25, 0.125};
    CHECK(rates_of([&](auto& b) { return layers::piecewise_decay(b, boundaries, values); }) == std::vector<double>{0.5, 0.25, 0.25, 0.125});
    CHECK(rates_of([&](auto& b) { return layers::piecewise_decay(b, {}, std::span(values).first(1)); }) == std::vector<double>(4, 0.5));
    CHECK(rates_of([](auto& b) { return layers::linear_lr_warmup(b, 0.75, 2, 0.25, 0.5); }) ==
          std::vector<double>{0.25, 0.375, 0.75, 0.75});
    check_rates([](auto& b) { return layers::polynomial_decay(b, 0.5, 2, {.end_learning_rate = 0.1, .cycle = true}); },
                [](double t) { return 0.4 * (1 - t / (2 * std::max(1.0, std::ceil(t / 2)))) + 0.1; });
    fresh_programs p;
    support::check_error(layers::piecewise_decay(p.b, boundaries, std::vector<double>{1}), errc::bad_argument);
}

TEST_CASE("schedules of one program share the count, which is made and counted up once") {
    fresh_programs p;
    must(layers::exponential_decay(p.b, 0.5, 2, 0.25));
    must(layers::cosine_decay(p.b, 0.5, 1, 4));
    int counted = 0;
    for (const auto& op : p.ops()) counted += op.type() == "increment" ? 1 : 0;
    CHECK(counted == 1);
    CHECK(p.ops()[0].type() == "increment");
    CHECK(p.ops()[0].role() == op_role::lr_schedule);
    CHECK(p.startup_ops()[0].attr_or("force_cpu", false));
    CHECK(p.startup_ops()[0].role() == op_role::forward);
    CHECK(p.var("@LR_DECAY_COUNTER@").persistable());
}
