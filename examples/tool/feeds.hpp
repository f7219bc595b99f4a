#ifndef WHERRY_TOOL_FEEDS_HPP
#define WHERRY_TOOL_FEEDS_HPP

#include "arrays.hpp"

#include <wherry/base/result.hpp>
#include <wherry/program/program.hpp>

#include <span>
#include <string>
#include <vector>

/// What is fed, against what a program asks for, before it runs: so that an error names the input and the option, not the operator that reads it.
namespace tool {

/// Checks that the arrays given are those wanted, of the element types and, where the program has them checked, the dims that it declares.
/// Errors: feed_mismatch, dtype_mismatch, shape_mismatch.
result<void> check_feeds(const Program& program, std::span<const std::string> wanted, std::span<const named_array> given);

/// Variables that operators of a training program read and none has written: what has to be fed, in the order of reading.
std::vector<std::string> inputs_of(const Program& program);

}  // namespace tool

#endif
