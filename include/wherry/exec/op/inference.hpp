#ifndef WHERRY_EXEC_OP_INFERENCE_HPP
#define WHERRY_EXEC_OP_INFERENCE_HPP

#include <wherry/exec/op/convolution.hpp>
#include <wherry/exec/op/lists.hpp>
#include <wherry/exec/op/unary.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/version.hpp>

/// Operators that models are run with and that `op::every` does not name, so that nobody compiles them unasked:
///
///     wherry::Executor exe(wherry::op::inference{});
namespace wherry::inline WHERRY_ABI::op {

/// Convolution, pooling, normalisation, resizing and boxes.
using images = op_list<conv2d, depthwise_conv2d, conv3d>;

/// Functions of each element, and their gradients.
using functions = join_ops<unaries>;

/// `op::every` and these.
using inference = join_ops<every, images, functions>;

}  // namespace wherry::inline WHERRY_ABI::op

#endif
