#include <wherry/fluid/executor.hpp>

#include <doctest/doctest.h>

#include <support/fresh_fluid.hpp>
#include <support/thrown.hpp>

#include <wherry/exec/op/all.hpp>
#include <wherry/fluid/layers.hpp>

#include <array>
#include <string>
#include <utility>
#include <vector>

namespace fluid = wherry::fluid;
namespace layers = fluid::layers;
using support::fresh_fluid;
using support::message_of;

namespace {
const auto four = fluid::Tensor::of<float>({2, 2}, {-1, 2, -3, 4});
}  // namespace

TEST_CASE("a fed value is borrowed, kept or a number, and goes by the name it is given") {
    const fluid::feed_value borrowed("x", four);
    CHECK(borrowed.ref().name == "x");
    CHECK(borrowed.ref().bytes.data() == four.bytes().data());
    const fluid::feed_value again("y", four.ref("x"));
    CHECK(again.ref().name == "y");
    CHECK(again.ref().bytes.data() == four.bytes().data());
    const fluid::feed_value kept("x", fluid::Tensor(four));
    CHECK(kept.ref().bytes.data() != four.bytes().data());
    CHECK(kept.ref().dims == four.dims());
    const auto moved = fluid::feed_value(kept);
    CHECK(moved.ref().bytes.data() != kept.ref().bytes.data());
    const fluid::feed_value number("rate", 0.5F);
    CHECK(number.ref().dims == wherry::Shape{1});
    CHECK(number.ref().dtype == wherry::DType::FP32);
    CHECK(fluid::feed_value("id", std::int64_t{3}).ref().dtype == wherry::DType::INT64);
    fluid::feed fed{{"x", four}};
    fed.add({"rate", 2.0});
    CHECK(fed.values().size() == 2);
    CHECK(fed.values()[1].ref().dtype == wherry::DType::FP64);
}

TEST_CASE("a fetch list names variables and strings") {
    fresh_fluid p;
    const auto x = fluid::data("x", {-1, 2});
    CHECK(fluid::fetch(x, "w", std::string("b")).names == std::array<std::string, 3>{"x", "w", "b"});
    CHECK(fluid::fetch().names.empty());
}

TEST_CASE("one program is run in many forms") {
    fresh_fluid p;
    const auto x = fluid::data("x", {-1, 2});
    const auto y = layers::relu(x);
    const auto expected = fluid::Tensor::of<float>({2, 2}, {0, 2, 0, 4});
    fluid::Executor exe(fluid::CPUPlace{});
    auto [by_default] = exe.run(fluid::feed{{"x", four}}, fluid::fetch(y));
    CHECK(by_default == expected);
    auto [named, input] = exe.run(p.main, fluid::feed{{"x", four}}, fluid::fetch(y.name(), x));
    CHECK(named == expected);
    CHECK(input == four);
    CHECK(exe.run(p.main, fluid::feed{{"x", four}}, std::vector<fluid::Variable>{y})[0] == expected);
    CHECK(exe.run(p.main, fluid::feed{{"x", four}}, std::vector<std::string>{y.name(), "x"})[1] == four);
    exe.run(p.main, fluid::feed{{"x", four}});
    fluid::Executor small(wherry::op_list<wherry::op::relu>{});
    CHECK(small.run(fluid::feed{{"x", four}}, fluid::fetch(y))[0] == expected);
    CHECK(p.scope.local_var_names().empty());
    CHECK(p.warnings.empty());
}

TEST_CASE("persistables live in the global scope, or in one that is given") {
    fresh_fluid p;
    fluid::create_global_var({1}, 3, fluid::float32, true, "kept");
    fluid::Executor exe;
    exe.run(p.startup);
    CHECK(p.scope.find_var("kept")->elements<float>()[0] == 3);
    fluid::Scope other;
    exe.run(p.startup, {}, {.scope = &other});
    CHECK(other.find_var("kept") != nullptr);
    other.var("kept").elements<float>()[0] = 5;
    auto [value] = exe.run(p.main, {}, fluid::fetch("kept"), {.scope = &other});
    CHECK(value.elements<float>()[0] == 5);
}

TEST_CASE("a program without operators, and a fed name that it does not hold, are warnings") {
    fresh_fluid p;
    fluid::Executor exe;
    exe.run(p.main);
    REQUIRE(p.warnings.size() == 1);
    CHECK(p.warnings[0].starts_with("There are no operators in the program to be executed."));
    const auto x = fluid::data("x", {-1, 2});
    layers::relu(x);
    exe.run(p.main, fluid::feed{{"x", four}, {"z", four}});
    REQUIRE(p.warnings.size() == 2);
    CHECK(p.warnings[1] == "The variable z is not found in program. It is not declared or is pruned.");
}

TEST_CASE("arrays that do not fit throw what the reference raises") {
    fresh_fluid p;
    const auto x = fluid::data("x", {-1, 2});
    const auto y = layers::relu(x);
    fluid::Executor exe;
    const auto narrow = fluid::Tensor::of<float>({1, 3}, {1, 2, 3});
    CHECK(message_of<fluid::ValueError>([&] {
              exe.run(fluid::feed{{"x", narrow}}, fluid::fetch(y));
          }) == "The fed Variable 'x' should have dimensions = 2, shape = (-1, 2), but received fed shape [1, 3] on each device");
    CHECK(message_of<fluid::EnforceNotMet>([&] { exe.run(fluid::feed{}, fluid::fetch(y)); }) ==
          "InvalidArgumentError: The Tensor in the relu Op's Input Variable X(x) is not initialized. [operator < relu > error]");
    CHECK(message_of<fluid::EnforceNotMet>([&] {
              exe.run(fluid::feed{{"x", four}}, fluid::fetch("nope"));
          }).starts_with("NotFoundError: Input variable(nope) cannot be found in scope for operator 'Fetch'."));
    const auto from_bytes = fluid::Program::parse_from_string(p.main.serialize_to_string());
    REQUIRE(from_bytes);
    CHECK(message_of<fluid::ValueError>([&] {
              exe.run(*from_bytes, fluid::feed{{"x", four}}, fluid::fetch(y));
          }).starts_with("Operator \"relu\" has not been registered. Expected an operator that the program carries"));
    fluid::Executor all(wherry::op::all{});
    CHECK(all.run(*from_bytes, fluid::feed{{"x", four}}, fluid::fetch(y))[0] == fluid::Tensor::of<float>({2, 2}, {0, 2, 0, 4}));
    exe.close();
    CHECK(message_of<fluid::RuntimeError>([&] { exe.run(p.main); }) == "Attempted to use a closed Executor");
}

TEST_CASE("LoD in what is fetched must be asked for") {
    fresh_fluid p;
    const auto x = fluid::data("x", {-1, 2}, fluid::float32, 1);
    const auto y = layers::relu(x);
    fluid::Executor exe;
    auto rows = four;
    rows.set_lod({{0, 1, 2}});
    CHECK(message_of<fluid::RuntimeError>([&] {
              exe.run(fluid::feed{{"x", rows}}, fluid::fetch(y));
          }).starts_with("Some of your fetched tensors hold LoD information."));
    auto [with_lod] = exe.run(p.main, fluid::feed{{"x", rows}}, fluid::fetch(y), {.return_numpy = false});
    CHECK(with_lod.lod() == wherry::LoD{{0, 1, 2}});
    rows.set_lod({{0, 1, 3}});
    CHECK_THROWS_AS(exe.run(p.main, fluid::feed{{"x", rows}}, fluid::fetch(y), {.return_numpy = false}), fluid::ValueError);
}

TEST_CASE("a program with feed and fetch operators is an Exception unless exactly those are fed and fetched") {
    fresh_fluid p;
    const auto x = fluid::data("x", {-1, 2});
    const auto y = layers::relu(x);
    const auto add = [&](const char* type, const char* in, const char* out) {
        wherry::wire::OpDesc<> desc;
        desc.type = type;
        desc.inputs.emplace_back().parameter = "X";
        desc.inputs[0].arguments.push_back(in);
        desc.outputs.emplace_back().parameter = "Out";
        desc.outputs[0].arguments.push_back(out);
        p.main.global_block().append_op(std::move(desc));
    };
    add("feed", "feed", "x");
    add("fetch", "relu_0.tmp_0", "fetch");
    fluid::Executor exe;
    CHECK(message_of<fluid::Exception>([&] { exe.run(fluid::feed{}, fluid::fetch(y)); }) == "'feed_targets' does not have x variable");
    CHECK(message_of<fluid::Exception>([&] {
              exe.run(fluid::feed{{"x", four}}, fluid::fetch(x));
          }) == "'fetch_targets' does not have relu_0.tmp_0 variable");
    CHECK(exe.run(fluid::feed{{"x", four}}, fluid::fetch(y))[0].elements<float>()[1] == 2);
}
