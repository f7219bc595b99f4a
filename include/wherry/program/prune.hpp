#ifndef WHERRY_PROGRAM_PRUNE_HPP
#define WHERRY_PROGRAM_PRUNE_HPP

#include <wherry/base/result.hpp>
#include <wherry/program/program.hpp>
#include <wherry/version.hpp>

#include <span>
#include <string>

namespace wherry::inline WHERRY_ABI {

/// A copy that holds only what is needed to make `targets` out of `feeds`: operators (of sub-blocks too) and the
/// variables they name, those sorted by name. Targets that are fed need no operator. Parameters stay Parameters.
/// Errors: no_such_variable for a target that no operator makes, bad_argument when feed and fetch operators are not
/// at the ends, bad_block, those of `Program::from_desc`.
/// Source: fluid.Program._prune_with_input, framework/prune.cc.
result<Program> prune(const Program& program, std::span<const std::string> feeds, std::span<const std::string> targets);

/// Makes a program fit for inference: `is_test` becomes true everywhere, what reads files goes (the first `read` operator
/// with all before it, and READER variables), and no variable is a Parameter any more.
/// Source: fluid.Program._inference_optimize.
void optimize_for_inference(Program& program);

}  // namespace wherry::inline WHERRY_ABI

#ifndef WHERRY_COMPILED
#include <wherry/program/detail/prune.ipp>
#endif

#endif
