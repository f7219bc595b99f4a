#ifndef WHERRY_EXEC_OP_INFERENCE_HPP
#define WHERRY_EXEC_OP_INFERENCE_HPP

#include <wherry/exec/op/arg.hpp>
#include <wherry/exec/op/bmm.hpp>
#include <wherry/exec/op/compare.hpp>
#include <wherry/exec/op/crf_decoding.hpp>
#include <wherry/exec/op/elementwise_pow.hpp>
#include <wherry/exec/op/expand.hpp>
#include <wherry/exec/op/fill.hpp>
#include <wherry/exec/op/flatten.hpp>
#include <wherry/exec/op/gather.hpp>
#include <wherry/exec/op/images.hpp>
#include <wherry/exec/op/lists.hpp>
#include <wherry/exec/op/log_softmax.hpp>
#include <wherry/exec/op/lstm.hpp>
#include <wherry/exec/op/meshgrid.hpp>
#include <wherry/exec/op/one_hot.hpp>
#include <wherry/exec/op/pad.hpp>
#include <wherry/exec/op/prelu.hpp>
#include <wherry/exec/op/range.hpp>
#include <wherry/exec/op/rearrange.hpp>
#include <wherry/exec/op/reduce_max.hpp>
#include <wherry/exec/op/reshape.hpp>
#include <wherry/exec/op/rnn.hpp>
#include <wherry/exec/op/sequence_expand.hpp>
#include <wherry/exec/op/sequence_pool.hpp>
#include <wherry/exec/op/set_value.hpp>
#include <wherry/exec/op/shape.hpp>
#include <wherry/exec/op/slice.hpp>
#include <wherry/exec/op/squeeze.hpp>
#include <wherry/exec/op/stack.hpp>
#include <wherry/exec/op/transpose.hpp>
#include <wherry/exec/op/unary.hpp>
#include <wherry/exec/op/where_index.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/version.hpp>

/// Operators that models are run with and that `op::every` does not name, so that nobody compiles them unasked:
///
///     wherry::Executor exe(wherry::op::inference{});
namespace wherry::inline WHERRY_ABI::op {

/// Functions of each element, products and reductions, and their gradients.
using functions =
    join_ops<unaries, op_list<prelu, prelu_grad, elementwise_pow, elementwise_pow_grad, elementwise_mod, elementwise_floordiv, bmm,
                              bmm_grad, log_softmax, log_softmax_grad, cumsum, p_norm, p_norm_grad, reduce_max, reduce_max_grad, reduce_min,
                              reduce_min_grad, reduce_prod, reduce_prod_grad, reduce_any, reduce_all>>;

/// Other dims, other places: operators that move elements, and their gradients.
using shapes =
    op_list<shape, size, reshape, reshape_grad, flatten, flatten_grad, flatten2, flatten2_grad, flatten_contiguous_range,
            flatten_contiguous_range_grad, squeeze, squeeze_grad, squeeze2, squeeze2_grad, unsqueeze, unsqueeze_grad, unsqueeze2,
            unsqueeze2_grad, transpose, transpose_grad, transpose2, transpose2_grad, slice, slice_grad, strided_slice, strided_slice_grad>;

/// Tensors put together, taken apart, repeated, chosen from, made of constants.
using assembly = op_list<stack, stack_grad, unstack, unstack_grad, unbind, split, expand, expand_grad, expand_v2, expand_v2_grad, expand_as,
                         expand_as_grad, expand_as_v2, expand_as_v2_grad, tile, tile_grad, pad, pad_grad, pad2d, pad2d_grad, pad3d,
                         pad3d_grad, gather, gather_grad, index_select, index_select_grad, gather_nd, gather_nd_grad,
                         fill_constant_batch_size_like, fill_any_like, fill_zeros_like, assign_value, increment, flip, roll, roll_grad,
                         pixel_shuffle, pixel_shuffle_grad, tril_triu, tril_triu_grad, one_hot, one_hot_v2, range, set_value, meshgrid>;

/// Comparisons, and positions of elements.
using comparisons = op_list<equal, not_equal, less_than, less_equal, greater_than, greater_equal, logical_and, logical_or, logical_xor,
                            logical_not, where, where_grad, where_index, arg_max, arg_min, argsort, argsort_grad, top_k_v2, top_k_v2_grad>;

/// Operators on sequences: rows that LoD puts together.
using sequences = op_list<sequence_pool, sequence_softmax, sequence_conv, sequence_expand, sequence_expand_as, sequence_concat, lod_reset,
                          lstm, gru, rnn, crf_decoding>;

/// `op::every` and these.
using inference = join_ops<every, images, functions, shapes, assembly, comparisons, sequences>;

}  // namespace wherry::inline WHERRY_ABI::op

#endif
