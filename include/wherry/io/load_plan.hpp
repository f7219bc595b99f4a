#ifndef WHERRY_IO_LOAD_PLAN_HPP
#define WHERRY_IO_LOAD_PLAN_HPP

#include <wherry/io/annotated.hpp>
#include <wherry/io/byte_order.hpp>
#include <wherry/io/record_check.hpp>
#include <wherry/io/selected_rows.hpp>
#include <wherry/io/stream_index.hpp>
#include <wherry/program/variable.hpp>
#include <wherry/tensor/scope.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wherry::inline v0 {

/// What a load did.
struct load_report {
    std::size_t tensor_count = 0;
    std::uint64_t data_bytes = 0;  ///< of elements
    std::uint64_t lent_bytes = 0;  ///< of those, what was not copied: it stays in the mapping
    std::vector<error> warnings;   ///< trailing_bytes: a separate file goes on after its tensor
};

/// A tensor to be loaded.
struct wanted_tensor {
    std::string_view name;
    Variable parameter{};  ///< when not empty: the file's dims must be its shape
    bool is_rows = false;  ///< SelectedRows, in a record of their own
};

namespace detail {
/// A tensor between its file and its scope.
struct arrival {
    std::string_view name;
    wire::tensor_header header;
    std::string_view bytes;  ///< of a record in memory
    Tensor fresh;            ///< else, or where the held memory is too small
    Tensor* in_place = nullptr;
    std::optional<std::uint32_t> data_checksum;
    std::unique_ptr<SelectedRows> rows{};  ///< in place of all the others
};

/// A tensor of a record, and which of the wanted ones it is.
struct placed_tensor {
    std::size_t wanted = 0;
    indexed_tensor found;
    std::optional<std::uint32_t> data_checksum;
    Tensor fresh;  ///< small ones, read along with the headers
};

/// Small tensors come with the headers around them: a file of many is read once, in large pieces. Errors: those of the reader.
template <Reader R>
result<void> read_small(placed_tensor& into, stream_indexer<R>& indexer) {
    if constexpr (!ViewReader<R>) {
        const auto elements = indexer.few_elements(into.found);
        if (!elements) return elements.error();
        if (elements->empty()) return {};
        into.fresh.resize(into.found.header.dtype, into.found.header.dims);
        std::copy_n(as_bytes(*elements).begin(), elements->size(), into.fresh.bytes().begin());
    }
    return {};
}

inline result<void> check_shape(const wanted_tensor& want, const indexed_tensor& found, std::string_view path) {
    if (!want.parameter) return {};
    const auto shape = want.parameter.shape();
    const auto dims = found.header.dims.dims();
    if (std::equal(shape.begin(), shape.end(), dims.begin(), dims.end())) return {};
    return error{.code = errc::shape_mismatch,
                 .message = "the program has a parameter of another shape",
                 .file = path,
                 .offset = found.stream_offset,
                 .variable = want.name,
                 .expected = to_tuple(shape),
                 .found = to_tuple(dims)};
}

inline std::string tensor_count_text(std::size_t n) { return std::string(decimal(n).view()) + (n == 1 ? " tensor" : " tensors"); }

/// An error of a stream belongs to its variable, whatever message inside it was at fault.
inline error of_stream(error e, std::string_view name) {
    if (!name.empty()) e.variable = name;
    return e;
}

/// What is left of a record behind its last wanted tensor: an error, or a warning where the layout allows it.
template <class L>
result<void> check_end(const record& held, std::span<const wanted_tensor> wanted, std::uint64_t offset, std::uint64_t size_bytes,
                       std::string_view path, std::vector<error>& warnings) {
    if (offset == size_bytes) return {};
    error left{.code = errc::extra_record,
               .message = "the file goes on after the last wanted tensor",
               .file = path,
               .offset = offset,
               .expected = tensor_count_text(held.tensors.size()),
               .found = {decimal(size_bytes - offset), " bytes more"}};
    if (!tolerates_trailing_bytes<L>) return left;
    left.code = errc::trailing_bytes;
    if (!held.tensors.empty()) left.variable = wanted[held.tensors.back()].name;
    warnings.push_back(std::move(left));
    return {};
}

inline error other_name(std::string_view wanted, std::string_view found, std::uint64_t offset) {
    return {.code = errc::missing_record,
            .message = "the file holds a tensor of another name",
            .offset = offset,
            .variable = wanted,
            .expected = wanted,
            .found = found};
}

/// All headers of a record that holds the wanted tensors in their order, then its coverage.
template <class L, annotation_rules Rules, Reader R>
result<std::vector<placed_tensor>> index_in_order(const record& held, std::span<const wanted_tensor> wanted, stream_indexer<R>& indexer,
                                                  std::string_view path, std::vector<error>& warnings) {
    std::vector<placed_tensor> found;
    found.reserve(held.tensors.size());
    for (const auto at : held.tensors) {
        const auto name = wanted[at].name;
        if (indexer.at_end() && !found.empty())
            return error{.code = errc::missing_record,
                         .message = found.size() == 1 ? "the file ends after one tensor: is it the file of one variable?"
                                                      : "the file ends before the last wanted tensor",
                         .file = path,
                         .offset = indexer.offset(),
                         .variable = name,
                         .expected = tensor_count_text(held.tensors.size()),
                         .found = tensor_count_text(found.size())};
        auto next = indexer.next();
        if (!next) return of_stream(std::move(next).error(), name);
        found.push_back({at, *std::move(next), {}, {}});
        if constexpr (Rules.checksums || Rules.names) {
            const auto& made = found.back().found;
            const auto noted = note_of(indexer.header_bytes(made), Rules, made.stream_offset, std::span(&name, 1));
            if (!noted) return of_stream(noted.error(), name);
            if (Rules.names && noted->name != name) return other_name(name, noted->name, made.stream_offset);
            found.back().data_checksum = noted->data_checksum;
        }
        if (auto read = read_small(found.back(), indexer); !read) return of_stream(std::move(read).error(), name);
    }
    if (auto checked = check_end<L>(held, wanted, indexer.offset(), indexer.size_bytes(), path, warnings); !checked)
        return std::move(checked).error();
    return found;
}

/// The wanted tensors of a record whose streams have names; others are stepped over.
template <annotation_rules Rules, Reader R>
result<std::vector<placed_tensor>> index_by_name(const record& held, std::span<const wanted_tensor> wanted, stream_indexer<R>& indexer) {
    auto order = held.tensors;  // by name, as the streams come
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return wanted[a].name < wanted[b].name; });
    std::vector<std::string_view> names;
    names.reserve(order.size());
    for (const auto at : order) names.push_back(wanted[at].name);
    std::vector<bool> seen(order.size(), false);
    std::size_t next_unseen = 0;
    const auto likely_name = [&] { return next_unseen < names.size() ? names[next_unseen] : std::string_view(); };
    std::vector<placed_tensor> found;
    found.reserve(order.size());
    std::size_t stream_count = 0;
    for (; !indexer.at_end(); ++stream_count) {
        auto next = indexer.next();
        if (!next) return of_stream(std::move(next).error(), likely_name());
        const auto noted = note_of(indexer.header_bytes(*next), Rules, next->stream_offset, names);
        if (!noted) {  // the name it shows may be right, or be what is broken
            const bool known = noted.error().code == errc::bad_checksum && !noted.error().variable.empty();
            return known ? noted.error() : of_stream(noted.error(), likely_name());
        }
        const auto place = std::lower_bound(names.begin(), names.end(), noted->name);
        if (place == names.end() || *place != noted->name) continue;
        const auto at = static_cast<std::size_t>(place - names.begin());
        if (seen[at])
            return error{.code = errc::duplicate_name,
                         .message = "two tensors of the file have one name",
                         .offset = next->stream_offset,
                         .variable = names[at]};
        seen[at] = true;
        while (next_unseen < seen.size() && seen[next_unseen]) ++next_unseen;
        found.push_back({order[at], *std::move(next), noted->data_checksum, {}});
        if (auto read = read_small(found.back(), indexer); !read) return of_stream(std::move(read).error(), names[at]);
    }
    if (next_unseen == names.size()) return found;
    return error{.code = errc::missing_record,
                 .message = "the file holds no tensor of this name",
                 .variable = likely_name(),
                 .expected = tensor_count_text(names.size()),
                 .found = {tensor_count_text(found.size()), " of them among ", tensor_count_text(stream_count)}};
}

// What is said where the layout on the disk is another one.
inline constexpr std::string_view folder_instead = "a folder is no combined file: its files, one a variable, are loaded without a filename";
inline constexpr std::string_view combined_instead =
    "the file holds another tensor than this, and more behind it: the bytes of a combined file are loaded with a filename";

/// All headers of one record, then its coverage, then the shapes.
template <class L, annotation_rules Rules, Reader R>
result<std::vector<placed_tensor>> index_record(const record& held, std::span<const wanted_tensor> wanted, stream_indexer<R>& indexer,
                                                std::string_view path, std::vector<error>& warnings) {
    auto found = [&] {
        if constexpr (Rules.names && !tolerates_trailing_bytes<L>) return index_by_name<Rules>(held, wanted, indexer);
        else return index_in_order<L, Rules>(held, wanted, indexer, path, warnings);
    }();
    if (!found) return found;
    for (const auto& one : *found) {
        auto checked = check_shape(wanted[one.wanted], one.found, path);
        if (checked) continue;
        error failure = std::move(checked).error();
        if (tolerates_trailing_bytes<L> && !indexer.at_end()) failure.message = combined_instead;
        return failure;
    }
    return found;
}

/// Bytes between wanted tensors that are read and thrown away rather than stepped over with a call a tensor.
inline constexpr std::uint64_t widest_gaps = std::uint64_t{1} << 20U;

/// Reads the elements of a record that have not come with the headers, in as few calls as the reader allows.
template <Reader R>
result<void> read_elements(std::span<arrival> arrivals, R& reader) {
    std::vector<arrival*> into;
    for (auto& one : arrivals) {
        if (one.fresh.is_initialized()) continue;
        one.fresh.resize(one.header.dtype, one.header.dims);
        if (!one.fresh.bytes().empty()) into.push_back(&one);
    }
    if constexpr (ScatterReader<R>) {
        std::uint64_t gaps = 0;
        for (std::size_t i = 1; i < into.size(); ++i) gaps += into[i]->header.data_offset - into[i - 1]->header.data_end();
        if (into.size() > 1 && gaps <= widest_gaps) {  // one stretch: elements, what lies between (thrown away), elements, ...
            std::vector<std::byte> between(static_cast<std::size_t>(gaps));
            std::span<std::byte> unused(between);
            std::vector<std::span<std::byte>> pieces{into.front()->fresh.bytes()};
            pieces.reserve(2 * into.size());
            for (std::size_t i = 1; i < into.size(); ++i) {
                const auto gap = static_cast<std::size_t>(into[i]->header.data_offset - into[i - 1]->header.data_end());
                pieces.push_back(unused.first(gap));
                unused = unused.subspan(gap);
                pieces.push_back(into[i]->fresh.bytes());
            }
            return reader.read_at(into.front()->header.data_offset, std::span<const std::span<std::byte>>(pieces));
        }
    }
    for (auto* one : into)
        if (auto read = reader.read_at(one->header.data_offset, one->fresh.bytes()); !read)
            return std::move(read).error().of_variable(one->name);
    return {};
}

/// The wanted SelectedRows that a record holds; null when it holds tensors.
inline const wanted_tensor* rows_of(const record& held, std::span<const wanted_tensor> wanted) noexcept {
    for (const auto at : held.tensors)
        if (wanted[at].is_rows) return &wanted[at];
    return nullptr;
}

/// A record of SelectedRows alone. Errors: mixed_kinds, those of `wire::read_selected_rows_header`, truncated, too_large.
template <class L, Reader R>
result<std::unique_ptr<SelectedRows>> read_rows(const record& held, std::span<const wanted_tensor> wanted, R& reader, std::string_view path,
                                                const limits& caps, std::vector<error>& warnings) {
    const auto name = rows_of(held, wanted)->name;
    if (L::single_record || held.tensors.size() > 1) return rows_among_others(name);
    auto parsed = [&]() -> result<parsed_rows> {
        if constexpr (ViewReader<R>) {
            return parse_selected_rows(reader.bytes(), caps);
        } else {
            const auto bytes = read_all(reader, caps.arena_bytes);
            return bytes ? parse_selected_rows(*bytes, caps) : result<parsed_rows>(bytes.error());
        }
    }();
    if (!parsed) return of_stream(std::move(parsed).error(), name);
    if (auto checked = check_end<L>(held, wanted, parsed->end, reader.size_bytes(), path, warnings); !checked)
        return std::move(checked).error();
    return std::make_unique<SelectedRows>(std::move(parsed->rows));
}

/// Elements that may stay where they are: numbers as the machine has them, where a Tensor may start.
inline bool may_stay(DType dtype, std::string_view bytes) noexcept {
    constexpr auto boundary = static_cast<std::size_t>(aligned_bytes::alignment);
    const bool aligned = reinterpret_cast<std::uintptr_t>(bytes.data()) % boundary == 0;  // NOLINT: an address
    return native_is_little_endian && dtype != DType::BOOL && !bytes.empty() && aligned;
}
/// Lets tensors borrow the memory of a record where they can. The memory is the reader's own copy of the file, so it may
/// be written to.
inline void borrow(std::span<arrival> arrivals, const std::shared_ptr<void>& lender, load_report& report) {
    for (auto& one : arrivals) {
        if (!may_stay(one.header.dtype, one.bytes)) continue;
        auto* const data = const_cast<std::byte*>(as_bytes(one.bytes).data());  // NOLINT: a private mapping, see above
        one.fresh = Tensor::lent(one.header.dtype, one.header.dims, data, lender);
        report.lent_bytes += one.bytes.size();
        one.bytes = {};
    }
}

/// Everything is checked: what can fail for want of memory first, then only moves and copies.
inline void hand_over(std::span<arrival> arrivals, Scope& scope) {
    for (auto& one : arrivals) {
        if (one.fresh.is_initialized() || one.rows != nullptr) continue;  // read from a file, or lent
        auto* held = scope.find_var(one.name);
        if (held != nullptr && held->bytes().size() >= one.bytes.size()) one.in_place = held;
        else one.fresh.resize(one.header.dtype, one.header.dims);
    }
    for (auto& one : arrivals) {
        if (one.rows != nullptr) {
            scope.rows(one.name) = std::move(*one.rows);
            continue;
        }
        auto* held = one.in_place != nullptr ? one.in_place : scope.find_var(one.name);
        if (held == nullptr) held = &scope.var(one.name);
        if (one.in_place != nullptr) held->resize(one.header.dtype, one.header.dims);
        else held->swap(one.fresh);
        const auto bytes = held->bytes();
        if (one.bytes.data() != nullptr) std::copy_n(as_bytes(one.bytes).begin(), bytes.size(), bytes.begin());
        elements_from_file(one.header.dtype, bytes);
        held->set_lod(std::move(one.header.lod));
    }
}
}  // namespace detail

/// Loads tensors by name. Every header, byte count, coverage and shape is checked before anything in the scope changes.
/// A name that the scope and its parents lack is made in the scope. The tensor takes dtype, dims and LoD of the file.
/// From memory the bytes go into the memory that a tensor has, where it is large enough; from files into fresh memory,
/// since reading may fail late; from a lending source they stay where they are, if they start at a multiple of 64.
/// Under rules of annotations every tensor must carry them: checksums are checked, names decide which tensor is which.
/// Errors: those of the layout, the source and `stream_indexer::next`; missing_record, extra_record, shape_mismatch;
/// missing_required, bad_checksum, duplicate_name for annotations.
/// Guarantee: a load that fails leaves the scope exactly as it was.
template <Layout L, annotation_rules Rules = annotation_rules{}, Source S>
result<load_report> load_tensors(std::span<const wanted_tensor> wanted, Scope& scope, S& source, const L& layout = {},
                                 const limits& caps = {}) {
    using reader_type = typename decltype(source.open(std::string_view()))::value_type;
    std::vector<std::string_view> names;
    names.reserve(wanted.size());
    for (const auto& want : wanted) names.push_back(want.name);
    if (auto checked = check_tensor_names(names, caps); !checked) return std::move(checked).error();
    const auto records = records_of<L>(names, layout);
    if (!records) return records.error();
    names.clear();
    for (const auto& held : *records) names.push_back(held.name);
    if (auto expected = source.expect(names); !expected) return std::move(expected).error();

    load_report report;
    byte_buffer window;
    std::vector<detail::arrival> arrivals;
    arrivals.reserve(wanted.size());
    std::vector<reader_type> open;  // records in memory stay open until the end
    if constexpr (ViewReader<reader_type>) open.reserve(records->size());
    for (const auto& held : *records) {
        auto reader = source.open(held.name);
        if (!reader) {
            auto failure = std::move(reader).error();
            if (L::single_record && failure.found == "a folder") failure.message = detail::folder_instead;
            return std::move(failure).in_file(held.name).of_variable(held.tensors.size() == 1 ? wanted[held.tensors.front()].name : "");
        }
        const std::string path(std::string_view(reader->path()).empty() ? std::string_view(held.name) : std::string_view(reader->path()));
        if (detail::rows_of(held, wanted) != nullptr) {
            auto rows = detail::read_rows<L>(held, wanted, *reader, path, caps, report.warnings);
            if (!rows) return std::move(rows).error().in_file(path);
            report.data_bytes += (*rows)->value.bytes().size();
            arrivals.emplace_back().name = wanted[held.tensors.front()].name;
            arrivals.back().rows = *std::move(rows);
            continue;
        }
        stream_indexer<reader_type> indexer(*reader, window, caps);
        auto found = detail::index_record<L, Rules>(held, wanted, indexer, path, report.warnings);
        if (!found) return std::move(found).error().in_file(path);
        const auto first = arrivals.size();
        for (auto& one : *found) {
            report.data_bytes += one.found.header.data_bytes;
            arrivals.push_back({.name = wanted[one.wanted].name,
                                .header = std::move(one.found.header),
                                .bytes = {},
                                .fresh = std::move(one.fresh),
                                .in_place = nullptr,
                                .data_checksum = one.data_checksum});
        }
        if constexpr (ViewReader<reader_type>) {
            for (auto& one : std::span(arrivals).subspan(first))
                one.bytes = reader->bytes().substr(static_cast<std::size_t>(one.header.data_offset),
                                                   static_cast<std::size_t>(one.header.data_bytes));
            if constexpr (LendingReader<reader_type>) detail::borrow(std::span(arrivals).subspan(first), reader->lender(), report);
            open.push_back(*std::move(reader));
        } else if (auto read = detail::read_elements(std::span(arrivals).subspan(first), *reader); !read) {
            return std::move(read).error().in_file(path);
        }
        if constexpr (Rules.checksums)
            for (const auto& one : std::span(arrivals).subspan(first)) {
                const auto bytes = one.fresh.is_initialized() ? as_chars(one.fresh.bytes()) : one.bytes;
                if (auto checked = detail::check_elements(bytes, one.data_checksum, one.header.data_offset); !checked)
                    return std::move(checked).error().in_file(path).of_variable(one.name);
            }
    }
    detail::hand_over(arrivals, scope);
    report.tensor_count = arrivals.size();
    return report;
}

}  // namespace wherry::inline v0

#endif
