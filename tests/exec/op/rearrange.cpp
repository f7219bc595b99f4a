#include <wherry/exec/op/rearrange.hpp>

#include "op_case.hpp"

using namespace op_test;

namespace {
using ops =
    op_list<op::flip, op::roll, op::roll_grad, op::pixel_shuffle, op::pixel_shuffle_grad, op::cumsum, op::tril_triu, op::tril_triu_grad>;
using list = sequence<std::int32_t>;
using longs = sequence<std::int64_t>;
const Tensor x = i32({2, 3}, {0, 1, 2, 3, 4, 5});
op_case of(std::string_view type, const Tensor& from = x) { return op_case(ops::table, type).in("X", from); }
Tensor out_of(const op_case& c) {
    const auto ran = c.run();
    REQUIRE(ran);
    return ran->at("Out");
}
}  // namespace

TEST_CASE("axes turned round and shifted") {
    CHECK(out_of(of("flip").attr("axis", list{-1})) == i32({2, 3}, {2, 1, 0, 5, 4, 3}));
    CHECK(out_of(of("flip").attr("dims", list{0, 1})) == i32({2, 3}, {5, 4, 3, 2, 1, 0}));
    CHECK(out_of(of("roll").attr("shifts", longs{1}).attr("axis", longs{1})) == i32({2, 3}, {2, 0, 1, 5, 3, 4}));
    CHECK(out_of(of("roll").attr("shifts", longs{-1})) == i32({2, 3}, {1, 2, 3, 4, 5, 0}));
    CHECK(out_of(of("roll").attr("shifts", longs{3, std::int64_t{1} << 62}).attr("axis", longs{0, 0})).dims() == Shape{2, 3});
    CHECK(out_of(of("roll", i32({0, 3}, {})).attr("shifts", longs{5}).attr("axis", longs{0})).count() == 0);
    check_error(of("flip").attr("axis", list{2}).run(), errc::bad_attribute);
    check_error(of("roll").attr("shifts", longs{1, 2}).attr("axis", longs{0}).run(), errc::bad_attribute);
    check_error(of("roll").attr("shifts", longs{1}).attr("axis", longs{-3}).run(), errc::bad_attribute);
    check_error(of("roll").run(), errc::bad_attribute);
}

TEST_CASE("channels woven into pixels") {
    CHECK(out_of(of("pixel_shuffle", i32({1, 4, 1, 2}, {0, 1, 2, 3, 4, 5, 6, 7})).attr("upscale_factor", 2)) ==
          i32({1, 1, 2, 4}, {0, 2, 1, 3, 4, 6, 5, 7}));
    const auto last = of("pixel_shuffle", i32({1, 1, 2, 4}, {0, 1, 2, 3, 4, 5, 6, 7})).attr("upscale_factor", 2);
    CHECK(out_of(op_case(last).attr("data_format", std::string("NHWC"))) == i32({1, 2, 4, 1}, {0, 1, 4, 5, 2, 3, 6, 7}));
    check_error(last.run(), errc::shape_mismatch);
    check_error(op_case(last).attr("upscale_factor", 0).run(), errc::bad_attribute);
    check_error(op_case(last).attr("data_format", std::string("zzz")).run(), errc::bad_attribute);
    check_error(of("pixel_shuffle").run(), errc::shape_mismatch);
}

TEST_CASE("running sums and triangles") {
    CHECK(out_of(of("cumsum")) == i32({2, 3}, {0, 1, 3, 3, 7, 12}));
    CHECK(out_of(of("cumsum").attr("axis", 1).attr("reverse", true).attr("exclusive", true)) == i32({2, 3}, {3, 2, 0, 9, 5, 0}));
    CHECK(out_of(of("cumsum").attr("flatten", true)) == i32({6}, {0, 1, 3, 6, 10, 15}));
    check_error(of("cumsum").attr("axis", 2).run(), errc::bad_attribute,
                "axis is out of range (expected to be in range of [-2, 2), but got 2).");
    CHECK(out_of(of("tril_triu").attr("lower", true)) == i32({2, 3}, {0, 0, 0, 3, 4, 0}));
    CHECK(out_of(of("tril_triu").attr("diagonal", 1)) == i32({2, 3}, {0, 1, 2, 0, 0, 5}));
    CHECK(out_of(of("tril_triu").attr("diagonal", -2000000000).attr("lower", true)) == i32({2, 3}, {0, 0, 0, 0, 0, 0}));
    check_error(of("tril_triu", f32({2}, {1, 2})).run(), errc::shape_mismatch);
}

TEST_CASE("gradients of what only moves elements, and of sums") {
    of("flip", some({2, 3})).attr("axis", list{1}).check_gradient({"X"});
    of("roll", some({2, 3})).attr("shifts", longs{2}).attr("axis", longs{1}).check_gradient({"X"});
    of("roll", some({2, 3})).attr("shifts", longs{-4}).check_gradient({"X"});
    of("pixel_shuffle", some({1, 4, 2, 1})).attr("upscale_factor", 2).check_gradient({"X"});
    of("cumsum", some({2, 3})).check_gradient({"X"});
    of("cumsum", some({2, 3})).attr("reverse", true).attr("exclusive", true).check_gradient({"X"});
    of("tril_triu", some({3, 3})).attr("lower", true).check_gradient({"X"});
    check_error(op_case(ops::table, "pixel_shuffle_grad").in("Out@GRAD", some({1, 1, 3, 3})).attr("upscale_factor", 2).run(),
                errc::shape_mismatch);
}
