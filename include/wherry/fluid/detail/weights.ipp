#ifndef WHERRY_FLUID_DETAIL_WEIGHTS_IPP
#define WHERRY_FLUID_DETAIL_WEIGHTS_IPP

#include <wherry/archive/weights.hpp>
#include <wherry/fluid/errors.hpp>
#include <wherry/fluid/weights.hpp>
#include <wherry/version.hpp>

#include <string>
#include <utility>

namespace wherry::inline WHERRY_ABI::fluid::io {
WHERRY_INLINE weight_list weights(const std::string& path) {
    auto all = wherry::weights(path);
    if (all) return *std::move(all);
    auto what = to_string(all.error());
    if (all.error().code == errc::not_found) throw IOError(what, std::move(all).error());
    throw ValueError(what, std::move(all).error());
}
}  // namespace wherry::inline WHERRY_ABI::fluid::io

#endif
