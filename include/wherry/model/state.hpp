#ifndef WHERRY_MODEL_STATE_HPP
#define WHERRY_MODEL_STATE_HPP

#include <wherry/archive/archive.hpp>
#include <wherry/base/budget.hpp>
#include <wherry/base/dtype.hpp>
#include <wherry/base/limits.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/format/pickle.hpp>
#include <wherry/model/detail/state_files.hpp>
#include <wherry/policy/disk.hpp>
#include <wherry/policy/joined.hpp>
#include <wherry/policy/paths.hpp>
#include <wherry/policy/progress.hpp>
#include <wherry/policy/with_progress.hpp>
#include <wherry/program/program.hpp>
#include <wherry/program/variable.hpp>
#include <wherry/record/load_plan.hpp>
#include <wherry/tensor/copied.hpp>
#include <wherry/tensor/scope.hpp>
#include <wherry/tensor/state_dict.hpp>
#include <wherry/tensor/tensor.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

/// State files: `PREFIX.pdparams`, `PREFIX.pdopt`, `PREFIX.pdmodel`, and programs set from arrays by name.
/// Source: fluid/io.py 1.8.5, save, load, load_program_state, set_program_state.
namespace wherry::inline WHERRY_ABI {

/// How `save_state` writes.
struct save_state_options {
    pickle::write_options pickled{};
    durability_steps how{};
};

/// How `load_state` and `load_program_state` read.
struct load_state_options {
    /// Variables that the scope lacks are made, as the reference does when it is given an Executor; and files that
    /// `save_persistables` wrote are loaded where there is no .pdparams.
    bool make_missing = true;
    /// The variables to load from files of `save_persistables`; needed when they are one file.
    std::optional<sequence<Variable>> var_list{};
    /// `load_program_state` of a folder: files that cannot be read are left out with a warning, as Paddle 2 does.
    bool lenient = false;
    limits caps{};
};

namespace detail {
/// The array as a variable of that element type holds it: NumPy has no bfloat16, so its bits came as uint16.
inline Tensor as_held(Tensor array, DType wanted) {
    if (wanted != DType::BF16 || array.dtype() != DType::UINT16) return array;
    return reinterpreted(std::move(array), wanted);
}

/// Every variable that passes the filter, from the arrays of one state file.
template <Progress P>
result<void> collect_state(const Program& program, Scope& scope, const load_state_options& options, disk& source,
                           bool (*keep)(const Variable&) noexcept, sequence<arriving_tensor>& arrivals, const P& progress) {
    const auto& file = source.path();
    auto state = pickled_state(source, options.caps, progress);
    if (!state) return state.failure();
    for (const auto& var : program.list_vars()) {
        if (!keep(var) || !is_array(var)) continue;
        auto* const array = state->arrays.find(var.name());
        if (array == nullptr)
            return failure(errc::missing_record, {"Can not find [", var.name(), "] in model file [", file, "]"})
                .in_file(file)
                .of_variable(var.name());
        if (!array->is_initialized()) continue;  // taken already: a name of two blocks
        auto* const held = scope.find_var(var.name());
        if (held == nullptr && !options.make_missing)
            return failure(errc::not_initialized, "the scope has no such variable; run the startup program first").of_variable(var.name());
        arrivals.push_back({var.name(), held, as_held(std::move(*array), var.dtype())});
    }
    return {};
}

/// Files that `save_persistables` and the like wrote one per variable: those that the program knows.
template <Progress P>
result<load_report> load_known_files(const Program& program, Scope& scope, const std::string& folder, const load_state_options& options,
                                     const P& progress) {
    auto listed = paths::files_beneath(folder);
    if (!listed) return listed.failure();
    auto& unused = *listed;
    sequence<Variable> known;
    for (const auto& var : program.list_vars()) {
        if (options.var_list && std::none_of(options.var_list->begin(), options.var_list->end(),
                                             [&](const Variable& v) { return v && v.name() == var.name(); }))
            continue;
        const auto at = std::lower_bound(unused.begin(), unused.end(), var.name());
        if (at == unused.end() || *at != var.name()) continue;
        unused.erase(at);
        if (is_array(var)) known.push_back(var);
    }
    std::string names;
    for (const auto& name : unused) names += (names.empty() ? "" : " ") + folder + (folder.ends_with('/') ? "" : "/") + name;
    auto report = known.empty() ? result<load_report>(load_report())
                                : file_each::load(std::span<const Variable>(known), scope, disk{folder}, progress);
    if (report && !unused.empty())
        warn_first(report->warnings, {.code = errc::extra_record,
                                      .message = {"variable file [ ", names, " ] not used"},
                                      .file = folder,
                                      .variable = unused.front()});
    return report;
}

template <Progress P>
result<load_report> load_listed_file(const Program& program, Scope& scope, const std::string& file, const load_state_options& options,
                                     const P& progress) {
    if (!options.var_list)
        return failure(errc::bad_argument,
                       "var_list is required when loading model file saved with [ save_params, save_persistables, save_vars ]")
            .in_file(file);
    const auto all = program.list_vars();
    for (const auto& var : *options.var_list)
        if (!var || std::none_of(all.begin(), all.end(), [&](const Variable& v) { return v.name() == var.name(); }))
            return failure(errc::no_such_variable, "loaded var [{}] is not in program variable list")
                .of_variable(var ? std::string_view(var.name()) : std::string_view());
    return one_file::load(std::span<const Variable>(*options.var_list), scope, disk{file}, progress);
}
}  // namespace detail

/// Writes `PREFIX.pdparams` (Parameters), `PREFIX.pdopt` (what else the optimizer keeps; an empty dict when nothing) and
/// `PREFIX.pdmodel` (the program). Folders are made, files replaced; the three take their names together.
/// Errors: bad_name for a path that ends in '/'; bad_argument for a protocol other than 2 to 4; not_initialized for a
/// variable without a value; mixed_kinds; those of `format::pickle` and `disk`; cancelled, where a progress says so. Everything is checked
/// before the first byte is written, and a failure leaves the old files.
/// Source: fluid.save, paddle.static.save.
template <Progress P = silent>
result<void> save_state(const Program& program, const Scope& scope, std::string_view model_path, const save_state_options& options = {},
                        const P& progress = {}) {
    return caught([&]() -> result<void> {
        if (model_path.empty() || model_path.back() == '/')
            return failure(errc::bad_name,
                           "The input model_path MUST be format of dirname/filename [dirname\\filename in Windows system], but "
                           "received model_path is empty string.")
                .found(model_path);
        const auto parameters = detail::state_refs(program, scope, is_parameter);
        if (!parameters) return parameters.failure();
        const auto optimizer = detail::state_refs(program, scope, is_belong_to_optimizer);
        if (!optimizer) return optimizer.failure();
        auto whole = options.pickled;
        whole.cut = false;
        const auto planned = [](const sequence<tensor_ref>& tensors, const pickle::write_options& how) {
            return detail::plan_by(detail::planner_of(format::pickle<>{how}), tensors, layout::combined{}, limits{});
        };
        const auto pdparams = planned(*parameters, options.pickled);
        if (!pdparams) return pdparams.failure();
        const auto pdopt = planned(*optimizer, whole);
        if (!pdopt) return pdopt.failure();
        save_plan pdmodel;
        pdmodel.begin_record();
        pdmodel.append(detail::pdmodel_of(program));

        const auto file = [&](std::string_view suffix) { return disk(std::string(model_path) + std::string(suffix)); };
        auto last = file(".pdmodel");
        auto params = file(".pdparams");
        auto opt = file(".pdopt");
        const joined first(params, last);
        const joined second(opt, last);
        const std::uint64_t sizes[] = {pdparams->size_bytes(), pdopt->size_bytes(), pdmodel.size_bytes()};
        const auto write_part = [&](const save_plan& plan, disk& to, std::uint64_t before, std::uint64_t after) {
            const auto part = detail::part_of(progress, before, after);
            auto&& sink = detail::told(to, part);
            return write(plan, sink, options.how);
        };
        if (auto done = write_part(*pdparams, params, 0, sizes[1] + sizes[2]); !done) return done;
        if (auto done = write_part(*pdopt, opt, sizes[0], sizes[2]); !done) return done;
        return write_part(pdmodel, last, sizes[0] + sizes[1], 0);
    });
}

/// Sets a program's Parameters from `PREFIX.pdparams`, and, when it has optimizer state, that from `PREFIX.pdopt`. A suffix
/// of `model_path` is taken off first. Arrays replace what variables hold, whatever their shape and element type, as in the
/// reference; keys that the program does not know are ignored.
/// Without a .pdparams, files that `save_persistables` wrote are loaded and a warning says so: a folder of one file a
/// variable, or, with `var_list`, one file.
/// Errors: missing_record (an array is not in the file), not_found, not_initialized (`make_missing` is false and the scope lacks
/// a variable), bad_argument (one file and no `var_list`, or `make_missing` false without a .pdparams), no_such_variable; those of
/// `format::pickle` and `archive::load`; cancelled. A load that fails leaves the scope as it was.
/// Source: fluid.load, paddle.static.load.
template <Progress P = silent>
result<load_report> load_state(const Program& program, Scope& scope, std::string_view model_path, const load_state_options& options = {},
                               const P& progress = {}) {
    return caught([&]() -> result<load_report> {
        const auto prefix = detail::without_suffix(model_path);
        const auto pdparams = prefix + ".pdparams";
        const auto path = std::string(model_path);
        detail::settle_state(path);
        if (!paths::exists(pdparams)) {
            if (!options.make_missing)
                return failure(errc::bad_argument,
                               "executor is required when loading model file saved with [ save_params, save_persistables, save_vars ]")
                    .in_file(pdparams);
            if (!paths::is_folder(path) && !paths::is_file(path))
                return failure(errc::not_found, {"No such file or directory: '", pdparams, "'"}).in_file(pdparams);
            auto report = paths::is_folder(path) ? detail::load_known_files(program, scope, path, options, progress)
                                                 : detail::load_listed_file(program, scope, path, options, progress);
            if (report) detail::warn_first(report->warnings, detail::no_pdparams(pdparams));
            return report;
        }
        sequence<detail::arriving_tensor> arrivals;
        disk params(pdparams);
        disk opt(prefix + ".pdopt");
        const joined set(opt, params);
        const auto collected = detail::until_still([&]() -> result<void> {
            arrivals.clear();
            const auto all = program.list_vars();
            const auto of_optimizer = [](const Variable& v) { return is_belong_to_optimizer(v) && detail::is_array(v); };
            const bool has_optimizer = std::any_of(all.begin(), all.end(), of_optimizer);
            const auto first = detail::part_of(progress, 0, has_optimizer ? detail::bytes_to_tell(opt.path(), progress) : 0);
            if (auto found = detail::collect_state(program, scope, options, params, is_parameter, arrivals, first); !found) return found;
            if (!has_optimizer) return {};
            if (!paths::exists(opt.path()))
                return failure(errc::not_found, {"Optimizer file [", opt.path(), "] not exits"}).in_file(opt.path());
            const auto last = detail::part_of(progress, detail::all_of(first), 0);
            return detail::collect_state(program, scope, options, opt, is_belong_to_optimizer, arrivals, last);
        });
        if (!collected) return collected.failure();
        load_report report;
        report.tensor_count = arrivals.size();
        for (const auto& one : arrivals) report.data_bytes += one.value.bytes().size();
        detail::hand_over(arrivals, scope);
        return report;
    });
}

/// Arrays by name, and what was warned about on the way.
struct program_state {
    state_dict arrays;
    sequence<error> warnings;
};

namespace detail {
inline result<program_state> state_of_scope(Scope& scope, std::span<const std::string_view> names, sequence<error> warnings) {
    program_state state;
    for (const auto name : names) state.arrays.add(std::string(name), std::move(*scope.find_var(name)));
    state.warnings = std::move(warnings);
    return state;
}

/// One file per variable: those of the list, or every file of the folder.
template <Progress P>
result<program_state> state_of_folder(const std::string& folder, std::span<const std::string> files, bool lenient, const P& progress) {
    Scope scope;
    sequence<error> warnings;
    sequence<std::string_view> wanted(files.begin(), files.end());
    if (lenient) {
        bool stopped = false;
        erase_if(wanted, [&](const std::string_view& name) {
            if (stopped) return true;
            auto loaded = file_each::load(std::span(&name, 1), scope, disk{folder}, progress);
            if (loaded) return false;
            stopped = loaded.error().code == errc::cancelled;
            warnings.push_back(std::move(loaded).error());
            return true;
        });
        if (stopped) return std::move(warnings.back());
        return state_of_scope(scope, wanted, std::move(warnings));
    }
    if (wanted.empty()) return program_state();
    auto loaded = file_each::load(std::span<const std::string_view>(wanted), scope, disk{folder}, progress);
    if (!loaded) return loaded.failure();
    return state_of_scope(scope, wanted, std::move(loaded->warnings));
}

template <Progress P>
result<program_state> state_of_file(const std::string& file, std::span<const std::string> listed, const P& progress) {
    Scope scope;
    const sequence<std::string_view> wanted(listed.begin(), listed.end());
    auto loaded = one_file::load(std::span<const std::string_view>(wanted), scope, disk{file}, progress);
    if (!loaded) return loaded.failure();
    return state_of_scope(scope, wanted, std::move(loaded->warnings));
}
}  // namespace detail

/// The arrays of `PREFIX.pdparams`, updated with those of `PREFIX.pdopt` where there is one. Without a .pdparams: files that
/// `save_persistables` wrote, all of a folder or those of `var_list`, which one file needs. A path that does not exist holds nothing.
/// Errors: bad_argument (one file and no `var_list`); those of `format::pickle` and `archive::load`; cancelled. A progress is told of all
/// files together, but of each by itself where the load is lenient.
/// Source: fluid.io.load_program_state.
template <Progress P = silent>
result<program_state> load_program_state(std::string_view model_path, const load_state_options& options = {}, const P& progress = {}) {
    return caught([&]() -> result<program_state> {
        const auto prefix = detail::without_suffix(model_path);
        const auto pdparams = prefix + ".pdparams";
        detail::settle_state(std::string(model_path));
        if (paths::exists(pdparams)) {
            disk params(pdparams);
            disk opt(prefix + ".pdopt");
            const joined set(opt, params);
            return detail::until_still([&]() -> result<program_state> {
                const bool two = paths::exists(opt.path());
                const auto first = detail::part_of(progress, 0, two ? detail::bytes_to_tell(opt.path(), progress) : 0);
                auto state = detail::pickled_state(params, options.caps, first);
                if (!state) return state.failure();
                program_state made{std::move(state->arrays), {}};
                if (!two) return made;
                auto optimizer = detail::pickled_state(opt, options.caps, detail::part_of(progress, detail::all_of(first), 0));
                if (!optimizer) return optimizer.failure();
                for (const auto& held : optimizer->arrays) made.arrays.set(held.name, held.tensor);
                return made;
            });
        }
        const auto path = std::string(model_path);
        const bool one_file = paths::is_file(path);
        if (one_file && !options.var_list)
            return failure(errc::bad_argument, "var_list can not be None when model_path is a file type").in_file(path);
        sequence<std::string> wanted;
        if (options.var_list) {
            for (const auto& var : *options.var_list)
                if (var && detail::is_array(var)) wanted.push_back(var.name());
        } else if (paths::is_folder(path)) {
            auto listed = paths::files_beneath(path);
            if (!listed) return listed.failure();
            wanted = *std::move(listed);
        }
        auto state =
            one_file ? detail::state_of_file(path, wanted, progress) : detail::state_of_folder(path, wanted, options.lenient, progress);
        if (state) detail::warn_first(state->warnings, detail::no_pdparams(pdparams));
        return state;
    });
}

/// Sets a program's persistables from arrays of the same shape and element type; names that the arrays lack stay as they are.
/// The report warns of arrays that no variable has the name of.
/// Errors: no_such_variable (the scope lacks a persistable: run the startup program), not_initialized, shape_mismatch,
/// dtype_mismatch; nothing is set then. Source: fluid.io.set_program_state.
inline result<load_report> set_program_state(const Program& program, Scope& scope, const state_dict& state) {
    return caught([&]() -> result<load_report> {
        sequence<detail::arriving_tensor> arrivals;
        sequence<std::string_view> used;
        for (const auto& var : program.list_vars()) {
            if (!is_persistable(var) || !detail::is_array(var)) continue;
            auto* const held = scope.find_var(var.name());
            if (held == nullptr)
                return failure(errc::no_such_variable, {"Variable [ ", var.name(), " ] Not found, Please make sure run startup program"})
                    .of_variable(var.name());
            const auto* const array = state.find(var.name());
            if (array == nullptr) continue;
            if (!held->is_initialized()) return failure(errc::not_initialized, "the variable holds no value yet").of_variable(var.name());
            const auto differs = [&](errc code, std::string_view what, std::string_view shown, const std::string& wanted,
                                     const std::string& found) {
                return failure(code, {"Parameter's ", what, " does not match, the Program requires a parameter with ", shown, " of (",
                                      wanted, "), while the loaded parameter (namely [ ", var.name(), " ]) has ",
                                      (code == errc::shape_mismatch ? "a shape" : "a dtype"), " of  (", found, ")."})
                    .of_variable(var.name())
                    .expected(wanted)
                    .found(found);
            };
            if (held->dims() != array->dims())
                return differs(errc::shape_mismatch, "shape", "the shape", to_tuple(held->dims().dims()), to_tuple(array->dims().dims()));
            if (numpy::kind_of(held->dtype()) != numpy::kind_of(array->dtype()))
                return differs(errc::dtype_mismatch, "data type", "a dtype", std::string(numpy::name_of(held->dtype())),
                               std::string(numpy::name_of(array->dtype())));
            auto copy = copied(array->ref(var.name()));
            if (!copy) return copy.failure();
            arrivals.push_back({var.name(), held, detail::as_held(*std::move(copy), held->dtype())});
            used.push_back(var.name());
        }
        load_report report;
        report.tensor_count = arrivals.size();
        for (const auto& one : arrivals) report.data_bytes += one.value.bytes().size();
        std::sort(used.begin(), used.end());
        std::string unused;
        for (const auto& held : state)
            if (!std::binary_search(used.begin(), used.end(), std::string_view(held.name)))
                unused += (unused.empty() ? "" : " ") + held.name;
        if (!unused.empty())
            report.warnings.push_back(
                {.code = errc::no_such_variable,
                 .message = {"This list is not set, Because of Paramerter not found in program. There are: ", unused}});
        detail::hand_over(arrivals, scope);
        return report;
    });
}

}  // namespace wherry::inline WHERRY_ABI

#endif
