#ifndef WHERRY_INTEROP_STATE_FILE_FOLDER_HPP
#define WHERRY_INTEROP_STATE_FILE_FOLDER_HPP

#include <wherry/archive/load_all.hpp>
#include <wherry/archive/select.hpp>
#include <wherry/archive/stored.hpp>
#include <wherry/base/budget.hpp>
#include <wherry/base/dtype.hpp>
#include <wherry/base/order.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/format/any_of.hpp>
#include <wherry/format/npy.hpp>
#include <wherry/format/pickle.hpp>
#include <wherry/format/streams.hpp>
#include <wherry/format/text_file.hpp>
#include <wherry/interop/gzip.hpp>
#include <wherry/interop/npz.hpp>
#include <wherry/interop/safetensors.hpp>
#include <wherry/interop/safetensors_shards.hpp>
#include <wherry/interop/state_extra.hpp>
#include <wherry/policy/disk.hpp>
#include <wherry/policy/paths.hpp>
#include <wherry/program/variable.hpp>
#include <wherry/record/record_check.hpp>
#include <wherry/record/record_index.hpp>
#include <wherry/record/whole_record.hpp>
#include <wherry/tensor/tensor.hpp>
#include <wherry/version.hpp>
#include <wherry/wire/file_kind.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI::format {
/// Any form of arrays: Paddle's streams, `.pdparams`, `.npz`, safetensors, `.npy`, numbers in text.
using any = any_of<streams, pickle<>, npz<>, safetensors, npy, text>;
}  // namespace wherry::inline WHERRY_ABI::format

/// What `state_file::list` reads: a file of any form, and which files of a folder.
namespace wherry::inline WHERRY_ABI::state_file {

/// How `load` reads.
struct load_options {
    /// Names the tensors of a combined file that has none: sorted by name, as every writer does.
    std::span<const Variable> in_order{};
    /// Of a folder only these, each in the file of its name, where one of them has such a file. Empty: every file that holds tensors.
    /// They also are what numbers in text are taken for, where the text does not say it.
    std::span<const Variable> of_folder{};
    limits caps{};
};

namespace detail {
/// The names of variables that have a place in a combined file, in its order. Errors: mixed_kinds, nothing_to_save.
inline result<sequence<std::string>> names_in_order(std::span<const Variable> variables) {
    const auto kept = tensors_among(variables);
    if (!kept) return kept.failure();
    sequence<std::string> names;
    for (const auto& var : *kept) names.push_back(var.name());
    std::sort(names.begin(), names.end());
    return names;
}

/// The name of a single array in a file of that name: numbers in text and NumPy's arrays have a suffix of their own.
inline std::string_view name_in(std::string_view file, wire::file_kind kind) noexcept {
    if (kind == wire::file_kind::text) return text_file::name_in(file);
    if (kind == wire::file_kind::npy && file.ends_with(format::npy::facts.suffix)) file.remove_suffix(format::npy::facts.suffix.size());
    return file;
}

/// The names of one file's arrays, and the forms that it may have.
struct file_request {
    std::string_view name;                                   ///< of a single array without a name
    sequence<std::string> names{};                           ///< of the tensors of a combined file without names
    bool in_folder = false;                                  ///< a single array is named by its file
    bool first_alone = false;                                ///< of a variable: its tensor, whatever follows it
    bool (*takes)(wire::file_kind kind) noexcept = nullptr;  ///< null: every kind
};

/// Gives the arrays of a record without names the names that they have elsewhere.
inline result<void> name_after(record_listing& listing, std::string_view name, const sequence<std::string>& names,
                               std::uint64_t size_bytes) {
    auto& arrays = listing.arrays;
    if (std::none_of(arrays.begin(), arrays.end(), [](const auto& one) { return one.name.empty(); })) return {};
    if (arrays.size() == 1 && names.empty()) return arrays[0].name = name, result<void>();
    if (names.empty()) return wherry::detail::name_arrays(listing, {}, {});
    if (arrays.size() < names.size())
        return wherry::detail::other_count(names.size(), arrays.size(), listing.end_offset, names[arrays.size()]);
    if (arrays.size() > names.size() || listing.end_offset != size_bytes)
        return wherry::detail::more_bytes(names.size(), listing.end_offset, size_bytes);
    for (std::size_t i = 0; i < names.size(); ++i) arrays[i].name = names[i];
    return {};
}

inline void warn(stored_state& into, error what) { into.report.warnings.push_back(std::move(what)); }

/// The arrays of one file, added to those of others. Errors: duplicate_name; those of the formats.
inline result<void> add_file(const wherry::detail::kept_records& files, std::string_view record, any_reader reader,
                             const file_request& wish, const load_options& options, stored_state& into) {
    const auto head = read_head(reader, wire::kind_bytes);
    if (!head) return head.failure();
    const auto kind = wire::kind_of(*head, reader.size_bytes());
    if (wish.takes != nullptr && !wish.takes(kind)) {
        if (kind != wire::file_kind::program && !record.substr(record.rfind('/') + 1).starts_with('.'))
            warn(into, wherry::detail::no_such_format(*head, reader.size_bytes(), "tensors").in_file(reader.path()));
        return {};
    }
    const auto name = name_in(wish.name, kind);
    listing_request request{options.caps};
    if (wish.first_alone) request.count = 1;
    else if (!wish.names.empty() && !wish.in_folder) request.count = wish.names.size();
    for (const auto& variables : {options.in_order, options.of_folder})
        for (const auto& var : variables)
            if (var.name() == name) request.variable = var;

    const format::any format;
    auto rules = wherry::detail::rules_of_format<layout::combined>(format);
    rules.tolerates_trailing_bytes = wish.first_alone;
    auto listing = format.index(reader, request);
    if (!listing && kind == wire::file_kind::text) return listing.failure().of_variable(name);
    if (!listing) return listing.failure();
    const bool by_file = wish.first_alone || (wish.in_folder && listing->arrays.size() == 1 && listing->arrays[0].name.empty());
    if (by_file && listing->arrays.size() == 1) listing->arrays[0].name = name;
    if (auto named =
            name_after(*listing, name, kind == wire::file_kind::tensors ? wish.names : sequence<std::string>(), reader.size_bytes());
        !named)
        return named;
    auto read = wherry::detail::keep_listed(*std::move(listing), files, std::string(record), reader, rules, options.caps);
    if (!read) return read.failure();
    for (auto& one : read->arrays) into.arrays.push_back(std::move(one));
    for (auto& one : read->report.warnings) warn(into, std::move(one));
    into.report.data_bytes += read->report.data_bytes;
    join(into.report.extra, std::move(read->report.extra));
    return {};
}
inline result<void> add_record(const wherry::detail::kept_records& files, std::string_view record, const file_request& wish,
                               const load_options& options, stored_state& into) {
    auto file = files.open(record);
    if (!file) return file.failure();
    if (auto added = add_file(files, record, *file, wish, options, into); !added) return added.failure().in_file(file->path());
    return {};
}
/// No name in two files. Errors: duplicate_name.
inline result<void> check_once(const sequence<stored_tensor>& arrays) {
    sequence<std::string_view> names;
    names.reserve(arrays.size());
    for (const auto& one : arrays) names.push_back(one.name);
    return wherry::detail::check_distinct(names, order_of(names));
}

inline bool has_file(std::string_view folder, std::string_view file) {
    return wherry::paths::is_file(wherry::paths::to_utf8(wherry::paths::of_utf8(folder, file)));
}
/// The files of variables: those of their names, or NAME.txt where only that is there.
inline std::string file_of(std::string_view folder, const std::string& name) {
    auto text = text_file::file_name_of(name);
    const bool in_text = wherry::detail::why_bad_file_name(name).empty() && !has_file(folder, name) && has_file(folder, text);
    return in_text ? text : name;
}
inline result<void> add_variables(const std::string& folder, const wherry::detail::kept_records& files, const load_options& options,
                                  stored_state& into) {
    const auto names = names_in_order(options.of_folder);
    if (!names) return names.failure();
    for (const auto& name : *names) {
        const auto file = file_of(folder, name);
        if (auto added = add_record(files, file, {.name = name, .first_alone = true}, options, into); !added)
            return added.failure().of_variable(name);
    }
    return {};
}

/// The shards that an index in the folder tells of. Errors: missing_record for a tensor that is not in the file it should be in;
/// those of `safetensors::parse_index`.
inline result<void> add_shards(const wherry::detail::kept_records& files, const std::string& index, const load_options& options,
                               stored_state& into) {
    auto reader = files.open(index);
    if (!reader) return reader.failure();
    const auto path = reader->path();
    const auto bytes = read_all(*reader, wherry::safetensors::header_cap_bytes);
    if (!bytes) return bytes.failure();
    const auto told = wherry::safetensors::parse_index(*bytes, options.caps);
    if (!told) return told.failure().in_file(path);
    const auto takes = +[](wire::file_kind k) noexcept { return k == wire::file_kind::safetensors; };
    std::map<std::string_view, std::string_view> held;
    for (const auto& file : told->files()) {
        const auto first = into.arrays.size();
        if (auto added = add_record(files, file, {file, {}, true, false, takes}, options, into); !added) return added;
        for (auto at = first; at < into.arrays.size(); ++at) {
            const auto& name = into.arrays[at].name;
            const auto found = told->file_of.find(name);
            if (found == told->file_of.end())
                warn(into, {.code = errc::extra_record,
                            .message = "the index of the shards lacks a tensor that is there",
                            .file = file,
                            .variable = name});
            else if (found->second == file) held.emplace(found->first, found->second);
        }
    }
    for (const auto& [name, file] : told->file_of)
        if (!held.contains(name))
            return failure(errc::missing_record, "the shard that the index names lacks this tensor")
                .in_file(path)
                .of_variable(name)
                .expected(file);
    return {};
}
/// The only index of shards among files; empty where there is none, or several.
inline std::string index_among(const auto& names) {
    const auto is_index = [](const std::string& name) {
        return name.ends_with(wherry::safetensors::index_suffix) && name.find('/') == std::string::npos;
    };
    const auto first = std::find_if(names.begin(), names.end(), is_index);
    return first != names.end() && std::count_if(names.begin(), names.end(), is_index) == 1 ? *first : std::string();
}

/// Of .git, .ipynb_checkpoints and so on, whose files are older ones of the same names.
inline bool in_hidden_folder(std::string_view name) noexcept {
    for (auto at = name.find('/'); at != std::string_view::npos; at = name.find('/')) {
        if (name.starts_with('.')) return true;
        name.remove_prefix(at + 1);
    }
    return false;
}

/// Every file of a folder that holds tensors; where none does, the one file of many arrays; where none is, numbers in text. What is
/// none of these nor a program is warned about, hidden folders and hidden files of other kinds are left out.
inline result<void> add_folder(const std::string& path, const wherry::detail::kept_records& files, const load_options& options,
                               stored_state& into) {
    const auto names = wherry::paths::files_beneath(path);
    if (!names) return names.failure();
    const auto in_order =
        options.in_order.empty() ? result<sequence<std::string>>(sequence<std::string>()) : names_in_order(options.in_order);
    if (!in_order) return in_order.failure();
    if (const auto index = index_among(*names); !index.empty()) return add_shards(files, index, options, into);
    using kind = wire::file_kind;
    const auto of_many = +[](kind k) noexcept { return k == kind::safetensors || k == kind::npz || k == kind::pickle; };
    for (const auto takes : {+[](kind k) noexcept { return k == kind::tensors; }, of_many,
                             +[](kind k) noexcept { return k == kind::tensors || k == kind::text; }}) {
        if (!into.arrays.empty()) break;
        into.report.warnings.clear();
        std::string_view first;
        for (const auto& name : *names) {
            if (in_hidden_folder(name)) continue;
            const auto before = into.arrays.size();
            if (auto added = add_record(files, name, {name, *in_order, true, false, takes}, options, into); !added) return added;
            if (into.arrays.size() == before) continue;
            if (takes == of_many && before != 0)
                return failure(errc::bad_argument, "several files of the folder hold arrays: name the one that is meant")
                    .in_file(path)
                    .found({first, ", ", name});
            first = name;
        }
    }
    if (into.arrays.empty()) return failure(errc::nothing_to_save, "no file of the folder holds tensors").in_file(path);
    return {};
}
/// Of a folder the variables alone, each in its own file or, where none has one, in whatever else the folder holds.
inline result<void> add_wanted(const std::string& folder, const wherry::detail::kept_records& files, const load_options& options,
                               stored_state& into) {
    const bool has_files = std::any_of(options.of_folder.begin(), options.of_folder.end(),
                                       [&](const Variable& var) { return has_file(folder, file_of(folder, var.name())); });
    if (has_files) return add_variables(folder, files, options, into);
    auto added = add_folder(folder, files, options, into);
    if (added || added.error().code != errc::nothing_to_save) return added;
    into = {};
    return add_variables(folder, files, options, into);  // says which file is not there
}
}  // namespace detail

}  // namespace wherry::inline WHERRY_ABI::state_file

#endif
