#ifndef WHERRY_FLUID_IO_HPP
#define WHERRY_FLUID_IO_HPP

#include <wherry/base/sequence.hpp>
#include <wherry/fluid/executor.hpp>
#include <wherry/policy/filter.hpp>
#include <wherry/program/program.hpp>
#include <wherry/program/variable.hpp>
#include <wherry/version.hpp>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

/// `fluid.io`: save and load a program's variables in the global scope, as one file per variable, as one file, or as
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

/// For `save_params` and the like. No program: the default main program. No filename: one file per variable.
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
vars_options with(const options& o, bool (*predicate)(const Variable&));
}  // namespace detail

/// Saves variables below a folder: each into a file of its name, or all into one. Folders are made; files are replaced.
/// Throws EnforceNotMet (a variable without a value, a path that cannot be written), ValueError (a name that would leave
/// the folder). An empty list warns and writes nothing. Source: fluid.io.save_vars.
void save_vars(Executor&, const std::filesystem::path& dirname, const vars_options& o = {});
/// Saves variables into the bytes of a combined file. Throws as above, TypeError for a filename; nothing to save gives no bytes and warns.
std::string save_vars(Executor&, memory_form, const vars_options& o = {});

/// Loads variables from a folder's files, or from one file that holds exactly these. Parameters must have the program's
/// shape. Throws EnforceNotMet (a file that is not there, cut, or holds more), RuntimeError (a shape).
/// Source: fluid.io.load_vars.
void load_vars(Executor&, const std::filesystem::path& dirname, const vars_options& o = {});
/// Loads variables from the bytes of a combined file.
void load_vars(Executor&, memory_form::bytes_form from, const vars_options& o = {});
/// Neither a folder nor bytes: ValueError, as the reference.
[[noreturn]] void load_vars(Executor&, memory_form, const vars_options& = {});

/// `save_vars` of the Parameters.
void save_params(Executor& exe, const std::filesystem::path& dirname, const options& o = {});
std::string save_params(Executor& exe, memory_form form, const options& o = {});
/// `save_vars` of the persistables: Parameters, optimizer state, statistics.
void save_persistables(Executor& exe, const std::filesystem::path& dirname, const options& o = {});
std::string save_persistables(Executor& exe, memory_form form, const options& o = {});

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
sequence<Variable> get_program_parameter(const Program& program);
sequence<Variable> get_program_persistable_vars(const Program& program);

}  // namespace wherry::inline WHERRY_ABI::fluid::io

#ifndef WHERRY_COMPILED
#include <wherry/fluid/detail/io.ipp>
#endif

#endif
