#include "json_check.hpp"
#include "run_tool.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

// `wherry convert` and `wherry inspect` over every form that arrays by name have.

namespace fs = std::filesystem;
using support::golden;

namespace {
using arguments = std::vector<std::string>;

/// A form: what makes it of `--to`, and where the result then is beneath OUT.
struct form {
    std::string name;
    arguments options;
    std::string file;  ///< empty: OUT itself
};
const std::vector<form> forms{
    {"folder", {}, ""},
    {"folder of gzip", {"--gzip"}, ""},
    {"folder with checksums", {"--checksum", "--align", "16"}, ""},
    {"one file", {"--out-filename", "all", "--names"}, "/all"},
    {"one file, everything", {"--out-filename", "all", "--names", "--checksum", "--align", "64", "--gzip"}, "/all"},
    {"pdparams", {"--to", "pdparams"}, ""},
    {"npz", {"--to", "npz"}, ""},
    {"safetensors", {"--to", "safetensors"}, ""},
    {"text", {"--to", "text"}, ""},
};
const std::string model = "paddle26/classifier_adam";

void check_cut_everywhere(const std::string& file, std::size_t step) {
    const auto bytes = support::read_file(file);
    for (std::size_t size = 0; size < bytes.size(); size += step) {
        CAPTURE(size);
        write_file("cut_file", std::string_view(bytes).substr(0, size));
        write_file("cut_out", "before");
        const auto done = wherry_tool({"convert", "cut_file", "cut_out", "--to", "safetensors"});
        CHECK(done.status == 1);
        CHECK(std::count(done.err.begin(), done.err.end(), '\n') == 1);
        CHECK(done.err.find("cut_file") != std::string::npos);
        CHECK(support::read_file("cut_out") == "before");
        const auto shown = wherry_tool({"inspect", "cut_file"});
        CHECK(std::count(shown.err.begin(), shown.err.end(), '\n') == shown.status);
    }
}
}  // namespace

TEST_CASE("every form becomes every other without its program, and none loses a bit") {
    const auto reference = golden(model + "/persistables");
    for (const auto& from : forms) {
        const auto a = fresh("form_a");
        MUST_SUCCEED(arguments{"convert", reference, a} + from.options);
        for (const auto& to : forms) {
            CAPTURE(from.name);
            CAPTURE(to.name);
            const auto b = fresh("form_b");
            const auto c = fresh("form_c");
            MUST_SUCCEED(arguments{"convert", a + from.file, b} + to.options);
            MUST_SUCCEED({"convert", b + to.file, c});
            CHECK(files_beneath(c) == files_beneath(reference));
        }
    }
}

TEST_CASE("a combined file without names wants the program, and says so") {
    const auto file = golden(model + "/persistables.bin");
    const auto out = fresh("nameless");
    const auto refused = wherry_tool({"convert", file, out, "--to", "npz"});
    CHECK(refused.status == 1);
    CHECK(refused.err.find("a combined file without names is read with the program that it belongs to") != std::string::npos);
    CHECK(!fs::exists(out));
    MUST_SUCCEED({"convert", golden(model + "/main.pdmodel"), file, out, "--to", "npz"});
    MUST_SUCCEED({"convert", golden(model + "/main.pdmodel"), out, fresh("named"), "--out-filename", "all"});
    CHECK(support::read_file("named/all") == support::read_file(file));
}

TEST_CASE("one file compressed with gzip is the very Paddle file after gunzip") {
    const auto file = golden(model + "/persistables.bin");
    const auto out = fresh("gzipped");
    MUST_SUCCEED({"convert", golden(model + "/main.pdmodel"), file, out, "--out-filename", "all.gz", "--gzip"});
    REQUIRE(std::system("gunzip -c gzipped/all.gz > gunzipped") == 0);
    CHECK(support::read_file("gunzipped") == support::read_file(file));
    MUST_SUCCEED({"convert", golden(model + "/main.pdmodel"), out + "/all.gz", fresh("again")});
    CHECK(files_beneath("again") == files_beneath(golden(model + "/persistables")));
}

TEST_CASE("a program chooses among the arrays of a file by name, and checks them") {
    const auto program = golden(model + "/main.pdmodel");
    MUST_SUCCEED({"convert", golden(model + "/persistables"), fresh("all.npz"), "--to", "npz"});
    MUST_SUCCEED({"convert", program, "all.npz", fresh("params_only"), "--filter", "params"});
    CHECK(files_beneath("params_only") == files_beneath(golden(model + "/params")));
    const auto missing = fresh("missing");
    MUST_SUCCEED({"convert", golden(model + "/params"), fresh("params.npz"), "--to", "npz"});
    const auto few = wherry_tool({"convert", program, "params.npz", missing});
    CHECK(few.status == 1);
    CHECK(few.err.find("missing_record: the program has a variable that the arrays lack") != std::string::npos);
    const auto other = wherry_tool({"convert", golden("paddle26/classifier_sgd/main.pdmodel"), "all.npz", missing});
    CHECK(other.status == 0);  // it holds all that this program wants, and more, which is told
    CHECK(other.err.starts_with("wherry: warning: extra_record: the file holds arrays that the program does not name"));
}

TEST_CASE("every element type is kept, or refused, or changed by name") {
    const auto program = golden("paddle26/tensors/main.pdmodel");
    const auto from = golden("paddle26/tensors/persistables.bin");
    const auto out = fresh("types");
    const auto lossless = wherry_tool({"convert", program, from, out + "/s", "--to", "safetensors"});
    CHECK(lossless.status == 1);
    CHECK(lossless.err.find("safetensors has no such element type [variable complex128") != std::string::npos);
    const auto no_bf16 = wherry_tool({"convert", program, from, out + "/n", "--to", "npz"});
    CHECK(no_bf16.status == 1);
    CHECK(no_bf16.err.find("NumPy has no such element type: convert the values, or save their bits [variable bfloat16, found bfloat16]") !=
          std::string::npos);
    CHECK(!fs::exists(out));
    // bits and values
    REQUIRE(wherry_tool({"convert", program, from, out + "/bits", "--to", "npz", "--bits", "--drop"}).status == 0);
    CHECK(wherry_tool({"inspect", out + "/bits"}).out.find("  bfloat16             uint16 ") != std::string::npos);
    REQUIRE(wherry_tool({"convert", program, from, out + "/values", "--to", "npz", "--cast", "bfloat16=float32", "--drop"}).status == 0);
    CHECK(wherry_tool({"inspect", out + "/values"}).out.find("  bfloat16             float32 ") != std::string::npos);
    // the program knows what the bits were; LoD is dropped where that was said
    const auto with_lod = wherry_tool({"convert", program, from, out + "/p", "--to", "pdparams"});
    CHECK(with_lod.status == 1);
    CHECK(with_lod.err.find("lod_mismatch: LoD has no place in this form") != std::string::npos);
    const auto pickled = wherry_tool({"convert", program, from, out + "/p", "--to", "pdparams", "--drop"});
    CHECK(pickled.status == 0);
    CHECK(pickled.err.find("warning: lod_mismatch: LoD has no place in this form and is left out [variable lod1, found pdparams]") !=
          std::string::npos);
    MUST_SUCCEED({"convert", program, out + "/p", out + "/folder"});
    REQUIRE(wherry_tool({"convert", program, from, out + "/t", "--to", "text", "--drop"}).status == 0);
    MUST_SUCCEED({"convert", program, out + "/t", out + "/of_text"});
    for (const auto& [name, bytes] : files_beneath(golden("paddle26/tensors/persistables"))) {
        CAPTURE(name);
        if (name.starts_with("lod")) continue;
        CHECK(support::read_file(out + "/folder/" + name) == bytes);
        CHECK(support::read_file(out + "/of_text/" + name) == bytes);
    }
}

TEST_CASE("numbers of numpy.savetxt and of printf become variables of a program") {
    const auto program = golden("fluid18/readme/main.pdmodel");
    MUST_SUCCEED({"convert", golden("fluid18/readme/params"), fresh("plain_text"), "--to", "text"});
    const auto first_line = [](const std::string& file) { return file.substr(0, file.find('\n') + 1); };
    for (const auto& [name, bytes] : files_beneath("plain_text")) {
        auto numbers = bytes.substr(first_line(bytes).size());  // plain from here on: one number per line
        std::replace(numbers.begin(), numbers.end(), ' ', '\n');
        write_file("plain_text/" + name, numbers);
    }
    CHECK(wherry_tool({"inspect", "plain_text/fc_0.w_0.txt"}).out.find("numbers in text, 1 array") != std::string::npos);
    CHECK(wherry_tool({"inspect", "plain_text/fc_0.w_0.txt"}).out.find("fc_0.w_0  float32  [7840]") != std::string::npos);
    CHECK(wherry_tool({"diff", "plain_text", golden("fluid18/readme/params")}).status == 1);  // its dims
    const auto folder = fresh("plain_folder");
    MUST_SUCCEED({"convert", program, "plain_text", folder});
    CHECK(files_beneath(folder) == files_beneath(golden("fluid18/readme/params")));
    fresh(folder);
    write_file("plain_text/fc_0.b_0.txt", "1\n2\nthree\n");
    const auto wrong = wherry_tool({"convert", "plain_text", folder});
    CHECK(wrong.err.find("bad_text: a word is not a number of the element type [file plain_text/fc_0.b_0.txt, offset 4, variable fc_0.b_0, "
                         "expected float32, found three in line 3]") != std::string::npos);
    CHECK(!fs::exists(folder));
}

TEST_CASE("floating point values go from type to type and back") {
    const auto from = golden(model + "/params");
    MUST_SUCCEED({"convert", from, fresh("wide"), "--to", "safetensors", "--cast", "float32=float64"});
    MUST_SUCCEED({"convert", "wide", fresh("back"), "--cast", "float64=float32"});
    CHECK(files_beneath("back") == files_beneath(from));
    MUST_SUCCEED({"convert", from, fresh("half"), "--to", "safetensors", "--cast", "float32=bfloat16"});
    CHECK(wherry_tool({"inspect", "half"}).out.find("bfloat16") != std::string::npos);
    CHECK(wherry_tool({"diff", "half", from}).status == 1);
}

TEST_CASE("a matrix is transposed by name, and twice is nothing") {
    const auto from = golden("fluid18/readme/params");  // fc_0.w_0 [784, 10]
    MUST_SUCCEED({"convert", from, fresh("turned"), "--to", "safetensors", "--transpose", "fc_0.w_0"});
    CHECK(wherry_tool({"inspect", "turned"}).out.find("fc_0.w_0  float32  [10, 784]") != std::string::npos);
    MUST_SUCCEED({"convert", "turned", fresh("turned_back"), "--transpose", "fc_0.w_0"});
    CHECK(files_beneath("turned_back") == files_beneath(from));
}

TEST_CASE("arrays get other names, one by one or by how they start") {
    const auto from = golden(model + "/params");  // fc_0.b_0, fc_0.w_0 and so on to fc_2.w_0
    MUST_SUCCEED({"convert", from, fresh("renamed"), "--to", "npz", "--rename", "fc_0.w_0=first", "--rename", "fc_*=teacher/layer_*"});
    const auto shown = wherry_tool({"inspect", "renamed"}).out;
    CHECK(shown.find("  first ") != std::string::npos);
    CHECK(shown.find("  teacher/layer_2.w_0 ") != std::string::npos);
    CHECK(shown.find("fc_") == std::string::npos);
    MUST_SUCCEED({"convert", "renamed", fresh("named_back"), "--rename", "teacher/layer_*=fc_*", "--rename", "first=fc_0.w_0"});
    CHECK(files_beneath("named_back") == files_beneath(from));
    MUST_SUCCEED({"convert", from, fresh("prefixed"), "--rename", "*=student/*"});
    CHECK(files_beneath("prefixed/student") == files_beneath(from));
}

TEST_CASE("a pickle has the protocol that was asked for") {
    const auto from = golden(model + "/params");
    for (const auto& [protocol, second] : {std::pair{"2", '\2'}, std::pair{"3", '\3'}, std::pair{"4", '\4'}}) {
        MUST_SUCCEED({"convert", from, fresh("pickled"), "--to", "pdparams", "--protocol", protocol});
        CHECK(support::read_file("pickled").substr(0, 2) == std::string{'\x80', second});
        MUST_SUCCEED({"convert", "pickled", fresh("unpickled")});
        CHECK(files_beneath("unpickled") == files_beneath(from));
    }
    MUST_SUCCEED({"convert", from, fresh("pickled"), "--to", "pdparams"});
    CHECK(support::read_file("pickled").substr(0, 2) == "\x80\x02");
}

TEST_CASE("inspect shows the parameters that a pickle's structured names mean") {
    const auto file = golden("pickle/py3-ordered-p2.pdparams");
    const auto shown = wherry_tool({"inspect", file}).out;
    CHECK_MESSAGE(shown.find("parameter\n") != std::string::npos, shown);
    CHECK_MESSAGE(shown.find("linear_0.w_0\n") != std::string::npos, shown);
    const auto json = wherry_tool({"inspect", "--json", file}).out;
    CHECK(json_check::is_valid(json));
    CHECK(json.find(R"("parameter":"linear_0.w_0")") != std::string::npos);
}

TEST_CASE("elements start at the multiples that were asked for") {
    for (const std::string align : {"2", "16", "32", "64", "4096", "65536"}) {
        CAPTURE(align);
        MUST_SUCCEED({"convert", golden(model + "/params"), fresh("aligned"), "--out-filename", "all", "--names", "--align", align});
        const auto shown = wherry_tool({"inspect", "--json", "aligned/all"}).out;
        int tensors = 0;
        for (auto at = shown.find("\"data_offset\":"); at != std::string::npos; at = shown.find("\"data_offset\":", at + 1), ++tensors)
            CHECK(std::stoull(shown.substr(at + 14)) % std::stoull(align) == 0);
        CHECK(tensors == 6);
    }
}

TEST_CASE("convert writes shards and reads them again") {
    const auto from = golden(model + "/persistables");
    MUST_SUCCEED({"convert", from, fresh("sharded"), "--shard-size", "300"});
    CHECK(fs::exists("sharded/model.safetensors.index.json"));
    const auto many = files_beneath("sharded").size();
    CHECK(many > 3);
    for (const auto* shards : {"sharded", "sharded/model.safetensors.index.json"}) CHECK(wherry_tool({"diff", from, shards}).status == 0);
    const auto shown = wherry_tool({"inspect", "sharded/model.safetensors.index.json"});
    CHECK_MESSAGE(shown.out.find("safetensors, 31 arrays") != std::string::npos, shown.out, shown.err);
    CHECK(json_check::is_valid(wherry_tool({"inspect", "--json", "sharded/model.safetensors.index.json"}).out));
    CHECK(wherry_tool({"inspect", "sharded"}).out.find("not of a model") == std::string::npos);
    MUST_SUCCEED({"convert", from, fresh("sharded_once"), "--shard-size", "900"});
    MUST_SUCCEED({"convert", from, "sharded", "--shard-size", "900"});
    CHECK(files_beneath("sharded_once").size() < many);
    CHECK(files_beneath("sharded").size() == files_beneath("sharded_once").size());  // of the shards before none is left
    MUST_SUCCEED({"convert", from, "sharded", "--shard-size", "300"});
    for (const std::string folder : {"sharded/.git", "sharded/.ipynb_checkpoints"}) {
        fs::create_directories(folder);
        fs::copy(from + "/fc_0.w_0", folder + "/fc_0.w_0");
    }
    MUST_SUCCEED({"convert", "sharded", fresh("unsharded.safetensors")});
    CHECK(wherry_tool({"diff", from, "unsharded.safetensors"}).status == 0);
    // by a program's names, too; and one file of them all, alone in its folder
    const auto program = golden(model + "/main.pdmodel");
    MUST_SUCCEED({"convert", from, fresh("one_shard"), "--shard-size", "1GB"});
    CHECK(files_beneath("one_shard").size() == 1);
    for (const auto* shards : {"sharded", "one_shard"}) {
        MUST_SUCCEED({"convert", program, shards, fresh("of_shards"), "--out-filename", "all"});
        CHECK(support::read_file("of_shards/all") == support::read_file(golden(model + "/persistables.bin")));
        CHECK(wherry_tool({"diff", from, shards}).status == 0);
    }
    CHECK(wherry_tool({"convert", from, fresh("no_shards"), "--to", "npz", "--shard-size", "300"}).err.find("--shard-size is for") !=
          std::string::npos);
}

TEST_CASE("one flipped bit in a file with checksums is an error that names the variable") {
    MUST_SUCCEED({"convert", golden(model + "/params"), fresh("summed"), "--out-filename", "all", "--names", "--checksum"});
    auto bytes = support::read_file("summed/all");
    bytes[bytes.size() - 3] = static_cast<char>(bytes[bytes.size() - 3] ^ 1);
    write_file("flipped", bytes);
    const auto done = wherry_tool({"convert", "flipped", fresh("flipped_out"), "--to", "npz"});
    CHECK(done.status == 1);
    CHECK(done.err.find("bad_checksum: the elements of a tensor are not as they were written [file flipped") != std::string::npos);
    CHECK(done.err.find("variable fc_2.w_0") != std::string::npos);
    CHECK(!fs::exists("flipped_out"));
}

TEST_CASE("a file that is cut anywhere converts into nothing") {
    MUST_SUCCEED({"convert", golden(model + "/params"), fresh("whole"), "--out-filename", "all", "--names", "--checksum"});
    MUST_SUCCEED({"convert", golden(model + "/params"), "whole", "--out-filename", "all.gz", "--names", "--gzip"});
    for (const auto* to : {"pdparams", "npz", "safetensors"})
        MUST_SUCCEED({"convert", golden(model + "/params"), std::string("whole/") + to, "--to", to});
    for (const auto* file : {"all", "all.gz", "pdparams", "npz", "safetensors"}) {
        CAPTURE(file);
        const auto name = std::string("whole/") + file;
        check_cut_everywhere(name, support::read_file(name).size() / 40 + 1);
    }
}

TEST_CASE("a broken file of a folder is an error; other files are reported and skipped") {
    const auto folder = fresh("mixed");
    fs::copy(golden("fluid18/readme/inference"), folder);
    fs::copy(golden("fluid18/readme/feed/img.npy"), folder + "/img.npy");
    const auto done = wherry_tool({"convert", folder, fresh("mixed.npz"), "--to", "npz"});
    CHECK(done.status == 0);
    CHECK(std::count(done.err.begin(), done.err.end(), '\n') == 1);
    CHECK(done.err.find("found a NumPy array (.npy)") != std::string::npos);
    const auto bias = support::read_file(folder + "/fc_0.b_0");
    write_file(folder + "/fc_0.b_0", bias.substr(0, bias.size() - 1));
    const auto broken = wherry_tool({"convert", folder, fresh("mixed.npz"), "--to", "npz"});
    CHECK(broken.status == 1);
    CHECK(broken.err.find("truncated") != std::string::npos);
    CHECK(!fs::exists("mixed.npz"));
}

TEST_CASE("hidden folders and hidden files of a folder of variables are left alone") {
    fs::remove_all("hidden");
    fs::copy(golden(model + "/persistables"), "hidden", fs::copy_options::recursive);
    for (const std::string folder : {"hidden/.git", "hidden/.ipynb_checkpoints", "hidden/more/.cache"}) {
        fs::create_directories(folder);
        fs::copy(golden(model + "/persistables"), folder + "/old", fs::copy_options::recursive);
    }
    for (const auto* const file : {"hidden/.DS_Store", "hidden/._fc_0.w_0", "hidden/.gitattributes"}) write_file(file, "not of a model");
    MUST_SUCCEED({"convert", "hidden", fresh("shown.npz")});
    MUST_SUCCEED({"diff", golden(model + "/persistables"), "shown.npz"});
}

TEST_CASE("an array of NumPy becomes an array of its file's name in every form") {
    const auto out = fresh("from_npy.npz");
    const auto done = wherry_tool({"convert", golden("fluid18/readme/feed/img.npy"), out});
    CHECK(done.status == 0);
    const auto listed = wherry_tool({"inspect", out});
    CHECK(listed.out.find("img") != std::string::npos);
    CHECK(wherry_tool({"diff", golden("fluid18/readme/feed/img.npy"), out}).status == 0);
}

TEST_CASE("options that do not belong together are one line, and nothing is written") {
    const auto program = golden(model + "/main.pdmodel");
    const auto in = golden(model + "/persistables");
    const std::string out = "wrong_out";
    struct wrong {
        std::string says;
        arguments given;
    };
    const std::vector<wrong> table{
        {"--align, --checksum, --names and --gzip are for --to paddle", {in, out, "--to", "npz", "--gzip"}},
        {"--align, --checksum, --names and --gzip are for --to paddle", {in, out, "--to", "safetensors", "--align", "64"}},
        {"--align, --checksum, --names and --gzip are for --to paddle", {in, out, "--to", "pdparams", "--checksum"}},
        {"--align, --checksum, --names and --gzip are for --to paddle", {in, out, "--to", "pdparams", "--names"}},
        {"--out-filename is for --to paddle", {in, out, "--to", "npz", "--out-filename", "f"}},
        {"--align, --checksum, --names and --gzip are for --to paddle", {in, out, "--to", "text", "--gzip"}},
        {"--filter chooses among the variables of PROGRAM", {in, out, "--filter", "params"}},
        {"--program-out writes PROGRAM", {in, out, "--program-out", "p"}},
        {"--program-out writes would not fit them", {"p", in, out, "--program-out", "q", "--cast", "float32=float16"}},
        {"--program-out writes would not fit them", {"p", in, out, "--program-out", "q", "--transpose", "fc_0.w_0"}},
        {"--bits is for --to npz", {in, out, "--bits"}},
        {"expected a power of two up to 65536, found 48", {in, out, "--align", "48"}},
        {"expected a power of two up to 65536, found 131072", {in, out, "--align", "131072"}},
        {"duplicate_name: --rename gives two arrays one name [variable fc_0.b_0", {in, out, "--rename", "fc_0.w_0=fc_0.b_0"}},
        {"--rename names an array that is not there [variable no_such]", {in, out, "--rename", "no_such=a"}},
        {"OLD=NEW or OLD*=NEW*, found fc_*=a", {in, out, "--rename", "fc_*=a"}},
        {"OLD=NEW or OLD*=NEW*, found fc_0.w_0", {in, out, "--rename", "fc_0.w_0"}},
        {"OLD=NEW or OLD*=NEW*, found =a", {in, out, "--rename", "=a"}},
        {"--protocol is for --to pdparams", {in, out, "--protocol", "4"}},
        {"--protocol", {in, out, "--to", "pdparams", "--protocol", "5"}},
        {"--align", {in, out, "--align", "many"}},
        {"--align", {in, out, "--align", "-16"}},
        {"--to", {in, out, "--to", "onnx"}},
        {"FROM=TO, such as bfloat16=float32, found float32", {in, out, "--cast", "float32"}},
        {"FROM=TO", {in, out, "--cast", "float32=fp32"}},
        {"only floating element types are converted into each other", {in, out, "--cast", "float32=int32"}},
        {"--transpose names an array that is not there", {in, out, "--transpose", "no_such"}},
        {"only a matrix is transposed", {in, out, "--transpose", "fc_0.b_0"}},
        {"paths", {program, in, out, "more"}},
        {"paths", {in}},
        {"found a program", {program, out}},
        {"found an empty file", {"an_empty_file", out}},
        {"found a git-lfs pointer, not the file itself", {"a_pointer", out}},
        {"this file holds no arrays by name [file program.gz", {"program.gz", out}},
        {"no file of the folder holds tensors", {golden("fluid18/readme/feed"), out}},
    };
    write_file("an_empty_file", "");
    write_file("a_pointer", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n");
    REQUIRE(std::system(("gzip -c " + quoted(program) + " > program.gz").c_str()) == 0);
    for (const auto& [says, given] : table) {
        fresh(out);
        const auto done = wherry_tool(arguments{"convert"} + given);
        CAPTURE(says);
        CHECK(done.status == 1);
        CHECK(done.out.empty());
        CHECK_MESSAGE(std::count(done.err.begin(), done.err.end(), '\n') == 1, done.err);
        CHECK_MESSAGE(done.err.find(says) != std::string::npos, done.err);
        CHECK(!fs::exists(out));
    }
}

TEST_CASE("inspect shows every form, as text and as JSON") {
    MUST_SUCCEED({"convert", golden(model + "/params"), fresh("shown"), "--out-filename", "all.gz", "--names", "--checksum", "--gzip"});
    MUST_SUCCEED({"convert", golden(model + "/params"), "shown/s", "--to", "safetensors"});
    struct shown {
        std::string file;
        std::string text;
        std::string json;
    };
    const std::vector<shown> table{
        {"shown/all.gz", "gzip data of 6 tensors, with checksums\n  tensor  name ",
         R"("compressed":"gzip","kind":"tensors","checksums":true)"},
        {"shown/s", "safetensors, 6 arrays\n  name ", R"("kind":"safetensors","arrays":[{"name":")"},
        {golden("numpy/stored.npz"), "npz, 7 arrays\n", R"("kind":"npz")"},
        {golden("numpy/official.safetensors"), "safetensors, ", R"("kind":"safetensors")"},
        {golden("pickle/py3-p4.pdparams"), "a pickle (.pdparams or .pdopt), 17 arrays\n", R"("kind":"pickle")"},
        {golden("paddle33/classifier/inference.json"), "program, ", R"("kind":"program")"},
    };
    for (const auto& [file, text, json] : table) {
        CAPTURE(file);
        const auto as_text = wherry_tool({"inspect", file});
        CHECK(as_text.status == 0);
        CHECK_MESSAGE(as_text.out.find(text) != std::string::npos, as_text.out);
        const auto as_json = wherry_tool({"inspect", "--json", file});
        CHECK(json_check::is_valid(as_json.out));
        CHECK_MESSAGE(as_json.out.find(json) != std::string::npos, as_json.out);
    }
    const auto folder = wherry_tool({"inspect", "--json", "shown"});
    CHECK(json_check::is_valid(folder.out));
}
