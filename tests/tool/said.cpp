// Reports of the commands.
#include "run_tool.hpp"

#include <wherry/program/program.hpp>

#include <tool/said.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

namespace fs = std::filesystem;
using support::golden;

namespace {
const std::string readme = golden("fluid18/readme");
const std::vector<std::string> img{"--feed", "img=" + readme + "/feed/img.npy"};

/// Standard output with each time as T.
std::string said_by(const std::vector<std::string>& arguments) {
    const auto done = wherry_tool(arguments);
    REQUIRE_MESSAGE(done.status == 0, done.err);
    CHECK(done.err.empty());
    return without_times(done.out);
}
}  // namespace

TEST_CASE("sizes and times have three digits and a unit") {
    using tool::size_text;
    using tool::time_text;
    CHECK(size_text(0) == "0 bytes");
    CHECK(size_text(1) == "1 byte");
    CHECK(size_text(999) == "999 bytes");
    CHECK(size_text(1000) == "1.00 kB");
    CHECK(size_text(31400) == "31.4 kB");
    CHECK(size_text(999'499) == "999 kB");
    CHECK(size_text(999'500) == "1.00 MB");
    CHECK(size_text(123'456'789) == "123 MB");
    CHECK(size_text(2'000'000'000) == "2.00 GB");
    CHECK(time_text(0.0000012) == "1.20 us");
    CHECK(time_text(0.00025) == "250 us");
    CHECK(time_text(0.0009996) == "1.00 ms");
    CHECK(time_text(0.9994) == "999 ms");
    CHECK(time_text(0.9996) == "1.00 s");
    CHECK(time_text(75) == "75.0 s");
}

TEST_CASE("convert says what it wrote") {
    CHECK(said_by({"convert", readme + "/params", fresh("a.npz")}) == "wrote 2 arrays, 31.4 kB, as npz in T: a.npz\n");
    CHECK(said_by({"convert", readme + "/main.pdmodel", "a.npz", fresh("folder"), "--program-out", "main.pdmodel"}) ==
          "wrote 2 arrays, 31.4 kB, as paddle in T: folder\nwrote the program: main.pdmodel\n");
    CHECK(said_by({"convert", readme + "/params", fresh("a.npz"), "--quiet"}).empty());
}

TEST_CASE("the ending of a file's name is its form") {
    const std::string folder = fresh("endings");
    fs::create_directories(folder);
    for (const auto& [file, form] :
         {std::pair{"a.npz", "npz"}, {"a.safetensors", "safetensors"}, {"a.pdparams", "pickle"}, {"a.pdopt", "pickle"}}) {
        MUST_SUCCEED({"convert", readme + "/params", folder + "/" + file});
        CHECK(wherry_tool({"inspect", "--json", folder + "/" + file}).out.find("\"kind\":\"" + std::string(form)) != std::string::npos);
        MUST_SUCCEED({"convert", folder + "/" + file, fresh("of_ending")});
        CHECK(files_beneath("of_ending") == files_beneath(readme + "/params"));
    }
    MUST_SUCCEED({"convert", readme + "/params", folder + "/deep/a.pdiparams"});
    CHECK(support::read_file(folder + "/deep/a.pdiparams") == support::read_file(readme + "/params.bin"));
    MUST_SUCCEED({"convert", readme + "/params", folder + "/A.NPZ"});
    CHECK(wherry_tool({"inspect", "--json", folder + "/A.NPZ"}).out.find("\"kind\":\"npz") != std::string::npos);
    for (const std::string file : {"a.onnx", "a.dat", "a.pdmodel", "a.npx"}) {
        const auto refused = wherry_tool({"convert", readme + "/params", fresh(file)});
        CHECK(refused.status == 1);
        CHECK_MESSAGE(refused.err.find("the ending of OUT names no form that is written here; --to says which is meant") !=
                          std::string::npos,
                      refused.err);
        CHECK(!fs::exists(file));
        MUST_SUCCEED({"convert", readme + "/params", fresh(file), "--to", "paddle"});
    }
    MUST_SUCCEED({"convert", readme + "/params", fresh("v1.5")});  // a folder
    CHECK(files_beneath("v1.5") == files_beneath(readme + "/params"));
    MUST_SUCCEED({"convert", readme + "/params", fresh("named.npz"), "--to", "safetensors"});  // --to counts more
    CHECK(wherry_tool({"inspect", "named.npz"}).out.find("safetensors") != std::string::npos);
}

TEST_CASE("run says what it wrote, and fetches values between the layers") {
    const std::vector<std::string> run{"run", readme + "/inference", "said_out"};
    CHECK(said_by(run + img) == "  file   variable                        dtype    dims     bytes\n"
                                "  0.npy  save_infer_model/scale_0.tmp_0  float32  [6, 10]    240\n"
                                "ran in T, wrote 1 array, 240 bytes\n");
    CHECK(said_by(run + img + std::vector<std::string>{"--quiet"}).empty());
    fresh("said_out");
    CHECK(said_by(run + img + std::vector<std::string>{"--fetch", "fc_0.tmp_1,img"}) == "  file   variable    dtype    dims         bytes\n"
                                                                                        "  0.npy  fc_0.tmp_1  float32  [6, 10]        240\n"
                                                                                        "  1.npy  img         float32  [6, 28, 28]  18816\n"
                                                                                        "ran in T, wrote 2 arrays, 19.1 kB\n");
    CHECK(support::read_file("said_out/1.npy") == support::read_file(readme + "/feed/img.npy"));
}

TEST_CASE("an output with LoD has the offsets of its last level beside it") {
    fresh("said_out");
    const std::vector<std::string> run{"run", readme + "/inference", "said_out", "--fetch", "img", "--lod", "img=0,2,2,6"};
    CHECK(said_by(run + img) == "  file       variable      dtype    dims         bytes\n"
                                "  0.lod.npy  img, its LoD  int64    [4]             32\n"
                                "  0.npy      img           float32  [6, 28, 28]  18816\n"
                                "ran in T, wrote 2 arrays, 18.8 kB\n");
    const auto offsets = support::load_npy("said_out/0.lod.npy");
    const std::vector<std::int64_t> expected{0, 2, 2, 6};
    CHECK(std::equal(expected.begin(), expected.end(), offsets.elements<std::int64_t>().begin()));
    const std::vector<std::string> levels{"run",   readme + "/inference", "said_out", "--fetch",    "img",
                                          "--lod", "img=0,1,3",           "--lod",    "img=0,2,2,6"};
    MUST_SUCCEED(levels + img);
}

TEST_CASE("train says its losses and the time of a step") {
    const std::vector<std::string> train{
        "train",   readme + "/main.pdmodel", fresh("said_out"), "--persistables", readme + "/start",
        "--fetch", "mean_0.tmp_0",           "fc_0.tmp_1",      "--feed",         "label=" + readme + "/feed/label.npy"};
    const auto more = [&](const char* steps) { return train + std::vector<std::string>{img[1], "--steps", steps}; };
    const auto few = said_by(more("10"));
    CHECK_MESSAGE(few.starts_with("step  1  mean_0.tmp_0 "), few);
    CHECK_MESSAGE(few.find("  fc_0.tmp_1 [6, 10]  T\nstep  2  ") != std::string::npos, few);
    CHECK_MESSAGE(few.ends_with("\nran 10 steps in T, wrote 2 arrays, 2.44 kB: said_out\n"), few);
    CHECK(std::count(few.begin(), few.end(), '\n') == 11);
    const auto many = said_by(more("200"));
    CHECK(std::count(many.begin(), many.end(), '\n') == 22);
    CHECK_MESSAGE(many.find("\nstep  10  ") != std::string::npos, many);
    CHECK_MESSAGE(many.find("\nstep 200  ") != std::string::npos, many);
    CHECK(said_by(more("3") + std::vector<std::string>{"--quiet"}).empty());
    CHECK(said_by(more("1") + std::vector<std::string>{"--save", "said_out/save"}).ends_with("\nsaved 2 variables: said_out/save\n"));
}

TEST_CASE("embed says what a board needs, and writes it into the header") {
    const auto said = said_by({"embed", golden("embed/digits"), "--name", "digits", "--out", "said.hpp"});
    const std::string needs = "input  pixels  float32 [1, 64]\n"
                              "output save_infer_model/scale_0.tmp_6  float32 [1, 10]\n"
                              "RAM    256 bytes between the layers, beside inputs and outputs\n"
                              "flash  19240 bytes of parameters, beside the code\n"
                              "MACs   4736 in one inference\n";
    CHECK(said == needs + "wrote  said.hpp\n");
    auto comment = "// " + needs;
    for (auto at = comment.find('\n'); at + 1 < comment.size(); at = comment.find('\n', at + 1)) comment.insert(at + 1, "// ");
    CHECK(support::read_file("said.hpp").starts_with("// Written by `wherry embed`.\n" + comment + "#ifndef DIGITS_MODEL_HPP\n"));
    CHECK(said_by({"embed", golden("embed/digits"), "--name", "digits", "--out", "said.hpp", "--quiet"}).empty());
    CHECK(said_by({"embed", golden("embed/digits"), "--name", "digits", "--out", "said.hpp", "--incbin"})
              .ends_with("\nwrote  said.hpp and said.bin\n"));
    CHECK(said_by({"embed", golden("embed/digits"), "--name", "digits", "--out", "said.hpp", "--int8"}).find("flash  5328 bytes") !=
          std::string::npos);
    MUST_SUCCEED({"embed", golden("paddle33/classifier/inference"), "--name", "of_json", "--out", "of_json.hpp"});
    CHECK(support::read_file("of_json.hpp").find("base_code") == std::string::npos);  // the compiler reads a ProgramDesc
}

namespace {
bool is_callstack(const wherry::Attr& attr) { return attr.name == "op_callstack"; }
}  // namespace

TEST_CASE("call stacks are left out where that is asked for, and nothing else") {
    const auto from = golden("paddle26/classifier_sgd");
    const auto bytes = support::read_file(from + "/main.pdmodel");
    auto expected = wherry::Program::parse_from_string(bytes);
    REQUIRE(expected);
    std::size_t stripped = 0;
    for (auto& block : expected->blocks())
        for (auto& op : block.ops()) {
            auto& attrs = op.desc().attrs;
            stripped += static_cast<std::size_t>(std::count_if(attrs.begin(), attrs.end(), is_callstack));
            erase_if(attrs, is_callstack);
        }
    CHECK(stripped > 0);
    MUST_SUCCEED({"convert", from + "/main.pdmodel", from + "/persistables", fresh("stripped"), "--program-out", "kept.pdmodel"});
    CHECK(support::read_file("kept.pdmodel") == bytes);
}
