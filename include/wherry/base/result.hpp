#ifndef WHERRY_BASE_RESULT_HPP
#define WHERRY_BASE_RESULT_HPP

#include <wherry/base/error.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/text.hpp>
#include <wherry/version.hpp>

#include <array>
#include <atomic>
#include <cassert>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <new>
#include <string_view>
#include <type_traits>
#include <utility>

namespace wherry::inline WHERRY_ABI {

namespace detail {
/// Places for errors that come when memory is out, so that those are values, too: as many at a time.
struct spare_errors {
    static constexpr std::size_t count = 8;
    struct place {
        alignas(error) std::array<std::byte, sizeof(error)> bytes;
        std::atomic<bool> taken;
    };
    static inline constinit std::array<place, count> places{};

    /// Null when all are taken.
    static error* take(error&& e) noexcept {
        for (auto& one : places)
            if (!one.taken.exchange(true)) return ::new (static_cast<void*>(one.bytes.data())) error(static_cast<error&&>(e));
        return nullptr;
    }
    /// Whether this error was in such a place.
    static bool give_back(error* held) noexcept {
        for (auto& one : places) {
            if (static_cast<void*>(one.bytes.data()) != held) continue;
            held->~error();
            one.taken = false;
            return true;
        }
        return false;
    }
};
}  // namespace detail

/// An error on its way, or none: one pointer, since errors are rare and large and results are common. Whoever passes an error on,
/// `return checked.failure();`, moves the pointer and not the error.
class [[nodiscard]] failure {
  public:
    constexpr failure() noexcept = default;
    // noexcept: whoever returns an error need not be ready to lose it on the way, which is a quarter of the code there. Where there is
    // no memory for two hundred bytes, a spare place has it; where there is none of these either, the program ends.
    [[gnu::noinline, gnu::cold]] constexpr failure(error&& e) noexcept  // NOLINT(google-explicit-constructor)
        : held_(make(static_cast<error&&>(e))) {}
    /// A new error, and what else is known about it: `return failure(errc::bad_dims, "too many dims").of_variable(name).found(rank);`.
    /// Half the code of an `error` that is made where it is returned.
    [[gnu::noinline, gnu::cold]] constexpr failure(errc code, std::string_view message) noexcept : failure(error{code, message}) {}
    [[gnu::noinline, gnu::cold]] constexpr failure(errc code, const char* message) noexcept : failure(code, std::string_view(message)) {}
    [[gnu::noinline, gnu::cold]] constexpr failure(errc code, std::initializer_list<std::string_view> message) noexcept
        : failure(error{code, message}) {}
    [[gnu::noinline, gnu::cold]] constexpr failure(const failure& other) noexcept
        : held_(other.held_ != nullptr ? make(error(*other.held_)) : nullptr) {}
    constexpr failure(failure&& other) noexcept : held_(other.held_) { other.held_ = nullptr; }
    constexpr failure& operator=(failure other) noexcept {
        std::swap(held_, other.held_);
        return *this;
    }
    constexpr ~failure() {
        if (held_ != nullptr) destroy(held_);
    }

    /// Null when there is none.
    [[nodiscard]] constexpr error* get() const noexcept { return held_; }
    /// The same, with fields that are still empty filled: `return checked.failure().in_file(path);`.
    constexpr failure&& in_file(std::string_view path) && noexcept { return fill(&error::file, path); }
    constexpr failure&& of_variable(std::string_view name) && noexcept { return fill(&error::variable, name); }
    constexpr failure&& of_op(std::string_view type) && noexcept { return fill(&error::op, type); }
    constexpr failure&& expected(const char* what) && noexcept { return fill(&error::expected, what); }
    constexpr failure&& expected(std::string_view what) && noexcept { return fill(&error::expected, what); }
    constexpr failure&& expected(std::initializer_list<std::string_view> what) && noexcept { return fill(&error::expected, text(what)); }
    constexpr failure&& expected(std::integral auto number) && noexcept { return fill(&error::expected, number); }
    constexpr failure&& found(const char* what) && noexcept { return fill(&error::found, what); }
    constexpr failure&& found(std::string_view what) && noexcept { return fill(&error::found, what); }
    constexpr failure&& found(std::initializer_list<std::string_view> what) && noexcept { return fill(&error::found, text(what)); }
    constexpr failure&& found(std::integral auto number) && noexcept { return fill(&error::found, number); }
    /// At this position, whatever it was.
    constexpr failure&& at(std::uint64_t offset) && noexcept { return held_->offset = offset, std::move(*this); }
    constexpr failure&& shifted(std::uint64_t by) && { return static_cast<void>(std::move(*held_).shifted(by)), std::move(*this); }
    constexpr operator error() && noexcept { return std::move(*held_); }  // NOLINT(google-explicit-constructor)

  private:
    [[gnu::noinline, gnu::cold]] constexpr failure&& fill(text error::*field, std::string_view what) noexcept {
        return held_->fill(field, what), std::move(*this);
    }
    [[gnu::noinline, gnu::cold]] constexpr failure&& fill(text error::*field, const char* what) noexcept {
        return fill(field, std::string_view(what));
    }
    [[gnu::noinline, gnu::cold]] constexpr failure&& fill(text error::*field, std::uint64_t magnitude, bool negative) noexcept {
        return fill(field, decimal(magnitude, negative));
    }
    constexpr failure&& fill(text error::*field, std::integral auto number) noexcept {
        return fill(field, decimal::magnitude_of(number), number < 0);
    }
    static constexpr error* make(error&& e) noexcept {
        if (std::is_constant_evaluated()) return new error(static_cast<error&&>(e));
        auto* held = new (std::nothrow) error(static_cast<error&&>(e));
        if (held == nullptr) held = detail::spare_errors::take(static_cast<error&&>(e));
        return held != nullptr ? held : new error(static_cast<error&&>(e));
    }
    [[gnu::noinline, gnu::cold]] static constexpr void destroy(error* held) {
        if (std::is_constant_evaluated() || !detail::spare_errors::give_back(held)) delete held;
    }

    error* held_ = nullptr;
};

/// The error of memory that the system does not have. `wanted_bytes` is 0 where it is not known.
[[nodiscard, gnu::noinline, gnu::cold]] constexpr failure out_of_memory(std::uint64_t wanted_bytes = 0) noexcept {
    failure made(errc::out_of_memory, "the system has no memory for this");
    if (wanted_bytes > 0) made = std::move(made).expected({decimal(wanted_bytes), " bytes"});
    return made;
}

/// A value or the `error` that takes its place. Never throws; reading the side that is not there is the caller's
/// mistake (an assert).
template <class T>
class [[nodiscard]] result {
  public:
    using value_type = T;

    constexpr result(T value) : value_(std::move(value)), holds_(true) {}  // NOLINT(google-explicit-constructor)
    constexpr result(wherry::error&& e) noexcept                           // NOLINT(google-explicit-constructor)
        : error_(static_cast<wherry::error&&>(e)), holds_(false) {}
    constexpr result(const wherry::error& e) : error_(wherry::error(e)), holds_(false) {}  // NOLINT(google-explicit-constructor)
    constexpr result(wherry::failure&& f) noexcept
        : error_(static_cast<wherry::failure&&>(f)), holds_(false) {}  // NOLINT(google-explicit-constructor)
    constexpr result(const result& other) : holds_(other.holds_) { take(other); }
    constexpr result(result&& other) noexcept : holds_(other.holds_) { take(std::move(other)); }
    constexpr result& operator=(const result& other) { return *this = result(other); }
    constexpr result& operator=(result&& other) noexcept {
        if (this == &other) return *this;
        std::destroy_at(this);
        std::construct_at(this, std::move(other));
        return *this;
    }
    constexpr ~result() {
        if (holds_) value_.~T();
        else error_.~failure();
    }

    [[nodiscard]] constexpr bool has_value() const noexcept { return holds_; }
    constexpr explicit operator bool() const noexcept { return has_value(); }

    [[nodiscard]] constexpr T& value() & noexcept { return assert(holds_), value_; }
    [[nodiscard]] constexpr const T& value() const& noexcept { return assert(holds_), value_; }
    [[nodiscard]] constexpr T&& value() && noexcept { return assert(holds_), std::move(value_); }
    [[nodiscard]] constexpr T& operator*() & noexcept { return value(); }
    [[nodiscard]] constexpr const T& operator*() const& noexcept { return value(); }
    [[nodiscard]] constexpr T&& operator*() && noexcept { return std::move(*this).value(); }
    [[nodiscard]] constexpr T* operator->() noexcept { return &value(); }
    [[nodiscard]] constexpr const T* operator->() const noexcept { return &value(); }

    [[nodiscard]] constexpr const wherry::error& error() const& noexcept { return assert(!holds_), *error_.get(); }
    [[nodiscard]] constexpr wherry::error&& error() && noexcept { return assert(!holds_), std::move(*error_.get()); }
    /// The error, to be passed on: `if (!checked) return checked.failure();` in a function of any other result. Moves it out of a
    /// result that may change, whatever its value category; copies it out of a const one.
    [[nodiscard]] constexpr wherry::failure&& failure() noexcept { return assert(!holds_), std::move(error_); }
    [[nodiscard]] constexpr wherry::failure failure() const noexcept { return assert(!holds_), error_; }

  private:
    constexpr void take(auto&& other) {
        if (holds_) std::construct_at(&value_, static_cast<decltype(other)&&>(other).value_);
        else std::construct_at(&error_, static_cast<decltype(other)&&>(other).error_);
    }

    // Not std::optional: that alone is some thirty functions for a compiler to instantiate, for each T.
    union {
        T value_;
        wherry::failure error_;
    };
    bool holds_;
};

/// Success, or the `error`.
template <>
class [[nodiscard]] result<void> {
  public:
    using value_type = void;

    constexpr result() noexcept = default;
    constexpr result(wherry::error&& e) noexcept : error_(static_cast<wherry::error&&>(e)) {}      // NOLINT(google-explicit-constructor)
    constexpr result(const wherry::error& e) : error_(wherry::error(e)) {}                         // NOLINT(google-explicit-constructor)
    constexpr result(wherry::failure&& f) noexcept : error_(static_cast<wherry::failure&&>(f)) {}  // NOLINT(google-explicit-constructor)

    [[nodiscard]] constexpr bool has_value() const noexcept { return error_.get() == nullptr; }
    constexpr explicit operator bool() const noexcept { return has_value(); }

    [[nodiscard]] constexpr const wherry::error& error() const& noexcept { return assert(error_.get()), *error_.get(); }
    [[nodiscard]] constexpr wherry::error&& error() && noexcept { return assert(error_.get()), std::move(*error_.get()); }
    /// As that of the other results.
    [[nodiscard]] constexpr wherry::failure&& failure() noexcept { return assert(error_.get()), std::move(error_); }
    [[nodiscard]] constexpr wherry::failure failure() const noexcept { return assert(error_.get()), error_; }

  private:
    wherry::failure error_;
};

}  // namespace wherry::inline WHERRY_ABI

#endif
