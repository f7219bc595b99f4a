#include <wherry/exec/plan.hpp>

#include <support/check_error.hpp>
#include <support/small_program.hpp>

#include <wherry/exec/op/assign.hpp>
#include <wherry/exec/op/cross_entropy.hpp>
#include <wherry/exec/op/mul.hpp>
#include <wherry/exec/op/optimizer.hpp>
#include <wherry/exec/plan_maker.hpp>

#include <cstring>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

using namespace wherry;
using support::check_error;
using support::small_program;

namespace {

using ops = op_list<op::mul, op::assign, op::sgd, op::cross_entropy2>;
using names = std::vector<std::string>;
using feeds = std::vector<tensor_ref>;

static_assert(!std::is_copy_constructible_v<plan>, "steps point into the plan itself");
static_assert(std::is_nothrow_move_constructible_v<plan>);

/// out = x * w, w a persistable.
struct product {
    small_program p;
    Scope scope;
    Tensor x = Tensor::of<float>({2, 2}, {1, 2, 3, 4});

    product() {
        p.var("x", {-1, 2}).parameter("w", {2, 1}).var("out", {-1, 1});
        p.op("mul", {{"X", {"x"}}, {"Y", {"w"}}}, {{"Out", {"out"}}});
        scope.var("w") = Tensor::of<float>({2, 1}, {10, 1});
    }
    [[nodiscard]] plan make(const feeds& fed, const names& fetched = {"out"}) {
        auto made = make_plan(p.program, ops::table, fed, fetched, scope);
        REQUIRE_MESSAGE(made, (made ? std::string() : to_string(made.error())));
        return *std::move(made);
    }
};

Tensor ran(plan& ready, const feeds& fed, Scope& scope) {
    auto values = ready.run(fed, scope);
    REQUIRE_MESSAGE(values, (values ? std::string() : to_string(values.error())));
    REQUIRE(values->size() == 1);
    return std::move((*values)[0]);
}

}  // namespace

TEST_CASE("a plan computes again with other values of the same shapes, moved or not") {
    product t;
    const feeds fed = {t.x.ref("x")};
    auto first = t.make(fed);
    CHECK(first.step_count() == 1);
    CHECK(first.arena_bytes() == 64);
    CHECK(ran(first, fed, t.scope) == Tensor::of<float>({2, 1}, {12, 34}));
    plan moved(std::move(first));
    t.x.elements<float>()[0] = 2;
    t.scope.find_var("w")->elements<float>()[1] = 0;
    CHECK(ran(moved, fed, t.scope) == Tensor::of<float>({2, 1}, {20, 30}));
}

TEST_CASE("a plan answers for the same names and shapes alone") {
    product t;
    const feeds fed = {t.x.ref("x")};
    const names out = {"out"};
    auto ready = t.make(fed);
    const auto answers = [&](const feeds& f, const names& n) { return ready.answers(t.p.program, f, n, t.scope); };
    CHECK(answers(fed, out));
    const auto taller = Tensor::of<float>({3, 2}, {1, 2, 3, 4, 5, 6});
    const Tensor wider(DType::FP64, {2, 2});
    CHECK_FALSE(answers({taller.ref("x")}, out));
    CHECK_FALSE(answers({wider.ref("x")}, out));
    CHECK_FALSE(answers({t.x.ref("y")}, out));
    CHECK_FALSE(answers({}, out));
    CHECK_FALSE(answers({t.x.ref("x"), t.x.ref("x")}, out));
    CHECK_FALSE(answers(fed, {}));
    CHECK_FALSE(answers(fed, {"x"}));
    CHECK_FALSE(answers(fed, {"out", "out"}));
    CHECK(answers(fed, out));
}

TEST_CASE("a plan does not answer for an array whose bytes or LoD stopped fitting its dims") {
    product t;
    t.x.set_lod({{0, 1, 2}});
    const auto ready = t.make({t.x.ref("x")});
    const auto answers = [&](const tensor_ref& x) { return ready.answers(t.p.program, feeds{x}, names{"out"}, t.scope); };
    CHECK(answers(t.x.ref("x")));
    auto cut = t.x.ref("x");
    cut.bytes = cut.bytes.first(cut.bytes.size() - 1);
    CHECK_FALSE(answers(cut));
    const LoD beyond = {{0, 1, 3}};
    auto wrong = t.x.ref("x");
    wrong.lod = &beyond;
    CHECK_FALSE(answers(wrong));
    wrong.lod = nullptr;
    CHECK(answers(wrong));
}

TEST_CASE("a plan does not answer once the program was edited or is another one") {
    product t;
    const feeds fed = {t.x.ref("x")};
    const names out = {"out"};
    auto ready = t.make(fed);
    const auto twin = t.p.program.clone();
    CHECK_FALSE(ready.answers(twin, fed, out, t.scope));
    t.p.program.global_block().find_var("out").set_persistable(true);
    CHECK_FALSE(ready.answers(t.p.program, fed, out, t.scope));
}

TEST_CASE("a plan does not answer when a variable of the scope is gone, empty or of another shape") {
    product t;
    const feeds fed = {t.x.ref("x")};
    const names out = {"out"};
    auto ready = t.make(fed);
    Scope empty;
    CHECK_FALSE(ready.answers(t.p.program, fed, out, empty));
    auto& w = t.scope.var("w");
    w = Tensor();
    CHECK_FALSE(ready.answers(t.p.program, fed, out, t.scope));
    w = Tensor::of<float>({2, 2}, {1, 0, 0, 1});
    CHECK_FALSE(ready.answers(t.p.program, fed, out, t.scope));
    w = Tensor::of<double>({2, 1}, {1, 2});
    CHECK_FALSE(ready.answers(t.p.program, fed, out, t.scope));
    w = Tensor::of<float>({2, 1}, {1, 2});
    CHECK(ready.answers(t.p.program, fed, out, t.scope));
}

TEST_CASE("a plan runs in any scope that it answers for, and in one whose variables moved") {
    product t;
    const feeds fed = {t.x.ref("x")};
    auto ready = t.make(fed);
    CHECK(ran(ready, fed, t.scope) == Tensor::of<float>({2, 1}, {12, 34}));
    Scope other;
    other.var("w") = Tensor::of<float>({2, 1}, {1, 0});
    REQUIRE(ready.answers(t.p.program, fed, names{"out"}, other));
    CHECK(ran(ready, fed, other) == Tensor::of<float>({2, 1}, {1, 3}));
    t.scope.erase("w");
    t.scope.var("w") = Tensor::of<float>({2, 1}, {0, 1});
    CHECK(ran(ready, fed, t.scope) == Tensor::of<float>({2, 1}, {2, 4}));
    Scope child(&t.scope);
    CHECK(ran(ready, fed, child) == Tensor::of<float>({2, 1}, {2, 4}));
}

TEST_CASE("a persistable that is only written is made in the root scope; nothing else stays there") {
    small_program p;
    p.var("x", {-1}).var("tmp", {-1}).parameter("kept", {-1});
    p.op("assign", {{"X", {"x"}}}, {{"Out", {"tmp"}}}).op("assign", {{"X", {"tmp"}}}, {{"Out", {"kept"}}});
    Scope root;
    Scope child(&root);
    root.var("kept") = Tensor::of<double>({7}, {1, 2, 3, 4, 5, 6, 7});  // of another shape: replaced
    const auto x = Tensor::of<float>({2}, {5, 6});
    const feeds fed = {x.ref("x")};
    auto made = make_plan(p.program, ops::table, fed, {}, child);
    REQUIRE(made);
    CHECK(root.find_var("kept")->dtype() == DType::FP64);  // not before it runs
    REQUIRE(made->run(fed, child));
    CHECK(*root.find_var("kept") == Tensor::of<float>({2}, {5, 6}));
    CHECK(child.local_var_names().empty());
    CHECK(root.local_var_names() == std::vector<std::string_view>{"kept"});
}

TEST_CASE("a persistable that is fed is set in the root scope and updated there; the fed array is only read") {
    small_program p;
    p.parameter("w", {2}).var("g", {2}).parameter("rate", {1});
    p.op("sgd", {{"Param", {"w"}}, {"Grad", {"g"}}, {"LearningRate", {"rate"}}}, {{"ParamOut", {"w"}}});
    Scope root;
    Scope child(&root);
    root.var("rate") = Tensor::of<float>({1}, {0.5F});
    auto w = Tensor::of<float>({2}, {1, 2});
    const auto g = Tensor::of<float>({2}, {2, 4});
    const feeds fed = {w.ref("w"), g.ref("g")};
    const names fetched = {"w"};
    auto made = make_plan(p.program, ops::table, fed, fetched, child);
    REQUIRE(made);
    CHECK(ran(*made, fed, child) == Tensor::of<float>({2}, {0, 0}));
    CHECK(w == Tensor::of<float>({2}, {1, 2}));
    CHECK(*root.find_var("w") == Tensor::of<float>({2}, {0, 0}));
    w.elements<float>()[0] = 3;
    CHECK(made->answers(p.program, fed, fetched, child));
    CHECK(ran(*made, fed, child) == Tensor::of<float>({2}, {2, 0}));
    const feeds own = {root.find_var("w")->ref("w"), g.ref("g")};  // the scope's own tensor
    CHECK(ran(*made, own, child) == Tensor::of<float>({2}, {1, -2}));
    const auto longer = Tensor::of<float>({3}, {1, 2, 3});
    CHECK_FALSE(made->answers(p.program, feeds{longer.ref("w"), g.ref("g")}, fetched, child));
}

TEST_CASE("a fed array may lie anywhere in memory") {
    product t;
    std::vector<std::byte> buffer(t.x.bytes().size() + 1);
    std::memcpy(buffer.data() + 1, t.x.bytes().data(), t.x.bytes().size());
    auto odd = t.x.ref("x");
    odd.bytes = std::span<const std::byte>(buffer).subspan(1);
    auto ready = t.make({odd});
    CHECK(ran(ready, {odd}, t.scope) == Tensor::of<float>({2, 1}, {12, 34}));
    CHECK(ran(ready, {t.x.ref("x")}, t.scope) == Tensor::of<float>({2, 1}, {12, 34}));
}

TEST_CASE("a fetched array is a copy with the LoD of its inputs, new for each run") {
    product t;
    t.x.set_lod({{0, 2}});
    const feeds fed = {t.x.ref("x")};
    auto ready = t.make(fed, {"out", "x", "w", "out"});
    auto values = ready.run(fed, t.scope);
    REQUIRE(values);
    REQUIRE(values->size() == 4);
    CHECK((*values)[0].lod() == LoD{{0, 2}});
    CHECK((*values)[1] == t.x);
    CHECK((*values)[2] == *t.scope.find_var("w"));
    CHECK((*values)[3] == (*values)[0]);
    (*values)[2].elements<float>()[0] = -1;
    CHECK(t.scope.find_var("w")->elements<float>()[0] == 10);
    t.x.set_lod({{0, 1, 2}});
    auto again = ready.run(fed, t.scope);
    REQUIRE(again);
    CHECK((*again)[0].lod() == LoD{{0, 1, 2}});
    const tensor_ref plain{"x", t.x.dtype(), t.x.dims(), nullptr, t.x.bytes()};
    auto without = ready.run(feeds{plain}, t.scope);
    REQUIRE(without);
    CHECK((*without)[0].lod().empty());
}

TEST_CASE("an error of a value names its operator, and leaves what follows it undone") {
    small_program p;
    p.var("x", {-1, 2}).var("label", {-1, 1}, DType::INT64).var("y", {-1, 1}).var("m", {-1, 1}).var("s", {}).parameter("after", {-1, 1});
    p.op("cross_entropy2", {{"X", {"x"}}, {"Label", {"label"}}}, {{"Y", {"y"}}, {"MatchX", {"m"}}, {"XShape", {"s"}}});
    p.op("assign", {{"X", {"y"}}}, {{"Out", {"after"}}});
    Scope scope;
    scope.var("after") = Tensor::of<float>({1, 1}, {7});
    const auto x = Tensor::of<float>({1, 2}, {0.5F, 0.5F});
    const auto label = Tensor::of<std::int64_t>({1, 1}, {2});
    const feeds fed = {x.ref("x"), label.ref("label")};
    auto made = make_plan(p.program, ops::table, fed, {}, scope);
    REQUIRE(made);
    const auto failed = made->run(fed, scope);
    check_error(failed, errc::label_out_of_range);
    CHECK(failed.error().op == "cross_entropy2");
    CHECK(*scope.find_var("after") == Tensor::of<float>({1, 1}, {7}));
}
