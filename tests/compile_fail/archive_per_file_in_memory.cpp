// expect: wherry: this layout makes many records and this sink holds one
#include <wherry/archive/archive.hpp>
#include <wherry/policy/memory.hpp>

using namespace wherry;

#ifdef WHERRY_TWIN
using checkpoint = archive<layout::combined>;
#else
using checkpoint = archive<layout::per_file>;
#endif
auto save(const Program& program, const Scope& scope) { return checkpoint::save(program, scope, memory{}); }
