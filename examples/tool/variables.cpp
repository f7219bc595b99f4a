#include "variables.hpp"
#include "states.hpp"

#include <wherry/archive/archive.hpp>
#include <wherry/archive/select.hpp>
#include <wherry/policy/memory.hpp>
#include <wherry/record/stream_index.hpp>
#include <wherry/wire/annotation.hpp>
#include <wherry/wire/file_kind.hpp>

#include <algorithm>
#include <filesystem>
#include <utility>

namespace tool {

namespace {
using wherry::wire::file_kind;
using one_file = wherry::archive<wherry::layout::combined, chosen_limits>;
using file_each = wherry::archive<wherry::layout::per_file, chosen_limits>;

result<file_kind> kind_of(const std::string& path) {
    auto file = open_file(path);
    if (!file) return std::move(file).error();
    const auto head = wherry::read_head(*file, wherry::wire::kind_bytes);
    if (!head) return head.error();
    return wherry::wire::kind_of(*head, file->size_bytes());
}

place::form form_of(file_kind kind) { return kind == file_kind::tensors ? place::form::combined : place::form::other; }

/// True for a stream with a tensor for each variable, sorted by name, of its element type and dims.
bool fits(const std::string& path, std::span<const Variable> sorted) {
    auto file = open_file(path);
    if (!file) return false;
    wherry::byte_buffer window;
    wherry::stream_indexer indexer(*file, window, chosen_limits::caps);
    for (const auto& var : sorted) {
        if (indexer.at_end()) return false;
        const auto next = indexer.next();
        if (!next || next->header.dtype != var.dtype() || !wherry::agrees(var.shape(), next->header.dims)) return false;
    }
    return indexer.at_end();
}

struct candidates {
    std::vector<std::string> fitting;  ///< streams with the very element types and dims
    std::vector<std::string> others;   ///< other streams, and files of other forms
};
candidates candidates_in(const std::string& folder, std::span<const Variable> sorted) {
    candidates found;
    for (const auto& name : files_in(folder)) {
        const auto path = joined(folder, name);
        const auto kind = kind_of(path);
        if (!kind) continue;
        if (*kind == file_kind::tensors && fits(path, sorted)) found.fitting.push_back(path);
        else if (*kind == file_kind::tensors || *kind == file_kind::pickle || *kind == file_kind::npz || *kind == file_kind::safetensors ||
                 *kind == file_kind::gzip)
            found.others.push_back(path);
    }
    return found;
}

/// The only index of safetensors shards in the folder; empty where there is none, or several.
std::string shard_index_in(const std::string& folder) {
    std::vector<std::string> found;
    for (const auto& name : files_in(folder))
        if (name.ends_with(".safetensors.index.json")) found.push_back(joined(folder, name));
    return found.size() == 1 ? found.front() : std::string();
}

result<void> load_other_form(std::span<const Variable> variables, Scope& scope, const std::string& path, const progress_bar& bar) {
    const std::vector<Variable> wanted(variables.begin(), variables.end());
    auto read = load_state(path, bar, {.in_order = wanted, .wanted = wanted});
    if (!read) return std::move(read).error();
    tell(read->warnings);
    for (const auto& held : read->arrays) scope.var(held.name) = std::move(*read->arrays.find(held.name));
    return {};
}
}  // namespace

result<place> place_of(const Program& program, const std::string& path) {
    if (!is_folder(path)) {
        const auto kind = kind_of(path);
        if (!kind) return kind.error();
        return place{path, form_of(*kind)};
    }
    auto variables = persistables_of(program);
    if (variables.empty()) return place{path, place::form::separate};
    std::sort(variables.begin(), variables.end(), [](const auto& a, const auto& b) { return a.name() < b.name(); });
    const auto has_file = [&](const Variable& var) { return exists(joined(path, std::string(var.name()))); };
    if (std::any_of(variables.begin(), variables.end(), has_file)) return place{path, place::form::separate};

    const auto in_text = [&](const Variable& var) { return exists(joined(path, std::string(var.name()) + ".txt")); };
    if (std::any_of(variables.begin(), variables.end(), in_text)) return place{path, place::form::other};

    if (auto index = shard_index_in(path); !index.empty()) return place{std::move(index), place::form::other};
    const auto found = candidates_in(path, variables);
    const auto& files = found.fitting.empty() ? found.others : found.fitting;
    if (files.size() == 1) return place{files.front(), form_of(*kind_of(files.front()))};
    if (files.empty())
        return error{.code = errc::not_found,
                     .message = "the folder holds neither a file for each variable nor one file of all",
                     .file = path,
                     .variable = variables.front().name()};
    return error{.code = errc::bad_argument,
                 .message = "several files of the folder may hold the variables; name one on the command line",
                 .file = path,
                 .found = some_names(files)};
}

result<void> load_variables(std::span<const Variable> variables, Scope& scope, const place& from, const progress_bar& bar) {
    if (from.held == place::form::other) return load_other_form(variables, scope, from.path, bar);
    const auto loaded = from.held == place::form::combined ? one_file::load(variables, scope, wherry::disk{from.path}, bar)
                                                           : file_each::load(variables, scope, wherry::disk{from.path}, bar);
    if (!loaded) return loaded.error();
    tell(loaded->warnings);
    return {};
}

result<void> save_variables(std::span<const Variable> variables, const Scope& scope, const place& to, const progress_bar& bar) {
    return to.held == place::form::combined ? one_file::save(variables, scope, wherry::disk{to.path}, bar)
                                            : file_each::save(variables, scope, wherry::disk{to.path}, bar);
}

result<std::string> stream_of(std::span<const Variable> variables, const Scope& scope) {
    return one_file::save(variables, scope, wherry::memory{});
}

std::vector<Variable> persistables_of(const Program& program) { return wherry::select(program, wherry::filter::persistables{}); }

}  // namespace tool
