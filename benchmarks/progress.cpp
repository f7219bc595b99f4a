// What a progress costs: a save of 1 GiB, with one that is told and with `silent`, in turns; `x_silent` is the median of the ratios of their
// times, `x_silent_cpu` of their processor times, which others on the machine hardly disturb.
//
//     wherry-benchmark-progress --benchmark_min_time=20
//
// What is exact: a save tells a progress once in 4 MiB, and writes that much in one call of the system (257 reports and 257 `pwritev` for 1 GiB in
// place of 2 of 512 MiB). A report costs 284 instructions: 4,822 more of 1,794,495 for 64 MiB in 16 arrays (valgrind --tool=callgrind, g++ 12
// -O2), 3,892 of 8,174,133 into memory. The run ends with an error where a save tells more often.
//
// The file lies below $TMPDIR or /tmp; a RAM disk (TMPDIR=/dev/shm) varies less than a disk.
#include <wherry/archive/archive.hpp>
#include <wherry/policy/disk.hpp>
#include <wherry/policy/progress.hpp>

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <filesystem>
#include <string>
#include <vector>

namespace {
using namespace wherry;

struct taken {
    double seconds = 0;
    double cpu = 0;
};
template <class P>
taken save(benchmark::State& state, const std::vector<tensor_ref>& arrays, const std::string& path, const P& progress) {
    std::filesystem::remove(path);
    const auto start = std::chrono::steady_clock::now();
    const auto cpu = std::clock();
    const auto saved = archive<fast>::save(arrays, disk{path}, progress);
    if (!saved) state.SkipWithError("a save failed");
    return {std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(),
            static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC};
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values.empty() ? 0 : values[values.size() / 2];
}

void save_1_gib(benchmark::State& state) {
    constexpr std::size_t count = 64;
    constexpr std::int64_t elements = 4 << 20;  // 16 MiB
    Tensor array(DType::FP32, Shape{elements});
    for (auto& element : array.elements<float>()) element = 1;
    std::vector<std::string> names;
    for (std::size_t i = 0; i < count; ++i) names.push_back("array_" + std::to_string(i));
    std::vector<tensor_ref> arrays;
    for (const auto& name : names) arrays.push_back(array.ref(name));
    const auto path = (std::filesystem::temp_directory_path() / "wherry-benchmark-progress").string();

    std::uint64_t told = 0;
    const callback progress([&](std::uint64_t done, std::uint64_t) { told += done != 0 ? 1U : 0U; });
    std::vector<double> ratios;
    std::vector<double> cpu_ratios;
    bool silent_first = true;
    for (auto _ : state) {
        taken with;
        taken without;
        if (silent_first) without = save(state, arrays, path, silent{});
        with = save(state, arrays, path, progress);
        if (!silent_first) without = save(state, arrays, path, silent{});
        silent_first = !silent_first;
        state.SetIterationTime(with.seconds);
        ratios.push_back(with.seconds / without.seconds);
        cpu_ratios.push_back(with.cpu / without.cpu);
    }
    std::filesystem::remove(path);
    constexpr std::uint64_t most = count * 4 + 1;  // an array is four times 4 MiB; headers make the last one
    if (told > most * static_cast<std::uint64_t>(state.iterations())) state.SkipWithError("a save tells more than once in 4 MiB");
    state.counters["x_silent"] = median(ratios);
    state.counters["x_silent_cpu"] = median(cpu_ratios);
    state.counters["told"] = benchmark::Counter(static_cast<double>(told), benchmark::Counter::kAvgIterations);
}
BENCHMARK(save_1_gib)->UseManualTime()->Unit(benchmark::kMillisecond);
}  // namespace
