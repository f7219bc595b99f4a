// expect: wherry: a policy is given to archive and another one of its kind to the call
#include <wherry/archive/archive.hpp>
#include <wherry/policy/memory.hpp>

using namespace wherry;

auto save(const Program& program, const Scope& scope) {
    const auto biases = filter::where([](const Variable& var) { return var.name().ends_with(".b_0"); });
#ifdef WHERRY_TWIN
    return archive<>::save(program, scope, memory{}, filter::parameters{} && biases);
#else
    return archive<filter::parameters>::save(program, scope, memory{}, biases);
#endif
}
