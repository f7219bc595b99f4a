#include <doctest/doctest.h>
#include <wherry/format/numpy.hpp>

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

using namespace wherry;

TEST_CASE("every element type has a kind, and every kind is an element type") {
    for (const auto& row : dtype_table) {
        CAPTURE(row.name);
        REQUIRE_FALSE(numpy::kind_of(row.dtype).empty());
        const auto seen = numpy::dtype_of_kind(numpy::kind_of(row.dtype));
        REQUIRE(seen);
        CHECK(size_of(*seen) == row.size_bytes);
    }
    CHECK(numpy::name_of(DType::BF16) == "uint16");
    CHECK(numpy::name_of(DType::FP32) == "float32");
    CHECK_FALSE(numpy::dtype_of_kind("f16"));
    CHECK_FALSE(numpy::dtype_of_kind(""));
}

TEST_CASE("bytes of elements do not overflow, with a dim of 0 neither") {
    CHECK(*numpy::data_bytes(DType::FP64, {2, 3}) == 48);
    CHECK(*numpy::data_bytes(DType::FP64, {}) == 8);
    CHECK(*numpy::data_bytes(DType::FP64, {0, 3}) == 0);
    CHECK(numpy::data_bytes(DType::FP32, {0, std::int64_t{1} << 62}).error().code == errc::overflow);
    CHECK(numpy::data_bytes(DType::UINT8, {std::int64_t{1} << 32, std::int64_t{1} << 32}).error().code == errc::overflow);
}

TEST_CASE("columns, byte order and flags of a file become ours") {
    const std::vector<std::uint8_t> file{0, 0, 0, 3, 0, 1, 0, 4, 0, 2, 0, 5};
    const auto made = numpy::make_tensor({DType::INT16, true, true, {2, 3}}, [&](std::span<std::byte> into) {
        std::copy_n(reinterpret_cast<const std::byte*>(file.data()), into.size(), into.begin());
        return result<void>();
    });
    CHECK(*made == Tensor::of<std::int16_t>({2, 3}, {0, 1, 2, 3, 4, 5}));
    const auto flag = numpy::make_tensor({DType::BOOL, false, false, {1}}, [](std::span<std::byte> into) {
        into[0] = std::byte{7};
        return result<void>();
    });
    CHECK(flag->bytes()[0] == std::byte{1});
    const auto failed = numpy::make_tensor({}, [](std::span<std::byte>) { return result<void>(error{.code = errc::truncated}); });
    CHECK(failed.error().code == errc::truncated);
}
