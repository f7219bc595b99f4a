#include "json_check.hpp"
#include "run_tool.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

using support::golden;

namespace {
const std::string model = "paddle26/classifier_sgd";
const std::string bias = "fc_0.b_0";

/// A folder of parameters with one byte of the bias changed: float 1.0 instead of what was there.
std::string changed_folder() {
    const auto folder = fresh("changed");
    std::filesystem::copy(golden(model + "/params"), folder);
    auto bytes = support::read_file(folder + "/" + bias);
    bytes.replace(bytes.size() - 4, 4, std::string("\0\0\x80\x3f", 4));
    write_file(folder + "/" + bias, bytes);
    return folder;
}
}  // namespace

TEST_CASE("diff of the same arrays says how many it compared and exits with 0, whatever their forms") {
    const auto folder = golden(model + "/params");
    MUST_SUCCEED({"convert", folder, fresh("same.npz"), "--to", "npz"});
    MUST_SUCCEED({"convert", folder, fresh("same.safetensors"), "--to", "safetensors"});
    for (const auto& [a, b] : {std::pair{folder, folder}, std::pair{folder, std::string("same.npz")},
                               std::pair{std::string("same.npz"), std::string("same.safetensors")}}) {
        const auto done = wherry_tool({"diff", a, b});
        CHECK(done.status == 0);
        CHECK_MESSAGE(without_times(done.out) == "6 arrays, 1.38 kB, the same in both; compared in T\n", done.out);
        CHECK(done.err.empty());
        const auto quiet = wherry_tool({"diff", a, b, "--quiet"});
        CHECK(quiet.status == 0);
        CHECK(quiet.out.empty());
    }
    const auto file = golden(model + "/params.bin");
    CHECK(wherry_tool({"diff", "--program", golden(model + "/inference/inference.pdmodel"), file, file}).status == 2);
    const auto persistables = golden(model + "/persistables.bin");
    const auto named = wherry_tool({"diff", persistables, golden(model + "/persistables"), "--program", golden(model + "/main.pdmodel")});
    CHECK_MESSAGE(named.status == 0, named.err);
    CHECK(wherry_tool({"diff", "--json", folder, folder}).out == "{\"same\":true,\"differences\":[]}\n");
}

TEST_CASE("diff says how many elements differ, and by how much, and exits with 1") {
    const auto done = wherry_tool({"diff", golden(model + "/params"), changed_folder()});
    CHECK(done.status == 1);
    CHECK(done.err.empty());
    CHECK(std::count(done.out.begin(), done.out.end(), '\n') == 2);
    CHECK_MESSAGE(done.out.find("  fc_0.b_0  values   float32 [") != std::string::npos, done.out);
    CHECK(done.out.find("1 of ") != std::string::npos);
    const auto quiet = wherry_tool({"diff", golden(model + "/params"), "changed", "--quiet"});
    CHECK(quiet.status == 1);
    CHECK(quiet.out.empty());
    const auto json = wherry_tool({"diff", "--json", golden(model + "/params"), "changed"});
    CHECK(json.status == 1);
    CHECK(json_check::is_valid(json.out));
    CHECK(json.out.find(R"("name":"fc_0.b_0","differs":"values")") != std::string::npos);
    CHECK(json.out.find(R"("lod":false,"count":1,"max_abs":)") != std::string::npos);
}

TEST_CASE("diff names what only one side has, other dims and other element types") {
    const auto folder = golden(model + "/params");
    const auto other = fresh("other");
    std::filesystem::copy(folder, other);
    std::filesystem::rename(other + "/fc_1.w_0", other + "/renamed");
    std::filesystem::copy_file(other + "/renamed", other + "/" + bias, std::filesystem::copy_options::overwrite_existing);
    const auto done = wherry_tool({"diff", folder, other});
    CHECK(done.status == 1);
    CHECK_MESSAGE(done.out.find("  fc_0.b_0  dims ") != std::string::npos, done.out);
    CHECK_MESSAGE(done.out.find("  fc_1.w_0  only in A  float32 [") != std::string::npos, done.out);
    CHECK_MESSAGE(done.out.find("  renamed   only in B  -") != std::string::npos, done.out);
    MUST_SUCCEED({"convert", folder, fresh("half.safetensors"), "--to", "safetensors", "--cast", "float32=float16"});
    const auto types = wherry_tool({"diff", folder, "half.safetensors"});
    CHECK(types.status == 1);
    CHECK_MESSAGE(types.out.find("  fc_0.w_0  dtype    float32 [") != std::string::npos, types.out);
}

TEST_CASE("trouble of diff is one line and exit status 2") {
    const auto folder = golden(model + "/params");
    write_file("cut_stream", support::read_file(folder + "/fc_0.w_0").substr(0, 100));
    const std::vector<std::vector<std::string>> table{
        {folder},
        {folder, "nowhere"},
        {folder, "cut_stream"},
        {folder, golden(model + "/main.pdmodel")},
        {folder, golden(model + "/persistables.bin")},
        {folder, folder, "--program", folder + "/fc_0.w_0"},
        {folder, folder, "--frobnicate"},
    };
    for (const auto& given : table) {
        const auto done = wherry_tool(std::vector<std::string>{"diff"} + given);
        CHECK(done.status == 2);
        CHECK(done.out.empty());
        CHECK_MESSAGE(std::count(done.err.begin(), done.err.end(), '\n') == 1, done.err);
    }
}
