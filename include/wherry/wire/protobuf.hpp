#ifndef WHERRY_WIRE_PROTOBUF_HPP
#define WHERRY_WIRE_PROTOBUF_HPP

#include <wherry/base/bytes.hpp>
#include <wherry/base/limits.hpp>
#include <wherry/base/result.hpp>
#include <wherry/version.hpp>

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

/// The protobuf encoding: tags, varints and lengths. What a message holds is declared in wire/message.hpp's terms.
namespace wherry::inline WHERRY_ABI::wire {

/// How the bytes after a tag are delimited. Source: the protobuf encoding guide.
enum class wire_type : std::uint8_t { varint = 0, fixed64 = 1, length_delimited = 2, start_group = 3, end_group = 4, fixed32 = 5 };

/// One field as it is in the bytes.
struct field_view {
    std::uint32_t number = 0;
    wire_type type = wire_type::varint;
    std::uint64_t scalar = 0;          ///< value of varint, fixed32 and fixed64
    std::string_view payload{};        ///< bytes of a length-delimited field
    std::string_view raw{};            ///< tag and value, as read
    std::uint64_t payload_offset = 0;  ///< position of `payload` in the file
    std::uint64_t offset = 0;          ///< position of the tag in the file
};

/// Reads a base-128 varint of at most ten bytes; bits past the 64th are dropped, as protobuf does.
/// Errors: truncated, bad_protobuf.
constexpr result<std::uint64_t> read_varint(byte_cursor& in) {
    const auto bytes = in.rest();
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < 10; ++i) {
        if (i == bytes.size()) return in.truncated(i + 1, "a varint is cut short");
        const auto byte = static_cast<unsigned char>(bytes[i]);
        value |= static_cast<std::uint64_t>(byte & 0x7fU) << (7U * i);
        if (byte < 0x80U) {
            if (auto taken = in.take(i + 1, "varint"); !taken) return taken.failure();
            return value;
        }
    }
    return failure(errc::bad_protobuf, "a varint is longer than ten bytes").at(in.offset());
}

/// Appends a number as a varint: 1 to 10 bytes.
constexpr void append_varint(byte_buffer& out, std::uint64_t value) {
    for (; value >= 0x80U; value >>= 7U) out.push_back(static_cast<char>((value & 0x7fU) | 0x80U));
    out.push_back(static_cast<char>(value));
}

/// Appends the tag of a field.
constexpr void append_tag(byte_buffer& out, std::uint32_t number, wire_type type) {
    append_varint(out, (std::uint64_t{number} << 3U) | static_cast<std::uint64_t>(type));
}

/// A length-delimited field.
constexpr void append_bytes_field(byte_buffer& out, std::uint32_t number, std::string_view bytes) {
    append_tag(out, number, wire_type::length_delimited);
    append_varint(out, bytes.size());
    append(out, bytes);
}

namespace detail {
constexpr failure bad_protobuf(std::uint64_t offset, const char* message) { return failure(errc::bad_protobuf, message).at(offset); }

/// Passes over a group (a form proto2 once had) without recursion: only its nesting is counted.
constexpr result<void> skip_group(byte_cursor& in, std::uint32_t outer);

struct tag {
    std::uint32_t number = 0;
    wire_type type = wire_type::varint;
};
constexpr result<tag> read_tag(byte_cursor& in) {
    const auto start = in.offset();
    const auto key = read_varint(in);
    if (!key) return key.failure();
    const auto number = *key >> 3U;
    const auto type = *key & 7U;
    if (number == 0 || number > 0x1fff'ffffU) return bad_protobuf(start, "a field number is out of range");
    if (type > 5U) return bad_protobuf(start, "a wire type is out of range");
    return tag{static_cast<std::uint32_t>(number), static_cast<wire_type>(type)};
}

/// Reads what follows a tag into `field`.
constexpr result<void> read_value(byte_cursor& in, field_view& field) {
    switch (field.type) {
        case wire_type::varint: {
            const auto value = read_varint(in);
            if (!value) return value.failure();
            field.scalar = *value;
            return {};
        }
        case wire_type::fixed64: {
            const auto value = in.read<std::uint64_t>("a 64-bit field is cut short");
            if (!value) return value.failure();
            field.scalar = *value;
            return {};
        }
        case wire_type::fixed32: {
            const auto value = in.read<std::uint32_t>("a 32-bit field is cut short");
            if (!value) return value.failure();
            field.scalar = *value;
            return {};
        }
        case wire_type::length_delimited: {
            const auto length = read_varint(in);
            if (!length) return length.failure();
            field.payload_offset = in.offset();
            const auto payload = in.take(*length, "the length of a field goes past the end of its message");
            if (!payload) return payload.failure();
            field.payload = *payload;
            return {};
        }
        case wire_type::start_group: return skip_group(in, field.number);
        case wire_type::end_group: break;
    }
    return bad_protobuf(field.offset, "a group ends that did not start");
}

constexpr result<void> skip_group(byte_cursor& in, std::uint32_t outer) {
    constexpr std::size_t max_depth = 100;  // protobuf's own limit
    std::uint32_t open[max_depth] = {outer};
    std::size_t depth = 1;
    while (depth > 0) {
        const auto start = in.offset();
        const auto next = read_tag(in);
        if (!next) return next.failure();
        if (next->type == wire_type::start_group) {
            if (depth == max_depth) return failure(errc::too_large, "groups are nested too deep").at(start).expected("at most 100");
            open[depth++] = next->number;
        } else if (next->type == wire_type::end_group) {
            if (open[--depth] != next->number) return bad_protobuf(start, "a group ends that did not start");
        } else {
            field_view skipped{.number = next->number, .type = next->type};
            if (auto read = read_value(in, skipped); !read) return read;
        }
    }
    return {};
}
}  // namespace detail

/// The next field, whatever it is. Errors: truncated, bad_protobuf, too_large (groups).
constexpr result<field_view> read_field(byte_cursor& in) {
    const auto before = in.rest();
    const auto start = in.offset();
    const auto tag = detail::read_tag(in);
    if (!tag) return tag.failure();
    field_view field{.number = tag->number, .type = tag->type, .offset = start};
    if (auto read = detail::read_value(in, field); !read) return read.failure();
    field.raw = before.substr(0, before.size() - in.remaining());
    return field;
}

namespace detail {
/// The wire type of an element: a string and a message are length-delimited.
template <class T>
constexpr wire_type wire_type_of() {
    if constexpr (std::is_same_v<T, float>) return wire_type::fixed32;
    if constexpr (std::is_same_v<T, double>) return wire_type::fixed64;
    if constexpr (std::is_integral_v<T> || std::is_enum_v<T>) return wire_type::varint;
    return wire_type::length_delimited;
}

template <class T>
constexpr T scalar_from(std::uint64_t bits) {
    if constexpr (std::is_same_v<T, float>) {
        return std::bit_cast<float>(static_cast<std::uint32_t>(bits));
    } else if constexpr (std::is_same_v<T, double>) {
        return std::bit_cast<double>(bits);
    } else if constexpr (std::is_same_v<T, bool>) {
        return bits != 0;
    } else {
        return static_cast<T>(bits);
    }
}

template <class T>
constexpr void append_scalar(byte_buffer& out, T value) {
    if constexpr (std::is_same_v<T, float>) {
        append_little_endian(out, std::bit_cast<std::uint32_t>(value));
    } else if constexpr (std::is_same_v<T, double>) {
        append_little_endian(out, std::bit_cast<std::uint64_t>(value));
    } else {
        append_varint(out, static_cast<std::uint64_t>(static_cast<std::int64_t>(value)));  // negatives take ten bytes
    }
}
}  // namespace detail

}  // namespace wherry::inline WHERRY_ABI::wire

#endif
