// What a checkpoint costs the training that asks for it: of a save in the background, the copy (`x_limit` is the median ratio to memcpy of
// the same bytes into touched pages, taking turns); of a save in place, the whole of it (ratio to the same).
//
//     wherry-benchmark-checkpoint
//
// 64 arrays, 1 to 256 MiB in all; checkpoints lie below $TMPDIR or /tmp.
#include <wherry/archive/archive.hpp>
#include <wherry/model/async_checkpoint.hpp>
#include <wherry/model/checkpoint.hpp>
#include <wherry/program/program.hpp>

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace {
using namespace wherry;
using store = checkpoint_store<archive<annotate<checksum, names>>, keep<1>>;

/// Persistables of so many bytes, and a folder for checkpoints.
struct training {
    Program program;
    Scope scope;
    std::filesystem::path folder;

    explicit training(std::int64_t size_bytes) {
        for (int i = 0; i < 64; ++i) {
            const auto name = "fc_" + std::to_string(i) + ".w_0";
            auto& held = scope.var(name) = Tensor(DType::FP32, {size_bytes / 64 / 4});
            std::fill(held.elements<float>().begin(), held.elements<float>().end(), 1.0F);
            wire::VarDesc<> desc;
            desc.name = name;
            desc.type.type = VarKind::LOD_TENSOR;
            desc.type.lod_tensor.emplace().tensor = {DType::FP32, {size_bytes / 64 / 4}, {}};
            desc.persistable = true;
            program.global_block().create_var(std::move(desc)).set_parameter(parameter_traits{});
        }
        auto path = (std::filesystem::temp_directory_path() / "wherry-benchmark-XXXXXX").string();
        folder = ::mkdtemp(path.data());
    }
    ~training() { std::filesystem::remove_all(folder); }
    training(const training&) = delete;
    training& operator=(const training&) = delete;
};

template <class Work>
double seconds(const Work& work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// `save` is what training waits for; `rest` is not in the time.
template <class Save, class Rest>
void take_turns(benchmark::State& state, const training& held, const Save& save, const Rest& rest) {
    std::vector<std::vector<std::byte>> copies(64);
    const auto copy = [&] {
        for (std::size_t i = 0; i < copies.size(); ++i) {
            const auto from = held.scope.find_var("fc_" + std::to_string(i) + ".w_0")->bytes();
            copies[i].resize(from.size());
            std::memcpy(copies[i].data(), from.data(), from.size());
        }
    };
    copy();
    bool good = save();  // the memory of the copy is made by the first save
    rest();
    std::vector<double> ratios;
    for (auto _ : state) {
        const auto least = seconds(copy);
        const auto taken = seconds([&] { good = save() && good; });
        rest();
        state.SetIterationTime(taken);
        ratios.push_back(taken / least);
    }
    if (!good) state.SkipWithError("it failed");
    if (ratios.empty()) return;
    std::nth_element(ratios.begin(), ratios.begin() + static_cast<std::ptrdiff_t>(ratios.size() / 2), ratios.end());
    state.counters["x_limit"] = ratios[ratios.size() / 2];
}

void in_background(benchmark::State& state) {
    const training held(state.range(0));
    store checkpoints(held.folder.string());
    async_checkpoints saver(checkpoints);
    take_turns(
        state, held, [&] { return bool(saver.save(held.program, held.scope)); }, [&] { (void)saver.wait(); });
}
void in_place(benchmark::State& state) {
    const training held(state.range(0));
    store checkpoints(held.folder.string());
    take_turns(
        state, held, [&] { return bool(checkpoints.save(held.program, held.scope)); }, [] {});
}

BENCHMARK(in_background)->RangeMultiplier(16)->Range(1 << 20, 1 << 28)->UseManualTime()->Unit(benchmark::kMicrosecond);
BENCHMARK(in_place)->RangeMultiplier(16)->Range(1 << 20, 1 << 28)->UseManualTime()->Unit(benchmark::kMicrosecond);
}  // namespace
