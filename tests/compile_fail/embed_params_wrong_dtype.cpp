// expect: wherry: this variable has another element type in Model::params than in the program
// expect[GNU]: culprit<wherry::v0::fixed_string<1>{"w"}>
// expect[Clang]: culprit<'w'>
// expect[GNU]: , 6, 5>
// expect[Clang]: , 6, 5>
#include "../support/embed_program.hpp"

#include <wherry/embed.hpp>

using namespace support;
#ifdef WHERRY_TWIN
constexpr int type = 5;
constexpr std::size_t size = 4;
#else
constexpr int type = 6;
constexpr std::size_t size = 8;
#endif
const auto bytes_of_ram = wherry::embed::network<model<[] { return program(); }, [] { return params({3, 2}, type, size); }>>::arena_bytes;
