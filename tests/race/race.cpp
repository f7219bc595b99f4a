// A save while training goes on: sgd writes what the save reads. That is a race of the program, not of wherry, and ThreadSanitizer must see it
// in the kernels that it is given. `race apart` saves between the steps; nothing may be reported then.
#include <support/small_program.hpp>

#include <wherry/archive/archive.hpp>
#include <wherry/exec/executor.hpp>
#include <wherry/exec/op/optimizer.hpp>
#include <wherry/policy/memory.hpp>

#include <atomic>
#include <cstdio>
#include <mutex>
#include <string_view>
#include <thread>

using namespace wherry;

int main(int argc, char** argv) {
    const bool apart = argc > 1 && std::string_view(argv[1]) == "apart";
    constexpr int steps = 1000;  // both touch the counts of shared attributes, after which what came before is in order: they have to meet
    support::small_program p;
    p.parameter("w", {64, 64}).parameter("gradient", {64, 64}).parameter("rate", {1});
    p.op("sgd", {{"Param", {"w"}}, {"Grad", {"gradient"}}, {"LearningRate", {"rate"}}}, {{"ParamOut", {"w"}}});
    Scope scope;
    for (const auto* const name : {"w", "gradient"}) scope.var(name) = Tensor(DType::FP32, {64, 64});
    scope.var("rate") = Tensor(DType::FP32, {1});

    std::mutex turn;
    const auto step = [&](auto&& what) {
        if (!apart) return what();
        const std::lock_guard mine(turn);
        return what();
    };
    bool saved = true;
    bool trained = true;
    std::atomic<bool> started = false;
    std::thread saver([&] {
        started = true;
        for (int i = 0; i < steps; ++i) step([&] { saved = bool(archive<filter::named<"w">>::save(p.program, scope, memory{})) && saved; });
    });
    Executor exe(op_list<op::sgd>{});
    while (!started) std::this_thread::yield();
    for (int i = 0; i < steps; ++i) step([&] { trained = bool(exe.run(p.program, scope, {}, {})) && trained; });
    saver.join();
    std::puts(saved && trained ? "saved and trained" : "failed");
    return saved && trained ? 0 : 1;
}
