#include <wherry/train/adaptive_optimizer.hpp>

#include <support/fresh_programs.hpp>

#include <wherry/exec/executor.hpp>
#include <wherry/layers/loss.hpp>
#include <wherry/layers/math.hpp>

using namespace wherry;
using support::fresh_programs;
using support::must;

namespace {

/// loss = mean(x w) with x = 2, w = 1: what is left of w after three steps, and the names that persist.
template <class Optimizer>
struct adaptive_trace {
    double w = 0;
    std::string kept;

    explicit adaptive_trace(Optimizer optimizer) {
        fresh_programs p;
        const auto x = p.data("x", {-1, 1});
        const auto weight = must(p.b.create_parameter("fc_0", {.name = "w"}, {1, 1}, DType::FP32, initializer::Constant{1}));
        must(optimizer.minimize(p.b, must(layers::mean(p.b, must(layers::matmul(p.b, x, weight))))));
        Scope scope;
        Executor exe;
        must(exe.run(p.startup, scope));
        const auto two = Tensor::of<float>({1, 1}, {2});
        for (int i = 0; i < 3; ++i) must(exe.run(p.main, scope, std::vector{two.ref("x")}));
        w = static_cast<double>(scope.find_var("w")->elements<float>()[0]);
        for (const auto& var : p.main.global_block().vars())
            if (var.persistable()) kept += (kept.empty() ? "" : " ") + var.name();
    }
};

}  // namespace

// The reference's programs and 20 steps of each are compared in tests/fluid/training.cpp; here the formulas.
TEST_CASE("three steps by each rule, with the state it keeps") {
    const adaptive_trace adagrad(Adagrad(0.1F, {.epsilon = 0}));
    CHECK(adagrad.w == doctest::Approx(1 - 0.1 * (1 + 1 / std::sqrt(2) + 1 / std::sqrt(3))));
    CHECK(adagrad.kept == "w w_moment_0 learning_rate_0");
    const adaptive_trace adamax(Adamax(0.1F));
    CHECK(adamax.w == doctest::Approx(0.7));
    CHECK(adamax.kept == "w w_moment_0 w_inf_norm_0 w_beta1_pow_acc_0 learning_rate_0");
    const adaptive_trace rmsprop(RMSProp(0.1F, {.rho = 0, .epsilon = 0}));
    CHECK(rmsprop.w == doctest::Approx(0.7));
    CHECK(rmsprop.kept == "w w_momentum_0 w_mean_square_0 w_mean_grad_0 learning_rate_0");
    const adaptive_trace decayed(DecayedAdagrad(0.1F, {.decay = 0, .epsilon = 0}));
    CHECK(decayed.w == doctest::Approx(0.7));
    CHECK(decayed.kept == "w w_moment_0 learning_rate_0");
    CHECK(adaptive_trace(Adadelta(1.0F)).kept == "w w__avg_squared_grad_0 w__avg_squared_update_0 learning_rate_0");
    CHECK(adaptive_trace(Ftrl(0.1F)).kept == "w w_squared_0 w_linear_0 learning_rate_0");
    CHECK(adaptive_trace(Lamb(0.1F)).kept == "w w_moment1_0 w_moment2_0 w_beta1_pow_acc_0 w_beta2_pow_acc_0 learning_rate_0");
    const adaptive_trace adamw(AdamW(0.1F, {.epsilon = 0, .weight_decay = 0.5F}));
    CHECK(adamw.w == doctest::Approx(((1 * 0.95 - 0.1) * 0.95 - 0.1) * 0.95 - 0.1));
    const adaptive_trace spared(
        AdamW(0.1F, {.epsilon = 0, .weight_decay = 0.5F, .apply_decay_param = [](const Variable&) { return false; }}));
    CHECK(spared.w == doctest::Approx(0.7));
}
