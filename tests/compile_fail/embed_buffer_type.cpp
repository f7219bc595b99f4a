// expect: wherry: this buffer has another element type than the network's, or no size known to the compiler
// expect[GNU]: culprit<wherry::v0::fixed_string<1>{"y"}>
// expect[Clang]: culprit<'y'>
#include "../support/embed_program.hpp"

#include <wherry/embed.hpp>

using namespace support;
using net = wherry::embed::network<model<[] { return program(); }, [] { return params(); }>>;

void run(const float (&x)[3], std::span<float> open, std::span<float, 2> fixed) {
#ifdef WHERRY_TWIN
    static_cast<void>(open), net::run(x, fixed);
#else
    static_cast<void>(fixed), net::run(x, open);
#endif
}
