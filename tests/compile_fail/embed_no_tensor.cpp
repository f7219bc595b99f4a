// expect: wherry: this variable is not a LoDTensor
// expect[GNU]: culprit<wherry::v0::fixed_string<1>{"x"}>
// expect[Clang]: culprit<'x'>
#include "../support/embed_program.hpp"

#include <wherry/embed.hpp>

using namespace support;
#ifdef WHERRY_TWIN
constexpr unsigned kind = 7;
#else
constexpr unsigned kind = 8;
#endif
constexpr bytes rows() {
    program_maker made;
    made.var("x", {-1, 2}, false, 5, kind).var("w", {2, 2}, true).var("b", {2}, true).var("y", {-1, 2});
    return made.feed("x").op("relu", {{"X", "x"}}, {{"Out", "y"}}).fetch("y").made();
}
const auto bytes_of_ram = wherry::embed::network<model<rows, [] { return params({2, 2}); }>>::arena_bytes;
