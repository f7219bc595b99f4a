// expect: wherry: this variable has other dims in Model::params than in the program
// expect[GNU]: culprit<wherry::v0::fixed_string<1>{"w"}>
// expect[Clang]: culprit<'w'>
// expect[GNU]: , 4, 3>
// expect[Clang]: , 4, 3>
#include "../support/embed_program.hpp"

#include <wherry/embed.hpp>

using namespace support;
#ifdef WHERRY_TWIN
constexpr std::int64_t rows = 3;
#else
constexpr std::int64_t rows = 4;
#endif
const auto bytes_of_ram = wherry::embed::network<model<[] { return program(); }, [] { return params({rows, 2}); }>>::arena_bytes;
