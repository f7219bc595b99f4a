#include <doctest/doctest.h>

#include <support/golden.hpp>
#include <support/small_program.hpp>

#include <wherry/program/dot.hpp>

#include <algorithm>
#include <string>
#include <string_view>

using namespace wherry;

namespace {
std::string drawn(std::string_view golden) {
    return to_dot(*Program::parse_from_string(support::read_file(support::golden(std::string(golden)))));
}
bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }
std::size_t count_of(const std::string& text, std::string_view part) {
    std::size_t n = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) ++n;
    return n;
}
}  // namespace

TEST_CASE("operators are boxes; parameters, persistables and temporaries are told apart, and a legend says how") {
    support::small_program made;
    made.var("x", {-1, 2}).parameter("w", {2, 2}).var("lr", {1}, DType::FP32, true).var("y", {-1, 2}).var("unused", {1});
    made.program.global_block().find_var("w").set_parameter(parameter_traits{});
    made.op("mul", {{"X", {"x"}}, {"Y", {"w"}}}, {{"Out", {"y"}}}).op("sgd", {{"LearningRate", {"lr"}}}, {{"ParamOut", {"w", "@EMPTY@"}}});
    const auto picture = to_dot(made.program);
    CHECK(has(picture, R"(v0 [label="x\nfloat32 [-1, 2]" shape=ellipse)"));
    CHECK(has(picture, R"(v1 [label="w\nfloat32 [2, 2]" shape=hexagon)"));
    CHECK(has(picture, R"([label="lr\nfloat32 [1]" shape=cylinder)"));
    CHECK(has(picture, R"(op0_0 [label="mul" shape=box)"));
    CHECK(has(picture, "  v1 -> op0_0 [label=\"Y\"];\n"));
    CHECK(has(picture, "  op0_1 -> v1 [label=\"ParamOut\"];\n"));
    CHECK(!has(picture, "unused"));
    CHECK(!has(picture, "@EMPTY@"));
    for (const auto* kind : {"legend_op ", "legend_parameter ", "legend_persistable ", "legend_temporary "}) CHECK(has(picture, kind));
}

TEST_CASE("a block within another is a frame, and an operator points to the blocks it runs") {
    const auto loop = drawn("fluid18_inference/loop/main.pdmodel");
    CHECK(count_of(loop, "subgraph cluster_1 {") == 1);
    CHECK(count_of(loop, "lhead=cluster_1 ") == 1);
    const auto inside = loop.find("subgraph cluster_1 {");
    CHECK(loop.find("op1_0 [") > inside);
    CHECK(loop.find("label=\"inside.tmp_0") > inside);
    CHECK(loop.find("label=\"inside.w_0") < inside);  // used inside, declared by the root
    const auto nested = drawn("fluid18_inference/nested/main.pdmodel");
    CHECK(has(nested, "\n    subgraph cluster_2 {") == has(nested, "cluster_2"));  // within block 1, so one step deeper
}

TEST_CASE("no name says anything in Graphviz's language") {
    support::small_program made;
    made.var("a\"];evil[\"", {1}).var("back\\nslash", {1}).var("&lt;b&gt;", {1}).var("line\nbreak\xff", {1});
    made.op("op\"x", {{"s\"lot", {"a\"];evil[\""}}, {"Y", {"back\\nslash", "nowhere"}}}, {{"Out", {"&lt;b&gt;", "line\nbreak\xff"}}});
    const auto picture = to_dot(made.program);
    CHECK(has(picture, R"(label="a\"];evil[\"\nfloat32 [1]")"));
    CHECK(has(picture, R"(label="back\\nslash\nfloat32 [1]")"));
    CHECK(has(picture, R"(label="&amp;lt;b&amp;gt;\nfloat32 [1]")"));
    CHECK(has(picture, R"(label="line\\x0abreak\\xff\nfloat32 [1]")"));
    CHECK(has(picture, R"(label="op\"x")"));
    CHECK(has(picture, R"([label="s\"lot"])"));
    CHECK(has(picture, R"([label="nowhere" shape=ellipse style="filled,dashed")"));
}

TEST_CASE("statistics that an operator updates in place stand above it, with one arrow of two heads") {
    support::small_program made;
    made.var("x", {-1, 2}).var("mean", {2}, DType::FP32, true).var("y", {-1, 2});
    made.op("batch_norm", {{"X", {"x"}}, {"Mean", {"mean"}}}, {{"Y", {"y"}}, {"MeanOut", {"mean"}}});
    const auto picture = to_dot(made.program);
    CHECK(has(picture, "  v1 -> op0_0 [dir=both label=\"Mean\"];\n"));
    CHECK(!has(picture, "op0_0 -> v1"));
    CHECK(count_of(picture, " -> ") == 3);
}

TEST_CASE("an operator's box has a line for each attribute that matters") {
    support::small_program made;
    made.op("pool2d", {}, {},
            {make_attr("strides", sequence<std::int32_t>{2, 2}), make_attr("op_device", std::string("gpu")),
             make_attr("pooling_type", std::string("a\"b"))});
    CHECK(has(to_dot(made.program), R"(op0_0 [label="pool2d\npooling_type=a\"b\nstrides=[2, 2]" shape=box)"));
}

TEST_CASE("every golden program is drawn: each operator once, and each argument") {
    for (const auto& file : support::golden_programs()) {
        CAPTURE(file);
        const auto program = *Program::parse_from_string(support::read_file(support::golden(file)));
        const auto picture = to_dot(program);
        std::size_t ops = 0;
        std::size_t arguments = 0;
        for (const auto& block : program.blocks())
            for (const auto& op : block.ops()) {
                ++ops;
                const auto drawn = [](const std::string& name) { return !name.empty() && name != "@EMPTY@"; };
                for (const auto& slot : op.desc().inputs)
                    arguments += static_cast<std::size_t>(std::count_if(slot.arguments.begin(), slot.arguments.end(), drawn));
                for (const auto& slot : op.desc().outputs)  // what is read as well has one arrow for both
                    arguments += static_cast<std::size_t>(std::count_if(slot.arguments.begin(), slot.arguments.end(),
                                                                        [&](const auto& name) { return drawn(name) && !op.reads(name); }));
            }
        CHECK(count_of(picture, " shape=box ") == ops + 1);  // and the legend's
        CHECK(count_of(picture, " -> ") == arguments + count_of(picture, "lhead="));
        CHECK(std::count(picture.begin(), picture.end(), '{') == std::count(picture.begin(), picture.end(), '}'));
    }
    CHECK(to_dot(Program()).starts_with("digraph program {"));
}
