#ifndef WHERRY_EXEC_BIND_OPS_HPP
#define WHERRY_EXEC_BIND_OPS_HPP

#include <wherry/exec/op_list.hpp>
#include <wherry/program/program.hpp>
#include <wherry/version.hpp>

namespace wherry::inline WHERRY_ABI {

/// Gives the operators of a program their implementations out of a list: those of a program that comes from bytes have none.
/// `bind_ops(program, op_list<op::mul, op::softmax>::run_table)`; to train it, `::table`. Operators that the list lacks stay as they are.
inline void bind_ops(Program& program, op_table ops) {
    for (auto& block : program.blocks())
        for (auto& op : block.ops())
            if (const auto* info = find_op(ops, op.type()); info != nullptr) op.set_implementation(info);
}

}  // namespace wherry::inline WHERRY_ABI

#endif
