#ifndef WHERRY_WIRE_SHARED_LIST_HPP
#define WHERRY_WIRE_SHARED_LIST_HPP

#include <wherry/base/sequence.hpp>
#include <wherry/version.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <new>
#include <utility>

namespace wherry::inline WHERRY_ABI::wire {

/// A list of messages, each held by count: copies of a list share them, and so do the equal messages of one file when it is parsed. Reads
/// like a `sequence`. Whoever changes an element by `operator[]` or `back` gets it for this list alone.
///
/// Why: of the attributes of real programs 2 to 15 in a hundred differ, and an attribute takes ten times its bytes.
template <class T>
class shared_list {
    struct node {
        T value;
        std::uint32_t holders = 1;
    };

  public:
    using value_type = T;
    class const_iterator {
      public:
        using iterator_category = std::forward_iterator_tag;
        using value_type = T;
        using difference_type = std::ptrdiff_t;
        using pointer = const T*;
        using reference = const T&;

        constexpr const_iterator() noexcept = default;
        constexpr explicit const_iterator(node* const* at) noexcept : at_(at) {}
        [[nodiscard]] constexpr const T& operator*() const noexcept { return (*at_)->value; }
        [[nodiscard]] constexpr const T* operator->() const noexcept { return &(*at_)->value; }
        constexpr const_iterator& operator++() noexcept { return ++at_, *this; }
        constexpr const_iterator operator++(int) noexcept { return const_iterator(at_++); }
        [[nodiscard]] friend constexpr const_iterator operator+(const_iterator it, std::size_t by) noexcept {
            return const_iterator(it.at_ + by);
        }
        friend constexpr bool operator==(const_iterator, const_iterator) noexcept = default;

      private:
        friend class shared_list;
        [[nodiscard]] constexpr node* held() const noexcept { return *at_; }
        node* const* at_ = nullptr;
    };
    using iterator = const_iterator;

    /// What one message takes besides its place in the list.
    static constexpr std::size_t node_bytes = sizeof(node);

    constexpr shared_list() noexcept = default;
    constexpr shared_list(std::initializer_list<T> values) : shared_list() {
        for (const auto& value : values) push_back(value);
    }
    constexpr shared_list(sequence<T> values) : shared_list() {  // NOLINT(google-explicit-constructor)
        held_.reserve(values.size());
        for (auto& value : values) push_back(std::move(value));
    }
    constexpr shared_list(const shared_list& other) : held_(other.held_) {
        for (auto* held : held_) count(held, 1);
    }
    constexpr shared_list(shared_list&& other) noexcept = default;
    constexpr shared_list& operator=(const shared_list& other) { return *this = shared_list(other); }
    constexpr shared_list& operator=(shared_list&& other) noexcept {
        held_.swap(other.held_);
        return *this;
    }
    constexpr ~shared_list() { clear(); }

    [[nodiscard]] constexpr const_iterator begin() const noexcept { return const_iterator(held_.begin()); }
    [[nodiscard]] constexpr const_iterator end() const noexcept { return const_iterator(held_.end()); }
    [[nodiscard]] constexpr std::size_t size() const noexcept { return held_.size(); }
    [[nodiscard]] constexpr std::size_t capacity() const noexcept { return held_.capacity(); }
    [[nodiscard]] constexpr bool empty() const noexcept { return held_.empty(); }
    [[nodiscard]] constexpr const T& operator[](std::size_t i) const noexcept { return held_[i]->value; }
    [[nodiscard]] constexpr T& operator[](std::size_t i) {
        auto*& held = held_[i];
        if (!is_alone(held)) release(std::exchange(held, new node{held->value}));
        return held->value;
    }
    [[nodiscard]] constexpr T& back() { return (*this)[size() - 1]; }

    constexpr void reserve(std::size_t count) { held_.reserve(count); }
    constexpr T& push_back(T value) {
        put(size(), std::move(value));
        return held_.back()->value;
    }
    /// In place of the one at that index, or one more where that is the end.
    constexpr void put(std::size_t at, T value) {
        make_room();
        place(at, new node{std::move(value)});
    }
    /// The same with an element of another list, which both hold then.
    constexpr void put(std::size_t at, const_iterator other) {
        auto* const held = other.held();  // the other list may be this one
        make_room();
        count(held, 1);
        place(at, held);
    }
    constexpr T& emplace_back() { return push_back(T()); }
    constexpr void clear() noexcept { drop_from(0); }
    /// As std::erase_if.
    template <class Predicate>
    friend constexpr std::size_t erase_if(shared_list& list, Predicate predicate) {
        std::size_t kept = 0;
        for (auto*& held : list.held_)
            if (!predicate(std::as_const(held->value))) std::swap(held, list.held_[kept++]);
        const auto removed = list.size() - kept;
        list.drop_from(kept);
        return removed;
    }
    /// In the order of what `key` says of each; equal ones keep theirs.
    template <class Key>
    constexpr void sort_by(Key key) {
        for (std::size_t i = 1; i < held_.size(); ++i)
            for (auto at = i; at > 0 && key(held_[at]->value) < key(held_[at - 1]->value); --at) std::swap(held_[at], held_[at - 1]);
    }

    friend constexpr bool operator==(const shared_list& a, const shared_list& b) {
        if (a.size() != b.size()) return false;
        for (std::size_t i = 0; i < a.size(); ++i)
            if (a.held_[i] != b.held_[i] && !(a[i] == b[i])) return false;
        return true;
    }

    // For a parser, where the file chooses how many there are.
    [[nodiscard]] constexpr bool try_reserve(std::size_t count) { return held_.try_reserve(count); }
    /// One more, for which there is room; null where there is no memory.
    [[nodiscard]] constexpr T* try_emplace_back() {
        node* made = nullptr;
        if (__builtin_is_constant_evaluated()) made = new node{};
        else made = new (std::nothrow) node{};
        if (made == nullptr) return nullptr;
        held_.push_back(made);
        return &made->value;
    }
    /// The last message, to be shared by another list.
    [[nodiscard]] constexpr const void* last() const noexcept { return held_.back(); }
    /// One more, which is what `last` gave out for a list of this type. There is room for it.
    void share(const void* last_of_another) {
        auto* const held = static_cast<node*>(const_cast<void*>(last_of_another));  // NOLINT: it never was const
        count(held, 1);
        held_.push_back(held);
    }

  private:
    /// Adds to the holders, of which other threads may be some; how many there are then.
    static constexpr std::uint32_t count(node* held, std::uint32_t by) noexcept {
        if (__builtin_is_constant_evaluated()) return held->holders += by;
        return std::atomic_ref(held->holders).fetch_add(by, std::memory_order_acq_rel) + by;
    }
    static constexpr bool is_alone(node* held) noexcept { return count(held, 0) == 1; }
    [[gnu::noinline]] static constexpr void release(node* held) noexcept {
        if (count(held, ~std::uint32_t{0}) == 0) delete held;
    }
    constexpr void make_room() {
        if (held_.size() == held_.capacity()) held_.reserve(2 * held_.size() + 1);
    }
    constexpr void place(std::size_t at, node* held) {
        if (at == size()) held_.push_back(held);
        else release(std::exchange(held_[at], held));
    }
    [[gnu::noinline]] constexpr void drop_from(std::size_t first) noexcept {
        while (held_.size() > first) {
            release(held_.back());
            held_.pop_back();
        }
    }

    sequence<node*> held_;
};

}  // namespace wherry::inline WHERRY_ABI::wire

#endif
