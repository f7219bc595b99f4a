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

/// A short owned string of two words that works in constant expressions.
///
/// Why not `std::string`: clang 14 cannot construct libstdc++ 12's at compile time, and an `error` holds five of these.
/// Guarantee: empty text allocates nothing; nothing throws: where memory is out, the text is empty.
class text {
  public:
    constexpr text() noexcept = default;
    /// Copies anything that reads as characters: a literal, a `std::string`, a `decimal`.
    template <std::convertible_to<std::string_view> Chars>
        requires(!std::same_as<Chars, text>)
    constexpr text(const Chars& chars) noexcept : text(copy_of{}, chars) {}  // NOLINT(google-explicit-constructor)
    /// Joins parts: `{"var ", name, " not in this block"}`.
    [[gnu::noinline, gnu::cold]] constexpr text(std::initializer_list<std::string_view> parts) noexcept {
        std::size_t wanted = 0;
        for (const auto part : parts) wanted += part.size();
        reserve(wanted);
        for (const auto part : parts) append(part);
    }
    constexpr text(const text& other) noexcept : text(copy_of{}, other.view()) {}
    constexpr text(text&& other) noexcept : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
    [[gnu::noinline]] constexpr text& operator=(text other) noexcept {
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
        return *this;
    }
    [[gnu::noinline]] constexpr ~text() { delete[] data_; }

    [[nodiscard]] constexpr std::string_view view() const noexcept { return {data_, size_}; }
    [[nodiscard]] constexpr bool empty() const noexcept { return size_ == 0; }
    constexpr operator std::string_view() const noexcept { return view(); }  // NOLINT(google-explicit-constructor)
    friend constexpr bool operator==(const text& a, std::string_view b) noexcept { return a.view() == b; }

  private:
    // Out of line and cold, as all that errors are made of: there are hundreds of places that may fail.
    struct copy_of {};
    [[gnu::noinline, gnu::cold]] constexpr text(copy_of, std::string_view chars) noexcept {
        reserve(chars.size());
        append(chars);
    }
    constexpr void reserve(std::size_t wanted) noexcept {
        if (wanted != 0) data_ = std::is_constant_evaluated() ? new char[wanted] : new (std::nothrow) char[wanted];
    }
    constexpr void append(std::string_view chars) noexcept {
        if (data_ == nullptr) return;
        for (const char c : chars) data_[size_++] = c;
    }

    char* data_ = nullptr;
    std::size_t size_ = 0;
};

}  // namespace wherry::inline WHERRY_ABI

#endif
