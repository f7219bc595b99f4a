// expect: wherry: the shapes of the inputs of this operator do not fit
// expect[GNU]: culprit<wherry::v0::fixed_string<3>{"mul"}>
// expect[Clang]: culprit<'m', 'u', 'l'>
// expect[GNU]: , 5, 3>
// expect[Clang]: , 5, 3>
#include "../support/embed_program.hpp"

#include <wherry/embed.hpp>

using namespace support;
#ifdef WHERRY_TWIN
constexpr std::int64_t width = 3;
#else
constexpr std::int64_t width = 5;
#endif
const auto bytes_of_ram = wherry::embed::network<model<[] { return program({.x = {-1, width}}); }, [] { return params(); }>>::arena_bytes;
