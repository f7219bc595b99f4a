#ifndef WHERRY_BASE_BYTES_HPP
#define WHERRY_BASE_BYTES_HPP

#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/version.hpp>

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

namespace wherry::inline WHERRY_ABI {

/// The error of bytes that are not there: `wanted` from an offset on, where `left` are.
[[nodiscard, gnu::noinline, gnu::cold]] constexpr failure cut_short(std::string_view what, std::uint64_t offset, std::uint64_t wanted,
                                                                    std::uint64_t left) {
    return failure(errc::truncated, what).at(offset).expected({decimal(wanted), " bytes"}).found({decimal(left), " bytes"});
}

/// Reads little-endian values one after another from bytes it does not own. Works at compile time.
/// Guarantee: a read that fails moves nothing.
class byte_cursor {
  public:
    constexpr explicit byte_cursor(std::string_view bytes, std::uint64_t base_offset = 0) noexcept
        : bytes_(bytes), base_offset_(base_offset) {}

    [[nodiscard]] constexpr std::size_t remaining() const noexcept { return bytes_.size() - position_; }
    [[nodiscard]] constexpr bool at_end() const noexcept { return position_ == bytes_.size(); }
    /// Position in the file that the bytes came from.
    [[nodiscard]] constexpr std::uint64_t offset() const noexcept { return base_offset_ + position_; }
    [[nodiscard]] constexpr std::string_view rest() const noexcept { return bytes_.substr(position_); }

    /// The next n bytes, not copied. Errors: truncated.
    constexpr result<std::string_view> take(std::uint64_t n, std::string_view what) {
        if (!fits(n, remaining())) return truncated(n, what);
        const auto taken = bytes_.substr(position_, static_cast<std::size_t>(n));
        position_ += taken.size();
        return taken;
    }

    /// An unsigned little-endian integer. Errors: truncated.
    template <std::unsigned_integral U>
    constexpr result<U> read(std::string_view what) {
        if (!fits(sizeof(U), remaining())) return truncated(sizeof(U), what);
        U value = 0;
        for (std::size_t i = 0; i < sizeof(U); ++i)
            value = static_cast<U>(value | static_cast<U>(static_cast<U>(static_cast<unsigned char>(bytes_[position_ + i])) << (8U * i)));
        position_ += sizeof(U);
        return value;
    }

    /// The error of a length that is not there, at this position.
    [[nodiscard]] constexpr failure truncated(std::uint64_t wanted, std::string_view what) const {
        return cut_short(what, offset(), wanted, remaining());
    }

  private:
    std::string_view bytes_;
    std::size_t position_ = 0;
    std::uint64_t base_offset_ = 0;
};

/// Bytes that are being made. `sequence<char>`, because clang 14 has no compile-time `std::string`.
using byte_buffer = sequence<char>;

/// The bytes of a buffer, borrowed.
constexpr std::string_view view_of(const byte_buffer& bytes) noexcept { return {bytes.data(), bytes.size()}; }

/// Appends bytes to a buffer.
constexpr void append(byte_buffer& out, std::string_view bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); }

/// Appends a number, its lowest byte first.
template <std::integral I>
constexpr void append_little_endian(byte_buffer& out, I value) {
    const auto bits = static_cast<std::make_unsigned_t<I>>(value);
    char bytes[sizeof(I)]{};
    for (std::size_t i = 0; i < sizeof(I); ++i) bytes[i] = static_cast<char>(static_cast<unsigned char>(bits >> (8U * i)));
    append(out, {bytes, sizeof(I)});
}

/// Raw bytes seen as characters and back: files and streams are both.
inline std::string_view as_chars(std::span<const std::byte> bytes) noexcept {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};  // NOLINT
}
inline std::span<const std::byte> as_bytes(std::string_view chars) noexcept {
    return {reinterpret_cast<const std::byte*>(chars.data()), chars.size()};  // NOLINT
}

}  // namespace wherry::inline WHERRY_ABI

#endif
