#ifndef WHERRY_FLUID_DETAIL_MINIMIZE_IPP
#define WHERRY_FLUID_DETAIL_MINIMIZE_IPP

#include <wherry/base/sequence.hpp>
#include <wherry/fluid/errors.hpp>
#include <wherry/fluid/framework.hpp>
#include <wherry/fluid/optimizer.hpp>
#include <wherry/version.hpp>

namespace wherry::inline WHERRY_ABI::fluid::optimizer::detail {
template <class Core>
sequence<param_and_grad> throwing<Core>::minimize(const Variable& loss) {
    auto b = fluid::detail::builder();
    return unwrap(Core::minimize(b, loss));
}
}  // namespace wherry::inline WHERRY_ABI::fluid::optimizer::detail

#endif
