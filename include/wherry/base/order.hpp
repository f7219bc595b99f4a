#ifndef WHERRY_BASE_ORDER_HPP
#define WHERRY_BASE_ORDER_HPP

#include <algorithm>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

/// Sorting by name without moving what has the names. One `std::sort` for all of the library: each instantiation on a
/// fat type costs its users a tenth of a second of compile time.
namespace wherry::inline v0 {

/// Positions of the names, sorted by their bytes; equal names stay in the order they come in.
[[gnu::noinline]] inline std::vector<std::size_t> order_of(std::span<const std::string_view> names) {
    std::vector<std::size_t> order(names.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::sort(order.begin(), order.end(), [names](std::size_t a, std::size_t b) {
        const auto compared = names[a].compare(names[b]);
        return compared != 0 ? compared < 0 : a < b;
    });
    return order;
}

/// Position of the first name that stands in the span a second time; `names.size()` when all differ. `order` is `order_of(names)`.
inline std::size_t find_repeated(std::span<const std::string_view> names, std::span<const std::size_t> order) {
    auto first = names.size();
    for (std::size_t i = 1; i < order.size(); ++i)
        if (names[order[i]] == names[order[i - 1]]) first = std::min(first, order[i]);
    return first;
}
inline std::size_t find_repeated(std::span<const std::string_view> names) { return find_repeated(names, order_of(names)); }

}  // namespace wherry::inline v0

#endif
