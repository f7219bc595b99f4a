#include <wherry/kernel/suppression.hpp>

#include <doctest/doctest.h>

#include <limits>
#include <vector>

using namespace wherry::kernel;

namespace {
// two that overlap, and one apart
const std::vector<float> boxes{0, 0, 10, 10, 0, 0, 10, 9, 20, 20, 30, 30};
std::vector<std::size_t> kept(suppression how, std::vector<float> scores, std::size_t classes = 1) {
    std::vector<std::size_t> made;
    for (const auto& k : suppress<float>(how, classes, boxes, scores)) made.push_back(k.label * 10 + k.index);
    return made;
}
constexpr suppression plain{-1, 0.1F, -1, -1, 0.3F, 1, false};
using indices = std::vector<std::size_t>;
}  // namespace

TEST_CASE("of boxes that overlap the best is kept, the best come first") {
    CHECK(kept(plain, {0.5F, 0.6F, 0.9F}) == indices{2, 1});
    CHECK(kept(plain, {0.5F, 0.5F, 0.05F}) == indices{0});
    CHECK(kept(plain, {0, 0, 0}).empty());
    CHECK(kept(plain, {std::numeric_limits<float>::quiet_NaN(), 0.5F, 0.6F}) == indices{2, 1});
}

TEST_CASE("so many of a class, so many of an image, none of the background") {
    auto few = plain;
    few.most_each = 1;
    CHECK(kept(few, {0.5F, 0.6F, 0.4F}) == indices{1});
    few = plain;
    few.most = 1;
    CHECK(kept(few, {0.5F, 0.6F, 0.9F, 0.95F, 0, 0}, 2) == indices{10});
    few.most = 0;
    CHECK(kept(few, {0.5F, 0.6F, 0.9F}).empty());
    few = plain;
    few.background = 0;
    CHECK(kept(few, {0.5F, 0.6F, 0.9F, 0.95F, 0, 0}, 2) == indices{10});
}

TEST_CASE("the overlap that two may have falls with each box that is kept") {
    auto how = plain;
    how.overlap = 0.95F;
    CHECK(kept(how, {0.5F, 0.6F, 0.9F}) == indices{2, 1, 0});
    how.shrink = 0.9F;
    CHECK(kept(how, {0.5F, 0.6F, 0.9F}) == indices{2, 1});
}
