#include "json_check.hpp"
#include "run_tool.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

// Checkpoints as people make them (golden/*/checkpoints, golden/cases), and the two names of their parameters.

namespace {
using support::golden;

std::string checkpoint_of(std::string_view file, std::string_view paddle = "paddle26") {
    return golden(std::string(paddle) + "/checkpoints/" + std::string(file));
}
bool has_part(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

/// Lines of `inspect`, without blanks at their ends and with one between words.
std::string inspected(const std::string& file) {
    const auto shown = wherry_tool({"inspect", file});
    CHECK_MESSAGE(shown.status == 0, shown.err);
    std::string made;
    for (const char c : shown.out)
        if (c != ' ' || (!made.empty() && made.back() != ' ')) made += c;
    return made;
}
}  // namespace

TEST_CASE("nested checkpoints, lists and single tensors are shown whole and come back whole from convert") {
    for (const std::string file : {"more.pdparams", "list.pdparams", "one.pdtensor", "half.pdopt", "tied.pdopt", "tied.pdparams"}) {
        CAPTURE(file);
        MUST_SUCCEED({"convert", checkpoint_of(file), fresh("kept"), "--to", "pdparams", "--protocol", "4"});
        CHECK((support::read_file("kept") == support::read_file(checkpoint_of(file))));
        MUST_SUCCEED({"convert", checkpoint_of(file, "paddle33"), fresh("kept33"), "--to", "pdparams"});
        MUST_SUCCEED({"diff", checkpoint_of(file, "paddle33"), "kept33"});
    }
    for (const std::string file : {"nested-checkpoint/ckpt.pdparams", "nested-checkpoint/one.pdtensor", "pdopt-lr-scheduler/a.pdopt"}) {
        CAPTURE(file);
        MUST_SUCCEED({"convert", golden("cases/" + file), fresh("kept"), "--to", "pdparams", "--protocol", "4"});
        CHECK((support::read_file("kept") == support::read_file(golden("cases/" + file))));
    }
    for (const auto* const paddle : {"paddle26", "paddle33"}) {
        MUST_SUCCEED({"convert", checkpoint_of("nested.pdparams", paddle), fresh("kept"), "--to", "pdparams"});
        MUST_SUCCEED({"diff", checkpoint_of("nested.pdparams", paddle), "kept"});
        const auto lines = [](const std::string& shown) { return shown.substr(shown.find('\n')); };
        CHECK(lines(inspected("kept")) == lines(inspected(checkpoint_of("nested.pdparams", paddle))));
    }
    MUST_SUCCEED({"convert", checkpoint_of("nested.pdparams"), fresh("kept"), "--to", "pdparams", "--protocol", "4"});
    CHECK((support::read_file("kept") == support::read_file(checkpoint_of("nested.pdparams"))));
    MUST_SUCCEED({"convert", checkpoint_of("tied.pdiparams.info"), fresh("kept"), "--to", "pdparams"});
    CHECK((support::read_file("kept") == support::read_file(checkpoint_of("tied.pdiparams.info"))));
    const auto shown = inspected(golden("cases/nested-checkpoint/ckpt.pdparams"));
    for (const auto* const part :
         {"model/fc1.weight float32 [4, 8] 128 linear_0.w_0\n", "epoch 3\n", "opt/LR_Scheduler/last_epoch 3\n", "best 0.9\n"})
        CHECK_MESSAGE(has_part(shown, part), shown);
    const auto json = wherry_tool({"inspect", "--json", golden("cases/nested-checkpoint/ckpt.pdparams")}).out;
    CHECK(json_check::is_valid(json));
    CHECK_MESSAGE(has_part(json, R"({"name":"opt/LR_Scheduler/last_epoch","value":"3"})"), json);
    CHECK(has_part(inspected(golden("cases/structured-names/dyn.pdiparams.info")), "linear_0.w_0/structured_name 'fc1.weight'\n"));
}

TEST_CASE("a thing that a form has no place for is an error unless it is dropped") {
    for (const auto& one : {std::pair<std::string, std::string>{golden("cases/pdopt-lr-scheduler/a.pdopt"), "LR_Scheduler/last_epoch"},
                            {checkpoint_of("tied.pdopt"), "LR_Scheduler/last_epoch"},
                            {checkpoint_of("tied.pdopt", "paddle33"), "LR_Scheduler/last_epoch"},
                            {checkpoint_of("nested.pdparams"), "epoch"}})
        for (const std::string form : {"npz", "safetensors", "text", "paddle"}) {
            const auto& file = one.first;
            const auto& value = one.second;
            CAPTURE(file);
            CAPTURE(form);
            const auto refused = wherry_tool({"convert", file, fresh("dropped"), "--to", form});
            CHECK(refused.status == 1);
            CHECK_MESSAGE(has_part(refused.err, "unsupported: a value beside the arrays has no place in this form"), refused.err);
            CHECK_MESSAGE(has_part(refused.err, "variable " + value), refused.err);
            CHECK(!std::filesystem::exists("dropped"));
            MUST_SUCCEED({"convert", file, "dropped", "--to", form, "--drop"});
        }
    MUST_SUCCEED({"convert", checkpoint_of("nested.pdparams"), fresh("flat.npz"), "--drop"});
    CHECK(has_part(inspected("flat.npz"), "model/enc.weight float32 [4, 4]"));
}

TEST_CASE("the names of parameters are kept in safetensors; other forms than a pickle ask for --drop") {
    for (const auto& file :
         {golden("cases/structured-names/net.pdparams"), checkpoint_of("tied.pdparams"), checkpoint_of("tied.pdparams", "paddle33")}) {
        CAPTURE(file);
        for (const std::string form : {"npz", "text", "paddle"}) {
            const auto refused = wherry_tool({"convert", file, fresh("unnamed"), "--to", form});
            CHECK(refused.status == 1);
            CHECK_MESSAGE(has_part(refused.err, "the names of parameters have no place in this form"), refused.err);
            CHECK(!std::filesystem::exists("unnamed"));
            MUST_SUCCEED({"convert", file, "unnamed", "--to", form, "--drop"});
        }
        MUST_SUCCEED({"convert", file, fresh("names.safetensors")});
        MUST_SUCCEED({"convert", "names.safetensors", fresh("names.pdparams")});
        MUST_SUCCEED({"diff", file, "names.pdparams"});
        const auto json = wherry_tool({"inspect", "--json", file}).out;
        const auto again = wherry_tool({"inspect", "--json", "names.pdparams"}).out;
        for (auto at = json.find("\"parameter\":"); at != std::string::npos; at = json.find("\"parameter\":", at + 1))
            CHECK(has_part(again, json.substr(at, json.find('}', at) - at)));
    }
    MUST_SUCCEED({"convert", golden("cases/structured-names/net.pdparams"), fresh("names.safetensors")});
    MUST_SUCCEED({"diff", "names.safetensors", golden("cases/structured-names/dyn.pdiparams")});
    MUST_SUCCEED({"convert", "names.safetensors", fresh("names.pdiparams")});
    CHECK((support::read_file("names.pdiparams") == support::read_file(golden("cases/structured-names/dyn.pdiparams"))));
    MUST_SUCCEED({"convert", "names.pdiparams", fresh("names.pdparams")});  // by names.pdiparams.info, as Paddle has it
    MUST_SUCCEED({"diff", golden("cases/structured-names/net.pdparams"), "names.pdparams"});
    CHECK(has_part(inspected("names.pdparams"), "fc1.weight float32 [4, 8] 128 linear_0.w_0\n"));
    MUST_SUCCEED({"convert", golden("cases/structured-names/dyn.pdmodel"), golden("cases/structured-names/dyn.pdiparams"), "plain.npz"});
    CHECK(std::filesystem::exists("names.pdiparams.info"));
    MUST_SUCCEED({"convert", "plain.npz", "names.pdiparams"});  // without names of layers: those of before are gone
    CHECK_FALSE(std::filesystem::exists("names.pdiparams.info"));
    MUST_SUCCEED({"convert", checkpoint_of("tied.pdparams"), fresh("tied.pdiparams")});  // a parameter with two names keeps both
    MUST_SUCCEED({"convert", "tied.pdiparams", fresh("tied.pdparams")});
    for (const auto* const name : {"enc.weight", "dec.weight"})
        CHECK(has_part(inspected("tied.pdparams"), std::string(name) + " float32 [4, 4] 64 linear_0.w_0\n"));
    MUST_SUCCEED({"convert", "names.safetensors", fresh("renamed.safetensors"), "--rename", "fc1.*=first.*"});
    CHECK(has_part(inspected("renamed.safetensors"), "first.weight float32 [4, 8] 128 linear_0.w_0\n"));
    // a program's variables have the names that were asked for
    MUST_SUCCEED(
        {"convert", golden("cases/structured-names/dyn.pdmodel"), golden("cases/structured-names/net.pdparams"), fresh("names.npz")});
}

TEST_CASE("metadata of safetensors are shown, kept, and not lost in another form without a word") {
    const std::string meta = "meta.safetensors";
    const std::string header = R"({"__metadata__":{"format":"pt","note":"mine"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},)"
                               R"("b":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}})";
    const auto padding = (8 - header.size() % 8) % 8;
    write_file(meta, std::string(1, static_cast<char>(header.size() + padding)) + std::string(7, '\0') + header +
                         std::string(padding, ' ') + "0123456789abcdef");
    CHECK(has_part(inspected(meta), "note mine\n"));
    const auto refused = wherry_tool({"convert", meta, fresh("meta.npz")});
    CHECK(refused.status == 1);
    CHECK_MESSAGE(has_part(refused.err, "a value of the metadata has no place in this form"), refused.err);
    MUST_SUCCEED({"convert", meta, "meta.npz", "--drop"});
    MUST_SUCCEED({"convert", meta, fresh("again.safetensors")});
    CHECK(has_part(inspected("again.safetensors"), "format pt\n"));
    MUST_SUCCEED({"convert", "meta.npz", fresh("made.safetensors")});
    CHECK(has_part(inspected("made.safetensors"), "format np\n"));
    MUST_SUCCEED({"convert", meta, fresh("meta_shards"), "--shard-size", "8"});
    CHECK(has_part(inspected("meta_shards/model-00001-of-00002.safetensors"), "note mine\n"));
    MUST_SUCCEED({"convert", "meta_shards", fresh("meta_whole.safetensors")});
    for (const auto* const same : {"again.safetensors", "meta_whole.safetensors"})
        CHECK((support::read_file(same) == support::read_file(meta)));
}

TEST_CASE("arrays of nested dicts are renamed where they are") {
    MUST_SUCCEED({"convert", checkpoint_of("nested.pdparams"), fresh("renamed.pdparams"), "--rename", "model/enc.bias=model/b"});
    CHECK(has_part(inspected("renamed.pdparams"), "model/b float32 [4] 16 linear_0.b_0\n"));
    CHECK(has_part(inspected("renamed.pdparams"), "epoch 3\n"));
    const auto refused =
        wherry_tool({"convert", checkpoint_of("nested.pdparams"), fresh("renamed"), "--to", "pdparams", "--rename", "model/enc.bias=b"});
    CHECK(refused.status == 1);
    CHECK_MESSAGE(has_part(refused.err, "an array of nested objects gets another name in its own dict alone"), refused.err);
}

TEST_CASE("the names of layers and those of variables are one array: diff and convert know both") {
    struct named_model {
        std::string params;    ///< structured names
        std::string combined;  ///< names of variables
        std::size_t structured;
    };
    for (const auto& one : {named_model{golden("cases/structured-names/net.pdparams"), golden("cases/structured-names/dyn.pdiparams"), 5},
                            named_model{checkpoint_of("tied.pdparams"), checkpoint_of("tied.pdiparams"), 10},
                            named_model{checkpoint_of("tied.pdparams", "paddle33"), checkpoint_of("tied.pdiparams", "paddle33"), 10}}) {
        const auto& params = one.params;  // clang 14 captures no structured binding
        const auto& combined = one.combined;
        CAPTURE(params);
        MUST_SUCCEED({"diff", params, combined, "--names-from", params});
        MUST_SUCCEED({"diff", combined, params, "--names-from", params});
        // back to dygraph, with every name that layers have, and to a combined file
        MUST_SUCCEED({"convert", combined, fresh("back.pdparams"), "--names-from", params, "--protocol", "4"});
        MUST_SUCCEED({"diff", params, "back.pdparams"});
        const auto shown = inspected("back.pdparams");
        CHECK_MESSAGE(has_part(shown, std::to_string(one.structured) + " arrays"), shown);
        MUST_SUCCEED({"convert", "back.pdparams", fresh("again"), "--to", "paddle", "--out-filename", "all.pdiparams"});
        CHECK((support::read_file("again/all.pdiparams") == support::read_file(combined)));
        MUST_SUCCEED({"convert", combined, fresh("named.safetensors"), "--names-from", params});
        MUST_SUCCEED({"diff", params, "named.safetensors"});
    }
    // FILE.info beside FILE is found
    MUST_SUCCEED({"convert", golden("cases/structured-names/dyn.pdiparams"), fresh("beside.pdparams")});
    CHECK(has_part(inspected("beside.pdparams"), "fc1.weight float32 [4, 8] 128 linear_0.w_0\n"));
    MUST_SUCCEED({"diff", golden("cases/structured-names/net.pdparams"), golden("cases/structured-names/dyn.pdiparams")});
    // a text does as well
    write_file("names.txt",
               "scale net_0.w_0\nfc1.weight linear_0.w_0\nfc1.bias linear_0.b_0\nfc2.weight linear_1.w_0\nfc2.bias linear_1.b_0\n");
    MUST_SUCCEED({"convert", golden("cases/structured-names/dyn.pdiparams"), fresh("of_text.pdparams"), "--names-from", "names.txt"});
    CHECK((support::read_file("of_text.pdparams") == support::read_file("beside.pdparams")));
}

TEST_CASE("names that map two to one are refused") {
    const auto combined = golden("cases/structured-names/dyn.pdiparams");
    write_file("two.txt", "a linear_0.w_0\na linear_1.w_0\n");
    const auto two = wherry_tool({"convert", combined, fresh("two.pdparams"), "--names-from", "two.txt"});
    CHECK(two.status == 1);
    CHECK_MESSAGE(has_part(two.err, "duplicate_name: a structured name is given to two parameters"), two.err);
    CHECK(has_part(two.err, "two.txt"));
    write_file("merged.txt", "fc1.weight w\nfc1.bias w\n");  // two arrays of one parameter, which differ
    const auto merged =
        wherry_tool({"convert", golden("cases/structured-names/net.pdparams"), fresh("merged.pdiparams"), "--names-from", "merged.txt"});
    CHECK(merged.status == 1);
    CHECK_MESSAGE(has_part(merged.err, "duplicate_name: two arrays are of one parameter and differ"), merged.err);
    write_file("few.txt", "fc1.weight linear_0.w_0\n");
    CHECK(wherry_tool({"convert", combined, fresh("few.pdparams"), "--names-from", "few.txt"}).status == 1);
    CHECK(wherry_tool({"convert", combined, fresh("none.pdparams"), "--names-from", "nowhere"}).status == 1);
    for (const auto* const out : {"two.pdparams", "merged.pdiparams", "few.pdparams", "none.pdparams"})
        CHECK(!std::filesystem::exists(out));
}
