// expect: wherry: this is not a source
#include <wherry/archive/archive.hpp>
#include <wherry/policy/memory.hpp>

using namespace wherry;

struct my_source {
    static constexpr std::string_view name = "my_source";
    static constexpr bool many_records = true;
#ifdef WHERRY_TWIN
    result<void> expect(std::span<const std::string_view>) { return {}; }
#endif
    result<memory_reader> open(std::string_view) { return memory_reader(""); }
};

void load(const Program& program, Scope& scope) { static_cast<void>(archive<>::load(program, scope, my_source{})); }
