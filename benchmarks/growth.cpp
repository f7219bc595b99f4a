// Cost that must not grow with the work: `each` stays the same along each row of sizes.
//
//     wherry-benchmark-growth --benchmark_filter=names
//
// names: Scope::var in mixed order, per name. program: building, minimize and the first run of fc layers, per operator. sparse: a step of a
// table with a sparse gradient, batch 64, width 64, whole; only Adam that is not lazy sweeps its state.
#include <wherry/fluid.hpp>

#include <benchmark/benchmark.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace {
namespace fluid = wherry::fluid;
using wherry::Scope;
using wherry::Tensor;

void report(benchmark::State& state, double count) {
    state.counters["each"] =
        benchmark::Counter(count * static_cast<double>(state.iterations()), benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

void names(benchmark::State& state) {
    const auto count = static_cast<std::size_t>(state.range(0));
    std::vector<std::string> all(count);
    for (std::size_t i = 0; i < count; ++i) all[i] = "layer_" + std::to_string(i * 7919 % count) + ".w_0";
    for (auto _ : state) {
        Scope scope;
        for (const auto& name : all) benchmark::DoNotOptimize(&scope.var(name));
    }
    report(state, static_cast<double>(count));
}
BENCHMARK(names)->Arg(1000)->Arg(10'000)->Arg(100'000);

enum class part : std::int64_t { build, minimize, first_run };

void program(benchmark::State& state) {
    const auto layers = state.range(0);
    const auto timed = static_cast<part>(state.range(1));
    double count = 0;
    for (auto _ : state) {
        fluid::Program main_program, startup;
        const fluid::program_guard guard(main_program, startup);
        const auto seconds = [&](part which, const auto& work) {
            const auto start = std::chrono::steady_clock::now();
            work();
            if (which == timed) state.SetIterationTime(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
        };
        fluid::Variable loss;
        seconds(part::build, [&] {
            auto y = fluid::data("x", {-1, 4});
            for (std::int64_t i = 0; i < layers; ++i) y = fluid::layers::fc(y, {.size = 4, .act = "relu"});
            loss = fluid::layers::mean(y);
        });
        count = static_cast<double>(main_program.global_block().ops().size());
        seconds(part::minimize, [&] { fluid::optimizer::SGD(1e-3F).minimize(loss); });
        if (timed != part::build) count = static_cast<double>(main_program.global_block().ops().size());
        if (timed != part::first_run) continue;
        Scope scope;
        fluid::Executor exe;
        exe.run(startup, {}, {.scope = &scope});
        const auto x = Tensor::of<float>({1, 4}, {1, 2, 3, 4});
        seconds(part::first_run, [&] { (void)exe.run(main_program, fluid::feed{{"x", x}}, fluid::fetch(loss), {.scope = &scope}); });
    }
    report(state, count);
}
BENCHMARK(program)->ArgsProduct({{20, 1000, 4000}, {0, 1, 2}})->ArgNames({"layers", "part"})->UseManualTime();

enum class rule : std::int64_t { sgd, lazy_adam, adam };

void sparse(benchmark::State& state) {
    const auto rows = state.range(0);
    const auto how = static_cast<rule>(state.range(1));
    fluid::Program main_program, startup;
    const fluid::program_guard guard(main_program, startup);
    const auto ids = fluid::data("ids", {-1, 1}, fluid::int64);
    const auto loss = fluid::layers::mean(fluid::layers::embedding(ids, {.size = {rows, 64}, .is_sparse = true}));
    if (how == rule::sgd) fluid::optimizer::SGD(0.1F).minimize(loss);
    else fluid::optimizer::Adam(0.1F, {.lazy_mode = how == rule::lazy_adam}).minimize(loss);
    Scope scope;
    fluid::Executor exe;
    exe.run(startup, {}, {.scope = &scope});
    std::vector<std::int64_t> batch(64);
    for (std::size_t i = 0; i < batch.size(); ++i) batch[i] = static_cast<std::int64_t>(i) * 7919 % rows;
    const auto fed = Tensor::of<std::int64_t>({64, 1}, std::span<const std::int64_t>(batch));
    for (auto _ : state) (void)exe.run(main_program, fluid::feed{{"ids", fed}}, fluid::fetch(loss), {.scope = &scope});
    report(state, 1);
    state.counters["own_bytes"] = static_cast<double>(exe.own_bytes());
}
BENCHMARK(sparse)->ArgsProduct({{1000, 20'000, 200'000}, {0, 1, 2}})->ArgNames({"rows", "rule"});
}  // namespace
