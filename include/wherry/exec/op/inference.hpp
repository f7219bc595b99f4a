#ifndef WHERRY_EXEC_OP_INFERENCE_HPP
#define WHERRY_EXEC_OP_INFERENCE_HPP

#include <wherry/exec/op/lists.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/version.hpp>

/// Operators that models are run with and that `op::every` does not name, so that nobody compiles them unasked:
///
///     wherry::Executor exe(wherry::op::inference{});
namespace wherry::inline WHERRY_ABI::op {

/// Convolution, pooling, normalisation, resizing and boxes.
using images = op_list<>;

/// `op::every` and these.
using inference = join_ops<every, images>;

}  // namespace wherry::inline WHERRY_ABI::op

#endif
