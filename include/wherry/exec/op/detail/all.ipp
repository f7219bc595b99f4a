#ifndef WHERRY_EXEC_OP_DETAIL_ALL_IPP
#define WHERRY_EXEC_OP_DETAIL_ALL_IPP

#include <wherry/exec/op/all.hpp>
#include <wherry/exec/op/lists.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/version.hpp>

#ifdef WHERRY_COMPILED
namespace wherry::inline WHERRY_ABI::op {
constinit const op_table all::table = every::table;
constinit const op_table all::run_table = every::table;
}  // namespace wherry::inline WHERRY_ABI::op
#endif

#endif
