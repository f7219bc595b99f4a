#ifndef WHERRY_BASE_NAME_INDEX_HPP
#define WHERRY_BASE_NAME_INDEX_HPP

#include <wherry/base/sequence.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace wherry::inline WHERRY_ABI {

/// Finds names that somebody else keeps in a list, by their positions in it.
///
/// A binary trie (crit-bit tree): each node asks for one bit, the first in which the names under it differ, so that a search reads a
/// few bits and then one whole name. Nothing moves when a name comes, the order of the names' bytes is one walk, and no name costs
/// more than its own length, whoever chose it: there is no hash to make collide. Takes up to 2^31 names.
/// `names` is a callable: position -> std::string_view.
class name_index {
  public:
    static constexpr std::size_t name_bytes = 4 * sizeof(std::uint32_t);  ///< memory of one name

    [[nodiscard]] std::size_t size() const noexcept { return nodes_.size(); }
    void clear() noexcept { nodes_.clear(); }

    /// The position of the only name that may be equal; the caller compares. `size()`, which is 0, when there are none.
    [[nodiscard]] std::size_t closest(std::string_view name) const noexcept {
        if (nodes_.empty()) return 0;
        auto at = nodes_[0].side[0];
        while (!is_leaf(at)) at = nodes_[at].side[side_of(nodes_[at], name)];
        return at - leaf;
    }

    /// Memory for one name more, so that `insert` cannot fail.
    void make_room() {
        if (nodes_.size() == nodes_.capacity()) nodes_.reserve(std::max<std::size_t>(8, 2 * nodes_.size()));
    }
    void reserve(std::size_t count) { nodes_.reserve(count); }
    /// For so many names, which input chose; false where there is no memory.
    [[nodiscard]] bool try_reserve(std::size_t count) { return nodes_.try_reserve(count); }
    /// Gives a name the position `size()`. `other` is the name at `closest(name)`; where they are equal, that one stays the one to be
    /// found (and neither can be erased). Call `make_room` before.
    void insert(std::string_view name, std::string_view other) noexcept {
        const auto position = static_cast<std::uint32_t>(nodes_.size());
        if (position == 0 || name == other) return nodes_.push_back({0, 0, {leaf, leaf}});
        std::size_t byte = 0;
        while (unit(name, byte) == unit(other, byte)) ++byte;
        node made{static_cast<std::uint32_t>(byte), std::bit_floor(unit(name, byte) ^ unit(other, byte)), {}};
        auto* link = &nodes_[0].side[0];
        while (!is_leaf(*link) && nodes_[*link].is_before(made)) link = &nodes_[*link].side[side_of(nodes_[*link], name)];
        const auto side = side_of(made, name);
        made.side[side] = leaf + position;
        made.side[1 - side] = *link;
        *link = position;
        nodes_.push_back(made);
    }

    /// Forgets the name at a position; the last name takes that position, as the caller moves it there afterwards.
    template <class Names>
    void erase(std::size_t position, const Names& names) noexcept {
        if (nodes_.size() == 1) return nodes_.clear();
        const auto own = leaf + static_cast<std::uint32_t>(position);
        auto* above = &nodes_[0].side[0];
        auto* link = above;
        for (const auto name = names(position); *link != own;) {
            above = link;
            link = &nodes_[*link].side[side_of(nodes_[*link], name)];
        }
        const auto gone = *above;
        *above = nodes_[gone].side[link == &nodes_[gone].side[0] ? 1 : 0];
        const auto last = static_cast<std::uint32_t>(nodes_.size() - 1);
        if (gone != last) {
            auto below = last;
            while (!is_leaf(below)) below = nodes_[below].side[0];
            *link_to(last, names(below - leaf)) = gone;
            nodes_[gone] = nodes_[last];
        }
        if (own != leaf + last) *link_to(leaf + last, names(last)) = own;
        nodes_.pop_back();
    }

    /// Positions in order of the names' bytes.
    [[nodiscard]] sequence<std::size_t> sorted() const {
        sequence<std::size_t> order;
        order.reserve(nodes_.size());
        sequence<std::uint32_t> left;
        if (!nodes_.empty()) left.push_back(nodes_[0].side[0]);
        while (!left.empty()) {
            const auto at = left.back();
            left.pop_back();
            if (is_leaf(at)) {
                order.push_back(at - leaf);
            } else {
                left.push_back(nodes_[at].side[1]);
                left.push_back(nodes_[at].side[0]);
            }
        }
        return order;
    }

  private:
    static constexpr std::uint32_t leaf = 0x8000'0000U;  ///< marks a link to a name

    struct node {
        std::uint32_t byte;  ///< the first in which the names under this node differ,
        std::uint32_t bit;   ///< and the highest bit that differs there
        std::uint32_t side[2];

        [[nodiscard]] bool is_before(const node& other) const noexcept { return byte != other.byte ? byte < other.byte : bit > other.bit; }
    };

    static_assert(sizeof(node) == name_bytes);

    [[nodiscard]] static bool is_leaf(std::uint32_t link) noexcept { return link >= leaf; }
    /// A byte of a name as a number of nine bits: its end comes before every byte, a NUL included.
    [[nodiscard]] static std::uint32_t unit(std::string_view name, std::size_t at) noexcept {
        return at < name.size() ? 256U + static_cast<unsigned char>(name[at]) : 0U;
    }
    [[nodiscard]] static std::size_t side_of(const node& n, std::string_view name) noexcept { return (unit(name, n.byte) & n.bit) != 0; }
    [[nodiscard]] std::uint32_t* link_to(std::uint32_t target, std::string_view name) noexcept {
        auto* link = &nodes_[0].side[0];
        while (*link != target) link = &nodes_[*link].side[side_of(nodes_[*link], name)];
        return link;
    }

    sequence<node> nodes_;  ///< the first one holds the link to the root
};

}  // namespace wherry::inline WHERRY_ABI

#endif
