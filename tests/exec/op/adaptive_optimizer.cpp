#include <wherry/exec/op/adaptive_optimizer.hpp>

#include "op_case.hpp"

#include <cmath>
#include <map>
#include <string>

using namespace op_test;

namespace {

// Inputs and answers of one step in fluid 1.8.5, and in Paddle 2.6.2 where said.
Tensor five(std::initializer_list<float> values) { return f32({5}, values); }
Tensor param() { return five({0.10159580F, 0.41629565F, -0.41819051F, 0.02165521F, 0.78589392F}); }
Tensor gradient() { return five({0.79358453F, 0.16557400F, -0.43762762F, 0.67281061F, -0.34268510F}); }
Tensor state(float k) { return five({0.1F * k, 0.2F * k, 0.3F * k, 0.4F * k, 0.5F * k}); }

/// An operator with these inputs, but for those that are given.
op_case adaptive(std::string_view type, const std::map<std::string, Tensor>& given = {}) {
    op_case c(op::adaptive_updates::table, type);
    const auto in = [&](const char* slot, const Tensor& otherwise) {
        const auto held = given.find(slot);
        c.in(slot, held != given.end() ? held->second : otherwise);
    };
    in("Param", param());
    in("Grad", gradient());
    if (type != "adadelta") in("LearningRate", f32({1}, {0.1F}));
    if (type == "adamax") in("Moment", state(1)), in("InfNorm", state(2)), in("Beta1Pow", f32({1}, {0.81F}));
    if (type == "adadelta") in("AvgSquaredGrad", state(1)), in("AvgSquaredUpdate", state(2)), c.attr("rho", 0.9F).attr("epsilon", 0.01F);
    if (type == "decayed_adagrad") in("Moment", state(1)), c.attr("decay", 0.9F).attr("epsilon", 0.01F);
    if (type == "ftrl") in("SquaredAccumulator", state(1)), in("LinearAccumulator", state(2)), c.attr("l1", 0.3F).attr("l2", 0.2F);
    if (type == "lamb") {
        in("Moment1", state(1)), in("Moment2", state(2)), in("Beta1Pow", f32({1}, {0.81F})), in("Beta2Pow", f32({1}, {0.99F}));
        c.attr("epsilon", 0.01F).attr("weight_decay", 0.05F);
    }
    if (given.contains("MasterParam")) in("MasterParam", param());
    return c;
}

}  // namespace

TEST_CASE("adaptive updates refuse state of other dims and half precision") {
    const struct {
        const char* type;
        const char* slot;
    } cases[] = {{"adamax", "InfNorm"},
                 {"adadelta", "AvgSquaredUpdate"},
                 {"decayed_adagrad", "Moment"},
                 {"ftrl", "LinearAccumulator"},
                 {"lamb", "Moment2"}};
    for (const auto& one : cases) {
        CAPTURE(std::string(one.type));
        CHECK(adaptive(one.type).run());
        check_error(adaptive(one.type, {{one.slot, f32({4}, {1, 2, 3, 4})}}).run(), errc::shape_mismatch);
        check_error(adaptive(one.type, {{"MasterParam", param()}}).run(), errc::unsupported);
    }
    check_error(adaptive("adamax", {{"Beta1Pow", f32({2}, {1, 2})}}).run(), errc::shape_mismatch);
}

TEST_CASE("adadelta steps by its new update where that is written in place, until 2.0") {
    const auto apart = adaptive("adadelta").run();
    const auto in_place = adaptive("adadelta").in_place("AvgSquaredUpdateOut", "AvgSquaredUpdate").run();
    REQUIRE(apart);
    REQUIRE(in_place);
    CHECK(apart->at("AvgSquaredUpdateOut") == in_place->at("AvgSquaredUpdate"));
    CHECK_FALSE(apart->at("ParamOut") == in_place->at("ParamOut"));
    // u: 0.2 -> 0.2340..: sqrt((u + 0.01) / (s + 0.01)) g
    const auto& s = apart->at("AvgSquaredGradOut").elements<float>();
    const auto& u = apart->at("AvgSquaredUpdateOut").elements<float>();
    for (std::size_t i = 0; i < 5; ++i) {
        const auto start = param();
        const auto grad = gradient();
        const double g = static_cast<double>(grad.elements<float>()[i]);
        const auto stepped = [&](double update) {
            return static_cast<double>(start.elements<float>()[i]) - std::sqrt((update + 0.01) / (static_cast<double>(s[i]) + 0.01)) * g;
        };
        CHECK(static_cast<double>(apart->at("ParamOut").elements<float>()[i]) ==
              doctest::Approx(stepped(0.2 * static_cast<double>(i + 1))));
        CHECK(static_cast<double>(in_place->at("ParamOut").elements<float>()[i]) == doctest::Approx(stepped(static_cast<double>(u[i]))));
    }
}

TEST_CASE("ftrl sets what matters little to 0") {
    const auto made = adaptive("ftrl", {{"Grad", five({0, 0, 0, 0, 0})}, {"LinearAccumulator", five({0.2F, -0.3F, 0.31F, -2, 0})}}).run();
    REQUIRE(made);
    const auto p = made->at("ParamOut").elements<float>();
    CHECK(p[0] == 0);
    CHECK(p[1] == 0);
    CHECK(p[2] < 0);
    CHECK(p[3] > 0);
    CHECK(p[4] == 0);
}

TEST_CASE("lamb of a parameter of zeros takes the plain step") {
    const auto zeros = five({0, 0, 0, 0, 0});
    const auto made = adaptive("lamb", {{"Param", zeros}, {"Moment1", zeros}, {"Moment2", zeros}}).run();
    REQUIRE(made);
    for (std::size_t i = 0; i < 5; ++i) {  // -rate 0.1 g / (sqrt(0.001 g^2) + 0.01)
        const auto grad = gradient();
        const double g = static_cast<double>(grad.elements<float>()[i]);
        CHECK(static_cast<double>(made->at("ParamOut").elements<float>()[i]) ==
              doctest::Approx(-0.1 * 0.1 * g / (std::sqrt(0.001 * g * g) + 0.01)).epsilon(1e-5));
    }
}
