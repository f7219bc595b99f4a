// expect: wherry: the network has no input or output of this name
// expect[GNU]: culprit<wherry::v0::fixed_string<1>{"z"}>
// expect[Clang]: culprit<'z'>
#include "../support/embed_program.hpp"

#include <wherry/embed.hpp>

using namespace support;
using net = wherry::embed::network<model<[] { return program(); }, [] { return params(); }>>;

void run(const float (&x)[3], float (&y)[2]) {
    using namespace wherry::embed;
#ifdef WHERRY_TWIN
    net::run(fetch<"y">(y), feed<"x">(x));
#else
    net::run(fetch<"y">(y), feed<"z">(x));
#endif
}
