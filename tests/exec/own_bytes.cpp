#include <doctest/doctest.h>

#include <support/live_bytes.hpp>
#include <support/small_program.hpp>

#include <wherry/exec/executor.hpp>
#include <wherry/exec/op/elementwise.hpp>
#include <wherry/exec/op/mul.hpp>
#include <wherry/exec/op/softmax.hpp>

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace wherry;

namespace {
/// What attributes allocate is not said: scale_y of two muls.
std::uint64_t lists_bytes() { return 2 * sizeof(float) * op::mul_attributes().scale_y.capacity(); }

using few = op_list<op::mul, op::elementwise_add, op::softmax>;

/// 784-100-10, with names that do not fit a short string.
struct digits {
    support::small_program made;
    Scope weights;

    digits() {
        made.var("an_image_of_a_handwritten_digit", {-1, 784}).var("y", {-1, 10});
        layer("an_image_of_a_handwritten_digit", "first_layer", 784, 100);
        layer("first_layer_out", "second_layer", 100, 10);
        made.op("softmax", {{"X", {"second_layer_out"}}}, {{"Out", {"y"}}});
    }
    void layer(const std::string& in, const std::string& name, std::int64_t from, std::int64_t to) {
        made.parameter(name + "_w", {from, to}).parameter(name + "_b", {to}).var(name + "_product", {-1, to}).var(name + "_out", {-1, to});
        made.op("mul", {{"X", {in}}, {"Y", {name + "_w"}}}, {{"Out", {name + "_product"}}});
        made.op("elementwise_add", {{"X", {name + "_product"}}, {"Y", {name + "_b"}}}, {{"Out", {name + "_out"}}}, {make_attr("axis", 1)});
        for (const auto& [part, dims] : {std::pair{"_w", Shape{from, to}}, std::pair{"_b", Shape{to}}}) {
            auto& tensor = weights.var(name + part) = Tensor(DType::FP32, dims);
            for (auto& element : tensor.elements<float>()) element = 0.01F;
        }
    }
    void run(Executor& exe, std::int64_t batch) {
        Tensor x(DType::FP32, {batch, 784});
        for (auto& element : x.elements<float>()) element = 0.5F;
        const std::array feeds{x.ref("an_image_of_a_handwritten_digit")};
        const std::array fetches{std::string("y")};
        const auto done = exe.run(made.program, weights, feeds, fetches);
        if (!done) FAIL(to_string(done.error()));
    }
};
}  // namespace

TEST_CASE("an executor says what it took from operator new, but for lists in attributes") {
    digits model;
    Executor first(few{});
    CHECK(first.own_bytes() == 0);
    model.run(first, 1);
    const auto weights_bytes = std::uint64_t{4} * (784 * 100 + 100 + 100 * 10 + 10);
    std::uint64_t said = 0;
    long long taken = 0;
    std::thread second([&] {
        const auto before = support::live_bytes.load();
        Executor exe(few{});
        model.run(exe, 1);
        taken = support::live_bytes.load() - before;
        said = exe.own_bytes();
        CHECK(said == first.own_bytes());
        CHECK(said < weights_bytes / 20);
        model.run(exe, 1);  // the same plan again takes nothing
        CHECK(support::live_bytes.load() - before == taken);
        model.run(exe, 32);  // another one
        CHECK(exe.own_bytes() + 2 * lists_bytes() == static_cast<std::uint64_t>(support::live_bytes.load() - before));
        CHECK(exe.own_bytes() > said + 32 * 4 * 100);
    });
    second.join();
    CHECK(said > 0);
    CHECK(said + lists_bytes() == static_cast<std::uint64_t>(taken));
    MESSAGE("one more thread of 784-100-10: ", said, " bytes");
}

TEST_CASE("a prepared run allocates nothing") {
    digits model;
    const std::vector<float> x(784, 0.5F);
    std::array<float, 10> y{};
    const std::array feeds{tensor_ref{.name = "an_image_of_a_handwritten_digit", .dims = {1, 784}, .bytes = std::as_bytes(std::span(x))}};
    auto ready = Executor(few{}).prepare(model.made.program, model.weights, feeds, std::array{fetch_into::of<float>("y", y)});
    if (!ready) FAIL(to_string(ready.error()));
    const auto before = support::allocations.load();
    bool ran = true;
    for (int i = 0; i < 10; ++i) ran = ran && ready->run();
    CHECK(support::allocations.load() == before);
    CHECK(ran);
    CHECK(y[9] == doctest::Approx(0.1));
    Executor exe(few{});
    model.run(exe, 1);
    CHECK(support::allocations.load() > before);  // it counts
}
