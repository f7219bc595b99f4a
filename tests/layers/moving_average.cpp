#include <wherry/layers/moving_average.hpp>

#include <support/fresh_programs.hpp>

#include <wherry/exec/executor.hpp>
#include <wherry/layers/data.hpp>
#include <wherry/layers/fc.hpp>
#include <wherry/train/optimizer.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

using namespace wherry;
using support::fresh_programs;
using support::must;

// The reference's programs and values are compared in tests/fluid/training.cpp; here the formula.
TEST_CASE("an average counts later steps more, and restore brings back what was there") {
    fresh_programs p;
    const auto x = p.data("x", {-1, 2});
    must(layers::fc(p.b, {&x, 1}, {.size = 2}));
    auto ema = must(ExponentialMovingAverage::make(p.b, {.decay = 0.5F, .name = "mean_"}));
    must(ema.update(p.b));
    CHECK(ema.apply_program().global_block().find_var("mean_fc_0.w_0_ema_0"));
    Scope scope;
    Executor exe;
    must(exe.run(p.startup, scope));
    const auto input = Tensor::of<float>({1, 2}, {1, 2});
    const std::vector<tensor_ref> fed{input.ref("x")};
    const auto weight = [&scope]() -> float& { return scope.find_var("fc_0.w_0")->elements<float>()[0]; };
    weight() = 4;
    must(exe.run(p.main, scope, fed));
    weight() = 7;
    must(exe.run(p.main, scope, fed));
    must(ema.apply(exe, scope));
    CHECK(weight() == doctest::Approx((0.25 * 4 + 0.5 * 7) / 0.75));
    must(ema.restore(exe, scope));
    CHECK(weight() == 7);
}

TEST_CASE("a restore before an apply is an error") {
    fresh_programs p;
    const auto x = p.data("x", {-1, 2});
    must(layers::fc(p.b, {&x, 1}, {.size = 2}));
    const auto ema = must(ExponentialMovingAverage::make(p.b));
    Scope scope;
    Executor exe;
    must(exe.run(p.startup, scope));
    CHECK(!ema.restore(exe, scope));
    CHECK(scope.find_var("fc_0.w_0") != nullptr);
}

TEST_CASE("a count of steps is made once, whoever asks for it") {
    fresh_programs p;
    const auto count = must(layers::autoincreased_step_counter(p.b, "runs", 5, 2));
    CHECK(must(layers::autoincreased_step_counter(p.b, "runs")).name() == count.name());
    CHECK(p.ops().size() == 1);
    Scope scope;
    Executor exe;
    must(exe.run(p.startup, scope));
    must(exe.run(p.main, scope));
    CHECK(scope.find_var("runs")->elements<std::int64_t>()[0] == 6);
}
