// expect: wherry: run takes one buffer for each input, then one for each output: given and expected
// expect[GNU]: , 1, 2>
// expect[Clang]: , 1, 2>
#include "../support/embed_program.hpp"

#include <wherry/embed.hpp>

using namespace support;
using net = wherry::embed::network<model<[] { return program(); }, [] { return params(); }>>;

void run(const float (&x)[3], float (&y)[2]) {
#ifdef WHERRY_TWIN
    net::run(x, y);
#else
    static_cast<void>(y), net::run(x);
#endif
}
