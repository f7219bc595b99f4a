#ifndef WHERRY_PROGRAM_OPERATOR_LIST_HPP
#define WHERRY_PROGRAM_OPERATOR_LIST_HPP

#include <wherry/base/sequence.hpp>
#include <wherry/program/operator.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>

namespace wherry::inline WHERRY_ABI {

/// The operators of a block, one after another in memory. They come at the end, and in startup programs first: neither moves the others, but
/// where the memory is used up. Members are those of `sequence`, as are positions: they last until an operator comes or goes.
class operator_list {
  public:
    using value_type = Operator;

    operator_list() noexcept = default;
    operator_list(const operator_list& other) : held_(other.begin(), other.end()) {}
    operator_list(operator_list&& other) noexcept { swap(other); }
    operator_list& operator=(operator_list other) noexcept { return swap(other), *this; }
    ~operator_list() = default;
    void swap(operator_list& other) noexcept {
        held_.swap(other.held_);
        std::swap(room_, other.room_);
    }

    [[nodiscard]] Operator* begin() noexcept { return held_.begin() + room_; }
    [[nodiscard]] Operator* end() noexcept { return held_.end(); }
    [[nodiscard]] const Operator* begin() const noexcept { return held_.begin() + room_; }
    [[nodiscard]] const Operator* end() const noexcept { return held_.end(); }
    [[nodiscard]] auto rbegin() noexcept { return std::reverse_iterator(end()); }
    [[nodiscard]] auto rend() noexcept { return std::reverse_iterator(begin()); }
    [[nodiscard]] auto rbegin() const noexcept { return std::reverse_iterator(end()); }
    [[nodiscard]] auto rend() const noexcept { return std::reverse_iterator(begin()); }
    [[nodiscard]] std::size_t size() const noexcept { return held_.size() - room_; }
    [[nodiscard]] bool empty() const noexcept { return size() == 0; }
    [[nodiscard]] Operator& operator[](std::size_t i) noexcept { return begin()[i]; }
    [[nodiscard]] const Operator& operator[](std::size_t i) const noexcept { return begin()[i]; }
    [[nodiscard]] Operator& front() noexcept { return *begin(); }
    [[nodiscard]] const Operator& front() const noexcept { return *begin(); }
    [[nodiscard]] Operator& back() noexcept { return held_.back(); }
    [[nodiscard]] const Operator& back() const noexcept { return held_.back(); }

    void reserve(std::size_t count) { held_.reserve(room_ + count); }
    Operator& push_back(Operator op) { return held_.push_back(std::move(op)), held_.back(); }
    Operator& push_front(Operator op) {
        if (room_ == 0) make_room();
        return held_[--room_] = std::move(op);
    }
    Operator* insert(const Operator* at, Operator op) { return held_.insert(at, std::move(op)); }
    void pop_back() noexcept { held_.pop_back(); }
    Operator* erase(const Operator* first, const Operator* last) noexcept { return held_.erase(first, last); }
    void clear() noexcept { erase(begin(), end()); }

  private:
    /// As much in front as there is already.
    void make_room() {
        const auto more = std::max<std::size_t>(8, held_.size());
        sequence<Operator> fresh;
        fresh.reserve(more + held_.capacity());
        fresh.resize(more);
        for (auto& op : held_) fresh.push_back(std::move(op));
        held_.swap(fresh);
        room_ = more;
    }

    sequence<Operator> held_;  ///< `room_` empty ones first
    std::size_t room_ = 0;
};

/// Removes the operators that the predicate says; how many there were.
template <class Predicate>
std::size_t erase_if(operator_list& ops, Predicate predicate) {
    const auto* const gone = std::remove_if(ops.begin(), ops.end(), predicate);
    const auto count = static_cast<std::size_t>(ops.end() - gone);
    ops.erase(gone, ops.end());
    return count;
}

}  // namespace wherry::inline WHERRY_ABI

#endif
