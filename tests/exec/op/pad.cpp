#include <wherry/exec/op/pad.hpp>

#include "op_case.hpp"

#include <limits>

using namespace op_test;

namespace {
using ops = op_list<op::pad, op::pad_grad, op::pad2d, op::pad2d_grad, op::pad3d, op::pad3d_grad>;
using list = sequence<std::int32_t>;
op_case of(std::string_view type, const list& paddings, const Tensor& x) {
    return op_case(ops::table, type).in("X", x).attr("paddings", paddings);
}
const Tensor row = f32({1, 1, 1, 3}, {1, 2, 3});
Tensor out_of(const op_case& c) {
    const auto ran = c.run();
    REQUIRE(ran);
    return ran->at("Out");
}
}  // namespace

TEST_CASE("a margin of one value") {
    CHECK(out_of(of("pad", {0, 1, 1, 0}, f32({1, 2}, {1, 2})).attr("pad_value", 7.0F)) == f32({2, 3}, {7, 1, 2, 7, 7, 7}));
    CHECK(out_of(of("pad", {2, 0}, i64({1}, {5})).attr("pad_value", 1e30F)).dims() == Shape{3});
    CHECK(out_of(of("pad2d", {0, 0, 1, 1}, row).attr("pad_value", 9.0F)) == f32({1, 1, 1, 5}, {9, 1, 2, 3, 9}));
    CHECK(out_of(of("pad3d", {1, 0, 0, 0, 0, 0}, f32({1, 1, 1, 1, 2}, {1, 2}))) == f32({1, 1, 1, 1, 3}, {0, 1, 2}));
}

TEST_CASE("margins that repeat elements") {
    CHECK(out_of(of("pad2d", {0, 0, 2, 1}, row).attr("mode", std::string("reflect"))) == f32({1, 1, 1, 6}, {3, 2, 1, 2, 3, 2}));
    CHECK(out_of(of("pad2d", {0, 1, 2, 1}, row).attr("mode", std::string("edge"))) ==
          f32({1, 1, 2, 6}, {1, 1, 1, 2, 3, 3, 1, 1, 1, 2, 3, 3}));
    const auto volume = f32({1, 1, 1, 1, 3}, {1, 2, 3});
    CHECK(out_of(of("pad3d", {4, 4, 0, 0, 0, 0}, volume).attr("mode", std::string("circular"))) ==
          f32({1, 1, 1, 1, 11}, {3, 1, 2, 3, 1, 2, 3, 1, 2, 3, 1}));
    CHECK(out_of(of("pad3d", {1, 1, 0, 0, 0, 0}, volume).attr("mode", std::string("replicate"))) == f32({1, 1, 1, 1, 5}, {1, 1, 2, 3, 3}));
}

TEST_CASE("impossible margins are refused") {
    constexpr auto most = std::numeric_limits<std::int32_t>::max();
    check_error(of("pad", {1, 1, 1}, f32({1, 2}, {1, 2})).run(), errc::bad_attribute);
    check_error(of("pad", {-1, 0}, f32({2}, {1, 2})).run(), errc::bad_attribute);
    check_error(of("pad2d", {0, 0, 3, 0}, row).attr("mode", std::string("reflect")).run(), errc::bad_attribute);
    check_error(of("pad2d", {0, 0, 0, 0}, row).attr("mode", std::string("zzz")).run(), errc::bad_attribute);
    check_error(of("pad2d", {0, 0, 0, 0}, row).attr("data_format", std::string("zzz")).run(), errc::bad_attribute);
    check_error(of("pad2d", {0, 0}, row).run(), errc::bad_attribute);
    check_error(of("pad2d", {0, 0, 0, 0}, f32({1}, {1})).run(), errc::shape_mismatch);
    check_error(of("pad3d", {0, 0, 0, 0, 0, 0}, row).run(), errc::shape_mismatch);
    check_error(of("pad2d", {0, 0, 1, 0}, f32({1, 1, 1, 0}, {})).attr("mode", std::string("edge")).run(), errc::shape_mismatch);
    const auto wide =
        op_case(ops::table, "pad").in("X", tensor_meta{DType::FP32, {std::int64_t{1} << 62}}).attr("paddings", list{most, most});
    check_error(wide.infer(false), errc::overflow);
    check_error(op_case(ops::table, "pad_grad").in("Out@GRAD", f32({2}, {1, 2})).attr("paddings", list{2, 1}).run(), errc::shape_mismatch);
}

TEST_CASE("gradients of margins go to what they repeat") {
    of("pad", {1, 0, 0, 2}, some({2, 2})).check_gradient({"X"});
    for (const auto* mode : {"constant", "reflect", "edge"})
        of("pad2d", {1, 0, 2, 1}, some({1, 2, 2, 3})).attr("mode", std::string(mode)).check_gradient({"X"});
    for (const auto* mode : {"constant", "circular", "replicate"})
        of("pad3d", {1, 0, 2, 1, 0, 1}, some({1, 1, 2, 2, 2})).attr("mode", std::string(mode)).check_gradient({"X"});
}
