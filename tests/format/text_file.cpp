#include <doctest/doctest.h>

#include <support/check_error.hpp>
#include <support/scratch.hpp>

#include <wherry/archive/archive.hpp>
#include <wherry/format/text_file.hpp>
#include <wherry/policy/disk.hpp>
#include <wherry/record/any_reader.hpp>
#include <wherry/record/whole_record.hpp>

#include <bit>
#include <complex>
#include <cstddef>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

using namespace wherry;
using support::check_error;

namespace {
template <class T>
Tensor parsed(std::string_view text, const Shape& dims) {
    const auto read = text_file::parse(text, {.dtype = dtype_of<T>, .dims = {}});
    if (!read) FAIL(to_string(read.error()));
    REQUIRE(read->dtype() == dtype_of<T>);
    CHECK(to_string(read->dims()) == to_string(dims));
    return *read;
}

void check_round_trip(const Tensor& array) {
    const auto text = text_file::print(array.ref("a"));
    INFO(text.substr(0, 200));
    const auto back = text_file::parse(text);
    if (!back) FAIL(to_string(back.error()));
    CHECK(*back == array);
}

/// Every bit pattern of 16 bits that is not a NaN.
template <class T>
Tensor all_of_16_bits() {
    std::vector<T> values;
    for (std::uint32_t bits = 0; bits < 65536; ++bits) {
        T value;
        value.bits = static_cast<std::uint16_t>(bits);
        if (const auto wide = static_cast<float>(value); wide == wide) values.push_back(value);
    }
    return Tensor::of<T>({static_cast<std::int64_t>(values.size())}, values);
}

template <class T, class Bits>
Tensor random_bits(std::size_t count) {
    std::vector<T> values;
    for (std::uint64_t state = 1; values.size() < count;) {
        state = state * 6364136223846793005U + 1442695040888963407U;
        const auto value = std::bit_cast<T>(static_cast<Bits>(state >> (64 - 8 * sizeof(Bits)) ^ state >> 7U));
        if (value == value) values.push_back(value);
    }
    return Tensor::of<T>({static_cast<std::int64_t>(count / 4), 4}, values);
}

template <class T>
Tensor extremes() {
    using limits = std::numeric_limits<T>;
    return Tensor::of<T>({3}, {limits::lowest(), T(1), limits::max()});
}
}  // namespace

TEST_CASE("files of numpy.savetxt are read: rows and columns, commas, comments, any number of blanks") {
    CHECK(parsed<float>("1.000000000000000000e+00 2.5e-01\n-3.0e+00 nan\n", {2, 2}).elements<float>()[1] == 0.25F);
    CHECK(parsed<float>("# a header\n# and more\n\n1,2, 3\r\n\t4 ,5,6 # a word\r\n", {2, 3}).elements<float>()[5] == 6);
    CHECK(parsed<float>("1\n2\n3", {3}).elements<float>()[2] == 3);
    CHECK(parsed<float>("1 2 3\n", {3}).elements<float>()[2] == 3);
    CHECK(parsed<float>("+7\n", {1}).elements<float>()[0] == 7);
    CHECK(parsed<std::int64_t>("1.000000000000000000e+00\n-2\n9007199254740993", {3}).elements<std::int64_t>()[2] == 9007199254740993);
    CHECK(parsed<double>("1e-400 1e-320 inf -Inf", {4}).elements<double>()[0] == 0);
    CHECK(parsed<float>("1e-300 -0.00", {2}).elements<float>()[0] == 0);
    CHECK(parsed<std::complex<float>>("(1.0e+00+2.0e+00j) (1e-05-2e-05j) 3 -4j", {4}).elements<std::complex<float>>()[1] ==
          std::complex<float>(1e-5F, -2e-5F));
    CHECK(parsed<bool>("1 0 True 0.0", {4}).elements<bool>()[2]);
}

TEST_CASE("an array of every element type is the same after print and parse, bit by bit") {
    check_round_trip(all_of_16_bits<float16>());
    check_round_trip(all_of_16_bits<bfloat16>());
    check_round_trip(random_bits<float, std::uint32_t>(20'000));
    check_round_trip(random_bits<double, std::uint64_t>(20'000));
    check_round_trip(extremes<float>());
    check_round_trip(extremes<double>());
    check_round_trip(extremes<std::int8_t>());
    check_round_trip(extremes<std::int16_t>());
    check_round_trip(extremes<std::int32_t>());
    check_round_trip(extremes<std::int64_t>());
    check_round_trip(extremes<std::uint8_t>());
    check_round_trip(extremes<std::uint16_t>());
    check_round_trip(extremes<std::uint32_t>());
    check_round_trip(extremes<std::uint64_t>());
    check_round_trip(Tensor::of<bool>({2, 2}, {true, false, false, true}));
    check_round_trip(Tensor::of<float>({2}, {std::numeric_limits<float>::infinity(), -0.0F}));
    check_round_trip(Tensor::of<std::complex<double>>({3}, {{1, -0.0}, {-1e-300, 1e+300}, {0, -std::numeric_limits<double>::infinity()}}));
    check_round_trip(Tensor::of<std::complex<float>>({1, 1}, {{-1e-5F, 1e+5F}}));
    for (const auto dtype : {DType::FP8_E4M3FN, DType::FP8_E5M2}) {
        Tensor all(dtype, {16, 16});
        for (unsigned bits = 0; bits < 256; ++bits) all.bytes()[bits] = static_cast<std::byte>(bits);
        for (auto& byte : all.bytes())
            if (const auto value = element_at(dtype, &byte).real(); value != value) byte = std::byte{0};
        check_round_trip(all);
    }
}

TEST_CASE("dims of every rank survive, empty arrays too; NaN stays NaN") {
    for (const auto& dims : {Shape{}, Shape{1}, Shape{6}, Shape{6, 1}, Shape{1, 6}, Shape{2, 3}, Shape{1, 2, 1, 3}, Shape{0}, Shape{0, 3},
                             Shape{3, 0}, Shape{1, 1, 1, 1, 1, 1, 1, 1, 2}})
        check_round_trip(support::counting(dims, 1));
    CHECK(text_file::print(support::counting({2, 3}, 0.5F).ref("w")) == "# float32 [2, 3]\n0.5 1.5 2.5\n3.5 4.5 5.5\n");
    const auto nan = text_file::parse("# float16 [2]\nnan\n-nan\n");
    REQUIRE(nan);
    CHECK(nan->elements<float16>()[0].bits == 0x7e00);
    CHECK(nan->elements<float16>()[1].bits == 0xfe00);
}

TEST_CASE("text that is not an array is an error that says where") {
    struct row {
        std::string_view text;
        errc code;
        std::uint64_t offset;
        std::string_view found;
        DType dtype = DType::FP32;
    };
    const row rows[] = {
        {"1 2\n3 4x\n", errc::bad_text, 6, "4x in line 2"},
        {"1 2\n\n3\n", errc::bad_text, 5, "1 in line 3"},
        {"1 2\n3 4 5\n6\n", errc::bad_text, 4, "3 in line 2"},
        {"1,,2\n", errc::bad_text, 2, ",2 in line 1"},
        {"1\n,2\n", errc::bad_text, 2, ",2 in line 2"},
        {",1\n", errc::bad_text, 0, ",1 in line 1"},
        {"--1", errc::bad_text, 0, "--1 in line 1"},
        {"0x10", errc::bad_text, 0, "0x10 in line 1"},
        {"nan(1)", errc::bad_text, 0, "nan(1) in line 1"},
        {"1e40", errc::bad_text, 0, "1e40 in line 1"},
        {"1e400", errc::bad_text, 0, "1e400 in line 1", DType::FP64},
        {"1.5", errc::bad_text, 0, "1.5 in line 1", DType::INT64},
        {"128", errc::bad_text, 0, "128 in line 1", DType::INT8},
        {"-1", errc::bad_text, 0, "-1 in line 1", DType::UINT64},
        {"9223372036854775808", errc::bad_text, 0, "9223372036854775808 in line 1", DType::INT64},
        {"2", errc::bad_text, 0, "2 in line 1", DType::BOOL},
        {"1+", errc::bad_text, 0, "1+ in line 1", DType::COMPLEX64},
        {"(1+2", errc::bad_text, 0, "(1+2 in line 1", DType::COMPLEX64},
        {"j", errc::bad_text, 0, "j in line 1", DType::COMPLEX64},
        {"0.3", errc::bad_text, 0, "0.3 in line 1", DType::FP8_E4M3FN},
        {"", errc::bad_text, 0, ""},
        {"# nothing\n", errc::bad_text, 10, ""},
        {"# float32 [3]\n1 2\n", errc::truncated, no_offset, "2"},
        {"# float32 [3]\n1 2 3 4\n", errc::trailing_bytes, no_offset, "4"},
        {"# float32 [999999999999999999]\n1\n", errc::truncated, no_offset, "1"},
        {"# float32 [4611686018427387904, 4]\n1\n", errc::bad_dims, 0, "float32 [4611686018427387904, 4]"},
        {"# float32 [99999999999999999999]\n", errc::bad_dims, 0, "float32 [99999999999999999999]"},
        {"# float32 [-1]\n1\n", errc::bad_dims, 0, "float32 [-1]"},
        {"# float32 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n1\n", errc::bad_dims, 0, "float32 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"},
        {"# float32 [1\n1\n", errc::bad_dims, 0, "float32 [1"},
        {"# float32 [1] and more\n1\n", errc::bad_dims, 0, "float32 [1] and more"},
        {std::string_view("1 \0 2", 5), errc::bad_text, 2, std::string_view("\0 in line 1", 11)},
    };
    for (const auto& r : rows) {
        CAPTURE(std::string(r.text));
        const auto read = text_file::parse(r.text, {.dtype = r.dtype, .dims = {}});
        check_error(read, r.code);
        CHECK(read.error().offset == r.offset);
        CHECK(std::string(read.error().found.view()) == std::string(r.found));
    }
    check_error(text_file::parse("1 2 3", {.dtype = DType::FP32, .dims = Shape{4}}), errc::shape_mismatch,
                "a file holds another number of numbers than the variable");
    CHECK(text_file::parse("1 2\n3", {.dtype = DType::FP32, .dims = Shape{3, 1}}));  // where dims are known, lines do not count
}

TEST_CASE("text file: an element type that does not exist is an error in every build") {
    for (const std::int32_t number : {7, 99, -1}) {  // 7: a kind of variable, in the same enum of framework.proto
        const auto read = text_file::parse("1 2 3\n", {.dtype = static_cast<DType>(number), .dims = Shape{3}});
        REQUIRE_FALSE(read);
        CHECK(read.error().code == errc::bad_dtype);
        CHECK(read.error().found == decimal(number).view());
        CHECK(text_file::parse("# float32 [3]\n1 2 3\n", {.dtype = static_cast<DType>(number)}));  // the text says itself
    }
}

TEST_CASE("a text cut at any byte is an error or, where a number's last digits are gone, as many numbers") {
    const auto whole = text_file::print(support::counting({3, 4}, 1000.5F).ref("w"));
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const auto cut = text_file::parse(std::string_view(whole).substr(0, size));
        CAPTURE(size);
        CHECK((!cut || cut->count() == 12 || size < 17));  // 17: the first line, which until it is whole is a comment
    }
}

TEST_CASE("a text in a file, of which a window is held, is the same as in memory wherever the windows end") {
    const support::scratch place("text_windows");
    const auto check_same = [&](const std::string& text) {
        support::write_file(place / "w", text);
        const auto whole = text_file::parse(text);
        disk source{place / "w"};
        auto file = open_record(source);
        REQUIRE(file);
        any_reader reader(*file);
        const auto listed = format::text::index(reader, {});
        CHECK(static_cast<bool>(listed) == static_cast<bool>(text_file::parse_head(text)));
        if (!listed) {
            CHECK(listed.error().code == text_file::parse_head(text).error().code);
            return;
        }
        CHECK(listed->held_bytes == 0);
        const auto& one = listed->arrays[0];
        Tensor made(one.header.dtype, one.header.dims);
        const auto filled = one.decoder.run(one.decoder.state.get(), one.decoder.at, reader, made);
        REQUIRE(static_cast<bool>(filled) == static_cast<bool>(whole));
        if (filled) CHECK(made == *whole);
        else CHECK(to_string(filled.error()) == to_string(whole.error()));
    };
    std::string rows;
    for (int i = 0; i < 40'000; ++i) rows += std::to_string(i) + (i % 4 == 3 ? "\n" : " ");
    REQUIRE(rows.size() > 3 * 65'536);
    for (std::size_t before = 0; before < 12; ++before) {
        check_same(std::string(before, ' ') + rows);
        check_same("#" + std::string(65'530 + before, '#') + "\n" + rows);
    }
    check_same("# float32 [10000, 4]\n" + rows);
    check_same("# float32 [10001, 4]\n" + rows);
    check_same(rows + "5");
    check_same(rows + "five five five five\n");
    check_same(std::string(200'000, '#'));
    support::write_file(place / "long", rows + std::string(200'000, '1'));
    disk source{place / "long"};
    auto file = open_record(source);
    REQUIRE(file);
    any_reader reader(*file);
    const auto refused = format::text::index(reader, {});
    REQUIRE(!refused);
    CHECK(refused.error().code == errc::bad_text);
    CHECK(refused.error().message == "a word is longer than any number");
    CHECK(refused.error().offset == rows.size());
}

TEST_CASE("names that cannot be files are refused before the first file is written") {
    const support::scratch place("text_names");
    const auto array = support::counting({1}, 1);
    const auto refused = [&](const char* a, const char* b) {
        const std::vector<tensor_ref> both{array.ref(a), array.ref(b)};
        const auto saved = archive<format::text, layout::per_file>::save(both, disk{place / "out"});
        REQUIRE(!saved);
        CHECK(!std::filesystem::exists(place / "out"));
        return saved.error().code;
    };
    CHECK(refused("a", "../b") == errc::bad_name);
    CHECK(refused("a", "A") == errc::bad_name);
    CHECK(refused("a", "a") == errc::duplicate_name);
    CHECK(refused("a", std::string(240, 'n').c_str()) == errc::bad_name);  // with .txt too long
}
