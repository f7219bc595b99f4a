#ifndef WHERRY_EXEC_OP_TRAINING_HPP
#define WHERRY_EXEC_OP_TRAINING_HPP

#include <wherry/exec/op/adaptive_optimizer.hpp>
#include <wherry/exec/op/clip_by_norm.hpp>
#include <wherry/exec/op/compare.hpp>
#include <wherry/exec/op/conditional_block.hpp>
#include <wherry/exec/op/elementwise_pow.hpp>
#include <wherry/exec/op/fill.hpp>
#include <wherry/exec/op/lists.hpp>
#include <wherry/exec/op/sign.hpp>
#include <wherry/exec/op/unary.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/version.hpp>

namespace wherry::inline WHERRY_ABI::op {

/// What schedules of the learning rate, clipping and decay append beside the operators of `every`.
using schedules = op_list<increment, floor, ceil, exp, cos, elementwise_pow, less_than, equal, logical_and, logical_not, conditional_block,
                          clip_by_norm, sign>;

/// `every`, and what training programs with other optimizers and with schedules need: `bind_ops(program, op::training::run_table)` for those from
/// bytes.
using training = join_ops<every, adaptive_updates, schedules>;

}  // namespace wherry::inline WHERRY_ABI::op

#endif
