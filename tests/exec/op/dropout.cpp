#include <wherry/exec/op/dropout.hpp>

#include "op_case.hpp"

#include <limits>

using namespace op_test;

namespace {
using ops = op_list<op::dropout, op::dropout_grad>;
const Tensor eight = f32({2, 4}, {1, 2, 3, 4, 5, 6, 7, 8});
op_case dropped(float p, const Tensor& x = eight) { return op_case(ops::table, "dropout").in("X", x).attr("dropout_prob", p); }
op_case seeded(float p, std::int32_t seed, const Tensor& x = eight) { return dropped(p, x).attr("fix_seed", true).attr("seed", seed); }
variables ran(const op_case& c) {
    auto made = c.run();
    REQUIRE_MESSAGE(made, (made ? std::string() : to_string(made.error())));
    return *std::move(made);
}
}  // namespace

TEST_CASE("seeded masks are those of fluid 1.8.5") {
    const auto down = ran(seeded(0.5F, 1));
    check_values<std::uint8_t>(down.at("Mask"), {0, 0, 1, 1, 1, 0, 1, 0}, 0);
    check_values<float>(down.at("Out"), {0, 0, 3, 4, 5, 0, 7, 0}, 0);
    check_values<float>(ran(seeded(0.5F, 1).attr("dropout_implementation", "upscale_in_train")).at("Out"), {0, 0, 6, 8, 10, 0, 14, 0}, 0);
    check_values<std::uint8_t>(ran(dropped(0.5F).in("Seed", i32({1}, {1}))).at("Mask"), {0, 0, 1, 1, 1, 0, 1, 0}, 0);
    check_values<std::uint8_t>(ran(seeded(0.5F, -7)).at("Mask"), {1, 1, 0, 0, 0, 0, 0, 1}, 0);
    check_values<std::uint8_t>(ran(seeded(0.5F, 0)).at("Mask"), {0, 0, 1, 1, 1, 0, 1, 0}, 0);  // a fixed 0 is a seed
    check_values<float>(ran(seeded(0.5F, 1).out("Mask", 0)).at("Out"), {0, 0, 3, 4, 5, 0, 7, 0}, 0);
    check_values<float>(ran(seeded(0.5F, 1).in_place("Out", "X")).at("X"), {0, 0, 3, 4, 5, 0, 7, 0}, 0);
}

TEST_CASE("seeded masks are those of Paddle 2.6.2 for its programs") {
    check_values<std::uint8_t>(ran(seeded(0.5F, 1).version(paddle_26)).at("Mask"), {0, 0, 0, 0, 0, 1, 0, 0}, 0);
    check_values<std::uint8_t>(ran(seeded(0.5F, -7).version(paddle_26)).at("Mask"), {0, 0, 1, 1, 1, 0, 0, 0}, 0);
    check_values<std::uint8_t>(ran(dropped(0.5F).in("Seed", i32({1}, {1})).version(paddle_26)).at("Mask"), {0, 0, 0, 0, 0, 1, 0, 0}, 0);
}

TEST_CASE("without a fixed seed masks differ") {
    const Tensor many(DType::FP32, {256});
    CHECK(!(ran(dropped(0.5F, many).attr("seed", 1)).at("Mask") == ran(dropped(0.5F, many).attr("seed", 1)).at("Mask")));
    CHECK(!(ran(seeded(0.5F, 0, many).version(paddle_26)).at("Mask") == ran(seeded(0.5F, 0, many).version(paddle_26)).at("Mask")));
}

TEST_CASE("all or nothing, and testing") {
    for (const auto* how : {"downgrade_in_infer", "upscale_in_train"}) {
        CAPTURE(how);
        check_values<float>(ran(dropped(1).attr("dropout_implementation", how)).at("Out"), {0, 0, 0, 0, 0, 0, 0, 0}, 0);
        check_values<float>(ran(dropped(0).attr("dropout_implementation", how)).at("Out"), {1, 2, 3, 4, 5, 6, 7, 8}, 0);
    }
    check_values<float>(ran(dropped(0.25F).attr("is_test", true)).at("Out"), {0.75F, 1.5F, 2.25F, 3, 3.75F, 4.5F, 5.25F, 6}, 0);
    check_values<float>(ran(dropped(0.25F).attr("is_test", true).attr("dropout_implementation", "upscale_in_train")).at("Out"),
                        {1, 2, 3, 4, 5, 6, 7, 8}, 0);
}

TEST_CASE("dropout refuses bad attributes") {
    for (const float p : {2.0F, -0.5F, std::numeric_limits<float>::quiet_NaN()})
        check_error(dropped(p).run(), errc::bad_attribute, "'dropout_prob' must be between 0.0 and 1.0.");
    check_error(dropped(0.5F).attr("dropout_implementation", "zzz").run(), errc::bad_attribute,
                "dropout_implementation can only be downgrade_in_infer or upscale_in_train");
    check_error(dropped(0.5F, i64({2}, {1, 2})).run(), errc::dtype_mismatch, "op dropout does not have kernel for data_type[int64_t]");
    check_error(dropped(0.5F).in("Seed", i64({1}, {1})).run(), errc::dtype_mismatch);
    check_error(dropped(0.5F).in("Seed", i32({0}, {})).run(), errc::shape_mismatch);
}

TEST_CASE("the gradient flows where the mask is 1") {
    for (const auto* how : {"downgrade_in_infer", "upscale_in_train"})
        seeded(0.5F, 1, some({2, 4})).attr("dropout_implementation", how).check_gradient({"X"});
    const auto grads = seeded(0.5F, 1).gradients();
    REQUIRE(grads.size() == 1);
    CHECK(grads[0].type() == "dropout_grad");
    CHECK(grads[0].desc().inputs.size() == 2);
    CHECK(grads[0].input("Mask")[0] == "Mask");
    CHECK(grads[0].desc().attrs.size() == 5);
    const auto grad = [](const Tensor& mask) {
        return op_case(ops::table, "dropout_grad").in("Mask", mask).in("Out@GRAD", f32({2}, {1, 2}));
    };
    const auto mask = Tensor::of<std::uint8_t>({2}, {1, 0});
    check_values<float>(grad(mask).attr("dropout_prob", 0.75F).attr("dropout_implementation", "upscale_in_train").run()->at("X@GRAD"),
                        {4, 0}, 0);
    check_error(grad(Tensor::of<std::uint8_t>({1}, {1})).run(), errc::shape_mismatch);
    check_error(grad(f32({2}, {1, 0})).run(), errc::dtype_mismatch);
    check_error(grad(mask).attr("is_test", true).run(), errc::bad_attribute, "GradOp is only callable when is_test is false");
    check_values<float>(grad(mask).attr("is_test", true).version(paddle_26).run()->at("X@GRAD"), {0.5F, 1}, 0);
}

TEST_CASE("dims and LoD levels of dropout are those of fluid 1.8.5") {
    const auto built = [](bool is_test) {
        return *op_case(ops::table, "dropout").in("X", tensor_meta{DType::FP32, Shape{-1, 4}, 1}).attr("is_test", is_test).infer();
    };
    CHECK(built(false).at("Out").lod_level == 1);
    CHECK(built(false).at("Mask").dims == Shape{-1, 4});
    CHECK(built(false).at("Mask").dtype == DType::UINT8);
    CHECK(!built(false).at("Mask").lod_level);
    CHECK(built(true).at("Mask").dims == Shape{});
}
