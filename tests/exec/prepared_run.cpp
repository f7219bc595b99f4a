#include <doctest/doctest.h>

#include <support/check_error.hpp>
#include <support/small_program.hpp>

#include <wherry/exec/executor.hpp>
#include <wherry/exec/op/elementwise.hpp>
#include <wherry/exec/op/mul.hpp>
#include <wherry/exec/op/optimizer.hpp>
#include <wherry/exec/prepared_run.hpp>

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <utility>

using namespace wherry;
using support::check_error;

namespace {

/// The rows of X whose first element is positive.
struct positive_rows {
    static constexpr std::string_view type = "positive_rows";
    static constexpr std::array inputs = {slot{"X"}};
    static constexpr std::array outputs = {slot{"Out"}};
    using attributes = no_attributes;
    static result<void> infer(const attributes&, infer_context& c) {
        auto out = c.in(0);
        out.at_most = true;
        c.set_out(0, out);
        return {};
    }
    static result<void> run(const attributes&, run_context& c) {
        const auto x = c.in<float>(0);
        const auto width = static_cast<std::size_t>(c.in_dims(0)[1]);
        std::size_t rows = 0;
        for (std::size_t from = 0; from < x.size(); from += width)
            if (x[from] > 0) std::copy_n(x.begin() + static_cast<std::ptrdiff_t>(from), width, &c.out<float>(0)[rows++ * width]);
        c.set_rows(0, rows);
        return {};
    }
};

using prepared_ops = op_list<op::mul, op::elementwise_add, op::sgd, positive_rows>;

/// y = x w + b.
struct affine {
    support::small_program p;
    Scope scope;
    Executor exe{prepared_ops{}};
    std::array<float, 4> x{1, 2, 3, 4};
    std::array<float, 2> y{};

    affine() {
        p.var("x", {-1, 2}).parameter("w", {2, 1}).parameter("b", {1}).var("product", {-1, 1}).var("y", {-1, 1});
        p.op("mul", {{"X", {"x"}}, {"Y", {"w"}}}, {{"Out", {"product"}}});
        p.op("elementwise_add", {{"X", {"product"}}, {"Y", {"b"}}}, {{"Out", {"y"}}});
        scope.var("w") = Tensor::of<float>({2, 1}, {10, 1});
        scope.var("b") = Tensor::of<float>({1}, {0.5F});
    }
    [[nodiscard]] tensor_ref fed() const { return {.name = "x", .dims = {2, 2}, .bytes = std::as_bytes(std::span(x))}; }
    result<prepared_run> prepare(const tensor_ref& feed, const fetch_into& fetch) {
        return exe.prepare(p.program, scope, std::array{feed}, std::array{fetch});
    }
    prepared_run ready() {
        auto made = prepare(fed(), fetch_into::of<float>(std::string("y"), y));  // names are not kept
        if (!made) FAIL(to_string(made.error()));
        return *std::move(made);
    }
};

}  // namespace

TEST_CASE("a prepared run reads and writes the caller's memory, and sees the weights of now") {
    affine t;
    auto ready = t.ready();
    REQUIRE(ready.run());
    CHECK(t.y == std::array{12.5F, 34.5F});
    t.x[0] = 2;
    t.scope.find_var("w")->elements<float>()[1] = 0;
    *t.scope.find_var("b") = Tensor::of<float>({1}, {0});  // in other memory
    t.scope.var("another") = Tensor::of<float>({1}, {7});  // a name came
    prepared_run moved(std::move(ready));
    REQUIRE(moved.run());
    CHECK(t.y == std::array{20.0F, 30.0F});
    const auto told = moved.fetched(0);
    CHECK(told.name == "y");
    CHECK(told.dims == Shape{2, 1});
    CHECK(static_cast<const void*>(told.bytes.data()) == t.y.data());
    CHECK(told.bytes.size() == sizeof t.y);
    CHECK(moved.own_bytes() > 0);
}

TEST_CASE("a prepared run outlives its executor, and edits of its program") {
    affine t;
    auto ready = t.ready();
    t.exe.close();
    t.p.program = Program();
    REQUIRE(ready.run());
    CHECK(t.y == std::array{12.5F, 34.5F});
    check_error(t.prepare(t.fed(), fetch_into::of<float>("y", t.y)), errc::closed);
}

TEST_CASE("a prepared run refuses a variable that is not what it was, and leaves what was fetched") {
    affine t;
    auto ready = t.ready();
    REQUIRE(ready.run());
    const auto refused = [&](errc code, const char* variable) {
        const auto outcome = ready.run();
        check_error(outcome, code);
        CHECK(outcome.error().variable.view() == std::string(variable));
        CHECK(t.y == std::array{12.5F, 34.5F});
    };
    *t.scope.find_var("w") = Tensor::of<float>({1, 2}, {10, 1});
    refused(errc::shape_mismatch, "w");
    *t.scope.find_var("w") = Tensor(DType::FP64, {2, 1});
    refused(errc::dtype_mismatch, "w");
    *t.scope.find_var("w") = Tensor::of<float>({2, 1}, {10, 1});
    CHECK(ready.run());
    t.scope.erase("b");
    refused(errc::not_initialized, "b");
}

TEST_CASE("memory that does not fit is refused when a run is prepared") {
    affine t;
    std::array<float, 3> long_memory{};
    std::array<double, 2> doubles{};
    check_error(t.prepare(t.fed(), fetch_into::of<float>("y", long_memory)), errc::bad_argument,
                "memory for a fetched variable does not fit its dims");
    check_error(t.prepare(t.fed(), fetch_into::of<double>("y", doubles)), errc::dtype_mismatch);
    check_error(t.prepare(t.fed(), fetch_into::of<float>("z", t.y)), errc::not_found);
    std::array<std::byte, 17> bytes{};
    auto odd = t.fed();
    odd.bytes = std::span(bytes).subspan(reinterpret_cast<std::uintptr_t>(bytes.data()) % 2 == 0 ? 1 : 0, 16);  // NOLINT: an odd address
    check_error(t.prepare(odd, fetch_into::of<float>("y", t.y)), errc::bad_argument,
                "a fed array does not lie at a multiple of its elements");
}

TEST_CASE("a persistable that is fed is copied by each prepared run, one that is written is made in the scope") {
    support::small_program p;
    p.parameter("w", {2}).var("g", {2}).var("rate", {1}).parameter("updated", {2});
    p.op("sgd", {{"Param", {"w"}}, {"Grad", {"g"}}, {"LearningRate", {"rate"}}}, {{"ParamOut", {"updated"}}});
    Scope scope;
    std::array<float, 2> w{1, 2}, g{1, 1}, updated{};
    std::array<float, 1> rate{0.5F};
    const auto fed = [](std::string_view name, std::span<const float> from) {
        return tensor_ref{.name = name, .dims = {static_cast<std::int64_t>(from.size())}, .bytes = std::as_bytes(from)};
    };
    const std::array feeds{fed("w", w), fed("g", g), fed("rate", rate)};
    auto ready = Executor(prepared_ops{}).prepare(p.program, scope, feeds, std::array{fetch_into::of<float>("updated", updated)});
    if (!ready) FAIL(to_string(ready.error()));
    REQUIRE(scope.find_var("updated") != nullptr);
    REQUIRE(ready->run());
    CHECK(updated == std::array{0.5F, 1.5F});
    w = {3, 4};
    REQUIRE(ready->run());
    CHECK(updated == std::array{2.5F, 3.5F});
    CHECK(scope.find_var("w")->elements<float>()[0] == 3);
}

TEST_CASE("memory for rows that a run tells is as large as there can be rows") {
    support::small_program p;
    p.var("x", {-1, 2}).var("y", {-1, 2}).op("positive_rows", {{"X", {"x"}}}, {{"Out", {"y"}}});
    Scope scope;
    std::array<float, 4> x{-1, 2, 3, 4}, y{};
    const std::array feeds{tensor_ref{.name = "x", .dims = {2, 2}, .bytes = std::as_bytes(std::span(x))}};
    auto ready = Executor(prepared_ops{}).prepare(p.program, scope, feeds, std::array{fetch_into::of<float>("y", y)});
    if (!ready) FAIL(to_string(ready.error()));
    REQUIRE(ready->run());
    CHECK(ready->fetched(0).dims == Shape{1, 2});
    CHECK(ready->fetched(0).bytes.size() == 2 * sizeof(float));
    CHECK(y == std::array{3.0F, 4.0F, 0.0F, 0.0F});
    x[0] = 1;
    REQUIRE(ready->run());
    CHECK(ready->fetched(0).dims == Shape{2, 2});
    CHECK(y == x);
}
