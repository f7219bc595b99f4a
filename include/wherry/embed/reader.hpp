#ifndef WHERRY_EMBED_READER_HPP
#define WHERRY_EMBED_READER_HPP

#include <wherry/version.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

/// Protobuf and tensor streams read by the compiler. wire/ reads them too, into vectors and with errors that own text: here a program of
/// 200 KB has to stay below the million steps that clang allows a constant expression, and below a second of g++.
namespace wherry::inline WHERRY_ABI::embed::detail {

constexpr std::size_t size_of_bytes(std::string_view bytes) noexcept { return bytes.size(); }
template <std::size_t N>
constexpr std::size_t size_of_bytes(const unsigned char (&)[N]) noexcept {
    return N;
}
constexpr const char* data_of_bytes(std::string_view bytes) noexcept { return bytes.data(); }
constexpr const unsigned char* data_of_bytes(const unsigned char* bytes) noexcept { return bytes; }

/// The two files of a model as types. Bytes are reached through a type and never through an argument: g++ hashes the arguments of every
/// constexpr call, and would hash the whole file each time.
template <class Model>
struct program_of {
    static constexpr auto data = data_of_bytes(Model::program);
    static constexpr std::size_t size = size_of_bytes(Model::program);
};
template <class Model>
struct params_of {
    static constexpr auto data = data_of_bytes(Model::params);
    static constexpr std::size_t size = size_of_bytes(Model::params);
};

/// A piece of a file: offset and length.
struct slice {
    std::uint32_t at = 0, size = 0;
};

/// Walks the fields of one protobuf message.
template <class File>
struct reader {
    std::uint32_t at = 0, end = 0;
    bool failed = false;
    bool is_bytes = false;      ///< the field that `next` read is length-delimited
    std::uint32_t number = 0;   ///< its number
    std::uint64_t scalar = 0;   ///< its value, when that is a number
    std::uint32_t payload = 0;  ///< where its bytes start, when it has some
    std::uint32_t size = 0;

    constexpr reader() noexcept : end(static_cast<std::uint32_t>(File::size)) {}
    constexpr explicit reader(slice part) noexcept : at(part.at), end(part.at + part.size) {}
    /// The bytes of the field just read.
    [[nodiscard]] constexpr slice bytes() const noexcept { return {payload, size}; }
    /// The message inside it.
    [[nodiscard]] constexpr reader inner() const noexcept { return reader(bytes()); }
    [[nodiscard]] constexpr std::uint32_t left() const noexcept { return end - at; }

    constexpr bool fail() noexcept {
        failed = true;
        at = end;
        return false;
    }

    constexpr std::uint64_t varint() noexcept {
        if (at != end && static_cast<unsigned char>(File::data[at]) < 0x80U) return static_cast<unsigned char>(File::data[at++]);
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 70U; shift += 7U) {
            if (at == end) return fail(), 0;
            const auto byte = static_cast<unsigned char>(File::data[at++]);
            if (shift < 64U) value |= static_cast<std::uint64_t>(byte & 0x7fU) << shift;
            if (byte < 0x80U) return value;
        }
        return fail(), 0;
    }

    /// A little-endian number of `count` bytes.
    constexpr std::uint64_t fixed(unsigned count) noexcept {
        if (left() < count) return fail(), 0;
        std::uint64_t value = 0;
        for (unsigned i = 0; i < count; ++i) value |= static_cast<std::uint64_t>(static_cast<unsigned char>(File::data[at++])) << (8U * i);
        return value;
    }

    constexpr bool take(std::uint64_t count) noexcept {
        if (count > left()) return fail();
        payload = at;
        size = static_cast<std::uint32_t>(count);
        at += size;
        return true;
    }

    /// Reads the next field; false at the end and at bytes that are not a message (then `failed`).
    constexpr bool next() noexcept {
        if (at == end) return false;
        const auto tag = static_cast<unsigned char>(File::data[at]);
        if ((tag & 0x87U) == 2U && left() > 1) {  // nearly all fields: a byte of tag, a byte of length, bytes
            const auto length = static_cast<unsigned char>(File::data[at + 1]);
            if (length < 0x80U) {
                if (length + 2U > left()) return fail();
                number = tag >> 3U;
                is_bytes = true;
                payload = at + 2;
                size = length;
                at += length + 2U;
                return true;
            }
        }
        return next_slowly();
    }

    constexpr bool next_slowly() noexcept {
        const auto key = varint();
        number = static_cast<std::uint32_t>(key >> 3U);
        const auto type = key & 7U;
        is_bytes = type == 2;
        if (is_bytes) return take(varint()) && !failed;
        if (type == 0) scalar = varint();
        else if (type == 5) scalar = fixed(4);
        else if (type == 1) scalar = fixed(8);
        else return fail();  // groups: no writer of Paddle's files has them
        return !failed;
    }
};

template <class File>
constexpr bool same(slice a, std::string_view b) noexcept {
    if (a.size != b.size()) return false;
    for (std::size_t i = 0; i < b.size(); ++i)
        if (static_cast<char>(File::data[a.at + i]) != b[i]) return false;
    return true;
}
template <class File>
constexpr bool same(slice a, slice b) noexcept {
    if (a.size != b.size) return false;
    const auto differ = [&](std::uint32_t i) { return File::data[a.at + i] != File::data[b.at + i]; };
    std::uint32_t i = a.size;
    for (; i >= 4; i -= 4)  // four at once, from the end, where names differ: a loop costs the compiler more than what is in it
        if (differ(i - 1) || differ(i - 2) || differ(i - 3) || differ(i - 4)) return false;
    while (i > 0)
        if (differ(--i)) return false;
    return true;
}
template <class File>
constexpr bool before(slice a, slice b) noexcept {
    for (std::uint32_t i = 0; i < a.size && i < b.size; ++i)
        if (File::data[a.at + i] != File::data[b.at + i])
            return static_cast<unsigned char>(File::data[a.at + i]) < static_cast<unsigned char>(File::data[b.at + i]);
    return a.size < b.size;
}

}  // namespace wherry::inline WHERRY_ABI::embed::detail

#endif
