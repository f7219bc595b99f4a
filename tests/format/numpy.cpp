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

namespace {
template <class Fill>
result<Tensor> made_of(const numpy::array_layout& layout, Fill fill) {
    Tensor made(layout.dtype, layout.dims);
    if (auto filled = numpy::fill_tensor(layout, made, fill); !filled) return filled.failure();
    return made;
}
}  // namespace

TEST_CASE("elements that are row-major and little-endian are listed as stored, others as decoded") {
    const numpy::stored_array stored{{DType::INT16, false, false, {2, 3}}, 80, 12};
    const auto plain = numpy::listed("a", stored);
    CHECK(plain.name == "a");
    CHECK(plain.header.data_offset == 80);
    CHECK(plain.header.data_bytes == 12);
    CHECK(!plain.decoder.run);
    auto turned = stored;
    turned.layout.big_endian = true;
    CHECK(bool(numpy::listed("a", turned).decoder.run));
    auto columns = stored;
    columns.layout.fortran_order = true;
    CHECK(bool(numpy::listed("a", columns).decoder.run));
    columns.layout.dims = {6};
    CHECK(!numpy::listed("a", columns).decoder.run);  // one dim has no order
}

TEST_CASE("columns, byte order and flags of a file become ours") {
    const std::vector<std::uint8_t> file{0, 0, 0, 3, 0, 1, 0, 4, 0, 2, 0, 5};
    const auto made = made_of({DType::INT16, true, true, {2, 3}}, [&](std::span<std::byte> into) {
        std::copy_n(reinterpret_cast<const std::byte*>(file.data()), into.size(), into.begin());
        return result<void>();
    });
    CHECK(*made == Tensor::of<std::int16_t>({2, 3}, {0, 1, 2, 3, 4, 5}));
    const auto flag = made_of({DType::BOOL, false, false, {1}}, [](std::span<std::byte> into) {
        into[0] = std::byte{7};
        return result<void>();
    });
    CHECK(flag->bytes()[0] == std::byte{1});
    const auto failed = made_of({}, [](std::span<std::byte>) { return result<void>(error{.code = errc::truncated}); });
    CHECK(failed.error().code == errc::truncated);
}
