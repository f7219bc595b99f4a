// One run of a network, against the same written by hand with Eigen (Debian: libeigen3-dev; left out without it).
//
//     wherry-benchmark-run --benchmark_enable_random_interleaving=true --benchmark_repetitions=9
//
// executor: Executor::run. prepared: Executor::prepare, once. net 0: 784-100-100-10, 1: four layers of 1024, 2: twenty layers of 64.
#include <wherry/exec/executor.hpp>
#include <wherry/fluid.hpp>

#include <benchmark/benchmark.h>

#if __has_include(<eigen3/Eigen/Core>)
#include <eigen3/Eigen/Core>
#define WITH_EIGEN 1
#endif

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace {
namespace fluid = wherry::fluid;
using wherry::Scope;
using wherry::Tensor;

std::vector<std::int64_t> widths(std::int64_t net) {
    if (net == 0) return {784, 100, 100, 10};
    if (net == 1) return {1024, 1024, 1024, 1024, 1024};
    return std::vector<std::int64_t>(21, 64);
}

/// Layers with relu, the last one with softmax; all weights are small and not alike.
struct network {
    fluid::Program program, startup;
    Scope scope;
    std::string predict;
    std::int64_t from, to;
    Tensor x;

    network(std::int64_t net, std::int64_t batch) {
        const auto sizes = widths(net);
        from = sizes.front();
        to = sizes.back();
        const fluid::program_guard guard(program, startup);
        const fluid::unique_name::guard names;
        auto y = fluid::data("x", {-1, from});
        for (std::size_t i = 1; i < sizes.size(); ++i)
            y = i + 1 < sizes.size() ? fluid::layers::fc(y, {.size = sizes[i], .act = "relu"})
                                     : fluid::layers::fc(y, {.size = sizes[i], .act = "softmax"});
        predict = y.name();
        fluid::Executor().run(startup, {}, {.scope = &scope});
        x = Tensor(wherry::DType::FP32, {batch, from});
        for (std::size_t i = 0; i < x.count(); ++i) x.elements<float>()[i] = static_cast<float>(i * 7919 % 1000) * 1e-3F;
    }
};

void executor(benchmark::State& state) {
    network net(state.range(0), state.range(1));
    wherry::Executor exe;
    const std::array feeds{net.x.ref("x")};
    const std::array fetches{net.predict};
    for (auto _ : state) benchmark::DoNotOptimize(exe.run(net.program, net.scope, feeds, fetches));
}
BENCHMARK(executor)->ArgsProduct({{0, 1, 2}, {1, 64}})->ArgNames({"net", "batch"});

void prepared(benchmark::State& state) {
    network net(state.range(0), state.range(1));
    std::vector<float> y(static_cast<std::size_t>(state.range(1) * net.to));
    wherry::Executor exe;
    auto ready = exe.prepare(net.program, net.scope, std::array{net.x.ref("x")}, std::array{wherry::fetch_into::of<float>(net.predict, y)});
    for (auto _ : state) benchmark::DoNotOptimize(ready->run());
}
BENCHMARK(prepared)->ArgsProduct({{0, 1, 2}, {1, 64}})->ArgNames({"net", "batch"});

#ifdef WITH_EIGEN
void eigen(benchmark::State& state) {
    using matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    network net(state.range(0), state.range(1));
    struct layer {
        matrix w;
        Eigen::RowVectorXf b;
        matrix out;
    };
    std::vector<layer> layers;
    const auto sizes = widths(state.range(0));
    for (std::size_t i = 1; i < sizes.size(); ++i) {
        const auto fc = "fc_" + std::to_string(i - 1);
        const auto held = net.scope.find_var(fc + ".w_0")->elements<float>();
        layers.push_back({Eigen::Map<const matrix>(held.data(), sizes[i - 1], sizes[i]), Eigen::RowVectorXf::Zero(sizes[i]),
                          matrix(state.range(1), sizes[i])});
    }
    const Eigen::Map<const matrix> x(net.x.elements<float>().data(), state.range(1), net.from);
    for (auto _ : state) {
        for (std::size_t i = 0; i < layers.size(); ++i) {
            auto& [w, b, out] = layers[i];
            if (i == 0) out.noalias() = x * w;
            else out.noalias() = layers[i - 1].out * w;
            if (i + 1 < layers.size()) out = (out.rowwise() + b).cwiseMax(0.0F);
            else out.rowwise() += b;
        }
        auto& last = layers.back().out;
        for (Eigen::Index row = 0; row < last.rows(); ++row) {
            last.row(row) = (last.row(row).array() - last.row(row).maxCoeff()).exp();
            last.row(row) /= last.row(row).sum();
        }
        benchmark::DoNotOptimize(last.data());
        benchmark::ClobberMemory();
    }
}
BENCHMARK(eigen)->ArgsProduct({{0, 1, 2}, {1, 64}})->ArgNames({"net", "batch"});
#endif
}  // namespace
