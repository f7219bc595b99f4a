// expect: wherry: this layout reads many records and this source holds one
#include <wherry/archive/archive.hpp>
#include <wherry/policy/memory.hpp>

using namespace wherry;

#ifdef WHERRY_TWIN
using checkpoint = archive<layout::combined>;
#else
using checkpoint = archive<layout::per_file>;
#endif
auto load(const Program& program, Scope& scope, std::string_view bytes) { return checkpoint::load(program, scope, memory{bytes}); }
