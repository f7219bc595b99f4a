#include <wherry/exec/op/squared_l2_norm.hpp>

#include "op_case.hpp"

using namespace op_test;

namespace {
using ops = op_list<op::squared_l2_norm, op::squared_l2_norm_grad>;
op_case norm(const Tensor& x) { return op_case(ops::table, "squared_l2_norm").in("X", x); }
}  // namespace

TEST_CASE("squared_l2_norm adds the squares") {
    for (const auto version : {fluid_18, paddle_26}) {
        const auto out = norm(f32({2, 3}, {0, 1, 2, 3, 4, 5})).version(version).run();
        REQUIRE(out);
        CHECK(out->at("Out").dims() == Shape{1});
        check_values<float>(out->at("Out"), {55}, 0);
    }
    check_values<float>(norm(f32({0}, {})).run()->at("Out"), {0}, 0);
    check_error(norm(i64({1}, {1})).run(), errc::dtype_mismatch, "op squared_l2_norm does not have kernel for data_type[int64_t]");
}

TEST_CASE("its gradient is twice the argument") {
    norm(some({2, 3})).check_gradient({"X"});
    const auto grads = norm(some({2})).gradients();
    REQUIRE(grads.size() == 1);
    CHECK(grads[0].type() == "squared_l2_norm_grad");
    CHECK(grads[0].input("X")[0] == "X");
    CHECK(grads[0].input("Out@GRAD")[0] == "Out@GRAD");
    const auto grad = [](const Tensor& g) {
        return op_case(ops::table, "squared_l2_norm_grad").in("X", f32({2}, {1, 2})).in("Out@GRAD", g);
    };
    check_values<float>(grad(f32({1}, {0.5F})).run()->at("X@GRAD"), {1, 2}, 0);
    check_error(grad(f32({2}, {1, 2})).run(), errc::shape_mismatch);
    check_error(grad(f64({1}, {1})).run(), errc::dtype_mismatch);
}
