#include <wherry/exec/op/sequence_expand.hpp>

#include "op_case.hpp"

using namespace op_test;

namespace {
using ops = op_list<op::sequence_expand, op::sequence_expand_as, op::sequence_concat, op::lod_reset>;
Tensor with_lod(Tensor tensor, LoD lod) {
    tensor.set_lod(std::move(lod));
    return tensor;
}
const Tensor y = with_lod(f32({3, 1}, {0, 0, 0}), {{0, 2, 3}});
op_case of(std::string_view type, const Tensor& x) { return op_case(ops::table, type).in("X", x); }
using list = sequence<std::int32_t>;
}  // namespace

TEST_CASE("sequences and rows repeated") {
    CHECK(of("sequence_expand", f32({2, 1}, {7, 8})).in("Y", y).run()->at("Out") == f32({3, 1}, {7, 7, 8}));
    const auto copies = of("sequence_expand", with_lod(i64({3, 1}, {1, 2, 3}), {{0, 2, 3}})).in("Y", y).run();
    REQUIRE(copies);
    CHECK(copies->at("Out") == with_lod(i64({5, 1}, {1, 2, 1, 2, 3}), {{0, 2, 4, 5}}));
    CHECK(of("sequence_expand_as", f32({2, 1}, {7, 8})).in("Y", y).run()->at("Out") == with_lod(f32({3, 1}, {7, 7, 8}), {{0, 2, 3}}));
    check_error(of("sequence_expand", f32({2, 1}, {7, 8})).in("Y", f32({1}, {1})).run(), errc::bad_lod);
    check_error(of("sequence_expand", f32({3, 1}, {7, 8, 9})).in("Y", y).run(), errc::bad_lod);
    check_error(of("sequence_expand", f32({2, 1}, {7, 8})).in("Y", y).attr("ref_level", 1).run(), errc::bad_attribute);
    check_error(of("sequence_expand_as", f32({1, 1}, {7})).in("Y", y).run(), errc::bad_lod);
}

TEST_CASE("sequences joined") {
    const auto joined = op_case(ops::table, "sequence_concat").in("X", with_lod(f32({3, 1}, {1, 2, 3}), {{0, 2, 3}})).in("X", y).run();
    REQUIRE(joined);
    CHECK(joined->at("Out") == with_lod(f32({6, 1}, {1, 2, 0, 0, 3, 0}), {{0, 4, 6}}));
    check_error(op_case(ops::table, "sequence_concat").in("X", y).in("X", with_lod(f32({1, 1}, {1}), {{0, 1}})).run(), errc::bad_lod);
    check_error(op_case(ops::table, "sequence_concat").in("X", y).in("X", with_lod(f32({1, 2}, {1, 2}), {{0, 0, 1}})).run(),
                errc::shape_mismatch);
}

TEST_CASE("sequences with other beginnings") {
    const auto x = f32({3, 1}, {1, 2, 3});
    CHECK(of("lod_reset", x).attr("target_lod", list{0, 1, 3}).run()->at("Out").lod() == LoD{{0, 1, 3}});
    CHECK(of("lod_reset", x).in("Y", y).run()->at("Out").lod() == LoD{{0, 2, 3}});
    for (const auto& bad : {list{0, 4}, list{0, 2, 1, 3}, list{1, 3}, list{}, list{-1, 3}})
        check_error(of("lod_reset", x).attr("target_lod", bad).run(), errc::bad_lod);
    check_error(of("lod_reset", x).in("Y", i32({2}, {0, 3})).run(), errc::unsupported);
}
