// Standard input and output, and tar archives.
#include "run_tool.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace fs = std::filesystem;
using support::golden;

namespace {
const std::string readme = golden("fluid18/readme");

/// A shell's line; what it writes to standard output.
outcome shell(const std::string& line) {
    const int ended = std::system(("(" + line + ") >stdout.txt 2>stderr.txt").c_str());
    return {WIFEXITED(ended) ? WEXITSTATUS(ended) : -1, support::read_file("stdout.txt"), support::read_file("stderr.txt")};
}
const std::string tool = quoted(WHERRY_TOOL);

struct member {
    std::string name;
    std::string bytes;
    char type = '0';
    std::string link{};
};
/// An archive of our own making, so that it can be wrong in any way.
std::string tar_of(const std::vector<member>& members) {
    std::string made;
    for (const auto& one : members) {
        std::string header(512, '\0');
        header.replace(0, one.name.size(), one.name);
        std::array<char, 16> digits{};
        std::snprintf(digits.data(), digits.size(), "%011zo", one.bytes.size());
        header.replace(124, 11, digits.data());
        header[156] = one.type;
        header.replace(157, one.link.size(), one.link);
        header.replace(257, 8, std::string("ustar\00000", 8));
        header.replace(148, 8, "        ");
        unsigned sum = 0;
        for (const char c : header) sum += static_cast<unsigned char>(c);
        std::snprintf(digits.data(), digits.size(), "%06o", sum);
        header.replace(148, 7, std::string(digits.data()) + '\0');
        made += header + one.bytes + std::string((512 - one.bytes.size() % 512) % 512, '\0');
    }
    return made + std::string(1024, '\0');
}
const std::string program = support::read_file(readme + "/inference_combined/model");
const std::string params = support::read_file(readme + "/inference_combined/params");
std::vector<std::string> run(const std::string& model) {
    return {"run", model, fresh("tar_out"), "--feed", "img=" + readme + "/feed/img.npy", "--quiet"};
}
void check_runs(const std::string& archive) {
    MUST_SUCCEED(run(readme + "/inference"));
    const auto expected = support::read_file("tar_out/0.npy");
    MUST_SUCCEED(run(archive));
    CHECK(support::read_file("tar_out/0.npy") == expected);
}
std::string refusal(const std::string& bytes) {
    write_file("bad.tar", bytes);
    const auto done = wherry_tool({"inspect", "bad.tar"});
    CHECK(done.status == 1);
    CHECK(std::count(done.err.begin(), done.err.end(), '\n') == 1);
    CHECK_MESSAGE(done.err.find("bad.tar") != std::string::npos, done.err);
    return done.err;
}
}  // namespace

TEST_CASE("standard input is a file like any other, and output one too") {
    const auto params_file = quoted(readme + "/params.bin");
    const auto shown = shell(tool + " inspect - < " + params_file);
    CHECK(shown.status == 0);
    CHECK_MESSAGE(shown.out.starts_with("stdin: 31451 bytes, 2 tensors\n"), shown.out);
    const auto piped = shell(tool + " convert " + quoted(readme + "/main.pdmodel") + " - - --to npz < " + params_file + " | " + tool +
                             " convert - - --to safetensors | " + tool + " diff - " + quoted(readme + "/params"));
    CHECK_MESSAGE(piped.status == 0, piped.err);
    MUST_SUCCEED({"convert", readme + "/params", fresh("named"), "--out-filename", "all"});
    CHECK(shell(tool + " convert " + quoted(readme + "/params") + " - --to paddle").out == support::read_file("named/all"));
    CHECK(shell(tool + " dot - < " + quoted(readme + "/main.pdmodel")).out == wherry_tool({"dot", readme + "/main.pdmodel"}).out);
    MUST_SUCCEED({"embed", readme + "/inference", "--name", "net", "--out", "file.hpp"});
    CHECK(wherry_tool({"embed", readme + "/inference", "--name", "net", "--out", "-"}).out == support::read_file("file.hpp"));
    const auto fed =
        shell(tool + " run " + quoted(readme + "/inference") + " tar_out --quiet --feed img=- < " + quoted(readme + "/feed/img.npy"));
    CHECK_MESSAGE(fed.status == 0, fed.err);
    // what is wrong with it names it as it was given
    const auto wrong = shell("echo hello | " + tool + " inspect -");
    CHECK(wrong.status == 1);
    CHECK_MESSAGE(wrong.err.find("[file -, ") != std::string::npos, wrong.err);
    CHECK(wherry_tool({"diff", "-", "-"}).err.find("standard input is given twice") != std::string::npos);
    CHECK(wherry_tool({"convert", readme + "/params", "-"}).err.find("--to says which form standard output gets") != std::string::npos);
    CHECK(wherry_tool({"convert", readme + "/params", "-", "--to", "text"}).err.find("takes one file, not a folder") != std::string::npos);
    CHECK(wherry_tool({"embed", readme + "/inference", "--name", "n", "--out", "-", "--incbin"}).err.find("--incbin") != std::string::npos);
}

TEST_CASE("a tar archive is the folder of what it holds") {
    write_file("m.tar", tar_of({{"m/", "", '5'}, {"m/net", program}, {"m/weights", params}}));
    check_runs("m.tar");
    const auto shown = wherry_tool({"inspect", "m.tar"}).out;
    CHECK_MESSAGE(shown.find("net: ") == 0, shown);
    CHECK_MESSAGE(shown.find("weights: 31451 bytes, 2 tensors\n") != std::string::npos, shown);
    REQUIRE(std::system("gzip -kf m.tar") == 0);
    check_runs("m.tar.gz");
    check_runs("m.tar");
    MUST_SUCCEED({"embed", "m.tar", "--name", "net", "--out", "of_tar.hpp"});
    CHECK(shell(tool + " inspect - < m.tar").out == shown);

    // and within a folder, beside others
    fs::create_directories(fresh("some"));
    write_file("some/m.tar", tar_of({{"m/", "", '5'}, {"m/weights", params}}));
    write_file("some/readme", "words");
    const auto inside = wherry_tool({"inspect", "some"}).out;
    CHECK_MESSAGE(inside.find("m.tar/weights: 31451 bytes, 2 tensors\n") == 0, inside);
    CHECK_MESSAGE(inside.find("1 file is not of a model: readme\n") != std::string::npos, inside);
    write_file("some/out.tar", tar_of({{"../out", params}}));
    CHECK(wherry_tool({"inspect", "some"}).out.find("out.tar: not read: bad_name") != std::string::npos);
}

TEST_CASE("tar archives have long names in three ways") {
    const std::string deep = std::string(90, 'd') + "/" + std::string(90, 'e') + "/";
    const auto path = deep + "net";
    const auto line = [](const std::string& text) {
        auto size = text.size() + 3;
        while (std::to_string(size).size() + 1 + text.size() + 1 != size) ++size;
        return std::to_string(size) + " " + text + "\n";
    };
    write_file("pax.tar", tar_of({{"PaxHeader", line("mtime=1.5") + line("path=" + path), 'x'}, {"short", program}, {"weights", params}}));
    write_file("gnu.tar", tar_of({{"././@LongLink", path + '\0', 'L'}, {"short", program}, {"weights", params}}));
    for (const auto* file : {"pax.tar", "gnu.tar"}) CHECK(wherry_tool({"inspect", file}).out.find(path + ": ") != std::string::npos);
    if (std::system("tar --version >tar.txt 2>&1") == 0) {
        fs::create_directories(fresh("packed") + "/" + deep);
        write_file("packed/" + path, program);
        for (const auto* form : {"gnu", "pax", "ustar"}) {
            REQUIRE(std::system((std::string("tar --format=") + form + " -cf real.tar packed").c_str()) == 0);
            CHECK_MESSAGE(wherry_tool({"inspect", "real.tar"}).out.find("net: ") != std::string::npos, form);
        }
    }
}

TEST_CASE("nothing of an archive leaves its folder, and what is damaged is refused") {
    fs::create_directories(fresh("temporary"));
    setenv("TMPDIR", fs::absolute("temporary").c_str(), 1);
    for (const auto* name : {"../up", "/root", "a/../../b", "..", "a\\b", "C:x"})
        CHECK(refusal(tar_of({{name, "x"}})).find("bad_name: a tar member would be outside of the archive's folder") != std::string::npos);
    for (const char type : {'1', '2', '3', '6', 'S'})
        CHECK(refusal(tar_of({{"link", "", type, "/etc/passwd"}})).find("unsupported: a tar member is neither a file nor a folder") !=
              std::string::npos);
    CHECK(refusal(tar_of({{"a", "x"}, {"a", "y"}})).find("duplicate_name") != std::string::npos);
    CHECK(refusal(tar_of({{"a", "x"}, {"a/b", "y"}})).find("cannot_write") != std::string::npos);
    CHECK(refusal(tar_of({{"n", std::string(70'000, 'n'), 'L'}})).find("too_large") != std::string::npos);
    CHECK(refusal(tar_of({{"n", "20 size=18446744073709551616\n", 'x'}, {"a", "x"}})).find("bad.tar") != std::string::npos);
    auto bytes = tar_of({{"net", program}});
    CHECK(refusal(bytes.substr(0, 900)).find("truncated: a tar member goes on after the archive") != std::string::npos);
    bytes[0] = 'm';
    CHECK(refusal(bytes).find("bad_checksum") != std::string::npos);
    CHECK(!fs::exists("up"));
    unsetenv("TMPDIR");
    CHECK(fs::is_empty("temporary"));  // nothing is left over
}
