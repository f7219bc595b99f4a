#ifndef WHERRY_FLUID_DETAIL_IO_IPP
#define WHERRY_FLUID_DETAIL_IO_IPP

#include <wherry/archive/archive.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/fluid/io.hpp>
#include <wherry/policy/disk.hpp>
#include <wherry/policy/memory.hpp>
#include <wherry/version.hpp>

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI::fluid::io {
namespace detail {
using one_file = wherry::archive<wherry::filter::all, wherry::layout::combined>;
using file_each = wherry::archive<wherry::filter::all, wherry::layout::per_file>;

WHERRY_INLINE sequence<Variable> chosen(const vars_options& o) {
    if (o.vars) return *o.vars;
    if (o.main_program == nullptr && fluid::detail::built_elsewhere())
        raise({.code = errc::bad_argument,
               .message =
                   "Default programs belong to the thread that builds them, and this thread has built none: name the program of the other "
                   "thread, {.main_program = &program}."});
    const auto& program = o.main_program != nullptr ? *o.main_program : default_main_program();
    auto vars = program.list_vars();
    if (o.predicate) erase_if(vars, [&](const Variable& v) { return !o.predicate(v); });
    return vars;
}

WHERRY_INLINE void drop_raw(sequence<Variable>& vars) {
    erase_if(vars, [](const Variable& v) { return v.kind() == VarKind::RAW; });
}

WHERRY_INLINE vars_options with(const options& o, bool (*predicate)(const Variable&)) {
    return {.main_program = o.main_program, .predicate = predicate, .filename = o.filename};
}

/// A folder as `os.path.normpath` has it: "a//b/../c/" is "a/c", "" is ".".
WHERRY_INLINE std::filesystem::path normal(const std::filesystem::path& dirname) {
    auto path = dirname.lexically_normal();
    if (!path.has_filename() && path.has_relative_path()) path = path.parent_path();
    return path.empty() ? std::filesystem::path(".") : path;
}

[[noreturn]] WHERRY_INLINE void enforce(std::string_view kind, const std::string& message, error e) {
    throw EnforceNotMet(std::string(kind) + "Error: " + message, std::move(e));
}

/// Python's words about a file.
[[noreturn]] WHERRY_INLINE void raise_file(error e) {
    auto what = std::string(e.found.empty() ? e.message.view() : e.found.view()) + ": '" + std::string(e.file.view()) + "'";
    throw IOError(what, std::move(e));
}

[[noreturn]] WHERRY_INLINE void raise_save(error e, bool combined) {
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
        case errc::locked:
        case errc::not_regular_file:
        case errc::not_found: enforce("Unavailable", "Cannot open " + file + " to save variables.", std::move(e));
        default: raise(std::move(e));
    }
}

[[noreturn]] WHERRY_INLINE void raise_load(error e, bool combined) {
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
        case errc::missing_record: {
            auto what = "Cannot parse tensor desc. " + std::string(e.message.view());
            enforce("InvalidArgument", what, std::move(e));
        }
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
        case errc::cancelled:
        case errc::duplicate_name: raise(std::move(e));
        default: {
            auto what = to_string(e);
            enforce("InvalidArgument", what, std::move(e));
        }
    }
}
}  // namespace detail

WHERRY_INLINE void save_vars(Executor&, const std::filesystem::path& dirname, const vars_options& o) {
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

WHERRY_INLINE std::string save_vars(Executor&, memory_form, const vars_options& o) {
    if (o.filename) throw TypeError("a filename is given and no dirname", {.code = errc::bad_argument, .found = *o.filename});
    auto vars = detail::chosen(o);
    if (vars.empty()) return warn("no variable in your model, please ensure there are any variables in your model to save"), std::string();
    detail::drop_raw(vars);
    auto saved = detail::one_file::save(std::span<const Variable>(vars), global_scope(), wherry::memory{});
    if (!saved) detail::raise_save(std::move(saved).error(), true);
    return *std::move(saved);
}

WHERRY_INLINE void load_vars(Executor&, const std::filesystem::path& dirname, const vars_options& o) {
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

WHERRY_INLINE void load_vars(Executor&, memory_form::bytes_form from, const vars_options& o) {
    auto vars = detail::chosen(o);
    detail::drop_raw(vars);
    auto loaded = detail::one_file::load(std::span<const Variable>(vars), global_scope(), wherry::memory{from.bytes});
    if (!loaded) detail::raise_load(std::move(loaded).error(), true);
}

[[noreturn]] WHERRY_INLINE void load_vars(Executor&, memory_form, const vars_options&) {
    raise({.code = errc::bad_argument, .message = "The directory path and params cannot be None at the same time."});
}

WHERRY_INLINE void save_params(Executor& exe, const std::filesystem::path& dirname, const options& o) {
    save_vars(exe, dirname, detail::with(o, is_parameter));
}

WHERRY_INLINE std::string save_params(Executor& exe, memory_form form, const options& o) {
    return save_vars(exe, form, detail::with(o, is_parameter));
}

WHERRY_INLINE void save_persistables(Executor& exe, const std::filesystem::path& dirname, const options& o) {
    save_vars(exe, dirname, detail::with(o, is_persistable));
}

WHERRY_INLINE std::string save_persistables(Executor& exe, memory_form form, const options& o) {
    return save_vars(exe, form, detail::with(o, is_persistable));
}

WHERRY_INLINE sequence<Variable> get_program_parameter(const Program& program) { return program.all_parameters(); }
WHERRY_INLINE sequence<Variable> get_program_persistable_vars(const Program& program) {
    auto vars = program.list_vars();
    erase_if(vars, [](const Variable& v) { return !is_persistable(v); });
    return vars;
}
}  // namespace wherry::inline WHERRY_ABI::fluid::io

#endif
