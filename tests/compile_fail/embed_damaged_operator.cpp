// expect: wherry: the description of this operator is damaged
// expect[GNU]: culprit<wherry::v0::fixed_string<4>{"relu"}>
// expect[Clang]: culprit<'r', 'e', 'l', 'u'>
#include "../support/embed_program.hpp"

#include <wherry/embed.hpp>

using namespace support;
constexpr bytes damaged() {
    program_maker made;
    made.var("x", {-1, 2}).var("w", {2, 2}, true).var("b", {2}, true).var("y", {-1, 2}).feed("x");
    made.op("relu", {{"X", "x"}}, {{"Out", "y"}}, {{"is_test", 1}, {"axis", 1}});
#ifndef WHERRY_TWIN
    made.block.data[made.block.size - 11] = 127;  // the length of the second attribute: the first one is looked at early
#endif
    return made.fetch("y").made();
}
const auto bytes_of_ram = wherry::embed::network<model<damaged, [] { return params({2, 2}); }>>::arena_bytes;
