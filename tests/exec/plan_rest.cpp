#include <wherry/exec/plan_rest.hpp>

#include "op/op_case.hpp"

#include <support/small_program.hpp>

#include <wherry/exec/executor.hpp>
#include <wherry/exec/op/gather.hpp>
#include <wherry/exec/op/range.hpp>
#include <wherry/exec/op/scale.hpp>
#include <wherry/exec/op/shape.hpp>
#include <wherry/exec/op/slice.hpp>
#include <wherry/exec/op/where_index.hpp>

#include <vector>

using namespace op_test;

namespace {
using rest_ops = op_list<op::where_index, op::gather_nd, op::scale, op::shape, op::range, op::slice>;

/// x -> the elements that `mask` chooses, doubled; and, numbered from 10, how many there are.
support::small_program chosen_program() {
    support::small_program p;
    p.var("x", {-1, 2}).var("mask", {-1, 2}, DType::INT64).var("at", {-1, 2}, DType::INT64).var("chosen", {-1}).var("out", {-1});
    p.var("twice", {-1, 2});
    p.op("scale", {{"X", {"x"}}}, {{"Out", {"twice"}}}, {make_attr("scale", 2.0F)});
    p.op("where_index", {{"Condition", {"mask"}}}, {{"Out", {"at"}}});
    p.op("gather_nd", {{"X", {"twice"}}, {"Index", {"at"}}}, {{"Out", {"chosen"}}});
    p.op("scale", {{"X", {"chosen"}}}, {{"Out", {"out"}}}, {make_attr("bias", 1.0F)});
    return p;
}
const Tensor three = f32({3, 2}, {1, 2, 3, 4, 5, 6});
Tensor mask_of(std::initializer_list<std::int64_t> mask) { return Tensor::of<std::int64_t>({3, 2}, mask); }
}  // namespace

TEST_CASE("an operator that reads rows a run finds is planned for them: now two, now none, now all") {
    const auto p = chosen_program();
    Scope scope;
    Executor exe(rest_ops{});
    const std::vector<std::string> fetched{"out", "twice"};
    for (int round = 0; round < 3; ++round) {
        const auto check = [&](const Tensor& given, std::initializer_list<float> wanted) {
            auto out = exe.run(p.program, scope, std::vector{three.ref("x"), given.ref("mask")}, fetched);
            REQUIRE_MESSAGE(out, (out ? std::string() : to_string(out.error())));
            CHECK((*out)[0].dims() == Shape{static_cast<std::int64_t>(wanted.size())});
            check_values<float>((*out)[0], wanted);
            check_values<float>((*out)[1], {2, 4, 6, 8, 10, 12});
        };
        check(mask_of({0, 1, 0, 0, 1, 0}), {5, 11});
        check(mask_of({0, 0, 0, 0, 0, 0}), {});
        check(mask_of({1, 1, 1, 1, 1, 1}), {3, 5, 7, 9, 11, 13});
        check(mask_of({1, 0, 0, 0, 0, 1}), {3, 13});
    }
    const auto given = mask_of({1, 1, 1, 1, 1, 1});
    Tensor out(DType::FP32, {6});
    check_error(exe.prepare(p.program, scope, std::vector{three.ref("x"), given.ref("mask")},
                            std::vector{fetch_into::of<float>("out", out.elements<float>())}),
                errc::unsupported);
    CHECK(exe.own_bytes() < 100'000);  // the plans of dims that were seen are few, however many runs there are
}

TEST_CASE("numbers that only a run knows decide a shape") {
    support::small_program p;
    p.var("start", {1}, DType::INT64).var("end", {1}, DType::INT64).var("step", {1}, DType::INT64).var("out", {-1}, DType::INT64);
    p.op("range", {{"Start", {"start"}}, {"End", {"end"}}, {"Step", {"step"}}}, {{"Out", {"out"}}});
    Scope scope;
    Executor exe(rest_ops{});
    const std::vector<std::string> fetched{"out"};
    const auto one = Tensor::of<std::int64_t>({1}, {1});
    for (const std::int64_t count : {3, 0, 5, 3}) {
        const auto end = Tensor::of<std::int64_t>({1}, {1 + count});
        auto out = exe.run(p.program, scope, std::vector{one.ref("start"), end.ref("end"), one.ref("step")}, fetched);
        REQUIRE_MESSAGE(out, (out ? std::string() : to_string(out.error())));
        CHECK((*out)[0].dims() == Shape{count});
    }
    const auto none = Tensor::of<std::int64_t>({1}, {0});
    check_error(exe.run(p.program, scope, std::vector{one.ref("start"), one.ref("end"), none.ref("step")}, fetched), errc::bad_argument);
}

TEST_CASE("the rest of a plan stays within the limit, and what it cannot do is said when it runs") {
    const auto p = chosen_program();
    Scope scope;
    const std::vector<std::string> fetched{"out"};
    const auto all = mask_of({1, 1, 1, 1, 1, 1});
    limits few;
    few.arena_bytes = 256;  // the head's two arrays, and nothing more
    Executor exe(rest_ops{}, few);
    check_error(exe.run(p.program, scope, std::vector{three.ref("x"), all.ref("mask")}, fetched), errc::too_large);

    // the operator after the cut is not there
    Executor poor(op_list<op::where_index, op::scale>{});
    check_error(poor.run(p.program, scope, std::vector{three.ref("x"), all.ref("mask")}, fetched), errc::unknown_op);
}
