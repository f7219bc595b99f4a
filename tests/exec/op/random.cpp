#include <wherry/exec/op/random.hpp>

#include "op_case.hpp"

using namespace op_test;

namespace {
using ops = op_list<op::uniform_random, op::gaussian_random, op::truncated_gaussian_random>;
op_case drawn(std::string_view type, std::int32_t seed, std::vector<std::int64_t> shape = {4}) {
    return op_case(ops::table, type).attr("shape", std::move(shape)).attr("seed", seed);
}
Tensor values(const op_case& c) {
    auto made = c.run();
    REQUIRE_MESSAGE(made, (made ? std::string() : to_string(made.error())));
    return made->at("Out");
}
}  // namespace

TEST_CASE("seeded draws are those of fluid 1.8.5") {
    check_values<float>(values(drawn("uniform_random", 1)), {-0.99995506F, -0.82993507F, 0.20270526F, 0.78322256F}, 0);
    check_values<float>(values(drawn("gaussian_random", 1)), {0.89133018F, 0.23068452F, -2.4865444F, 0.36510944F}, 0);
    check_values<float>(values(drawn("truncated_gaussian_random", 1, {6})),
                        {-1.99960160F, -1.25956285F, 0.24492067F, 1.14450479F, 1.61333048F, -0.82809287F}, 1e-6);
    check_values<double>(values(drawn("uniform_random", 1).attr("dtype", DType::FP64)),
                         {-0.8299351025651327, 0.7832225546097153, -0.6206204562007122, -0.20398322370742217}, 1e-15);
    check_values<float>(values(drawn("uniform_random", -7)), {0.99977517F, 0.14967549F, 0.98647392F, 0.08388722F}, 1e-7);
    check_values<float>(values(drawn("gaussian_random", -7)), {0.01695966F, 0.19943759F, -0.18310095F, -0.02797809F}, 1e-7);
    check_values<float>(values(drawn("gaussian_random", 1, {2}).attr("std", -1.0F)), {-0.89133018F, -0.23068452F}, 0);
}

TEST_CASE("seeded draws are those of Paddle 2.6.2 for its programs") {
    const auto of_26 = [](op_case c) { return values(c.version(paddle_26)); };
    check_values<float>(of_26(drawn("uniform_random", 1)), {-0.73224676F, -0.72718596F, -0.09757018F, -0.95795155F}, 0);
    check_values<float>(of_26(drawn("gaussian_random", 1)), {-0.38683185F, -0.03939996F, 0.68682355F, -0.24894781F}, 0);
    check_values<float>(of_26(drawn("truncated_gaussian_random", 1, {6})),
                        {-1.03414011F, -1.02386045F, -0.11698834F, -1.71888399F, -0.36466089F, 1.24069679F}, 1e-6);
    check_values<float>(of_26(drawn("uniform_random", -7)), {-0.74399185F, -0.30319583F, 0.82977402F, 0.57557857F}, 1e-7);
    check_values<float>(of_26(drawn("gaussian_random", -7)), {-0.35313991F, -0.86654621F, -0.25181222F, 0.46253610F}, 1e-7);
    check_values<float>(of_26(drawn("uniform_random", 1, {})), {-0.73224676F}, 0);
    check_values<float>(of_26(drawn("uniform_random", 1, {2}).attr("min", 1.0F).attr("max", -1.0F)), {0.73224676F, 0.72718596F}, 1e-7);
}

TEST_CASE("seed 0 draws other numbers each time, within the bounds") {
    for (const auto version : {fluid_18, paddle_26}) {
        const auto once = values(drawn("uniform_random", 0, {64}).version(version));
        const auto again = values(drawn("uniform_random", 0, {64}).version(version));
        CHECK(!(once == again));
        for (const auto v : once.elements<float>()) CHECK((v >= -1 && v < 1));
    }
    CHECK(!(values(drawn("gaussian_random", 0, {64})) == values(drawn("gaussian_random", 0, {64}))));
}

TEST_CASE("uniform_random puts a diagonal in") {
    const auto diagonal = [](std::vector<std::int64_t> shape, std::int32_t num, std::int32_t step) {
        return drawn("uniform_random", 1, std::move(shape)).attr("diag_num", num).attr("diag_step", step).attr("diag_val", 7.0F);
    };
    check_values<float>(values(diagonal({2, 2}, 2, 0)), {7, 7, 0.20270526F, 0.78322256F}, 0);
    const auto spread = values(diagonal({3, 3}, 2, 1));
    CHECK(spread.elements<float>()[0] == 7);
    CHECK(spread.elements<float>()[1] == -0.82993507F);
    CHECK(spread.elements<float>()[2] == 7);
    CHECK(values(diagonal({2, 2}, -3, 0)).elements<float>()[0] == -0.99995506F);
    check_error(diagonal({2, 2}, 5, 0).run(), errc::bad_attribute);
    check_error(diagonal({2, 2}, 2, -5).run(), errc::bad_attribute);
    check_error(diagonal({2, 2}, 2147483647, 2147483647).run(), errc::bad_attribute);
    check_error(diagonal({0}, 1, 0).run(), errc::bad_attribute);
}

TEST_CASE("random numbers: wrong bounds, shapes and element types are refused") {
    check_error(drawn("uniform_random", 1).attr("min", 1.0F).attr("max", -1.0F).run(), errc::bad_attribute,
                "The uniform_random's min must less then max. But received min = 1.000000 great than or equal max = -1.000000.");
    check_error(drawn("uniform_random", 1, {}).run(), errc::bad_attribute,
                "if there is no Input(ShapeTensorList) and no Input(ShapeTensor),the attr(shape) information must be set by Attr(shape).");
    check_error(drawn("gaussian_random", 1, {}).run(), errc::bad_attribute);
    check_error(drawn("truncated_gaussian_random", 1, {}).run(), errc::bad_attribute,
                "shape can be one int or array. shape must be set, But received (0)");
    for (const auto* type : {"uniform_random", "gaussian_random", "truncated_gaussian_random"}) {
        CAPTURE(type);
        check_error(drawn(type, 1, {-1}).run(), errc::bad_dims);
        check_error(drawn(type, 1, {1 << 30, 1 << 30, 1 << 30}).run(), errc::overflow);
        check_error(drawn(type, 1).attr("dtype", DType::INT64).run(), errc::dtype_mismatch,
                    "op " + std::string(type) + " does not have kernel for data_type[int64_t]");
        check_error(drawn(type, 1).attr("dtype", 99).run(), errc::bad_dtype);
    }
    check_error(drawn("uniform_random", 1).in("ShapeTensor", i32({1}, {3})).run(), errc::unsupported);
    check_error(drawn("gaussian_random", 1).in("ShapeTensorList", i32({1}, {3})).run(), errc::unsupported);
}

TEST_CASE("random operators are written as fluid 1.8.5 writes them") {
    const auto bare = [](std::string_view type) { return op_case(ops::table, type).written(); };
    CHECK(bare("uniform_random").desc().attrs.size() == 8);
    CHECK(bare("uniform_random").find_attr("shape")->type == AttrType::LONGS);
    CHECK(bare("gaussian_random").desc().attrs.size() == 6);
    CHECK(bare("truncated_gaussian_random").desc().attrs.size() == 5);
    CHECK(bare("truncated_gaussian_random").find_attr("shape")->type == AttrType::INTS);
}
