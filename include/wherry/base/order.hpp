#ifndef WHERRY_BASE_ORDER_HPP
#define WHERRY_BASE_ORDER_HPP

#include <wherry/base/sequence.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

/// Sorting by name without moving what has the names. One `std::sort` for all of the library: each instantiation on a
/// fat type costs its users a tenth of a second of compile time.
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
}  // namespace detail

/// Positions of the names, sorted by their bytes; equal names stay in the order they come in.
[[gnu::noinline]] inline sequence<std::size_t> order_of(std::span<const std::string_view> names) {
    struct keyed {
        std::uint64_t key;  // decides nearly always, without a look at the names: several times faster
        std::size_t at;
    };
    const auto prefix = detail::common_prefix(names);
    sequence<keyed> sorted(names.size());
    for (std::size_t i = 0; i < names.size(); ++i) sorted[i] = {detail::leading_bytes(names[i].substr(prefix)), i};
    std::sort(sorted.begin(), sorted.end(), [names](const keyed& a, const keyed& b) {
        if (a.key != b.key) return a.key < b.key;
        const auto compared = names[a.at].compare(names[b.at]);
        return compared != 0 ? compared < 0 : a.at < b.at;
    });
    sequence<std::size_t> order(names.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = sorted[i].at;
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
