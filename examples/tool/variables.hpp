#ifndef WHERRY_TOOL_VARIABLES_HPP
#define WHERRY_TOOL_VARIABLES_HPP

#include "files.hpp"
#include "text.hpp"

#include <wherry/archive/archive.hpp>
#include <wherry/archive/weights.hpp>

#include <cstdio>
#include <span>
#include <string>
#include <vector>

/// A program's variables on their way between files and a scope.
namespace tool {

using wherry::Scope;
using wherry::Variable;

using one_file = wherry::archive<wherry::layout::combined>;
using file_each = wherry::archive<wherry::layout::per_file>;

/// Where variables are: a folder with one file a variable, or one file of all.
struct place {
    std::string path;
    bool combined = false;
};
/// A folder, with a name of the one file or without; a path that is no folder is the one file itself.
inline place place_to_load(const std::string& path, const std::string& filename) {
    if (!filename.empty()) return {joined(path, filename), true};
    return {path, exists(path) && !is_folder(path)};
}
inline place place_to_save(const std::string& folder, const std::string& filename) {
    return filename.empty() ? place{folder, false} : place{joined(folder, filename), true};
}

/// A file of a folder that holds several tensors, and is no variable's own; empty where there is none.
inline std::string combined_file_in(const std::string& folder) {
    const auto names = wherry::detail::files_beneath(folder);
    if (!names) return {};
    for (const auto& name : *names) {
        const auto file = wherry::weights(joined(folder, name));
        if (file && file->size() > 1) return name;
    }
    return {};
}

/// The error of a variable without a file, with what the folder holds instead.
inline error with_hint(error wrong, const std::string& folder) {
    if (wrong.code != errc::not_found) return wrong;
    if (const auto name = combined_file_in(folder); !name.empty())
        wrong.expected = "one file a variable; " + name + " holds several: is it the one file of all, to be named on the command line?";
    return wrong;
}

/// Loads variables; bytes that a separate file holds too many are told on standard error. Errors: those of `archive`.
inline result<void> load_variables(std::span<const Variable> variables, Scope& scope, const place& from) {
    const auto loaded = from.combined ? one_file::load(variables, scope, wherry::disk{from.path})
                                      : file_each::load(variables, scope, wherry::disk{from.path});
    if (!loaded) return from.combined ? loaded.error() : with_hint(loaded.error(), from.path);
    for (const auto& warning : loaded->warnings) std::fprintf(stderr, "wherry: warning: %s\n", to_string(warning).c_str());
    return {};
}

inline result<void> save_variables(std::span<const Variable> variables, const Scope& scope, const place& to) {
    return to.combined ? one_file::save(variables, scope, wherry::disk{to.path}) : file_each::save(variables, scope, wherry::disk{to.path});
}

/// Parameters, optimizer state, statistics.
inline std::vector<Variable> persistables_of(const Program& program) { return wherry::select(program, wherry::filter::persistables{}); }

}  // namespace tool

#endif
