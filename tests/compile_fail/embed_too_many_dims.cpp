// expect: wherry: this variable has more dims than embed supports
// expect[GNU]: culprit<wherry::v0::fixed_string<1>{"x"}>
// expect[Clang]: culprit<'x'>
// expect[GNU]: , 7, 6>
// expect[Clang]: , 7, 6>
#include "../support/embed_program.hpp"

#include <wherry/embed.hpp>

using namespace support;
#ifdef WHERRY_TWIN
constexpr std::initializer_list<std::int64_t> shape = {-1, 1, 1, 1, 1, 2};
#else
constexpr std::initializer_list<std::int64_t> shape = {-1, 1, 1, 1, 1, 1, 2};
#endif
constexpr bytes deep() {
    program_maker made;
    made.var("x", shape).var("w", {2, 2}, true).var("b", {2}, true).var("y", {-1, 2});
    return made.feed("x").op("relu", {{"X", "x"}}, {{"Out", "y"}}).fetch("y").made();
}
const auto bytes_of_ram = wherry::embed::network<model<deep, [] { return params({2, 2}); }>>::arena_bytes;
