#ifndef WHERRY_ARCHIVE_SELECT_HPP
#define WHERRY_ARCHIVE_SELECT_HPP

#include <wherry/base/order.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/policy/filter.hpp>
#include <wherry/program/program.hpp>
#include <wherry/program/variable.hpp>
#include <wherry/record/load_plan.hpp>
#include <wherry/tensor/scope.hpp>
#include <wherry/tensor/selected_rows.hpp>
#include <wherry/tensor/tensor.hpp>
#include <wherry/version.hpp>
#include <wherry/wire/var_kind.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI {

/// The variables of all blocks that pass a filter, in block order. Source: save_vars, load_vars.
template <VariablePredicate F>
sequence<Variable> select(const Program& program, const F& filter = {}) {
    auto all = program.list_vars();
    erase_if(all, [&](const Variable& var) { return !filter(var); });
    return all;
}

namespace detail {
constexpr std::string_view why_no_tensor(VarKind kind) noexcept {
    if (kind == VarKind::LOD_TENSOR_ARRAY) return "a tensor array has no form in a file: save its tensors one by one";
    if (kind == VarKind::SELECTED_ROWS)
        return "SelectedRows have a file of their own: save and load one file per variable, or use save_selected_rows";
    return "only LoDTensor variables have a place in these files";
}
}  // namespace detail

/// The variables of a list that are saved or loaded: RAW ones are skipped, a name counts once, the first time. `with_rows` where
/// SelectedRows have a place. Errors: nothing_to_save, mixed_kinds, bad_argument for an empty handle.
inline result<sequence<Variable>> tensors_among(std::span<const Variable> variables, bool with_rows = false) {
    sequence<Variable> kept;
    kept.reserve(variables.size());
    for (const auto& var : variables) {
        if (!var) return failure(errc::bad_argument, "the list holds an empty Variable");
        if (var.kind() == VarKind::RAW) continue;
        if (var.kind() != VarKind::LOD_TENSOR && !(with_rows && var.kind() == VarKind::SELECTED_ROWS))
            return failure(errc::mixed_kinds, detail::why_no_tensor(var.kind()))
                .of_variable(var.name())
                .expected("LOD_TENSOR")
                .found(wire::name_of(var.kind()));
        kept.push_back(var);
    }
    sequence<std::string_view> names;
    names.reserve(kept.size());
    for (const auto& var : kept) names.push_back(var.name());
    const auto order = order_of(names);
    sequence<bool> again(kept.size(), false);
    for (std::size_t i = 1; i < order.size(); ++i) again[order[i]] = names[order[i]] == names[order[i - 1]];
    std::size_t at = 0;
    erase_if(kept, [&](const Variable&) { return again[at++]; });
    if (kept.empty())
        return failure(errc::nothing_to_save, variables.empty()
                                                  ? "no variable passes the filter"
                                                  : "every variable that passes the filter is of kind RAW, which is never saved");
    return kept;
}

/// Values of a scope. `gathered` keeps the rows of variables that the Executor holds as whole arrays.
/// Errors: not_initialized, out_of_memory.
inline result<sequence<tensor_ref>> refs_of(std::span<const Variable> variables, const Scope& scope,
                                            sequence<std::unique_ptr<SelectedRows>>& gathered) {
    sequence<tensor_ref> refs;
    refs.reserve(variables.size());
    for (const auto& var : variables) {
        const auto* tensor = scope.find_var(var.name());
        if (var.kind() == VarKind::SELECTED_ROWS && tensor != nullptr) {
            const auto* rows = scope.find_rows(var.name());
            if (tensor->is_initialized()) {
                auto present = present_rows(*tensor);
                if (!present) return present.failure().of_variable(var.name());
                rows = gathered.emplace_back(std::make_unique<SelectedRows>(*std::move(present))).get();
            }
            if (rows != nullptr && rows->value.is_initialized()) {
                refs.push_back(rows->ref(var.name()));
                continue;
            }
        }
        if (tensor == nullptr || !tensor->is_initialized())
            return failure(errc::not_initialized, tensor == nullptr ? "the scope has no such variable" : "the variable holds no value yet")
                .of_variable(var.name());
        refs.push_back(tensor->ref(var.name()));
    }
    return refs;
}

/// The same where the list holds no SelectedRows.
inline result<sequence<tensor_ref>> refs_of(std::span<const Variable> variables, const Scope& scope) {
    sequence<std::unique_ptr<SelectedRows>> none;
    return refs_of(variables, scope, none);
}

namespace detail {
inline sequence<wanted_tensor> wanted_of(std::span<const Variable> variables) {
    sequence<wanted_tensor> wanted;
    wanted.reserve(variables.size());
    for (const auto& var : variables) wanted.push_back({var.name(), var, var.kind() == VarKind::SELECTED_ROWS});
    return wanted;
}
}  // namespace detail

}  // namespace wherry::inline WHERRY_ABI

#endif
