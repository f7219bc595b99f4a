#ifndef WHERRY_EXEC_OP_INFERENCE_HPP
#define WHERRY_EXEC_OP_INFERENCE_HPP

#include <wherry/exec/op/convolution.hpp>
#include <wherry/exec/op/flatten.hpp>
#include <wherry/exec/op/lists.hpp>
#include <wherry/exec/op/reshape.hpp>
#include <wherry/exec/op/shape.hpp>
#include <wherry/exec/op/slice.hpp>
#include <wherry/exec/op/squeeze.hpp>
#include <wherry/exec/op/transpose.hpp>
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

/// Other dims, other places: operators that move elements, and their gradients.
using shapes =
    op_list<shape, size, reshape, reshape_grad, flatten, flatten_grad, flatten2, flatten2_grad, flatten_contiguous_range,
            flatten_contiguous_range_grad, squeeze, squeeze_grad, squeeze2, squeeze2_grad, unsqueeze, unsqueeze_grad, unsqueeze2,
            unsqueeze2_grad, transpose, transpose_grad, transpose2, transpose2_grad, slice, slice_grad, strided_slice, strided_slice_grad>;

/// `op::every` and these.
using inference = join_ops<every, images, functions, shapes>;

}  // namespace wherry::inline WHERRY_ABI::op

#endif
