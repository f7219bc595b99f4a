#ifndef WHERRY_WIRE_BOXED_HPP
#define WHERRY_WIRE_BOXED_HPP

#include <wherry/base/sequence.hpp>
#include <wherry/version.hpp>

#include <new>
#include <utility>

namespace wherry::inline WHERRY_ABI::wire {

/// An optional sub-message that costs one pointer where it is absent, and copies deeply.
///
/// Why not `std::optional`: a variable has one of ten kinds of description, and each would take its full size, and thirty
/// functions of compile time.
template <class T>
class boxed {
  public:
    constexpr boxed() noexcept = default;
    constexpr boxed(const T& value) : held_(copy(value)) {}  // NOLINT(google-explicit-constructor)
    constexpr boxed(const boxed& other) : held_(other.held_ != nullptr ? copy(*other.held_) : nullptr) {}
    constexpr boxed(boxed&& other) noexcept : held_(std::exchange(other.held_, nullptr)) {}
    // Two, so that a copy of a message that finds no memory is not one that ends the program.
    constexpr boxed& operator=(const boxed& other) { return *this = boxed(other); }
    constexpr boxed& operator=(boxed&& other) noexcept {
        std::swap(held_, other.held_);
        return *this;
    }
    constexpr ~boxed() {
        if (held_ != nullptr) destroy(held_);
    }

    [[nodiscard]] constexpr bool has_value() const noexcept { return held_ != nullptr; }
    constexpr explicit operator bool() const noexcept { return held_ != nullptr; }
    [[nodiscard]] constexpr T& operator*() noexcept { return *held_; }
    [[nodiscard]] constexpr const T& operator*() const noexcept { return *held_; }
    [[nodiscard]] constexpr T* operator->() noexcept { return held_; }
    [[nodiscard]] constexpr const T* operator->() const noexcept { return held_; }

    /// Makes an empty message, in place of what is held.
    [[gnu::noinline]] constexpr T& emplace() {
        reset();
        return *(held_ = new T());
    }
    /// Where nothing is held; null where there is no memory.
    [[nodiscard, gnu::noinline]] constexpr T* try_emplace() {
        if (__builtin_is_constant_evaluated()) return held_ = new T();
        return held_ = new (std::nothrow) T();
    }
    constexpr void reset() noexcept {
        if (held_ != nullptr) destroy(std::exchange(held_, nullptr));
    }

    friend constexpr bool operator==(const boxed& a, const boxed& b) {
        return a.held_ == nullptr || b.held_ == nullptr ? a.held_ == b.held_ : *a.held_ == *b.held_;
    }

  private:
    [[gnu::noinline]] static constexpr T* copy(const T& other) { return new T(other); }
    [[gnu::noinline]] static constexpr void destroy(T* held) noexcept { delete held; }

    T* held_ = nullptr;
};

/// A member that most messages leave empty: one pointer until somebody writes to it. Whoever reads what was never written sees an empty one.
template <class T>
class rare {
  public:
    constexpr rare() noexcept = default;
    constexpr rare(T value) { held_.emplace() = std::move(value); }  // NOLINT(google-explicit-constructor)

    [[nodiscard]] constexpr bool has_value() const noexcept { return held_.has_value(); }
    [[nodiscard]] constexpr const T& operator*() const noexcept { return held_ ? *held_ : none; }
    [[nodiscard]] constexpr const T* operator->() const noexcept { return &**this; }
    [[nodiscard]] constexpr T& operator*() { return held_ ? *held_ : held_.emplace(); }
    [[nodiscard]] constexpr T* operator->() { return &**this; }
    /// The same; null where there is no memory.
    [[nodiscard]] constexpr T* try_make() { return held_ ? &*held_ : held_.try_emplace(); }

    friend constexpr bool operator==(const rare& a, const rare& b) { return *a == *b; }

  private:
    static constexpr T none{};

    boxed<T> held_;
};

/// The fields of a message that this library does not know, as they came.
template <class String>
using unknown_fields = rare<sequence<String>>;

}  // namespace wherry::inline WHERRY_ABI::wire

#endif
