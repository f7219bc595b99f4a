#include <doctest/doctest.h>

#include <wherry/exec/op_list.hpp>
#include <wherry/program/prune.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

using namespace wherry;

namespace {
using names = std::vector<std::string>;

void add_var(Block& block, std::string name, bool parameter = false) {
    wire::VarDesc<> desc;
    desc.name = std::move(name);
    desc.type.lod_tensor.emplace().tensor = {DType::FP32, {-1, 2}, {}};
    const auto var = block.create_var(std::move(desc));
    if (parameter) var.set_parameter(parameter_traits{});
}
Operator& add_op(Block& block, std::string type, names in, names out, std::int32_t role = op_role::forward) {
    wire::OpDesc<> desc;
    desc.type = std::move(type);
    desc.inputs = {{"X", std::move(in), {}}};
    desc.outputs = {{"Out", std::move(out), {}}};
    desc.attrs = {make_attr("op_role", role)};
    return block.append_op(std::move(desc));
}
void own_block(Operator& op, std::int32_t index) {
    Attr attr;
    attr.name = "sub_block";
    attr.type = AttrType::BLOCK;
    attr.more->block_idx = index;
    op.set_attr(std::move(attr));
}
names types_of(const Block& block) {
    names types;
    for (const auto& op : block.ops()) types.push_back(op.type());
    return types;
}
names vars_of(const Block& block) {
    names found;
    for (const auto& var : block.vars()) found.push_back(var.name());
    return found;
}

/// x -> mul w -> h -> relu -> y; h -> scale -> z; w updated by sgd.
Program small() {
    Program program;
    auto& root = program.global_block();
    for (const auto* name : {"z", "x", "h", "y", "lr", "unused"}) add_var(root, name);
    add_var(root, "w", true);
    add_op(root, "mul", {"x", "w"}, {"h"});
    add_op(root, "relu", {"h"}, {"y"});
    add_op(root, "scale", {"h"}, {"z"});
    add_op(root, "sgd", {"w", "lr"}, {"w"}, op_role::optimize);
    return program;
}
}  // namespace

TEST_CASE("a pruned program holds what its targets need, and variables sorted by name") {
    const auto program = small();
    const auto made = prune(program, names{"x"}, names{"y"});
    REQUIRE(made);
    CHECK(types_of(made->global_block()) == names{"mul", "relu"});
    CHECK(vars_of(made->global_block()) == names{"h", "w", "x", "y"});
    CHECK(made->global_block().find_var("w").is_parameter());
    CHECK(program.global_block().ops().size() == 4);
    const auto both = prune(program, names{"x"}, names{"y", "z"});
    CHECK(types_of(both->global_block()) == names{"mul", "relu", "scale"});
}

TEST_CASE("pruning stops at what is fed, and a fed target needs no operator") {
    const auto program = small();
    const auto made = prune(program, names{"h"}, names{"y"});
    REQUIRE(made);
    CHECK(types_of(made->global_block()) == names{"relu"});
    CHECK(vars_of(made->global_block()) == names{"h", "y"});
    const auto fed = prune(program, names{"y"}, names{"y"});
    REQUIRE(fed);
    CHECK(fed->global_block().ops().empty());
    CHECK(fed->global_block().vars().empty());
}

TEST_CASE("updates are never kept for what they write") {
    auto program = small();
    const auto made = prune(program, names{}, names{"w"});
    REQUIRE_FALSE(made);
    CHECK(made.error().code == errc::no_such_variable);
    CHECK(made.error().variable == "w");
    CHECK(made.error().message == "The target variable used for pruning should have an associated operator that generates it.");
    add_op(program.global_block(), "assign", {"w"}, {"copy"});  // reads w after its update
    CHECK(types_of(prune(program, names{}, names{"copy"})->global_block()) == names{"assign"});
}

TEST_CASE("a target that nothing makes is named") {
    const auto made = prune(small(), names{}, names{"nope"});
    REQUIRE_FALSE(made);
    CHECK(made.error().code == errc::no_such_variable);
    CHECK(made.error().variable == "nope");
}

TEST_CASE("feed and fetch operators must be at the ends") {
    auto late_feed = small();
    add_op(late_feed.global_block(), "feed", {"feed"}, {"x"});
    auto made = prune(late_feed, names{"x"}, names{"y"});
    REQUIRE_FALSE(made);
    CHECK(made.error().code == errc::bad_argument);
    CHECK(made.error().op == "feed");
    CHECK(made.error().message == "All FeedOps are at the beginning of the ProgramDesc");
    auto early_fetch = small();
    add_op(early_fetch.global_block(), "fetch", {"y"}, {"fetch"});
    CHECK(prune(early_fetch, names{"x"}, names{"y"}));
    add_op(early_fetch.global_block(), "relu", {"z"}, {"more"});
    made = prune(early_fetch, names{"x"}, names{"y"});
    REQUIRE_FALSE(made);
    CHECK(made.error().op == "fetch");
    CHECK(made.error().message == "All FetchOps must at the end of the ProgramDesc");
}

TEST_CASE("sub-blocks are pruned too and numbered in the order of their operators") {
    auto desc = small().to_desc();
    for (const std::int32_t index : {1, 2, 3}) {
        auto& block = desc.blocks.emplace_back();
        block.idx = index;
        block.parent_idx = index == 3 ? 2 : 0;
    }
    auto program = *Program::from_desc(std::move(desc));
    auto& blocks = program.blocks();
    own_block(add_op(blocks[0], "while", {"h"}, {"unused"}), 1);  // goes, with its block
    own_block(add_op(blocks[0], "while", {"h"}, {"y"}), 2);
    for (const auto* name : {"inner", "dead"}) add_var(blocks[2], name);
    own_block(add_op(blocks[2], "conditional_block", {"h"}, {"inner"}), 3);
    add_op(blocks[2], "relu", {"h"}, {"dead"});
    add_op(blocks[2], "assign", {"inner"}, {"y"});
    add_op(blocks[3], "scale", {"h"}, {"inner"});
    add_op(blocks[3], "relu", {"h"}, {"dead"});
    own_block(add_op(blocks[1], "while", {}, {}), 3);
    blocks[1].ops().clear();

    erase_if(blocks[0].ops(), [](const Operator& op) { return op.type() == "relu"; });  // the first to make y
    const auto made = prune(program, names{"x"}, names{"y"});
    if (!made) FAIL(to_string(made.error()));
    REQUIRE(made->blocks().size() == 3);
    CHECK(types_of(made->blocks()[0]) == names{"mul", "while"});
    CHECK(made->blocks()[0].ops()[1].find_attr("sub_block")->more->block_idx == 1);
    CHECK(types_of(made->blocks()[1]) == names{"conditional_block", "assign"});
    CHECK(vars_of(made->blocks()[1]) == names{"inner"});
    CHECK(made->blocks()[1].ops()[0].find_attr("sub_block")->more->block_idx == 2);
    CHECK(types_of(made->blocks()[2]) == names{"scale"});
    CHECK(made->blocks()[2].parent_idx() == 1);
}

TEST_CASE("sub-blocks that do not exist or have two owners are refused") {
    auto program = small();
    auto& op = add_op(program.global_block(), "while", {"h"}, {"loop"});
    for (const std::int32_t index : {-1, 1, 0}) {
        own_block(op, index);
        const auto made = prune(program, names{"x"}, names{"loop"});
        REQUIRE_FALSE(made);
        CHECK(made.error().code == errc::bad_block);
        CHECK(made.error().op == "while");
        CHECK(made.error().found == std::to_string(index));
    }
}

TEST_CASE("a program fit for inference tests everywhere, reads no files and has no Parameters") {
    auto program = small();
    auto& root = program.global_block();
    wire::VarDesc<> reader;
    reader.name = "reader";
    reader.type.type = VarKind::READER;
    root.create_var(std::move(reader));
    auto& ops = root.ops();
    Operator read = add_op(root, "read", {"reader"}, {"x"});
    ops.insert(ops.begin() + 1, read);  // mul, read, relu, scale, sgd, read: the first goes, with all before it
    ops[2].set_attr(make_attr("is_test", false));
    add_op(root, "softmax_grad", {"y"}, {"h"}).set_attr(make_attr("is_test", false));
    optimize_for_inference(program);
    CHECK(types_of(root) == names{"relu", "scale", "sgd", "read", "softmax_grad"});
    CHECK_FALSE(root.find_var("reader"));
    CHECK_FALSE(root.find_var("w").is_parameter());
    CHECK(root.ops().front().attr_or("is_test", false));
    CHECK(root.ops().back().find_attr("is_test")->i == 1);
    CHECK(root.ops()[1].find_attr("is_test") == nullptr);
}

TEST_CASE("the operators that stay keep what they carry") {
    auto program = small();
    const op_info first, second;
    program.global_block().ops()[0].set_implementation(&first);
    program.global_block().ops()[2].set_implementation(&second);
    const auto pruned = prune(program, names{"x"}, names{"y", "z"});
    REQUIRE(pruned);
    const auto& ops = std::as_const(*pruned).global_block().ops();
    REQUIRE(ops.size() == 3);
    CHECK(ops[0].implementation() == &first);
    CHECK(ops[1].implementation() == nullptr);
    CHECK(ops[2].implementation() == &second);
}
