#ifndef WHERRY_FLUID_OPTIMIZER_HPP
#define WHERRY_FLUID_OPTIMIZER_HPP

#include <wherry/base/sequence.hpp>
#include <wherry/fluid/framework.hpp>
#include <wherry/program/variable.hpp>
#include <wherry/train/optimizer.hpp>
#include <wherry/version.hpp>

#include <string>
#include <utility>

/// `fluid.optimizer`, `fluid.regularizer`, `fluid.clip` and `fluid.backward` on the default programs.
namespace wherry::inline WHERRY_ABI::fluid {

namespace regularizer {
using wherry::L2Decay;
}  // namespace regularizer
namespace clip {
using wherry::GradientClipByGlobalNorm;
using wherry::GradientClipByNorm;
using wherry::GradientClipByValue;
}  // namespace clip

namespace backward {
/// Pairs of parameter and gradient, in order of the parameters' creation.
sequence<param_and_grad> append_backward(const Variable& loss, const backward_options& options = {});
}  // namespace backward

namespace optimizer {
/// Options that all optimizers take besides their own numbers.
using options = wherry::optimizer_options;

namespace detail {
/// An optimizer of the core whose `minimize` builds into the default programs and throws.
template <class Core>
class throwing : public Core {
  public:
    using Core::Core;
    sequence<param_and_grad> minimize(const Variable& loss);
};
}  // namespace detail

/// Optimizers by both of the names that the reference has for each. `minimize` appends to the default programs. The
/// others are in fluid/training.hpp.
using SGD = detail::throwing<wherry::SGD>;
using Momentum = detail::throwing<wherry::Momentum>;
using Adam = detail::throwing<wherry::Adam>;
using SGDOptimizer = SGD;
using MomentumOptimizer = Momentum;
using AdamOptimizer = Adam;
}  // namespace optimizer

}  // namespace wherry::inline WHERRY_ABI::fluid

#ifndef WHERRY_COMPILED
#include <wherry/fluid/detail/optimizer.ipp>
#endif

#endif
