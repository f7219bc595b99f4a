// expect: wherry: this variable has an element type (numbers of VarType.Type) that embed does not support here
// expect[GNU]: culprit<wherry::v0::fixed_string<1>{"x"}>
// expect[Clang]: culprit<'x'>
// expect[GNU]: , 6, 5>
// expect[Clang]: , 6, 5>
#include "../support/embed_program.hpp"

#include <wherry/embed.hpp>

using namespace support;
#ifdef WHERRY_TWIN
constexpr int type = 5;
#else
constexpr int type = 6;
#endif
constexpr bytes doubles() {
    program_maker made;
    made.var("x", {-1, 2}, false, type).var("w", {2, 2}, true).var("b", {2}, true).var("y", {-1, 2});
    return made.feed("x").op("relu", {{"X", "x"}}, {{"Out", "y"}}).fetch("y").made();
}
const auto bytes_of_ram = wherry::embed::network<model<doubles, [] { return params({2, 2}); }>>::arena_bytes;
