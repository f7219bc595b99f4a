#include <wherry/kernel/concat.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstdint>

namespace kernel = wherry::kernel;

namespace {

constexpr bool there_and_back() {
    const std::array<std::int64_t, 4> a{1, 2, 3, 4};         // [2, 2]
    const std::array<std::int64_t, 6> b{5, 6, 7, 8, 9, 10};  // [2, 3]
    std::array<std::int64_t, 10> whole{};
    kernel::concat_part(2, 2, 5, 0, a, std::span<std::int64_t>(whole));
    kernel::concat_part(2, 3, 5, 2, b, std::span<std::int64_t>(whole));
    std::array<std::int64_t, 6> part{};
    kernel::split_part(2, 3, 5, 2, whole, std::span<std::int64_t>(part));
    return whole == std::array<std::int64_t, 10>{1, 2, 5, 6, 7, 3, 4, 8, 9, 10} && part == b;
}
static_assert(there_and_back());

}  // namespace

TEST_CASE("blocks are laid side by side and cut apart again") { CHECK(there_and_back()); }
