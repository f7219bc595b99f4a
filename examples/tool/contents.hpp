#ifndef WHERRY_TOOL_CONTENTS_HPP
#define WHERRY_TOOL_CONTENTS_HPP

#include "files.hpp"
#include "inputs.hpp"
#include "progress.hpp"
#include "states.hpp"
#include "value_stats.hpp"

#include <wherry/archive/select.hpp>
#include <wherry/policy/memory.hpp>
#include <wherry/record/stream_index.hpp>
#include <wherry/record/whole_record.hpp>
#include <wherry/wire/annotation.hpp>
#include <wherry/wire/file_kind.hpp>
#include <wherry/wire/selected_rows.hpp>
#include <wherry/wire/sniff.hpp>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

/// The contents of files, by their bytes and not by their names.
namespace tool {

using wherry::indexed_tensor;

/// The streams of a file, in order. Elements are not read.
struct tensors {
    std::vector<indexed_tensor> streams;
    std::vector<std::string> names{};  ///< one a stream, where they are known
    bool checksums = false;            ///< every one has some; they are not checked here
    std::vector<value_stats> stats{};  ///< one per stream, where they were asked for
};

using selected_rows = wherry::wire::selected_rows_header;

/// Arrays by name in the form of a neighbour.
struct named_arrays {
    wherry::wire::file_kind kind = wherry::wire::file_kind::other;
    listing held;
    std::vector<value_stats> stats{};  ///< one per array, where they were asked for
};

/// A file and what is in it; `error` says why it is none of the kinds.
struct file_contents {
    std::string name;
    std::uint64_t size_bytes = 0;
    std::variant<error, Program, tensors, selected_rows, named_arrays> held;
    bool compressed = false;  ///< with gzip; offsets and so on are those of what is inside
};

namespace detail {
using held_kinds = decltype(file_contents::held);

constexpr std::size_t stats_piece_bytes = 1U << 20U;  ///< whole elements

/// Reads the elements of a stream, a piece at a time, and tells how far in the file it is.
template <class R>
result<value_stats> stats_of(R& file, const wherry::wire::tensor_header& header, const progress_bar& bar) {
    value_stats made;
    std::vector<std::byte> piece(static_cast<std::size_t>(std::min<std::uint64_t>(header.data_bytes, stats_piece_bytes)));
    for (std::uint64_t done = 0; done < header.data_bytes;) {
        const auto bytes = std::min<std::uint64_t>(piece.size(), header.data_bytes - done);
        const auto part = std::span(piece).first(static_cast<std::size_t>(bytes));
        if (auto read = file.read_at(header.data_offset + done, part); !read) return std::move(read).error();
        made.add(header.dtype, part);
        done += bytes;
        bar(header.data_offset + done, file.size_bytes());
    }
    return made;
}

/// Streams with what their annotations say.
template <class R>
result<tensors> annotated_streams(R& file, const progress_bar* stats) {
    wherry::byte_buffer window;
    wherry::stream_indexer indexer(file, window, chosen_limits::caps);
    tensors made{{}, {}, true};
    bool named = true;
    do {
        auto next = indexer.next();
        if (!next) return std::move(next).error();
        const auto note = wherry::wire::read_annotation(indexer.header_bytes(*next));
        if (!note) return error(note.error()).shifted(next->stream_offset).in_file(file.path());
        made.checksums = made.checksums && note->header_checksum.has_value();
        named = named && !note->name.empty();
        made.names.emplace_back(note->name);
        if (stats != nullptr) {
            auto values = stats_of(file, next->header, *stats);
            if (!values) return std::move(values).error();
            made.stats.push_back(*values);
        }
        made.streams.push_back(*std::move(next));
    } while (!indexer.at_end());
    if (!named) made.names.clear();
    return made;
}

/// Tensors, or rows: nothing in the bytes tells them apart but that every length has to fit.
template <class R>
result<held_kinds> streams_of(R& file, const progress_bar* stats) {
    auto streams = annotated_streams(file, stats);
    if (streams) return held_kinds(*std::move(streams));
    const auto bytes = wherry::read_all(file, std::min(chosen_limits::caps.program_bytes, chosen_limits::caps.total_bytes));
    if (!bytes) return std::move(streams).error();
    wherry::byte_cursor in(*bytes);
    auto rows = wherry::wire::read_selected_rows_header(in);
    if (!rows || rows->value.data_bytes != in.remaining()) return std::move(streams).error();
    return held_kinds(*std::move(rows));
}

template <class R>
result<held_kinds> program_of(R& file) {
    const auto bytes = wherry::read_all(file, std::min(chosen_limits::caps.program_bytes, chosen_limits::caps.total_bytes));
    if (!bytes) return bytes.error();
    auto program = parse_program(*bytes, operators::any);
    if (program) return held_kinds(*std::move(program));
    const bool json = wherry::wire::kind_of(*bytes, bytes->size()) == wherry::wire::file_kind::json;
    if (json || wherry::wire::detail::looks_like_program(*bytes))  // then why it was refused, not that it was
        return program.failure().in_file(file.path());
    auto kind = wherry::wire::foreign_kind(*bytes);
    if (kind.empty()) kind = bytes->empty() ? "an empty file" : "other bytes";
    return error{.code = errc::not_a_paddle_file,
                 .message = "this is neither a program nor tensors",
                 .file = file.path(),
                 .expected = "a program, tensors or arrays by name",
                 .found = kind};
}

/// Arrays of a neighbour's form: the headers are read. Errors: those of `list_state`.
inline result<held_kinds> arrays_of(const std::string& path, wherry::wire::file_kind kind, const progress_bar* stats) {
    auto read = list_state(path);
    if (!read) return std::move(read).error();
    named_arrays made{kind, *std::move(read), {}};
    if (stats == nullptr) return held_kinds(std::move(made));
    std::uint64_t all = 0;
    std::uint64_t done = 0;
    for (const auto& one : made.held.arrays) all += one.ref().size_bytes();
    for (const auto& one : made.held.arrays) {
        const auto tensor = one.tensor();
        if (!tensor) return tensor.error();
        auto& values = made.stats.emplace_back();
        for (auto left = tensor->bytes(); !left.empty();) {
            const auto part = left.first(std::min(left.size(), stats_piece_bytes));
            values.add(one.dtype, part);
            (*stats)(done += part.size(), all);
            left = left.subspan(part.size());
        }
    }
    return held_kinds(std::move(made));
}

/// The contents of the file at `path`, which `file` reads or, where it is compressed, what it becomes.
template <class R>
result<held_kinds> held_by(R& file, wherry::wire::file_kind kind, const std::string& path, const progress_bar* stats) {
    using wherry::wire::file_kind;
    for (const auto arrays : {file_kind::text, file_kind::npy, file_kind::pickle, file_kind::npz, file_kind::safetensors})
        if (kind == arrays) return arrays_of(path, kind, stats);
    if (kind == file_kind::tensors) return streams_of(file, stats);
    return program_of(file);
}

template <class R>
result<wherry::wire::file_kind> kind_of(R& file) {
    const auto head = wherry::read_head(file, wherry::wire::kind_bytes);
    if (!head) return head.error();
    return wherry::wire::kind_of(*head, file.size_bytes());
}
}  // namespace detail

/// The contents of a file; with `stats`, which is told how far it is, the values of its arrays are looked at, too. Errors: not_found,
/// not_regular_file, not_a_paddle_file, those of tensor streams, of `list_state` and of `unpacked`.
inline result<file_contents> contents_of(const std::string& path, const std::string& name, const progress_bar* stats = nullptr) {
    auto file = open_file(path);
    if (!file) return std::move(file).error();
    const auto kind = detail::kind_of(*file);
    if (!kind) return kind.error();
    const auto made = [&](result<detail::held_kinds>&& held, bool compressed) -> result<file_contents> {
        if (!held) return held.failure().in_file(path);
        return file_contents{name, file->size_bytes(), *std::move(held), compressed};
    };
    if (*kind != wherry::wire::file_kind::gzip) return made(detail::held_by(*file, *kind, path, stats), false);
    const auto packed = wherry::read_all(*file, chosen_limits::caps.total_bytes);
    if (!packed) return packed.error();
    const auto bytes = unpacked(*packed);
    if (!bytes) return error(bytes.error()).in_file(path);
    wherry::memory_reader inside(*bytes);
    return made(detail::held_by(inside, wherry::wire::kind_of(*bytes, bytes->size()), path, stats), true);
}

/// Every file beneath a folder, and in the tar archives there, sorted by name; what cannot be read is listed with its error. Links to folders are not followed,
/// folders whose name starts with a dot (.git) are left out.
inline result<std::vector<file_contents>> contents_beneath(const std::string& folder, const progress_bar* stats = nullptr) {
    std::error_code failed;
    std::vector<std::string> names;
    for (std::filesystem::recursive_directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed)) {
        std::error_code ignored;
        if (!at->is_directory(ignored)) names.push_back(at->path().lexically_relative(folder).generic_string());
        else if (at->path().filename().string().starts_with('.')) at.disable_recursion_pending();
    }
    if (failed)
        return error{
            .code = errc::cannot_open, .message = "the system failed while listing a folder", .file = folder, .found = failed.message()};
    std::sort(names.begin(), names.end());
    std::vector<file_contents> all;
    for (const auto& name : names) {
        const auto path = joined(folder, name);
        auto place = path;
        inputs unpacked_files;
        auto* const wanted = &place;
        if (auto opened = unpacked_files.open(std::span(&wanted, 1)); !opened) {
            all.push_back({name, 0, std::move(opened).error(), false});
            continue;
        }
        if (place != path) {
            auto inside = contents_beneath(place, stats);
            if (!inside) return inside;
            for (auto& one : *inside) {
                one.name = name + "/" + one.name;
                all.push_back(std::move(one));
            }
            continue;
        }
        auto one = contents_of(path, name, stats);
        all.push_back(one ? *std::move(one) : file_contents{name, 0, std::move(one).error(), false});
    }
    return all;
}

namespace detail {
/// True where a variable can have these dims: -1 is any.
inline bool agrees(const wherry::Variable& var, const wherry::wire::tensor_header& header) {
    return var.dtype() == header.dtype && wherry::agrees(var.shape(), header.dims);
}

/// Names of the streams, if they can be these variables, sorted by name as every writer does.
inline std::vector<std::string> names_among(std::vector<wherry::Variable> variables, const std::vector<indexed_tensor>& streams) {
    std::sort(variables.begin(), variables.end(), [](const auto& a, const auto& b) { return a.name() < b.name(); });
    const auto fits = [](const wherry::Variable& var, const indexed_tensor& stream) { return agrees(var, stream.header); };
    if (!std::equal(variables.begin(), variables.end(), streams.begin(), streams.end(), fits)) return {};
    std::vector<std::string> names;
    for (const auto& var : variables) names.push_back(var.name());
    return names;
}

inline bool declares(const Program& program, std::string_view name) { return static_cast<bool>(program.global_block().find_var(name)); }
}  // namespace detail

/// Names the tensors of combined files, which hold none, by the programs beside them: all persistables or all Parameters
/// of one must have the very element types and dims that the file has.
inline void name_by_programs(std::vector<file_contents>& files) {
    std::vector<const Program*> programs;
    for (const auto& file : files)
        if (const auto* program = std::get_if<Program>(&file.held)) programs.push_back(program);
    for (auto& file : files) {
        auto* held = std::get_if<tensors>(&file.held);
        if (held == nullptr) continue;
        for (const auto* program : programs) {
            if (held->names.empty() && held->streams.size() == 1 && detail::declares(*program, file.name)) held->names = {file.name};
            if (held->names.empty())
                held->names = detail::names_among(wherry::select(*program, wherry::filter::persistables{}), held->streams);
            if (held->names.empty()) held->names = detail::names_among(program->all_parameters(), held->streams);
        }
    }
}

}  // namespace tool

#endif
