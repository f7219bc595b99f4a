#include <wherry/kernel/proposals.hpp>

#include <doctest/doctest.h>

#include <array>
#include <limits>

using namespace wherry;

TEST_CASE("of two anchors that overlap the better one is proposed, cut to the image") {
    const std::array<float, 8> anchors{0, 0, 9, 9, 0, 0, 9, 8}, ones{1, 1, 1, 1, 1, 1, 1, 1}, deltas{};
    const kernel::proposing how{10, 10, 0.5F, 1, 1, true, 5, 7, 0};
    std::array<float, 2> scores{0.25F, 0.5F};
    auto found = kernel::propose<float>(how, {2, 1}, scores, deltas, anchors, ones);
    REQUIRE(found.size() == 1);
    CHECK(found[0].score == 0.5F);
    CHECK(found[0].box == std::array<float, 4>{0, 0, 6, 4});

    scores[1] = std::numeric_limits<float>::quiet_NaN();
    found = kernel::propose<float>(how, {2, 1}, scores, deltas, anchors, ones);
    REQUIRE(found.size() == 1);
    CHECK(found[0].score == 0.25F);
}
