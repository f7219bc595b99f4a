#ifndef WHERRY_INTEROP_STATE_FILE_HPP
#define WHERRY_INTEROP_STATE_FILE_HPP

#include <wherry/archive/select.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/format/named_streams.hpp>
#include <wherry/format/pickle.hpp>
#include <wherry/format/text_file.hpp>
#include <wherry/interop/gzip.hpp>
#include <wherry/interop/npz.hpp>
#include <wherry/interop/safetensors.hpp>
#include <wherry/policy/detail/utf8_path.hpp>
#include <wherry/policy/disk.hpp>
#include <wherry/program/variable.hpp>
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

/// Arrays by name from any file that holds some, told by its content: Paddle's combined files and folders, plain or with
/// annotations or gzip; `.pdparams`; `.npz`; safetensors; numbers in text, one file or a folder of NAME.txt. Needs zlib (`-lz`) and
/// nlohmann_json.
namespace wherry::inline WHERRY_ABI::state_file {

struct load_options {
    /// Names the tensors of a combined file that has none: sorted by name, as every writer does.
    std::span<const Variable> in_order{};
    /// Of a folder only these, each in the file of its name. Empty: every file that holds tensors. They also are what numbers in
    /// text are taken for, where the text does not say it.
    std::span<const Variable> of_folder{};
    limits caps{};
};

struct contents {
    state_dict arrays;
    sequence<pickle::state_file::structured_name> structured_names;  ///< of `.pdparams`
    sequence<error> warnings;                                        ///< what is there and is no array
};

namespace detail {
inline result<void> add(contents& into, std::string name, Tensor tensor, std::string_view file) {
    if (into.arrays.find(name) != nullptr)
        return error{.code = errc::duplicate_name, .message = "two tensors have one name", .file = file, .variable = name};
    into.arrays.add(std::move(name), std::move(tensor));
    return {};
}

/// The names of variables that have a place in a combined file, in its order. Errors: mixed_kinds, nothing_to_save.
inline result<sequence<std::string>> names_in_order(std::span<const Variable> variables) {
    const auto kept = wherry::detail::tensors_among(variables);
    if (!kept) return kept.error();
    sequence<std::string> names;
    for (const auto& var : *kept) names.push_back(var.name());
    std::sort(names.begin(), names.end());
    return names;
}

/// Gives the tensors of a combined file the names that a program has.
inline result<void> name_after(named_streams& read, const sequence<std::string>& names, std::string_view file) {
    const auto count_text = wherry::detail::tensor_count_text;
    if (read.tensors.size() < names.size())
        return error{.code = errc::missing_record,
                     .message = "the file ends before the last wanted tensor",
                     .file = file,
                     .offset = read.end_offset,
                     .variable = names[read.tensors.size()],
                     .expected = count_text(names.size()),
                     .found = count_text(read.tensors.size())};
    if (!read.at_end() || read.tensors.size() > names.size())
        return error{.code = errc::extra_record,
                     .message = "the file goes on after the last wanted tensor",
                     .file = file,
                     .offset = read.end_offset,
                     .expected = count_text(names.size()),
                     .found = {decimal(read.size_bytes - read.end_offset), " bytes more"}};
    for (std::size_t i = 0; i < names.size(); ++i) read.tensors[i].name = names[i];
    return {};
}

/// Where a file stands: alone, or in a folder, where a single tensor is named by its file.
enum class place : std::uint8_t { alone, folder };

/// Streams, named by themselves, by the program or, where there is one, by the file.
template <Reader R>
result<void> add_streams(R& reader, std::string_view file_name, place where, const load_options& options, contents& into) {
    sequence<std::string> names;
    if (!options.in_order.empty()) {
        auto wanted = names_in_order(options.in_order);
        if (!wanted) return std::move(wanted).failure();
        names = *std::move(wanted);
    }
    auto read = read_streams(reader, names.empty() || where == place::folder ? ~std::size_t{0} : names.size(), options.caps);
    if (!read) return std::move(read).failure();
    const bool by_file = read->tensors.size() == 1 && (names.empty() || where == place::folder);
    const bool named = std::all_of(read->tensors.begin(), read->tensors.end(), [](const auto& one) { return !one.name.empty(); });
    if (!named && by_file) {
        read->tensors[0].name = file_name;
    } else if (!named && !names.empty()) {
        if (auto done = name_after(*read, names, reader.path()); !done) return done;
    } else if (!named) {
        return error{.code = errc::bad_argument,
                     .message = "a combined file without names is read with the program that it belongs to",
                     .file = reader.path(),
                     .expected = "a program",
                     .found = wherry::detail::tensor_count_text(read->tensors.size())};
    }
    for (auto& one : read->tensors)
        if (auto added = add(into, std::move(one.name), std::move(one.tensor), reader.path()); !added) return added;
    return {};
}

inline void warn(contents& into, std::string_view what, std::string_view name, std::string_view file) {
    into.warnings.push_back({.code = errc::unsupported, .message = what, .file = file, .variable = name});
}

/// The arrays in the bytes of a neighbour's file.
inline result<void> add_neighbour(wire::file_kind kind, std::string_view bytes, const limits& caps, contents& into) {
    switch (kind) {
        case wire::file_kind::pickle: {
            auto state = pickle::parse(bytes, caps);
            if (!state) return std::move(state).failure();
            into.arrays = std::move(state->arrays);
            into.structured_names = std::move(state->structured_names);
            for (const auto& key : state->others) warn(into, "a value of the pickle is no array and is left out", key, {});
            return {};
        }
        case wire::file_kind::npz: {
            auto state = npz::parse(bytes, caps);
            if (!state) return std::move(state).failure();
            into.arrays = std::move(state->arrays);
            for (const auto& name : state->others) warn(into, "a member of the archive is no array and is left out", name, {});
            return {};
        }
        default: {
            auto state = safetensors::load(memory{bytes}, caps);
            if (!state) return std::move(state).failure();
            into.arrays = std::move(state->arrays);
            return {};
        }
    }
}

/// The array in a text, of the type and dims that its variable has where the text has none of its own.
template <Reader R>
result<void> add_text(R& reader, std::string_view file_name, const load_options& options, contents& into) {
    const auto bytes = wherry::read_all(reader);
    if (!bytes) return bytes.error();
    const auto name = text_file::name_in(file_name);
    text_file::assumed otherwise;
    for (const auto& variables : {options.in_order, options.of_folder})
        for (const auto& var : variables) {
            if (var.name() != name || var.tensor_desc() == nullptr) continue;
            const auto dims = Shape::from(var.shape());
            otherwise.dtype = var.dtype();
            if (dims && dims->is_concrete()) otherwise.dims = *dims;
        }
    auto read = text_file::parse(*bytes, otherwise);
    if (!read) return std::move(read).error().of_variable(name);
    return add(into, std::string(name), *std::move(read), reader.path());
}

inline error no_state(wire::file_kind kind, std::uint64_t size_bytes, std::string_view head) {
    auto found = wire::name_of(kind);
    if (const auto foreign = wire::foreign_kind(head); kind == wire::file_kind::other && !foreign.empty()) found = foreign;
    if (size_bytes == 0) found = "an empty file";
    return {.code = errc::not_a_paddle_file,
            .message = "this file holds no arrays by name",
            .expected = "tensors, .pdparams, .npz, safetensors or numbers in text",
            .found = found};
}

/// Calls use(reader) with what the bytes of a reader were before gzip.
template <Reader R, class Use>
result<void> with_unpacked(R& reader, const limits& caps, Use use) {
    const auto packed = wherry::read_all(reader);
    if (!packed) return packed.error();
    const auto bytes = gunzip(*packed, caps);
    if (!bytes) return bytes.error();
    memory_reader inside(view_of(*bytes));
    return use(inside);
}

/// Arrays of one file of any kind; a file in memory is what another one held, compressed.
template <Reader R>
result<void> add_file(R& reader, std::string_view file_name, place where, const load_options& options, contents& into) {
    const auto head = read_head(reader, wire::kind_bytes);
    if (!head) return head.error();
    const auto kind = wire::kind_of(*head, reader.size_bytes());
    switch (kind) {
        case wire::file_kind::tensors: return add_streams(reader, file_name, where, options, into);
        case wire::file_kind::pickle:
        case wire::file_kind::npz:
        case wire::file_kind::safetensors: {
            const auto bytes = wherry::read_all(reader);
            if (!bytes) return bytes.error();
            return add_neighbour(kind, *bytes, options.caps, into);
        }
        case wire::file_kind::text: return add_text(reader, file_name, options, into);
        case wire::file_kind::gzip:
            if constexpr (!ViewReader<R>)
                return with_unpacked(reader, options.caps,
                                     [&](memory_reader& inside) { return add_file(inside, file_name, where, options, into); });
            [[fallthrough]];
        default: {
            auto wrong = no_state(kind, reader.size_bytes(), *head);
            if (ViewReader<R>) wrong.message = "what is compressed here holds no arrays by name";
            return wrong;
        }
    }
}

/// The tensor of one variable, from a file that may be longer than it.
template <Reader R>
result<void> add_variable(R& reader, std::string_view name, const load_options& options, contents& into) {
    const auto head = read_head(reader, wire::kind_bytes);
    if (!head) return head.error();
    const auto kind = wire::kind_of(*head, reader.size_bytes());
    if (kind == wire::file_kind::text) return add_text(reader, name, options, into);
    if constexpr (!ViewReader<R>)
        if (kind == wire::file_kind::gzip)
            return with_unpacked(reader, options.caps, [&](memory_reader& inside) { return add_variable(inside, name, options, into); });
    auto read = read_streams(reader, 1, options.caps);
    if (!read) return std::move(read).failure();
    if (!read->at_end())
        into.warnings.push_back({.code = errc::trailing_bytes,
                                 .message = "the file goes on after the last wanted tensor",
                                 .file = reader.path(),
                                 .offset = read->end_offset,
                                 .variable = name,
                                 .found = {decimal(read->size_bytes - read->end_offset), " bytes more"}});
    return add(into, std::string(name), std::move(read->tensors.front().tensor), reader.path());
}

/// The files of variables: those of their names, or NAME.txt where only that is there.
inline sequence<std::string> files_of(std::string_view folder, const sequence<std::string>& names) {
    sequence<std::string> files;
    for (const auto& name : names) {
        auto text = text_file::file_name_of(name);
        const bool in_text = wherry::detail::why_bad_file_name(name).empty() &&
                             !wherry::detail::is_file(wherry::detail::shown_path(wherry::detail::utf8_path(folder, name))) &&
                             wherry::detail::is_file(wherry::detail::shown_path(wherry::detail::utf8_path(folder, text)));
        files.push_back(in_text ? std::move(text) : name);
    }
    return files;
}

inline result<void> add_variables(disk& folder, const load_options& options, contents& into) {
    const auto names = names_in_order(options.of_folder);
    if (!names) return names.error();
    const auto files = files_of(folder.path(), *names);
    const sequence<std::string_view> records(files.begin(), files.end());
    if (auto expected = folder.expect(records); !expected) return expected;
    for (std::size_t i = 0; i < records.size(); ++i) {
        const std::string_view name = (*names)[i];
        auto file = folder.open(records[i]);
        if (!file) return std::move(file).error().of_variable(name);
        if (auto added = add_variable(*file, name, options, into); !added)
            return std::move(added).error().in_file(file->path()).of_variable(name);
    }
    return {};
}

/// One file of a folder. What is neither tensors nor a program is passed over with a warning; so is text, but in a folder of text.
inline result<void> add_file_of_folder(disk& folder, const std::string& name, bool of_text, const load_options& options, contents& into) {
    const std::string_view record(name);
    if (auto expected = folder.expect(std::span(&record, 1)); !expected) return expected;
    auto file = folder.open(record);
    if (!file) return std::move(file).failure();
    const auto head = read_head(*file, wire::kind_bytes);
    if (!head) return head.error();
    const auto kind = wire::kind_of(*head, file->size_bytes());
    if (kind == wire::file_kind::tensors || kind == wire::file_kind::gzip || (of_text && kind == wire::file_kind::text)) {
        if (auto added = add_file(*file, name, place::folder, options, into); !added) return std::move(added).error().in_file(file->path());
    } else if (kind != wire::file_kind::program) {
        into.warnings.push_back(no_state(kind, file->size_bytes(), *head).in_file(file->path()));
    }
    return {};
}

/// Every file of a folder that holds tensors or, where none does, numbers in text.
inline result<void> add_folder(const std::string& path, const load_options& options, contents& into) {
    const auto names = wherry::detail::files_beneath(path);
    if (!names) return names.error();
    disk folder{path};
    for (const bool of_text : {false, true}) {
        if (!into.arrays.empty()) break;
        into.warnings.clear();
        for (const auto& name : *names)
            if (auto added = add_file_of_folder(folder, name, of_text, options, into); !added) return added;
    }
    if (into.arrays.empty()) return error{.code = errc::nothing_to_save, .message = "no file of the folder holds tensors", .file = path};
    return {};
}
}  // namespace detail

/// The arrays in the bytes of a `.pdparams`, `.npz` or safetensors file, told by content.
/// Errors: not_a_paddle_file, those of `pickle::parse`, `npz::parse` and `safetensors::load`.
inline result<contents> parse(std::string_view bytes, const limits& caps = {}) {
    const auto kind = wire::kind_of(bytes, bytes.size());
    if (kind != wire::file_kind::pickle && kind != wire::file_kind::npz && kind != wire::file_kind::safetensors)
        return detail::no_state(kind, bytes.size(), bytes);
    contents made;
    if (auto added = detail::add_neighbour(kind, bytes, caps, made); !added) return std::move(added).failure();
    return made;
}

/// All arrays of a file or folder, with their names; the kind is told by content. Checksums are checked where there are some.
/// Errors: not_found, not_regular_file, cannot_open; not_a_paddle_file (a program, say); bad_argument for a combined file
/// without names when `in_order` is empty; duplicate_name, missing_record, extra_record, mixed_kinds; those of `read_streams`,
/// `pickle::parse`, `npz::parse`, `safetensors::load`, `text_file::parse` and `gunzip`.
inline result<contents> load(const std::string& path, const load_options& options = {}) {
    contents made;
    const auto done = [&]() -> result<void> {
        if (wherry::detail::is_folder(path)) {
            disk folder{path};
            return options.of_folder.empty() ? detail::add_folder(path, options, made) : detail::add_variables(folder, options, made);
        }
        disk file{path};
        auto reader = open_record(file);
        if (!reader) return std::move(reader).failure();
        return detail::add_file(*reader, wherry::detail::shown_path(wherry::detail::utf8_path(path).filename()), detail::place::alone,
                                options, made);
    }();
    if (!done) return error(done.error()).in_file(path);
    return made;
}

/// The arrays of these variables. Bits that a file without bfloat16 or float8 held as unsigned numbers become those types
/// again where the variables say so; a variable may be held by its structured name.
/// Errors: mixed_kinds, nothing_to_save; missing_record, dtype_mismatch; shape_mismatch where a known dim differs (Paddle 3 writes [] for [1]).
inline result<state_dict> pick(const contents& from, std::span<const Variable> variables) {
    const auto wanted = wherry::detail::tensors_among(variables);
    if (!wanted) return wanted.error();
    state_dict made;
    for (const auto& var : *wanted) {
        const auto* held = from.arrays.find(var.name());
        for (const auto& names : from.structured_names)
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
