#include <support/formats.hpp>
#include <support/npy.hpp>

#include <wherry/archive/archive.hpp>
#include <wherry/format/npy.hpp>
#include <wherry/policy/disk.hpp>
#include <wherry/policy/memory.hpp>

#include <doctest/doctest.h>

#include <complex>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

using namespace wherry;

namespace {
/// A .npy file of version 1 with this dict.
std::string file_of(std::string_view dict, std::string_view data) {
    const auto size = static_cast<unsigned>(dict.size());
    return std::string("\x93NUMPY\x01\x00", 8) + static_cast<char>(size & 0xffU) + static_cast<char>(size >> 8U) + std::string(dict) +
           std::string(data);
}
std::string dict(std::string_view descr, std::string_view shape, std::string_view fortran = "False") {
    return "{'descr': '" + std::string(descr) + "', 'fortran_order': " + std::string(fortran) + ", 'shape': " + std::string(shape) +
           ", }\n";
}
std::string chars(std::initializer_list<int> bytes) {
    std::string made;
    for (const int byte : bytes) made += static_cast<char>(byte);
    return made;
}
std::string written(const Tensor& array) { return npy::header_bytes(array.dtype(), array.dims()) + support::file_bytes(array); }
errc code_of(std::string_view file) {
    const auto read = npy::parse(file);
    REQUIRE(!read);
    return read.error().code;
}
}  // namespace

TEST_CASE("every array that NumPy wrote is read, and written again byte for byte") {
    int count = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(WHERRY_GOLDEN_DIR)) {
        if (entry.path().extension() != ".npy") continue;
        CAPTURE(entry.path().string());
        const auto file = support::read_file(entry.path().string());
        const auto array = npy::parse(file);
        REQUIRE_MESSAGE(array.has_value(), to_string(array.error()));
        CHECK(written(*array) == file);
        ++count;
    }
    CHECK(count > 100);
}

TEST_CASE_TEMPLATE("every element type goes out and comes back", T, bool, std::int8_t, std::int16_t, std::int32_t, std::int64_t,
                   std::uint8_t, std::uint16_t, std::uint32_t, std::uint64_t, float, double, std::complex<float>, std::complex<double>) {
    const auto array = Tensor::of<T>({2, 1}, {T(0), T(1)});
    const auto again = npy::parse(written(array));
    REQUIRE(again.has_value());
    CHECK(*again == array);
}

TEST_CASE("elements NumPy has no type for go out as their bits") {
    CHECK(npy::header_bytes(DType::BF16, {1}).find("'<u2'") != std::string::npos);
    CHECK(npy::header_bytes(DType::FP8_E5M2, {1}).find("'|u1'") != std::string::npos);
    CHECK(npy::header_bytes(DType::SIZE_T, {1}).find("'<u8'") != std::string::npos);
}

TEST_CASE("headers of every dims end at a multiple of 64") {
    for (const auto& dims : {Shape{}, Shape{0}, Shape{3}, Shape{1'000'000'000'000}, Shape{1, 2, 3, 4, 5, 6, 7, 8, 9}}) {
        const auto header = npy::header_bytes(DType::COMPLEX128, dims);
        CHECK(header.size() % 64 == 0);
        CHECK(header.back() == '\n');
    }
}

TEST_CASE("big-endian numbers are turned around, parts of complex ones each "
          "for itself") {
    const auto numbers = npy::parse(file_of(dict(">i2", "(2,)"), chars({0x01, 0x02, 0xff, 0xfe})));
    REQUIRE(numbers.has_value());
    CHECK(*numbers == Tensor::of<std::int16_t>({2}, {0x0102, -2}));
    const auto complex = npy::parse(file_of(dict(">c8", "()"), chars({0x3f, 0x80, 0, 0, 0xc0, 0, 0, 0})));
    REQUIRE(complex.has_value());
    CHECK(*complex == Tensor::of<std::complex<float>>({}, {{1, -2}}));
}

TEST_CASE("column-major arrays become row-major") {
    const auto flat = npy::parse(file_of(dict("|u1", "(2, 3)", "True"), chars({0, 3, 1, 4, 2, 5})));
    REQUIRE(flat.has_value());
    CHECK(*flat == Tensor::of<std::uint8_t>({2, 3}, {0, 1, 2, 3, 4, 5}));
    const auto cube = npy::parse(file_of(dict(">u2", "(2, 1, 2)", "True"), chars({0, 0, 0, 2, 0, 1, 0, 3})));
    REQUIRE(cube.has_value());
    CHECK(*cube == Tensor::of<std::uint16_t>({2, 1, 2}, {0, 1, 2, 3}));
    const auto none = npy::parse(file_of(dict("<f4", "(0, 3)", "True"), {}));
    REQUIRE(none.has_value());
    CHECK(none->dims() == Shape{0, 3});
}

TEST_CASE("headers of other writers: any order of keys, other quotes and "
          "spaces, versions 2 and 3, Python 2 numbers") {
    const auto odd = file_of("{ \"shape\" :(2L,1) ,'fortran_order':False,'descr':\"=i1\"}", chars({1, 2}));
    REQUIRE(npy::parse(odd).has_value());
    CHECK(*npy::parse(odd) == Tensor::of<std::int8_t>({2, 1}, {1, 2}));
    for (const char version : {'\x02', '\x03'}) {
        const auto text = dict("|b1", "(1,)");
        const auto file = std::string("\x93NUMPY") + version + std::string("\0", 1) + static_cast<char>(text.size()) +
                          std::string("\0\0\0", 3) + text + "\x05";
        const auto array = npy::parse(file);
        REQUIRE(array.has_value());
        CHECK(*array == Tensor::of<bool>({1}, {true}));
    }
}

TEST_CASE("bytes that cannot be read are refused by their cause") {
    const auto good = file_of(dict("<i2", "(2,)"), "abcd");
    REQUIRE(npy::parse(good).has_value());
    for (std::size_t size = 0; size < good.size(); ++size) CHECK(!npy::parse(std::string_view(good).substr(0, size)));
    CHECK(code_of(good + "x") == errc::trailing_bytes);
    CHECK(code_of("PK\x03\x04") == errc::bad_npy);
    CHECK(code_of(std::string("\x93NUMPY\x04\x00\x02\x00{}", 12)) == errc::bad_version);
    CHECK(code_of(std::string("\x93NUMPY\x02\x00\xff\xff\xff\xff", 12)) == errc::too_large);
    for (const auto* type : {"|O", "<U4", "|S3", "<M8[ns]", "<f16", "|V2", "<i3", "f", "<"})
        CHECK_MESSAGE(code_of(file_of(dict(type, "(2,)"), "abcd")) == errc::bad_dtype, type);
    CHECK(code_of(file_of("{'descr': [('a', '<i2')], 'fortran_order': False, 'shape': (2,)}", "abcd")) == errc::bad_dtype);
    CHECK(code_of(file_of(dict("|u1", "(1,1,1,1,1,1,1,1,1,1)"), "a")) == errc::bad_dims);
    CHECK(code_of(file_of(dict("<i2", "(4000000000,4000000000,4000000000)"), "abcd")) == errc::overflow);
    CHECK(code_of(file_of(dict("<i2", "(4000000000,1000000000)"), "abcd")) == errc::truncated);
    CHECK(code_of(file_of("{'descr': '<i2', 'shape': (2,)}", "abcd")) == errc::missing_required);
    for (const auto* text :
         {"", "{", "{'descr'", "{'descr': '<i2'", "[]", "{'other': 1}", "{'descr': '<i2', 'descr': '<i2'}", "{'fortran_order': 1}",
          "{'shape': 2}", "{'shape': (-1,)}", "{'shape': (1 2)}", "{'shape': (99999999999999999999,)}", "{'descr': 2}", "{} x"})
        CHECK_MESSAGE(!npy::parse(file_of(text, "abcd")), text);
}

TEST_CASE("dims of a header are multiplied past a dim of 0, and a header is capped before it is read") {
    CHECK(code_of(file_of(dict("<f8", "(0, 900000000000000000, 16)"), "")) == errc::overflow);
    CHECK(code_of(file_of(dict("<f8", "(1,)") + std::string(10'000, ' '), "")) == errc::too_large);
}

TEST_CASE("an array is saved to files and memory and loaded again") {
    const auto array = Tensor::of<float16>({2}, {float16(1.5F), float16(-2.0F)});
    const std::vector<tensor_ref> one{array.ref("x")};
    REQUIRE(archive<format::npy>::save(one, disk{"npy_test.npy"}));
    CHECK(support::read_file("npy_test.npy") == *support::bytes_of<format::npy>(one));
    CHECK(*archive<format::npy>::load_all(disk{"npy_test.npy"})->arrays.find("npy_test") == array);
    std::filesystem::remove("npy_test.npy");
    CHECK(archive<format::npy>::load_all(disk{"npy_test.npy"}).error().code == errc::not_found);
    CHECK(support::arrays_in<format::npy>("x").error().code == errc::bad_npy);
}
