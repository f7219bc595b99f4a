// expect: wherry: Model::program is not a ProgramDesc, or is cut
#include "../support/embed_program.hpp"

#include <wherry/embed.hpp>

using namespace support;
struct cut {
    static constexpr bytes whole = support::program(), stream = support::params();
#ifdef WHERRY_TWIN
    static constexpr std::string_view program = whole.view();
#else
    static constexpr std::string_view program = whole.view().substr(0, whole.size - 1);
#endif
    static constexpr std::string_view params = stream.view();
};
const auto bytes_of_ram = wherry::embed::network<cut>::arena_bytes;
