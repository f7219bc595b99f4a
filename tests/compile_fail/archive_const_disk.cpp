// expect: wherry: this is not a source
#include <wherry/archive/archive.hpp>
#include <wherry/policy/disk.hpp>

using namespace wherry;

#ifdef WHERRY_TWIN
auto load(const Program& program, Scope& scope, disk& source) { return archive<>::load(program, scope, source); }
#else
auto load(const Program& program, Scope& scope, const disk& source) { return archive<>::load(program, scope, source); }
#endif
