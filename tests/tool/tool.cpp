#include "json_check.hpp"
#include "run_tool.hpp"

#include <support/golden.hpp>
#include <support/training_case.hpp>

#include <wherry/format/npy.hpp>

#include <doctest/doctest.h>

#include <sys/wait.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace fs = std::filesystem;
using support::golden;

namespace {
/// `--feed NAME=FILE` for every array of a case's feed/ but those that are left
/// out.
std::vector<std::string> feeds_of(const std::string& name, const std::vector<std::string>& left_out = {}) {
    std::vector<std::string> arguments{"--feed"};
    for (const auto& entry : fs::directory_iterator(golden(name + "/feed")))
        if (std::find(left_out.begin(), left_out.end(), entry.path().stem().string()) == left_out.end())
            arguments.push_back(entry.path().stem().string() + "=" + entry.path().string());
    return arguments;
}
/// The variable's name of a fetch in case.json.
std::string fetched_name(const std::string& name, const std::string& what) {
    const auto text = support::read_file(golden(name + "/case.json"));
    const auto key = text.find("\"" + what + "\":", text.find("\"fetch\""));
    const auto from = text.find('"', text.find(':', key)) + 1;
    return text.substr(from, text.find('"', from) - from);
}
std::int64_t steps_of(const std::string& name) { return support::load_npy(golden(name + "/fetch/loss.npy")).dims()[0]; }

void check_close(const std::string& ours, const std::string& theirs, double tolerance) {
    const auto a = support::load_npy(ours);
    const auto b = support::load_npy(theirs);
    CHECK(a.dims() == b.dims());
    CHECK(support::relative_error(a, b, 1e-6) <= tolerance);
}
}  // namespace

TEST_CASE("convert gives the reference's bytes, in all directions") {
    for (const auto& name : support::training_cases("fluid18")) {
        CAPTURE(name);
        const auto program = golden(name + "/main.pdmodel");
        const auto folder = golden(name + "/persistables");
        const auto file = golden(name + "/persistables.bin");
        const auto out = fresh("convert");
        MUST_SUCCEED({"convert", program, folder, out + "/folder"});
        CHECK(files_beneath(out + "/folder") == files_beneath(folder));
        MUST_SUCCEED({"convert", program, folder, out, "--out-filename", "all"});
        CHECK(support::read_file(out + "/all") == support::read_file(file));
        MUST_SUCCEED({"convert", program, golden(name), out + "/split", "--in-filename", "persistables.bin"});
        CHECK(files_beneath(out + "/split") == files_beneath(folder));
        MUST_SUCCEED({"convert", program, file, out, "--out-filename", "again"});
        CHECK(support::read_file(out + "/again") == support::read_file(file));
    }
}

TEST_CASE("convert takes Parameters alone from programs that flag them") {
    const auto program = golden("paddle26/classifier_adam/main.pdmodel");
    const auto out = fresh("convert_params");
    MUST_SUCCEED({"convert", program, golden("paddle26/classifier_adam/persistables"), out + "/folder", "--filter", "params"});
    CHECK(files_beneath(out + "/folder") == files_beneath(golden("paddle26/classifier_adam/params")));
    MUST_SUCCEED({"convert", program, out + "/folder", out, "--filter=params", "--out-filename", "all"});
    CHECK(support::read_file(out + "/all") == support::read_file(golden("paddle26/classifier_adam/params.bin")));
}

TEST_CASE("convert keeps every element type, LoD and odd name") {
    const auto program = golden("paddle26/tensors/main.pdmodel");
    const auto out = fresh("convert_tensors");
    MUST_SUCCEED({"convert", program, golden("paddle26/tensors/persistables.bin"), out + "/folder"});
    MUST_SUCCEED({"convert", program, out + "/folder", out, "--out-filename", "all"});
    CHECK(support::read_file(out + "/all") == support::read_file(golden("paddle26/tensors/persistables.bin")));
}

TEST_CASE("run computes what Paddle computed") {
    struct model {
        std::string name;
        std::vector<std::string> not_fed;
    };
    const std::vector<model> models{{"fluid18/readme", {"label"}},
                                    {"fluid18/classifier_adam", {"label"}},
                                    {"fluid18/classifier_sgd", {"label"}},
                                    {"fluid18/classifier_momentum", {"label"}},
                                    {"fluid18/two_inputs", {"y"}}};
    for (const auto& [model_name, not_fed] : models) {
        const auto& name = model_name;  // clang 14 captures no structured binding
        CAPTURE(name);
        const auto out = fresh("run");
        MUST_SUCCEED(std::vector<std::string>{"run", golden(name + "/inference"), out + "/separate"} + feeds_of(name, not_fed));
        check_close(out + "/separate/0.npy", golden(name + "/inference_fetch/0.npy"), 2e-6);
        MUST_SUCCEED(std::vector<std::string>{"run", golden(name + "/inference_combined"), out + "/combined", "--model-file", "model",
                                              "--params-file", "params"} +
                     feeds_of(name, not_fed));
        CHECK(files_beneath(out + "/combined") == files_beneath(out + "/separate"));
    }
}

TEST_CASE("run takes the two files of a 2.x model") {
    const auto out = fresh("run26");
    const std::string name = "paddle26/infer_classifier";
    MUST_SUCCEED(std::vector<std::string>{"run", golden(name + "/inference"), out + "/prefix"} + feeds_of(name));
    check_close(out + "/prefix/0.npy", golden(name + "/fetch/0.npy"), 2e-6);
    MUST_SUCCEED(std::vector<std::string>{"run", golden(name + "/fluid"), out + "/folder"} + feeds_of(name));
    CHECK(files_beneath(out + "/folder") == files_beneath(out + "/prefix"));
    MUST_SUCCEED(std::vector<std::string>{"run", golden(name + "/inference"), out + "/written", "--as-written"} + feeds_of(name));
    check_close(out + "/written/0.npy", golden(name + "/fetch/0.npy"), 2e-6);
}

TEST_CASE("bench says how long runs take") {
    const std::string name = "paddle26/infer_classifier";
    const auto said = wherry_tool(std::vector<std::string>{"bench", golden(name + "/inference"), "--runs", "3"} + feeds_of(name));
    CHECK(said.status == 0);
    CHECK_MESSAGE(said.out.find("\nthen 3 runs  median ") != std::string::npos, said.out);
    const auto none = wherry_tool(std::vector<std::string>{"bench", golden(name + "/inference"), "--runs", "0"} + feeds_of(name));
    CHECK(none.status == 1);
    CHECK_MESSAGE(none.err.find("--runs wants a number greater than 0") != std::string::npos, none.err);
}

TEST_CASE("run tells what operators take, as a table and as a trace, and takes several threads") {
    const auto out = fresh("profile");
    const std::string name = "paddle26/infer_classifier";
    const auto said = wherry_tool(std::vector<std::string>{"run", golden(name + "/inference"), out, "--profile", "--trace",
                                                           out + "/trace.json", "--threads", "2", "--quiet"} +
                                  feeds_of(name));
    CHECK(said.status == 0);
    CHECK_MESSAGE(said.out.find("GF/s") != std::string::npos, said.out);
    CHECK_MESSAGE(said.out.find("together ") != std::string::npos, said.out);
    const auto trace = support::read_file(out + "/trace.json");
    CHECK_MESSAGE(trace.starts_with(R"({"traceEvents":[{"name":")"), trace);
    CHECK(trace.find(R"("ph":"X")") != std::string::npos);
    check_close(out + "/0.npy", golden(name + "/fetch/0.npy"), 2e-6);
    CHECK(wherry_tool(std::vector<std::string>{"bench", golden(name + "/inference"), "--threads", "0"} + feeds_of(name)).status == 1);
}

TEST_CASE("a model of Paddle 3 is run, and becomes a .pdmodel that answers alike") {
    const auto out = fresh("run33");
    const auto model = golden("paddle33/classifier/inference");
    const std::vector<std::string> feed{"--feed", "x=" + golden("paddle33/classifier/x.npy")};
    MUST_SUCCEED(std::vector<std::string>{"run", model, out + "/of_3"} + feed);
    check_close(out + "/of_3/0.npy", golden("paddle33/classifier/y.npy"), 2e-6);
    MUST_SUCCEED({"convert", model + ".json", model + ".pdiparams", out + "/of_2", "--out-filename", "inference.pdiparams", "--program-out",
                  out + "/of_2/inference.pdmodel"});
    CHECK(support::read_file(out + "/of_2/inference.pdiparams") == support::read_file(model + ".pdiparams"));
    MUST_SUCCEED(std::vector<std::string>{"run", out + "/of_2/inference", out + "/again"} + feed);
    CHECK(files_beneath(out + "/again") == files_beneath(out + "/of_3"));
    const auto unknown = wherry_tool({"run", golden("paddle33/unknown/inference"), out + "/unknown"});
    CHECK(unknown.status == 1);
    CHECK(unknown.err.find("1.lgamma") != std::string::npos);
}

TEST_CASE("train repeats Paddle's losses from its first values") {
    std::vector<std::string> cases;
    for (const auto* writer : {"fluid18", "fluid18_more", "paddle26"}) cases = std::move(cases) + support::training_cases(writer);
    for (const auto& name : cases) {
        CAPTURE(name);
        const auto out = fresh("train");
        const auto loss = fetched_name(name, "loss");
        const auto steps = std::to_string(steps_of(name));
        MUST_SUCCEED(std::vector<std::string>{"train", golden(name + "/main.pdmodel"), out, "--persistables", golden(name + "/start"),
                                              "--fetch", loss, "--steps", steps, "--save", out + "/save"} +
                     feeds_of(name));
        check_close(out + "/" + loss + ".npy", golden(name + "/fetch/loss.npy"), 2e-5);
        for (const auto& saved : files_beneath(golden(name + "/persistables"))) {
            const auto& file = saved.first;
            CAPTURE(file);
            const auto ours = support::load_stream(out + "/save/" + file);
            CHECK(support::relative_error(ours, support::load_stream(golden(name + "/persistables/" + file)), 1e-2) <= 2e-3);
        }
    }
}

TEST_CASE("train starts from a startup program, fetches many and saves one file") {
    const std::string name = "fluid18/classifier_sgd";
    const auto out = fresh("train_startup");
    const auto loss = fetched_name(name, "loss");
    const auto predict = fetched_name(name, "predict");
    MUST_SUCCEED(std::vector<std::string>{"train", golden(name + "/main.pdmodel"), out, "--startup", golden(name + "/startup.pdmodel"),
                                          "--steps", std::to_string(steps_of(name)), "--save", out, "--save-filename", "all", "--fetch",
                                          loss, predict} +
                 feeds_of(name));
    check_close(out + "/" + loss + ".npy", golden(name + "/fetch/loss.npy"), 2e-5);
    check_close(out + "/" + predict + ".npy", golden(name + "/fetch/predict.npy"), 2e-4);
    CHECK(support::read_file(out + "/all").size() == support::read_file(golden(name + "/persistables.bin")).size());
    // one file is as good a start as a folder
    MUST_SUCCEED(std::vector<std::string>{"train", golden(name + "/main.pdmodel"), out + "/more", "--persistables", out + "/all", "--fetch",
                                          loss, "--steps", "1"} +
                 feeds_of(name));
}

TEST_CASE("a slash in a fetched name is %2F in its file") {
    const std::string name = "fluid18/readme";
    const auto out = fresh("train_slash");
    MUST_SUCCEED(std::vector<std::string>{"train", golden(name + "/inference/__model__"), out, "--persistables",
                                          golden(name + "/inference"), "--steps", "2", "--fetch", "save_infer_model/scale_0.tmp_0"} +
                 feeds_of(name, {"label"}));
    CHECK(support::load_npy(out + "/save_infer_model%2Fscale_0.tmp_0.npy").dims() == wherry::Shape{2, 6, 10});
}

TEST_CASE("inspect says what is in programs and tensors") {
    const auto program = wherry_tool({"inspect", golden("fluid18/readme/main.pdmodel")});
    CHECK(program.status == 0);
    CHECK(program.out.find("version 1.8.5, 1 block\n") != std::string::npos);
    CHECK(program.out.find("\n  fc_0.w_0                LOD_TENSOR  float32  "
                           "[784, 10]     persistable\n") != std::string::npos);
    CHECK(program.out.find("X: img  Y: fc_0.w_0\n") != std::string::npos);
    CHECK(program.out.find("  x_num_col_dims=1  ") != std::string::npos);
    const auto combined = wherry_tool({"inspect", golden("fluid18/readme/persistables.bin")});
    CHECK(combined.out == "persistables.bin: 31451 bytes, 2 tensors\n"
                          "  tensor  name  dtype    dims       data at  bytes\n"
                          "       0  -     float32  [10]            24     40\n"
                          "       1  -     float32  [784, 10]       91  31360\n"
                          "  in all 2 arrays, 7850 elements, 31.4 kB\n");
    const auto lod = wherry_tool({"inspect", "--json", golden("paddle26/tensors/persistables/lod2")});
    CHECK(lod.out ==
          R"({"file":"lod2","bytes":146,"kind":"tensors","tensors":[{"name":"lod2","dtype":"float32","dims":[6,2],"data_offset":98,)"
          R"("data_bytes":48,"stream_offset":0,"lod":[[0,1,3],[0,2,3,6]]}]})"
          "\n");
    const auto rows = wherry_tool({"inspect", golden("paddle26/selected_rows/rows")});
    CHECK(rows.out == "rows: 114 bytes, SelectedRows of height 10\n  rows   [1, "
                      "4, 7, 4]\n  value  float32 [4, 3], 48 bytes at 66\n");
}

TEST_CASE("inspect names the tensors of a combined file by the program beside it") {
    const auto folder = wherry_tool({"inspect", golden("fluid18/readme")});
    CHECK(folder.status == 0);
    CHECK(folder.out.find("inference_combined/params: 31451 bytes, 2 tensors\n"
                          "  tensor  name      dtype    dims       data at  bytes\n"
                          "       0  fc_0.b_0  float32  [10]            24     40\n") != std::string::npos);
    CHECK(folder.out.find("feed/img.npy: 18944 bytes, a NumPy array (.npy), 1 array\n") != std::string::npos);
}

TEST_CASE("inspect --json is JSON for every golden file that it can read, and "
          "for whole folders") {
    for (const auto& files : {support::golden_programs(), support::golden_tensors(), support::golden_combined()})
        for (const auto& file : files) {
            CAPTURE(file);
            const auto done = wherry_tool({"inspect", "--json", golden(file)});
            CHECK(done.status == 0);
            CHECK(json_check::is_valid(done.out));
        }
    const auto all = wherry_tool({"inspect", "--json", WHERRY_GOLDEN_DIR});
    CHECK(all.status == 0);
    CHECK(json_check::is_valid(all.out));
}

TEST_CASE("inspect shows any bytes in names without moving the cursor or "
          "leaving JSON") {
    wherry::Program program;
    wherry::wire::VarDesc<> var;
    var.name = "\x1b[31m\"\\\n\xff\xc3\xa9";
    program.global_block().create_var(var);
    wherry::wire::OpDesc<> op;
    op.type = "\xfe\x7f";
    program.global_block().append_op(op).set_attr(wherry::make_attr("a\tb", std::string("\0\xed\xa0\x80", 4)));
    write_file("odd.pdmodel", program.serialize_to_string());
    const auto json = wherry_tool({"inspect", "--json", "odd.pdmodel"});
    CHECK(json.status == 0);
    CHECK(json_check::is_valid(json.out));
    CHECK(json.out.find(R"("name":"\u001b[31m\"\\\u000a\ufffd)") != std::string::npos);
    const auto text = wherry_tool({"inspect", "odd.pdmodel"});
    CHECK(text.out.find_first_of("\x1b\t\x7f\xff\xfe") == std::string::npos);
}

TEST_CASE("a file that is cut anywhere is an error or something smaller, never "
          "a crash") {
    const auto cut_everywhere = [](const std::string& file, std::size_t step) {
        const auto bytes = support::read_file(golden(file));
        for (std::size_t size = 0; size < bytes.size(); size += step) {
            write_file("cut", std::string_view(bytes).substr(0, size));
            const auto done = wherry_tool({"inspect", "cut"});
            CHECK((done.status == 0 || done.status == 1));
            CHECK(std::count(done.err.begin(), done.err.end(), '\n') == done.status);
        }
    };
    cut_everywhere("paddle26/tensors/persistables/lod1", 1);
    cut_everywhere("paddle26/selected_rows/rows", 3);
    cut_everywhere("fluid18/readme/main.pdmodel", 171);
    cut_everywhere("fluid18/readme/feed/label.npy", 13);
}

TEST_CASE("help and version are not errors") {
    for (const auto& arguments :
         std::vector<std::vector<std::string>>{{}, {"help"}, {"--help"}, {"run", "--help"}, {"help", "run"}, {"--version"}}) {
        const auto done = wherry_tool(arguments);
        CHECK(done.status == 0);
        CHECK(!done.out.empty());
        CHECK(done.err.empty());
    }
    CHECK(wherry_tool({}).out == wherry_tool({"--help"}).out);
    CHECK(wherry_tool({"help", "run"}).out == wherry_tool({"run", "--help"}).out);
}

TEST_CASE("every error is one line and exit status 1, and no result is left") {
    const auto readme = [](const char* path) { return golden("fluid18/readme/" + std::string(path)); };
    const auto main = readme("main.pdmodel");
    const auto start = readme("start");
    const auto img = "img=" + readme("feed/img.npy");
    const auto label = "label=" + readme("feed/label.npy");
    const auto bytes = support::read_file(readme("persistables.bin"));
    write_file("empty", "");
    write_file("short", std::string_view(bytes).substr(0, bytes.size() - 1));
    write_file("long", bytes + "x");
    write_file("bad.npy", "\x93NUMPY");
    write_file("doubles.npy", wherry::npy::header_bytes(wherry::DType::FP64, {1, 16}) + std::string(128, '\0'));
    wherry::wire::VarDesc<> rows;
    rows.name = "rows";
    rows.type.type = wherry::VarKind::SELECTED_ROWS;
    rows.persistable = true;
    wherry::Program of_rows;
    of_rows.global_block().create_var(rows);
    write_file("rows.pdmodel", of_rows.serialize_to_string());
    wherry::Program of_unknown;
    wherry::wire::OpDesc<> unknown;
    unknown.type = "no_such_operator";
    of_unknown.global_block().append_op(unknown);
    of_unknown.global_block().append_op(unknown);
    unknown.type = "another";
    of_unknown.global_block().append_op(unknown);
    write_file("unknown.pdmodel", of_unknown.serialize_to_string());
    fs::create_directories("no_files");
    const std::string out = "error_out";
    struct wrong {
        std::string says;
        std::vector<std::string> arguments;
    };
    const std::vector<std::string> train{"train", main, out, "--steps", "1", "--fetch", "mean_0.tmp_0"};
    const std::vector<wrong> table{
        {"there is no command frobnicate; wherry --help lists all", {"frobnicate"}},
        {"there is no command imspect; did you mean inspect?", {"imspect"}},
        {"there is no command infer; did you mean infer-model?", {"infer", main}},
        {"there is no command dif; did you mean diff?", {"help", "dif"}},
        {"there is no option --frobnicate; wherry --help lists all", {"--frobnicate"}},
        {"path is required; wherry help inspect says what it takes", {"inspect"}},
        {"wherry inspect has no option --frobnicate; wherry help inspect says what it takes", {"inspect", main, "--frobnicate"}},
        {"not_found: no such file [file nowhere", {"inspect", "nowhere"}},
        {"found an empty file", {"inspect", "empty"}},
        {"found a NumPy array", {"dot", readme("feed/img.npy")}},
        {"not_a_paddle_file: this is not a PIR program", {"inspect", readme("case.json")}},
        {"truncated: the elements of a tensor are cut short", {"inspect", "short"}},
        {"the folder holds no file", {"inspect", "no_files"}},
        {"not_regular_file", {"inspect", "/dev/null"}},

        {"paths: ", {"convert", main}},
        {"this file holds no arrays by name", {"convert", main, out}},
        {"bogus", {"convert", main, start, out, "--filter", "bogus"}},
        {"use --filter persistables", {"convert", main, start, out, "--filter", "params"}},
        {"found a tensor", {"convert", start + "/fc_0.b_0", start, out}},
        {"not_a_paddle_file: this is not a PIR program", {"convert", readme("case.json"), start, out}},
        {"not_found", {"convert", main, "nowhere", out}},
        {"not_found", {"convert", main, start, out, "--in-filename", "nothing"}},
        {"extra_record", {"convert", main, "long", out}},
        {"truncated", {"convert", main, "short", out}},
        {"missing_record", {"convert", main, start + "/fc_0.b_0", out}},
        {"mixed_kinds", {"convert", "rows.pdmodel", start, out}},

        {"not_found: no such file [file nowhere.pdmodel", {"run", "nowhere", out}},
        {"name files of a folder", {"run", "nowhere", out, "--params-file", "p"}},
        {"not_found", {"run", start, out}},
        {"nothing in it is fetched", {"run", golden("fluid18/readme"), out, "--model-file", "main.pdmodel"}},
        {"expected --feed img=FILE.npy of float32 [-1, 28, 28]]", {"run", readme("inference"), out}},
        {"no such input", {"run", readme("inference"), out, "--feed", img, label}},
        {"fed twice", {"run", readme("inference"), out, "--feed", img, "--feed", img}},
        {"expected NAME=FILE.npy, found img", {"run", readme("inference"), out, "--feed", "img"}},
        {"not_found", {"run", readme("inference"), out, "--feed", "img=nowhere.npy"}},
        {"not a .npy file", {"run", readme("inference"), out, "--feed", "img=" + main}},
        {"truncated", {"run", readme("inference"), out, "--feed", "img=bad.npy"}},
        {"shape_mismatch: ", {"run", readme("inference"), out, "--feed", "img=" + readme("inference_fetch/0.npy")}},
        {"dtype_mismatch: an input has another element type than its array [file doubles.npy, variable x, expected float32 [-1, 16], found "
         "float64 [1, 16]; in Python: a.astype('float32')]",
         {"run", golden("fluid18/classifier_adam/inference"), out, "--feed", "x=doubles.npy"}},
        {"no_such_variable: --fetch names a variable that the program does not have [file",
         {"run", readme("inference"), out, "--feed", img, "--fetch", "nobody"}},
        {"variable fc_0.tmp_, expected perhaps fc_0.tmp_", {"run", readme("inference"), out, "--feed", img, "--fetch", "fc_0.tmp_"}},
        {"--lod names an input that no --feed gives [variable x]", {"run", readme("inference"), out, "--feed", img, "--lod", "x=0,6"}},
        {"--lod wants a name and offsets", {"run", readme("inference"), out, "--feed", img, "--lod", "img"}},
        {"--lod wants numbers with commas between them", {"run", readme("inference"), out, "--feed", img, "--lod", "img=0,six"}},
        {"--lod wants numbers with commas between them", {"run", readme("inference"), out, "--feed", img, "--lod", "img=0,6,"}},
        {"bad_lod: a LoD level does not end where the next one, or the rows, end",
         {"run", readme("inference"), out, "--feed", img, "--lod", "img=0,7"}},
        {"bad_lod: the offsets of a LoD level fall", {"run", readme("inference"), out, "--feed", img, "--lod", "img=0,4,2,6"}},
        {"bad_lod: a LoD level does not start at 0", {"run", readme("inference"), out, "--feed", img, "--lod", "img=1,6"}},
        {"bad_lod: a LoD level holds no sequence", {"run", readme("inference"), out, "--feed", img, "--lod", "img=0"}},
        {"--strip is for what --program-out writes", {"convert", main, start, out, "--strip"}},
        {"the ending of OUT names no form that is written here; --to says which is meant [expected npz, safetensors, pdparams, pdiparams, "
         "found .onnx]",
         {"convert", start, out + ".onnx"}},
        {"unknown_op: operators of the PIR dialect have no counterpart here",
         {"convert", golden("paddle33/unknown/inference.json"), start, out, "--program-out", "p"}},
        {"unknown_op: the program has operators that this command cannot run; in C++ one's own can be added, see wherry/exec/op_list.hpp "
         "[file "
         "unknown.pdmodel, found another, no_such_operator (2 times)]",
         {"train", "unknown.pdmodel", out, "--startup", "unknown.pdmodel", "--steps", "1", "--fetch", "mean_0.tmp_0"}},

        {"exactly one of --startup and --persistables", train},
        {"exactly one of --startup and --persistables", train + std::vector<std::string>{"--startup", main, "--persistables", start}},
        {"--steps", {"train", main, out, "--startup", main, "--fetch", "mean_0.tmp_0"}},
        {"--steps", {"train", main, out, "--startup", main, "--fetch", "mean_0.tmp_0", "--steps", "many"}},
        {"--steps wants a number above 0", {"train", main, out, "--startup", main, "--fetch", "mean_0.tmp_0", "--steps", "0"}},
        {"--fetch is required", {"train", main, out, "--startup", main, "--steps", "1"}},
        {"fetched twice", train + std::vector<std::string>{"--startup", main, "--fetch", "mean_0.tmp_0"}},
        {"--save-filename", train + std::vector<std::string>{"--startup", main, "--save-filename", "all"}},
        {"not_found", train + std::vector<std::string>{"--startup", "nowhere", "--feed", img, label}},
        {"variable label, expected --feed label=FILE.npy of int64 [-1, 1]]",
         train + std::vector<std::string>{"--persistables", start, "--feed", img}},
        {"no such input [file", train + std::vector<std::string>{"--persistables", start, "--feed", img, label, "nobody=doubles.npy"}},
        {"file doubles.npy, variable img, expected float32 [-1, 28, 28], found float64 [1, 16]; in Python: a.astype('float32')]",
         train + std::vector<std::string>{"--persistables", start, "--feed", "img=doubles.npy", label}},
        {"cannot be found in scope", train + std::vector<std::string>{"--persistables", start, "--feed", img, label, "--fetch", "nobody"}},
        {"bad_name", train + std::vector<std::string>{"--persistables", start, "--feed", img, label, "--fetch", "new\nline"}},
    };
    for (const auto& [says, arguments] : table) {
        std::string line;
        for (const auto& argument : arguments) line += argument + " ";
        CAPTURE(line);
        fresh(out);
        const auto done = wherry_tool(arguments);
        CHECK(done.status == 1);
        CHECK(done.out.empty());
        CHECK_MESSAGE(done.err.starts_with("wherry: "), done.err);
        CHECK_MESSAGE(std::count(done.err.begin(), done.err.end(), '\n') == 1, done.err);
        CHECK_MESSAGE(done.err.find(says) != std::string::npos, done.err);
        CHECK(!fs::exists(out));
    }
}

TEST_CASE("a result that cannot be written is an error") {
    write_file("a_file", "");
    const std::string name = "fluid18/readme";
    const auto done = wherry_tool(std::vector<std::string>{"run", golden(name + "/inference"), "a_file"} + feeds_of(name, {"label"}));
    CHECK(done.status == 1);
    CHECK(std::count(done.err.begin(), done.err.end(), '\n') == 1);
}

TEST_CASE("bytes after a separate tensor are a warning, not an error") {
    const auto folder = fresh("long_file");
    fs::copy(golden("fluid18/readme/start"), folder, fs::copy_options::recursive);
    std::ofstream(folder + "/fc_0.b_0", std::ios::binary | std::ios::app) << "x";
    const auto done = wherry_tool({"convert", golden("fluid18/readme/main.pdmodel"), folder, fresh("long_file_out")});
    CHECK(done.status == 0);
    CHECK(done.err.starts_with("wherry: warning: trailing_bytes"));
    CHECK(files_beneath("long_file_out") == files_beneath(golden("fluid18/readme/start")));
}
