#ifndef WHERRY_WIRE_TENSOR_STREAM_HPP
#define WHERRY_WIRE_TENSOR_STREAM_HPP

#include <wherry/base/bytes.hpp>
#include <wherry/base/dtype.hpp>
#include <wherry/base/limits.hpp>
#include <wherry/base/lod.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/version.hpp>
#include <wherry/wire/framework.hpp>
#include <wherry/wire/sniff.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

/// The LoDTensor stream, the unit of every parameter file. Source: fluid 1.8.5, lod_tensor.cc and tensor_util.cc.
namespace wherry::inline WHERRY_ABI::wire {

/// The header before the elements of one tensor.
struct tensor_header {
    DType dtype = DType::FP32;
    Shape dims;
    LoD lod;
    std::uint64_t data_bytes = 0;   ///< bytes of the elements that follow
    std::uint64_t data_offset = 0;  ///< where in the file they start

    [[nodiscard]] constexpr std::uint64_t data_end() const noexcept { return data_offset + data_bytes; }
};

namespace detail {
constexpr result<void> read_version(byte_cursor& in, std::string_view whole) {
    const auto at = in.offset();
    const auto version = in.read<std::uint32_t>("the version of a tensor is cut short");
    if (!version) return version.failure();
    if (*version == 0) return {};
    const auto kind = kind_instead_of_tensor(whole);
    if (!kind.empty()) return failure(errc::not_a_paddle_file, "this is not a tensor").at(at).expected("a LoDTensor stream").found(kind);
    return failure(errc::bad_version, "tensor version is not supported, only version 0 is supported").at(at).expected("0").found(*version);
}

constexpr result<LoD> read_lod(byte_cursor& in, const limits& caps) {
    const auto at = in.offset();
    const auto levels = in.read<std::uint64_t>("the LoD level count is cut short");
    if (!levels) return levels.failure();
    if (*levels > caps.lod_levels)
        return failure(errc::bad_lod, "more LoD levels than the limit").at(at).expected(caps.lod_levels).found(*levels);
    LoD lod;
    for (std::uint64_t level = 0; level < *levels; ++level) {
        const auto level_at = in.offset();
        const auto size_bytes = in.read<std::uint64_t>("the size of a LoD level is cut short");
        if (!size_bytes) return size_bytes.failure();
        if (*size_bytes % sizeof(std::uint64_t) != 0)
            return failure(errc::bad_lod, "the bytes of a LoD level are not a multiple of 8").at(level_at).found(*size_bytes);
        const auto bytes = in.take(*size_bytes, "a LoD level is cut short");
        if (!bytes) return bytes.failure();
        byte_cursor offsets(*bytes);
        auto& into = lod.emplace_back();
        if (!into.try_reserve(bytes->size() / sizeof(std::uint64_t))) return out_of_memory(*size_bytes);
        while (!offsets.at_end()) into.push_back(*offsets.read<std::uint64_t>(""));
    }
    return lod;
}

/// A TensorDesc as nearly all are: an element type, dims that are not packed, then at most one long field that Paddle does not know. It is
/// read without a heap. False for any other one, which `parse` judges.
constexpr bool read_usual_desc(std::string_view bytes, DType& dtype, Shape& dims) {
    constexpr char type_tag = 0x08, dim_tag = 0x10;
    constexpr std::string_view annotation_tag("\xAA\x06", 2);  // of field 101
    std::size_t at = 0;
    const auto number = [&](std::uint64_t& value) {
        value = 0;
        for (unsigned shift = 0; shift < 63 && at < bytes.size(); shift += 7) {
            const auto byte = static_cast<unsigned char>(bytes[at++]);
            value |= std::uint64_t{byte & 0x7FU} << shift;
            if (byte < 0x80U) return true;
        }
        return false;
    };
    std::uint64_t value = 0;
    if (bytes.empty() || bytes[at++] != type_tag || !number(value) || value > 0x7FU) return false;
    dtype = static_cast<DType>(value);
    while (at < bytes.size() && bytes[at] == dim_tag) {
        ++at;
        if (!number(value) || dims.rank() == max_rank) return false;
        dims.push_back(static_cast<std::int64_t>(value));
    }
    if (at == bytes.size()) return true;
    if (!bytes.substr(at).starts_with(annotation_tag)) return false;
    at += annotation_tag.size();
    return number(value) && value == bytes.size() - at;
}
}  // namespace detail

/// Reads the inner tensor's header (version, TensorDesc); `in` is then at its elements.
/// Errors: truncated, bad_version, bad_desc, bad_dtype, bad_dims, overflow, bad_protobuf, missing_required.
constexpr result<tensor_header> read_inner_header(byte_cursor& in, const limits& caps = {}) {
    if (auto version = detail::read_version(in, in.rest()); !version) return version.failure();
    const auto size_at = in.offset();
    const auto raw_size = in.read<std::uint32_t>("the size of a TensorDesc is cut short");
    if (!raw_size) return raw_size.failure();
    const auto size_bytes = static_cast<std::int32_t>(*raw_size);
    if (size_bytes < 0 || static_cast<std::uint64_t>(size_bytes) > caps.desc_bytes)
        return failure(errc::bad_desc, "Cannot parse tensor desc").at(size_at).expected(caps.desc_bytes).found(size_bytes);
    const auto desc_at = in.offset();
    const auto bytes = in.take(static_cast<std::uint64_t>(size_bytes), "a TensorDesc is cut short");
    if (!bytes) return bytes.failure();
    DType dtype{};
    Shape dims;
    if (!detail::read_usual_desc(*bytes, dtype, dims)) {
        auto any_rank = caps;  // too many dims are bad_dims below, however many they are
        any_rank.program_rank = bytes->size();
        const auto desc = parse<TensorDesc<std::string_view>>(*bytes, any_rank, desc_at);
        if (!desc) return desc.failure();
        dtype = desc->data_type;
        const auto all_dims = Shape::from(desc->dims);
        if (is_dtype(dtype) && !all_dims) {
            auto placed = all_dims.error();
            placed.offset = desc_at;
            return placed;
        }
        if (all_dims) dims = *all_dims;
    }
    if (!is_dtype(dtype))
        return failure(errc::bad_dtype, "no element type has this number").at(desc_at).found(static_cast<std::int32_t>(dtype));
    for (const auto dim : dims)
        if (dim < 0) return failure(errc::bad_dims, "a dim is negative").at(desc_at).found(dim);
    const auto data_bytes = byte_count(dtype, dims);
    if (!data_bytes) return failure(errc::overflow, "the dims of a tensor multiply past 64 bits").at(desc_at);
    return tensor_header{.dtype = dtype, .dims = dims, .lod = {}, .data_bytes = *data_bytes, .data_offset = in.offset()};
}

/// Reads a LoDTensor's header: version, LoD, inner header. `in` is then at its elements.
/// Errors: those of `read_inner_header`; bad_lod, not_a_paddle_file.
constexpr result<tensor_header> read_tensor_header(byte_cursor& in, const limits& caps = {}) {
    const auto lod_at = in.offset() + sizeof(std::uint32_t);
    if (auto version = detail::read_version(in, in.rest()); !version) return version.failure();
    auto lod = detail::read_lod(in, caps);
    if (!lod) return lod.failure();
    auto header = read_inner_header(in, caps);
    if (!header) return header;
    const auto rows = header->dims.rank() > 0 ? static_cast<std::uint64_t>(header->dims[0]) : 1;
    if (auto checked = check_lod(*lod, rows); !checked) {
        auto placed = std::move(checked).error();
        placed.offset = lod_at;
        return placed;
    }
    header->lod = *std::move(lod);
    return header;
}

/// Writes the inner tensor's header: version 0, size of the TensorDesc, TensorDesc with unpacked dims.
constexpr void append_inner_header(byte_buffer& out, DType dtype, const Shape& dims) {
    append_little_endian(out, std::uint32_t{0});
    const auto size_at = out.size();
    append_little_endian(out, std::int32_t{0});
    append_tag(out, 1, wire_type::varint);
    append_varint(out, static_cast<std::uint64_t>(static_cast<std::int64_t>(dtype)));
    for (const auto dim : dims.dims()) {
        append_tag(out, 2, wire_type::varint);
        append_varint(out, static_cast<std::uint64_t>(dim));
    }
    auto size_bytes = static_cast<std::uint32_t>(out.size() - size_at - sizeof(std::int32_t));
    for (std::size_t i = 0; i < sizeof size_bytes; ++i, size_bytes >>= 8U)
        out[size_at + i] = static_cast<char>(static_cast<unsigned char>(size_bytes));
}

/// Writes a LoDTensor's header; the elements, little-endian and row-major, follow it.
constexpr void append_tensor_header(byte_buffer& out, DType dtype, const Shape& dims, const LoD& lod) {
    append_little_endian(out, std::uint32_t{0});
    append_little_endian(out, std::uint64_t{lod.size()});
    for (const auto& level : lod) {
        append_little_endian(out, std::uint64_t{level.size() * sizeof(std::uint64_t)});
        for (const auto offset : level) append_little_endian(out, offset);
    }
    append_inner_header(out, dtype, dims);
}

}  // namespace wherry::inline WHERRY_ABI::wire

#endif
