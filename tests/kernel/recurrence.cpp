#include <wherry/kernel/recurrence.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <span>

using namespace wherry;

TEST_CASE("a plain recurrence of one number, forwards, backwards and of a length") {
    const std::array<float, 3> x{1, 2, 4};
    const std::array<float, 1> w{1}, u{2}, zero{0};
    std::array<float, 1> state{};
    std::array<float, 3> out{};
    kernel::recurrence r{.of = kernel::recurrence::cell::relu, .steps = 3, .batch = 1, .width = 1, .hidden = 1, .out_stride = 1};
    const auto run = [&](std::span<const std::int32_t> lengths) {
        state[0] = 0;
        out = {};
        kernel::run_recurrence<float>(r, {x, w, u, zero, zero, lengths}, {state, {}, out});
    };
    run({});
    CHECK(out == std::array<float, 3>{1, 4, 12});
    CHECK(state[0] == 12);
    r.backwards = true;
    run({});
    CHECK(out == std::array<float, 3>{21, 10, 4});
    const std::array<std::int32_t, 1> two{2};
    run(two);
    CHECK(out == std::array<float, 3>{5, 2, 0});
    CHECK(state[0] == 5);
}
