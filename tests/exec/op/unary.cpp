#include <wherry/exec/op/unary.hpp>

#include "op_case.hpp"

#include <limits>

using namespace op_test;

namespace {
using ops = op::unaries;
const Tensor some_floats = f32({6}, {-4, -1, -0.5F, 0.5F, 2, 7});
Tensor out_of(const op_case& c) {
    const auto ran = c.run();
    REQUIRE(ran);
    return ran->at("Out");
}
op_case of(std::string_view type, const Tensor& x = some_floats) { return op_case(ops::table, type).in("X", x); }
}  // namespace

// Values below were computed by Paddle 2.6.2; tests/oracle/operator_cases.py has many more.

TEST_CASE("the layers of mobile networks") {
    check_values<float>(out_of(of("relu6")), {0, 0, 0, 0.5F, 2, 6}, 0);
    check_values<float>(out_of(of("leaky_relu").attr("alpha", 0.1F)), {-0.4F, -0.1F, -0.05F, 0.5F, 2, 7});
    check_values<float>(out_of(of("hard_sigmoid")), {0, 0.3F, 0.4F, 0.6F, 0.9F, 1});
    check_values<float>(out_of(of("hard_swish")), {0, -0.3333333F, -0.2083333F, 0.2916667F, 1.6666666F, 7});
    const auto turned = of("hard_swish").attr("threshold", 2.0F).attr("scale", 2.0F).attr("offset", 1.0F);
    check_values<float>(out_of(turned), {0, 0, -0.125F, 0.375F, 2, 7});
    CHECK(out_of(op_case(turned).version(paddle_26)) == out_of(of("hard_swish")));
    check_values<float>(out_of(of("swish")), {-0.07194484F, -0.26894143F, -0.18877034F, 0.31122968F, 1.761594F, 6.993622F});
    CHECK(out_of(of("silu")) == out_of(of("swish")));
    check_values<float>(out_of(of("mish")), {-0.07259175F, -0.30340147F, -0.22074386F, 0.37524524F, 1.943959F, 6.999988F});
    check_values<float>(out_of(of("gelu")), {-0.00012669F, -0.15865526F, -0.15426877F, 0.34573123F, 1.9544997F, 7});
    check_values<float>(out_of(of("gelu").attr("approximate", true)), {-0.00007022F, -0.158808F, -0.15428599F, 0.34571401F, 1.9545977F, 7});
    check_values<float>(out_of(of("elu")), {-0.9816844F, -0.6321206F, -0.3934693F, 0.5F, 2, 7});
}

TEST_CASE("functions of a calculator") {
    check_values<float>(out_of(of("exp", f32({3}, {-1, 0, 2}))), {0.36787945F, 1, 7.389056F});
    check_values<double>(out_of(of("log", f64({2}, {1, 10}))), {0, 2.302585092994046}, 1e-14);
    check_values<float>(out_of(of("rsqrt", f32({2}, {4, 0.25F}))), {0.5F, 2});
    check_values<float>(out_of(of("reciprocal", f32({2}, {4, -0.5F}))), {0.25F, -2});
    check_values<float>(out_of(of("floor")), {-4, -1, -1, 0, 2, 7}, 0);
    check_values<float>(out_of(of("ceil")), {-4, -1, 0, 1, 2, 7}, 0);
    const auto rounded = of("round", f32({4}, {-1.5F, -0.5F, 0.5F, 2.5F}));
    check_values<float>(out_of(rounded), {-2, 0, 0, 2}, 0);
    check_values<float>(out_of(op_case(rounded).version(paddle_26)), {-2, -1, 1, 3}, 0);
    check_values<float>(out_of(of("erf", f32({2}, {-0.5F, 1}))), {-0.5204999F, 0.84270079F});
    check_values<float>(out_of(of("pow").attr("factor", 2.0F)), {16, 1, 0.25F, 0.25F, 4, 49}, 0);
    check_values<float>(out_of(of("pow").in("FactorTensor", f32({1}, {3})).attr("factor", 2.0F)), {-64, -1, -0.125F, 0.125F, 8, 343});
    check_values<std::int32_t>(out_of(of("pow", i32({3}, {-3, 0, 70000})).attr("factor", 2.0F)), {9, 0, 0}, 0);
    constexpr auto least = std::numeric_limits<std::int64_t>::min();
    check_values<std::int64_t>(out_of(of("abs", i64({3}, {-3, 5, least}))), {3, 5, least}, 0);
}

TEST_CASE("element types without a kernel, and a power that is not one number") {
    check_error(of("relu6", i32({1}, {1})).run(), errc::dtype_mismatch, "op relu6 does not have kernel for data_type[int]");
    check_error(of("exp", i64({1}, {1})).run(), errc::dtype_mismatch);
    check_error(of("pow").in("FactorTensor", f32({2}, {1, 2})).run(), errc::shape_mismatch);
    check_error(of("pow").in("FactorTensor", i32({1}, {1})).run(), errc::dtype_mismatch);
}

TEST_CASE("gradients of functions of one number agree with differences") {
    for (const auto* type : {"relu6", "leaky_relu", "hard_sigmoid", "hard_swish", "swish", "silu", "mish", "gelu", "elu", "softplus", "exp",
                             "abs", "reciprocal", "floor", "ceil", "round", "sin", "cos", "erf"}) {
        CAPTURE(type);
        of(type, some({2, 5})).check_gradient({"X"});
    }
    of("gelu", some({2, 5})).attr("approximate", true).check_gradient({"X"});
    for (const auto* type : {"log", "rsqrt", "pow"}) {
        CAPTURE(type);
        of(type, some_positive({2, 3})).check_gradient({"X"});
    }
    of("pow", some_positive({2, 3})).attr("factor", 2.5F).check_gradient({"X"});
}

TEST_CASE("gradients read what 1.8.5 reads") {
    const auto reads = [](std::string_view type, std::string_view slot) { return of(type).gradients().at(0).has_input_slot(slot); };
    for (const auto* type : {"relu6", "leaky_relu", "hard_sigmoid", "exp", "rsqrt", "reciprocal"}) {
        CHECK_MESSAGE(reads(type, "Out"), type);
        CHECK_MESSAGE(!reads(type, "X"), type);
    }
    for (const auto* type : {"hard_swish", "swish", "mish", "gelu", "elu", "softplus", "log", "abs", "pow", "sin", "cos", "erf"}) {
        CHECK_MESSAGE(reads(type, "X"), type);
        CHECK_MESSAGE(!reads(type, "Out"), type);
    }
    CHECK(of("floor").gradients().at(0).desc().inputs.size() == 1);
    CHECK(of("silu").gradients().at(0).has_input_slot("Out"));
    check_error(op_case(ops::table, "swish_grad").in("X", some_floats).in("Out@GRAD", f32({1}, {1})).run(), errc::shape_mismatch);
}
