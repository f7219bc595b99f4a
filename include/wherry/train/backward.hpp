#ifndef WHERRY_TRAIN_BACKWARD_HPP
#define WHERRY_TRAIN_BACKWARD_HPP

#include <wherry/base/name_map.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/exec/op/fill_constant.hpp>
#include <wherry/exec/op/sum.hpp>
#include <wherry/layers/builder.hpp>
#include <wherry/program/block.hpp>
#include <wherry/program/operator.hpp>
#include <wherry/program/variable.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI {

/// A parameter and the variable that holds its gradient.
struct param_and_grad {
    Variable param;
    Variable grad;
};

/// Options of `append_backward`.
struct backward_options {
    sequence<std::string> parameter_list{};  ///< only these variables, in this order; none: every trainable Parameter
    sequence<std::string> no_grad_set{};     ///< variables through which nothing flows
};

/// Appends the operators that compute d loss / d parameter to the program, and returns the pairs in order of the
/// parameters' creation, or of the list that was given; what the loss does not depend on is left out.
/// Errors: no_such_variable (no operator makes the loss), no_gradient (an operator on the way has none), unknown_op.
/// Source: fluid.backward.append_backward.
result<sequence<param_and_grad>> append_backward(Builder<>& b, const Variable& loss, const backward_options& options = {});

}  // namespace wherry::inline WHERRY_ABI

#ifndef WHERRY_COMPILED
#include <wherry/train/detail/backward.ipp>
#endif

#endif
