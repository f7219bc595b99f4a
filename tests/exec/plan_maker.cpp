#include <wherry/exec/plan_maker.hpp>

#include <support/check_error.hpp>
#include <support/small_program.hpp>

#include <wherry/exec/op/assign.hpp>
#include <wherry/exec/op/mul.hpp>
#include <wherry/exec/op/sum.hpp>

#include <limits>
#include <string>
#include <vector>

using namespace wherry;
using support::check_error;
using support::small_program;

namespace {

struct given_dims {
    std::vector<std::int64_t> dims{};
    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("dims", self.dims);
    }
};
/// Says that its output has the dims of an attribute, whatever they are: an operator may be wrong.
struct claim {
    static constexpr std::string_view type = "claim";
    static constexpr std::array inputs = {slot{"X", slot_arity::optional}};
    static constexpr std::array outputs = {slot{"Out"}, slot{"Side", slot_arity::optional}};
    using attributes = given_dims;
    static result<void> infer(const attributes& a, infer_context& c) {
        const auto dims = Shape::from(a.dims);
        if (!dims) return dims.error();
        c.set_out(0, {DType::FP32, *dims});
        c.set_out(1, {DType::FP32, {1}});
        return {};
    }
    static result<void> run(const attributes&, run_context& c) {
        for (auto& v : c.out<float>(0)) v = 1;
        for (auto& v : c.out<float>(1)) v = 2;
        return {};
    }
};

using ops = op_list<op::mul, op::assign, op::sum, claim>;
using names = std::vector<std::string>;
using feeds = std::vector<tensor_ref>;
using dims = std::vector<std::int64_t>;

result<plan> planned(const small_program& p, const feeds& fed = {}, const names& fetched = {}, Scope* scope = nullptr,
                     const limits& caps = {}) {
    Scope empty;
    return make_plan(p.program, ops::table, fed, fetched, scope != nullptr ? *scope : empty, caps);
}
std::vector<Tensor> ran(const small_program& p, const feeds& fed, const names& fetched, Scope* scope = nullptr) {
    Scope empty;
    auto& in = scope != nullptr ? *scope : empty;
    auto ready = make_plan(p.program, ops::table, fed, fetched, in);
    REQUIRE_MESSAGE(ready, (ready ? std::string() : to_string(ready.error())));
    auto values = ready->run(fed, in);
    REQUIRE_MESSAGE(values, (values ? std::string() : to_string(values.error())));
    return *std::move(values);
}
Attr claimed(const dims& d) { return make_attr("dims", d); }

/// A checked `x` [-1, 2] and an unchecked `y` [-1, 2].
small_program two_inputs() {
    small_program p;
    p.var("x", {-1, 2}).var("y", {-1, 2});
    p.program.global_block().find_var("x").edit().need_check_feed = true;
    return p;
}
const Tensor two_by_two = Tensor::of<float>({2, 2}, {1, 2, 3, 4});

}  // namespace

// ---- feeds

TEST_CASE("a fed array of another rank, dim or element type is refused where the variable asks for it, and only there") {
    const auto p = two_inputs();
    const auto with = [&](const char* name, DType dtype, const Shape& shape) {
        const Tensor array(dtype, shape);
        return planned(p, feeds{array.ref(name)});
    };
    for (const auto& shape : {Shape{2, 3}, Shape{2, 2, 1}, Shape{2, 0}}) {
        const auto refused = with("x", DType::FP32, shape);
        check_error(refused, errc::shape_mismatch,
                    "The fed Variable 'x' should have dimensions = 2, shape = (-1, 2), but received fed shape " + to_string(shape) +
                        " on each device");
        CHECK(refused.error().variable == "x");
        CHECK(refused.error().expected == "(-1, 2)");
        CHECK(refused.error().found == to_string(shape));
        CHECK(with("y", DType::FP32, shape));
    }
    const auto typed = with("x", DType::INT32, {2, 2});
    check_error(typed, errc::dtype_mismatch, "The data type of fed Variable 'x' must be 'float32', but received 'int32'");
    CHECK(typed.error().expected == "float32");
    CHECK(typed.error().found == "int32");
    CHECK(with("y", DType::INT32, {2, 2}));
    CHECK(with("x", DType::FP32, {7}));  // fewer dims are not noticed, as in 1.8.5
    CHECK(with("x", DType::FP32, {}));
    CHECK(with("x", DType::FP32, {0, 2}));
}

TEST_CASE("a variable that is not there, and one that is fed twice, are named") {
    const auto p = two_inputs();
    const auto stranger = planned(p, {two_by_two.ref("stranger")});
    check_error(stranger, errc::no_such_variable);
    CHECK(stranger.error().variable == "stranger");
    const auto twice = planned(p, {two_by_two.ref("x"), two_by_two.ref("x")});
    check_error(twice, errc::duplicate_name);
    CHECK(twice.error().variable == "x");
}

TEST_CASE("bytes that do not fit the dims, dims that cannot be and LoD that does not fit the rows are refused") {
    const auto p = two_inputs();
    const auto with = [&](auto spoil) {
        auto array = two_by_two.ref("y");
        spoil(array);
        return planned(p, {array});
    };
    check_error(with([](auto& a) { a.bytes = a.bytes.first(15); }), errc::bad_argument);
    check_error(with([](auto& a) { a.bytes = {}; }), errc::bad_argument);
    check_error(with([](auto& a) { a.dims = {2, -2}; }), errc::bad_argument);
    check_error(with([](auto& a) { a.dims = {std::int64_t{1} << 62, 4}; }), errc::bad_argument);
    check_error(with([](auto& a) { a.dims = {0, std::int64_t{1} << 62, 4}; }), errc::bad_argument);
    for (const auto dtype : {DType::FP32, DType::FP64, DType::INT64})  // sizes that would wrap to 0 bytes
        for (const std::int64_t elements : {std::int64_t{1} << 61, std::int64_t{1} << 62})
            check_error(with([&](auto& a) { a.dtype = dtype, a.dims = {elements}, a.bytes = {}; }), errc::bad_argument);
    check_error(with([](auto& a) { a.dtype = static_cast<DType>(99), a.bytes = {}; }), errc::bad_argument);
    const LoD fine = {{0, 1}, {0, 2}};
    const LoD beyond = {{0, 3}};
    const LoD falling = {{0, 2, 1, 2}};
    CHECK(with([&](auto& a) { a.lod = &fine; }));
    for (const auto* bad : {&beyond, &falling}) {
        const auto refused = with([&](auto& a) { a.lod = bad; });
        check_error(refused, errc::bad_lod);
        CHECK(refused.error().variable == "y");
    }
}

TEST_CASE("a program with feed and fetch operators is fed and fetched exactly those") {
    auto p = two_inputs();
    p.var("feed", {}).var("fetch", {}).var("z", {-1, 2});
    p.op("feed", {{"X", {"feed"}}}, {{"Out", {"x"}}}).op("feed", {{"X", {"feed"}}}, {{"Out", {"y"}}});
    p.op("sum", {{"X", {"x", "y"}}}, {{"Out", {"z"}}}).op("fetch", {{"X", {"z"}}}, {{"Out", {"fetch"}}});
    const feeds both = {two_by_two.ref("y"), two_by_two.ref("x")};
    CHECK(ran(p, both, {"z"})[0] == Tensor::of<float>({2, 2}, {2, 4, 6, 8}));
    const auto lacking = planned(p, {two_by_two.ref("x")}, {"z"});
    check_error(lacking, errc::feed_mismatch, "'feed_targets' does not have y variable");
    CHECK(lacking.error().variable == "y");
    const auto more = planned(p, {both[0], both[1], two_by_two.ref("z")}, {"z"});
    check_error(more, errc::feed_mismatch, "Feed operators in program desc do not match 'feed_targets'");
    CHECK(more.error().expected == "2");
    CHECK(more.error().found == "3");
    const auto unfetched = planned(p, both, {"x"});
    check_error(unfetched, errc::fetch_mismatch, "'fetch_targets' does not have z variable");
    CHECK(unfetched.error().variable == "z");
    check_error(planned(p, both, {"z", "x"}), errc::fetch_mismatch, "Fetch operators in program desc do not match 'fetch_targets'");
}

// ---- fetches

TEST_CASE("a fetched name may be fed, computed, of the scope, or declared nowhere; otherwise it is not found") {
    auto p = two_inputs();
    p.var("z", {-1, 2}).parameter("w", {1}).op("assign", {{"X", {"x"}}}, {{"Out", {"z"}}});
    Scope scope;
    scope.var("w") = Tensor::of<float>({1}, {5});
    scope.var("unknown to the program") = Tensor::of<float>({1}, {6});
    scope.var("empty");
    const auto values = ran(p, {two_by_two.ref("x")}, {"x", "z", "w", "unknown to the program"}, &scope);
    CHECK(values[0] == two_by_two);
    CHECK(values[1] == two_by_two);
    CHECK(values[2].elements<float>()[0] == 5);
    CHECK(values[3].elements<float>()[0] == 6);
    for (const auto* name : {"nope", "empty", "y", ""}) {
        const auto missing = planned(p, {two_by_two.ref("x")}, {name}, &scope);
        check_error(missing, errc::not_found);
        CHECK(missing.error().variable == name);
        CHECK(missing.error().op == "fetch");
    }
}

TEST_CASE("a program without operators runs nothing and can be fetched from") {
    Scope scope;
    scope.var("w") = Tensor::of<float>({1}, {5});
    CHECK(ran(small_program(), {}, {"w"}, &scope)[0].elements<float>()[0] == 5);
}

// ---- variables

TEST_CASE("an input without a value is told apart: not fed, or the startup program did not run") {
    auto p = two_inputs();
    p.parameter("w", {2, 1}).var("z", {-1, 1}).op("mul", {{"X", {"x"}}, {"Y", {"w"}}}, {{"Out", {"z"}}});
    const auto unfed = planned(p);
    check_error(unfed, errc::not_initialized, "The Tensor in the mul Op's Input Variable X(x) is not initialized.");
    CHECK(unfed.error().variable == "x");
    CHECK(unfed.error().op == "mul");
    const auto unstarted = planned(p, {two_by_two.ref("x")});
    check_error(unstarted, errc::not_initialized,
                "The Input variable Y(w) has not been initialized. You may need to confirm if you put exe.run(startup_program) after "
                "optimizer.minimize function.");
    CHECK(unstarted.error().variable == "w");
    Scope parent;
    Scope child(&parent);
    child.var("w") = Tensor::of<float>({2, 1}, {1, 1});  // persistables are looked up in the root alone
    check_error(planned(p, {two_by_two.ref("x")}, {}, &child), errc::not_initialized);
    parent.var("w") = Tensor::of<float>({2, 1}, {1, 1});
    CHECK(planned(p, {two_by_two.ref("x")}, {}, &child));
}

TEST_CASE("an operator that writes what the program does not declare is named") {
    auto p = two_inputs();
    p.op("assign", {{"X", {"x"}}}, {{"Out", {"undeclared"}}});
    const auto made = planned(p, {two_by_two.ref("x")});
    check_error(made, errc::no_such_variable);
    CHECK(made.error().variable == "undeclared");
    CHECK(made.error().op == "assign");
}

TEST_CASE("a variable that is written twice is two values, each read where it was written") {
    small_program p;
    p.var("x", {2}).var("y", {2}).var("z", {2});
    p.op("sum", {{"X", {"x", "x"}}}, {{"Out", {"y"}}}).op("sum", {{"X", {"y", "x"}}}, {{"Out", {"y"}}});  // reads and writes y
    p.op("assign", {{"X", {"y"}}}, {{"Out", {"z"}}})
        .op("assign", {{"X", {"x"}}}, {{"Out", {"y"}}})
        .op("sum", {{"X", {"y", "z"}}}, {{"Out", {"x"}}});
    const auto x = Tensor::of<float>({2}, {1, 10});
    const auto values = ran(p, {x.ref("x")}, {"x", "y", "z"});
    CHECK(values[0] == Tensor::of<float>({2}, {4, 40}));
    CHECK(values[1] == x);
    CHECK(values[2] == Tensor::of<float>({2}, {3, 30}));
    CHECK(x.elements<float>()[0] == 1);  // the fed array is not written
}

TEST_CASE("outputs that nobody wants, @EMPTY@ among them, are computed nowhere") {
    small_program p;
    p.var("z", {2}).var("side", {1});
    p.op("claim", {}, {{"Out", {"z"}}, {"Side", {std::string(empty_var_name)}}}, {claimed({2})});
    p.op("claim", {}, {{"Out", {"z"}}, {"Side", {""}}}, {claimed({2})});
    p.op("claim", {}, {{"Out", {"z"}}, {"Side", {"side"}}}, {claimed({2})});
    const auto values = ran(p, {}, {"z", "side"});
    CHECK(values[0] == Tensor::of<float>({2}, {1, 1}));
    CHECK(values[1] == Tensor::of<float>({1}, {2}));
}

// ---- operators

TEST_CASE("an operator outside of the list, control flow with its sub-block among them, is unknown by name") {
    small_program p;
    wire::ProgramDesc<> desc = p.program.to_desc();
    auto& block = desc.blocks.emplace_back();
    block.idx = 1;
    block.parent_idx = 0;
    auto& inner = block.ops.emplace_back();
    inner.type = "no operator at all";
    auto made = Program::from_desc(std::move(desc));
    REQUIRE(made);
    small_program nested{*std::move(made)};
    CHECK(planned(nested));  // a block that no operator runs is not run
    Attr sub_block;
    sub_block.name = "sub_block";
    sub_block.type = AttrType::BLOCK;
    sub_block.more->block_idx = 1;
    nested.op("while", {}, {}, {sub_block});
    const auto refused = planned(nested);
    check_error(refused, errc::unknown_op, "Operator \"while\" has not been registered.");
    CHECK(refused.error().op == "while");
}

TEST_CASE("slots that an operator needs, that take one variable, or that are not known here are told apart") {
    const auto with = [](std::initializer_list<small_program::slot_names> inputs,
                         std::initializer_list<small_program::slot_names> outputs) {
        auto p = two_inputs();
        p.var("z", {-1, 2}).op("assign", inputs, outputs);
        return planned(p, {two_by_two.ref("x"), two_by_two.ref("y")});
    };
    CHECK(with({{"X", {"x"}}, {"Unused", {}}}, {{"Out", {"z"}}, {"Unused", {}}}));
    const auto check = [](const auto& made, errc code, std::string_view slot) {
        check_error(made, code);
        CHECK(made.error().variable == slot);
        CHECK(made.error().op == "assign");
    };
    check(with({}, {{"Out", {"z"}}}), errc::missing_slot, "X");
    check(with({{"X", {}}}, {{"Out", {"z"}}}), errc::missing_slot, "X");
    check(with({{"X", {""}}}, {{"Out", {"z"}}}), errc::missing_slot, "X");
    check(with({{"X", {std::string(empty_var_name)}}}, {{"Out", {"z"}}}), errc::missing_slot, "X");
    check(with({{"X", {"x", "y"}}}, {{"Out", {"z"}}}), errc::missing_slot, "X");
    check(with({{"X", {"x"}}}, {}), errc::missing_slot, "Out");
    check(with({{"X", {"x"}}}, {{"Out", {"z", "y"}}}), errc::missing_slot, "Out");
    check(with({{"X", {"x"}}, {"Axis", {"y"}}}, {{"Out", {"z"}}}), errc::unsupported, "Axis");
    check(with({{"X", {"x"}}}, {{"Out", {"z"}}, {"Mask", {"y"}}}), errc::unsupported, "Mask");
}

TEST_CASE("an attribute of another type, and operands that do not fit, are errors of the operator") {
    auto p = two_inputs();
    p.var("z", {-1, 2}).op("mul", {{"X", {"x"}}, {"Y", {"y"}}}, {{"Out", {"z"}}}, {make_attr("x_num_col_dims", "one")});
    const auto attribute = planned(p, {two_by_two.ref("x"), two_by_two.ref("y")});
    check_error(attribute, errc::bad_attribute);
    CHECK(attribute.error().variable == "x_num_col_dims");
    CHECK(attribute.error().op == "mul");
    auto q = two_inputs();
    q.var("z", {-1, 2}).op("mul", {{"X", {"x"}}, {"Y", {"y"}}}, {{"Out", {"z"}}});
    const auto tall = Tensor::of<float>({3, 2}, {1, 2, 3, 4, 5, 6});
    const auto inner = planned(q, {two_by_two.ref("x"), tall.ref("y")});
    check_error(inner, errc::shape_mismatch);
    CHECK(inner.error().op == "mul");
    const auto doubles = Tensor::of<double>({2, 2}, {1, 2, 3, 4});
    check_error(planned(q, {two_by_two.ref("x"), doubles.ref("y")}), errc::dtype_mismatch);
}

// ---- memory

TEST_CASE("dims that an operator cannot mean are refused before memory is reserved") {
    const auto with = [](const dims& d, bool persistable, const limits& caps = {}) {
        small_program p;
        p.var("z", {}, DType::FP32, persistable).op("claim", {}, {{"Out", {"z"}}}, {claimed(d)});
        return planned(p, {}, {}, nullptr, caps);
    };
    for (const bool persistable : {false, true}) {
        const auto check = [&](const dims& d, errc code, const limits& caps = {}) {
            const auto refused = with(d, persistable, caps);
            check_error(refused, code);
            CHECK(refused.error().variable == "z");
            CHECK(refused.error().op == "claim");
        };
        check({2, -1}, errc::bad_dims);
        check({std::int64_t{1} << 62, 4}, errc::overflow);
        check({std::int64_t{1} << 62}, errc::overflow);     // elements fit, bytes do not
        check({0, std::int64_t{1} << 62}, errc::overflow);  // what no loader would take
        check({std::int64_t{1} << 60}, errc::too_large);
        check({17}, errc::too_large, {.arena_bytes = 64});
        CHECK(with({16}, persistable, {.arena_bytes = 64}));
        CHECK(with({0, 5}, persistable, {.arena_bytes = 0}));
    }
}

TEST_CASE("temporaries that live together must fit the arena together") {
    const auto made = [](bool together, std::uint64_t arena_bytes) {
        small_program p;
        p.var("a", {}).var("b", {}).var("c", {}).var("d", {});
        p.op("claim", {}, {{"Out", {"a"}}}, {claimed({16})}).op("claim", {{"X", {"a"}}}, {{"Out", {"b"}}}, {claimed({16})});
        p.op("claim", {{"X", {"b"}}}, {{"Out", {"c"}}}, {claimed({16})});
        p.op("claim", {{"X", {together ? "a" : "c"}}}, {{"Out", {"d"}}}, {claimed({16})});
        return planned(p, {}, {}, nullptr, {.arena_bytes = arena_bytes});
    };
    const auto chain = made(false, 128);
    REQUIRE(chain);
    CHECK(chain->arena_bytes() == 128);
    CHECK(chain->step_count() == 4);
    const auto crowded = made(true, 128);
    check_error(crowded, errc::too_large);
    CHECK(crowded.error().expected == "128");
    CHECK(crowded.error().found == "192");
    CHECK(made(true, 192));
}

TEST_CASE("a persistable keeps its shape within one run") {
    small_program p;
    p.parameter("w", {}).var("z", {}).op("claim", {}, {{"Out", {"w"}}}, {claimed({2})}).op("claim", {}, {{"Out", {"w"}}}, {claimed({3})});
    const auto changed = planned(p);
    check_error(changed, errc::shape_mismatch);
    CHECK(changed.error().variable == "w");
    CHECK(changed.error().expected == "[2]");
    CHECK(changed.error().found == "[3]");
    small_program q;
    q.parameter("w", {}).op("claim", {{"X", {"w"}}}, {{"Out", {"w"}}}, {claimed({3})});
    Scope scope;
    scope.var("w") = Tensor::of<float>({2}, {1, 2});
    check_error(planned(q, {}, {}, &scope), errc::shape_mismatch);
    small_program fed;
    fed.parameter("w", {-1}).op("claim", {}, {{"Out", {"w"}}}, {claimed({3})});
    const auto two = Tensor::of<float>({2}, {1, 2});
    check_error(planned(fed, {two.ref("w")}), errc::shape_mismatch);
}

TEST_CASE("making a plan changes no scope, whether it succeeds or not") {
    auto p = two_inputs();
    p.parameter("w", {}).parameter("other", {}).op("assign", {{"X", {"x"}}}, {{"Out", {"w"}}});
    Scope scope;
    CHECK(planned(p, {two_by_two.ref("x")}, {}, &scope));
    CHECK(planned(p, {two_by_two.ref("x"), two_by_two.ref("other")}, {}, &scope));
    p.op("unheard of", {}, {});
    CHECK_FALSE(planned(p, {two_by_two.ref("x")}, {}, &scope));
    CHECK(scope.local_var_names().empty());
}
