#ifndef WHERRY_MODEL_DETAIL_STATE_FILES_HPP
#define WHERRY_MODEL_DETAIL_STATE_FILES_HPP

#include <wherry/archive/archive.hpp>
#include <wherry/base/budget.hpp>
#include <wherry/base/limits.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/format/pickle.hpp>
#include <wherry/model/op_compatible_map.hpp>
#include <wherry/policy/disk.hpp>
#include <wherry/policy/paths.hpp>
#include <wherry/policy/progress.hpp>
#include <wherry/policy/with_progress.hpp>
#include <wherry/program/program.hpp>
#include <wherry/program/variable.hpp>
#include <wherry/tensor/scope.hpp>
#include <wherry/tensor/tensor.hpp>
#include <wherry/version.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

/// The files of a state, and what is in them.
namespace wherry::inline WHERRY_ABI::detail {

using one_file = archive<filter::all, layout::combined>;  // spelled as in fluid/io.hpp, which has them made already
using file_each = archive<filter::all, layout::per_file>;

/// "a/model.pdopt" is "a/model".
inline std::string without_suffix(std::string_view model_path) {
    for (const std::string_view suffix : {".pdparams", ".pdopt", ".pdmodel"})
        if (model_path.ends_with(suffix)) return std::string(model_path.substr(0, model_path.size() - suffix.size()));
    return std::string(model_path);
}

/// RAW variables hold no array; the reference skips them when it saves and loads.
inline bool is_array(const Variable& var) noexcept { return var.kind() != VarKind::RAW; }

/// The values of variables as arrays to save; none is fine.
inline result<sequence<tensor_ref>> state_refs(const Program& program, const Scope& scope, bool (*keep)(const Variable&) noexcept) {
    auto vars = program.list_vars();
    erase_if(vars, [&](const Variable& var) { return !keep(var) || !is_array(var); });
    if (vars.empty()) return sequence<tensor_ref>();
    const auto tensors = tensors_among(vars);
    if (!tensors) return tensors.failure();
    return refs_of(*tensors, scope);
}

/// A whole program as `.pdmodel` holds it: 1.8 tells older readers what they can make of its operators, 2.x counts their versions instead.
inline std::string pdmodel_of(const Program& program) {
    if (program.rest().op_version_map) return program.serialize_to_string();
    auto whole = program.clone();
    auto& rest = whole.rest();
    rest.version.emplace().version = fluid_version;
    rest.op_compatible_map = op_compatible_map();
    return whole.serialize_to_string();
}

inline failure no_pdparams(const std::string& file) {
    return failure(errc::not_found, {file, " not found, try to load model file saved with [ save_params, save_persistables, save_vars ]"})
        .in_file(file);
}

/// Before others, after what it is about has worked: one that finds no memory is left out.
inline void warn_first(sequence<error>& warnings, error warning) {
    static_cast<void>(caught([&]() -> result<void> {
        warnings.insert(warnings.begin(), std::move(warning));
        return {};
    }));
}

/// The arrays of one state file.
template <Progress P>
result<loaded_state> pickled_state(disk& file, const limits& caps, const P& progress) {
    const format::pickle<> format;
    auto&& source = told(file, progress);
    auto reader = open_record(source);
    if (!reader) return reader.failure();
    auto state = load_record(*reader, rules_of_format<layout::combined>(format), caps);
    if constexpr (!std::is_same_v<P, silent>)
        if (state) source.finish_load();
    return state;
}
/// Bytes of a file for whoever is told of them.
template <Progress P>
std::uint64_t bytes_to_tell(const std::string& path, const P&) {
    if constexpr (std::is_same_v<P, silent>) return 0;
    else return paths::size_bytes(path);
}

/// Finishes what a killed save left beside these files, or in the folder that the path is, before they are looked for.
inline void settle_state(const std::string& path) {
    disk(without_suffix(path)).settle();
    disk(path + "/").settle();
}

}  // namespace wherry::inline WHERRY_ABI::detail

#endif
