#ifndef WHERRY_FLUID_WEIGHTS_HPP
#define WHERRY_FLUID_WEIGHTS_HPP

#include <wherry/archive/weights.hpp>
#include <wherry/fluid/errors.hpp>
#include <wherry/version.hpp>

#include <string>
#include <utility>

namespace wherry::inline WHERRY_ABI::fluid::io {

/// All tensors of a model file or folder, without a program: `for (const auto& weight : fluid::io::weights("model"))`.
/// Throws IOError (no such file), ValueError (no tensors in it).
inline weight_list weights(const std::string& path) {
    auto all = wherry::weights(path);
    if (all) return *std::move(all);
    auto what = to_string(all.error());
    if (all.error().code == errc::not_found) throw IOError(what, std::move(all).error());
    throw ValueError(what, std::move(all).error());
}

}  // namespace wherry::inline WHERRY_ABI::fluid::io

#endif
