#ifndef WHERRY_EXEC_CHECK_OPS_HPP
#define WHERRY_EXEC_CHECK_OPS_HPP

#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/program/program.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <string>
#include <string_view>

namespace wherry::inline WHERRY_ABI {

/// Whether every operator of a program, in all of its blocks, has an implementation with a kernel.
/// Errors: unknown_op; `found` lists each type that has none once, in the order of the program.
inline result<void> check_ops(op_table table, const Program& program) {
    sequence<std::string_view> missing;
    for (const auto& block : program.blocks())
        for (const auto& op : block.ops()) {
            if (op.type() == "feed" || op.type() == "fetch") continue;  // a plan does their work
            const auto known = require_op(table, op);
            if (known && (*known)->run != nullptr) continue;
            if (std::find(missing.begin(), missing.end(), op.type()) == missing.end()) missing.push_back(op.type());
        }
    if (missing.empty()) return {};
    std::string listed;
    for (const auto type : missing) listed.append(listed.empty() ? "" : ", ").append(type);
    return failure(errc::unknown_op, {decimal(missing.size()), missing.size() == 1 ? " operator" : " operators",
                                      " of the program cannot run here: ", listed, "."})
        .of_op(missing.front())
        .expected("operators that the program carries (Builder::append, bind_ops) or the executor names "
                  "(Executor(op_list<...>{}), Executor(op::all{}))")
        .found(listed);
}

}  // namespace wherry::inline WHERRY_ABI

#endif
