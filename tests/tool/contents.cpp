#include "json_check.hpp"
#include "run_tool.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fs = std::filesystem;
using support::golden;

TEST_CASE("inspect says why a program was refused, not that it was") {
    const auto bytes = support::read_file(golden("fluid18/readme/main.pdmodel"));
    for (const auto size : {bytes.size() - 1, bytes.size() / 2, std::size_t{20}}) {
        write_file("refused", std::string_view(bytes).substr(0, size));
        const auto done = wherry_tool({"inspect", "refused"});
        CHECK(done.status == 1);
        CHECK_MESSAGE(done.err.find("neither a program") == std::string::npos, done.err);
        CHECK_MESSAGE(done.err == wherry_tool({"dot", "refused"}).err, done.err);
    }
    write_file("refused", "\nno program at all");
    CHECK(wherry_tool({"inspect", "refused"}).err.find("neither a program nor tensors") != std::string::npos);
}

TEST_CASE("files of other kinds are named for what they are, with what to do") {
    const std::vector<std::pair<std::string, std::string>> table{
        {"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
         "found a git-lfs pointer, not the file itself: run git lfs pull"},
        {"<?xml version='1.0'?><!DOCTYPE html>", "found an HTML or XML page: the link shows the file, download the file itself"},
        {"\n\n<html><head>", "found an HTML or XML page: the link shows the file, download the file itself"},
        {"<!DOCTYPE html><html></html>", "found an HTML or XML page: the link shows the file, download the file itself"},
        {std::string("\x89HDF\r\n\x1a\n\0\0\0\0", 12), "found an HDF5 file (Keras?): save its arrays with numpy.savez"},
        {"\x89HDF\r\n\x1a\nxxxxxxxxxxxxxxxxxx", "found an HDF5 file (Keras?): save its arrays with numpy.savez"},
        {"\x08\x07\x12\x07pytorch:\x80\x01", "found an ONNX model: X2Paddle"},
    };
    for (const auto& [bytes, says] : table)
        for (const auto& arguments : std::vector<std::vector<std::string>>{{"inspect", "foreign"},
                                                                           {"convert", "foreign", fresh("foreign_out")},
                                                                           {"diff", "foreign", "foreign"},
                                                                           {"dot", "foreign"},
                                                                           {"run", "foreign", fresh("foreign_out")}}) {
            write_file("foreign", bytes);
            const auto done = wherry_tool(arguments);
            CHECK(done.status != 0);
            CHECK_MESSAGE(done.err.find(says) != std::string::npos, done.err);
        }
}

TEST_CASE("inspect shows a NumPy array") {
    const auto shown = wherry_tool({"inspect", golden("fluid18/readme/feed/img.npy")});
    CHECK(shown.status == 0);
    CHECK_MESSAGE(
        shown.out.find("img.npy: 18944 bytes, a NumPy array (.npy), 1 array\n  name  dtype    dims         bytes\n  img   float32  ") == 0,
        shown.out);
    const auto json = wherry_tool({"inspect", "--json", golden("fluid18/readme/feed/label.npy")});
    CHECK(json_check::is_valid(json.out));
    CHECK_MESSAGE(json.out.find(R"("kind":"npy","arrays":[{"name":"label")") != std::string::npos, json.out);
}

TEST_CASE("inspect leaves hidden folders out, and sums up what is not of a model") {
    const auto folder = fresh("repository");
    fs::create_directories(folder + "/.git/objects");
    write_file(folder + "/.git/objects/ab", "x");
    write_file(folder + "/LICENSE", "Apache\n");
    fs::copy(golden("fluid18/readme/start/fc_0.b_0"), folder + "/fc_0.b_0");
    const std::string held = "fc_0.b_0: 64 bytes, 1 tensor\n";
    const auto one = wherry_tool({"inspect", folder});
    CHECK_MESSAGE(one.out.starts_with("fc_0.b_0: "), one.out);
    CHECK_MESSAGE(one.out.ends_with("\n\n1 file is not of a model: LICENSE\n"), one.out);
    for (const auto* name : {"README.md", "a.py", "b.py", "c.py", "d.py"}) write_file(folder + "/" + name, "import os\n");
    write_file(folder + "/empty", "");
    const auto many = wherry_tool({"inspect", folder});
    CHECK_MESSAGE(many.out.ends_with("\n\n7 files are not of a model: LICENSE, README.md, a.py, b.py and 3 more\n"), many.out);
    const auto json = wherry_tool({"inspect", "--json", folder});
    CHECK(json_check::is_valid(json.out));
    CHECK(json.out.find(".git") == std::string::npos);
    CHECK(json.out.find(R"("file":"d.py","kind":"other")") != std::string::npos);
}
