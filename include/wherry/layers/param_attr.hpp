#ifndef WHERRY_LAYERS_PARAM_ATTR_HPP
#define WHERRY_LAYERS_PARAM_ATTR_HPP

#include <wherry/layers/initializer.hpp>
#include <wherry/program/variable.hpp>
#include <wherry/version.hpp>

#include <optional>
#include <string>

namespace wherry::inline WHERRY_ABI {

/// How a layer makes one of its parameters. A name that was used before shares that parameter.
struct ParamAttr {
    std::string name{};                         ///< empty: made from the layer's
    std::optional<Initializer> initializer{};   ///< none: the layer's own
    float learning_rate = 1;                    ///< factor on the optimizer's
    std::optional<weight_decay> regularizer{};  ///< instead of the optimizer's
    bool trainable = true;
    bool do_model_average = true;  ///< false: an ExponentialMovingAverage leaves it out
};

}  // namespace wherry::inline WHERRY_ABI

#endif
