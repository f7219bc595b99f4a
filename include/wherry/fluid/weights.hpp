#ifndef WHERRY_FLUID_WEIGHTS_HPP
#define WHERRY_FLUID_WEIGHTS_HPP

#include <wherry/archive/weights.hpp>
#include <wherry/version.hpp>

#include <string>

namespace wherry::inline WHERRY_ABI::fluid::io {

/// All tensors of a model file or folder, without a program: `for (const auto& weight : fluid::io::weights("model"))`.
/// Throws IOError (no such file), ValueError (no tensors in it).
weight_list weights(const std::string& path);

}  // namespace wherry::inline WHERRY_ABI::fluid::io

#ifndef WHERRY_COMPILED
#include <wherry/fluid/detail/weights.ipp>
#endif

#endif
