// expect: wherry: Model::params goes on after its last variable: bytes found and expected
// expect[GNU]: , 83, 82>
// expect[Clang]: , 83, 82>
#include "../support/embed_program.hpp"

#include <wherry/embed.hpp>

using namespace support;
constexpr bytes stream() {
    auto made = params();
#ifndef WHERRY_TWIN
    made.put(0);
#endif
    return made;
}
const auto bytes_of_ram = wherry::embed::network<model<[] { return program(); }, stream>>::arena_bytes;
