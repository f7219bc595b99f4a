// expect: wherry: embed does not support this operator with these attributes or inputs
// expect[GNU]: culprit<wherry::v0::fixed_string<7>{"dropout"}>
// expect[Clang]: culprit<'d', 'r', 'o', 'p', 'o', 'u', 't'>
#include "../support/embed_program.hpp"

#include <wherry/embed.hpp>

using namespace support;
#ifdef WHERRY_TWIN
constexpr std::int64_t testing = 1;
#else
constexpr std::int64_t testing = 0;
#endif
constexpr bytes training() {
    program_maker made;
    made.var("x", {-1, 2}).var("w", {2, 2}, true).var("b", {2}, true).var("y", {-1, 2});
    return made.feed("x").op("dropout", {{"X", "x"}}, {{"Out", "y"}}, {{"is_test", testing}}).fetch("y").made();
}
const auto bytes_of_ram = wherry::embed::network<model<training, [] { return params({2, 2}); }>>::arena_bytes;
