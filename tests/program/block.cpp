#include <wherry/exec/op_list.hpp>
#include <wherry/program/block.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace wherry;

namespace {
wire::VarDesc<> var_desc(std::string_view name) {
    wire::VarDesc<> desc;
    desc.name = name;
    return desc;
}
wire::OpDesc<> op_desc(std::string_view type) {
    wire::OpDesc<> desc;
    desc.type = type;
    return desc;
}
wire::BlockDesc<> block_desc() {
    wire::BlockDesc<> desc;
    desc.idx = 1;
    desc.parent_idx = 0;
    desc.forward_block_idx = -1;
    for (const auto* name : {"w", "b", "x"}) desc.vars.push_back(var_desc(name));
    for (const auto* type : {"feed", "mul"}) desc.ops.push_back(op_desc(type));
    desc.unknown->emplace_back("\x78\x01");
    return desc;
}
std::vector<std::string> names_of(const Block& block) {
    std::vector<std::string> names;
    for (const auto& var : block.vars()) names.push_back(var.name());
    return names;
}
using strings = std::vector<std::string>;
}  // namespace

TEST_CASE("block: gives back the message it was made of") {
    const revision program;
    const Block block(block_desc(), program);
    CHECK(block.to_desc() == block_desc());
    CHECK(block.idx() == 1);
    CHECK(block.parent_idx() == 0);
    CHECK(names_of(block) == strings{"w", "b", "x"});
    CHECK(block.ops()[1].type() == "mul");
}

TEST_CASE("block: variables are found by name, whatever their order") {
    const revision program;
    Block block(block_desc(), program);
    for (const auto* name : {"w", "b", "x"}) CHECK(block.find_var(name).name() == name);
    CHECK_FALSE(block.find_var("a"));
    CHECK_FALSE(block.find_var("y"));
    CHECK_FALSE(block.find_var(""));
    (void)block.create_var(var_desc("a"));
    (void)block.create_var(var_desc("y"));
    (void)block.create_var(var_desc(""));
    for (const auto* name : {"", "a", "b", "w", "x", "y"}) CHECK(block.find_var(name).name() == name);
    CHECK(names_of(block) == strings{"w", "b", "x", "a", "y", ""});
}

TEST_CASE("block: a name that exists already is handed out, not made again") {
    const revision program;
    Block block(0, -1, program);
    const auto first = block.create_var(var_desc("w"));
    auto other = var_desc("w");
    other.persistable = true;
    CHECK(block.create_var(other) == first);
    CHECK_FALSE(first.persistable());
    CHECK(block.vars().size() == 1);
}

TEST_CASE("block: removed variables are not found, the others are; handles live on") {
    const revision program;
    Block block(block_desc(), program);
    const auto b = block.find_var("b");
    block.remove_vars_if([](const Variable& v) { return v.name() == "b"; });
    CHECK_FALSE(block.find_var("b"));
    CHECK(block.find_var("w").name() == "w");
    CHECK(block.find_var("x").name() == "x");
    CHECK(names_of(block) == strings{"w", "x"});
    CHECK(b.name() == "b");
    block.remove_vars_if([](const Variable&) { return true; });
    CHECK(block.vars().empty());
    CHECK_FALSE(block.find_var("w"));
}

TEST_CASE("block: operators are appended and prepended") {
    const revision program;
    Block block(block_desc(), program);
    CHECK(block.append_op(op_desc("fetch")).type() == "fetch");
    CHECK(block.prepend_op(op_desc("first")).type() == "first");
    strings types;
    for (const auto& op : std::as_const(block).ops()) types.push_back(op.type());
    CHECK(types == strings{"first", "feed", "mul", "fetch"});
    const op_info info;
    CHECK(block.append_op(op_desc("last"), &info).implementation() == &info);
    CHECK(block.prepend_op(op_desc("first"), &info).implementation() == &info);
}

TEST_CASE("block: flags of Paddle 2.x make Parameters") {
    const revision program;
    auto desc = block_desc();
    desc.vars[0].is_parameter = true;
    desc.vars[0].stop_gradient = false;
    desc.vars[1].is_parameter = true;
    desc.vars[1].stop_gradient = true;
    desc.vars[2].is_parameter = false;
    const Block block(desc, program);
    CHECK(block.vars()[0].parameter()->trainable);
    CHECK_FALSE(block.vars()[0].stop_gradient());
    CHECK_FALSE(block.vars()[1].parameter()->trainable);
    CHECK(block.vars()[1].stop_gradient());
    CHECK_FALSE(block.vars()[2].is_parameter());
}

TEST_CASE("block: every change is a change of the program, looking is not") {
    const revision program;
    Block block(block_desc(), program);
    const auto changes = [&](auto&& act) {
        const revision::seen before(program);
        act();
        return !before.is_current(program);
    };
    CHECK_FALSE(changes([&] { (void)block.find_var("w"); }));
    CHECK_FALSE(changes([&] { (void)block.to_desc(); }));
    CHECK_FALSE(changes([&] { (void)std::as_const(block).ops(); }));
    CHECK_FALSE(changes([&] { (void)block.create_var(var_desc("w")); }));
    CHECK(changes([&] { (void)block.create_var(var_desc("new")); }));
    CHECK(changes([&] { (void)block.append_op(op_desc("relu")); }));
    CHECK(changes([&] { (void)block.prepend_op(op_desc("relu")); }));
    CHECK(changes([&] { (void)block.ops(); }));
    CHECK(changes([&] { (void)block.rest(); }));
    CHECK(changes([&] { block.remove_vars_if([](const Variable&) { return false; }); }));
    CHECK(changes([&] { block.find_var("w").set_persistable(true); }));
}

TEST_CASE("block: twenty thousand variables in falling order take no time, and no memory twice") {
    const revision program;
    wire::BlockDesc<> desc;
    for (int i = 119'999; i >= 100'000; --i) desc.vars.push_back(var_desc(std::to_string(i)));
    Block block(std::move(desc), program);
    CHECK(block.find_var("100000").name() == "100000");
    CHECK(block.find_var("119999").name() == "119999");
    CHECK(block.rest().vars.capacity() == 0);
    block.remove_vars_if([](const Variable& v) { return v.name().back() != '0'; });
    CHECK(block.vars().size() == 2'000);
    CHECK(block.find_var("100000").name() == "100000");
    CHECK_FALSE(block.find_var("119999"));
}
