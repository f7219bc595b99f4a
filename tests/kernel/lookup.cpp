#include <wherry/kernel/lookup.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <vector>

namespace kernel = wherry::kernel;

namespace {

constexpr std::array<std::int64_t, 4> ids{2, 0, 1, 2};
using id_span = std::span<const std::int64_t>;
static_assert(!kernel::first_bad_id(id_span(ids), 3));
static_assert(kernel::first_bad_id(id_span(ids), 2) == 0u);
static_assert(!kernel::first_bad_id(id_span(ids), 2, 2), "the padding id may lie outside");

constexpr bool runs_at_compile_time() {
    const std::array<float, 6> table{1, 2, 3, 4, 5, 6};
    std::array<float, 8> out{};
    kernel::lookup(2, table, id_span(ids), std::span<float>(out), 1);
    std::array<float, 6> dtable{};
    kernel::lookup_grad(2, id_span(ids), out, std::span<float>(dtable), 1);
    return out == std::array<float, 8>{5, 6, 1, 2, 0, 0, 5, 6} && dtable == std::array<float, 6>{1, 2, 0, 0, 10, 12};
}
static_assert(runs_at_compile_time());

}  // namespace

TEST_CASE("rows are gathered, padding gives zeros, gradients add up in their rows") {
    CHECK(runs_at_compile_time());
    const std::vector<std::int64_t> padded{3, 0, 7};  // 7 pads and is not a row
    const std::vector<float> g{1, 0, 5};
    std::vector<float> rows(4);
    kernel::lookup_grad(1, id_span(padded), g, std::span<float>(rows), 7, true);
    CHECK(rows == std::vector<float>{0, 0, 0, 1});
    CHECK_FALSE(std::signbit(rows[0]));
    CHECK(std::signbit(rows[1]));
    CHECK(std::signbit(rows[2]));
    const std::vector<std::int64_t> bad{0, 5, -1};
    CHECK(kernel::first_bad_id(id_span(bad), 3) == 1u);
    CHECK(kernel::first_bad_id(id_span(bad), 6) == 2u);
}

TEST_CASE("the gradient by rows is the dense one, each id once and ascending") {
    const std::array<std::int64_t, 6> words{4, 0, 4, 2, 4, 0};
    const std::array<float, 12> g{1e8F, 1, 2, 3, 1, 4, 5, 6, -1e8F, 7, 8, 9};
    std::array<float, 10> dense{};
    kernel::lookup_grad<float>(2, std::span<const std::int64_t>(words), g, dense, 2);
    std::array<kernel::id_place, 6> places{};
    std::array<std::int64_t, 6> rows{};
    std::array<float, 12> values{};
    REQUIRE(kernel::lookup_grad_rows<float>(2, words, g, places, rows, values, 2) == 3);
    CHECK(rows[0] == 0);
    CHECK(rows[1] == 2);
    CHECK(rows[2] == 4);
    for (std::size_t i = 0; i < 3; ++i)
        for (std::size_t c = 0; c < 2; ++c) CHECK(values[i * 2 + c] == dense[static_cast<std::size_t>(rows[i]) * 2 + c]);
}
