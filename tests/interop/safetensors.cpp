#include <doctest/doctest.h>
#include <support/formats.hpp>
#include <support/scratch.hpp>
#include <wherry/archive/archive.hpp>
#include <wherry/interop/safetensors.hpp>
#include <wherry/policy/disk.hpp>
#include <wherry/policy/mapped.hpp>
#include <wherry/policy/memory.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// tests/golden/numpy/official.safetensors is made by tests/oracle/make_safetensors.py with safetensors 0.8.0.

using namespace wherry;

namespace {
std::string read_golden(std::string_view name) { return support::read_file(support::golden(name)); }
std::string file_of(std::string_view header, std::string_view data) {
    byte_buffer size;
    append_little_endian(size, std::uint64_t{header.size()});
    return std::string(size.begin(), size.end()) + std::string(header) + std::string(data);
}
error refused(std::string_view bytes) {
    const auto read = support::arrays_in<format::safetensors>(bytes);
    REQUIRE_FALSE(read);
    return read.error();
}
errc of_header(std::string_view header, std::string_view data = "12345678") { return refused(file_of(header, data)).code; }
/// Offsets of a tensor "a" of two floats.
std::string a(std::string_view offsets, std::string_view shape = "[2]", std::string_view dtype = "F32") {
    return "\"a\":{\"dtype\":\"" + std::string(dtype) + "\",\"shape\":" + std::string(shape) + ",\"data_offsets\":" + std::string(offsets) +
           "}";
}
}  // namespace

TEST_CASE("a file of the official package is read, and written again byte for byte") {
    const auto bytes = read_golden("numpy/official.safetensors");
    const auto read = archive<format::safetensors>::load_all(disk{support::golden("numpy/official.safetensors")});
    if (!read) FAIL(to_string(read.error()));
    CHECK(read->arrays.size() == 16);
    const auto* const metadata = read->report.extra.as<safetensors::metadata>();
    REQUIRE(metadata != nullptr);
    REQUIRE(metadata->entries.size() == 1);
    CHECK(metadata->entries[0].key == "format");
    CHECK(metadata->entries[0].value == "np");
    CHECK(*read->arrays.find("scalar") == Tensor::of<float>({}, {3}));
    CHECK(*read->arrays.find("empty") == Tensor::of<float>({0, 2}, {}));
    CHECK(*read->arrays.find("bool") == Tensor::of<bool>({2}, {true, false}));
    CHECK(*read->arrays.find("f16") == Tensor::of<float16>({2}, {float16(1.0F), float16(0.0F)}));
    CHECK(*read->arrays.find("q\"\xC3\xBC\n\x01\\/") == Tensor::of<float>({2, 3}, {0, 1, 2, 3, 4, 5}));
    CHECK((*support::bytes_of(read->arrays.refs(), format::safetensors{*metadata}) == bytes));
}

TEST_CASE("every element type but one goes out and comes back, from files and from memory") {
    const support::scratch place("safetensors");
    std::vector<Tensor> tensors;
    std::vector<std::string> names;
    for (const auto& row : dtype_table) {
        if (row.dtype == DType::COMPLEX128 || row.dtype == DType::SIZE_T) continue;
        auto& made = tensors.emplace_back(row.dtype, Shape{3});
        for (auto& byte : made.bytes()) byte = std::byte{1};
        names.emplace_back(row.name);
    }
    std::vector<tensor_ref> refs;
    for (std::size_t i = 0; i < tensors.size(); ++i) refs.push_back(tensors[i].ref(names[i]));
    REQUIRE(archive<format::safetensors>::save(refs, disk{place / "deep/m.safetensors"}));
    const auto loaded = archive<format::safetensors>::load_all(disk{place / "deep/m.safetensors"});
    REQUIRE(loaded);
    for (std::size_t i = 0; i < tensors.size(); ++i) CHECK(*loaded->arrays.find(names[i]) == tensors[i]);
    CHECK((*support::bytes_of<format::safetensors>(refs) == support::read_file(place / "deep/m.safetensors")));
    const Tensor wide(DType::COMPLEX128, {1});
    const std::vector<tensor_ref> one{wide.ref("z")};
    CHECK(support::bytes_of<format::safetensors>(one).error().code == errc::bad_dtype);
    CHECK(support::arrays_in<format::safetensors>(*support::bytes_of<format::safetensors>({}))->arrays.empty());
}

TEST_CASE("names that cannot be written") {
    const auto t = Tensor::of<float>({1}, {1});
    const auto code = [&](std::vector<tensor_ref> refs) { return support::bytes_of<format::safetensors>(refs).error().code; };
    CHECK(code({t.ref("")}) == errc::bad_name);
    CHECK(code({t.ref("\xff")}) == errc::bad_name);
    CHECK(code({t.ref("__metadata__")}) == errc::bad_name);
    CHECK(code({t.ref("a"), t.ref("a")}) == errc::duplicate_name);
    CHECK(support::bytes_of({}, format::safetensors{{{{"key", "\xff"}}}}).error().code == errc::bad_name);
}

TEST_CASE("a file cut at any byte is refused") {
    const auto bytes = read_golden("numpy/official.safetensors");
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        CAPTURE(size);
        CHECK(refused(std::string_view(bytes).substr(0, size)).code == errc::truncated);
    }
    const support::scratch place("safetensors");
    support::write_file(place / "cut", bytes.substr(0, bytes.size() - 1));
    const auto cut = archive<format::safetensors>::load_all(disk{place / "cut"});
    REQUIRE_FALSE(cut);
    CHECK(cut.error().file == place / "cut");
    CHECK(cut.error().variable == "bool");
}

TEST_CASE("a file with any one byte changed is refused or read, nothing else") {
    auto bytes = read_golden("numpy/official.safetensors");
    for (std::size_t at = 0; at < bytes.size(); ++at)
        for (const int flip : {1, 2, 0x10, 0x80, 0xff}) {
            const auto before = bytes[at];
            bytes[at] = static_cast<char>(before ^ flip);
            const auto read = support::arrays_in<format::safetensors>(bytes);
            if (!read) CHECK_FALSE(read.error().message.empty());
            bytes[at] = before;
        }
}

TEST_CASE("the rules of the official reader") {
    CHECK(support::arrays_in<format::safetensors>(file_of("{" + a("[0,8]") + "}", "12345678")));
    CHECK(support::arrays_in<format::safetensors>(file_of("{" + a("[0,8]") + "}  \n", "12345678")));
    // sizes of the header
    CHECK(refused(std::string("\0\0\0\0\0\0\0\0", 8)).code == errc::bad_safetensors);
    CHECK(refused(std::string("\0\0\0\0\0\0\0\x80{}", 10)).code == errc::too_large);
    CHECK(refused(std::string("\x01\xe1\xf5\x05\0\0\0\0{}", 10)).code == errc::too_large);
    CHECK(refused(std::string("\x03\0\0\0\0\0\0\0{}", 10)).code == errc::truncated);
    CHECK(refused("\x80\x02}q" + std::string(10, '\0')).found == "a pickle (.pdparams or .pdopt)");
    // not JSON
    for (const auto* const text : {"{", "{\"a\":1", " {}", "[]", "{}x", "{\"a\":}", "{/**/}", "{\"\xff\":1}"})
        CHECK_MESSAGE(of_header(text) == errc::bad_safetensors, text);
    CHECK(of_header(std::string("{}\0", 3)) == errc::bad_safetensors);
    CHECK(of_header("{" + a("[0,8]") + ",") == errc::bad_safetensors);
    // not a tensor
    for (const auto* const text : {"{\"a\":1}", "{\"a\":{}}", "{\"a\":null}", "{\"a\":[]}", "{\"a\":{\"dtype\":\"F32\",\"shape\":[2]}}",
                                   "{\"__metadata__\":{\"k\":1}}", "{\"__metadata__\":{\"k\":{}}}", "{\"__metadata__\":1}",
                                   "{\"__metadata__\":{},\"__metadata__\":{}}"})
        CHECK_MESSAGE(of_header(text) == errc::bad_safetensors, text);
    for (const auto* const offsets :
         {"[0]", "[0,8,8]", "[0,-8]", "[0,8.0]", "[0,8e0]", "0", "\"8\"", "[0,\"8\"]", "[0,[8]]", "[0,99999999999999999999]", "[0,true]"})
        CHECK_MESSAGE(of_header("{" + a(offsets) + "}") == errc::bad_safetensors, offsets);
    CHECK(of_header("{" + a("[0,8]", "[2]", "F33") + "}") == errc::bad_dtype);
    CHECK(of_header("{" + a("[0,8]", "[-2]") + "}") == errc::bad_safetensors);
    CHECK(of_header("{" + a("[0,8]", "[1,1,1,1,1,1,1,1,1,2]") + "}") == errc::bad_dims);
    CHECK(of_header("{" + a("[0,8]", "[9223372036854775808]") + "}") == errc::bad_safetensors);
    CHECK(of_header("{" + a("[0,8]", "[4294967296,4294967296]") + "}") == errc::overflow);
    CHECK(of_header("{" + a("[0,0]", "[0,4611686018427387904]") + "}", "") == errc::overflow);
    // offsets
    CHECK(of_header("{" + a("[0,8]", "[3]") + "}") == errc::shape_mismatch);
    CHECK(of_header("{" + a("[0,4]", "[1]") + "}") == errc::trailing_bytes);
    CHECK(of_header("{" + a("[0,12]", "[3]") + "}") == errc::truncated);
    CHECK(of_header("{" + a("[4,8]", "[1]") + "}") == errc::bad_safetensors);
    CHECK(of_header("{" + a("[8,0]") + "}") == errc::bad_safetensors);
    const std::string b = ",\"b\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":";
    CHECK(support::arrays_in<format::safetensors>(file_of("{" + a("[0,4]", "[1]") + b + "[4,8]}}", "12345678")));
    CHECK(of_header("{" + a("[0,4]", "[1]") + b + "[2,6]}}") == errc::bad_safetensors);               // overlap
    CHECK(of_header("{" + a("[0,4]", "[1]") + b + "[5,9]}}", "123456789") == errc::bad_safetensors);  // hole
    CHECK(of_header("{}", "x") == errc::trailing_bytes);
    // names
    CHECK(of_header("{" + a("[0,4]", "[1]") + "," + a("[4,8]", "[1]") + "}") == errc::duplicate_name);
    CHECK(of_header("{\"\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}") == errc::bad_name);
    CHECK(of_header("{\"a\\u0000\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}") == errc::bad_name);
    CHECK(of_header("{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}") == errc::bad_safetensors);
}

TEST_CASE("keys that are not known are stepped over, whatever they hold") {
    const auto with = [](const std::string& extra) {
        return file_of("{\"a\":{\"dtype\":\"F32\",\"x\":" + extra + ",\"shape\":[2],\"data_offsets\":[0,8]}}", "12345678");
    };
    for (const auto* const extra :
         {"1", "-1.5", "null", "true", "\"s\"", "[]", "{}", "[1,[2,{\"dtype\":3}],\"x\"]", "{\"shape\":[9],\"y\":{}}"}) {
        CAPTURE(extra);
        const auto read = support::arrays_in<format::safetensors>(with(extra));
        REQUIRE(read);
        CHECK(read->arrays.find("a")->dims() == Shape{2});
    }
    CHECK(refused(with(std::string(1000, '[') + std::string(1000, ']'))).code == errc::bad_safetensors);
    CHECK(refused(with(std::string(100'000, '['))).code == errc::bad_safetensors);
}

TEST_CASE("many empty tensors take linear time") {
    std::string header = "{";
    for (int i = 0; i < 50'000; ++i)
        header += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}";
    const auto read = support::arrays_in<format::safetensors>(file_of(header + "}", ""));
    REQUIRE(read);
    CHECK(read->arrays.size() == 50'000);
}

namespace {
const float ones[3] = {1, 2, 3};
const float twos[2] = {4, 5};
sequence<tensor_ref> arrays() {
    return {{"b", DType::FP32, Shape{3}, nullptr, std::as_bytes(std::span(ones))},
            {"a", DType::FP32, Shape{2}, nullptr, std::as_bytes(std::span(twos))}};
}
}  // namespace

TEST_CASE("format::safetensors: arrays come back from memory, files and mappings") {
    const support::scratch folder("safetensors_format");
    using kept = archive<format::safetensors, durable>;
    REQUIRE(kept::save(std::span<const tensor_ref>(arrays()), disk{folder.path() + "/m"}));
    const auto bytes = support::read_file(folder.path() + "/m");
    const std::string_view both[] = {"a", "b"};
    const auto comes_back = [&](auto source) {
        Scope scope;
        const auto loaded = kept::load(std::span<const std::string_view>(both), scope, source);
        REQUIRE(loaded);
        CHECK(loaded->data_bytes == 20);
        CHECK(scope.find_var("b")->elements<float>()[2] == 3);
        CHECK(scope.find_var("a")->elements<float>()[1] == 5);
    };
    comes_back(memory{bytes});
    comes_back(disk{folder.path() + "/m"});
    comes_back(mapped{folder.path() + "/m"});
}

TEST_CASE("a subset loads by name, a name that is not there is an error and changes nothing") {
    const auto bytes = archive<format::safetensors>::save(std::span<const tensor_ref>(arrays()), memory{});
    REQUIRE(bytes);
    Scope scope;
    const std::string_view one[] = {"b"};
    CHECK(archive<format::safetensors>::load(std::span<const std::string_view>(one), scope, memory{*bytes}));
    Scope other;
    const std::string_view more[] = {"b", "c"};
    const auto loaded = archive<format::safetensors>::load(std::span<const std::string_view>(more), other, memory{*bytes});
    REQUIRE_FALSE(loaded);
    CHECK(loaded.error().code == errc::missing_record);
    CHECK(loaded.error().variable == "c");
    CHECK(other.find_var("b") == nullptr);
}
