#ifndef WHERRY_TOOL_OPERATORS_HPP
#define WHERRY_TOOL_OPERATORS_HPP

#include <wherry/base/result.hpp>
#include <wherry/exec/executor.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/program/program.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace tool {

/// An Executor with every operator there is. They are compiled once, in operators.cpp: nothing here takes longer.
/// `threads`, 1 at least, holds for the process and is fixed by its first run.
wherry::Executor executor_of_all(std::size_t threads = 1);

/// The operators themselves, for what infers dims.
wherry::op_table all_operators();

/// True for an operator that `run` and `train` know.
bool can_run(std::string_view type);

/// The operators of a program that cannot be run, as "lstm, roi_align (3 times)"; empty where there are none.
std::string missing_operators(const wherry::Program& program);

/// Names all operators that cannot be run, not the first. Errors: unknown_op.
wherry::result<void> check_operators(const wherry::Program& program);

}  // namespace tool

#endif
