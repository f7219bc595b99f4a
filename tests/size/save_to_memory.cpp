// A program that only saves parameters to memory: check.cmake looks at what it needs of the system's libraries. With
// WHERRY_TO_DISK it writes a file, which the check must see.
#include <wherry/archive/archive.hpp>
#include <wherry/policy/disk.hpp>
#include <wherry/policy/memory.hpp>

#include <cstdint>
#include <string>
#include <utility>

int main() {
    wherry::Program program;
    wherry::wire::VarDesc<> desc;
    desc.name = "w";
    desc.type.type = wherry::VarKind::LOD_TENSOR;
    desc.type.lod_tensor.emplace().tensor = {wherry::DType::FP32, {3}, {}};
    desc.persistable = true;
    program.global_block().create_var(std::move(desc)).set_parameter(wherry::parameter_traits{});
    wherry::Scope scope;
    scope.var("w") = wherry::Tensor::of<float>({3}, {1, 2, 3});

    using parameters = wherry::archive<wherry::filter::parameters>;
#ifdef WHERRY_TO_DISK
    if (!parameters::save(program, scope, wherry::disk{"w"})) return 1;
#endif
    const auto bytes = parameters::save(program, scope, wherry::memory{});
    return bytes && bytes->size() == 4 + 8 + 4 + 4 + 4 + 12 ? 0 : 1;
}
