// expect: wherry: only the first dim of an input may be open
// expect[GNU]: culprit<wherry::v0::fixed_string<1>{"x"}>
// expect[Clang]: culprit<'x'>
#include "../support/embed_program.hpp"

#include <wherry/embed.hpp>

using namespace support;
#ifdef WHERRY_TWIN
constexpr std::int64_t width = 3;
#else
constexpr std::int64_t width = -1;
#endif
const auto bytes_of_ram = wherry::embed::network<model<[] { return program({.x = {-1, width}}); }, [] { return params(); }>>::arena_bytes;
