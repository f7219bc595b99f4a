#include <wherry/fluid/optimizer.hpp>

#include <doctest/doctest.h>

#include <support/fresh_fluid.hpp>
#include <support/thrown.hpp>

#include <wherry/fluid/layers.hpp>

#include <string>
#include <type_traits>

namespace fluid = wherry::fluid;
namespace optimizer = fluid::optimizer;
using support::fresh_fluid;
using support::message_of;

namespace {

static_assert(std::is_same_v<optimizer::SGD, optimizer::SGDOptimizer> &&
              std::is_same_v<optimizer::Momentum, optimizer::MomentumOptimizer> &&
              std::is_same_v<optimizer::Adam, optimizer::AdamOptimizer>);
// "learning rate should be float or Variable": not a whole number, as in the reference.
static_assert(std::is_constructible_v<optimizer::SGD, float> && std::is_constructible_v<optimizer::SGD, fluid::Variable>);
static_assert(!std::is_constructible_v<optimizer::SGD, int> && !std::is_constructible_v<optimizer::SGD, const char*>);

fluid::Variable loss_of(const char* weight) {
    auto x = fluid::data("x", {-1, 2});
    return fluid::layers::mean(fluid::layers::fc(x, {.size = 1, .param_attr = {{.name = weight}}, .bias_attr = std::nullopt}));
}
const std::string& last_op(const fresh_fluid& p) { return p.main.global_block().ops().back().type(); }

}  // namespace

TEST_CASE("each optimizer minimizes in the default programs and returns what it updates") {
    const auto check = [](auto made, const char* type, std::size_t started) {
        fresh_fluid p;
        const auto pairs = made.minimize(loss_of("w"));
        REQUIRE(pairs.size() == 1);
        CHECK(pairs[0].param.name() == "w");
        CHECK(pairs[0].grad.name() == "w@GRAD");
        CHECK(last_op(p) == type);
        CHECK(p.startup.global_block().ops().size() == started);
    };
    check(optimizer::SGD(0.1F), "sgd", 2);
    check(optimizer::Momentum(0.1F, 0.9F), "momentum", 3);
    check(optimizer::Adam(), "adam", 6);
}

TEST_CASE("options are the reference's: decay, clipping, a list of parameters") {
    fresh_fluid p;
    const optimizer::options options{.regularization = fluid::regularizer::L2Decay{0.1F},
                                     .grad_clip = fluid::clip::GradientClipByGlobalNorm{1},
                                     .parameter_list = {"w"}};
    const auto pairs = optimizer::SGD(0.1F, options).minimize(loss_of("w"));
    CHECK(pairs[0].grad.name() == "elementwise_mul_0.tmp_0");
    fresh_fluid q;
    CHECK(optimizer::SGD(0.1F, {.parameter_list = {"nope"}}).minimize(loss_of("w")).empty());
}

TEST_CASE("append_backward works alone; a loss that nothing makes is a ValueError") {
    fresh_fluid p;
    const auto pairs = fluid::backward::append_backward(loss_of("w"), {.no_grad_set = {"x"}});
    REQUIRE(pairs.size() == 1);
    CHECK(last_op(p) == "mul_grad");
    const auto x = p.main.global_block().find_var("x");
    CHECK(message_of<fluid::ValueError>([&] { fluid::backward::append_backward(x); }) == "no operator makes the loss");
    CHECK(message_of<fluid::AssertionError>([&] {
              optimizer::SGD(0.1F).minimize(x);
          }).starts_with("The loss.shape should be (1L,), but the current loss.shape is (-1, "));
}
