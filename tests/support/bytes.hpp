#ifndef WHERRY_TESTS_SUPPORT_BYTES_HPP
#define WHERRY_TESTS_SUPPORT_BYTES_HPP

#include <wherry/base/bytes.hpp>
#include <wherry/wire/protobuf.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

/// Bytes for tests, made at compile time or at run time.
namespace support {

using wherry::byte_buffer;
using wherry::view_of;

/// "08 05 | 1002" as bytes: pairs of hex digits; spaces and bars only help the eye.
constexpr byte_buffer hex(std::string_view digits) {
    byte_buffer bytes;
    int high = -1;
    for (const char c : digits) {
        if (c == ' ' || c == '|') continue;
        const int value = c <= '9' ? c - '0' : c - 'a' + 10;
        if (high < 0) {
            high = value;
        } else {
            bytes.push_back(static_cast<char>(static_cast<unsigned char>(high * 16 + value)));
            high = -1;
        }
    }
    return bytes;
}

/// All parts, one after another.
template <class... Parts>
constexpr byte_buffer joined(const Parts&... parts) {
    byte_buffer all;
    const auto add = [&all](const auto& part) { wherry::append(all, std::string_view(part.data(), part.size())); };
    (add(parts), ...);
    return all;
}

/// `part`, n times.
constexpr byte_buffer repeated(const byte_buffer& part, std::size_t n) {
    byte_buffer all;
    all.reserve(part.size() * n);
    for (std::size_t i = 0; i < n; ++i) wherry::append(all, view_of(part));
    return all;
}

/// n bytes of 0. Not `byte_buffer(n)`: clang 14 cannot make that at compile time.
constexpr byte_buffer zeros(std::size_t n) { return repeated({'\0'}, n); }

/// A protobuf field that holds a varint.
constexpr byte_buffer varint_field(std::uint32_t number, std::uint64_t value) {
    byte_buffer field;
    wherry::wire::append_tag(field, number, wherry::wire::wire_type::varint);
    wherry::wire::append_varint(field, value);
    return field;
}

/// A protobuf field that holds bytes: a string, a sub-message, packed numbers.
template <class Bytes>
constexpr byte_buffer bytes_field(std::uint32_t number, const Bytes& bytes) {
    byte_buffer field;
    wherry::wire::append_bytes_field(field, number, std::string_view(bytes.data(), bytes.size()));
    return field;
}

/// The same bytes with a little-endian number written over those at `at`.
template <std::integral I>
constexpr byte_buffer patched(byte_buffer bytes, std::size_t at, I value) {
    byte_buffer number;
    wherry::append_little_endian(number, value);
    for (std::size_t i = 0; i < number.size(); ++i) bytes[at + i] = number[i];
    return bytes;
}

/// The first n bytes.
constexpr byte_buffer cut(const byte_buffer& bytes, std::size_t n) { return joined(view_of(bytes).substr(0, n)); }

}  // namespace support

#endif
