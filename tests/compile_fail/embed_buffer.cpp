// case count: wherry: run takes one buffer for each input, then one for each output: given and expected
// case count: , 1, 2>
// case named: wherry: the network has no input or output of this name
// case named[GNU]: culprit<wherry::v0::fixed_string<1>{"z"}>
// case named[Clang]: culprit<'z'>
// case size: wherry: this buffer has another number of elements than the network's: given and expected
// case size[GNU]: culprit<wherry::v0::fixed_string<1>{"y"}>
// case size[Clang]: culprit<'y'>
// case size: , 4, 2>
// case type: wherry: this buffer has another element type than the network's, or no size known to the compiler
// case type[GNU]: culprit<wherry::v0::fixed_string<1>{"y"}>
// case type[Clang]: culprit<'y'>
#include "../support/embed_program.hpp"

#include <wherry/embed.hpp>

#include <span>

using namespace support;
using namespace wherry::embed;

using net = network<model<[] { return program(); }, [] { return params(); }>>;

void run(const float (&x)[3], float (&y)[2], [[maybe_unused]] float (&z)[4], [[maybe_unused]] std::span<float> open,
         std::span<float, 2> fixed) {
    net::run(x, y);
    net::run(x, fixed);
    net::run(fetch<"y">(y), feed<"x">(x));
#if defined(CASE_count)
    net::run(x);
#elif defined(CASE_named)
    net::run(fetch<"y">(y), feed<"z">(x));
#elif defined(CASE_size)
    net::run(x, z);
#elif defined(CASE_type)
    net::run(x, open);
#endif
}
