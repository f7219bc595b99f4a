#include <wherry/kernel/pooling.hpp>

#include <doctest/doctest.h>

#include <limits>
#include <span>
#include <vector>

using namespace wherry::kernel;

namespace {
using kind = pooling_shape::kind;
using divisor = pooling_shape::divisor;

std::vector<float> pooled(const pooling_shape& s, const std::vector<float>& x) {
    std::vector<float> out(s.planes * window::count(s.window.out));
    pooling<float>(s, x, std::span<float>(out));
    return out;
}
constexpr window pairs{{1, 1, 4}, {1, 1, 3}, {1, 1, 3}, {1, 1, 2}, {1, 1, 1}, {0, 0, 1}};  // the last one reaches beyond the padding
}  // namespace

TEST_CASE("the elements that an average counts") {
    const std::vector<float> x{1, 2, 4, 8};
    CHECK(pooled({1, pairs, kind::average, divisor::inside, false}, x) == std::vector<float>{1.5F, 14 / 3.0F, 8});
    CHECK(pooled({1, pairs, kind::average, divisor::window, false}, x) == std::vector<float>{1, 14 / 3.0F, 8 / 3.0F});
    CHECK(pooled({1, pairs, kind::average, divisor::padded, false}, x) == std::vector<float>{1, 14 / 3.0F, 4});
}

TEST_CASE("the largest element; of nothing, the lowest number there is") {
    CHECK(pooled({1, pairs, kind::max, divisor::inside, false}, {-1, -2, -4, -8}) == std::vector<float>{-1, -2, -8});
    const window beyond{{1, 1, 2}, {1, 1, 2}, {1, 1, 2}, {1, 1, 3}, {1, 1, 1}, {0, 0, 0}};
    CHECK(pooled({1, beyond, kind::max, divisor::inside, false}, {1, 2}) == std::vector<float>{2, std::numeric_limits<float>::lowest()});
}

TEST_CASE("parts of an image, and rows that are longer than what is held at once") {
    const window parts{{1, 2, 5}, {1, 1, 2}, {1, 1, 2}, {1, 1, 1}, {1, 1, 1}, {0, 0, 0}};
    CHECK(pooled({1, parts, kind::average, divisor::inside, true}, {1, 2, 3, 4, 5, 1, 2, 3, 4, 5}) == std::vector<float>{2, 4});
    std::vector<float> x(3000);
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i);
    const window wide{{1, 1, 3000}, {1, 1, 2}, {1, 1, 2000}, {1, 1, 1000}, {1, 1, 1}, {0, 0, 0}};
    CHECK(pooled({1, wide, kind::max, divisor::inside, false}, x) == std::vector<float>{1999, 2999});
    const window many{{1, 1, 3000}, {1, 1, 1500}, {1, 1, 2}, {1, 1, 2}, {1, 1, 1}, {0, 0, 0}};
    const auto out = pooled({1, many, kind::average, divisor::inside, false}, x);
    for (std::size_t i = 0; i < out.size(); ++i) REQUIRE(out[i] == 2 * static_cast<float>(i) + 0.5F);
}
