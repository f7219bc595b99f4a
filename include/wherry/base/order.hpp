#ifndef WHERRY_BASE_ORDER_HPP
#define WHERRY_BASE_ORDER_HPP

#include <wherry/base/sequence.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

/// Sorting by name without moving what has the names. One sort for all of the library: each std::sort of a fat type costs its users a
/// tenth of a second of compile time and two kilobytes.
namespace wherry::inline WHERRY_ABI {

namespace detail {
/// How many bytes all of the names start with.
inline std::size_t common_prefix(std::span<const std::string_view> names) noexcept {
    if (names.empty()) return 0;
    auto shared = names.front();
    for (const auto name : names) {
        std::size_t same = 0;
        while (same < shared.size() && same < name.size() && shared[same] == name[same]) ++same;
        shared = shared.substr(0, same);
    }
    return shared.size();
}
/// The next eight bytes as a number that compares as they do; a short name is padded with zeros.
inline std::uint64_t leading_bytes(std::string_view rest) noexcept {
    std::uint64_t key = 0;
    if (rest.size() >= sizeof key) {  // one load
        for (std::size_t i = 0; i < sizeof key; ++i) key = key << 8U | static_cast<unsigned char>(rest[i]);
        return key;
    }
    for (std::size_t i = 0; i < sizeof key; ++i) key = key << 8U | (i < rest.size() ? static_cast<unsigned char>(rest[i]) : 0U);
    return key;
}
/// A name that is sorted.
struct keyed_name {
    std::uint64_t key;  ///< decides nearly always, without a look at the names: several times faster
    std::size_t at;
};
/// Runs of twice the length out of sorted runs, from one place into another.
inline void merge_runs(const keyed_name* from, keyed_name* to, std::size_t count, std::size_t run,
                       std::span<const std::string_view> names) {
    const auto comes_first = [names](const keyed_name& a, const keyed_name& b) {
        return a.key != b.key ? a.key < b.key : names[a.at].compare(names[b.at]) < 0;
    };
    for (std::size_t start = 0; start < count; start += 2 * run) {
        auto left = start;
        const auto left_end = std::min(start + run, count);
        auto right = left_end;
        const auto right_end = std::min(start + 2 * run, count);
        for (auto into = start; into < right_end; ++into) {
            const bool from_right = left == left_end || (right < right_end && comes_first(from[right], from[left]));
            to[into] = from_right ? from[right++] : from[left++];
        }
    }
}
}  // namespace detail

/// Positions of the names, sorted by their bytes; equal names stay in the order they come in. Merged, since std::sort is five times the
/// code.
[[gnu::noinline]] inline sequence<std::size_t> order_of(std::span<const std::string_view> names) {
    const auto count = names.size();
    const auto prefix = detail::common_prefix(names);
    sequence<detail::keyed_name> places(2 * count);
    auto* sorted = places.begin();
    auto* other = sorted + count;
    for (std::size_t i = 0; i < count; ++i) sorted[i] = {detail::leading_bytes(names[i].substr(prefix)), i};
    for (std::size_t run = 1; run < count; run *= 2) {
        detail::merge_runs(sorted, other, count, run, names);
        std::swap(sorted, other);
    }
    sequence<std::size_t> order(count);
    for (std::size_t i = 0; i < count; ++i) order[i] = sorted[i].at;
    return order;
}

/// Position of the first name that occurs in the span a second time; `names.size()` when all differ. `order` is `order_of(names)`.
inline std::size_t find_repeated(std::span<const std::string_view> names, std::span<const std::size_t> order) {
    auto first = names.size();
    for (std::size_t i = 1; i < order.size(); ++i)
        if (names[order[i]] == names[order[i - 1]]) first = std::min(first, order[i]);
    return first;
}
inline std::size_t find_repeated(std::span<const std::string_view> names) { return find_repeated(names, order_of(names)); }

}  // namespace wherry::inline WHERRY_ABI

#endif
