// A run that tells how far it is, and is stopped.
#include <doctest/doctest.h>
#include <support/fresh_programs.hpp>
#include <wherry/exec/executor.hpp>
#include <wherry/exec/op/scale.hpp>
#include <wherry/layers/math.hpp>
#include <wherry/policy/progress.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

using namespace wherry;

TEST_CASE("a run tells after each operator how far it is, and stops when it is asked to") {
    support::fresh_programs p;
    const auto x = p.data("x", {-1, 2});
    auto y = x;
    for (int i = 0; i < 4; ++i) y = *layers::scale(p.b, y, {.scale = 2.0F});
    const auto fed = Tensor::of<float>({1, 2}, {1, 2});
    const std::array feeds{fed.ref("x")};
    const std::array<std::string, 1> fetches{y.name()};
    Scope scope;
    Executor exe;
    std::vector<std::pair<std::uint64_t, std::uint64_t>> told;
    const callback note([&](std::uint64_t done, std::uint64_t all) { told.emplace_back(done, all); });
    const auto made = exe.run(p.main, scope, feeds, fetches, note);
    REQUIRE(made);
    CHECK(made->front() == Tensor::of<float>({1, 2}, {16, 32}));
    CHECK(told == std::vector<std::pair<std::uint64_t, std::uint64_t>>{{1, 4}, {2, 4}, {3, 4}, {4, 4}});

    const callback stop([](std::uint64_t done, std::uint64_t) { return done < 2; });
    CHECK(exe.run(p.main, scope, feeds, fetches, stop).error().code == errc::cancelled);
    CHECK(exe.run(p.main, scope, feeds, fetches)->front() == made->front());
    exe.close();
    CHECK(exe.run(p.main, scope, feeds, fetches, note).error().code == errc::closed);
}
