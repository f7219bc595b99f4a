#include <doctest/doctest.h>
#include <wherry/policy/progress.hpp>

#include <cstdint>
#include <stop_token>
#include <string_view>

using namespace wherry;

namespace {
struct asked_token {
    bool asked = false;
    [[nodiscard]] bool stop_requested() const { return asked; }
};
struct deaf {
    using kind = kinds::progress;
    static constexpr std::string_view name = "deaf";
};
static_assert(!Progress<deaf>);
}  // namespace

TEST_CASE("a callback is told, and stops by its answer or by a token") {
    static_assert(silent{}(1, 2));
    std::uint64_t told = 0;
    const callback told_only([&](std::uint64_t done, std::uint64_t all) { told = 100 * done / all; });
    CHECK(told_only(1, 4));
    CHECK(told == 25);
    const callback half([](std::uint64_t done, std::uint64_t all) { return 2 * done < all; });
    CHECK(half(1, 4));
    CHECK(!half(2, 4));
    CHECK(callback([](std::uint64_t, std::uint64_t) {}, asked_token{})(1, 4));
    CHECK(!callback([](std::uint64_t, std::uint64_t) {}, asked_token{true})(1, 4));
}

TEST_CASE("a stop token of the standard library is asked") {
    std::stop_source source;
    const callback stoppable([](std::uint64_t, std::uint64_t) {}, source.get_token());
    CHECK(stoppable(1, 4));
    source.request_stop();
    CHECK(!stoppable(1, 4));
}
