#ifndef WHERRY_IO_LOAD_PLAN_HPP
#define WHERRY_IO_LOAD_PLAN_HPP

#include <wherry/io/byte_order.hpp>
#include <wherry/io/record_check.hpp>
#include <wherry/io/stream_index.hpp>
#include <wherry/program/variable.hpp>
#include <wherry/tensor/scope.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
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
    std::vector<error> warnings;   ///< trailing_bytes: a separate file goes on after its tensor
};

/// A tensor to be loaded.
struct wanted_tensor {
    std::string_view name;
    Variable parameter{};  ///< when not empty: the file's dims must be its shape
};

namespace detail {
/// A tensor between its file and its scope.
struct arrival {
    std::string_view name;
    wire::tensor_header header;
    std::string_view bytes;  ///< of a record in memory
    Tensor fresh;            ///< else, or where the held memory is too small
    Tensor* in_place = nullptr;
};

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

/// All headers of one record, then its coverage, then the shapes.
template <class L, Reader R>
result<std::vector<indexed_tensor>> index_record(const record& held, std::span<const wanted_tensor> wanted, stream_indexer<R>& indexer,
                                                 std::string_view path, std::vector<error>& warnings) {
    std::vector<indexed_tensor> found;
    found.reserve(held.tensors.size());
    const auto count_text = [](std::size_t n) { return std::string(decimal(n).view()) + (n == 1 ? " tensor" : " tensors"); };
    for (const auto at : held.tensors) {
        if (indexer.at_end() && !found.empty())
            return error{.code = errc::missing_record,
                         .message = "the file ends before the last wanted tensor",
                         .file = path,
                         .offset = indexer.offset(),
                         .variable = wanted[at].name,
                         .expected = count_text(held.tensors.size()),
                         .found = count_text(found.size())};
        auto next = indexer.next();
        if (!next) return std::move(next).error().of_variable(wanted[at].name);
        found.push_back(*std::move(next));
    }
    if (!indexer.at_end()) {
        error left{.code = errc::extra_record,
                   .message = "the file goes on after the last wanted tensor",
                   .file = path,
                   .offset = indexer.offset(),
                   .expected = count_text(found.size()),
                   .found = std::string(decimal(indexer.size_bytes() - indexer.offset()).view()) + " bytes more"};
        if (!tolerates_trailing_bytes<L>) return left;
        left.code = errc::trailing_bytes;
        if (!held.tensors.empty()) left.variable = wanted[held.tensors.back()].name;
        warnings.push_back(std::move(left));
    }
    for (std::size_t i = 0; i < found.size(); ++i)
        if (auto checked = check_shape(wanted[held.tensors[i]], found[i], path); !checked) return std::move(checked).error();
    return found;
}

/// Reads the elements of a record into fresh tensors, in as few calls as the reader allows.
template <Reader R>
result<void> read_elements(std::span<arrival> into, R& reader, const stream_indexer<R>& indexer) {
    if (into.empty()) return {};
    for (auto& one : into) one.fresh.resize(one.header.dtype, one.header.dims);
    if constexpr (ScatterReader<R>) {
        if (into.size() > 1) {  // one stretch: elements, the next header (thrown away), elements, ...
            std::uint64_t gaps = 0;
            for (std::size_t i = 1; i < into.size(); ++i)
                gaps += into[i].header.data_offset - (into[i - 1].header.data_offset + into[i - 1].header.data_bytes);
            std::vector<std::byte> headers(static_cast<std::size_t>(gaps));
            std::span<std::byte> unused(headers);
            std::vector<std::span<std::byte>> pieces{into.front().fresh.bytes()};
            pieces.reserve(2 * into.size());
            for (std::size_t i = 1; i < into.size(); ++i) {
                const auto gap = into[i].header.data_offset - (into[i - 1].header.data_offset + into[i - 1].header.data_bytes);
                pieces.push_back(unused.first(static_cast<std::size_t>(gap)));
                unused = unused.subspan(static_cast<std::size_t>(gap));
                pieces.push_back(into[i].fresh.bytes());
            }
            return reader.read_at(into.front().header.data_offset, std::span<const std::span<std::byte>>(pieces));
        }
    }
    for (auto& one : into) {
        const auto bytes = one.fresh.bytes();
        if (const auto seen = indexer.seen(one.header.data_offset, bytes.size()); seen.size() == bytes.size()) {
            std::copy_n(as_bytes(seen).begin(), bytes.size(), bytes.begin());
        } else if (auto read = reader.read_at(one.header.data_offset, bytes); !read) {
            return std::move(read).error().of_variable(one.name);
        }
    }
    return {};
}

/// Everything is checked: what can fail for want of memory first, then only moves and copies.
inline void hand_over(std::span<arrival> arrivals, Scope& scope) {
    for (auto& one : arrivals) {
        if (one.fresh.is_initialized()) continue;  // read from a file
        auto* held = scope.find_var(one.name);
        if (held != nullptr && held->bytes().size() >= one.bytes.size()) one.in_place = held;
        else one.fresh.resize(one.header.dtype, one.header.dims);
    }
    for (auto& one : arrivals) {
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
/// since reading may fail late.
/// Errors: those of the layout, the source and `stream_indexer::next`; missing_record, extra_record, shape_mismatch.
/// Guarantee: a load that fails leaves the scope exactly as it was.
template <Layout L, Source S>
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
        if (!reader)
            return std::move(reader).error().in_file(held.name).of_variable(held.tensors.size() == 1 ? wanted[held.tensors.front()].name
                                                                                                     : "");
        const std::string path(std::string_view(reader->path()).empty() ? std::string_view(held.name) : std::string_view(reader->path()));
        stream_indexer<reader_type> indexer(*reader, window, caps);
        auto found = detail::index_record<L>(held, wanted, indexer, path, report.warnings);
        if (!found) return std::move(found).error().in_file(path);
        const auto first = arrivals.size();
        for (std::size_t i = 0; i < found->size(); ++i) {
            report.data_bytes += (*found)[i].header.data_bytes;
            arrivals.push_back({.name = wanted[held.tensors[i]].name,
                                .header = std::move((*found)[i].header),
                                .bytes = {},
                                .fresh = {},
                                .in_place = nullptr});
        }
        if constexpr (ViewReader<reader_type>) {
            for (auto& one : std::span(arrivals).subspan(first))
                one.bytes = reader->bytes().substr(static_cast<std::size_t>(one.header.data_offset),
                                                   static_cast<std::size_t>(one.header.data_bytes));
            open.push_back(*std::move(reader));
        } else if (auto read = detail::read_elements<reader_type>(std::span(arrivals).subspan(first), *reader, indexer); !read) {
            return std::move(read).error().in_file(path);
        }
    }
    detail::hand_over(arrivals, scope);
    report.tensor_count = arrivals.size();
    return report;
}

}  // namespace wherry::inline v0

#endif
