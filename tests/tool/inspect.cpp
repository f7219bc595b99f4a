// inspect's output about values, operators and widths.
#include "json_check.hpp"
#include "run_tool.hpp"

#include <wherry/format/npy.hpp>
#include <wherry/program/program.hpp>

#include <tool/value_stats.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstdlib>
#include <limits>
#include <span>
#include <string>
#include <string_view>

using support::golden;

namespace {
/// The tool, told how wide the terminal is.
outcome at_width(const char* columns, const std::vector<std::string>& arguments) {
    setenv("COLUMNS", columns, 1);
    auto done = wherry_tool(arguments);
    unsetenv("COLUMNS");
    return done;
}
}  // namespace

TEST_CASE("NaN is counted and in no other number") {
    const std::array values{1.0F, std::numeric_limits<float>::quiet_NaN(), -3.0F, 5.0F};
    tool::value_stats stats;
    stats.add(wherry::DType::FP32, std::as_bytes(std::span(values)));
    CHECK(stats.min == -3);
    CHECK(stats.max == 5);
    CHECK(stats.mean() == 1);
    CHECK(stats.count == 3);
    CHECK(stats.nan_count == 1);
}

TEST_CASE("inspect --stats shows values of every form, the same") {
    const std::array<float, 4> values{0.5F, std::numeric_limits<float>::quiet_NaN(), -3, 4};
    const auto header = wherry::npy::header_bytes(wherry::DType::FP32, {4});
    write_file("v.npy", header + std::string(reinterpret_cast<const char*>(values.data()), sizeof values));
    const auto shown = wherry_tool({"inspect", "--stats", "v.npy"});
    CHECK_MESSAGE(
        shown.out.find("  name  dtype    dims  bytes  min  max  mean  NaN\n  v     float32  [4]      16   -3    4   0.5    1\n") !=
            std::string::npos,
        shown.out);
    const auto json = wherry_tool({"inspect", "--stats", "--json", "v.npy"});
    CHECK(json_check::is_valid(json.out));
    CHECK_MESSAGE(json.out.find(R"("min":-3,"max":4,"mean":0.5,"nan_count":1)") != std::string::npos, json.out);

    const auto stats_in = [](const std::string& file) {
        const auto out = wherry_tool({"inspect", "--stats", "--json", file}).out;
        CHECK(json_check::is_valid(out));
        const auto at = out.find("\"min\":", out.find("\"name\":\"fc_0.w_0\""));
        return at == std::string::npos ? std::string() : out.substr(at, out.find('}', at) - at).substr(0, 60);
    };
    const auto expected = stats_in(golden("fluid18/readme/params/fc_0.w_0"));
    CHECK(!expected.empty());
    MUST_SUCCEED({"convert", golden("fluid18/readme/params"), fresh("stats.npz")});
    CHECK(stats_in("stats.npz").substr(0, 30) == expected.substr(0, 30));
    MUST_SUCCEED({"convert", golden("fluid18/readme/params"), fresh("stats_gz"), "--gzip"});
    CHECK(stats_in("stats_gz/fc_0.w_0").substr(0, 30) == expected.substr(0, 30));
}

TEST_CASE("inspect sums up: arrays of a file, variables of a program, all of a folder") {
    CHECK(wherry_tool({"inspect", golden("fluid18/readme/main.pdmodel")}).out.find("\n  in all 2 persistables, 7850 elements, 31.4 kB\n") !=
          std::string::npos);
    CHECK(wherry_tool({"inspect", golden("fluid18/readme/params")}).out.ends_with("\n\nin all 2 arrays, 7850 elements, 31.4 kB\n"));
}

TEST_CASE("inspect marks operators that cannot be run, and lists them") {
    wherry::Program program;
    wherry::wire::OpDesc<> op;
    for (const auto* type : {"relu", "no_such_operator", "no_such_operator", "another"}) {
        op.type = type;
        program.global_block().append_op(op);
    }
    write_file("marked.pdmodel", program.serialize_to_string());
    const auto text = wherry_tool({"inspect", "marked.pdmodel"}).out;
    CHECK_MESSAGE(text.find("  0 relu\n  1 no_such_operator  (cannot be run here)\n") != std::string::npos, text);
    CHECK_MESSAGE(text.ends_with("  cannot be run here: another, no_such_operator (2 times)\n"), text);
    const auto json = wherry_tool({"inspect", "--json", "marked.pdmodel"}).out;
    CHECK(json_check::is_valid(json));
    CHECK(json.find(R"({"type":"another","runs":false)") != std::string::npos);
    CHECK(json.find(R"({"type":"relu","inputs")") != std::string::npos);
}

TEST_CASE("inspect fits the width of the terminal, and cuts nothing for others") {
    const auto file = golden("paddle26/classifier_adam/main.pdmodel");
    const auto whole = wherry_tool({"inspect", file}).out;
    for (const auto* columns : {"80", "200"}) {
        const auto shown = at_width(columns, {"inspect", file}).out;
        CHECK(std::count(shown.begin(), shown.end(), '\n') == std::count(whole.begin(), whole.end(), '\n'));
        bool cut = false;
        for (std::size_t at = 0; at < shown.size();) {
            const auto end = shown.find('\n', at);
            CHECK(end - at <= std::stoul(columns));
            cut = cut || shown.substr(at, end - at).ends_with("...");
            at = end + 1;
        }
        CHECK(cut);
    }
    CHECK(at_width("none", {"inspect", file}).out == whole);
}
