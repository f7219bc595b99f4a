#ifndef WHERRY_TOOL_VARIABLES_HPP
#define WHERRY_TOOL_VARIABLES_HPP

#include "files.hpp"
#include "progress.hpp"

#include <wherry/program/variable.hpp>
#include <wherry/tensor/scope.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

/// A program's variables on their way between files and a scope. What reads and writes is compiled once, in variables.cpp.
namespace tool {

using wherry::Scope;
using wherry::Variable;

/// The place of variables: a folder with one file per variable, one file of all as Paddle writes it, or a file of another form.
struct place {
    enum class form : std::uint8_t { separate, combined, other };
    std::string path;
    form held = form::separate;
};
inline place place_to_save(const std::string& folder, const std::string& filename) {
    return filename.empty() ? place{folder, place::form::separate} : place{joined(folder, filename), place::form::combined};
}

/// The place of a program's variables: `path` itself, if it is a file, or what the folder holds, told by content and not by name:
/// a file for each, or one of all. Errors: not_found; bad_argument where several files would do.
result<place> place_of(const Program& program, const std::string& path);

/// Loads variables; bytes that a separate file holds too many are told on standard error. Errors: those of `archive` and `load_state`.
result<void> load_variables(std::span<const Variable> variables, Scope& scope, const place& from, const progress_bar& bar);

/// Errors: those of `archive`.
result<void> save_variables(std::span<const Variable> variables, const Scope& scope, const place& to, const progress_bar& bar);

/// All variables as one stream, as `save_persistables` writes them with a filename. Errors: those of `archive`.
result<std::string> stream_of(std::span<const Variable> variables, const Scope& scope);

/// Parameters, optimizer state, statistics.
std::vector<Variable> persistables_of(const Program& program);

}  // namespace tool

#endif
