#ifndef WHERRY_EXEC_PLAN_MAKER_HPP
#define WHERRY_EXEC_PLAN_MAKER_HPP

#include <wherry/base/limits.hpp>
#include <wherry/base/result.hpp>
#include <wherry/exec/plan.hpp>
#include <wherry/program/program.hpp>
#include <wherry/tensor/scope.hpp>
#include <wherry/tensor/tensor.hpp>
#include <wherry/version.hpp>

#include <span>
#include <string>

namespace wherry::inline WHERRY_ABI {

/// Plans a program. Feeds give names, element types and dims; `scope` gives those of the persistables.
/// Errors: unknown_op, missing_slot, bad_attribute, no_such_variable, duplicate_name (fed twice), not_found (fetched, and nowhere),
/// not_initialized, shape_mismatch, dtype_mismatch, feed_mismatch, fetch_mismatch, bad_argument (fed bytes that do not fit their
/// dims), bad_lod, bad_dims, too_large, out_of_memory, overflow, unsupported. The scope is not changed.
result<plan> make_plan(const Program& program, op_table ops, std::span<const tensor_ref> feeds, std::span<const std::string> fetches,
                       Scope& scope, const limits& caps = {});

}  // namespace wherry::inline WHERRY_ABI

#ifndef WHERRY_COMPILED
#include <wherry/exec/detail/make_plan.ipp>
#endif

#endif
