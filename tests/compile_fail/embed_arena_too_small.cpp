// expect: wherry: the model needs more bytes of RAM than ram<N> allows: needed and allowed
// expect[GNU]: , 8, 7>
// expect[Clang]: , 8, 7>
#include "../support/embed_program.hpp"

#include <wherry/embed.hpp>

using namespace support;
constexpr bytes two_layers() {
    program_maker made;
    made.var("x", {-1, 2}).var("w", {2, 2}, true).var("b", {2}, true).var("h", {-1, 2}).var("y", {-1, 2});
    made.feed("x").op("mul", {{"X", "x"}, {"Y", "w"}}, {{"Out", "h"}}).op("mul", {{"X", "h"}, {"Y", "w"}}, {{"Out", "y"}}).fetch("y");
    return made.made();
}
#ifdef WHERRY_TWIN
using budget = wherry::embed::ram<8>;
#else
using budget = wherry::embed::ram<7>;
#endif
using net = wherry::embed::network<model<two_layers, [] { return params({2, 2}); }>, budget>;
const auto bytes_of_ram = net::arena_bytes;
