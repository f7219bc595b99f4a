#ifndef WHERRY_FLUID_IO_HPP
#define WHERRY_FLUID_IO_HPP

#include <wherry/archive/archive.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/fluid/executor.hpp>
#include <wherry/policy/disk.hpp>
#include <wherry/policy/memory.hpp>
#include <wherry/version.hpp>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

/// `fluid.io`: save and load a program's variables in the global scope, as one file a variable, as one file, or as
/// bytes. Unlike the reference, a save that fails has written nothing, a file is replaced whole or not at all, and a load
/// that fails leaves the scope as it was.
namespace wherry::inline WHERRY_ABI::fluid::io {

/// Says that bytes in memory are meant: `save_vars(exe, memory)` returns them, `load_vars(exe, memory(bytes))` takes them.
struct memory_form {
    struct bytes_form {
        std::string_view bytes;
    };
    constexpr bytes_form operator()(std::string_view bytes) const noexcept { return {bytes}; }
};
inline constexpr memory_form memory{};

/// For `save_params` and its like. No program: the default main program. No filename: one file a variable.
struct options {
    const Program* main_program = nullptr;
    std::optional<std::string> filename{};
};
/// For `save_vars` and `load_vars`. `vars` wins over `predicate`; without either, every variable is meant.
struct vars_options {
    const Program* main_program = nullptr;
    std::optional<sequence<Variable>> vars{};
    std::function<bool(const Variable&)> predicate{};
    std::optional<std::string> filename{};
};

using wherry::is_belong_to_optimizer;
using wherry::is_parameter;
using wherry::is_persistable;

namespace detail {
using one_file = wherry::archive<wherry::filter::all, wherry::layout::combined>;
using file_each = wherry::archive<wherry::filter::all, wherry::layout::per_file>;

inline sequence<Variable> chosen(const vars_options& o) {
    if (o.vars) return *o.vars;
    const auto& program = o.main_program != nullptr ? *o.main_program : default_main_program();
    auto vars = program.list_vars();
    if (o.predicate) erase_if(vars, [&](const Variable& v) { return !o.predicate(v); });
    return vars;
}
inline void drop_raw(sequence<Variable>& vars) {
    erase_if(vars, [](const Variable& v) { return v.kind() == VarKind::RAW; });
}
inline vars_options with(const options& o, bool (*predicate)(const Variable&)) {
    return {.main_program = o.main_program, .predicate = predicate, .filename = o.filename};
}

/// A folder as `os.path.normpath` has it: "a//b/../c/" is "a/c", "" is ".".
inline std::filesystem::path normal(const std::filesystem::path& dirname) {
    auto path = dirname.lexically_normal();
    if (!path.has_filename() && path.has_relative_path()) path = path.parent_path();
    return path.empty() ? std::filesystem::path(".") : path;
}

[[noreturn]] inline void enforce(std::string_view kind, const std::string& message, error e) {
    throw EnforceNotMet(std::string(kind) + "Error: " + message, std::move(e));
}
/// What Python says of a file.
[[noreturn]] inline void raise_file(error e) {
    auto what = std::string(e.found.empty() ? e.message.view() : e.found.view()) + ": '" + std::string(e.file.view()) + "'";
    throw IOError(what, std::move(e));
}

[[noreturn]] inline void raise_save(error e, bool combined) {
    const std::string name(e.variable.view());
    const std::string file(e.file.view());
    switch (e.code) {
        case errc::not_initialized:
            if (combined) enforce("", "Tensor not initialized yet when Tensor::type() is called.", std::move(e));
            enforce("InvalidArgument", "The Tensor in the save Op's Input Variable X(" + name + ") is not initialized.", std::move(e));
        case errc::nothing_to_save:
            enforce("InvalidArgument", "The number of variables to be saved is 0, expect it to be greater than 0.", std::move(e));
        case errc::mixed_kinds:
            if (!combined)
                enforce("",
                        "The Input Variable(X) of save Op used to determine kernel data type is empty or not LoDTensor or SelectedRows.",
                        std::move(e));
            enforce("InvalidArgument", "SaveCombine operator only supports saving LoDTensor variable, " + name + " has wrong type.",
                    std::move(e));
        case errc::cannot_open:
        case errc::cannot_write:
        case errc::not_regular_file:
        case errc::not_found: enforce("Unavailable", "Cannot open " + file + " to save variables.", std::move(e));
        default: raise(std::move(e));
    }
}

[[noreturn]] inline void raise_load(error e, bool combined) {
    const std::string name(e.variable.view());
    const std::string file(e.file.view());
    const std::string found(e.found.view());
    switch (e.code) {
        case errc::not_found:
        case errc::cannot_open:
        case errc::not_regular_file:
            enforce("Unavailable",
                    std::string(combined ? "LoadCombine operator fails" : "Load operator fail") + " to open file " + file +
                        ", please check whether the model file is complete or damaged.",
                    std::move(e));
        case errc::extra_record:
            enforce("Unavailable", "Not allowed to load partial data via load_combine_op, please use load_op instead.", std::move(e));
        case errc::nothing_to_save:
            enforce("InvalidArgument", "The number of variables to be loaded is 0, expect it to be greater than 0.", std::move(e));
        case errc::shape_mismatch: {
            auto what = "Variable's shape does not match, the Program requires a parameter with the shape of (" +
                        std::string(e.expected.view()) + "), while the loaded parameter (namely [ " + name + " ]) has a shape of  (" +
                        found + ").";
            throw RuntimeError(what, std::move(e));
        }
        case errc::missing_record: enforce("InvalidArgument", "Cannot parse tensor desc. " + std::string(e.message.view()), std::move(e));
        case errc::bad_desc:
        case errc::bad_protobuf:
        case errc::missing_required: {
            auto what = "Cannot parse tensor desc. " + to_string(e);
            enforce("InvalidArgument", what, std::move(e));
        }
        case errc::bad_version:
            enforce("InvalidArgument", "tensor version " + found + " is not supported, Only version 0 is supported", std::move(e));
        case errc::mixed_kinds:
            enforce("InvalidArgument",
                    "The Variable type must be LoDTensor, but the type it holds is " + (found == "SELECTED_ROWS" ? "SelectedRows" : found) +
                        ".",
                    std::move(e));
        case errc::bad_name:
        case errc::duplicate_name: raise(std::move(e));
        default: {
            auto what = to_string(e);
            enforce("InvalidArgument", what, std::move(e));
        }
    }
}
}  // namespace detail

/// Saves variables below a folder: each into a file of its name, or all into one. Folders are made; files are replaced.
/// Throws EnforceNotMet (a variable without a value, a path that cannot be written), ValueError (a name that would leave
/// the folder). An empty list warns and writes nothing. Source: fluid.io.save_vars.
inline void save_vars(Executor&, const std::filesystem::path& dirname, const vars_options& o = {}) {
    auto vars = detail::chosen(o);
    if (vars.empty()) return warn("no variable in your model, please ensure there are any variables in your model to save");
    detail::drop_raw(vars);
    const bool combined = o.filename.has_value();
    if (vars.empty() && !combined) return warn(no_operators);
    const std::span<const Variable> all(vars);
    const auto target = detail::normal(dirname);
    auto saved = combined ? detail::one_file::save(all, global_scope(), disk{(target / *o.filename).string()})
                          : detail::file_each::save(all, global_scope(), disk{target.string()});
    if (!saved) detail::raise_save(std::move(saved).error(), combined);
}
/// Saves variables into the bytes of a combined file. Throws as above, TypeError for a filename; nothing to save gives no bytes and warns.
inline std::string save_vars(Executor&, memory_form, const vars_options& o = {}) {
    if (o.filename) throw TypeError("a filename is given and no dirname", {.code = errc::bad_argument, .found = *o.filename});
    auto vars = detail::chosen(o);
    if (vars.empty()) return warn("no variable in your model, please ensure there are any variables in your model to save"), std::string();
    detail::drop_raw(vars);
    auto saved = detail::one_file::save(std::span<const Variable>(vars), global_scope(), wherry::memory{});
    if (!saved) detail::raise_save(std::move(saved).error(), true);
    return *std::move(saved);
}

/// Loads variables from a folder's files, or from one file that holds exactly these. Parameters must have the program's
/// shape. Throws EnforceNotMet (a file that is not there, cut, or holds more), RuntimeError (a shape).
/// Source: fluid.io.load_vars.
inline void load_vars(Executor&, const std::filesystem::path& dirname, const vars_options& o = {}) {
    auto vars = detail::chosen(o);
    detail::drop_raw(vars);
    const bool combined = o.filename.has_value();
    if (vars.empty() && !combined) return warn(no_operators);
    const std::span<const Variable> all(vars);
    const auto target = detail::normal(dirname);
    auto loaded = combined ? detail::one_file::load(all, global_scope(), disk{(target / *o.filename).string()})
                           : detail::file_each::load(all, global_scope(), disk{target.string()});
    if (!loaded) detail::raise_load(std::move(loaded).error(), combined);
}
/// Loads variables from the bytes of a combined file.
inline void load_vars(Executor&, memory_form::bytes_form from, const vars_options& o = {}) {
    auto vars = detail::chosen(o);
    detail::drop_raw(vars);
    auto loaded = detail::one_file::load(std::span<const Variable>(vars), global_scope(), wherry::memory{from.bytes});
    if (!loaded) detail::raise_load(std::move(loaded).error(), true);
}
/// Neither a folder nor bytes: ValueError, as the reference.
[[noreturn]] inline void load_vars(Executor&, memory_form, const vars_options& = {}) {
    raise({.code = errc::bad_argument, .message = "The directory path and params cannot be None at the same time."});
}

/// `save_vars` of the Parameters.
inline void save_params(Executor& exe, const std::filesystem::path& dirname, const options& o = {}) {
    save_vars(exe, dirname, detail::with(o, is_parameter));
}
inline std::string save_params(Executor& exe, memory_form form, const options& o = {}) {
    return save_vars(exe, form, detail::with(o, is_parameter));
}
/// `save_vars` of the persistables: Parameters, optimizer state, statistics.
inline void save_persistables(Executor& exe, const std::filesystem::path& dirname, const options& o = {}) {
    save_vars(exe, dirname, detail::with(o, is_persistable));
}
inline std::string save_persistables(Executor& exe, memory_form form, const options& o = {}) {
    return save_vars(exe, form, detail::with(o, is_persistable));
}

/// `load_vars` of the Parameters, from a folder or `memory(bytes)`.
template <class From>
void load_params(Executor& exe, const From& from, const options& o = {}) {
    load_vars(exe, from, detail::with(o, is_parameter));
}
/// `load_vars` of the persistables.
template <class From>
void load_persistables(Executor& exe, const From& from, const options& o = {}) {
    load_vars(exe, from, detail::with(o, is_persistable));
}

/// All Parameters of a program, all its persistables. Source: fluid.io.get_program_parameter.
inline sequence<Variable> get_program_parameter(const Program& program) { return program.all_parameters(); }
inline sequence<Variable> get_program_persistable_vars(const Program& program) {
    auto vars = program.list_vars();
    erase_if(vars, [](const Variable& v) { return !is_persistable(v); });
    return vars;
}

}  // namespace wherry::inline WHERRY_ABI::fluid::io

#endif
