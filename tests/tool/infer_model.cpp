#include "run_tool.hpp"

#include <support/training_case.hpp>

#include <doctest/doctest.h>

#include <wherry/base/dtype.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/program/program.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace fs = std::filesystem;
using support::golden;

namespace {
const std::string model = "fluid18/readme";
const std::vector<std::string> wishes{"--feed-names", "img", "--targets", "fc_0.tmp_2"};

void check_outputs(const std::string& folder, const std::vector<std::string>& files) {
    MUST_SUCCEED(std::vector<std::string>{"run", folder, fresh("model_out"), "--feed", "img=" + golden(model + "/feed/img.npy")} + files);
    const auto ours = support::load_npy("model_out/0.npy");
    const auto theirs = support::load_npy(golden(model + "/inference_fetch/0.npy"));
    CHECK(ours.dims() == theirs.dims());
    CHECK(support::relative_error(ours, theirs, 1e-6) <= 2e-6);
}
}  // namespace

TEST_CASE("a model is cut in two, trained or saved, and the halves compute what the whole did") {
    const std::string whole = golden("fluid18/classifier_adam");
    MUST_SUCCEED({"run", whole + "/inference", fresh("whole_out"), "--feed", "x=" + whole + "/feed/x.npy"});
    struct origin {
        std::string program;
        std::string variables;
    };
    for (const auto& [program, variables] :
         {origin{whole + "/main.pdmodel", whole + "/persistables.bin"}, origin{whole + "/inference/__model__", whole + "/inference"}}) {
        CAPTURE(program);
        const auto cut = [&](const std::string& from, const std::string& to, const std::string& out) {
            CHECK(wherry_tool({"infer-model", program, variables, fresh(out), "--feed-names", from, "--targets", to}).status == 0);
        };
        cut("x", "fc_1.tmp_2", "lower");
        cut("fc_1.tmp_2", "fc_2.tmp_2", "upper");
        CHECK(files_beneath("lower").size() == 5);
        CHECK(files_beneath("upper").size() == 3);
        MUST_SUCCEED({"run", "lower", fresh("lower_out"), "--feed", "x=" + whole + "/feed/x.npy"});
        MUST_SUCCEED({"run", "upper", fresh("upper_out"), "--feed", "fc_1.tmp_2=lower_out/0.npy"});
        CHECK(support::read_file("upper_out/0.npy") == support::read_file("whole_out/0.npy"));
    }
}

TEST_CASE("--batch fixes the first dim of the inputs") {
    const std::string from = golden("fluid18/classifier_adam/inference");
    const std::vector<std::string> cut{"infer-model", from + "/__model__", from, fresh("fixed"), "--targets", "fc_2.tmp_2"};
    MUST_SUCCEED(cut + std::vector<std::string>{"--batch", "3"});
    const auto shown = wherry_tool({"inspect", "fixed/__model__", "--json"}).out;
    const auto at = shown.find("\"name\":\"x\"");
    REQUIRE(at != std::string::npos);
    CHECK_MESSAGE(shown.substr(at, 120).find("\"dims\":[3,") != std::string::npos, shown.substr(at, 120));
    CHECK_MESSAGE(shown.find("\"dims\":[-1") == std::string::npos, shown);  // nor is a dim that follows from it open
    const auto other = wherry_tool({"infer-model", "fixed/__model__", "fixed", fresh("again"), "--targets", "fc_2.tmp_2", "--batch", "4"});
    CHECK(other.status == 1);
    CHECK(other.err.find("--batch wants inputs whose first dim is open") != std::string::npos);
}

TEST_CASE("--batch is refused where an operator has another number of rows, and says which") {
    const std::string from = golden("fluid18/classifier_adam/inference");
    const auto program = wherry::Program::parse_from_string(support::read_file(from + "/__model__"));
    REQUIRE(program);
    auto desc = program->to_desc();
    auto& block = desc.blocks.front();
    const auto logits = program->global_block().find_var("fc_2.tmp_2");
    REQUIRE(logits);
    wherry::wire::VarDesc<> pair;
    pair.name = "pair";
    pair.type.lod_tensor.emplace().tensor.dims = {2, logits.shape().back()};
    pair.type.lod_tensor->tensor.data_type = wherry::DType::FP32;
    block.vars.push_back(pair);
    auto& reshape = block.ops.emplace_back();  // as a program that was exported for two rows has it
    reshape.type = "reshape";
    auto& read = reshape.inputs.emplace_back();
    read.parameter = "X";
    read.arguments.emplace_back("fc_2.tmp_2");
    auto& written = reshape.outputs.emplace_back();
    written.parameter = "Out";
    written.arguments.emplace_back("pair");
    const auto columns = static_cast<std::int32_t>(logits.shape().back());
    reshape.attrs.push_back(wherry::make_attr("shape", wherry::sequence<std::int32_t>{2, columns}));
    const auto made = wherry::Program::from_desc(std::move(desc));
    REQUIRE(made);
    write_file("two_rows", made->serialize_to_string());
    MUST_SUCCEED({"infer-model", "two_rows", from, fresh("two"), "--targets", "pair", "--batch", "2", "--quiet"});
    const auto three = wherry_tool({"infer-model", "two_rows", from, fresh("three"), "--targets", "pair", "--batch", "3"});
    CHECK(three.status == 1);
    CHECK_MESSAGE(three.err.find("operator reshape") != std::string::npos, three.err);
    CHECK(!fs::exists("three"));
}

TEST_CASE("infer-model without --feed-names leaves out the inputs that the targets do not need") {
    const std::string from = golden("fluid18/two_inputs/inference");
    const auto done = wherry_tool({"infer-model", from + "/__model__", from, fresh("one_input"), "--targets", "fc_0.tmp_1"});
    CHECK_MESSAGE(done.status == 0, done.err);
    CHECK_MESSAGE(done.out.starts_with("feed   b\nfetch"), done.out);
    // and without --targets it is the whole model again
    const auto whole = wherry_tool({"infer-model", from + "/__model__", from, fresh("both_inputs")});
    CHECK_MESSAGE(whole.status == 0, whole.err);
    CHECK_MESSAGE(whole.out.starts_with("feed   b\nfeed   a\nfetch"), whole.out);
    const auto nothing = wherry_tool({"infer-model", golden("fluid18/two_inputs/main.pdmodel"), from, fresh("no_outputs")});
    CHECK(nothing.status == 1);
    CHECK_MESSAGE(nothing.err.find("nothing in the program is fetched: --targets says what is") != std::string::npos, nothing.err);
}

TEST_CASE("infer-model makes what save_inference_model does, from persistables of any form") {
    const auto program = golden(model + "/main.pdmodel");
    const auto folder = golden(model + "/persistables");
    MUST_SUCCEED({"convert", folder, fresh("trained.npz"), "--to", "npz"});
    MUST_SUCCEED({"convert", folder, fresh("trained.pdparams"), "--to", "pdparams"});
    for (const auto& from : {folder, golden(model + "/persistables.bin"), std::string("trained.npz"), std::string("trained.pdparams")}) {
        CAPTURE(from);
        const auto out = fresh("inferred");
        const auto done = wherry_tool(std::vector<std::string>{"infer-model", program, from, out} + wishes);
        CHECK_MESSAGE(done.status == 0, done.err);
        CHECK_MESSAGE(
            done.out.starts_with("feed   img\nfetch  save_infer_model/scale_0.tmp_0\nwrote 2 arrays, 31.4 kB, and the program in "),
            done.out);
        for (const auto* parameter : {"/fc_0.w_0", "/fc_0.b_0"})
            CHECK(support::read_file(out + parameter) == support::read_file(golden(model + "/inference" + parameter)));
        CHECK(files_beneath(out).size() == 3);
        check_outputs(out, {});
    }
}

TEST_CASE("infer-model names its files, and leaves out what the targets do not need") {
    const auto out = fresh("inferred_named");
    const auto done =
        wherry_tool({"infer-model", golden("fluid18/classifier_adam/main.pdmodel"), golden("fluid18/classifier_adam/persistables.bin"), out,
                     "--feed-names", "x", "--targets", "fc_2.tmp_2", "--model-filename", "m.pdmodel", "--params-filename", "m.pdiparams"});
    CHECK_MESSAGE(done.status == 0, done.err);
    CHECK(files_beneath(out).size() == 2);
    CHECK(support::read_file(out + "/m.pdiparams") == support::read_file(golden("fluid18/classifier_adam/inference_combined/params")));
    MUST_SUCCEED({"run", out + "/m", fresh("named_out"), "--feed", "x=" + golden("fluid18/classifier_adam/feed/x.npy")});
}

TEST_CASE("infer-model says in one line what it cannot do, and writes nothing") {
    const auto program = golden(model + "/main.pdmodel");
    const auto folder = golden(model + "/persistables");
    const auto out = fresh("no_model");
    struct wrong {
        std::string says;
        std::vector<std::string> given;
    };
    const std::vector<wrong> table{
        {"nothing in the program is fetched: --targets says what is", {program, folder, out, "--feed-names", "img"}},
        {"a target is not a variable of the program's root block", {program, folder, out, "--feed-names", "img", "--targets", "nobody"}},
        {"var nobody not in this block", {program, folder, out, "--feed-names", "nobody", "--targets", "fc_0.tmp_2"}},
        {"not_found", {program, "nowhere", out, "--feed-names", "img", "--targets", "fc_0.tmp_2"}},
        {"found a program", {program, program, out, "--feed-names", "img", "--targets", "fc_0.tmp_2"}},
        {"found a tensor", {folder + "/fc_0.w_0", folder, out, "--feed-names", "img", "--targets", "fc_0.tmp_2"}},
        {"missing_record", {program, folder + "/fc_0.w_0", out, "--feed-names", "img", "--targets", "fc_0.tmp_2"}},
    };
    for (const auto& [says, given] : table) {
        CAPTURE(says);
        const auto done = wherry_tool(std::vector<std::string>{"infer-model"} + given);
        CHECK(done.status == 1);
        CHECK(done.out.empty());
        CHECK_MESSAGE(std::count(done.err.begin(), done.err.end(), '\n') == 1, done.err);
        CHECK_MESSAGE(done.err.find(says) != std::string::npos, done.err);
        CHECK(!fs::exists(out));
    }
}

TEST_CASE("infer-model without --feed-names keeps the model's own inputs") {
    for (const auto& [program, from] : {std::pair{golden(model + "/inference/__model__"), golden(model + "/inference")},
                                        std::pair{golden(model + "/main.pdmodel"), golden(model + "/persistables")}}) {
        CAPTURE(program);
        const auto done = wherry_tool({"infer-model", program, from, fresh("own_inputs"), "--targets", "fc_0.tmp_2"});
        CHECK_MESSAGE(done.status == 0, done.err);
        CHECK_MESSAGE(done.out.starts_with("feed   img\n"), done.out);
        check_outputs("own_inputs", {});
    }
}

TEST_CASE("convert --rename with --program-out: the pair computes what it did, although the sorted weights have changed places") {
    const auto folder = golden(model + "/inference");
    MUST_SUCCEED({"convert", folder + "/__model__", folder, fresh("pair"), "--rename", "fc_0.b_0=z.bias", "--rename", "fc_0.w_0=a.weight",
                  "--out-filename", "params", "--program-out", "pair/model"});
    check_outputs("pair", {"--model-file", "model", "--params-file", "params"});
    const auto taken = wherry_tool({"convert", folder + "/__model__", folder, fresh("taken"), "--rename", "fc_0.b_0=img", "--out-filename",
                                    "params", "--program-out", "taken/model"});
    CHECK(taken.status != 0);
    CHECK_MESSAGE(taken.err.find("--rename gives an array the name of another variable of the program") != std::string::npos, taken.err);
    CHECK_MESSAGE(taken.err.find("variable img]") != std::string::npos, taken.err);
}

TEST_CASE("convert compares known dims of every variable with the program's, as it compares element types") {
    const auto folder = golden(model + "/inference");
    struct misfit {
        std::vector<std::string> options;
        std::string variable;
    };
    const std::vector<misfit> misfits{{{"--transpose", "fc_0.w_0"}, "fc_0.w_0"},
                                      {{"--rename", "fc_0.w_0=fc_0.b_0", "--rename", "fc_0.b_0=fc_0.w_0"}, "fc_0.b_0"}};
    for (const auto& one : misfits)
        for (const std::string form : {"npz", "safetensors", "pdparams", "paddle"}) {
            CAPTURE(form);
            MUST_SUCCEED(std::vector<std::string>{"convert", folder, fresh("turned"), "--to", form} + one.options);
            const auto done = wherry_tool({"convert", folder + "/__model__", "turned", fresh("misfit"), "--out-filename", "params"});
            CHECK(done.status == 1);
            CHECK_MESSAGE(done.err.find("shape_mismatch: the program has a variable of another shape") != std::string::npos, done.err);
            CHECK_MESSAGE(done.err.find("variable " + one.variable) != std::string::npos, done.err);
            CHECK_MESSAGE(done.err.find("expected [") != std::string::npos, done.err);
            CHECK_MESSAGE(done.err.find("found [") != std::string::npos, done.err);
            CHECK(!std::filesystem::exists("misfit"));
        }
}
