// expect: wherry: quantize<int8> needs weights written by `wherry embed --int8`; this one is float
// expect[GNU]: culprit<wherry::v0::fixed_string<1>{"w"}>
// expect[Clang]: culprit<'w'>
#include "../support/embed_program.hpp"

#include <wherry/embed.hpp>

using namespace support;
using stored = model<[] { return program(); }, [] { return params(); }>;
#ifdef WHERRY_TWIN
using net = wherry::embed::network<stored>;
#else
using net = wherry::embed::network<stored, wherry::embed::quantize<signed char>>;
#endif
const auto bytes_of_ram = net::arena_bytes;
