#include <doctest/doctest.h>
#include <support/bytes.hpp>
#include <support/formats.hpp>
#include <support/scratch.hpp>
#include <wherry/format/pickle.hpp>
#include <wherry/policy/disk.hpp>
#include <wherry/policy/memory.hpp>

#include <array>
#include <complex>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// Files of tests/golden/pickle are made by tests/oracle/make_pickles.py with Python 2.7 and 3.11, NumPy 1.16, 1.26 and 2.

using namespace wherry;

namespace {
std::string read(std::string_view name) { return support::read_file(support::golden(name)); }

std::string written(const state_dict& arrays, const pickle::write_options& options) {
    const auto saved = support::bytes_of(arrays.refs(), format::pickle<>{options});
    REQUIRE(saved);
    return *saved;
}
loaded_state parsed(std::string_view bytes) {
    auto state = support::arrays_in<format::pickle<>>(bytes);
    if (!state) FAIL(to_string(state.error()));
    return *std::move(state);
}
error refused(std::string_view bytes) {
    const auto state = support::arrays_in<format::pickle<>>(bytes);
    REQUIRE_FALSE(state);
    return state.error();
}
std::string from_hex(std::string_view digits) {
    const auto bytes = support::hex(digits);
    return {bytes.begin(), bytes.end()};
}

/// The arrays of make_pickles.py.
void check_mixed(const state_dict& arrays) {
    REQUIRE(arrays.size() == 17);
    const auto is = [&]<class T>(std::string_view name, const Shape& dims, std::initializer_list<T> elements) {
        CAPTURE(name);
        const auto* const found = arrays.find(name);
        REQUIRE(found != nullptr);
        CHECK(*found == Tensor::of<T>(dims, elements));
    };
    is.operator()<float>("w", {1, 2}, {1, 2});
    is.operator()<float>("fc_0.b_0", {2}, {0.5F, -3});
    is.operator()<std::int64_t>("i", {3}, {3, -1, std::int64_t{1} << 40});
    is.operator()<float>("empty", {0, 3}, {});
    is.operator()<double>("empty2", {2, 0}, {});
    is.operator()<float>("scalar", {}, {7});
    is.operator()<std::uint8_t>("u1", {6}, {250, 251, 252, 253, 254, 255});
    is.operator()<std::int16_t>("i2", {1, 1, 1}, {-2});
    is.operator()<std::uint16_t>("bits", {2}, {0x3f80, 0xc000});
    is.operator()<std::int8_t>("i1", {2}, {-128, 127});
    is.operator()<std::complex<float>>("c8", {1}, {{1, 2}});
    is.operator()<std::complex<double>>("z", {1}, {{2, -1}});
    CHECK(arrays.find("flag")->dtype() == DType::BOOL);
    CHECK(arrays.find("flag2")->bytes()[0] == std::byte{1});
    CHECK(arrays.find("half")->dtype() == DType::FP16);
    CHECK(arrays.find("more.half")->dims() == Shape{300});
    REQUIRE(arrays.find("i4")->dims() == Shape{7, 2, 5});
    CHECK(arrays.find("i4")->elements<std::int32_t>()[69] == 69);
}
}  // namespace

TEST_CASE("arrays of every element type are read, whichever Python and NumPy pickled them") {
    for (const auto* const name : {"py3-p2", "py3-p3", "py3-p4", "py2-p2", "numpy2-p2", "numpy2-p4"}) {
        CAPTURE(name);
        check_mixed(parsed(read("pickle/" + std::string(name) + ".pdparams")).arrays);
    }
}

TEST_CASE("a pickle is written again byte for byte as that Python wrote it") {
    for (const int protocol : {2, 3, 4}) {
        CAPTURE(protocol);
        const auto bytes = read("pickle/py3-p" + std::to_string(protocol) + ".pdparams");
        CHECK((written(parsed(bytes).arrays, {.protocol = protocol}) == bytes));
    }
    const auto bytes = read("pickle/py2-p2.pdparams");
    CHECK((written(parsed(bytes).arrays, {.protocol = 2, .python2 = true}) == bytes));
}

TEST_CASE("files of fluid 1.8.5 and Paddle 2.6.2 are read and written again byte for byte") {
    for (const auto* const suffix : {"params", "opt"}) {
        CAPTURE(suffix);
        const auto file = "/model.pd" + std::string(suffix);
        const auto fluid = read("fluid18/classifier_adam/fluid_save" + file);
        CHECK((written(parsed(fluid).arrays, {.python2 = true}) == fluid));
        const auto p2 = read("paddle26/infer_classifier/static_save_p2" + file);
        CHECK((written(parsed(p2).arrays, {.protocol = 2}) == p2));
        const auto p4 = read("paddle26/infer_classifier/static_save_p4" + file);
        CHECK((written(parsed(p4).arrays, {.protocol = 4}) == p4));
    }
    const auto state = parsed(read("fluid18/classifier_adam/fluid_save/model.pdparams"));
    CHECK(state.arrays.size() == 6);
    CHECK(state.arrays.find("fc_0.w_0")->dims().rank() == 2);
}

TEST_CASE("the samples of the specification") {
    const auto w = Tensor::of<float>({2}, {1, 2});
    const std::vector<tensor_ref> one{w.ref("w")};
    CHECK(*support::bytes_of(one, format::pickle<>{{.protocol = 2}}) ==
          from_hex(
              "80027d71005801000000777101636e756d70792e636f72652e6d756c746961727261790a5f7265636f6e7374727563740a7102636e756d70790a6e646172"
              "7261790a71034b00857104635f636f646563730a656e636f64650a7105580100000062710658060000006c6174696e31710786710852710987710a5271"
              "0b284b014b0285710c"
              "636e756d70790a64747970650a710d58020000006634710e898887710f527110284b0358010000003c71114e4e4e4affffffff4affffffff4b00747112"
              "6289680558090000000000c2803f000000407113680786711452711574711662732e"));
    CHECK(*support::bytes_of(one, format::pickle<>{{.protocol = 3}}) ==
          from_hex(
              "80037d71005801000000777101636e756d70792e636f72652e6d756c746961727261790a5f7265636f6e7374727563740a7102636e756d70790a6e646172"
              "7261790a71034b008571044301627105877106527107284b014b02857108636e756d70790a64747970650a710958020000006634710a898887710b5271"
              "0c284b0358010000003c710d4e4e4e4affffffff4affffffff4b0074710e628943080000803f00000040710f74711062732e"));
    CHECK(*support::bytes_of(one, format::pickle<>{{.protocol = 4}}) ==
          from_hex(
              "80049597000000000000007d948c0177948c156e756d70792e636f72652e6d756c74696172726179948c0c5f7265636f6e7374727563749493948c056e75"
              "6d7079948c076e6461727261799493944b0085944301629487945294284b014b02859468058c0564747970659493948c02663494898887945294284b03"
              "8c013c944e4e4e4affffffff4affffffff4b007494628943080000803f0000004094749462732e"));
}

TEST_CASE("an empty dict has the bytes that Python gives it") {
    CHECK(*support::bytes_of({}, format::pickle<>{{.protocol = 2}}) == from_hex("80027d71002e"));
    CHECK(*support::bytes_of({}, format::pickle<>{{.protocol = 4}}) == from_hex("80047d942e"));
    CHECK(parsed(from_hex("80047d942e")).arrays.empty());
}

TEST_CASE("a dict is filled by a thousand, and its last batch ends as each Python ends it") {
    const auto scalar = Tensor::of<std::int8_t>({}, {1});
    const auto ending = [&](std::size_t count, bool python2) {
        std::vector<std::string> names;
        for (std::size_t i = 0; i < count; ++i) names.push_back("k" + std::to_string(i));
        std::vector<tensor_ref> arrays;
        for (const auto& name : names) arrays.push_back(scalar.ref(name));
        const auto bytes = *support::bytes_of(arrays, format::pickle<>{{.python2 = python2}});
        CHECK(parsed(bytes).arrays.size() == count);
        return bytes.substr(bytes.size() - 4);
    };
    CHECK(ending(1, true).ends_with("bs."));
    CHECK(ending(999, true).ends_with("bu."));
    CHECK(ending(1000, true).ends_with("bu."));
    CHECK(ending(1001, true).ends_with("bs."));  // alone in its batch
    CHECK(ending(2000, true).ends_with("bu."));
    CHECK(ending(1000, false) == "u(u.");  // an empty batch
    CHECK(ending(1001, false).ends_with("bu."));
}

TEST_CASE("slices of a big array are joined, and a big array is cut into the same slices") {
    for (const auto* const name : {"py3-big-p2", "py2-big-p2"}) {
        CAPTURE(name);
        const auto state = parsed(read("pickle/" + std::string(name) + ".pdparams"));
        REQUIRE(state.arrays.size() == 2);
        CHECK(*state.arrays.find("w") == Tensor::of<float>({2, 5}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
        CHECK(*state.arrays.find("b") == Tensor::of<float>({1}, {9}));
        CHECK((written(state.arrays, {.protocol = 2, .cut_bytes = 16}) == read("pickle/py3-big-p2.pdparams")));
    }
    const auto state = parsed(read("pickle/py3-big-p2.pdparams"));
    CHECK(parsed(written(state.arrays, {.protocol = 4, .cut_bytes = 16})).arrays.size() == 2);  // never cut
    CHECK(written(state.arrays, {.protocol = 3, .cut = false, .cut_bytes = 16}).find("@@.") == std::string::npos);
}

TEST_CASE("structured names and other values are told apart from arrays") {
    for (const auto* const name : {"py3-ordered-p2", "py2-ordered-p2"}) {
        CAPTURE(name);
        const auto state = parsed(read("pickle/" + std::string(name) + ".pdparams"));
        REQUIRE(state.arrays.size() == 2);
        CHECK(state.arrays.begin()->name == "linear.weight");
        const auto* const extra = state.report.extra.as<pickle::extra>();
        REQUIRE(extra != nullptr);
        REQUIRE(extra->structured_names.size() == 2);
        const auto& first = extra->structured_names[extra->structured_names[0].structured == "linear.weight" ? 0 : 1];
        CHECK(first.parameter == "linear_0.w_0");
        CHECK(state.report.warnings.empty());
        const auto values = extra->values();
        REQUIRE(values.size() == 2);
        CHECK(values[0].name == "LR_Scheduler/last_epoch");
    }
}

TEST_CASE("column-major and big-endian arrays become row-major and native") {
    for (const auto* const name : {"py3-fortran-p4", "py2-fortran-p2", "numpy2-fortran-p4"}) {
        CAPTURE(name);
        const auto arrays = parsed(read("pickle/" + std::string(name) + ".pdparams")).arrays;
        CHECK(*arrays.find("f") == Tensor::of<float>({2, 3}, {0, 1, 2, 3, 4, 5}));
        CHECK(*arrays.find("big") == Tensor::of<std::int16_t>({3}, {0, 1, 2}));
    }
}

TEST_CASE("files and bytes hold the same pickle; errors of a file name it") {
    const support::scratch place("pickle");
    const auto w = Tensor::of<float>({2}, {1, 2});
    const std::vector<tensor_ref> one{w.ref("w")};
    REQUIRE(archive<format::pickle<4>>::save(one, disk(place / "deep/state.pdparams")));
    CHECK(support::read_file(place / "deep/state.pdparams") == *support::bytes_of(one, format::pickle<>{{.protocol = 4}}));
    const auto loaded = archive<format::pickle<>>::load_all(disk(place / "deep/state.pdparams"));
    REQUIRE(loaded);
    CHECK(*loaded->arrays.find("w") == w);
    support::write_file(place / "cut", support::read_file(place / "deep/state.pdparams").substr(0, 50));
    const auto cut = archive<format::pickle<>>::load_all(disk(place / "cut"));
    REQUIRE_FALSE(cut);
    CHECK(cut.error().file == place / "cut");
    CHECK(archive<format::pickle<>>::load_all(disk(place / "none")).error().code == errc::not_found);
}

TEST_CASE("bfloat16 travels as the uint16 of its bits") {
    const auto bits = Tensor::of<bfloat16>({2}, {bfloat16(1.0F), bfloat16(-2.0F)});
    const std::vector<tensor_ref> one{bits.ref("w")};
    const auto read_back = parsed(*support::bytes_of<format::pickle<>>(one));
    CHECK(read_back.arrays.find("w")->dtype() == DType::UINT16);
    CHECK(read_back.arrays.find("w")->elements<std::uint16_t>()[0] == 0x3f80);
}

TEST_CASE("values that cannot be pickled are refused before a byte is written") {
    const auto w = Tensor::of<float>({2}, {1, 2});
    const auto code = [&](std::string_view name, const pickle::write_options& options) {
        const std::vector<tensor_ref> one{w.ref(name)};
        const auto saved = support::bytes_of(one, format::pickle<>{options});
        return saved ? errc{} : saved.error().code;
    };
    CHECK(code("w", {.protocol = 1}) == errc::bad_argument);
    CHECK(code("w", {.protocol = 5}) == errc::bad_argument);
    CHECK(code("w", {.protocol = 4, .python2 = true}) == errc::bad_argument);
    CHECK(code("", {}) == errc::bad_name);
    CHECK(code("\xff", {}) == errc::bad_name);
    const std::vector<tensor_ref> twice{w.ref("w"), w.ref("w")};
    CHECK(support::bytes_of<format::pickle<>>(twice).error().code == errc::duplicate_name);
    CHECK(support::bytes_of(std::span(twice).first(1), format::pickle<>{{.protocol = 5}}).error().message.view() ==
          "Expected 1<'protocol'<5, but received protocol=5");
}

TEST_CASE("a pickle cut at any byte is an error") {
    for (const auto* const name : {"py3-p2", "py3-p3", "py3-p4", "py2-p2", "py2-big-p2"}) {
        CAPTURE(name);
        const auto bytes = read("pickle/" + std::string(name) + ".pdparams");
        for (std::size_t size = 0; size < bytes.size(); ++size) {
            CAPTURE(size);
            const auto found = refused(std::string_view(bytes).substr(0, size));
            CHECK(found.code == (size == 0 ? errc::bad_pickle : errc::truncated));
        }
    }
}

TEST_CASE("a pickle with any one byte changed is refused or read, nothing else") {
    for (const auto* const name : {"py3-p2", "py3-p4", "py2-big-p2", "py3-ordered-p2"}) {
        auto bytes = read("pickle/" + std::string(name) + ".pdparams");
        for (std::size_t at = 0; at < bytes.size(); ++at) {
            const auto before = bytes[at];
            bytes[at] = static_cast<char>(bytes[at] ^ std::array{0x01, 0x80, 0xff, 0x20}[at % 4]);
            const auto state = support::arrays_in<format::pickle<>>(bytes);
            if (!state) CHECK_FALSE(state.error().message.empty());
            bytes[at] = before;
        }
    }
}

TEST_CASE("a callable that is not on the list is refused by name and place, used or not") {
    struct row {
        std::string bytes;
        std::string_view found;
        std::uint64_t offset;
    };
    const row table[] = {
        {"\x80\x02"
         "cposix\nsystem\nX\x02\0\0\0id\x85R.",
         "posix.system", 2},
        {std::string("\x80\x02}cos\nremove\n0.", 16), "os.remove", 3},
        {"\x80\x04\x8c\x08"
         "builtins\x8c\x04"
         "eval\x93.",
         "builtins.eval", 18},
        {"\x80\x02(ios\nsystem\n.", "the opcode 105 of os.system", 3},
        {"\x80\x02(o.", "the opcode 111", 3},
        {"\x80\x02\x82\x01.", "the opcode 130", 2},
        {"\x80\x02}Q.", "the opcode 81", 3},
        {"\x80\x02Pabc\n.", "the opcode 80", 2},
        {"\x80\x04)}}\x92.", "the opcode 146", 5},
        {"\x80\x02"
         "cnumpy\nload\n.",
         "numpy.load", 2},
        {"\x80\x02"
         "cnumpy.core.multiarray\nfromfile\n.",
         "numpy.core.multiarray.fromfile", 2},
    };
    for (const auto& held : table) {
        CAPTURE(held.found);
        const auto found = refused(held.bytes);
        CHECK(found.code == errc::forbidden_global);
        CHECK(found.found == held.found);
        CHECK(found.offset == held.offset);
    }
}

TEST_CASE("a pickle that contradicts itself is refused") {
    using namespace std::string_literals;
    const std::string table[] = {
        "\x80\x02N."s,                     // no dict
        "\x80\x02}}."s,                    // two objects
        "\x80\x02(}."s,                    // a mark that is left
        "\x80\x02."s,                      // none
        "\x80\x02t."s,                     // a tuple without a mark
        "\x80\x02}u."s,                    // items without a mark
        "\x80\x02}(K\x01u."s,              // a key without a value
        "\x80\x02](K\x01K\x02u."s,         // items for a list
        "\x80\x02}h\x07."s,                // a memo that nothing is in
        "\x80\x02}r\xff\xff\xff\x7f."s,    // a memo of 2^31 entries
        "\x80\x02I12a\n."s,                // no number
        "\x80\x02}}b."s,                   // a dict with a state
        "\x80\x02}q\0X\x01\0\0\0ah\0s."s,  // a dict in itself
        "\x80\x02R."s,                     // a call of nothing
        "\x80\x02K\x01)R."s,               // a call of a number
        "\x80\x02"
        "cnumpy\ndtype\n)R."s,  // a dtype of nothing
        "\x80\x02"
        "c_codecs\nencode\nX\x01\0\0\0aX\x05\0\0\0utf-8\x86R."s,
        "\x80\x02Z."s,  // no such opcode
        "\x80\x02}X\x01\0\0\0a"
        "cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\0\x85U\x01"
        "b\x87Rs."s,  // an array without a state
    };
    for (const auto& bytes : table) {
        CAPTURE(&bytes - table);
        CHECK(refused(bytes).code == errc::bad_pickle);
    }
    CHECK(refused("\x80\x02\x8b\xff\xff\xff\xff."s).code == errc::truncated);  // LONG4 of a negative length
    CHECK(refused("\x80\x63}.").code == errc::bad_version);
    CHECK(refused("\x80\x05}.").code == errc::bad_version);
    CHECK(refused("}.").code == errc::bad_pickle);
    CHECK(refused(std::string("\x80\x02}.x")).code == errc::trailing_bytes);
    CHECK(refused("\x80\x04\x95\xff\xff\xff\xff\xff\xff\xff\x3f}."s).code == errc::truncated);
    CHECK(refused("\x80\x04\x8e\0\0\0\0\0\x01\0\0."s).code == errc::truncated);
}

TEST_CASE("nesting, sharing and repeating cost no more than the bytes are worth") {
    CHECK(refused("\x80\x02" + std::string(100'000, ']') + std::string(99'999, 'a') + ".").code == errc::bad_pickle);
    std::string deep = "\x80\x02}X" + std::string("\x01\0\0\0a", 5) + std::string(100'000, ']') + std::string(99'999, 'a') + "s.";
    const auto nested = refused(deep);
    CHECK(nested.code == errc::bad_pickle);
    CHECK(nested.message.view().find("deep") != std::string_view::npos);
    std::string doubling = "\x80\x02}X" + std::string("\x01\0\0\0a", 5) + "]";
    for (int i = 0; i < 40; ++i)
        doubling += "q" + std::string(1, static_cast<char>(i)) + "0]h" + static_cast<char>(i) + "ah" + static_cast<char>(i) + "a";
    const auto doubled = parsed(doubling + "s.");  // of which there is one copy, as in the file
    REQUIRE(doubled.report.extra.as<pickle::extra>() != nullptr);
    CHECK(doubled.report.extra.as<pickle::extra>()->objects.nodes.size() == 42);
    CHECK(refused("\x80\x02" + std::string(4'000'001, 'N')).code == errc::too_large);
}

TEST_CASE("arrays may share their bytes, but not until the memory is full") {
    const Tensor large(DType::FP32, {65536});
    const std::vector<tensor_ref> one{large.ref("w")};
    auto bytes = *support::bytes_of(one, format::pickle<>{{.protocol = 3}});
    const auto shared = [&](int count) {  // the memo's slot 7 is the array
        auto made = bytes.substr(0, bytes.size() - 1);
        for (int i = 0; i < count; ++i) made += "C\x02" + std::to_string(10 + i) + "h\x07s";
        return made + ".";
    };
    CHECK(parsed(shared(5)).arrays.size() == 6);
    const auto many = refused(shared(20));
    CHECK(many.code == errc::too_large);
    CHECK_FALSE(many.variable.empty());
}

TEST_CASE("a claimed shape is compared with the bytes before memory is reserved") {
    const auto good = written(parsed(read("pickle/py3-big-p2.pdparams")).arrays, {.protocol = 3});
    const auto at = good.find("K\x02K\x05\x86");
    REQUIRE(at != std::string::npos);
    const auto with_shape = [&](const std::string& shape) { return std::string(good).replace(at, 5, shape); };
    const auto number = [](std::int64_t n) {
        byte_buffer digits;
        append_little_endian(digits, n);
        return "\x8a\x08" + std::string(digits.begin(), digits.end());
    };
    CHECK(parsed(with_shape("K\x0a\x85")).arrays.find("w")->dims() == Shape{10});
    CHECK(refused(with_shape("K\x02K\x06\x86")).code == errc::shape_mismatch);
    CHECK(refused(with_shape("K\x02K\x04\x86")).variable == "w");
    CHECK(refused(with_shape(number(-2) + number(-5) + "\x86")).code == errc::bad_dims);
    CHECK(refused(with_shape(number(std::int64_t{1} << 40) + "\x85")).code == errc::shape_mismatch);
    CHECK(refused(with_shape(number(std::int64_t{1} << 32) + number(std::int64_t{1} << 32) + "\x86")).code == errc::overflow);
    CHECK(refused(with_shape("K" + std::string(1, '\0') + number(std::int64_t{1} << 62) + "\x86")).code == errc::overflow);
    std::string ten = "(";
    for (int i = 0; i < 10; ++i) ten += "K\x01";
    CHECK(refused(with_shape(ten + "t")).code == errc::bad_dims);
    const auto code = good.find("f4");
    for (const auto* const other : {"O8", "S5", "M8", "f9", "V2"})
        CHECK(refused(std::string(good).replace(code, 2, other)).code == errc::bad_dtype);
    const auto key = good.find("\x01" + std::string(3, '\0') + "w");
    REQUIRE(key != std::string::npos);
    const auto twice = refused(std::string(good).replace(key + 4, 1, "b"));
    CHECK(twice.code == errc::duplicate_name);
    CHECK(twice.variable == "b");
}

TEST_CASE("slices that lack, repeat or do not fit") {
    const auto good = read("pickle/py3-big-p2.pdparams");
    const auto wrong = [&](std::string_view from, std::string_view to) {
        auto bytes = good;
        const auto at = bytes.rfind(from);
        REQUIRE(at != std::string::npos);
        return refused(bytes.replace(at, from.size(), to)).code;
    };
    CHECK(wrong("h\x16h\x1fh(", "h\x16h\x16h(") == errc::bad_pickle);
    CHECK(wrong("h\x16h\x1fh(", "h\x16h\x1fh1") == errc::bad_pickle);
    CHECK(wrong("h\x16h\x1fh(", "h\x16h\x1fh\x01") == errc::shape_mismatch);
    CHECK(wrong("K\x02K\x05\x86", "K\x02K\x06\x86") == errc::shape_mismatch);
    CHECK(wrong("slices", "slicez") == errc::bad_pickle);
}
