#include <wherry/layers/param_attr.hpp>

#include <support/fresh_programs.hpp>

#include <wherry/exec/op/fill_constant.hpp>

#include <variant>

using namespace wherry;
using support::fresh_programs;
using support::must;

TEST_CASE("a parameter is trained at the optimizer's rate, without decay of its own, unless it is told otherwise") {
    const ParamAttr attr;
    CHECK(attr.name.empty());
    CHECK_FALSE(attr.initializer);
    CHECK(attr.learning_rate == 1);
    CHECK_FALSE(attr.regularizer);
    CHECK(attr.trainable);
    CHECK(std::holds_alternative<initializer::Constant>(*ParamAttr{.initializer = initializer::Constant{1}}.initializer));
}

TEST_CASE("each field reaches the parameter that is made") {
    fresh_programs p;
    const auto make = [&](const ParamAttr& attr) {
        return must(p.b.create_parameter("fc", attr, {2}, DType::FP32, initializer::Constant{0.5F}));
    };
    const auto plain = make({});
    CHECK(plain.name() == "fc.w_0");
    CHECK(plain.learning_rate() == 1);
    CHECK(plain.trainable());
    CHECK_FALSE(plain.parameter()->regularizer);
    CHECK(p.startup_ops()[0].attr_or("value", 0.0F) == 0.5F);  // the layer's own
    const auto told = make({.name = "mine",
                            .initializer = initializer::Constant{2},
                            .learning_rate = 0.1F,
                            .regularizer = L2Decay{0.01F},
                            .trainable = false});
    CHECK(told.name() == "mine");
    CHECK(told.learning_rate() == 0.1F);
    CHECK(told.parameter()->regularizer->coefficient == 0.01F);
    CHECK_FALSE(told.trainable());
    CHECK(p.startup_ops()[0].attr_or("value", 0.0F) == 2);
}
