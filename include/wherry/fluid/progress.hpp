#ifndef WHERRY_FLUID_PROGRESS_HPP
#define WHERRY_FLUID_PROGRESS_HPP

#include <wherry/archive/archive.hpp>
#include <wherry/base/error.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/fluid/errors.hpp>
#include <wherry/fluid/framework.hpp>
#include <wherry/fluid/inference_model.hpp>
#include <wherry/fluid/io.hpp>
#include <wherry/fluid/paddle_static.hpp>
#include <wherry/fluid/state.hpp>
#include <wherry/model/inference_files.hpp>
#include <wherry/model/state.hpp>
#include <wherry/policy/disk.hpp>
#include <wherry/policy/layout.hpp>
#include <wherry/policy/progress.hpp>
#include <wherry/program/program.hpp>
#include <wherry/program/variable.hpp>
#include <wherry/tensor/state_dict.hpp>
#include <wherry/version.hpp>

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

/// `fluid.io`, `fluid.save`, `fluid.load` and models of `paddle.static` with a progress, which is told how far a save or a load is and says
/// whether to go on:
///
///     fluid::io::save_persistables(exe, "folder", {}, terminal_bar{});
///
/// What is stopped throws with errc::cancelled and leaves the old files, all of a set, or the scope, as they were. All else is as in
/// fluid/io.hpp, fluid/inference_model.hpp, fluid/state.hpp and fluid/paddle_static.hpp.
namespace wherry::inline WHERRY_ABI::fluid::io {

namespace detail {
// of fluid/detail/io.ipp
sequence<Variable> chosen(const vars_options& o);
void drop_raw(sequence<Variable>& vars);
std::filesystem::path normal(const std::filesystem::path& dirname);
[[noreturn]] void raise_save(error e, bool combined);
[[noreturn]] void raise_load(error e, bool combined);

/// `act(archive, place)` for what the options say.
template <class Act>
auto by_layout(const std::filesystem::path& dirname, const vars_options& o, Act act) {
    const auto folder = normal(dirname);
    return o.filename ? act(archive<filter::all, layout::combined>(), disk{(folder / *o.filename).string()})
                      : act(archive<filter::all, layout::per_file>(), disk{folder.string()});
}
}  // namespace detail

/// See fluid/io.hpp.
template <Progress P>
void save_vars(Executor&, const std::filesystem::path& dirname, const vars_options& o, const P& progress) {
    auto vars = detail::chosen(o);
    detail::drop_raw(vars);
    auto saved = detail::by_layout(
        dirname, o, [&]<class A>(A, disk to) { return A::save(std::span<const Variable>(vars), global_scope(), std::move(to), progress); });
    if (!saved) detail::raise_save(std::move(saved).error(), o.filename.has_value());
}
template <Progress P>
void load_vars(Executor&, const std::filesystem::path& dirname, const vars_options& o, const P& progress) {
    auto vars = detail::chosen(o);
    detail::drop_raw(vars);
    auto loaded = detail::by_layout(dirname, o, [&]<class A>(A, disk from) {
        return A::load(std::span<const Variable>(vars), global_scope(), std::move(from), progress);
    });
    if (!loaded) detail::raise_load(std::move(loaded).error(), o.filename.has_value());
}
template <Progress P>
void save_params(Executor& exe, const std::filesystem::path& dirname, const options& o, const P& progress) {
    save_vars(exe, dirname, detail::with(o, is_parameter), progress);
}
template <Progress P>
void load_params(Executor& exe, const std::filesystem::path& dirname, const options& o, const P& progress) {
    load_vars(exe, dirname, detail::with(o, is_parameter), progress);
}
template <Progress P>
void save_persistables(Executor& exe, const std::filesystem::path& dirname, const options& o, const P& progress) {
    save_vars(exe, dirname, detail::with(o, is_persistable), progress);
}
template <Progress P>
void load_persistables(Executor& exe, const std::filesystem::path& dirname, const options& o, const P& progress) {
    load_vars(exe, dirname, detail::with(o, is_persistable), progress);
}

namespace detail {
// of fluid/detail/inference_model.ipp
inference_files files_of(const std::filesystem::path& dirname, const std::optional<std::string>& model_filename,
                         const std::optional<std::string>& params_filename);
wherry::save_model_options saving(const save_model_options& o);
sequence<std::string> checked_names(result<saved_model>&& saved, const save_model_options& o);
void check_folder(const std::filesystem::path& dirname);
loaded_inference_model checked_model(result<loaded_inference_model>&& loaded, const inference_files& files);
inference_model given_with_parameters(loaded_inference_model&& loaded, const load_model_options& o);
inference_model given(loaded_inference_model&& loaded);
[[noreturn]] void raise_save_model(error e, bool combined);
void warn_all(const sequence<std::string_view>& warnings);
}  // namespace detail

/// See fluid/inference_model.hpp. Program and parameters are one whole to the progress.
template <Progress P>
sequence<std::string> save_inference_model(const std::filesystem::path& dirname, const feed_list& feeded_var_names,
                                           const variable_list& target_vars, Executor&, const save_model_options& o, const P& progress) {
    return detail::checked_names(wherry::save_inference_model(detail::files_of(dirname, o.model_filename, o.params_filename),
                                                              feeded_var_names.names(), target_vars.vars(),
                                                              o.main_program != nullptr ? *o.main_program : default_main_program(),
                                                              global_scope(), *fluid::detail::current().names, detail::saving(o), progress),
                                 o);
}
template <OpList Ops = op::all, Progress P>
inference_model load_inference_model(const std::filesystem::path& dirname, Executor&, const load_model_options& o, const P& progress) {
    const auto files = detail::files_of(dirname, o.model_filename, o.params_filename);
    detail::check_folder(dirname);
    auto loaded = wherry::load_inference_model(files, global_scope(), {.pserver_endpoints = o.pserver_endpoints}, progress);
    return detail::bound(detail::given_with_parameters(detail::checked_model(std::move(loaded), files), o), Ops::run_table);
}

}  // namespace wherry::inline WHERRY_ABI::fluid::io

namespace wherry::inline WHERRY_ABI::fluid {

namespace detail {
// of fluid/detail/state.ipp
std::string utf8(const std::filesystem::path& path);
[[noreturn]] void raise_save_state(error e);
void check_loaded(const result<load_report>& loaded, const std::filesystem::path& model_path);
state_dict checked_arrays(result<program_state>&& state, const std::filesystem::path& model_path);
}  // namespace detail

/// See fluid/state.hpp. The three files, or the two, are one whole to the progress.
template <Progress P>
void save(const Program& program, const std::filesystem::path& model_path, int protocol, const P& progress) {
    const auto saved = save_state(program, global_scope(), detail::utf8(model_path), {.pickled = {.protocol = protocol}}, progress);
    if (!saved) detail::raise_save_state(saved.error());
}
template <Progress P>
void load(const Program& program, const std::filesystem::path& model_path, const P& progress) {
    detail::check_loaded(load_state(program, global_scope(), detail::utf8(model_path), {.make_missing = false}, progress), model_path);
}
template <Progress P>
void load(const Program& program, const std::filesystem::path& model_path, Executor&, std::optional<sequence<Variable>> var_list,
          const P& progress) {
    detail::check_loaded(load_state(program, global_scope(), detail::utf8(model_path), {.var_list = std::move(var_list)}, progress),
                         model_path);
}

/// See fluid/state.hpp. Both files are one whole to the progress.
template <Progress P>
state_dict load_program_state(const std::filesystem::path& model_path, std::optional<sequence<Variable>> var_list, const P& progress) {
    return detail::checked_arrays(wherry::load_program_state(detail::utf8(model_path), {.var_list = std::move(var_list)}, progress),
                                  model_path);
}

}  // namespace wherry::inline WHERRY_ABI::fluid

namespace wherry::inline WHERRY_ABI::paddle_static {

namespace detail {
// of fluid/detail/paddle_static.ipp
std::string checked_prefix(const std::string& path_prefix);
inference_program model_to_save(const std::string& prefix, const variable_list& feed_vars, const variable_list& fetch_vars,
                                const program_options& o);
inference_files files_of_prefix(const std::string& path_prefix);
}  // namespace detail

/// See fluid/paddle_static.hpp.
template <Progress P>
void save_inference_model(const std::string& path_prefix, const variable_list& feed_vars, const variable_list& fetch_vars, Executor&,
                          const program_options& o, const P& progress) {
    const auto prefix = detail::checked_prefix(path_prefix);
    const auto made = detail::model_to_save(prefix, feed_vars, fetch_vars, o);
    auto saved = wherry::detail::model_with_one_file::save(made, fluid::global_scope(), disk(prefix + ".pdmodel"),
                                                           disk(prefix + ".pdiparams"), progress);
    if (!saved) fluid::io::detail::raise_save_model(std::move(saved).error(), true);
    fluid::io::detail::warn_all(saved->warnings);
}
template <OpList Ops = op::all, Progress P>
inference_model load_inference_model(const std::string& path_prefix, Executor&, const P& progress) {
    const auto files = detail::files_of_prefix(path_prefix);
    fluid::io::detail::check_folder(files.dirname);
    auto loaded = wherry::load_inference_model(files, fluid::global_scope(), {}, progress);
    return fluid::io::detail::bound(fluid::io::detail::given(fluid::io::detail::checked_model(std::move(loaded), files)), Ops::run_table);
}

}  // namespace wherry::inline WHERRY_ABI::paddle_static

#endif
