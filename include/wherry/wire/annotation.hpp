#ifndef WHERRY_WIRE_ANNOTATION_HPP
#define WHERRY_WIRE_ANNOTATION_HPP

#include <wherry/base/crc32c.hpp>
#include <wherry/base/dtype.hpp>
#include <wherry/base/lod.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/version.hpp>
#include <wherry/wire/tensor_stream.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

/// wherry's addition to a TensorDesc: one length-delimited field, number 101, that Paddle skips. It is a message of
/// | no | field            | type    | rule                                                                          |
/// |----|------------------|---------|-------------------------------------------------------------------------------|
/// | 1  | name             | bytes   | of the variable                                                               |
/// | 2  | header checksum  | fixed32 | CRC-32C of all bytes from the stream's first to the elements, these 4 as zero |
/// | 3  | data checksum    | fixed32 | CRC-32C of the elements, as they are in the file                              |
/// | 4  | padding          | bytes   | zeros, so many that the elements start at a multiple of the alignment         |
///
/// 2 and 3 come together. Unknown fields are skipped. Without field 101 the bytes are the reference's.
namespace wherry::inline WHERRY_ABI::wire {

/// The number of the field in a TensorDesc.
inline constexpr std::uint32_t annotation_field = 101;

/// The fields to write into a header beside those that Paddle reads.
struct annotation_wishes {
    std::string_view name;                       ///< empty: no name
    std::optional<std::uint32_t> data_checksum;  ///< none: no checksums
    std::uint64_t alignment = 1;                 ///< of the elements, in bytes from the record's start
};

/// The fields of a header beside those that Paddle reads; the name borrows from the header's bytes.
struct annotation {
    std::string_view name;
    std::optional<std::uint32_t> header_checksum;
    std::optional<std::uint32_t> data_checksum;
    std::size_t header_checksum_at = 0;  ///< where in the header its four bytes lie
};

namespace detail {
constexpr std::size_t varint_bytes(std::uint64_t value) noexcept {
    std::size_t n = 1;
    for (; value >= 0x80U; value >>= 7U) ++n;
    return n;
}
constexpr std::size_t bytes_field_bytes(std::uint32_t number, std::size_t size) noexcept {
    return varint_bytes(std::uint64_t{number} << 3U) + varint_bytes(size) + size;
}

/// Zeros that make `end` a multiple of the alignment, given that content and padding travel in fields whose lengths are
/// varints; none where no padding field is needed.
constexpr std::optional<std::size_t> padding_for(std::uint64_t end, std::size_t content_bytes, std::uint64_t alignment) noexcept {
    const auto whole = content_bytes == 0 ? 0 : bytes_field_bytes(annotation_field, content_bytes);
    if (alignment <= 1 || (end + whole) % alignment == 0) return std::nullopt;
    for (std::size_t zeros = 0;; ++zeros)
        if ((end + bytes_field_bytes(annotation_field, content_bytes + bytes_field_bytes(4, zeros))) % alignment == 0) return zeros;
}

constexpr void append_fixed32_field(byte_buffer& out, std::uint32_t number, std::uint32_t value) {
    append_tag(out, number, wire_type::fixed32);
    append_little_endian(out, value);
}

/// The fields of an annotation but its padding; the header checksum is still 0.
constexpr byte_buffer annotation_content(const annotation_wishes& wishes) {
    byte_buffer content;
    if (!wishes.name.empty()) append_bytes_field(content, 1, wishes.name);
    if (wishes.data_checksum) {
        append_fixed32_field(content, 2, 0);
        append_fixed32_field(content, 3, *wishes.data_checksum);
    }
    return content;
}
constexpr std::uint32_t checksum_without(std::string_view header, std::size_t checksum_at) noexcept {
    constexpr std::string_view zeros("\0\0\0\0", 4);
    return crc32c(header.substr(checksum_at + 4), crc32c(zeros, crc32c(header.substr(0, checksum_at))));
}
}  // namespace detail

/// Writes a LoDTensor's header with an annotation. `offset` is where in its record the header starts.
constexpr void append_annotated_header(byte_buffer& out, DType dtype, const Shape& dims, const LoD& lod, std::uint64_t offset,
                                       const annotation_wishes& wishes) {
    const auto start = out.size();
    append_tensor_header(out, dtype, dims, lod);
    auto content = detail::annotation_content(wishes);
    const auto end = offset + (out.size() - start);
    if (const auto zeros = detail::padding_for(end, content.size(), wishes.alignment)) {
        byte_buffer padding;
        for (std::size_t i = 0; i < *zeros; ++i) padding.push_back('\0');
        append_bytes_field(content, 4, view_of(padding));
    }
    if (content.empty()) return;
    const auto desc_bytes =
        serialize(TensorDesc<std::string_view>{.data_type = dtype, .dims = {dims.dims().begin(), dims.dims().end()}, .unknown = {}}).size();
    const auto size_at = out.size() - desc_bytes - sizeof(std::int32_t);
    append_bytes_field(out, annotation_field, view_of(content));
    const auto patch = [&out](std::size_t at, std::uint32_t value) {
        for (std::size_t i = 0; i < 4; ++i) out[at + i] = static_cast<char>(static_cast<unsigned char>(value >> (8U * i)));
    };
    patch(size_at, static_cast<std::uint32_t>(out.size() - size_at - sizeof(std::int32_t)));
    if (!wishes.data_checksum) return;
    const auto name_bytes = wishes.name.empty() ? 0 : detail::bytes_field_bytes(1, wishes.name.size());
    const auto checksum_at = out.size() - content.size() + name_bytes + 1;
    patch(checksum_at, detail::checksum_without(view_of(out).substr(start), checksum_at - start));
}

/// Reads the annotation of a header that `read_tensor_header` has read; an empty one where there is none.
/// Errors: truncated, bad_protobuf, missing_required when one checksum is without the other. Offsets count from the header's start.
constexpr result<annotation> read_annotation(std::string_view header) {
    byte_cursor in(header);
    const auto skip = [&in](std::uint64_t size_bytes) { return in.take(size_bytes, "the header of a tensor is cut short"); };
    if (auto version = skip(sizeof(std::uint32_t)); !version) return version.failure();
    const auto levels = in.read<std::uint64_t>("the LoD level count is cut short");
    if (!levels) return levels.failure();
    for (std::uint64_t level = 0; level < *levels; ++level) {
        const auto size_bytes = in.read<std::uint64_t>("the size of a LoD level is cut short");
        if (!size_bytes) return size_bytes.failure();
        if (auto offsets = skip(*size_bytes); !offsets) return offsets.failure();
    }
    if (auto desc = skip(sizeof(std::uint32_t) + sizeof(std::int32_t)); !desc) return desc.failure();
    annotation found;
    while (!in.at_end()) {
        const auto field = read_field(in);
        if (!field) return field.failure();
        if (field->number != annotation_field || field->type != wire_type::length_delimited) continue;
        byte_cursor inner(field->payload, field->payload_offset);
        while (!inner.at_end()) {
            const auto held = read_field(inner);
            if (!held) return held.failure();
            if (held->number == 1 && held->type == wire_type::length_delimited) found.name = held->payload;
            if (held->type != wire_type::fixed32) continue;
            if (held->number == 3) found.data_checksum = static_cast<std::uint32_t>(held->scalar);
            if (held->number != 2) continue;
            found.header_checksum = static_cast<std::uint32_t>(held->scalar);
            found.header_checksum_at = static_cast<std::size_t>(inner.offset()) - sizeof(std::uint32_t);
        }
    }
    if (found.header_checksum.has_value() == found.data_checksum.has_value()) return found;
    return failure(errc::missing_required, "one checksum of a tensor is there without the other").expected("2");
}

/// Errors: missing_required for a header without checksums, bad_checksum.
constexpr result<void> check_header(std::string_view header, const annotation& held) {
    if (!held.header_checksum) return failure(errc::missing_required, "a tensor has no checksum").expected("a checksum");
    const auto sum = detail::checksum_without(header, held.header_checksum_at);
    if (sum == *held.header_checksum) return {};
    return failure(errc::bad_checksum, "the header of a tensor is not as it was written").expected(*held.header_checksum).found(sum);
}

}  // namespace wherry::inline WHERRY_ABI::wire

#endif
