#include <wherry/exec/gradient.hpp>

#include <doctest/doctest.h>

#include <string>
#include <utility>

using namespace wherry;

namespace {

/// y, side = concat_like(x0, x1, bias) with two attributes.
Operator forward() {
    wire::OpDesc<> desc;
    desc.type = "concat_like";
    const auto add = [](Operator::slots& slots, const char* name, sequence<std::string> held) {
        slots.emplace_back().parameter = name;
        slots.back().arguments = std::move(held);
    };
    add(desc.inputs, "X", {"x0", "x1"});
    add(desc.inputs, "Bias", {"bias"});
    add(desc.outputs, "Out", {"y"});
    add(desc.outputs, "Side", {"side"});
    desc.attrs = {make_attr("axis", std::int32_t{1}), make_attr("op_role", op_role::loss)};
    return Operator(std::move(desc));
}

std::string shown(const Operator::slots& slots) {
    std::string all;
    for (const auto& s : slots) {
        all += s.parameter + ":";
        for (const auto& name : s.arguments) all += " " + name;
        all += "; ";
    }
    return all;
}

}  // namespace

TEST_CASE("the gradient of x is x@GRAD") {
    CHECK(grad_name("x") == "x@GRAD");
    CHECK(grad_name("x@GRAD") == "x@GRAD@GRAD");
    CHECK(empty_var_name == "@EMPTY@");
}

TEST_CASE("a gradient operator passes slots on by name, sorted, with the forward attributes") {
    const auto op = forward();
    gradient_maker maker(op);
    CHECK(&maker.forward() == &op);
    maker.append("concat_like_grad").reads("X").reads("Out").reads_grad("Out").makes_grad("X").makes_grad("Bias");
    REQUIRE(maker.ops().size() == 1);
    const auto made = std::move(maker.ops()[0]).take();
    CHECK(made.type() == "concat_like_grad");
    CHECK(shown(made.desc().inputs) == "Out: y; Out@GRAD: y@GRAD; X: x0 x1; ");
    CHECK(shown(made.desc().outputs) == "Bias@GRAD: bias@GRAD; X@GRAD: x0@GRAD x1@GRAD; ");
    CHECK(made.attr_or("axis", std::int32_t{0}) == 1);
    CHECK(op.type() == "concat_like");  // as it was
    CHECK(op.desc().inputs.size() == 2);
}

TEST_CASE("a slot that the forward operator does not use is empty") {
    const auto op = forward();
    gradient_maker maker(op);
    maker.append("g").reads("Mask").reads_grad("Mask").makes_grad("W");
    const auto made = std::move(maker.ops()[0]).take();
    CHECK(shown(made.desc().inputs) == "Mask:; Mask@GRAD:; ");
    CHECK(shown(made.desc().outputs) == "W@GRAD:; ");
}

TEST_CASE("names may be given outright, attributes dropped, replaced and added") {
    const auto op = forward();
    gradient_maker maker(op);
    for (const auto* name : {"x0", "x1"})
        maker.append("scale")
            .reads("X", {grad_name("y")})
            .makes("Out", {grad_name(name)})
            .without_attributes()
            .with(make_attr("scale", 1.0F));
    maker.append("other").with(make_attr("axis", std::int32_t{3}));
    REQUIRE(maker.ops().size() == 3);
    const Operator second(std::move(maker.ops()[1]).take());
    CHECK(shown(second.desc().inputs) == "X: y@GRAD; ");
    CHECK(shown(second.desc().outputs) == "Out: x1@GRAD; ");
    CHECK(second.desc().attrs.size() == 1);
    CHECK(second.attr_or("scale", 0.0F) == 1);
    const Operator third(std::move(maker.ops()[2]).take());
    CHECK(third.desc().attrs.size() == 2);
    CHECK(third.attr_or("axis", std::int32_t{0}) == 3);
}
