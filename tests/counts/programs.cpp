// Programs that are built, run and trained: what an operator costs besides its arithmetic.
#include "counts/counts.hpp"

#include <wherry/exec/executor.hpp>
#include <wherry/layers/data.hpp>
#include <wherry/layers/fc.hpp>
#include <wherry/layers/loss.hpp>
#include <wherry/train/adaptive_optimizer.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace {
using namespace wherry;
using counts::work;

/// Layers of fc with relu, and a mean: what is built, and what trains it.
struct network {
    Program program, startup;
    UniqueNameGenerator names;
    NameScope scopes;
    Builder<> builder{program, startup, names, scopes};
    std::optional<Variable> loss;
    Scope scope;
    Tensor x;

    explicit network(std::int64_t width) : x(DType::FP32, {1, width}) {
        for (auto& element : x.elements<float>()) element = 0.5F;
    }
    bool build(int layers) {
        const auto width = static_cast<std::int64_t>(x.count());
        auto y = layers::data(builder, "x", std::vector<std::int64_t>{-1, width});
        for (int i = 0; y && i < layers; ++i) y = layers::fc(builder, std::vector{*y}, {.size = width, .act = "relu"});
        if (!y) return false;
        const auto mean = layers::mean(builder, *y);
        if (!mean) return false;
        loss = *mean;
        return true;
    }
    bool minimize() { return bool(Adam(1e-3F).minimize(builder, *loss)); }
    bool start() { return bool(Executor().run(startup, scope)); }
};

work build() {
    return [] { return network(4).build(200); };
}
/// A new network for each of the two times.
work minimize() {
    auto next = std::make_shared<std::vector<std::unique_ptr<network>>>();
    for (int i = 0; i < 2; ++i) next->emplace_back(std::make_unique<network>(4))->build(200);
    return [next, i = 0]() mutable { return (*next)[static_cast<std::size_t>(i++)]->minimize(); };
}
work first_run() {
    auto net = std::make_shared<network>(4);
    net->build(200);
    net->minimize();
    net->start();
    return [net] {
        Executor exe;
        const std::array feeds{net->x.ref("x")};
        const std::array fetches{net->loss->name()};
        return bool(exe.run(net->program, net->scope, feeds, fetches));
    };
}
/// Twenty layers of 64, batch 1.
work run() {
    auto net = std::make_shared<network>(64);
    net->build(20);
    net->start();
    return [net, exe = std::make_shared<Executor>(), feeds = std::array{net->x.ref("x")}, fetches = std::array{net->loss->name()}] {
        return bool(exe->run(net->program, net->scope, feeds, fetches));
    };
}
work run_prepared() {
    auto net = std::make_shared<network>(64);
    net->build(20);
    net->start();
    auto loss = std::make_shared<std::array<float, 1>>();
    auto ready = Executor().prepare(net->program, net->scope, std::array{net->x.ref("x")},
                                    std::array{fetch_into::of<float>(net->loss->name(), *loss)});
    return [net, loss, prepared = std::make_shared<prepared_run>(*std::move(ready))] { return bool(prepared->run()); };
}
work step() {
    auto net = std::make_shared<network>(64);
    net->build(20);
    net->minimize();
    net->start();
    return [net, exe = std::make_shared<Executor>(), feeds = std::array{net->x.ref("x")}] {
        return bool(exe->run(net->program, net->scope, feeds, {}));
    };
}
}  // namespace

int main(int argc, char** argv) {
    return counts::run(
        argc, argv,
        {{"build", build}, {"minimize", minimize}, {"first_run", first_run}, {"run", run}, {"run_prepared", run_prepared}, {"step", step}});
}
