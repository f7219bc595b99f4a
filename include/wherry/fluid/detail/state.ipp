#ifndef WHERRY_FLUID_DETAIL_STATE_IPP
#define WHERRY_FLUID_DETAIL_STATE_IPP

#include <wherry/base/sequence.hpp>
#include <wherry/fluid/detail/errors.ipp>
#include <wherry/fluid/detail/io.ipp>
#include <wherry/fluid/state.hpp>
#include <wherry/model/parameter_value.hpp>
#include <wherry/model/state.hpp>
#include <wherry/version.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI::fluid {
namespace detail {
template <class E>
[[noreturn]] void raise_as(error e) {
    const auto what = sentence(e);
    throw E(what, std::move(e));
}
template <class E>
[[noreturn]] void raise_as(std::string_view what, error&& e) {  // by reference: `what` may be made of it
    std::string said(what);
    throw E(said, std::move(e));
}
WHERRY_INLINE std::string utf8(const std::filesystem::path& path) {
    const auto text = path.u8string();
    return {text.begin(), text.end()};
}

[[noreturn]] WHERRY_INLINE void raise_save_state(error e) {
    switch (e.code) {
        case errc::bad_name:
            if (e.variable.empty()) raise_as<AssertionError>(std::move(e));
            raise_as<ValueError>(std::move(e));
        case errc::not_initialized: {
            const auto what = "variable " + std::string(e.variable.view()) + " can not be saved: " + std::string(e.message.view());
            raise_as<RuntimeError>(what, std::move(e));
        }
        case errc::cannot_open:
        case errc::cannot_write:
        case errc::locked:
        case errc::not_regular_file: io::detail::raise_file(std::move(e));
        case errc::cancelled: raise(std::move(e));
        default: raise_as<ValueError>(std::move(e));
    }
}

/// Errors of the pickles themselves; those of files that `save_persistables` wrote become a RuntimeError, as the reference has it.
[[noreturn]] WHERRY_INLINE void raise_load_state(error e, std::string_view files_failed) {
    const auto file = e.file.view();
    const bool pickled = file.ends_with(".pdparams") || file.ends_with(".pdopt");
    switch (e.code) {
        case errc::bad_argument: raise_as<ValueError>(std::move(e));
        case errc::cancelled: raise(std::move(e));
        case errc::no_such_variable: raise_as<LookupError>(std::move(e));
        case errc::not_initialized: raise_as<RuntimeError>(to_string(e), std::move(e));
        case errc::missing_record:
            if (pickled) raise_as<AssertionError>(std::move(e));
            break;
        case errc::not_found:
            if (e.message.view().starts_with("Optimizer file")) raise_as<AssertionError>(std::move(e));
            if (pickled) raise_as<IOError>(std::move(e));
            break;
        case errc::shape_mismatch:
            if (!pickled) io::detail::raise_load(std::move(e), true);  // a RuntimeError, which passes through
            break;
        default: break;
    }
    if (pickled) raise_as<ValueError>(to_string(e), std::move(e));
    raise_as<RuntimeError>(files_failed, std::move(e));
}

WHERRY_INLINE void warn_all(const sequence<error>& warnings, std::string_view category) {
    for (const auto& held : warnings)
        if (held.code != errc::trailing_bytes) warn(held.message.empty() ? to_string(held) : std::string(held.message.view()), category);
}
}  // namespace detail

WHERRY_INLINE void save(const Program& program, const std::filesystem::path& model_path, int protocol) {
    const auto saved = save_state(program, global_scope(), detail::utf8(model_path), {.pickled = {.protocol = protocol}});
    if (!saved) detail::raise_save_state(saved.error());
}

namespace detail {
/// Before the reference tries files that `save_persistables` wrote, it says so; here that is a load's warning, or comes with its error.
WHERRY_INLINE void warn_of_missing(const std::string& model_path) {
    const auto file = wherry::detail::without_suffix(model_path) + ".pdparams";
    if (!wherry::paths::exists(file)) warn(error(wherry::detail::no_pdparams(file)).message.view(), "Warning");
}

/// Warns of what a load found, or throws.
WHERRY_INLINE void check_loaded(const result<load_report>& loaded, const std::filesystem::path& model_path) {
    if (!loaded) {
        warn_of_missing(utf8(model_path));
        raise_load_state(loaded.error(), std::filesystem::is_directory(model_path)
                                             ? "Failed to load model file, please make sure model file is saved with the following APIs: "
                                               "save_params, save_persistables, save_vars"
                                             : "Failed to load model file , please make sure model file is saved with the the following "
                                               "APIs: [ save_params, save_persistables, save_vars ]. When these API called, filename "
                                               "CANNOT be None");
    }
    warn_all(loaded->warnings, "Warning");
}

WHERRY_INLINE void load_as(const Program& program, const std::filesystem::path& model_path, const load_state_options& options) {
    check_loaded(load_state(program, global_scope(), utf8(model_path), options), model_path);
}
}  // namespace detail

WHERRY_INLINE void load(const Program& program, const std::filesystem::path& model_path) {
    detail::load_as(program, model_path, {.make_missing = false});
}

WHERRY_INLINE void load(const Program& program, const std::filesystem::path& model_path, Executor&,
                        std::optional<sequence<Variable>> var_list) {
    detail::load_as(program, model_path, {.var_list = std::move(var_list)});
}

namespace detail {
/// The arrays of a state, with its warnings; throws where there is none.
WHERRY_INLINE state_dict checked_arrays(result<program_state>&& state, const std::filesystem::path& model_path) {
    if (!state) {
        warn_of_missing(utf8(model_path));
        raise_load_state(std::move(state).error(),
                         "Failed to load model file , please make sure model file is saved with the following APIs: save_params, "
                         "save_persistables, save_vars");
    }
    warn_all(state->warnings, "Warning");
    if (state->arrays.empty() && !state->warnings.empty()) warn(no_operators);
    return std::move(state->arrays);
}
}  // namespace detail

WHERRY_INLINE state_dict load_program_state(const std::filesystem::path& model_path, std::optional<sequence<Variable>> var_list) {
    return detail::checked_arrays(wherry::load_program_state(detail::utf8(model_path), {.var_list = std::move(var_list)}), model_path);
}

WHERRY_INLINE void set_program_state(const Program& program, const state_dict& state) {
    const auto set = wherry::set_program_state(program, global_scope(), state);
    if (!set) detail::raise_as<AssertionError>(set.error());
    detail::warn_all(set->warnings, "UserWarning");
}

namespace io {
WHERRY_INLINE Tensor get_parameter_value(const Variable& parameter, Executor&) {
    auto value = wherry::get_parameter_value(parameter, global_scope());
    if (value) return *std::move(value);
    if (value.error().code == errc::bad_argument) fluid::detail::raise_as<AssertionError>(std::move(value).error());
    fluid::detail::raise_as<RuntimeError>(to_string(value.error()), std::move(value).error());
}

WHERRY_INLINE Tensor get_parameter_value_by_name(std::string_view name, Executor& exe, const Program& program) {
    const auto found = program.global_block().find_var(name);
    if (!found) raise({.code = errc::no_such_variable, .message = {"var ", name, " not in this block"}, .variable = name});
    return get_parameter_value(found, exe);
}
}  // namespace io
}  // namespace wherry::inline WHERRY_ABI::fluid

#endif
