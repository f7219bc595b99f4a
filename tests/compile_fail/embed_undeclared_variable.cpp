// expect: wherry: this operator uses a variable that the program does not declare, or lacks one
// expect[GNU]: culprit<wherry::v0::fixed_string<3>{"mul"}>
// expect[Clang]: culprit<'m', 'u', 'l'>
#include "../support/embed_program.hpp"

#include <wherry/embed.hpp>

using namespace support;
constexpr bytes undeclared() {
    program_maker made;
    made.var("x", {-1, 2}).var("w", {2, 2}, true).var("b", {2}, true).var("y", {-1, 2}).feed("x");
#ifdef WHERRY_TWIN
    made.var("h", {-1, 2});
#endif
    return made.op("relu", {{"X", "x"}}, {{"Out", "h"}}).op("mul", {{"X", "h"}, {"Y", "w"}}, {{"Out", "y"}}).fetch("y").made();
}
const auto bytes_of_ram = wherry::embed::network<model<undeclared, [] { return params({2, 2}); }>>::arena_bytes;
