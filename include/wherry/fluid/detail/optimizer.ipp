#ifndef WHERRY_FLUID_DETAIL_OPTIMIZER_IPP
#define WHERRY_FLUID_DETAIL_OPTIMIZER_IPP

#include <wherry/base/sequence.hpp>
#include <wherry/fluid/detail/minimize.ipp>
#include <wherry/fluid/errors.hpp>
#include <wherry/fluid/framework.hpp>
#include <wherry/fluid/optimizer.hpp>
#include <wherry/train/backward.hpp>
#include <wherry/train/optimizer.hpp>
#include <wherry/version.hpp>

namespace wherry::inline WHERRY_ABI::fluid {
namespace backward {
WHERRY_INLINE sequence<param_and_grad> append_backward(const Variable& loss, const backward_options& options) {
    auto b = fluid::detail::builder();
    return unwrap(wherry::append_backward(b, loss, options));
}
}  // namespace backward

#ifdef WHERRY_COMPILED
namespace optimizer::detail {
template class throwing<wherry::SGD>;
template class throwing<wherry::Momentum>;
template class throwing<wherry::Adam>;
}  // namespace optimizer::detail
#endif

}  // namespace wherry::inline WHERRY_ABI::fluid

#endif
