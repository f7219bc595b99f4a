#include <doctest/doctest.h>

#include <support/golden.hpp>
#include <support/small_program.hpp>

#include <wherry/program/dot_compact.hpp>

#include <cstddef>
#include <string>
#include <string_view>

using namespace wherry;

namespace {
std::size_t arrows_in(std::string_view text, std::string_view part = " -> ") {
    std::size_t n = 0;
    for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + part.size())) ++n;
    return n;
}
}  // namespace

TEST_CASE("the compact picture of a model is its operators and the dims of what goes between them") {
    const auto program = *Program::parse_from_string(support::read_file(support::golden("fluid18/readme/main.pdmodel")));
    CHECK(to_compact_dot(program) == R"--(digraph program {
  compound=true;
  rankdir=TB;
  node [fontname="Helvetica" fontsize=11];
  edge [fontname="Helvetica" fontsize=9];
  in0 [label="img\n[-1, 28, 28]" shape=box style="rounded,filled" fillcolor="#ffffff"];
  op0_0 [label="mul\nY [784, 10]" shape=box style=filled fillcolor="#c7d8f0"];
  op0_1 [label="elementwise_add\naxis=1\nY [10]" shape=box style=filled fillcolor="#c7d8f0"];
  op0_2 [label="softmax\naxis=-1" shape=box style=filled fillcolor="#c7d8f0"];
  in1 [label="label\nint64 [-1, 1]" shape=box style="rounded,filled" fillcolor="#ffffff"];
  op0_3 [label="cross_entropy2" shape=box style=filled fillcolor="#c7d8f0"];
  op0_4 [label="mean" shape=box style=filled fillcolor="#c7d8f0"];
  in0 -> op0_0;
  op0_0 -> op0_1 [label="[-1, 10]"];
  op0_1 -> op0_2 [label="[-1, 10]"];
  in1 -> op0_3;
  op0_2 -> op0_3 [label="[-1, 10]"];
  op0_3 -> op0_4 [label="[-1, 1]"];
}
)--");
}

TEST_CASE("what is read is what the last operator before it wrote") {
    support::small_program made;
    made.var("x", {2}).var("w", {2}, DType::FP32, true);
    made.op("feed", {}, {{"Out", {"x"}}}).op("relu", {{"X", {"x"}}}, {{"Out", {"x"}}}).op("scale", {{"X", {"x"}}}, {{"Out", {"x"}}});
    made.op("sgd", {{"Param", {"w"}}, {"Grad", {"x"}}}, {{"ParamOut", {"w"}}}).op("mean", {{"X", {"w"}}}, {{"Out", {"y"}}});
    made.op("fetch", {{"X", {"x"}}}, {{"Out", {"fetch"}}});
    const auto picture = to_compact_dot(made.program);
    CAPTURE(picture);
    for (const auto* arrow : {"op0_0 -> op0_1;", "op0_1 -> op0_2 [label=\"[2]\"];", "op0_2 -> op0_3 [label=\"[2]\"];",
                              "op0_3 -> op0_4 [label=\"[2]\"];", "op0_2 -> op0_5;"})
        CHECK(picture.find(arrow) != std::string::npos);
    CHECK(arrows_in(picture) == 5);
    CHECK(picture.find(R"(op0_3 [label="sgd\nParam [2]")") != std::string::npos);
    CHECK(picture.find(R"(op0_0 [label="x\n[2]" shape=box style="rounded)") != std::string::npos);
    CHECK(picture.find(R"(op0_5 [label="x\n[2]" shape=box style="rounded)") != std::string::npos);
}

TEST_CASE("blocks are frames, and an arrow from outside leads into them") {
    const auto loop =
        to_compact_dot(*Program::parse_from_string(support::read_file(support::golden("fluid18_inference/loop/main.pdmodel"))));
    CAPTURE(loop);
    CHECK(arrows_in(loop, "subgraph cluster_1 {") == 1);
    CHECK(arrows_in(loop, "style=dashed lhead=cluster_1]") == 1);
}

TEST_CASE("no arrow leads upwards in any golden program, and names say nothing in Graphviz's language") {
    for (const auto& file : support::golden_programs()) {
        CAPTURE(file);
        const auto picture = to_compact_dot(*Program::parse_from_string(support::read_file(support::golden(file))));
        for (auto at = picture.find("  op"); at != std::string::npos; at = picture.find("\n  op", at + 1)) {
            const auto line = picture.substr(at, picture.find('\n', at + 1) - at);
            const auto arrow = line.find(" -> op");
            const auto from = line.find("op");
            if (arrow == std::string::npos) continue;
            const auto number = [&](std::size_t of) { return std::stoul(line.substr(line.find('_', of) + 1)); };
            const auto block = [&](std::size_t of) { return std::stoul(line.substr(of + 2)); };
            if (block(from) == block(arrow + 4)) CHECK(number(from) < number(arrow));
        }
    }
    support::small_program made;
    made.var("a\"];evil[\"", {1}).op("op\"x", {{"X", {"a\"];evil[\""}}}, {});
    const auto picture = to_compact_dot(made.program);
    CHECK(picture.find(R"(label="a\"];evil[\"\n[1]")") != std::string::npos);
    CHECK(picture.find(R"(label="op\"x")") != std::string::npos);
    CHECK(to_compact_dot(Program()).starts_with("digraph program {"));
}
