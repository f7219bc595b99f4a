// expect: wherry: this variable does not start at a multiple of the bytes that aligned<N> promises
// expect[GNU]: culprit<wherry::v0::fixed_string<1>{"w"}>
// expect[Clang]: culprit<'w'>
#include "../support/embed_program.hpp"

#include <wherry/embed.hpp>

using namespace support;
using stored = model<[] { return program(); }, [] { return params(); }>;
#ifdef WHERRY_TWIN
using net = wherry::embed::network<stored, wherry::embed::aligned<2>>;
#else
using net = wherry::embed::network<stored, wherry::embed::aligned<16>>;
#endif
const auto bytes_of_ram = net::arena_bytes;
