#ifndef WHERRY_EXEC_OP_ALL_HPP
#define WHERRY_EXEC_OP_ALL_HPP

#include <wherry/exec/op_list.hpp>
#ifndef WHERRY_COMPILED
#include <wherry/exec/op/lists.hpp>
#endif
#include <wherry/version.hpp>

#include <string_view>

namespace wherry::inline WHERRY_ABI::op {

/// Every operator there is. `save`, `load` and the like are left out on purpose: a model is data and opens no file.
#ifndef WHERRY_COMPILED
using all = every;
#else
/// In the compiled mode the library has their table; `op::every` (exec/op/lists.hpp) is the list to add to or to give another gemm.
struct all {
    using kind = kinds::operators;
    static constexpr std::string_view name = "all";
    static const op_table table;
    static const op_table run_table;
};
#endif

}  // namespace wherry::inline WHERRY_ABI::op

#endif
