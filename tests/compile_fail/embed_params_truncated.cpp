// expect: wherry: Model::params ends before this variable: bytes found and expected
// expect[GNU]: culprit<wherry::v0::fixed_string<1>{"w"}>
// expect[Clang]: culprit<'w'>
// expect[GNU]: , 81, 82>
// expect[Clang]: , 81, 82>
#include "../support/embed_program.hpp"

#include <wherry/embed.hpp>

using namespace support;
struct cut {
    static constexpr bytes whole = support::program(), stream = support::params();
    static constexpr std::string_view program = whole.view();
#ifdef WHERRY_TWIN
    static constexpr std::string_view params = stream.view();
#else
    static constexpr std::string_view params = stream.view().substr(0, stream.size - 1);
#endif
};
const auto bytes_of_ram = wherry::embed::network<cut>::arena_bytes;
