#include <wherry/train/regularizer.hpp>

#include <support/fresh_programs.hpp>

#include <wherry/layers/loss.hpp>
#include <wherry/layers/math.hpp>
#include <wherry/train/optimizer.hpp>

using namespace wherry;
using support::fresh_programs;
using support::must;

TEST_CASE("L1Decay adds the sign of a parameter, a parameter's own decay comes first") {
    fresh_programs p;
    const auto x = p.data("x", {-1, 2});
    const auto w = must(p.b.create_parameter("fc_0", {.name = "w"}, {2, 1}, DType::FP32, initializer::Constant{1}));
    const auto u =
        must(p.b.create_parameter("fc_1", {.name = "u", .regularizer = L2Decay(0.5F)}, {2, 1}, DType::FP32, initializer::Constant{1}));
    const auto both = must(layers::sum(p.b, sequence<Variable>{must(layers::matmul(p.b, x, w)), must(layers::matmul(p.b, x, u))}));
    must(SGD(0.1F, {.regularization = L1Decay(0.25F)}).minimize(p.b, must(layers::mean(p.b, both))));
    std::string seen;
    for (const auto& op : p.ops())
        if ((op.role() & op_role::optimize) != 0) seen += (seen.empty() ? "" : " ") + op.type();
    CHECK(seen == "scale sum sign scale sum sgd sgd");
}
