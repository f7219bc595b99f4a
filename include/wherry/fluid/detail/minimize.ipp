#ifndef WHERRY_FLUID_DETAIL_MINIMIZE_IPP
#define WHERRY_FLUID_DETAIL_MINIMIZE_IPP

#include <wherry/base/sequence.hpp>
#include <wherry/fluid/errors.hpp>
#include <wherry/fluid/framework.hpp>
#include <wherry/fluid/optimizer.hpp>
#include <wherry/version.hpp>

#include <string>
#include <utility>

namespace wherry::inline WHERRY_ABI::fluid::optimizer::detail {
template <class Core>
sequence<param_and_grad> throwing<Core>::minimize(const Variable& loss) {
    auto b = fluid::detail::builder();
    auto made = Core::minimize(b, loss);
    if (!made && made.error().message.view().starts_with("The loss.shape should be")) {
        auto what = std::string(made.error().message.view());
        throw AssertionError(what, std::move(made).error());
    }
    return unwrap(std::move(made));
}
}  // namespace wherry::inline WHERRY_ABI::fluid::optimizer::detail

#endif
