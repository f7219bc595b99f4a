#ifndef WHERRY_FLUID_DETAIL_PADDLE_STATIC_IPP
#define WHERRY_FLUID_DETAIL_PADDLE_STATIC_IPP

#include <wherry/exec/bind_ops.hpp>
#include <wherry/exec/op/scale.hpp>
#include <wherry/fluid/detail/inference_model.ipp>
#include <wherry/fluid/paddle_static.hpp>
#include <wherry/version.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace wherry::inline WHERRY_ABI::paddle_static {
namespace detail {
inline constexpr std::string_view auc_states = "Be sure that you have set auc states to 0 before saving inference model.";

[[noreturn]] WHERRY_INLINE void raise_export(error e) {
    if (e.code == errc::no_such_variable && e.message.view().ends_with("not in this block")) {
        const std::string name(e.variable.view());
        e.message = {"The feeded_var_names[i]: '",
                     name,
                     "' doesn't exist in pruned inference program. Please check whether '",
                     name,
                     "' is a valid feed_var name, or remove it from feeded_var_names if '",
                     name,
                     "' is not involved in the target_vars calculation."};
    }
    fluid::raise(std::move(e));
}

[[noreturn]] WHERRY_INLINE void raise_type(std::string_view message) {
    throw fluid::TypeError(std::string(message), {.code = errc::bad_argument, .message = message});
}

WHERRY_INLINE void check_vars(const variable_list& vars, std::string_view message) {
    for (const auto& var : vars.vars())
        if (!var) raise_type(message);
}

WHERRY_INLINE inference_program normalized(Program& program, const variable_list& feed_vars, const variable_list& fetch_vars,
                                           bool clip_extra, bool skip_prune) {
    check_vars(feed_vars, "feed_vars type must be a Variable or a list of Variable.");
    check_vars(fetch_vars, "fetch_vars type must be a Variable or a list of Variable.");
    const export_options how{.skip_bool_targets = true,
                             .skip_prune = skip_prune,
                             .clip_extra = clip_extra,
                             .compatible_map = false,
                             .scale = &implementation_of<op::scale>};
    if (clear_op_device(program)) fluid::warn(auc_states);
    wherry::detail::appended_scales appended(program);
    const auto scaled = append_target_scales(program, *fluid::detail::current().names, fetch_vars.vars(), how);
    if (!scaled) raise_export(scaled.error());
    auto made = make_inference_program(program, feed_vars.names(), variable_list(*scaled).names(), how);
    if (!made) raise_export(std::move(made).error());
    appended.keep();
    return *std::move(made);
}

WHERRY_INLINE Program& chosen(const program_options& o) { return o.program != nullptr ? *o.program : fluid::default_main_program(); }
WHERRY_INLINE std::string checked_prefix(const std::string& path_prefix) {
    if (path_prefix.empty() || path_prefix.ends_with('/'))
        fluid::raise({.code = errc::bad_argument, .message = "'path_prefix' should not be a directory", .found = path_prefix});
    return path_prefix;
}

WHERRY_INLINE void check_no_folder(const std::string& path) {
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored))
        fluid::raise({.code = errc::not_regular_file, .message = {"'", path, "' is an existing directory."}, .file = path});
}

WHERRY_INLINE std::string whole_file(const std::string& path) {
    disk source(path);
    auto file = read_whole(source, std::uint64_t{1} << 62U);
    if (!file) fluid::io::detail::raise_file(std::move(file).error().in_file(path));
    return std::move(file->bytes);
}

/// `name + suffix` in a folder where that file is, else the bare name.
WHERRY_INLINE std::string with_suffix(const std::filesystem::path& folder, const std::string& name, std::string_view suffix) {
    std::error_code ignored;
    const auto suffixed = name + std::string(suffix);
    return std::filesystem::exists(folder / suffixed, ignored) ? suffixed : name;
}
}  // namespace detail

WHERRY_INLINE Program normalize_program(Program& program, const variable_list& feed_vars, const variable_list& fetch_vars,
                                        bool skip_prune_program) {
    return detail::normalized(program, feed_vars, fetch_vars, false, skip_prune_program).program;
}

WHERRY_INLINE std::string serialize_program(const variable_list& feed_vars, const variable_list& fetch_vars, const program_options& o) {
    return detail::normalized(detail::chosen(o), feed_vars, fetch_vars, false, false).program.serialize_to_string();
}

WHERRY_INLINE std::string serialize_persistables(const variable_list& feed_vars, const variable_list& fetch_vars, Executor& exe,
                                                 const program_options& o) {
    const auto made = detail::normalized(detail::chosen(o), feed_vars, fetch_vars, false, false);
    return fluid::io::save_persistables(exe, fluid::io::memory, {.main_program = &made.program});
}

namespace detail {
WHERRY_INLINE Program read_program(std::string_view data, op_table ops) {
    auto program = Program::parse_from_string(data);
    if (!program) fluid::io::detail::raise_program(std::move(program).error());
    bind_ops(*program, ops);
    return *std::move(program);
}
}  // namespace detail

WHERRY_INLINE void deserialize_persistables(const Program& program, std::string_view data, Executor& exe) {
    if (data.empty()) {
        if (program.all_parameters().empty()) return;
        constexpr std::string_view what = "Required 'data' shall be not None if program contains parameter, but received 'data' is None.";
        throw fluid::AssertionError(std::string(what), {.code = errc::bad_argument, .message = what});
    }
    try {
        fluid::io::load_persistables(exe, fluid::io::memory(data), {.main_program = &program});
    } catch (const fluid::RuntimeError& e) {
        if (e.error().code != errc::shape_mismatch) throw;
        throw fluid::RuntimeError("Shape mismatch, program needs a parameter with shape (" + std::string(e.error().expected.view()) +
                                      "), but the loaded parameter ('" + std::string(e.error().variable.view()) + "') has a shape of (" +
                                      std::string(e.error().found.view()) + ").",
                                  e.error());
    }
}

WHERRY_INLINE void save_to_file(const std::string& path, std::string_view content) {
    disk sink(path);
    if (auto written = write_whole(sink, content, atomic::steps); !written)
        fluid::io::detail::raise_file(std::move(written).error().in_file(path));
}

WHERRY_INLINE std::string load_from_file(const std::string& path) { return detail::whole_file(path); }
namespace detail {
/// What is saved as `prefix.pdmodel`.
WHERRY_INLINE inference_program model_to_save(const std::string& prefix, const variable_list& feed_vars, const variable_list& fetch_vars,
                                              const program_options& o) {
    check_no_folder(prefix + ".pdmodel");
    check_no_folder(prefix + ".pdiparams");
    return normalized(chosen(o), feed_vars, fetch_vars, o.clip_extra, o.skip_prune_program);
}
}  // namespace detail

WHERRY_INLINE void save_inference_model(const std::string& path_prefix, const variable_list& feed_vars, const variable_list& fetch_vars,
                                        Executor&, const program_options& o) {
    const auto prefix = detail::checked_prefix(path_prefix);
    const auto made = detail::model_to_save(prefix, feed_vars, fetch_vars, o);
    auto saved =
        wherry::detail::model_with_one_file::save(made, fluid::global_scope(), disk(prefix + ".pdmodel"), disk(prefix + ".pdiparams"));
    if (!saved) fluid::io::detail::raise_save_model(std::move(saved).error(), true);
    fluid::io::detail::warn_all(saved->warnings);
}

namespace detail {
WHERRY_INLINE inference_files files_of_prefix(const std::string& path_prefix) {
    const std::filesystem::path prefix(checked_prefix(path_prefix));
    const auto stem = prefix.filename().string();
    return {prefix.parent_path().string(), stem + ".pdmodel", stem + ".pdiparams"};
}

WHERRY_INLINE inference_model read_inference_model(const std::string& path_prefix) {
    const auto files = files_of_prefix(path_prefix);
    return fluid::io::detail::given(fluid::io::detail::load_folder(files.dirname, files));
}

WHERRY_INLINE inference_model read_inference_model(const std::string& folder, const old_files& names) {
    const std::filesystem::path path(checked_prefix(folder));
    inference_files files{.dirname = folder};
    if (names.model_filename) files.model_filename = with_suffix(path, *names.model_filename, ".pdmodel");
    if (names.params_filename) files.params_filename = with_suffix(path, *names.params_filename, ".pdiparams");
    return fluid::io::detail::given(fluid::io::detail::load_folder(path, files));
}
}  // namespace detail
}  // namespace wherry::inline WHERRY_ABI::paddle_static

#endif
