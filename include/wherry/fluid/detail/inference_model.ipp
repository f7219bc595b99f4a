#ifndef WHERRY_FLUID_DETAIL_INFERENCE_MODEL_IPP
#define WHERRY_FLUID_DETAIL_INFERENCE_MODEL_IPP

#include <wherry/base/sequence.hpp>
#include <wherry/exec/bind_ops.hpp>
#include <wherry/exec/op/scale.hpp>
#include <wherry/fluid/detail/io.ipp>
#include <wherry/fluid/inference_model.hpp>
#include <wherry/model/inference_files.hpp>
#include <wherry/version.hpp>

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace wherry::inline WHERRY_ABI::fluid::io {
namespace detail {
WHERRY_INLINE void warn_all(const sequence<std::string_view>& warnings) {
    for (const auto warning : warnings) warn(warning);
}

WHERRY_INLINE bool is_of_files(errc code) noexcept {
    return code == errc::not_found || code == errc::not_regular_file || code == errc::cannot_open || code == errc::cannot_read ||
           code == errc::cannot_write || code == errc::locked;
}

[[noreturn]] WHERRY_INLINE void raise_save_model(error e, bool combined) {
    switch (e.code) {
        case errc::not_initialized:
        case errc::nothing_to_save:
        case errc::mixed_kinds: raise_save(std::move(e), combined);
        default: is_of_files(e.code) ? raise_file(std::move(e)) : raise(std::move(e));
    }
}

[[noreturn]] WHERRY_INLINE void raise_program(error e) {
    if (e.code == errc::bad_version) {
        auto what = std::string(e.message.view());
        throw ValueError(what, std::move(e));
    }
    auto what = "Failed to parse program_desc from binary string. " + to_string(e);
    enforce("InvalidArgument", what, std::move(e));
}

/// An error of the program's own file, or else of the parameters.
[[noreturn]] WHERRY_INLINE void raise_load_model(error e, std::string_view model_path, bool combined) {
    if (e.file != model_path) raise_load(std::move(e), combined);
    is_of_files(e.code) ? raise_file(std::move(e)) : raise_program(std::move(e));
}

WHERRY_INLINE inference_model given(loaded_inference_model&& loaded) {
    return {std::move(loaded.program), std::move(loaded.feed_names), std::move(loaded.fetch_targets)};
}

[[noreturn]] WHERRY_INLINE void raise_nothing_to_load() {
    raise_load({.code = errc::nothing_to_save, .message = "the program has no persistable variable"}, true);
}
}  // namespace detail

namespace detail {
WHERRY_INLINE inference_files files_of(const std::filesystem::path& dirname, const std::optional<std::string>& model_filename,
                                       const std::optional<std::string>& params_filename) {
    return {normal(dirname).string(), model_filename.value_or("__model__"), params_filename};
}

WHERRY_INLINE wherry::save_model_options saving(const save_model_options& o) {
    return {.export_for_deployment = o.export_for_deployment,
            .program_only = o.program_only,
            .program = {.scale = &implementation_of<op::scale>}};
}

/// Warns of what a save found, or throws.
WHERRY_INLINE sequence<std::string> checked_names(result<saved_model>&& saved, const save_model_options& o) {
    if (!saved) raise_save_model(std::move(saved).error(), o.params_filename.has_value());
    warn_all(saved->warnings);
    return std::move(saved->fetch_names);
}
}  // namespace detail

WHERRY_INLINE sequence<std::string> save_inference_model(const std::filesystem::path& dirname, const feed_list& feeded_var_names,
                                                         const variable_list& target_vars, Executor&, const save_model_options& o) {
    return detail::checked_names(wherry::save_inference_model(detail::files_of(dirname, o.model_filename, o.params_filename),
                                                              feeded_var_names.names(), target_vars.vars(),
                                                              o.main_program != nullptr ? *o.main_program : default_main_program(),
                                                              global_scope(), *fluid::detail::current().names, detail::saving(o)),
                                 o);
}

namespace detail {
WHERRY_INLINE void check_folder(const std::filesystem::path& dirname) {
    std::error_code ignored;
    if (!std::filesystem::is_directory(normal(dirname), ignored))
        raise({.code = errc::not_found, .message = {"There is no directory named '", dirname.string(), "'"}, .file = dirname.string()});
}

WHERRY_INLINE loaded_inference_model checked_model(result<loaded_inference_model>&& loaded, const inference_files& files) {
    const auto path = wherry::detail::below(files.dirname, wherry::detail::basename(files.model_filename));
    if (!loaded) raise_load_model(std::move(loaded).error(), path, files.params_filename.has_value());
    return *std::move(loaded);
}

WHERRY_INLINE loaded_inference_model load_folder(const std::filesystem::path& dirname, const inference_files& files,
                                                 const sequence<std::string>& endpoints = {}) {
    check_folder(dirname);
    return checked_model(wherry::load_inference_model(files, global_scope(), {.pserver_endpoints = endpoints}), files);
}

WHERRY_INLINE inference_model bound(inference_model model, op_table ops) {
    bind_ops(model.program, ops);
    return model;
}

WHERRY_INLINE inference_model given_with_parameters(loaded_inference_model&& loaded, const load_model_options& o) {
    if (loaded.report.tensor_count == 0) o.params_filename ? raise_nothing_to_load() : warn(no_operators);
    return given(std::move(loaded));
}

WHERRY_INLINE inference_model read_inference_model(const std::filesystem::path& dirname, const load_model_options& o) {
    return given_with_parameters(load_folder(dirname, files_of(dirname, o.model_filename, o.params_filename), o.pserver_endpoints), o);
}

WHERRY_INLINE inference_model read_inference_model(memory_form, const load_model_options& o) {
    if (!o.params_filename)
        raise({.code = errc::bad_argument, .message = "The path of params cannot be None when the directory path is None."});
    auto parsed = parse_inference_program(o.model_filename.value_or(""), {.pserver_endpoints = o.pserver_endpoints});
    if (!parsed) raise_program(std::move(parsed).error());
    const auto vars = select<filter::persistables>(parsed->program);
    if (vars.empty()) raise_nothing_to_load();
    auto loaded = one_file::load(std::span<const Variable>(vars), global_scope(), wherry::memory{*o.params_filename});
    if (!loaded) raise_load(std::move(loaded).error(), true);
    return given(*std::move(parsed));
}
}  // namespace detail
}  // namespace wherry::inline WHERRY_ABI::fluid::io

#endif
