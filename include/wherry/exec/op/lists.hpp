#ifndef WHERRY_EXEC_OP_LISTS_HPP
#define WHERRY_EXEC_OP_LISTS_HPP

#include <wherry/exec/op/accuracy.hpp>
#include <wherry/exec/op/activation.hpp>
#include <wherry/exec/op/assign.hpp>
#include <wherry/exec/op/cast.hpp>
#include <wherry/exec/op/clip.hpp>
#include <wherry/exec/op/concat.hpp>
#include <wherry/exec/op/cross_entropy.hpp>
#include <wherry/exec/op/dropout.hpp>
#include <wherry/exec/op/elementwise.hpp>
#include <wherry/exec/op/feed.hpp>
#include <wherry/exec/op/fetch.hpp>
#include <wherry/exec/op/fill_constant.hpp>
#include <wherry/exec/op/lookup_table.hpp>
#include <wherry/exec/op/matmul.hpp>
#include <wherry/exec/op/mean.hpp>
#include <wherry/exec/op/mul.hpp>
#include <wherry/exec/op/optimizer.hpp>
#include <wherry/exec/op/random.hpp>
#include <wherry/exec/op/reduce.hpp>
#include <wherry/exec/op/reshape.hpp>
#include <wherry/exec/op/scale.hpp>
#include <wherry/exec/op/selected_rows.hpp>
#include <wherry/exec/op/softmax.hpp>
#include <wherry/exec/op/softmax_with_cross_entropy.hpp>
#include <wherry/exec/op/squared_l2_norm.hpp>
#include <wherry/exec/op/sum.hpp>
#include <wherry/exec/op/top_k.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/version.hpp>

namespace wherry::inline WHERRY_ABI::op {

/// Feeding, fetching, and the first values of variables.
using sources = op_list<feed, fetch, fill_constant, uniform_random, gaussian_random, truncated_gaussian_random>;

/// Forward operators and their gradients.
using maths =
    op_list<mul, mul_grad, matmul, matmul_grad, matmul_v2, matmul_v2_grad, elementwise_add, elementwise_add_grad, elementwise_sub,
            elementwise_sub_grad, elementwise_mul, elementwise_mul_grad, elementwise_div, elementwise_div_grad, elementwise_max,
            elementwise_max_grad, elementwise_min, elementwise_min_grad, relu, relu_grad, tanh, tanh_grad, sigmoid, sigmoid_grad, sqrt,
            sqrt_grad, square, square_grad, softmax, softmax_grad, mean, mean_grad, reduce_sum, reduce_sum_grad, reduce_mean,
            reduce_mean_grad, sum, scale, clip, clip_grad, squared_l2_norm, squared_l2_norm_grad, dropout, dropout_grad>;
using losses = op_list<cross_entropy, cross_entropy_grad, cross_entropy2, cross_entropy_grad2, softmax_with_cross_entropy,
                       softmax_with_cross_entropy_grad, top_k, top_k_grad, accuracy>;
using arrays = op_list<concat, concat_grad, reshape2, reshape2_grad, assign, cast, lookup_table, lookup_table_grad, lookup_table_v2,
                       lookup_table_v2_grad, merge_selected_rows, get_tensor_from_selected_rows>;

/// Updates of parameters.
using updates = op_list<sgd, momentum, adam, adamw, adagrad, rmsprop>;

/// All of these: what `op::all` names, as a list that can be changed in the compiled mode, too.
using every = join_ops<sources, maths, losses, arrays, updates>;

}  // namespace wherry::inline WHERRY_ABI::op

#endif
