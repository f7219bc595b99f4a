#include "operators.hpp"

#include <wherry/exec/op/all.hpp>

namespace tool {

wherry::Executor executor_of_all() { return wherry::Executor(wherry::op::all{}); }

}  // namespace tool
