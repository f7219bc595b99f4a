#include <wherry/exec/op_list.hpp>
#include <wherry/program/operator.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

using namespace wherry;

namespace {
Operator mul() {
    wire::OpDesc<> desc;
    desc.type = "mul";
    desc.inputs = {{.parameter = "X", .arguments = {"a", "b"}, .unknown = {}},
                   {.parameter = "ScaleTensor", .arguments = {}, .unknown = {}}};
    desc.outputs = {{.parameter = "Out", .arguments = {"c"}, .unknown = {}}};
    desc.attrs = {make_attr<std::int32_t>("axis", -1), make_attr<std::int32_t>("op_role", op_role::backward | op_role::loss)};
    return Operator(desc);
}
}  // namespace

TEST_CASE("operator: carries what it is given") {
    const op_info info;
    auto op = mul();
    CHECK(op.implementation() == nullptr);
    op.set_implementation(&info);
    const auto copy = op;
    CHECK(copy.implementation() == &info);
    CHECK(Operator({}, &info).implementation() == &info);
}

TEST_CASE("operator: names are found by slot") {
    const auto op = mul();
    CHECK(op.type() == "mul");
    REQUIRE(op.input("X").size() == 2);
    CHECK(op.input("X")[1] == "b");
    CHECK(op.output("Out")[0] == "c");
    CHECK(op.input("Y").empty());
    CHECK(op.output("X").empty());
    CHECK(op.has_input_slot("ScaleTensor"));
    CHECK(op.input("ScaleTensor").empty());
    CHECK_FALSE(op.has_input_slot("Out"));
}

TEST_CASE("operator: says what it reads and writes") {
    const auto op = mul();
    CHECK(op.reads("a"));
    CHECK(op.reads("b"));
    CHECK_FALSE(op.reads("c"));
    CHECK(op.writes("c"));
    CHECK_FALSE(op.writes("a"));
    CHECK_FALSE(op.reads(""));
    CHECK_FALSE(op.reads("X"));
}

TEST_CASE("operator: an attribute is found, or something else is used") {
    const auto op = mul();
    REQUIRE(op.find_attr("axis") != nullptr);
    CHECK(op.find_attr("axi") == nullptr);
    CHECK(op.attr_or<std::int32_t>("axis", 3) == -1);
    CHECK(op.attr_or<std::int64_t>("axis", 3) == -1);
    CHECK(op.attr_or<std::string>("axis", "x") == "x");
    CHECK(op.attr_or<float>("absent", 0.5F) == 0.5F);
}

TEST_CASE("operator: an attribute is replaced in its place, a new one comes last") {
    auto op = mul();
    op.set_attr(make_attr("axis", "both"));
    op.set_attr(make_attr("fresh", true));
    REQUIRE(op.desc().attrs.size() == 3);
    CHECK(op.desc().attrs[0].name == "axis");
    CHECK(op.desc().attrs[0].type == AttrType::STRING);
    CHECK_FALSE(op.desc().attrs[0].i);
    CHECK(op.desc().attrs[2].name == "fresh");
}

TEST_CASE("operator: its role is forward when nothing says otherwise") {
    CHECK(Operator().role() == op_role::forward);
    CHECK(mul().role() == 257);
    Operator odd;
    odd.set_attr(make_attr("op_role", "backward"));
    CHECK(odd.role() == op_role::forward);
}

TEST_CASE("operator: an attribute that another has with the same bytes is held by both, whatever place it has there") {
    const auto other = mul();
    auto op = mul();
    for (const auto& attr : other.desc().attrs) op.set_attr(attr, &other);
    Operator fresh;
    fresh.set_attr(make_attr("fresh", true), &other);
    fresh.set_attr(make_attr("op_role", 257), &other);
    CHECK(op.find_attr("axis") == other.find_attr("axis"));
    CHECK(fresh.find_attr("op_role") == other.find_attr("op_role"));
    fresh.set_attr(make_attr("op_role", 1), &other);
    CHECK(fresh.role() == 1);
    CHECK(other.role() == 257);
    CHECK(fresh.desc().attrs.size() == 2);
    fresh.set_attr("axis", std::int32_t{-1}, &other);
    CHECK(fresh.find_attr("axis") == other.find_attr("axis"));
    fresh.set_attr("axis", std::int64_t{-1}, &other);  // of another type
    CHECK(fresh.find_attr("axis")->type == AttrType::LONG);
    Operator zero, minus;
    zero.set_attr(make_attr("x", 0.0F));
    minus.set_attr(make_attr("x", -0.0F), &zero);  // equal, of other bytes
    CHECK(std::signbit(*minus.find_attr("x")->f));
    minus.set_attr("y", -0.0F, &minus);
    minus.set_attr("x", 0.0F, &minus);
    CHECK_FALSE(std::signbit(*minus.find_attr("x")->f));
}

TEST_CASE("of two attributes of one name the last counts, as in the reference, and is the one that is replaced") {
    wherry::wire::OpDesc<> desc;
    for (const std::int32_t value : {1, 2}) desc.attrs.push_back(wherry::make_attr("axis", value));
    wherry::Operator op(std::move(desc));
    CHECK(op.attr_or<std::int32_t>("axis", 0) == 2);
    op.set_attr(wherry::make_attr<std::int32_t>("axis", 3));
    CHECK(op.attr_or<std::int32_t>("axis", 0) == 3);
    CHECK(op.desc().attrs.size() == 2);
    CHECK(op.desc().attrs[0].i == 1);
}
