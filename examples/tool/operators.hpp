#ifndef WHERRY_TOOL_OPERATORS_HPP
#define WHERRY_TOOL_OPERATORS_HPP

#include <wherry/exec/executor.hpp>

namespace tool {

/// An Executor with every operator there is. They are compiled once, in operators.cpp: nothing here takes longer.
wherry::Executor executor_of_all();

}  // namespace tool

#endif
