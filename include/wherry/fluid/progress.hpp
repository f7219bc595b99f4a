#ifndef WHERRY_FLUID_PROGRESS_HPP
#define WHERRY_FLUID_PROGRESS_HPP

#include <wherry/archive/archive.hpp>
#include <wherry/base/error.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/fluid/errors.hpp>
#include <wherry/fluid/framework.hpp>
#include <wherry/fluid/io.hpp>
#include <wherry/policy/disk.hpp>
#include <wherry/policy/layout.hpp>
#include <wherry/policy/progress.hpp>
#include <wherry/program/variable.hpp>
#include <wherry/version.hpp>

#include <filesystem>
#include <span>
#include <utility>

/// `fluid.io` with a progress, which is told how far a save or a load is and says whether to go on:
///
///     fluid::io::save_persistables(exe, "folder", {}, terminal_bar{});
///
/// What is stopped throws with errc::cancelled and leaves the old files, or the scope, as they were. All else is as in fluid/io.hpp.
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
    if (saved) return;
    if (saved.error().code == errc::cancelled) raise(std::move(saved).error());
    detail::raise_save(std::move(saved).error(), o.filename.has_value());
}
template <Progress P>
void load_vars(Executor&, const std::filesystem::path& dirname, const vars_options& o, const P& progress) {
    auto vars = detail::chosen(o);
    detail::drop_raw(vars);
    auto loaded = detail::by_layout(dirname, o, [&]<class A>(A, disk from) {
        return A::load(std::span<const Variable>(vars), global_scope(), std::move(from), progress);
    });
    if (loaded) return;
    if (loaded.error().code == errc::cancelled) raise(std::move(loaded).error());
    detail::raise_load(std::move(loaded).error(), o.filename.has_value());
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

}  // namespace wherry::inline WHERRY_ABI::fluid::io

#endif
