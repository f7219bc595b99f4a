#ifndef WHERRY_INTEROP_STATE_FILE_HPP
#define WHERRY_INTEROP_STATE_FILE_HPP

#include <wherry/archive/load_all.hpp>
#include <wherry/archive/select.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/format/any_of.hpp>
#include <wherry/format/npy.hpp>
#include <wherry/format/numpy.hpp>
#include <wherry/format/pickle.hpp>
#include <wherry/format/streams.hpp>
#include <wherry/format/text_file.hpp>
#include <wherry/interop/gzip.hpp>
#include <wherry/interop/npz.hpp>
#include <wherry/interop/safetensors.hpp>
#include <wherry/policy/disk.hpp>
#include <wherry/policy/paths.hpp>
#include <wherry/program/variable.hpp>
#include <wherry/record/record_index.hpp>
#include <wherry/record/whole_record.hpp>
#include <wherry/tensor/copied.hpp>
#include <wherry/tensor/state_dict.hpp>
#include <wherry/version.hpp>
#include <wherry/wire/file_kind.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI::format {
/// Any form of arrays: Paddle's streams, `.pdparams`, `.npz`, safetensors, `.npy`, numbers in text.
using any = any_of<streams, pickle<>, npz<>, safetensors, npy, text>;
}  // namespace wherry::inline WHERRY_ABI::format

/// Arrays by name from any file or folder that holds some, told by its content: what `archive<format::any, gzip_or_plain>` loads, and
/// folders. Needs zlib (`-lz`) and nlohmann_json.
namespace wherry::inline WHERRY_ABI::state_file {

/// How `load` reads.
struct load_options {
    /// Names the tensors of a combined file that has none: sorted by name, as every writer does.
    std::span<const Variable> in_order{};
    /// Of a folder only these, each in the file of its name. Empty: every file that holds tensors. They also are what numbers in
    /// text are taken for, where the text does not say it.
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
    const auto count_text = wherry::detail::tensor_count_text;
    if (arrays.size() < names.size())
        return error{.code = errc::missing_record,
                     .message = "the file ends before the last wanted tensor",
                     .offset = listing.end_offset,
                     .variable = names[arrays.size()],
                     .expected = count_text(names.size()),
                     .found = count_text(arrays.size())};
    if (arrays.size() > names.size() || listing.end_offset != size_bytes)
        return error{.code = errc::extra_record,
                     .message = "the file goes on after the last wanted tensor",
                     .offset = listing.end_offset,
                     .expected = count_text(names.size()),
                     .found = {decimal(size_bytes - listing.end_offset), " bytes more"}};
    for (std::size_t i = 0; i < names.size(); ++i) arrays[i].name = names[i];
    return {};
}

inline void warn(loaded_state& into, error what) { into.report.warnings.push_back(std::move(what)); }

/// The arrays of one file, added to those of others. Errors: duplicate_name; those of the formats.
inline result<void> add_file(any_reader reader, const file_request& wish, const load_options& options, loaded_state& into) {
    const auto head = read_head(reader, wire::kind_bytes);
    if (!head) return head.failure();
    const auto kind = wire::kind_of(*head, reader.size_bytes());
    if (wish.takes != nullptr && !wish.takes(kind)) {
        if (kind != wire::file_kind::program)
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
    if (!listing && kind == wire::file_kind::text) return std::move(listing).error().of_variable(name);
    if (!listing) return listing.failure();
    const bool by_file = wish.first_alone || (wish.in_folder && listing->arrays.size() == 1 && listing->arrays[0].name.empty());
    if (by_file && listing->arrays.size() == 1) listing->arrays[0].name = name;
    if (auto named =
            name_after(*listing, name, kind == wire::file_kind::tensors ? wish.names : sequence<std::string>(), reader.size_bytes());
        !named)
        return named;
    auto read = wherry::detail::load_listed(*std::move(listing), reader, rules, options.caps);
    if (!read) return read.failure();
    for (const auto& one : read->arrays)
        if (into.arrays.find(one.name) != nullptr)
            return error{.code = errc::duplicate_name, .message = "two tensors have one name", .variable = one.name};
    if (into.arrays.empty()) into.arrays = std::move(read->arrays);
    else
        for (const auto& one : read->arrays) into.arrays.add(one.name, one.tensor);
    for (auto& one : read->report.warnings) warn(into, std::move(one));
    into.report.tensor_count += read->report.tensor_count;
    into.report.data_bytes += read->report.data_bytes;
    into.report.extra = std::move(read->report.extra);
    return {};
}
inline result<void> add_record(auto& files, std::string_view record, const file_request& wish, const load_options& options,
                               loaded_state& into) {
    auto file = open_record(files, record);
    if (!file) return file.failure();
    auto added = add_file(*file, wish, options, into);
    return added ? result<void>() : result<void>(std::move(added).error().in_file(file->path()));
}

/// The files of variables: those of their names, or NAME.txt where only that is there.
inline std::string file_of(std::string_view folder, const std::string& name) {
    const auto is_there = [&](std::string_view file) {
        return wherry::paths::is_file(wherry::paths::to_utf8(wherry::paths::of_utf8(folder, file)));
    };
    auto text = text_file::file_name_of(name);
    const bool in_text = wherry::detail::why_bad_file_name(name).empty() && !is_there(name) && is_there(text);
    return in_text ? text : name;
}
inline result<void> add_variables(disk& folder, auto& files, const load_options& options, loaded_state& into) {
    const auto names = names_in_order(options.of_folder);
    if (!names) return names.failure();
    for (const auto& name : *names) {
        const auto file = file_of(folder.path(), name);
        if (auto added = add_record(files, file, {.name = name, .first_alone = true}, options, into); !added)
            return std::move(added).error().of_variable(name);
    }
    return {};
}

/// Every file of a folder that holds tensors or, where none does, numbers in text; what is neither nor a program is warned about.
inline result<void> add_folder(const std::string& path, auto& files, const load_options& options, loaded_state& into) {
    const auto names = wherry::paths::files_beneath(path);
    if (!names) return names.failure();
    const auto in_order =
        options.in_order.empty() ? result<sequence<std::string>>(sequence<std::string>()) : names_in_order(options.in_order);
    if (!in_order) return in_order.failure();
    using kind = wire::file_kind;
    for (const auto takes :
         {+[](kind k) noexcept { return k == kind::tensors; }, +[](kind k) noexcept { return k == kind::tensors || k == kind::text; }}) {
        if (!into.arrays.empty()) break;
        into.report.warnings.clear();
        for (const auto& name : *names)
            if (auto added = add_record(files, name, {name, *in_order, true, false, takes}, options, into); !added) return added;
    }
    if (into.arrays.empty()) return error{.code = errc::nothing_to_save, .message = "no file of the folder holds tensors", .file = path};
    return {};
}
}  // namespace detail

/// All arrays of a file or folder, with their names; the kind is told by content. Checksums are checked where there are some.
/// Errors: not_found, not_regular_file, cannot_open; not_a_paddle_file (a program, say); bad_argument for a combined file
/// without names when `in_order` is empty; duplicate_name, missing_record, extra_record, mixed_kinds; those of the formats and `gunzip`.
inline result<loaded_state> load(const std::string& path, const load_options& options = {}) {
    loaded_state made;
    disk place{path};
    auto&& files = gzip_or_plain::decode(place, options.caps);
    const auto done = [&]() -> result<void> {
        if (wherry::paths::is_folder(path))
            return options.of_folder.empty() ? detail::add_folder(path, files, options, made)
                                             : detail::add_variables(place, files, options, made);
        const auto name = wherry::paths::to_utf8(wherry::paths::of_utf8(path).filename());
        detail::file_request wish{.name = name};
        if (!options.in_order.empty()) {
            auto names = detail::names_in_order(options.in_order);
            if (!names) return names.failure();
            wish.names = *std::move(names);
        }
        return detail::add_record(files, {}, wish, options, made);
    }();
    if (!done) return error(done.error()).in_file(path);
    return made;
}

/// The arrays of these variables. Bits that a file without bfloat16 or float8 held as unsigned numbers become those types
/// again where the variables say so; a variable may be held by its structured name.
/// Errors: mixed_kinds, nothing_to_save; missing_record, dtype_mismatch; shape_mismatch where a known dim differs (Paddle 3 writes [] for [1]).
inline result<state_dict> pick(const loaded_state& from, std::span<const Variable> variables) {
    const auto* const extra = from.report.extra.as<pickle::extra>();
    const auto wanted = tensors_among(variables);
    if (!wanted) return wanted.failure();
    state_dict made;
    for (const auto& var : *wanted) {
        const auto* held = from.arrays.find(var.name());
        if (held == nullptr && extra != nullptr)
            for (const auto& names : extra->structured_names)
                if (held == nullptr && names.parameter == var.name()) held = from.arrays.find(names.structured);
        if (held == nullptr)
            return error{.code = errc::missing_record,
                         .message = "the program has a variable that the arrays lack",
                         .variable = var.name(),
                         .found = wherry::detail::tensor_count_text(from.arrays.size())};
        if (numpy::kind_of(var.dtype()) != numpy::kind_of(held->dtype()))
            return error{.code = errc::dtype_mismatch,
                         .message = "the program has a variable of another element type",
                         .variable = var.name(),
                         .expected = name_of(var.dtype()),
                         .found = name_of(held->dtype())};
        const auto shape = var.shape();
        const bool scalar = held->count() == 1 && std::all_of(shape.begin(), shape.end(), [](auto dim) { return dim == 1; });
        if (!scalar && !agrees(shape, held->dims()))
            return error{.code = errc::shape_mismatch,
                         .message = "the program has a variable of another shape",
                         .variable = var.name(),
                         .expected = wherry::to_string(shape),
                         .found = to_string(held->dims())};
        made.add(var.name(), reinterpreted(*held, var.dtype()));
    }
    return made;
}

}  // namespace wherry::inline WHERRY_ABI::state_file

#endif
