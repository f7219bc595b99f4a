#include <wherry/kernel/window.hpp>

#include <doctest/doctest.h>

using wherry::kernel::window;

TEST_CASE("a window is one place of one element until it is told more") {
    constexpr window w;
    static_assert(window::count(w.in) == 1 && window::count(w.out) == 1 && window::count(w.size) == 1);
    static_assert(window::count({2, 3, 4}) == 24);
    CHECK(w.before[2] == 0);
}
