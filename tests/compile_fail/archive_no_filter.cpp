// expect: wherry: this type is not a policy: a policy declares its kind
#include <wherry/archive/archive.hpp>
#include <wherry/policy/memory.hpp>

using namespace wherry;

auto save(const Program& program, const Scope& scope) {
    const auto biases = [](const Variable& var) { return var.name().ends_with(".b_0"); };
#ifdef WHERRY_TWIN
    return archive<>::save(program, scope, memory{}, filter::where(biases));
#else
    return archive<>::save(program, scope, memory{}, biases);
#endif
}
