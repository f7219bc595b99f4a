// expect: wherry: a policy of network is batch<N>, ram<N>, outputs<...>, quantize<>, aligned<N> or tuned<>
#include "../support/embed_program.hpp"

#include <wherry/embed.hpp>

using namespace support;
using stored = model<[] { return program(); }, [] { return params(); }>;
#ifdef WHERRY_TWIN
using net = wherry::embed::network<stored, wherry::embed::batch<2>>;
#else
using net = wherry::embed::network<stored, int>;
#endif
const auto bytes_of_ram = net::arena_bytes;
