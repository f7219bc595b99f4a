// What the commands print, word by word, in outputs.txt: without a terminal, and on terminals of 80 and 200 columns. A change there is
// read as a user would: is every line worth its place? WHERRY_WRITE_OUTPUTS=FILE writes the file anew.
#include "run_tool.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fs = std::filesystem;
using support::golden;

namespace {
const std::vector<std::string> train = {"train",  "readme/main.pdmodel",    "losses", "--persistables", "readme/start",
                                        "--feed", "img=readme/feed/img.npy"};
const std::vector<std::vector<std::string>> shown_commands = {
    {},
    {"help", "train"},
    {"inspect", "readme/main.pdmodel"},
    {"inspect", "--stats", "readme/params"},
    {"inspect", "readme/params.bin"},
    {"convert", "readme/params", "readme.npz"},
    {"convert", "readme/main.pdmodel", "readme.npz", "folder", "--program-out", "copy.pdmodel"},
    {"inspect", "readme.npz"},
    {"diff", "readme/params", "readme.npz"},
    {"diff", "readme/params", "readme/feed/img.npy"},
    {"run", "readme/inference", "out", "--feed", "img=readme/feed/img.npy"},
    {"run", "readme/inference", "out"},
    {"run", "readme/inference", "out", "--feed", "img=readme/feed/label.npy"},
    {"infer-model", "readme/main.pdmodel", "readme/params", "model", "--feed-names", "img", "--targets", "fc_0.tmp_2"},
    {"embed", "digits", "--name", "digits", "--out", "digits.hpp"},
    {"embed", "digits", "--name", "int", "--out", "digits.hpp"},
    {"dot", "readme/inference/__model__", "--compact"},
    {"dot", "readme/inference/__model__", "-o", "picture.dot"},
    {"bench", "readme/inference", "--feed", "img=readme/feed/img.npy"},
    train + std::vector<std::string>{"label=readme/feed/label.npy", "--fetch", "mean_0.tmp_0", "--steps", "3", "--save", "trained"},
    train + std::vector<std::string>{"--fetch", "mean_0.tmp_0", "--steps", "3"},
    {"clean", "trained"},
    {"inspekt", "readme"},
    {"inspect"},
    {"inspect", "nowhere"},
};

/// Standard output, then standard error, as a terminal has them where nothing goes wrong in between.
std::string without_terminal(const std::vector<std::string>& arguments) {
    const auto done = wherry_tool(arguments);
    return done.out + done.err;
}
/// Times as T, and the memory that bench tells.
std::string masked(const std::string& text) {
    auto made = without_times(text);
    const std::string_view memory = "memory  ";
    if (const auto at = made.find(memory); at != std::string::npos)
        made.replace(at + memory.size(), made.find(" at most", at) - at - memory.size(), "M");
    return made;
}
std::string outputs() {
    std::string made;
    for (const auto& arguments : shown_commands) {
        std::string line = "$ wherry";
        for (const auto& argument : arguments) line += " " + argument;
        const std::pair<const char*, std::string> seen[] = {{"no terminal", masked(without_terminal(arguments))},
                                                            {"80 columns", masked(on_terminal(80, arguments))},
                                                            {"200 columns", masked(on_terminal(200, arguments))}};
        made += "\n" + line + "\n";
        const std::string* last = nullptr;
        for (const auto& one : seen) {
            const bool same = last != nullptr && one.second == *last;
            made += "==== " + std::string(one.first) + (same ? ": the same\n" : "\n" + one.second);
            last = &one.second;
        }
    }
    return made;
}
bool has_script() { return std::system("command -v script >which.txt 2>&1 && command -v stty >which.txt 2>&1") == 0; }
}  // namespace

TEST_CASE("outputs of the command, word by word, with and without a terminal") {
    if (!has_script()) return;
    const auto here = fs::current_path();
    fs::remove_all("outputs");
    fs::create_directories("outputs");
    fs::current_path("outputs");
    fs::copy(golden("fluid18/readme"), "readme", fs::copy_options::recursive);
    fs::copy(golden("embed/digits"), "digits", fs::copy_options::recursive);
    const auto seen = outputs();
    fs::current_path(here);
    if (const char* to = std::getenv("WHERRY_WRITE_OUTPUTS"); to != nullptr) write_file(to, seen);
    const auto expected = support::read_file(golden("../tool/outputs.txt"));
    std::size_t line = 1;
    std::size_t at = 0;
    while (at < seen.size() && at < expected.size() && seen[at] == expected[at]) line += seen[at++] == '\n' ? 1U : 0U;
    const auto from = seen.rfind('\n', at == 0 ? 0 : at - 1);
    const auto first = from == std::string::npos ? 0 : from + 1;
    CHECK_MESSAGE(seen == expected, "outputs.txt, line " << line << " is now: " << seen.substr(first, seen.find('\n', at) - first));
}

TEST_CASE("what takes longer than a second draws a bar, on a terminal alone, and takes it away") {
    if (!has_script()) return;
    const std::vector<std::string> bench{"bench", golden("fluid18/readme/inference"), "--feed",
                                         "img=" + golden("fluid18/readme/feed/img.npy"), "--runs"};
    std::string seen;
    int runs = 20'000;
    for (; seen.find("[#") == std::string::npos && runs < 20'000'000; runs *= 3)
        seen = on_terminal(80, bench + std::vector{std::to_string(runs)});
    CHECK_MESSAGE(seen.find("] ") != std::string::npos, seen);
    const auto cleared = seen.rfind("\r\x1b[K");
    REQUIRE(cleared != std::string::npos);
    CHECK(seen.find("first run") > cleared);
    CHECK(seen.find('\n') > cleared);  // a bar is no line
    const auto elsewhere = wherry_tool(bench + std::vector{std::to_string(runs / 3)});
    CHECK(elsewhere.err.empty());
    CHECK(elsewhere.out.starts_with("first run"));
}
