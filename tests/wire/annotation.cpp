#include <wherry/wire/annotation.hpp>

#include <support/bytes.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace wherry;
using namespace support;

namespace {
constexpr byte_buffer annotated(const wire::annotation_wishes& wishes, std::uint64_t offset = 0, const LoD& lod = {}) {
    byte_buffer out;
    wire::append_annotated_header(out, DType::FP32, {2, 3}, lod, offset, wishes);
    return out;
}
constexpr result<wire::tensor_header> read(const byte_buffer& bytes) {
    byte_cursor in(view_of(bytes));
    return wire::read_tensor_header(in);
}
constexpr bool works_at_compile_time() {
    const auto bytes = annotated({.name = "w", .data_checksum = 7, .alignment = 16});
    const auto held = wire::read_annotation(view_of(bytes));
    return held && held->name == "w" && held->data_checksum == 7U && wire::check_header(view_of(bytes), *held) && bytes.size() % 16 == 0;
}
static_assert(works_at_compile_time());
}  // namespace

TEST_CASE("annotation: without wishes the header is the reference's") {
    byte_buffer plain;
    wire::append_tensor_header(plain, DType::FP32, {2, 3}, {});
    CHECK(annotated({}) == plain);
    CHECK(annotated({.name = {}, .data_checksum = {}, .alignment = 2}) == plain);  // 26 bytes are even
    CHECK_FALSE(wire::read_annotation(view_of(plain))->data_checksum);
    CHECK(wire::read_annotation(view_of(plain))->name.empty());
}

TEST_CASE("annotation: the bytes are those of the table") {
    CHECK(annotated({.name = "w", .data_checksum = {}}) == hex("00000000 0000000000000000 00000000 0c000000 080510021003 aa06 03 0a0177"));
    CHECK(annotated({.name = {}, .data_checksum = {}, .alignment = 8}) ==
          hex("00000000 0000000000000000 00000000 0c000000 080510021003 aa06 03 22 01 00"));
    const auto both = annotated({.name = {}, .data_checksum = 0x04030201U});
    CHECK(cut(both, 29) == hex("00000000 0000000000000000 00000000 13000000 080510021003 aa06 0a"));
    CHECK(both[29] == 0x15);
    CHECK(view_of(both).substr(34) == view_of(hex("1d 01020304")));
}

TEST_CASE("annotation: the elements start at a multiple of the alignment, wherever the stream starts") {
    const std::string long_name(200, 'n');
    for (const std::string_view name : {std::string_view(), std::string_view("w"), std::string_view(long_name)})
        for (const std::uint64_t alignment : {2U, 4U, 8U, 16U, 64U, 128U, 256U, 4096U, 65536U}) {
            const unsigned step = alignment > 256 ? 7 : 1;
            for (std::uint64_t offset = 0; offset < 140; offset += step) {
                const auto bytes = annotated({.name = name, .data_checksum = 1, .alignment = alignment}, offset);
                REQUIRE((offset + bytes.size()) % alignment == 0);
                REQUIRE(bytes.size() < 300 + 2 * alignment);
            }
        }
}

TEST_CASE("annotation: Paddle reads the same as without, with LoD too") {
    const LoD lod{{0, 1, 2}, {0, 1, 2}};
    for (const auto& levels : {LoD{}, lod}) {
        const auto bytes = annotated({.name = "w", .data_checksum = 7, .alignment = 64}, 5, levels);
        const auto header = read(bytes);
        REQUIRE(header);
        CHECK(header->dims == Shape{2, 3});
        CHECK(header->lod == levels);
        CHECK(header->data_offset == bytes.size());
        const auto held = wire::read_annotation(view_of(bytes));
        REQUIRE(held);
        CHECK(held->name == "w");
        CHECK(held->data_checksum == 7U);
        CHECK(wire::check_header(view_of(bytes), *held));
    }
}

TEST_CASE("annotation: any flipped bit of a header is noticed") {
    const auto bytes = annotated({.name = "w", .data_checksum = 7, .alignment = 16}, 3, {{0, 1, 2}});
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        auto flipped = bytes;
        flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
        const auto header = read(flipped);
        if (!header || header->data_offset != bytes.size()) continue;
        const auto held = wire::read_annotation(view_of(flipped));
        if (held) CHECK_FALSE(wire::check_header(view_of(flipped), *held));
    }
}

TEST_CASE("annotation: cut at any byte it is refused or is not an annotation, never read past the end") {
    const auto bytes = annotated({.name = "weight", .data_checksum = 7, .alignment = 16}, 0, {{0, 2}});
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        const auto held = wire::read_annotation(view_of(bytes).substr(0, size));
        if (held) CHECK_FALSE(wire::check_header(view_of(bytes).substr(0, size), *held));
    }
}

TEST_CASE("annotation: fields of a later writer are skipped, and half a pair of checksums is refused") {
    const auto header_with = [](const byte_buffer& content) {
        const auto desc = joined(hex("080510021003"), bytes_field(101, content));
        return joined(hex("00000000 0000000000000000 00000000"), patched(hex("00000000"), 0, static_cast<std::int32_t>(desc.size())), desc);
    };
    const auto bytes = header_with(joined(varint_field(9, 3), bytes_field(1, hex("77")), bytes_field(12, hex("00"))));
    const auto held = wire::read_annotation(view_of(bytes));
    REQUIRE(held);
    CHECK(held->name == "w");
    const auto half = wire::read_annotation(view_of(header_with(hex("1d 01000000"))));
    REQUIRE_FALSE(half);
    CHECK(half.error().code == errc::missing_required);
    CHECK(wire::read_annotation(view_of(header_with(hex("0a 05 77")))).error().code == errc::truncated);
    CHECK(wire::read_annotation(view_of(header_with(hex("07")))).error().code == errc::bad_protobuf);
    const auto none = wire::annotation{};
    CHECK(wire::check_header({}, none).error().code == errc::missing_required);
}
