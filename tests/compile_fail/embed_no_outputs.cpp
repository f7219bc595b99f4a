// expect: wherry: the program has no fetch operator and the output is not in it
#include "../support/embed_program.hpp"

#include <wherry/embed.hpp>

using namespace support;
#ifdef WHERRY_TWIN
using net = wherry::embed::network<model<[] { return program({.fetched = false}); }, [] { return params(); }>, wherry::embed::outputs<"y">>;
#else
using net = wherry::embed::network<model<[] { return program({.fetched = false}); }, [] { return params(); }>>;
#endif
const auto bytes_of_ram = net::arena_bytes;
