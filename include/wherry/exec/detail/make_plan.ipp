#ifndef WHERRY_EXEC_DETAIL_MAKE_PLAN_IPP
#define WHERRY_EXEC_DETAIL_MAKE_PLAN_IPP

#include <wherry/base/budget.hpp>
#include <wherry/base/limits.hpp>
#include <wherry/base/result.hpp>
#include <wherry/exec/detail/plan_maker.hpp>
#include <wherry/exec/plan.hpp>
#include <wherry/exec/plan_maker.hpp>
#include <wherry/program/program.hpp>
#include <wherry/tensor/scope.hpp>
#include <wherry/tensor/tensor.hpp>
#include <wherry/version.hpp>

#include <span>
#include <string>

namespace wherry::inline WHERRY_ABI {
WHERRY_INLINE result<plan> make_plan(const Program& program, op_table ops, std::span<const tensor_ref> feeds,
                                     std::span<const std::string> fetches, Scope& scope, const limits& caps) {
    return caught([&] { return plan_maker(program, ops, feeds, fetches, scope, caps).make(); });
}
}  // namespace wherry::inline WHERRY_ABI

#endif
