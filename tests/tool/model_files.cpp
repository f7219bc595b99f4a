#include "run_tool.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fs = std::filesystem;
using support::golden;

namespace {
const std::string readme = "fluid18/readme";  // inference/: __model__ and a file per variable, inference_combined/: model and params

std::vector<std::string> run_arguments(const std::string& model, const std::vector<std::string>& more = {}) {
    return std::vector<std::string>{"run", model, fresh("found_out"), "--feed", "img=" + golden(readme + "/feed/img.npy")} + more;
}
void copy(const std::string& from, const std::string& to) {
    fs::create_directories(fs::path(to).parent_path());
    fs::copy(golden(from), to, fs::copy_options::overwrite_existing | fs::copy_options::recursive);
}
/// The answer of the model of the golden folder.
std::string expected() {
    MUST_SUCCEED(run_arguments(golden(readme + "/inference")));
    return support::read_file("found_out/0.npy");
}
void check_runs(const std::string& model, const std::vector<std::string>& more = {}) {
    CAPTURE(model);
    const auto wanted = expected();
    MUST_SUCCEED(run_arguments(model, more));
    CHECK(support::read_file("found_out/0.npy") == wanted);
}
std::string refusal(const std::string& model, const std::vector<std::string>& more = {}) {
    const auto done = wherry_tool(run_arguments(model, more));
    CHECK(done.status == 1);
    return done.err;
}
}  // namespace

TEST_CASE("run and embed find program and parameters of a folder by content") {
    for (const auto& [program, params] :
         {std::pair{"model", "params"}, {"__model__", "__params__"}, {"net.pdmodel", "weights.bin"}, {"a.b", "a.c"}}) {
        const auto folder = fresh("found");
        copy(readme + "/inference_combined/model", folder + "/" + program);
        copy(readme + "/inference_combined/params", folder + "/" + params);
        copy(readme + "/case.json", folder + "/config.json");
        write_file(folder + "/README.md", "# A model\n");
        write_file(folder + "/.hidden", support::read_file(folder + "/" + params));
        check_runs(folder);
        MUST_SUCCEED({"embed", folder, "--name", "net", "--out", "found_net.hpp"});
    }
}

TEST_CASE("run takes a prefix, a program file, and parameters in any form beside it") {
    const auto folder = fresh("beside");
    copy(readme + "/inference_combined/model", folder + "/x.pdmodel");
    copy(readme + "/inference_combined/model", folder + "/other.pdmodel");
    copy(readme + "/inference_combined/params", folder + "/x.pdiparams");
    check_runs(folder + "/x");
    check_runs(folder + "/x.pdmodel");
    for (const auto* form : {"pdparams", "npz", "safetensors"}) {
        const auto file = folder + "/x." + form;
        MUST_SUCCEED({"convert", folder + "/x.pdmodel", golden(readme + "/inference_combined/params"), file, "--to", form});
        fs::remove(folder + "/x.pdiparams");
        check_runs(folder + "/x");
        check_runs(folder + "/x.pdmodel");
        MUST_SUCCEED({"embed", folder + "/x", "--name", "net", "--out", "beside.hpp", "--incbin", "--align", "1"});
        CHECK(support::read_file("beside.bin") == support::read_file(golden(readme + "/inference_combined/params")));
        fs::remove(file);
    }
    const auto shards = fresh("beside_shards");
    copy(readme + "/inference_combined/model", shards + "/x.pdmodel");
    MUST_SUCCEED({"convert", shards + "/x.pdmodel", golden(readme + "/inference_combined/params"), shards + "/x.safetensors",
                  "--shard-size", "5KB", "--quiet"});
    for (const auto* model : {"", "/x", "/x.pdmodel"}) check_runs(shards + model);
    copy(readme + "/inference_combined/params", folder + "/y.weights");
    check_runs(folder + "/x.pdmodel");
    check_runs(folder + "/x.pdmodel", {"--params-file", "y.weights"});
}

TEST_CASE("a folder that holds one folder is that folder, as archives unpack") {
    const auto folder = fresh("wrapped");
    copy(readme + "/inference_combined/model", folder + "/a/b/net.pdmodel");
    copy(readme + "/inference_combined/params", folder + "/a/b/weights");
    check_runs(folder);
    write_file(folder + "/README.md", "# A model\n");
    write_file(folder + "/a/._b", "what macOS adds");
    fs::create_directories(folder + "/.git/objects");
    check_runs(folder);
    check_runs(folder + "/a", {"--model-file", "net.pdmodel", "--params-file", "weights"});
    check_runs(folder, {"--params-file", "weights"});
    check_runs(folder, {"--model-file", "a/b/net.pdmodel", "--params-file", "a/b/weights"});
    MUST_SUCCEED({"embed", folder, "--name", "net", "--out", "wrapped.hpp"});
    MUST_SUCCEED({"dot", folder});
    const auto separate = fresh("wrapped_separate");
    copy(readme + "/inference", separate + "/inference");
    check_runs(separate);
    // a program of the folder itself comes first; of two folders none is chosen; what was refused further down is told
    copy(readme + "/inference_combined/model", folder + "/a/own");
    copy(readme + "/inference_combined/params", folder + "/a/params");
    check_runs(folder);
    fs::remove(folder + "/a/b/weights");
    check_runs(folder);
    fs::create_directories(folder + "/c");
    CHECK(refusal(folder).find("no file of the folder is a program [file wrapped]") != std::string::npos);
    const auto cut = fresh("wrapped_cut");
    const auto bytes = support::read_file(golden(readme + "/main.pdmodel"));
    fs::create_directories(cut + "/inner");
    write_file(cut + "/inner/model", std::string_view(bytes).substr(0, bytes.size() / 2));
    CHECK(refusal(cut).find("wrapped_cut/inner/model") != std::string::npos);
}

TEST_CASE("several files that would do are an error: none is chosen") {
    const auto folder = fresh("several");
    copy(readme + "/inference_combined/model", folder + "/a");
    copy(readme + "/inference_combined/params", folder + "/p");
    copy(readme + "/inference_combined/params", folder + "/q");
    CHECK(refusal(folder).find("several files of the folder may hold the variables; name one on the command line [file several, found "
                               "several/p, several/q]") != std::string::npos);
    check_runs(folder, {"--params-file", "q"});
    fs::remove(folder + "/q");
    copy(readme + "/main.pdmodel", folder + "/main");  // nothing in it is fetched
    check_runs(folder);
    copy(readme + "/inference_combined/model", folder + "/b");
    CHECK(refusal(folder).find("several files of the folder are programs; name the one that is meant [file several, found several/a, "
                               "several/b]") != std::string::npos);
    check_runs(folder, {"--model-file", "b"});
    fs::remove(folder + "/b");
    fs::remove(folder + "/p");
    CHECK(refusal(folder).find("the folder holds neither a file for each variable nor one file of all [file several, variable fc_0.b_0]") !=
          std::string::npos);
}

TEST_CASE("a folder without a program says so, or why its program was refused") {
    const auto folder = fresh("no_program");
    copy(readme + "/inference_combined/params", folder + "/params");
    CHECK(refusal(folder).find("no file of the folder is a program [file no_program]") != std::string::npos);
    const auto bytes = support::read_file(golden(readme + "/main.pdmodel"));
    write_file(folder + "/model", std::string_view(bytes).substr(0, bytes.size() / 2));
    CHECK(refusal(folder).find("truncated") != std::string::npos);
}
