#ifndef WHERRY_EXEC_OP_SELECTED_ROWS_HPP
#define WHERRY_EXEC_OP_SELECTED_ROWS_HPP

#include <wherry/base/result.hpp>
#include <wherry/exec/op/assign.hpp>
#include <wherry/version.hpp>

#include <array>
#include <span>
#include <string_view>

/// Gradients of sparse embeddings are declared as SelectedRows and held as whole tensors here, in which each row is already the sum of
/// all that falls into it. So both operators that take such a gradient apart are copies.
namespace wherry::inline WHERRY_ABI::op {

/// Each row once. Shapes: X and Out alike. Source: paddle operator `merge_selected_rows`.
struct merge_selected_rows : assign {
    static constexpr std::string_view type = "merge_selected_rows";
    static VarKind out_kind(const attributes&, std::span<const VarKind>) { return VarKind::SELECTED_ROWS; }
    static void gradient(gradient_maker&) = delete;
};

/// The whole tensor. Shapes: X and Out alike. Source: paddle operator `get_tensor_from_selected_rows`.
struct get_tensor_from_selected_rows : assign {
    static constexpr std::string_view type = "get_tensor_from_selected_rows";
    [[gnu::cold]] static result<void> infer(const attributes&, infer_context& c) {
        c.set_out(0, {c.in(0).dtype, c.in(0).dims});
        return {};
    }
    static void gradient(gradient_maker&) = delete;
};

}  // namespace wherry::inline WHERRY_ABI::op

#endif
