// expect: wherry: this format only reads
#include <wherry/archive/archive.hpp>
#include <wherry/format/any_of.hpp>
#include <wherry/policy/memory.hpp>

using namespace wherry;

#ifdef WHERRY_TWIN
using checkpoint = archive<format::streams>;
#else
using checkpoint = archive<format::any_of<format::streams>>;
#endif
auto saved(std::span<const tensor_ref> tensors) { return checkpoint::save(tensors, memory{}); }
