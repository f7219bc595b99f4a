// Inference of 784-100-10 in threads that share the program and its weights, an Executor each: images a second, and the bytes that one
// more thread allocates.
#include <wherry/exec/executor.hpp>
#include <wherry/exec/op/elementwise.hpp>
#include <wherry/exec/op/mul.hpp>
#include <wherry/exec/op/softmax.hpp>
#include <wherry/program/program.hpp>

#include <benchmark/benchmark.h>

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace {
using namespace wherry;

struct digits {
    Program program;
    Scope weights;

    digits() {
        var("x", {-1, 784}, false);
        layer("x", "a", 784, 100);
        layer("a", "b", 100, 10);
        var("y", {-1, 10}, false);
        op("softmax", {"X", "b"}, {}, "y");
    }

  private:
    using input = std::pair<std::string, std::string>;

    void var(const std::string& name, std::vector<std::int64_t> dims, bool persistable) {
        wire::VarDesc<> desc;
        desc.name = name;
        desc.type.lod_tensor.emplace().tensor = {DType::FP32, dims, {}};
        desc.persistable = persistable;
        program.global_block().create_var(std::move(desc));
        if (!persistable) return;
        auto& held = weights.var(name) = Tensor(DType::FP32, *Shape::from(dims));
        for (auto& element : held.elements<float>()) element = 0.01F;
    }
    void op(const std::string& type, const input& x, const input& y, const std::string& out) {
        wire::OpDesc<> desc;
        desc.type = type;
        for (const auto* in : {&x, &y})
            if (!in->first.empty()) desc.inputs.push_back({in->first, {in->second}, {}});
        desc.outputs.push_back({"Out", {out}, {}});
        program.global_block().append_op(std::move(desc));
    }
    void layer(const std::string& in, const std::string& name, std::int64_t from, std::int64_t to) {
        var(name + "_w", {from, to}, true);
        var(name + "_b", {to}, true);
        var(name + "_product", {-1, to}, false);
        var(name, {-1, to}, false);
        op("mul", {"X", in}, {"Y", name + "_w"}, name + "_product");
        op("elementwise_add", {"X", name + "_product"}, {"Y", name + "_b"}, name);
    }
};

void infer(benchmark::State& state) {
    static digits model;  // shared by all threads
    Executor exe(op_list<op::mul, op::elementwise_add, op::softmax>{});
    const auto batch = state.range(0);
    Tensor x(DType::FP32, {batch, 784});
    for (auto& element : x.elements<float>()) element = 0.5F;
    const std::array feeds{x.ref("x")};
    const std::array fetches{std::string("y")};
    for (auto _ : state) {
        const auto done = exe.run(model.program, model.weights, feeds, fetches);
        if (!done) return state.SkipWithError(to_string(done.error()).c_str());
        benchmark::DoNotOptimize(done->front().bytes().data());
    }
    state.SetItemsProcessed(state.iterations() * batch);
    state.counters["bytes_per_thread"] = benchmark::Counter(static_cast<double>(exe.own_bytes()), benchmark::Counter::kAvgThreads);
}
BENCHMARK(infer)->Arg(1)->Arg(32)->ThreadRange(1, 8)->UseRealTime();
}  // namespace
