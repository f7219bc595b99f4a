#include <wherry/exec/plan_rows.hpp>

#include <wherry/fluid.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace fluid = wherry::fluid;
using wherry::Tensor;

namespace {

enum class with { sgd, adam, lazy_adam, momentum };

/// A table of `rows` rows of 4, trained for three steps. Returns the table; `whole` fetches its gradient, too, which makes a whole array.
struct trained {
    Tensor table;
    std::uint64_t own_bytes = 0;
};
trained train(std::int64_t rows, with how, bool whole, std::optional<std::int64_t> padding = {}) {
    fluid::Program program, startup;
    const fluid::program_guard guard(program, startup);
    const auto start = [](float value) { return std::optional<wherry::Initializer>(wherry::initializer::Constant{value}); };
    const auto ids = fluid::data("ids", {-1, 1}, fluid::int64);
    const wherry::layers::embedding_options options{
        .size = {rows, 4}, .is_sparse = true, .padding_idx = padding, .param_attr = {.name = "w", .initializer = start(0.5F)}};
    const auto found = fluid::layers::embedding(ids, options);
    const auto out = fluid::layers::fc(found, {.size = 1, .param_attr = {{.name = "v", .initializer = start(0.25F)}}});
    const auto loss = fluid::layers::mean(out);
    if (how == with::sgd) fluid::optimizer::SGD(0.5F).minimize(loss);
    else if (how == with::momentum) fluid::optimizer::Momentum(0.5F, 0.9F).minimize(loss);
    else fluid::optimizer::Adam(0.5F, {.lazy_mode = how == with::lazy_adam}).minimize(loss);
    fluid::Scope scope;
    fluid::Executor exe;
    exe.run(startup, {}, {.scope = &scope});
    const std::uint64_t before = exe.own_bytes();
    for (const auto& batch : std::vector<std::vector<std::int64_t>>{{3, 1, 3, 3}, {0, 8, 1, 0}, {3, 8, 8, 8}}) {
        const auto fed = Tensor::of<std::int64_t>({4, 1}, std::span<const std::int64_t>(batch));
        wherry::sequence<std::string> wanted(1, loss.name());
        if (whole) wanted.push_back("w@GRAD");
        (void)exe.run(program, fluid::feed{{"ids", fed}}, wanted, {.scope = &scope});
    }
    return {*scope.find_var("w"), exe.own_bytes() - before};
}

}  // namespace

TEST_CASE("a gradient by rows trains a table to the values that a whole one gives, bit for bit") {
    for (const auto how : {with::sgd, with::adam, with::lazy_adam, with::momentum})
        for (const auto padding : {std::optional<std::int64_t>(), std::optional<std::int64_t>(3)}) {
            const auto by_rows = train(9, how, false, padding);
            const auto whole = train(9, how, true, padding);
            CHECK(by_rows.table == whole.table);
            CHECK(by_rows.table.elements<float>()[4] != 0.5F);
            CHECK(by_rows.table.elements<float>()[5 * 4] == 0.5F);  // no batch has it
        }
}

TEST_CASE("a step takes the same memory for a table of any size") {
    for (const auto how : {with::sgd, with::adam, with::lazy_adam})
        CHECK(train(9, how, false).own_bytes == train(100'000, how, false).own_bytes);
    // where somebody wants the whole array, or an operator does not know rows, it is made
    CHECK(train(100'000, with::sgd, true).own_bytes > 1'600'000);
    CHECK(train(100'000, with::momentum, false).own_bytes > 1'600'000);
}
