#include <doctest/doctest.h>

#include <support/small_program.hpp>

#include <wherry/base/limits.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/exec/executor.hpp>
#include <wherry/exec/op/activation.hpp>
#include <wherry/exec/op/convolution.hpp>
#include <wherry/exec/op/elementwise.hpp>
#include <wherry/exec/op/fused_convolution.hpp>
#include <wherry/exec/op/interpolation.hpp>
#include <wherry/exec/op/matmul.hpp>
#include <wherry/exec/op/mul.hpp>
#include <wherry/exec/op/pool.hpp>
#include <wherry/exec/op/softmax.hpp>
#include <wherry/exec/op/unary.hpp>
#include <wherry/exec/threads.hpp>
#include <wherry/program/attribute.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
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

namespace {
/// Operators of every way to cut, each with more work than is left to one thread.
struct net_in_parts {
    support::small_program p;
    Scope scope;

    net_in_parts() {
        const auto both = [](std::string_view name, std::int32_t n) { return make_attr(name, sequence<std::int32_t>(2, n)); };
        p.var("image", {-1, 3, 60, 44}).var("rows", {-1, 44});
        for (const char* const name : {"c1", "c2", "c3"}) p.var(name, {-1, -1, -1, -1});
        for (const char* const name : {"a1", "a2", "a3", "pooled", "product", "row_product", "large", "shares"})
            p.var(name, {-1, -1, -1, -1});
        weight("w1", {20, 3, 3, 3}), weight("w2", {20, 1, 3, 3}), weight("b2", {20}), weight("w3", {40, 20, 1, 1});
        weight("gate", {1, 40, 1, 1}), weight("one", {1}), weight("w4", {64, 44});
        p.op("conv2d", {{"Input", {"image"}}, {"Filter", {"w1"}}}, {{"Output", {"c1"}}}, {both("paddings", 1)});
        p.op("relu", {{"X", {"c1"}}}, {{"Out", {"a1"}}});
        p.op("fused_conv2d", {{"Input", {"a1"}}, {"Filter", {"w2"}}, {"Bias", {"b2"}}}, {{"Output", {"c2"}}},
             {both("paddings", 1), make_attr("groups", std::int32_t{20}), make_attr("fuse_activation", "relu")});
        p.op("conv2d", {{"Input", {"c2"}}, {"Filter", {"w3"}}}, {{"Output", {"c3"}}});
        p.op("elementwise_mul", {{"X", {"c3"}}, {"Y", {"gate"}}}, {{"Out", {"a2"}}});
        p.op("elementwise_add", {{"X", {"a2"}}, {"Y", {"one"}}}, {{"Out", {"a3"}}});
        p.op("pool2d", {{"X", {"a3"}}}, {{"Out", {"pooled"}}}, {both("ksize", 1), make_attr("pooling_type", "max")});
        p.op("matmul_v2", {{"X", {"pooled"}}, {"Y", {"w4"}}}, {{"Out", {"product"}}}, {make_attr("trans_y", true)});
        p.op("matmul_v2", {{"X", {"rows"}}, {"Y", {"w4"}}}, {{"Out", {"row_product"}}}, {make_attr("trans_y", true)});
        p.op("nearest_interp_v2", {{"X", {"c3"}}}, {{"Out", {"large"}}},
             {make_attr("out_h", std::int32_t{70}), make_attr("out_w", std::int32_t{31}), make_attr("interp_method", "nearest")});
        p.op("softmax", {{"X", {"a1"}}}, {{"Out", {"shares"}}});
    }
    void weight(const char* name, std::vector<std::int64_t> dims) {
        p.parameter(name, dims);
        scope.var(name) = numbers(*Shape::from(dims), 7);
    }
    static Tensor numbers(const Shape& dims, std::size_t modulus) {
        Tensor made(DType::FP32, dims);
        for (std::size_t i = 0; i < made.elements<float>().size(); ++i)
            made.elements<float>()[i] = static_cast<float>(i * 31 % modulus) * 0.37F - 0.9F;
        return made;
    }
    template <class... Policies>
    sequence<Tensor> answers(std::int64_t images, Policies... policies) {
        using ops = op_list<op::conv2d, op::relu, op::fused_conv2d, op::elementwise_mul, op::elementwise_add, op::pool2d, op::matmul_v2,
                            op::nearest_interp_v2, op::softmax>;
        Executor exe(ops{}, policies...);
        const auto image = numbers({images, 3, 60, 44}, 11), rows = numbers({203, 44}, 13);
        const std::array feeds{image.ref("image"), rows.ref("rows")};
        const std::array<std::string, 11> fetches{"c1",     "a1",      "c2",          "c3",    "a2",    "a3",
                                                  "pooled", "product", "row_product", "large", "shares"};
        auto made = exe.run(p.program, scope, feeds, fetches);
        REQUIRE_MESSAGE(made, to_string(made.error()));
        return *std::move(made);
    }
};

/// From the last task to the first, and counts them.
struct backwards {
    using kind = kinds::tasks;
    static constexpr std::string_view name = "backwards";
    static constexpr std::size_t count = 3;
    static inline std::size_t parts = 0;
    static void run(std::size_t n, void (*task)(void*, std::size_t) noexcept, void* of) noexcept {
        for (parts += n; n > 0; --n) task(of, n - 1);
    }
};
static_assert(TaskRunner<backwards> && TaskRunner<threads<2>>);
}  // namespace

TEST_CASE("results do not depend on the number of threads") {
    net_in_parts net;
    for (const std::int64_t images : {1, 2, 5}) {
        CAPTURE(images);
        const auto expected = net.answers(images);
        CHECK(net.answers(images, threads<1>{}) == expected);
        CHECK(net.answers(images, threads<2>{}) == expected);
        CHECK(net.answers(images, threads<3>{}) == expected);
        CHECK(net.answers(images, threads<7>{}) == expected);
        CHECK(net.answers(images, threads<2>{}, limits{}) == expected);
        for (const std::size_t count : {std::size_t{2}, std::size_t{0}}) {  // none: one
            chosen_threads::count = count;
            CHECK(net.answers(images, chosen_threads{}) == expected);
        }
    }
}

TEST_CASE("a caller runs the parts of an operator") {
    net_in_parts net;
    backwards::parts = 0;
    const auto expected = net.answers(1);
    CHECK(backwards::parts == 0);
    CHECK(net.answers(1, backwards{}) == expected);
    CHECK(backwards::parts == 11 * 3);  // every operator has enough work for three
}

TEST_CASE("executors in several threads share the threads of a run") {
    net_in_parts net;
    const auto expected = net.answers(2);
    std::atomic<int> wrong{0};
    std::vector<std::thread> running;
    for (int i = 0; i < 3; ++i)
        running.emplace_back([&] {
            for (int round = 0; round < 3; ++round)
                if (net.answers(2, threads<2>{}) != expected) ++wrong;
        });
    for (auto& one : running) one.join();
    CHECK(wrong == 0);
}

TEST_CASE("an operator that fails in parts says what it says as a whole") {
    support::small_program p;
    p.var("image", {-1, 8, 64, 64}, DType::INT32).var("w", {64, 8, 1, 1}, DType::INT32).var("y", {-1, 64, 64, 64}, DType::INT32);
    p.op("conv2d", {{"Input", {"image"}}, {"Filter", {"w"}}}, {{"Output", {"y"}}});
    const Tensor image(DType::INT32, {1, 8, 64, 64}), w(DType::INT32, {64, 8, 1, 1});
    const std::array feeds{image.ref("image"), w.ref("w")};
    const std::array fetches{std::string("y")};
    Scope scope;
    Executor alone(op_list<op::conv2d>{}), cut(op_list<op::conv2d>{}, threads<2>{});
    const auto expected = alone.run(p.program, scope, feeds, fetches), found = cut.run(p.program, scope, feeds, fetches);
    REQUIRE_FALSE(expected);
    REQUIRE_FALSE(found);
    CHECK(to_string(found.error()) == to_string(expected.error()));
}
