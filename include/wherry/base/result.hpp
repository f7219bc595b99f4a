#ifndef WHERRY_BASE_RESULT_HPP
#define WHERRY_BASE_RESULT_HPP

#include <wherry/base/error.hpp>

#include <cassert>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace wherry::inline v0 {

namespace detail {
/// An error is rare and large, a result is common: success costs one null pointer.
class error_box {
  public:
    constexpr error_box() noexcept = default;
    [[gnu::noinline, gnu::cold]] constexpr error_box(error&& e)
        : held_(new error(static_cast<error&&>(e))) {}  // NOLINT(google-explicit-constructor)
    [[gnu::noinline, gnu::cold]] constexpr error_box(const error_box& other)
        : held_(other.held_ != nullptr ? new error(*other.held_) : nullptr) {}
    constexpr error_box(error_box&& other) noexcept : held_(std::exchange(other.held_, nullptr)) {}
    constexpr error_box& operator=(error_box other) noexcept {
        std::swap(held_, other.held_);
        return *this;
    }
    constexpr ~error_box() {
        if (held_ != nullptr) destroy(held_);
    }
    [[nodiscard]] constexpr error* get() const noexcept { return held_; }

  private:
    [[gnu::noinline, gnu::cold]] static constexpr void destroy(error* held) { delete held; }

    error* held_ = nullptr;
};
}  // namespace detail

/// A value or the `error` that stands in its place. Never throws; reading the side that is not there is the caller's
/// mistake (an assert).
template <class T>
class [[nodiscard]] result {
  public:
    using value_type = T;

    constexpr result(T value) : value_(std::move(value)) {}                           // NOLINT(google-explicit-constructor)
    constexpr result(wherry::error&& e) : error_(static_cast<wherry::error&&>(e)) {}  // NOLINT(google-explicit-constructor)
    constexpr result(const wherry::error& e) : error_(wherry::error(e)) {}            // NOLINT(google-explicit-constructor)

    [[nodiscard]] constexpr bool has_value() const noexcept { return value_.has_value(); }
    constexpr explicit operator bool() const noexcept { return has_value(); }

    [[nodiscard]] constexpr T& value() & noexcept { return assert(value_), *value_; }
    [[nodiscard]] constexpr const T& value() const& noexcept { return assert(value_), *value_; }
    [[nodiscard]] constexpr T&& value() && noexcept { return assert(value_), std::move(*value_); }
    [[nodiscard]] constexpr T& operator*() & noexcept { return value(); }
    [[nodiscard]] constexpr const T& operator*() const& noexcept { return value(); }
    [[nodiscard]] constexpr T&& operator*() && noexcept { return std::move(*this).value(); }
    [[nodiscard]] constexpr T* operator->() noexcept { return &value(); }
    [[nodiscard]] constexpr const T* operator->() const noexcept { return &value(); }

    [[nodiscard]] constexpr const wherry::error& error() const& noexcept { return assert(error_.get()), *error_.get(); }
    [[nodiscard]] constexpr wherry::error&& error() && noexcept { return assert(error_.get()), std::move(*error_.get()); }

  private:
    std::optional<T> value_;
    detail::error_box error_;
};

/// Success, or the `error`.
template <>
class [[nodiscard]] result<void> {
  public:
    using value_type = void;

    constexpr result() noexcept = default;
    constexpr result(wherry::error&& e) : error_(static_cast<wherry::error&&>(e)) {}  // NOLINT(google-explicit-constructor)
    constexpr result(const wherry::error& e) : error_(wherry::error(e)) {}            // NOLINT(google-explicit-constructor)

    [[nodiscard]] constexpr bool has_value() const noexcept { return error_.get() == nullptr; }
    constexpr explicit operator bool() const noexcept { return has_value(); }

    [[nodiscard]] constexpr const wherry::error& error() const& noexcept { return assert(error_.get()), *error_.get(); }
    [[nodiscard]] constexpr wherry::error&& error() && noexcept { return assert(error_.get()), std::move(*error_.get()); }

  private:
    detail::error_box error_;
};

}  // namespace wherry::inline v0

#endif
