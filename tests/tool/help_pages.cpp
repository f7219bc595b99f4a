// The man page and the completions, made of the command's own help.
#include "run_tool.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

using support::golden;

namespace {
bool is_there(const std::string& program) { return std::system(("command -v " + program + " >program.txt 2>&1").c_str()) == 0; }

/// What a real bash completes for words.
std::string completed(const std::string& words) {
    write_file("complete.bash", "source ./wherry.bash\nCOMP_WORDS=(" + words +
                                    ")\nCOMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n_wherry\necho \"${COMPREPLY[*]}\"\n");
    REQUIRE(std::system("bash complete.bash >completed.txt 2>&1") == 0);
    return support::read_file("completed.txt");
}
}  // namespace

TEST_CASE("completions are those of the command, in a real bash") {
    const auto made = wherry_tool({"help", "--completion", "bash"});
    REQUIRE(made.status == 0);
    write_file("wherry.bash", made.out);
    CHECK(completed("wherry ins") == "inspect\n");
    CHECK(completed("wherry d") == "diff dot\n");
    CHECK(completed("wherry inspect --s") == "--stats\n");
    CHECK(completed("wherry run --") ==
          "--help --feed --fetch --lod --model-file --params-file --threads --as-written --profile --trace --quiet --memory\n");
    CHECK(completed("wherry help tr") == "train\n");
    CHECK(completed("wherry inspect fi") == "\n");  // files are bash's own business
}

TEST_CASE("every shell gets every command and option") {
    const auto help = wherry_tool({"convert", "--help"}).out;
    CHECK(help.find("--transpose") != std::string::npos);
    for (const auto* shell : {"bash", "zsh", "fish"}) {
        const auto made = wherry_tool({"help", "--completion", shell});
        CHECK(made.status == 0);
        for (const auto* word : {"inspect", "convert", "diff", "dot", "infer-model", "run", "embed", "train", "transpose", "quiet", "lod"})
            CHECK_MESSAGE(made.out.find(word) != std::string::npos, shell << " " << word);
        if (!is_there(shell)) continue;
        write_file("completion", made.out);
        CHECK_MESSAGE(std::system((std::string(shell) + " -n completion").c_str()) == 0, shell);
    }
    for (const auto& wrong : std::vector<std::vector<std::string>>{
             {"help", "--completion"}, {"help", "--completion", "tcsh"}, {"help", "--frobnicate"}, {"help", "--man", "x"}}) {
        const auto done = wherry_tool(wrong);
        CHECK(done.status == 1);
        CHECK(std::count(done.err.begin(), done.err.end(), '\n') == 1);
    }
}

TEST_CASE("the man page names every command and renders without a warning") {
    const auto page = wherry_tool({"help", "--man"});
    CHECK(page.status == 0);
    for (const std::string word : {"wherry infer\\-model", ".B \\-\\-transpose NAME", "EXIT STATUS"})
        CHECK_MESSAGE(page.out.find(word) != std::string::npos, word);
    write_file("wherry.1", page.out);
    if (!is_there("groff")) {
        MESSAGE("skipped: there is no groff");
        return;
    }
    REQUIRE(std::system("groff -man -ww -Tutf8 wherry.1 >page.txt 2>warnings.txt") == 0);
    CHECK_MESSAGE(support::read_file("warnings.txt").empty(), support::read_file("warnings.txt"));
}

TEST_CASE("dot lets Graphviz draw, where it is there") {
    const auto file = fresh("it's.svg");
    const auto done = wherry_tool({"dot", golden("fluid18/readme/main.pdmodel"), "-o", file});
    if (!is_there("dot")) {
        CHECK(done.err.find("dot is not installed") != std::string::npos);
        return;
    }
    CHECK_MESSAGE(done.status == 0, done.err);
    CHECK(support::read_file(file).find("<svg") != std::string::npos);
    const auto wrong = wherry_tool({"dot", golden("fluid18/readme/main.pdmodel"), "-o", "no/such/folder/a.svg"});
    CHECK(wrong.status == 1);
    CHECK(wrong.err.find("cannot_write: the command dot of Graphviz failed") != std::string::npos);
    CHECK(std::count(wrong.err.begin(), wrong.err.end(), '\n') == 1);
    // without Graphviz that is said, and nothing is left
    const auto line = "PATH=/nowhere " + quoted(WHERRY_TOOL) + " dot " + quoted(golden("fluid18/readme/main.pdmodel")) + " -o " +
                      fresh("none.svg") + " 2>none.txt";
    CHECK(std::system(line.c_str()) != 0);
    CHECK_MESSAGE(support::read_file("none.txt").find("its command dot is not installed") != std::string::npos,
                  support::read_file("none.txt"));
    CHECK(!std::filesystem::exists("none.svg"));
}
