#ifndef WHERRY_BASE_TEXT_HPP
#define WHERRY_BASE_TEXT_HPP

#include <wherry/version.hpp>

#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <new>
#include <string_view>
#include <type_traits>
#include <utility>

namespace wherry::inline WHERRY_ABI {

/// A short owned string of one word that works in constant expressions.
///
/// Why not `std::string`: clang 14 cannot construct libstdc++ 12's at compile time, and an `error` holds six of these: hundreds of
/// places that may fail set those to null that they do not fill.
/// Guarantee: empty text allocates nothing; nothing throws: where memory is out, the text is empty.
class text {
  public:
    constexpr text() noexcept = default;
    /// Copies anything that reads as characters: a `std::string`, a `decimal`.
    template <std::convertible_to<std::string_view> Chars>
        requires(!std::same_as<Chars, text>)
    constexpr text(const Chars& chars) noexcept : text(copy_of{}, chars) {}  // NOLINT(google-explicit-constructor)
    /// A literal: not a template, which would be compiled for each length.
    [[gnu::noinline, gnu::cold]] constexpr text(const char* chars) noexcept
        : text(copy_of{}, chars) {}  // NOLINT(google-explicit-constructor)
    /// Joins parts: `{"var ", name, " not in this block"}`.
    [[gnu::noinline, gnu::cold]] constexpr text(std::initializer_list<std::string_view> parts) noexcept {
        std::size_t wanted = 0;
        for (const auto part : parts) wanted += part.size();
        if (wanted == 0) return;
        const auto bytes = wanted + size_bytes;
        data_ = std::is_constant_evaluated() ? new char[bytes] : new (std::nothrow) char[bytes];
        if (data_ == nullptr) return;
        char* end = data_;
        for (std::size_t i = 0; i < size_bytes; ++i) *end++ = static_cast<char>(static_cast<unsigned char>((wanted >> (8 * i)) & 0xffU));
        for (const auto part : parts)
            for (const char c : part) *end++ = c;
    }
    constexpr text(const text& other) noexcept : text(copy_of{}, other.view()) {}
    constexpr text(text&& other) noexcept : data_(std::exchange(other.data_, nullptr)) {}
    [[gnu::noinline]] constexpr text& operator=(text other) noexcept {
        std::swap(data_, other.data_);
        return *this;
    }
    [[gnu::noinline]] constexpr ~text() { delete[] data_; }

    [[nodiscard, gnu::noinline]] constexpr std::string_view view() const noexcept {
        if (data_ == nullptr) return {};
        std::size_t size = 0;
        for (std::size_t i = 0; i < size_bytes; ++i) size |= std::size_t{static_cast<unsigned char>(data_[i])} << (8 * i);
        return {data_ + size_bytes, size};
    }
    [[nodiscard]] constexpr bool empty() const noexcept { return data_ == nullptr; }
    constexpr operator std::string_view() const noexcept { return view(); }  // NOLINT(google-explicit-constructor)
    friend constexpr bool operator==(const text& a, std::string_view b) noexcept { return a.view() == b; }

  private:
    // Out of line and cold, as all that errors are made of.
    struct copy_of {};
    [[gnu::noinline, gnu::cold]] constexpr text(copy_of, std::string_view chars) noexcept
        : text(std::initializer_list<std::string_view>{chars}) {}

    static constexpr std::size_t size_bytes = sizeof(std::size_t);
    char* data_ = nullptr;  ///< null, or the size, least byte first, and then the characters
};

}  // namespace wherry::inline WHERRY_ABI

#endif
