// expect: wherry: save returns bytes that lie in this sink, so the sink must be a named variable
#include <wherry/archive/archive.hpp>
#include <wherry/policy/memory.hpp>

using namespace wherry;

std::size_t save(const Program& program, const Scope& scope) {
#ifdef WHERRY_TWIN
    fixed<4096> sink;
    const auto saved = archive<>::save(program, scope, sink);
#else
    const auto saved = archive<>::save(program, scope, fixed<4096>{});
#endif
    return saved ? saved->size() : 0;
}
