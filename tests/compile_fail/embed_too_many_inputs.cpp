// expect: wherry: the program has more inputs or outputs than embed supports
// expect[GNU]: , 17, 16>
// expect[Clang]: , 17, 16>
#include "../support/embed_program.hpp"

#include <wherry/embed.hpp>

using namespace support;
#ifdef WHERRY_TWIN
constexpr std::int64_t col = 0;
#else
constexpr std::int64_t col = 16;
#endif
constexpr bytes far() {
    program_maker made;
    made.var("x", {-1, 2}).var("w", {2, 2}, true).var("b", {2}, true).var("y", {-1, 2});
    return made.feed("x", col).op("relu", {{"X", "x"}}, {{"Out", "y"}}).fetch("y").made();
}
const auto bytes_of_ram = wherry::embed::network<model<far, [] { return params({2, 2}); }>>::arena_bytes;
