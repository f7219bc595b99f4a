// The block of README.md that shows the commands, against what `wherry COMMAND --help` says.
#include "run_tool.hpp"

#include <support/readme.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace {
using words = std::set<std::string>;

/// "--json" and "-o": every option of a text.
words options_in(std::string_view text) {
    words found;
    for (std::size_t at = 1; at < text.size(); ++at) {
        if (text[at] != '-' || std::string_view(" [,").find(text[at - 1]) == std::string_view::npos) continue;
        const auto end = text.find_first_not_of("-abcdefghijklmnopqrstuvwxyz0123456789", at);
        auto option = std::string(text.substr(at, end - at));
        if (option.find_first_not_of('-') != std::string::npos) found.insert(std::move(option));
    }
    return found;
}

/// The README's text about each command, several lines as one.
std::map<std::string, std::string> told_commands() {
    const auto text = support::readme();
    auto block = "\n" + std::string(support::between(text, "```sh\nwherry inspect", "```\n"));
    block.insert(1, "wherry inspect");
    std::map<std::string, std::string> told;
    for (auto at = block.find("\nwherry "); at != std::string::npos;) {
        const auto next = block.find("\nwherry ", at + 1);
        const auto line = block.substr(at + 8, next == std::string::npos ? next : next - at - 8);
        told[line.substr(0, line.find(' '))] += line;
        at = next;
    }
    return told;
}
}  // namespace

TEST_CASE("the README shows every command and every option, and no other") {
    const auto told = told_commands();
    const auto general = wherry_tool({"--help"}).out;
    const auto listed = std::string(support::between(general, "Commands:\n", "\n\n"));
    for (const auto& [command, text] : told) CHECK_MESSAGE(listed.find("  " + command + " ") != std::string::npos, command);
    std::size_t count = 0;
    for (std::size_t at = 0; at != std::string::npos; at = listed.find('\n', at + 1)) {
        const auto line = listed.substr(at == 0 ? 0 : at + 1);
        count += line.size() > 2 && line.starts_with("  ") && line[2] != ' ' ? 1U : 0U;
    }
    CHECK(count == told.size());
    for (const auto& [command, text] : told) {
        CAPTURE(command);
        const auto help = wherry_tool({command, "--help"}).out;
        auto there = options_in(support::between(help + "\n", "Options:\n", "\n\n"));
        there.erase("-h");
        there.erase("--help");
        if (there.erase("-o") == 1) there.erase("--out"), there.insert("-o");
        const auto shown = options_in(text);
        for (const auto& option : shown) CHECK_MESSAGE(there.contains(option), option << " is not an option");
        for (const auto& option : there) CHECK_MESSAGE(shown.contains(option), option << " is not in the README");
    }
}

TEST_CASE("help fits the terminal, in lines of at most 100 columns, and says what must be given") {
    for (const auto most : {64U, 80U, 200U}) {
        CAPTURE(most);
        setenv("COLUMNS", std::to_string(most).c_str(), 1);
        const auto help = wherry_tool({"help", "convert"}).out;
        unsetenv("COLUMNS");
        std::size_t widest = 0;
        for (std::size_t at = 0; at < help.size(); at = help.find('\n', at) + 1) widest = std::max(widest, help.find('\n', at) - at);
        CHECK(widest <= std::min(most, 100U));
        CHECK(widest + 12 > std::min(most, 100U));
        CHECK(help.find("Usage: wherry convert [OPTIONS] [PROGRAM] IN OUT\n") != std::string::npos);
    }
    const auto train = wherry_tool({"train", "-h"}).out;
    CHECK(train == wherry_tool({"help", "train"}).out);
    CHECK_MESSAGE(train.find("\n  --steps N                 How often the program runs (required)\n") != std::string::npos, train);
    CHECK(wherry_tool({"help", "bench"}).out.find("(without it: 20)\n") != std::string::npos);
}

TEST_CASE("an option that a command does not have is named, and so is the range of a number") {
    const auto told = wherry_tool({"convert", "--batch", "4", "a", "b", "c"});
    CHECK(told.status == 1);
    CHECK(told.err == "wherry: wherry convert has no option --batch; wherry help convert says what it takes\n");
    CHECK(wherry_tool({"diff", "--bath=4", "a", "b"}).err.starts_with("wherry: wherry diff has no option --bath; "));
    const auto batch = wherry_tool({"infer-model", "a", "b", "c", "--batch", "0"});
    CHECK(batch.status == 1);
    CHECK_MESSAGE(batch.err.starts_with("wherry: --batch: Value 0 not in range "), batch.err);
    CHECK_MESSAGE(batch.err.find("2147483647") != std::string::npos, batch.err);
}
