#ifndef WHERRY_EXEC_REWRITE_FOR_INFERENCE_HPP
#define WHERRY_EXEC_REWRITE_FOR_INFERENCE_HPP

#include <wherry/base/result.hpp>
#include <wherry/exec/rewrite/drop_identities.hpp>
#include <wherry/exec/rewrite/fold_batch_norm.hpp>
#include <wherry/exec/rewrite/fuse_convolution.hpp>
#include <wherry/exec/rewrite/rewriter.hpp>
#include <wherry/program/program.hpp>
#include <wherry/tensor/scope.hpp>
#include <wherry/version.hpp>

#include <span>
#include <string>

namespace wherry::inline WHERRY_ABI::rewrite {

/// All rules, in the order in which one makes room for the next. Call it once after a load, and run what it gives:
///
///     auto fast = rewrite::for_inference(model.program, scope, fetches);
///     Executor exe(op::inference{});
///     exe.run(*fast, scope, feeds, fetches);
///
/// A result differs by less than 1e-5 of its largest value. For single rules see rewrite::apply.
inline result<Program> for_inference(const Program& program, Scope& scope, std::span<const std::string> fetched = {}) {
    return apply<drop_identities, fold_batch_norm, fuse_convolution>(program, scope, fetched);
}

}  // namespace wherry::inline WHERRY_ABI::rewrite

#endif
