#include <doctest/doctest.h>

#include <support/small_program.hpp>

#include <wherry/exec/executor.hpp>
#include <wherry/exec/op/mul.hpp>
#include <wherry/exec/op/softmax.hpp>

#include <array>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

using namespace wherry;

TEST_CASE("threads with an Executor each share one program and one set of weights") {
    support::small_program p;
    p.var("x", {-1, 8}).parameter("w", {8, 4}).var("product", {-1, 4}).var("y", {-1, 4});
    p.op("mul", {{"X", {"x"}}, {"Y", {"w"}}}, {{"Out", {"product"}}}).op("softmax", {{"X", {"product"}}}, {{"Out", {"y"}}});
    const auto& program = p.program;
    Scope weights;
    weights.var("w") = Tensor(DType::FP32, {8, 4});
    for (std::size_t i = 0; i < 32; ++i) weights.find_var("w")->elements<float>()[i] = static_cast<float>(i % 5) * 0.25F;
    const auto* const data = weights.find_var("w")->bytes().data();

    const auto answer = [&](Executor& exe, std::size_t thread) {
        Tensor x(DType::FP32, {3, 8});
        for (std::size_t i = 0; i < 24; ++i) x.elements<float>()[i] = static_cast<float>((i + thread) % 7);
        const std::array feeds{x.ref("x")};
        const std::array fetches{std::string("y")};
        return exe.run(program, weights, feeds, fetches);
    };
    constexpr std::size_t threads = 4;
    std::vector<std::vector<Tensor>> expected;
    for (std::size_t i = 0; i < threads; ++i) {
        Executor exe(op_list<op::mul, op::softmax>{});
        auto alone = answer(exe, i);
        REQUIRE(alone);
        expected.push_back(*std::move(alone));
    }
    std::atomic<int> wrong{0};
    std::vector<std::thread> running;
    for (std::size_t i = 0; i < threads; ++i)
        running.emplace_back([&, i] {
            Executor exe(op_list<op::mul, op::softmax>{});
            for (int round = 0; round < 100; ++round) {
                const auto got = answer(exe, i);
                if (!got || *got != expected[i]) ++wrong;
            }
        });
    for (auto& one : running) one.join();
    CHECK(wrong == 0);
    CHECK(weights.find_var("w")->bytes().data() == data);
    CHECK(weights.local_var_names().size() == 1);
}
