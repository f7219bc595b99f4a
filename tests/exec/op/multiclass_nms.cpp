#include <wherry/exec/op/multiclass_nms.hpp>

#include "op_case.hpp"

#include <support/small_program.hpp>

#include <wherry/exec/op/activation.hpp>
#include <wherry/exec/op/scale.hpp>
#include <wherry/exec/plan_maker.hpp>

using namespace op_test;

// Every attribute is compared with the real 1.8.5 and 2.6.2 by tests/oracle/op_cases.

namespace {
using ops = op_list<op::multiclass_nms, op::multiclass_nms2, op::multiclass_nms3, op::scale, op::relu>;

/// Class 0 is the background, so the scores that count are those of class 1.
Tensor scores(float first, float second) { return f32({1, 2, 2}, {0, 0, first, second}); }
const Tensor boxes = f32({1, 2, 4}, {0, 0, 1, 1, 5, 5, 6, 6});

support::small_program program_with(const char* type) {
    support::small_program p;
    p.var("boxes", {-1, -1, 4}).var("scores", {-1, -1, -1}).var("kept", {-1, 6}).var("out", {-1, 6});
    p.op("multiclass_nms2", {{"BBoxes", {"boxes"}}, {"Scores", {"scores"}}}, {{"Out", {"kept"}}});
    p.op(type, {{"X", {"kept"}}}, {{"Out", {"out"}}});
    return p;
}
}  // namespace

TEST_CASE("a plan gives as many rows as a run finds: now two, now none, now one") {
    const auto p = program_with("scale");
    Scope scope;
    const auto start = scores(0.5F, 0.6F);
    const std::vector<std::string> fetched{"out"};
    auto ready = make_plan(p.program, ops::table, std::vector{boxes.ref("boxes"), start.ref("scores")}, fetched, scope);
    REQUIRE_MESSAGE(ready, (ready ? std::string() : to_string(ready.error())));
    struct row {
        float first, second;
        std::int64_t rows;
    };
    for (const auto& [first, second, rows] : {row{0.5F, 0.6F, 2}, row{0, 0, 0}, row{0, 0.7F, 1}, row{0.1F, 0.2F, 2}}) {
        const auto now = scores(first, second);
        auto out = ready->run(std::vector{boxes.ref("boxes"), now.ref("scores")}, scope);
        REQUIRE(out);
        CHECK((*out)[0].dims() == Shape{rows, 6});
        CHECK((*out)[0].lod() == LoD{{0, static_cast<std::uint64_t>(rows)}});
        if (rows == 1) check_values<float>((*out)[0], {1, 0.7F, 5, 5, 6, 6});
    }
}

TEST_CASE("an operator that has to be planned for those rows is planned when they are there") {
    const auto p = program_with("relu");
    Scope scope;
    const auto start = scores(0.5F, 0.6F);
    const std::vector<std::string> fetched{"out"};
    auto ready = make_plan(p.program, ops::table, std::vector{boxes.ref("boxes"), start.ref("scores")}, fetched, scope);
    REQUIRE(ready);
    CHECK(ready->step_count() == 1);
    auto out = ready->run(std::vector{boxes.ref("boxes"), start.ref("scores")}, scope);
    REQUIRE(out);
    CHECK((*out)[0].dims() == Shape{2, 6});
    CHECK((*out)[0].lod() == LoD{{0, 2}});
}

TEST_CASE("multiclass_nms refuses what does not fit") {
    check_error(op_case(ops::table, "multiclass_nms").in("BBoxes", boxes).in("Scores", f32({1, 2, 1}, {0, 1})).run(), errc::shape_mismatch);
    check_error(op_case(ops::table, "multiclass_nms").in("BBoxes", boxes).in("Scores", f32({2}, {0, 1})).run(), errc::unsupported);
    check_error(op_case(ops::table, "multiclass_nms").in("BBoxes", boxes).in("Scores", f64({1, 2, 2}, {0, 1, 2, 3})).run(),
                errc::dtype_mismatch);
    const auto numbers = op_case(ops::table, "multiclass_nms3").in("BBoxes", boxes).in("Scores", scores(0.5F, 0)).run();
    REQUIRE(numbers);
    check_values<std::int32_t>(numbers->at("NmsRoisNum"), {1});
}
