#include "operators.hpp"

#include <wherry/exec/op/inference.hpp>

namespace tool {

wherry::Executor executor_of_all() { return wherry::Executor(wherry::op::inference{}); }

}  // namespace tool
