#include <wherry/kernel/strided.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <numeric>
#include <vector>

namespace kernel = wherry::kernel;

namespace {
template <class T>
void check_transposition(std::int64_t rows, std::int64_t columns) {
    CAPTURE(sizeof(T));
    CAPTURE(rows);
    CAPTURE(columns);
    std::vector<T> from(static_cast<std::size_t>(rows * columns));
    for (std::size_t i = 0; i < from.size(); ++i) from[i] = static_cast<T>(i);
    std::vector<T> to(from.size());
    kernel::strided_loops loops;
    loops.add(columns, 1, rows);
    loops.add(rows, columns, 1);
    kernel::copy_strided(loops, sizeof(T), reinterpret_cast<const std::byte*>(from.data()), reinterpret_cast<std::byte*>(to.data()));
    bool same = true;
    for (std::int64_t i = 0; i < rows; ++i)
        for (std::int64_t k = 0; k < columns; ++k)
            same &= to[static_cast<std::size_t>(k * rows + i)] == from[static_cast<std::size_t>(i * columns + k)];
    CHECK(same);
}
}  // namespace

TEST_CASE("transpositions of every element size, smaller and larger than the squares they are done in") {
    for (const std::int64_t rows : {1, 2, 15, 16, 17, 40})
        for (const std::int64_t columns : {1, 3, 16, 33}) {
            check_transposition<std::uint8_t>(rows, columns);
            check_transposition<std::uint16_t>(rows, columns);
            check_transposition<std::uint32_t>(rows, columns);
            check_transposition<std::uint64_t>(rows, columns);
        }
}

TEST_CASE("loops that walk alike become one") {
    kernel::strided_loops loops;
    loops.add(2, 12, 12);
    loops.add(3, 4, 4);
    loops.add(1, 99, 77);
    loops.add(4, 1, 1);
    REQUIRE(loops.loops().size() == 1);
    CHECK(loops.loops()[0].size == 24);
    loops.add(0, 1, 1);
    CHECK(loops.empty());
}

TEST_CASE("steps may be 0 and negative, offsets are where they start") {
    const std::int32_t from[] = {1, 2, 3};
    std::int32_t to[8] = {};
    kernel::strided_loops loops;
    loops.from_offset = 2;
    loops.to_offset = 1;
    loops.add(2, 0, 3);
    loops.add(3, -1, 1);
    kernel::copy_strided(loops, 4, reinterpret_cast<const std::byte*>(from), reinterpret_cast<std::byte*>(to));
    CHECK(std::vector<std::int32_t>(to, to + 8) == std::vector<std::int32_t>{0, 3, 2, 1, 3, 2, 1, 0});
    std::int32_t sums[3] = {};
    kernel::add_strided(loops.reversed(), to, sums);
    CHECK(std::vector<std::int32_t>(sums, sums + 3) == std::vector<std::int32_t>{2, 4, 6});
}

TEST_CASE("a single element needs no loop, sixteen bytes are one element") {
    const std::uint64_t from[] = {1, 2, 3, 4};
    std::uint64_t to[2] = {};
    kernel::strided_loops loops;
    loops.from_offset = 1;
    kernel::copy_strided(loops, 16, reinterpret_cast<const std::byte*>(from), reinterpret_cast<std::byte*>(to));
    CHECK(to[0] == 3);
    CHECK(to[1] == 4);
}
