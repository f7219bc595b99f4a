#ifndef WHERRY_TRAIN_REGULARIZER_HPP
#define WHERRY_TRAIN_REGULARIZER_HPP

#include <wherry/exec/op/sign.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/program/variable.hpp>
#include <wherry/version.hpp>

namespace wherry::inline WHERRY_ABI {

/// Weight decay by the sign of each element of the parameter, which drives small ones to 0.
/// Source: fluid.regularizer.L1Decay.
struct L1Decay : weight_decay {
    explicit L1Decay(float by = 0) noexcept : weight_decay{by, &implementation_of<op::sign, carries::kernels>} {}
};

}  // namespace wherry::inline WHERRY_ABI

#endif
