#include <wherry/exec/op/channels.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <span>

namespace {
/// What a kernel runs in where it has no variables.
wherry::run_context no_variables() { return wherry::run_context({}); }
}  // namespace

TEST_CASE("a kernel sees channels first, and its result is put back") {
    const std::array<int, 6> x{1, 10, 2, 20, 3, 30};  // [1, 3, 2]
    std::array<int, 9> out{};                         // [1, 3, 3]
    const auto put_back =
        wherry::op::on_channels_first<int>(no_variables(), true, 1, 2, 3, x, out, [](std::span<const int> seen, std::span<int> made) {
            CHECK(seen[0] == 1);
            CHECK(seen[1] == 2);
            CHECK(seen[5] == 30);
            for (std::size_t i = 0; i < made.size(); ++i) made[i] = static_cast<int>(i);
        });
    CHECK(put_back);
    CHECK(out == std::array<int, 9>{0, 3, 6, 1, 4, 7, 2, 5, 8});
}

TEST_CASE("channels that come first are not copied") {
    const std::array<int, 2> x{1, 2};
    std::array<int, 2> out{};
    CHECK(wherry::op::on_channels_first<int>(no_variables(), false, 1, 2, 2, x, out, [&](std::span<const int> seen, std::span<int> made) {
        CHECK((seen.data() == x.data() && made.data() == out.data()));
    }));
}

TEST_CASE("channels are the last dim in two formats") {
    CHECK(wherry::op::channels_last("NHWC"));
    CHECK(wherry::op::channels_last("NDHWC"));
    CHECK(!wherry::op::channels_last("AnyLayout"));
}
