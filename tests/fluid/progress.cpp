#include <wherry/fluid/progress.hpp>

#include <doctest/doctest.h>

#include <wherry/fluid.hpp>
#include <wherry/policy/terminal_bar.hpp>

#include <cstdint>
#include <vector>

namespace fluid = wherry::fluid;
using wherry::callback;
using wherry::errc;

namespace {
errc code_thrown_by(const auto& act) {
    try {
        act();
    } catch (const fluid::Exception& failure) { return failure.error().code; }
    return errc{};
}
const callback always_stopped([](std::uint64_t, std::uint64_t) { return false; });
}  // namespace

TEST_CASE("fluid tells how far a save, a load and a run are, and is stopped") {
    fluid::Program main;
    fluid::Program startup;
    fluid::Scope scope;
    fluid::scope_guard scopes(scope);
    fluid::program_guard programs(main, startup);
    fluid::unique_name::guard names;
    const auto out = fluid::layers::fc(fluid::data("x", {-1, 2}), {.size = 2});
    fluid::Executor exe{fluid::CPUPlace{}};
    exe.run(startup);

    std::uint64_t all = 0;
    std::vector<std::uint64_t> told;
    const callback bar([&](std::uint64_t done, std::uint64_t of) {
        told.push_back(done);
        all = of;
    });
    const fluid::io::options one{.filename = "one"};
    fluid::io::save_persistables(exe, "fluid_progress", one, bar);
    CHECK(all > 24);
    CHECK(told.back() == all);
    fluid::io::save_params(exe, "fluid_progress", {}, bar);
    CHECK(told.back() == all);
    auto& weight = *scope.find_var("fc_0.w_0");
    const auto before = weight.elements<float>()[0];
    weight.elements<float>()[0] = 7;

    CHECK(code_thrown_by([&] { fluid::io::save_persistables(exe, "fluid_progress", one, always_stopped); }) == errc::cancelled);
    CHECK(code_thrown_by([&] { fluid::io::load_persistables(exe, "fluid_progress", one, always_stopped); }) == errc::cancelled);
    CHECK(scope.find_var("fc_0.w_0")->elements<float>()[0] == 7);
    told.clear();
    fluid::io::load_persistables(exe, "fluid_progress", one, bar);  // the old file
    CHECK(told.back() == all);
    CHECK(scope.find_var("fc_0.w_0")->elements<float>()[0] == before);
    scope.find_var("fc_0.w_0")->elements<float>()[0] = 7;
    fluid::io::load_params(exe, "fluid_progress", {}, bar);
    CHECK(scope.find_var("fc_0.w_0")->elements<float>()[0] == before);

    const auto x = fluid::Tensor::of<float>({1, 2}, {1, 2});
    told.clear();
    const auto [y] = exe.run(main, fluid::feed{{"x", x}}, fluid::fetch(out), bar);
    CHECK(y.count() == 2);
    CHECK(told.back() == all);
    CHECK(code_thrown_by([&] { exe.run(main, fluid::feed{{"x", x}}, fluid::fetch(out), always_stopped); }) == errc::cancelled);
    CHECK(code_thrown_by([&] { fluid::io::load_params(exe, "fluid_progress_nowhere", {}, wherry::terminal_bar{}); }) == errc::not_found);
}
