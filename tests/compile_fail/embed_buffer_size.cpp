// expect: wherry: this buffer has another number of elements than the network's: given and expected
// expect[GNU]: culprit<wherry::v0::fixed_string<1>{"y"}>
// expect[Clang]: culprit<'y'>
// expect[GNU]: , 4, 2>
// expect[Clang]: , 4, 2>
#include "../support/embed_program.hpp"

#include <wherry/embed.hpp>

using namespace support;
using net = wherry::embed::network<model<[] { return program(); }, [] { return params(); }>>;

void run(const float (&x)[3], float (&y)[2], float (&z)[4]) {
#ifdef WHERRY_TWIN
    static_cast<void>(z), net::run(x, y);
#else
    static_cast<void>(y), net::run(x, z);
#endif
}
