#include "run_tool.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>

using support::golden;

TEST_CASE("dot draws a program, to standard output or into a file") {
    const auto drawn = wherry_tool({"dot", golden("fluid18_inference/loop/main.pdmodel")});
    CHECK(drawn.status == 0);
    CHECK(drawn.out.starts_with("digraph program {\n"));
    CHECK(drawn.out.ends_with("}\n"));
    CHECK(drawn.out.find("subgraph cluster_1 {\n    label=\"block 1\"") != std::string::npos);
    CHECK(drawn.out.find("lhead=cluster_1") != std::string::npos);
    const auto file = fresh("loop.dot");
    const auto written = wherry_tool({"dot", golden("fluid18_inference/loop/main.pdmodel"), "-o", file});
    CHECK(written.status == 0);
    CHECK_MESSAGE(without_times(written.out) == "drew 17 operators in T: loop.dot\n", written.out);
    CHECK(wherry_tool({"dot", golden("fluid18_inference/loop/main.pdmodel"), "-o", file, "--quiet"}).out.empty());
    CHECK(support::read_file(file) == drawn.out);
}

TEST_CASE("dot draws every golden program, and Paddle 3's") {
    for (const auto& file : support::golden_programs()) {
        CAPTURE(file);
        CHECK(wherry_tool({"dot", golden(file)}).status == 0);
    }
    const auto drawn = wherry_tool({"dot", golden("paddle33/classifier/inference.json")});
    CHECK(drawn.status == 0);
    CHECK(drawn.out.find("shape=hexagon style=filled") != std::string::npos);
}

TEST_CASE("dot --compact draws operators alone, as to_compact_dot does") {
    const auto drawn = wherry_tool({"dot", golden("fluid18/readme/inference/__model__"), "--compact"});
    CHECK(drawn.status == 0);
    CHECK_MESSAGE(drawn.out.find("\"mul\\nY [784, 10]\" shape=box") != std::string::npos, drawn.out);
    CHECK(drawn.out.find("op0_1 -> op0_2 [label=\"[-1, 10]\"];\n") != std::string::npos);
    CHECK(drawn.out.find("legend") == std::string::npos);
    const auto file = fresh("compact.svg");
    const auto picture = wherry_tool({"dot", golden("fluid18/readme/inference/__model__"), "--compact", "-o", file});
    if (picture.status == 0) CHECK(support::read_file(file).find(">[&#45;1, 10]<") != std::string::npos);
    else CHECK(picture.err.find("dot is not installed") != std::string::npos);
}

TEST_CASE("dot says in one line what it cannot draw, and writes nothing") {
    const auto out = fresh("no.dot");
    for (const auto& file : {golden("fluid18/readme/persistables.bin"), golden("fluid18/readme/feed/img.npy"), std::string("nowhere")}) {
        const auto done = wherry_tool({"dot", file, "-o", out});
        CHECK(done.status == 1);
        CHECK(std::count(done.err.begin(), done.err.end(), '\n') == 1);
        CHECK(!std::filesystem::exists(out));
    }
}
