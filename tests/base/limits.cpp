#include <wherry/base/limits.hpp>

#include <doctest/doctest.h>

using namespace wherry;

namespace {
constexpr limits usual;
static_assert(max_rank == 9, "Paddle's DDim");
static_assert(usual.desc_bytes == 1'048'576 && usual.lod_levels == 16 && usual.program_bytes == 268'435'456);
static_assert(usual.program_rank == 32 && usual.blocks == 1'024 && usual.block_depth == 32 && usual.elements == 1'000'000);
static_assert(usual.name_bytes == 1'023 && usual.arena_bytes == 4'294'967'296);

constexpr limits raised{.program_bytes = 1U << 30U, .blocks = 5'000};
}  // namespace

TEST_CASE("limits: one is raised by naming it, the others stay") {
    CHECK(raised.program_bytes == 1U << 30U);
    CHECK(raised.blocks == 5'000);
    CHECK(raised.elements == usual.elements);
    CHECK(raised.name_bytes == usual.name_bytes);
}
