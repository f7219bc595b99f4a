#ifndef WHERRY_BASE_SEQUENCE_HPP
#define WHERRY_BASE_SEQUENCE_HPP

#include <wherry/base/allocate.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstring>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <new>
#include <string_view>
#include <type_traits>
#include <utility>

namespace wherry::inline WHERRY_ABI {

template <class T>
class sequence;

namespace detail {
template <class T>
inline constexpr bool is_sequence = false;
template <class T>
inline constexpr bool is_sequence<sequence<T>> = true;
/// Another container that owns Ts: a std::vector, a std::set, ... Spans and texts convert where somebody says so.
template <class C, class T>
concept ContainerOf = !is_sequence<C> && std::same_as<typename C::value_type, T> && !requires {
    typename C::element_type;
}
&&!std::convertible_to<const C&, std::string_view> && requires(const C& c) {
    { *c.begin() } -> std::convertible_to<const T&>;
    c.end();
};
/// Memory of so many elements; std::bad_alloc where there is none, or more than an address can say.
[[gnu::noinline]] inline void* take_memory(std::size_t count, std::size_t element_bytes) {
    constexpr std::size_t most = ~std::size_t{0} / 2;
    if (count > most / element_bytes) return std::allocator<std::size_t>().allocate(most);  // which throws without asking for it
    return ::operator new(count* element_bytes);
}
/// Out of line like the other, also because g++ 12 takes begin_ for an inside pointer where it knows how many elements there are.
[[gnu::noinline]] inline void release_memory(void* memory) noexcept { ::operator delete(memory); }

/// A sequence of elements that are bytes and nothing else: what moves them is compiled once, whatever they are.
struct plain_sequence {
    char* begin;
    char* end;
    char* capacity_end;
};
/// Moves the elements of `held`, which is laid out as a plain_sequence, into other memory.
[[gnu::noinline]] inline void settle_plain(void* held, void* fresh, std::size_t capacity_bytes) noexcept {
    plain_sequence now;
    std::memcpy(&now, held, sizeof now);
    const auto used_bytes = static_cast<std::size_t>(now.end - now.begin);
    if (used_bytes != 0) std::memcpy(fresh, now.begin, used_bytes);
    release_memory(now.begin);
    now.begin = static_cast<char*>(fresh);
    now.end = now.begin + used_bytes;
    now.capacity_end = now.begin + capacity_bytes;
    std::memcpy(held, &now, sizeof now);
}
[[gnu::noinline]] inline void reserve_plain(void* held, std::size_t count, std::size_t element_bytes) {
    settle_plain(held, take_memory(count, element_bytes), count * element_bytes);
}
[[gnu::noinline]] inline void grow_plain(void* held, std::size_t by, std::size_t element_bytes) {
    plain_sequence now;
    std::memcpy(&now, held, sizeof now);
    const auto size = static_cast<std::size_t>(now.end - now.begin) / element_bytes;
    const auto capacity = static_cast<std::size_t>(now.capacity_end - now.begin) / element_bytes;
    constexpr std::size_t smallest = 24;  // an allocator gives no less
    reserve_plain(held, std::max({size + by, 2 * capacity, smallest / element_bytes}), element_bytes);
}
}  // namespace detail

/// A std::vector with the members that a library of messages and lists uses; it converts to and from std::vector by itself.
///
/// A std::vector costs a compiler some hundred functions for each element type. Here there are some fifty element types, and everything is
/// compiled by whoever includes it: with this class a program that includes fluid.hpp compiles in five sixths of the time.
/// `sequence<bool>` holds bools. Elements are moved without throwing. Where there is no memory for more, the elements stay as they were
/// (`resize` may have added some at the end). Iterators are told from numbers without the concepts of <iterator>,
/// which for fifty types cost as much as all else here.
template <class T>
class sequence {
  public:
    using value_type = T;
    using size_type = std::size_t;
    using difference_type = std::ptrdiff_t;
    using reference = T&;
    using const_reference = const T&;
    using iterator = T*;
    using const_iterator = const T*;

    constexpr sequence() noexcept = default;
    constexpr explicit sequence(std::size_t count) : sequence() { resize(count); }
    constexpr sequence(std::size_t count, const T& value) : sequence() { resize(count, value); }
    constexpr sequence(std::initializer_list<T> values) : sequence(values.begin(), values.end()) {}
    template <class I>
        requires(!std::is_arithmetic_v<I>)
    constexpr sequence(I first, I last) : sequence() { append(first, last); }
    template <detail::ContainerOf<T> C>
    constexpr sequence(const C& values) : sequence(values.begin(), values.end()) {}  // NOLINT(google-explicit-constructor)
    constexpr sequence(const sequence& other) : sequence() {
        if constexpr (plain) append(other.begin(), other.end());
        else copy(other);
    }
    constexpr sequence(sequence&& other) noexcept : begin_(other.begin_), end_(other.end_), capacity_end_(other.capacity_end_) {
        other.begin_ = other.end_ = other.capacity_end_ = nullptr;
    }
    constexpr sequence& operator=(const sequence& other) { return *this = sequence(other); }
    constexpr sequence& operator=(sequence&& other) noexcept {
        swap(other);
        return *this;
    }
    constexpr ~sequence() {
        if constexpr (plain) give_back();
        else if (begin_ != nullptr) destroy();
    }
    constexpr void swap(sequence& other) noexcept {
        std::swap(begin_, other.begin_);
        std::swap(end_, other.end_);
        std::swap(capacity_end_, other.capacity_end_);
    }

    template <detail::ContainerOf<T> C>
        requires std::constructible_from<C, const T*, const T*>
    constexpr operator C() const {  // NOLINT(google-explicit-constructor)
        return C(begin_, end_);
    }

    [[nodiscard]] constexpr T* begin() noexcept { return begin_; }
    [[nodiscard]] constexpr T* end() noexcept { return end_; }
    [[nodiscard]] constexpr const T* begin() const noexcept { return begin_; }
    [[nodiscard]] constexpr const T* end() const noexcept { return end_; }
    [[nodiscard]] constexpr auto rbegin() noexcept { return std::reverse_iterator(end_); }
    [[nodiscard]] constexpr auto rend() noexcept { return std::reverse_iterator(begin_); }
    [[nodiscard]] constexpr auto rbegin() const noexcept { return std::reverse_iterator<const T*>(end_); }
    [[nodiscard]] constexpr auto rend() const noexcept { return std::reverse_iterator<const T*>(begin_); }
    [[nodiscard]] constexpr T* data() noexcept { return begin_; }
    [[nodiscard]] constexpr const T* data() const noexcept { return begin_; }
    [[nodiscard]] constexpr std::size_t size() const noexcept { return static_cast<std::size_t>(end_ - begin_); }
    [[nodiscard]] constexpr std::size_t capacity() const noexcept { return static_cast<std::size_t>(capacity_end_ - begin_); }
    [[nodiscard]] constexpr bool empty() const noexcept { return begin_ == end_; }

    [[nodiscard]] constexpr T& operator[](std::size_t i) noexcept { return begin_[i]; }
    [[nodiscard]] constexpr const T& operator[](std::size_t i) const noexcept { return begin_[i]; }
    [[nodiscard]] constexpr T& front() noexcept { return *begin_; }
    [[nodiscard]] constexpr const T& front() const noexcept { return *begin_; }
    [[nodiscard]] constexpr T& back() noexcept { return end_[-1]; }
    [[nodiscard]] constexpr const T& back() const noexcept { return end_[-1]; }

    constexpr void push_back(T value) {
        if (end_ == capacity_end_) grow(1);
        std::construct_at(end_, std::move(value));
        ++end_;
    }
    template <class... Args>
    constexpr T& emplace_back(Args&&... args) {
        if constexpr (sizeof...(Args) == 0) {
            if (end_ == capacity_end_) grow(1);
            std::construct_at(end_);
            return *end_++;
        } else {  // by a value: arguments may be elements, which growth moves
            push_back(T(std::forward<Args>(args)...));
            return end_[-1];
        }
    }
    constexpr void pop_back() noexcept { destroy_from(end_ - 1); }
    constexpr void clear() noexcept { destroy_from(begin_); }
    constexpr void reserve(std::size_t count) {
        if (count > capacity()) move_to(count);
    }
    /// `reserve` and `resize` for numbers that input chooses: false where there is no memory, and nothing has changed.
    [[nodiscard]] constexpr bool try_reserve(std::size_t count) {
        if (count <= capacity()) return true;
        T* fresh = nullptr;
        if (__builtin_is_constant_evaluated()) fresh = take(count);
        else if (count <= ~std::size_t{0} / 2 / sizeof(T)) fresh = static_cast<T*>(allocate(count * sizeof(T)));
        if (fresh == nullptr) return false;
        if (plain && !__builtin_is_constant_evaluated()) detail::settle_plain(this, fresh, count * sizeof(T));
        else move_into(fresh, count);
        return true;
    }
    [[nodiscard]] constexpr bool try_resize(std::size_t count) {
        if (!try_reserve(count)) return false;
        resize(count);
        return true;
    }
    constexpr void resize(std::size_t count) {
        if (count < size()) return destroy_from(begin_ + count);
        reserve(count);
        fill(count - size(), [](T* at) { std::construct_at(at); });
    }
    constexpr void resize(std::size_t count, const T& value) {
        if (count < size()) return destroy_from(begin_ + count);
        const T kept(value);  // which may be an element of this
        reserve(count);
        fill(count - size(), [&](T* at) { std::construct_at(at, kept); });
    }
    constexpr void assign(std::size_t count, const T& value) { *this = sequence(count, value); }
    template <class I>
        requires(!std::is_arithmetic_v<I>)
    constexpr void assign(I first, I last) { *this = sequence(first, last); }

    // Positions are iterators into this sequence, as std::vector's; ranges to insert are not its own.
    constexpr T* insert(const T* at, T value) { return std::construct_at(open_gap(at, 1), std::move(value)); }
    template <class I>
        requires(!std::is_arithmetic_v<I>)
    constexpr T* insert(const T* at, I first, I last) {
        if constexpr (std::is_trivially_copyable_v<T>)
            if (at == end_) {  // bytes at the end of a buffer
                const auto old_size = size();
                append(first, last);
                return begin_ + old_size;
            }
        sequence made(first, last);  // whatever can fail has not moved anything yet
        T* const gap = open_gap(at, made.size());
        for (T *to = gap, *from = made.begin_; from != made.end_; ++from, ++to) std::construct_at(to, std::move(*from));
        return gap;
    }
    constexpr T* insert(const T* at, std::initializer_list<T> values) { return insert(at, values.begin(), values.end()); }
    constexpr T* erase(const T* first, const T* last) noexcept {
        T* const at = begin_ + (first - begin_);
        T* to = at;
        if (first != last)
            for (T* from = begin_ + (last - begin_); from != end_; ++from, ++to) *to = std::move(*from);
        else to = end_;
        destroy_from(to);
        return at;
    }
    constexpr T* erase(const T* at) noexcept { return erase(at, at + 1); }

    friend constexpr bool operator==(const sequence& a, const sequence& b) { return std::equal(a.begin_, a.end_, b.begin_, b.end_); }
    template <detail::ContainerOf<T> C>
    friend constexpr bool operator==(const sequence& a, const C& b) {
        return std::equal(a.begin_, a.end_, b.begin(), b.end());
    }

  private:
    // Elements that own something, messages above all, are copied and destroyed out of line: that is a lot of code, and no loop waits for it.
    // Not `cold`: every function that ends with such a sequence would count as rarely run.
    static constexpr bool plain = std::is_trivially_copyable_v<T>;
    [[gnu::noinline]] constexpr void copy(const sequence& other) { append(other.begin_, other.end_); }
    [[gnu::noinline]] constexpr void destroy() noexcept {
        destroy_from(begin_);
        give_back();
    }
    template <class I>
    constexpr void append(I first, I last) {
        if constexpr (requires { last - first; }) {
            const auto count = static_cast<std::size_t>(last - first);
            if (static_cast<std::size_t>(capacity_end_ - end_) < count) grow(count);
            fill(count, [&](T* at) {
                std::construct_at(at, *first);
                ++first;
            });
        } else {
            for (; first != last; ++first) emplace_back(*first);
        }
    }
    /// Makes that many elements in memory that is there.
    template <class Make>
    constexpr void fill(std::size_t count, Make make) {
        T* const last = end_ + count;
        if constexpr (std::is_trivially_copyable_v<T>) {
            for (T* at = end_; at != last; ++at) make(at);  // which a compiler makes a memset or a memcpy of
            end_ = last;
        } else {
            for (; end_ != last; ++end_) make(end_);
        }
    }
    constexpr void destroy_from(T* first) noexcept {
        if constexpr (!std::is_trivially_destructible_v<T>)
            for (T* at = first; at != end_; ++at) std::destroy_at(at);
        end_ = first;
    }
    constexpr void grow(std::size_t by) {
        if (plain && !__builtin_is_constant_evaluated()) detail::grow_plain(this, by, sizeof(T));
        else grow_elements(by);
    }
    // Out of line: it is rare; and g++ 12, which may put off a subtraction of pointers until after it, would warn of a use after free.
    [[gnu::noinline]] constexpr void grow_elements(std::size_t by) { move_to(std::max(size() + by, 2 * capacity())); }
    static constexpr void relocate(T* to, T* from) noexcept {
        static_assert(std::is_nothrow_move_constructible_v<T>, "wherry: elements of a sequence are moved without throwing");
        std::construct_at(to, std::move(*from));
        std::destroy_at(from);
    }
    constexpr void move_to(std::size_t capacity_wanted) {
        if (plain && !__builtin_is_constant_evaluated()) detail::reserve_plain(this, capacity_wanted, sizeof(T));
        else move_into(take(capacity_wanted), capacity_wanted);
    }
    [[gnu::noinline]] constexpr void move_into(T* fresh, std::size_t capacity_wanted) {
        T* to = fresh;
        for (T* at = begin_; at != end_; ++at, ++to) relocate(to, at);
        give_back();
        begin_ = fresh;
        end_ = to;
        capacity_end_ = fresh + capacity_wanted;
    }
    /// Moves the elements after a position on; the gap holds nothing yet.
    constexpr T* open_gap(const T* at, std::size_t count) {
        const auto index = at - begin_;
        if (static_cast<std::size_t>(capacity_end_ - end_) < count) grow(count);
        T* const gap = begin_ + index;
        for (T* from = end_; from != gap;) {
            --from;
            relocate(from + count, from);
        }
        end_ += count;
        return gap;
    }

    // Constant expressions know std::allocator alone; elsewhere it would be a few dozen instructions wherever a sequence grows. The builtin,
    // since std::is_constant_evaluated is a function: g++ compiles what it guards, the allocator's, all the same.
    static constexpr T* take(std::size_t count) {
        static_assert(alignof(T) <= __STDCPP_DEFAULT_NEW_ALIGNMENT__);
        if (__builtin_is_constant_evaluated()) return std::allocator<T>().allocate(count);
        return static_cast<T*>(detail::take_memory(count, sizeof(T)));
    }
    constexpr void give_back() noexcept {
        if (!__builtin_is_constant_evaluated()) detail::release_memory(begin_);
        else if (begin_ != nullptr) std::allocator<T>().deallocate(begin_, capacity());
    }

    T* begin_ = nullptr;  // these three as in detail::plain_sequence
    T* end_ = nullptr;
    T* capacity_end_ = nullptr;
};

/// Removes what the predicate says; how many there were. As std::erase_if.
template <class T, class Predicate>
constexpr std::size_t erase_if(sequence<T>& values, Predicate predicate) {
    T* to = values.begin();
    for (T& value : values) {
        if (predicate(value)) continue;
        if (to != &value) *to = std::move(value);
        ++to;
    }
    const auto removed = values.end() - to;
    values.erase(to, values.end());
    return static_cast<std::size_t>(removed);
}

}  // namespace wherry::inline WHERRY_ABI

#endif
