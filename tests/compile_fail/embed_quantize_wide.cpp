// expect: wherry: quantize<std::int8_t> is the only one there is
#include <wherry/embed.hpp>

#include <cstdint>

using namespace wherry::embed;
#ifdef WHERRY_TWIN
const auto name = quantize<std::int8_t>::name;
#else
const auto name = quantize<std::int16_t>::name;
#endif
