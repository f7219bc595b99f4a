// expect: wherry: this variable is read before anything computes it
// expect[GNU]: culprit<wherry::v0::fixed_string<1>{"h"}>
// expect[Clang]: culprit<'h'>
#include "../support/embed_program.hpp"

#include <wherry/embed.hpp>

using namespace support;
constexpr bytes hole() {
    program_maker made;
    made.var("x", {-1, 2}).var("w", {2, 2}, true).var("b", {2}, true).var("h", {-1, 2}).var("y", {-1, 2});
    made.feed("x");
#ifdef WHERRY_TWIN
    made.op("relu", {{"X", "x"}}, {{"Out", "h"}});
#endif
    return made.op("relu", {{"X", "h"}}, {{"Out", "y"}}).fetch("y").made();
}
const auto bytes_of_ram = wherry::embed::network<model<hole, [] { return params({2, 2}); }>>::arena_bytes;
