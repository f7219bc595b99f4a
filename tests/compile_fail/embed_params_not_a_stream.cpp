// expect: wherry: Model::params holds no tensor where this variable should be
// expect[GNU]: culprit<wherry::v0::fixed_string<1>{"b"}>
// expect[Clang]: culprit<'b'>
#include "../support/embed_program.hpp"

#include <wherry/embed.hpp>

using namespace support;
constexpr bytes stream() {
    auto made = params();
#ifndef WHERRY_TWIN
    made.data[0] = 'P';
#endif
    return made;
}
const auto bytes_of_ram = wherry::embed::network<model<[] { return program(); }, stream>>::arena_bytes;
