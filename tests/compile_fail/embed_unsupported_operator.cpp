// expect: wherry: embed does not support this operator
// expect[GNU]: culprit<wherry::v0::fixed_string<6>{"conv2d"}>
// expect[Clang]: culprit<'c', 'o', 'n', 'v', '2', 'd'>
#include "../support/embed_program.hpp"

#include <wherry/embed.hpp>

using namespace support;
#ifdef WHERRY_TWIN
constexpr std::string_view activation = "tanh";
#else
constexpr std::string_view activation = "conv2d";
#endif
using net = wherry::embed::network<model<[] { return program({.activation = activation}); }, [] { return params(); }>>;
const auto bytes_of_ram = net::arena_bytes;
