#include <doctest/doctest.h>
#include <support/bytes.hpp>
#include <support/formats.hpp>
#include <support/scratch.hpp>
#include <wherry/format/pickle.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Checkpoints of golden/paddle26/checkpoints and golden/paddle33/checkpoints: tests/oracle/make_checkpoints.py.

using namespace wherry;

namespace {
std::string checkpoint(std::string_view paddle, std::string_view name) {
    return support::read_file(support::golden("paddle" + std::string(paddle) + "/checkpoints/" + std::string(name)));
}
loaded_state checkpoint_in(std::string_view bytes) {
    auto state = support::arrays_in<format::pickle<>>(bytes);
    if (!state) FAIL(to_string(state.error()));
    return *std::move(state);
}
pickle::extra rest_of(const loaded_state& state) {
    const auto* const held = state.report.extra.as<pickle::extra>();
    return held != nullptr ? *held : pickle::extra();
}
std::string again(const loaded_state& state, int protocol) {
    const auto saved = support::bytes_of(state.arrays.refs(), format::pickle<>{{.protocol = protocol}, rest_of(state)});
    if (!saved) FAIL(to_string(saved.error()));
    return *saved;
}
error not_again(const loaded_state& state, std::span<const tensor_ref> arrays) {
    const auto saved = support::bytes_of(arrays, format::pickle<>{{.protocol = 4}, rest_of(state)});
    REQUIRE_FALSE(saved);
    return saved.error();
}
error refused_checkpoint(std::string_view bytes) {
    const auto state = support::arrays_in<format::pickle<>>(bytes);
    REQUIRE_FALSE(state);
    return state.error();
}
/// "name=text" of all values.
std::vector<std::string> values_of(const pickle::extra& rest) {
    std::vector<std::string> made;
    for (const auto& one : rest.values()) made.push_back(one.name + "=" + one.text);
    return made;
}
using words = std::vector<std::string>;
}  // namespace

TEST_CASE("a file that is one value is shown and written again") {
    using namespace std::string_literals;
    // What paddle.save(3), (True), (0.5), ("x") and (2**80) write, but for the frames.
    const std::pair<std::string, std::string> files[] = {
        {"K\x03", "0=3"},
        {"\x88", "0=True"},
        {"G\x3f\xe0\0\0\0\0\0\0"s, "0=0.5"},
        {"\x8c\x01x\x94", "0='x'"},
        {"\x8a\x0b\0\0\0\0\0\0\0\0\0\0\x01"s, "0=an integer of 88 bits"},
    };
    for (const auto& file : files) {
        const auto& [held, shown] = file;
        CAPTURE(file.second);
        const auto state = checkpoint_in("\x80\x04" + held + ".");
        CHECK(state.arrays.size() == 0);
        CHECK(values_of(rest_of(state)) == words{shown});
        for (const int protocol : {2, 4}) CHECK(values_of(rest_of(checkpoint_in(again(state, protocol)))) == words{shown});
        const std::array one{1.0F};
        const std::array arrays{tensor_ref{.name = "w", .dims = {1}, .bytes = std::as_bytes(std::span(one))}};
        CHECK(not_again(state, arrays).code == errc::bad_argument);
    }
    CHECK(refused_checkpoint("\x80\x04N.").code == errc::bad_pickle);  // None is no file of state
    CHECK(refused_checkpoint("\x80\x04"
                             "cnumpy\nndarray\n.")
              .code == errc::bad_pickle);  // nor is a function
}

TEST_CASE("a checkpoint is written again byte for byte as Paddle wrote it, with all that is not an array") {
    for (const std::string name : {"nested.pdparams", "more.pdparams", "list.pdparams", "one.pdtensor", "array.pdtensor",
                                   "plain-p4.pdparams", "tied.pdparams", "tied.pdopt", "half.pdparams", "half.pdopt"}) {
        CAPTURE(name);
        const auto bytes = checkpoint("26", name);
        CHECK((again(checkpoint_in(bytes), 4) == bytes));
    }
    for (const std::string name : {"nested-p2.pdparams", "plain-p2.pdparams", "tied.pdiparams.info"}) {
        CAPTURE(name);
        const auto bytes = checkpoint("26", name);
        CHECK((again(checkpoint_in(bytes), 2) == bytes));
    }
}

TEST_CASE("a pickle of NumPy 2 is written as NumPy 1 does, with the same arrays, values and names") {
    for (const std::string name :
         {"nested.pdparams", "nested-p2.pdparams", "more.pdparams", "list.pdparams", "one.pdtensor", "array.pdtensor", "plain-p2.pdparams",
          "plain-p4.pdparams", "tied.pdparams", "tied.pdopt", "half.pdparams", "half.pdopt", "static.pdparams"}) {
        CAPTURE(name);
        const auto first = checkpoint_in(checkpoint("33", name));
        for (const int protocol : {2, 3, 4}) {
            CAPTURE(protocol);
            const auto bytes = again(first, protocol);
            const auto second = checkpoint_in(bytes);
            CHECK(values_of(rest_of(second)) == values_of(rest_of(first)));
            REQUIRE(second.arrays.size() == first.arrays.size());
            for (const auto& one : first.arrays) CHECK(*second.arrays.find(one.name) == one.tensor);
            CHECK((again(second, protocol) == bytes));
        }
    }
}

TEST_CASE("arrays of nested dicts and lists are named by the keys on the way to them, values shown as Python shows them") {
    const auto nested = checkpoint_in(checkpoint("26", "nested.pdparams"));
    REQUIRE(nested.arrays.find("model/enc.weight") != nullptr);
    CHECK(nested.arrays.find("model/enc.weight")->dims() == Shape{4, 4});
    CHECK(nested.arrays.find("opt/linear_0.w_0_moment1_0") != nullptr);
    CHECK(nested.report.warnings.empty());
    CHECK(values_of(rest_of(nested)) == words{"epoch=3", "opt/LR_Scheduler/last_epoch=3", "opt/LR_Scheduler/last_lr=0.001", "best=0.9",
                                              "note='first \u00e9poch'", "flags/0=True", "flags/1=None"});
    const auto more = checkpoint_in(checkpoint("26", "more.pdparams"));
    for (const auto* const name : {"seen", "history/0/at", "history/2/at", "7", "half/0"}) CHECK(more.arrays.find(name) != nullptr);
    CHECK(more.arrays.size() == 6);
    CHECK(values_of(rest_of(more)) == words{"step=1099511627776", "big=an integer of 72 bits", "pair/0=1", "pair/1=2.5", "empty/0={}",
                                            "empty/1=()", "empty/2=[]", "history/0/loss=0.0", "history/1/loss=1.0", "history/2/loss=2.0",
                                            "half/1=1"});
    CHECK(checkpoint_in(checkpoint("26", "half.pdopt")).arrays.find("master_weights/linear_3.w_0") != nullptr);
    const auto list = checkpoint_in(checkpoint("26", "list.pdparams"));
    REQUIRE(list.arrays.size() == 2);
    CHECK(list.arrays.find("0")->dims() == Shape{4, 2});
    CHECK(checkpoint_in(checkpoint("26", "one.pdtensor")).arrays.begin()->name == "linear_2.w_0");
    const auto fixed = checkpoint_in(checkpoint("26", "static.pdparams"));
    CHECK(*fixed.arrays.find("0") == Tensor::of<float>({2, 2}, {1, 1, 1, 1}));
    CHECK(*fixed.arrays.find("1/again") == *fixed.arrays.find("0"));
    CHECK(again(fixed, 4).find("eval") == std::string::npos);  // it becomes the array that it stands for
}

TEST_CASE("names of parameters come from the table, from tensors in nested dicts and from .pdiparams.info") {
    const auto names_in = [](std::string_view file) {
        auto found = rest_of(checkpoint_in(checkpoint("26", file))).names();
        REQUIRE(found);
        return *std::move(found);
    };
    const auto table = names_in("tied.pdparams");
    CHECK(table.size() == 10);
    CHECK(table.structured_of("linear_0.w_0") == sequence<std::string>{"enc.weight", "dec.weight"});
    const auto nested = names_in("nested.pdparams");
    CHECK(nested.structured_of("linear_0.w_0") == sequence<std::string>{"model/enc.weight", "model/dec.weight"});
    CHECK(nested.parameter_of("opt/linear_0.w_0_moment1_0") == "linear_0.w_0_moment1_0");
    const auto info = names_in("tied.pdiparams.info");
    CHECK(info.size() == 9);
    CHECK(info.parameter_of("dec.weight") == "linear_0.w_0");  // of a shared one it has the last name alone
    CHECK(info.parameters()[0] == "batch_norm1d_0.b_0");
    CHECK(names_in("plain-p4.pdparams").empty());
}

TEST_CASE("other arrays take the places of those that were loaded") {
    const auto nested = checkpoint_in(checkpoint("26", "nested.pdparams"));
    auto arrays = nested.arrays;
    arrays.set("model/enc.bias", Tensor::of<double>({2}, {1, 2}));
    arrays.add("new", Tensor::of<float>({1}, {5}));
    const auto changed = checkpoint_in(*support::bytes_of(arrays.refs(), format::pickle<>{{.protocol = 4}, rest_of(nested)}));
    CHECK(*changed.arrays.find("model/enc.bias") == Tensor::of<double>({2}, {1, 2}));
    CHECK(*changed.arrays.find("new") == Tensor::of<float>({1}, {5}));
    CHECK(changed.arrays.size() == nested.arrays.size() + 1);
    // fewer: their keys are gone, all values are there
    const std::vector<tensor_ref> one{nested.arrays.find("model/enc.bias")->ref("model/enc.bias")};
    const auto few = checkpoint_in(*support::bytes_of(one, format::pickle<>{{.protocol = 4}, rest_of(nested)}));
    CHECK(few.arrays.size() == 1);
    const auto left = values_of(rest_of(few));
    CHECK(left == values_of(rest_of(nested)));
    // a list keeps its length, and has no names
    const auto list = checkpoint_in(checkpoint("26", "list.pdparams"));
    const auto refs = list.arrays.refs();
    const auto missing = not_again(list, std::span(refs).first(1));
    CHECK(missing.code == errc::missing_record);
    CHECK(missing.variable == "1");
    const std::vector<tensor_ref> three{refs[0], refs[1], one[0]};
    CHECK(not_again(list, three).code == errc::bad_argument);
    CHECK(not_again(list, three).variable == "model/enc.bias");
    const auto alone = checkpoint_in(checkpoint("26", "one.pdtensor"));
    CHECK(not_again(alone, refs).code == errc::bad_argument);
    CHECK((*support::bytes_of(std::span(refs).first(1), format::pickle<>{{.protocol = 4}, rest_of(alone)}) ==
           checkpoint("26", "one.pdtensor")));  // whatever the array is called
}

TEST_CASE("a dict that has a key twice is refused, whatever it holds and however deep it lies") {
    using namespace std::string_literals;
    const auto key = [](char c) { return "X\x01\0\0\0"s + c; };
    const auto twice = [&](const std::string& inside) { return refused_checkpoint("\x80\x02}(" + inside + "u."); };
    for (const auto& inside : {key('a') + "K\1" + key('a') + "K\2", key('a') + "K\1" + key('a') + "K\1",
                               key('a') + "N" + key('b') + "K\1" + key('a') + "}", key('a') + "q\1K\1h\1K\2"}) {
        const auto found = twice(inside);
        CHECK(found.code == errc::duplicate_name);
        CHECK(found.variable == "a");
    }
    CHECK(twice("K\1K\1" + key('a') + "NK\1K\2").variable == "1");
    CHECK(twice("K\1K\1\x88K\2").code == errc::duplicate_name);  // True is 1
    const auto deep = twice(key('m') + "]}(" + key('a') + "K\1" + key('a') + "K\2ua");
    CHECK(deep.code == errc::duplicate_name);
    CHECK(deep.variable == "a");
    CHECK(twice("X\x1b\0\0\0StructuredToParameterName@@}("s + key('a') + key('p') + key('a') + key('q') + "u").code ==
          errc::duplicate_name);
}

TEST_CASE("objects that hold themselves or lie too deep are refused on every way to them") {
    using namespace std::string_literals;
    const auto a = "X\x01\0\0\0a"s;
    const std::string cycles[] = {
        "\x80\x02}q\0"s + a + "h\0s."s,                // a dict in itself
        "\x80\x02}" + a + "]q\1h\1as.",                // a list in itself
        "\x80\x02}" + a + "]q\1(h\1K\1ta" + "s.",      // by way of a tuple
        "\x80\x02}" + a + "]q\1}q\2" + a + "h\1sas.",  // by way of a dict
        "\x80\x02]q\0h\0a."s,
    };
    for (const auto& bytes : cycles) {
        CAPTURE(&bytes - cycles);
        const auto found = refused_checkpoint(bytes);
        CHECK(found.code == errc::bad_pickle);
        CHECK(found.message.view() == "an object of a pickle holds itself");
    }
    // 40 levels that are known, below 40 more: never entered twice, and too deep all the same
    const auto nested = [&](std::size_t levels, const std::string& inside) {
        return std::string(levels, ']') + inside + std::string(levels, 'a');
    };
    const auto first = "]" + std::string(39, ']') + std::string(39, 'a') + "q\1";
    CHECK(checkpoint_in("\x80\x02](" + first + nested(20, "]h\1a") + "e.").arrays.empty());
    const auto found = refused_checkpoint("\x80\x02](" + first + nested(40, "]h\1a") + "e.");
    CHECK(found.code == errc::bad_pickle);
    CHECK(found.found == "more than 64 levels");
}

TEST_CASE("a text that stands for bytes is whole, or it is refused") {
    using namespace std::string_literals;
    const auto encoded = [](const std::string& text) {
        return "\x80\x02}X\1\0\0\0b"s + "c_codecs\nencode\n(X" + static_cast<char>(text.size()) + "\0\0\0"s + text + "X\6\0\0\0latin1tRs."s;
    };
    CHECK(values_of(rest_of(checkpoint_in(encoded("\xc2\x80")))).size() == 1);
    CHECK(refused_checkpoint(encoded("\xc2")).code == errc::bad_pickle);
}

TEST_CASE("the index of a distributed checkpoint is named, with what to do") {
    for (const std::string module : {"paddle.distributed.checkpoint.metadata", "paddle.distributed.flex_checkpoint.dcp.metadata"}) {
        const auto found = refused_checkpoint("\x80\x02"
                                              "c" +
                                              module + "\nMetadata\n)\x81.");
        CHECK(found.code == errc::forbidden_global);
        CHECK(found.found == module + ".Metadata");
        CHECK(found.message.view().find("paddle.save it") != std::string_view::npos);
    }
}

TEST_CASE("eval is taken for a tensor of Paddle's static graph and for nothing else") {
    auto bytes = checkpoint("26", "static.pdparams");
    const auto at = bytes.find("data");
    REQUIRE(at != std::string::npos);
    CHECK(refused_checkpoint(std::string(bytes).replace(at, 4, "exit")).code == errc::forbidden_global);
    CHECK(refused_checkpoint("\x80\x02]c__builtin__\neval\na.").code == errc::forbidden_global);  // kept for later
    CHECK(refused_checkpoint("\x80\x02]c__builtin__\ntuple\na.").code == errc::bad_pickle);
    const auto called = refused_checkpoint("\x80\x02"
                                           "c__builtin__\neval\n(X\x04" +
                                           std::string(3, '\0') + "dataX\x04" + std::string(3, '\0') + "data" + "tR.");
    CHECK(called.code == errc::forbidden_global);
    CHECK(called.found == "builtins.eval");
}

TEST_CASE("an array may be in many places, but not until the memory is full") {
    using namespace std::string_literals;
    const auto array = "cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\0\x85U\1b\x87R(K\1K\0\x85"s +
                       "cnumpy\ndtype\nX\2\0\0\0f4K\0K\1\x87R(K\3X\1\0\0\0<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb\x89U\0tbq\1"s;
    // an array of nothing, in lists of lists of two: the places double with every level
    std::string doubling = "\x80\x02]" + array;
    doubling += "a";
    for (char level = 10; level < 50; ++level) doubling += "q"s + level + "0]h" + level + "ah" + level + "a";
    const auto found = refused_checkpoint(doubling + ".");
    CHECK(found.code == errc::too_large);
    CHECK(checkpoint_in("\x80\x02](" + array + "h\1h\1e.").arrays.size() == 3);
}

TEST_CASE("a checkpoint cut or changed at any byte is refused or read, and what is read is written") {
    for (const std::string name : {"nested.pdparams", "more.pdparams", "plain-p2.pdparams", "static.pdparams"}) {
        auto bytes = checkpoint("26", name);
        for (std::size_t size = 1; size < bytes.size(); size += 7)
            CHECK(refused_checkpoint(std::string_view(bytes).substr(0, size)).code == errc::truncated);
        for (std::size_t at = 0; at < bytes.size(); ++at) {
            const auto before = bytes[at];
            bytes[at] = static_cast<char>(bytes[at] ^ std::array{0x01, 0x80, 0x20}[at % 3]);
            if (const auto state = support::arrays_in<format::pickle<>>(bytes))
                if (const auto saved = support::bytes_of(state->arrays.refs(), format::pickle<>{{}, rest_of(*state)}); !saved)
                    CHECK_FALSE(saved.error().message.empty());
            bytes[at] = before;
        }
    }
}

TEST_CASE("one tensor in two places is written once, until the places differ") {
    const auto bytes = checkpoint("26", "nested.pdparams");
    const auto nested = checkpoint_in(bytes);
    CHECK(*nested.arrays.find("model/enc.weight") == *nested.arrays.find("model/dec.weight"));
    auto arrays = nested.arrays;
    auto other = *arrays.find("model/dec.weight");
    other.elements<float>()[3] += 1;
    arrays.set("model/dec.weight", other);
    const auto changed = *support::bytes_of(arrays.refs(), format::pickle<>{{.protocol = 4}, rest_of(nested)});
    CHECK(changed.size() > bytes.size());
    CHECK(*checkpoint_in(changed).arrays.find("model/dec.weight") == other);
    CHECK(*checkpoint_in(changed).arrays.find("model/enc.weight") == *nested.arrays.find("model/enc.weight"));
}

TEST_CASE("a table of names that is empty, as of an optimizer without accumulators, stays") {
    // pickle.dumps({"LR_Scheduler": {"last_epoch": 3}, "StructuredToParameterName@@": {}}, 2), and of the table alone
    const std::string of_sgd("\x80\x02}q\x00(X\x0c\x00\x00\x00LR_Schedulerq\x01}q\x02X\n\x00\x00\x00last_"
                             "epochq\x03K\x03sX\x1b\x00\x00\x00StructuredToParameterName@@q\x04}q\x05u.",
                             87);
    const std::string alone("\x80\x02}q\x00X\x1b\x00\x00\x00StructuredToParameterName@@q\x01}q\x02s.", 44);
    for (const auto& bytes : {of_sgd, alone, std::string("\x80\x02}q\x00.", 6)}) {  // and of nothing at all
        const auto state = checkpoint_in(bytes);
        CHECK(state.arrays.empty());
        CHECK(rest_of(state).names()->empty());
        CHECK((again(state, 2) == bytes));
    }
}

TEST_CASE("arrays are renamed in their dict, and nowhere else") {
    const auto nested = checkpoint_in(checkpoint("26", "nested.pdparams"));
    const std::vector<std::pair<std::string, std::string>> names{{"model/enc.bias", "model/a much longer name than before"},
                                                                 {"opt/linear_0.w_0_moment1_0", "opt/m"}};
    const auto other = rest_of(nested).renamed(names);
    REQUIRE(other);
    state_dict arrays;
    for (const auto& one : nested.arrays) {
        const auto found = std::find_if(names.begin(), names.end(), [&](const auto& pair) { return pair.first == one.name; });
        arrays.add(found != names.end() ? found->second : one.name, one.tensor);
    }
    const auto bytes = *support::bytes_of(arrays.refs(), format::pickle<>{{.protocol = 4}, *other});
    const auto again_read = checkpoint_in(bytes);
    CHECK(again_read.arrays.size() == nested.arrays.size());
    CHECK(again_read.arrays.find("model/enc.bias") == nullptr);
    CHECK(*again_read.arrays.find("model/a much longer name than before") == *nested.arrays.find("model/enc.bias"));
    CHECK(again_read.arrays.find("opt/m") != nullptr);
    CHECK(values_of(rest_of(again_read)) == values_of(rest_of(nested)));
    CHECK(rest_of(again_read).names()->parameter_of("opt/m") == "linear_0.w_0_moment1_0");
    const auto refused = [](const pickle::extra& rest, const std::string& from, const std::string& to) {
        const std::vector<std::pair<std::string, std::string>> one{{from, to}};
        const auto made = rest.renamed(one);
        return made ? errc{} : made.error().code;
    };
    CHECK(refused(rest_of(nested), "model/enc.bias", "enc.bias") == errc::bad_argument);
    CHECK(refused(rest_of(nested), "model/enc.bias", "model/") == errc::bad_argument);
    CHECK(refused(rest_of(checkpoint_in(checkpoint("26", "list.pdparams"))), "0", "first") == errc::bad_argument);
    // the table goes along
    const auto table = rest_of(checkpoint_in(checkpoint("26", "tied.pdparams")))
                           .renamed(std::vector<std::pair<std::string, std::string>>{{"enc.weight", "w"}});
    REQUIRE(table);
    CHECK(table->structured_names.structured_of("linear_0.w_0") == sequence<std::string>{"w", "dec.weight"});
}
