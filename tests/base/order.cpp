#include <wherry/base/order.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace wherry;

namespace {
using names = std::vector<std::string_view>;
using places = std::vector<std::size_t>;
}  // namespace

TEST_CASE("order: names are ordered by their bytes, the shorter of two that begin alike first") {
    CHECK(order_of(names{"fc_1.w_0", "fc_0.w_0", "fc_10.w_0", "fc_0"}) == places{3, 1, 0, 2});
    CHECK(order_of(names{"\xC3\xA9", "z", "A"}) == places{2, 1, 0});
    CHECK(order_of(names{}).empty());
}

TEST_CASE("order: names that share what they begin with, and more than eight bytes after it") {
    CHECK(order_of(names{"layer_b", "layer_", "layer_a", "layer"}) == places{3, 1, 2, 0});
    CHECK(order_of(names{"x.12345678b", "x.12345678", "x.12345678a", "x.1234567"}) == places{3, 1, 2, 0});
    CHECK(order_of(names{"x.12345678\xFF", "x.12345678\x01"}) == places{1, 0});
    const std::string_view with_nul("a\0", 2);  // as far as eight bytes tell, "a" and this are the same
    CHECK(order_of(names{with_nul, "a", "b"}) == places{1, 0, 2});
    CHECK(order_of(names{"", "", "a"}) == places{0, 1, 2});
}

TEST_CASE("order: equal names stay in the order they come in") { CHECK(order_of(names{"b", "a", "b", "a", "b"}) == places{1, 3, 0, 2, 4}); }

TEST_CASE("order: any number of names, as a stable sort of the standard library") {
    std::vector<std::string> many;
    for (std::uint32_t i = 0; i < 70; ++i) {
        const names seen(many.begin(), many.end());
        places wanted(seen.size());
        for (std::size_t at = 0; at < wanted.size(); ++at) wanted[at] = at;
        std::sort(wanted.begin(), wanted.end(),
                  [&](std::size_t a, std::size_t b) { return std::pair(seen[a], a) < std::pair(seen[b], b); });
        CHECK(order_of(seen) == wanted);
        many.push_back("blk." + std::to_string(i * 7919 % 31) + (i % 3 == 0 ? "" : ".attn_q.weight"));
    }
}

TEST_CASE("order: the first name that occurs a second time is found") {
    CHECK(find_repeated(names{"a", "b", "c"}) == 3);
    CHECK(find_repeated(names{"b", "a", "b", "a"}) == 2);
    CHECK(find_repeated(names{"x", "b", "b", "x", "x"}) == 2);
    CHECK(find_repeated(names{}) == 0);
}
