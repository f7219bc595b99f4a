#ifndef WHERRY_RECORD_RECORD_INDEX_HPP
#define WHERRY_RECORD_RECORD_INDEX_HPP

#include <wherry/base/number.hpp>
#include <wherry/base/order.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/policy/layout.hpp>
#include <wherry/program/variable.hpp>
#include <wherry/record/annotated.hpp>
#include <wherry/record/any_reader.hpp>
#include <wherry/record/kept_extra.hpp>
#include <wherry/record/stream_index.hpp>
#include <wherry/record/wanted.hpp>
#include <wherry/tensor/scope.hpp>
#include <wherry/tensor/selected_rows.hpp>
#include <wherry/tensor/shared_blocks.hpp>
#include <wherry/tensor/tensor.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

/// Which tensors a record holds, found by their headers, and what is wrong with it if they are not those that are wanted.
namespace wherry::inline WHERRY_ABI {

/// Checks elements after they were read, with what a header says of them; there may be no check. Errors: bad_checksum.
struct element_check {
    using function = result<void> (*)(std::string_view bytes, const element_check& wanted, std::uint64_t offset);
    function run = nullptr;
    std::uint32_t sum = 0;
    std::uint32_t before = 0;  ///< the sum of bytes before the elements, where it includes them
};

/// Makes elements that do not lie in the record as a Tensor has them: deflated, pickled, printed. `run` fills a Tensor of the dims and
/// the type that the index gave, from whatever `state` holds of the record; the reader is that of the index.
struct element_decoder {
    using function = result<void> (*)(const void* state, std::size_t at, any_reader& reader, Tensor& into);
    function run = nullptr;
    std::shared_ptr<const void> state{};
    std::size_t at = 0;
};

/// An array of a record, as the index of a format has it. Without a decoder its elements lie in the record, little-endian and row-major.
struct indexed_array {
    std::string name;  ///< empty where the format has none
    wire::tensor_header header;
    element_check check{};
    element_decoder decoder{};
};

/// The arrays of a record.
struct record_listing {
    sequence<indexed_array> arrays;
    kept_extra extra{};              ///< what is not an array, as the format has it
    sequence<std::string> others{};  ///< the names of what is not an array
    std::uint64_t end_offset = 0;    ///< where the last array that was looked for ends; the record may go on
    std::uint64_t held_bytes = 0;    ///< memory that it keeps: a file as a whole, whose arrays are decoded
};

/// The request to a format.
struct listing_request {
    limits caps{};
    std::size_t count = ~std::size_t{0};  ///< a record of arrays without names need not be listed further
    Variable variable{};                  ///< what the only array of a record is taken for, where the record does not say it
};

namespace detail {
/// A tensor between its file and its scope: which of the wanted ones it is, and where it lies in its record.
struct placed_tensor {
    std::size_t wanted = 0;
    indexed_tensor found{};
    element_check check{};
    Tensor fresh{};  ///< its elements; not there yet for large ones, and where the memory that the scope holds will do
    element_decoder decoder{};
    std::string_view bytes{};              ///< of a record in memory
    Tensor* held = nullptr;                ///< the scope's, at the end of a load
    bool in_place = false;                 ///< whose memory will do
    bool is_decoded = false;               ///< `fresh` is as a Tensor has it
    bool is_claimed = false;               ///< `fresh` is the scope's own, see `claim`
    bool is_read = false;                  ///< from the file, or in part
    std::unique_ptr<SelectedRows> rows{};  ///< in place of all the others
};

/// The CRC-32C of elements. Errors: bad_checksum.
inline result<void> check_elements(std::string_view bytes, const element_check& wanted, std::uint64_t offset) {
    const auto sum = crc32c(bytes);
    if (sum == wanted.sum) return {};
    return failure(errc::bad_checksum, "the elements of a tensor are not as they were written").at(offset).expected(wanted.sum).found(sum);
}

/// A format whose type is known to whoever made this; it is only pointed at.
struct any_format {
    using lister = result<record_listing> (*)(const void* format, any_reader& reader, const listing_request& request);
    const void* held = nullptr;
    lister list = nullptr;

    result<record_listing> index(any_reader& reader, const listing_request& request) const { return list(held, reader, request); }
};

/// The policies of an archive as rules for a record. A rule that they do not ask for is a null pointer, and not linked.
struct record_rules {
    bool single_record = false;
    bool tolerates_trailing_bytes = false;
    annotation_rules annotations{};
    result<sequence<placed_tensor>> (*by_name)(const record&, std::span<const wanted_tensor>, stream_indexer&, shared_blocks&,
                                               const record_rules&) = nullptr;
    // Of a format other than Paddle's streams:
    any_format format{};
    std::string_view suffix{};  ///< of the file of a variable
    result<sequence<placed_tensor>> (*place)(const record&, std::span<const wanted_tensor>, record_listing&, const record_rules&,
                                             std::uint64_t size_bytes, std::string_view path, sequence<error>& warnings) = nullptr;
    // Of a load that reads into the tensors of the scope:
    void (*claim)(std::span<placed_tensor>, std::span<const wanted_tensor>, new_names&) = nullptr;
};

inline element_check check_of(const note& noted) noexcept {
    return noted.data_checksum ? element_check{check_elements, *noted.data_checksum} : element_check{};
}

/// Small tensors come with the headers around them: a file of many is read once, in large pieces. Errors: those of the reader.
inline result<void> read_small(placed_tensor& into, stream_indexer& indexer, shared_blocks& blocks) {
    const auto elements = indexer.few_elements(into.found);
    if (!elements) return elements.failure();
    if (elements->empty()) return {};
    if (auto taken = indexer.take(elements->size()); !taken) return taken;
    into.fresh = blocks.make(into.found.header.dtype, into.found.header.dims);
    if (!into.fresh.is_initialized()) return out_of_memory(elements->size());
    std::copy_n(as_bytes(*elements).begin(), elements->size(), into.fresh.bytes().begin());
    return {};
}

inline std::string tensor_count_text(std::size_t n) { return std::string(decimal(n).view()) + (n == 1 ? " tensor" : " tensors"); }

/// An error of a stream belongs to its variable, whatever message inside it was at fault.
[[gnu::noinline, gnu::cold]] inline failure of_stream(failure held, std::string_view name) {
    if (!name.empty()) held.get()->variable = name;
    return held;
}

/// A record ends before the last wanted tensor, or holds more of them.
inline error other_count(std::size_t wanted, std::size_t found, std::uint64_t offset, std::string_view name) {
    const bool fewer = found < wanted;
    return {.code = fewer ? errc::missing_record : errc::extra_record,
            .message = fewer ? "the file ends before the last wanted tensor" : "the file goes on after the last wanted tensor",
            .offset = offset,
            .variable = name,
            .expected = tensor_count_text(wanted),
            .found = tensor_count_text(found)};
}
/// As above: the bytes after the last wanted tensor.
inline error more_bytes(std::size_t wanted, std::uint64_t offset, std::uint64_t size_bytes) {
    auto more = other_count(wanted, wanted, offset, {});
    more.found = {decimal(size_bytes - offset), " bytes more"};
    return more;
}

/// The rest of a record after its last wanted tensor: an error, or a warning where the layout allows it.
inline result<void> check_end(const record& held, std::span<const wanted_tensor> wanted, std::uint64_t offset, std::uint64_t size_bytes,
                              bool tolerant, std::string_view path, sequence<error>& warnings) {
    if (offset == size_bytes) return {};
    auto left = more_bytes(held.tensors.size(), offset, size_bytes);
    left.file = path;
    if (!tolerant) return left;
    left.code = errc::trailing_bytes;
    if (!held.tensors.empty()) left.variable = wanted[held.tensors.back()].name;
    warnings.push_back(std::move(left));
    return {};
}

inline failure other_name(std::string_view wanted, std::string_view found, std::uint64_t offset) {
    return failure(errc::missing_record, "the file holds a tensor of another name")
        .at(offset)
        .of_variable(wanted)
        .expected(wanted)
        .found(found);
}

/// A flipped bit can hide an annotation as a whole.
inline failure some_checksums(std::string_view name, std::uint64_t offset) {
    return failure(errc::missing_required, "some tensors of the file have a checksum and others have none").at(offset).of_variable(name);
}

/// All headers of a record that holds the wanted tensors in their order, then its coverage.
inline result<sequence<placed_tensor>> index_in_order(const record& held, std::span<const wanted_tensor> wanted, stream_indexer& indexer,
                                                      shared_blocks& blocks, const record_rules& rules, std::string_view path,
                                                      sequence<error>& warnings) {
    sequence<placed_tensor> found;
    found.reserve(held.tensors.size());
    for (const auto at : held.tensors) {
        const auto name = wanted[at].name;
        if (indexer.at_end() && !found.empty()) {
            auto fewer = other_count(held.tensors.size(), found.size(), indexer.offset(), name);
            if (found.size() == 1) fewer.message = "the file ends after one tensor: is it the file of one variable?";
            return std::move(fewer).in_file(path);
        }
        auto next = indexer.next();
        if (!next) return of_stream(next.failure(), name);
        found.push_back({.wanted = at, .found = *std::move(next)});
        const auto& made = found.back().found;
        auto noted = note_of(indexer.header_bytes(made), rules.annotations, made.stream_offset, std::span(&name, 1));
        if (!noted) return of_stream(noted.failure(), name);
        if (!noted->name.empty() && noted->name != name) return other_name(name, noted->name, made.stream_offset);
        found.back().check = check_of(*noted);
        if ((found.back().check.run == nullptr) != (found.front().check.run == nullptr)) return some_checksums(name, made.stream_offset);
        if (auto read = read_small(found.back(), indexer, blocks); !read) return of_stream(read.failure(), name);
    }
    auto checked = check_end(held, wanted, indexer.offset(), indexer.size_bytes(), rules.tolerates_trailing_bytes, path, warnings);
    if (!checked) return checked.failure();
    return found;
}

/// The wanted tensors of a record whose streams have names; others are stepped over.
inline result<sequence<placed_tensor>> index_by_name(const record& held, std::span<const wanted_tensor> wanted, stream_indexer& indexer,
                                                     shared_blocks& blocks, const record_rules& rules) {
    auto order = held.tensors;  // by name, as the streams come
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return wanted[a].name < wanted[b].name; });
    sequence<std::string_view> names;
    names.reserve(order.size());
    for (const auto at : order) names.push_back(wanted[at].name);
    sequence<bool> seen(order.size(), false);
    std::size_t next_unseen = 0;
    const auto likely_name = [&] { return next_unseen < names.size() ? names[next_unseen] : std::string_view(); };
    sequence<placed_tensor> found;
    found.reserve(order.size());
    std::size_t stream_count = 0;
    for (; !indexer.at_end(); ++stream_count) {
        auto next = indexer.next();
        if (!next) return of_stream(next.failure(), likely_name());
        auto noted = note_of(indexer.header_bytes(*next), rules.annotations, next->stream_offset, names);
        if (!noted) {  // the name it shows may be right, or be what is broken
            const bool known = noted.error().code == errc::bad_checksum && !noted.error().variable.empty();
            return known ? noted.failure() : of_stream(noted.failure(), likely_name());
        }
        const auto place = std::lower_bound(names.begin(), names.end(), noted->name);
        if (place == names.end() || *place != noted->name) continue;
        const auto at = static_cast<std::size_t>(place - names.begin());
        if (seen[at])
            return failure(errc::duplicate_name, "two tensors of the file have one name").at(next->stream_offset).of_variable(names[at]);
        seen[at] = true;
        while (next_unseen < seen.size() && seen[next_unseen]) ++next_unseen;
        found.push_back({.wanted = order[at], .found = *std::move(next), .check = check_of(*noted)});
        if (auto read = read_small(found.back(), indexer, blocks); !read) return of_stream(read.failure(), names[at]);
    }
    if (next_unseen == names.size()) return found;
    return failure(errc::missing_record, "the file holds no tensor of this name")
        .of_variable(likely_name())
        .expected(tensor_count_text(names.size()))
        .found({tensor_count_text(found.size()), " of them among ", tensor_count_text(stream_count)});
}

// Said where the layout on the disk is another one.
inline constexpr std::string_view combined_instead =
    "the file holds another tensor than this, and more after it: the bytes of a combined file are loaded with a filename";

/// All headers of one record, then its coverage, then the shapes.
inline result<sequence<placed_tensor>> index_record(const record& held, std::span<const wanted_tensor> wanted, stream_indexer& indexer,
                                                    shared_blocks& blocks, const record_rules& rules, std::string_view path,
                                                    sequence<error>& warnings) {
    auto found = rules.by_name != nullptr ? rules.by_name(held, wanted, indexer, blocks, rules)
                                          : index_in_order(held, wanted, indexer, blocks, rules, path, warnings);
    if (!found) return found;
    for (const auto& one : *found) {
        auto checked = check_shape(wanted[one.wanted], one.found, path);
        if (checked) continue;
        error failure = std::move(checked).error();
        if (rules.tolerates_trailing_bytes && !indexer.at_end()) failure.message = combined_instead;
        return failure;
    }
    return found;
}

/// The place of an array's elements, checked: users write formats, too. Errors: overflow, shape_mismatch, truncated.
inline result<void> check_stored(const wire::tensor_header& header, std::uint64_t after, std::uint64_t size_bytes) {
    const auto wanted = byte_count(header.dtype, header.dims);
    if (!wanted || *wanted != header.data_bytes)
        return failure(errc::shape_mismatch, "the bytes of a tensor are not as many as its dims say")
            .at(header.data_offset)
            .found(header.data_bytes);
    if (header.data_offset >= after && header.data_offset <= size_bytes && header.data_bytes <= size_bytes - header.data_offset) return {};
    return failure(errc::truncated, "the elements of a tensor lie among others or past the end")
        .at(header.data_offset)
        .expected(after)
        .found(size_bytes);
}

/// The array of the listing that is wanted: by name or, where the record has no names, by its place.
/// Errors: missing_record, extra_record, duplicate_name.
inline result<sequence<std::size_t>> match(const record& held, std::span<const wanted_tensor> wanted, std::span<const indexed_array> arrays,
                                           std::uint64_t end_offset) {
    const bool nameless = std::all_of(arrays.begin(), arrays.end(), [](const auto& one) { return one.name.empty(); });
    sequence<std::size_t> matched;
    matched.reserve(held.tensors.size());
    if (nameless) {
        if (arrays.size() != held.tensors.size())
            return other_count(held.tensors.size(), arrays.size(), end_offset,
                               wanted[held.tensors[std::min(arrays.size(), held.tensors.size() - 1)]].name);
        for (std::size_t i = 0; i < arrays.size(); ++i) matched.push_back(i);
        return matched;
    }
    sequence<std::string_view> names;
    names.reserve(arrays.size());
    for (const auto& one : arrays) names.push_back(one.name);
    const auto order = order_of(names);
    if (const auto twice = find_repeated(names, order); twice != names.size())
        return failure(errc::duplicate_name, "two tensors of the file have one name").of_variable(names[twice]);
    for (const auto at : held.tensors) {
        const auto place = std::lower_bound(order.begin(), order.end(), wanted[at].name,
                                            [&](std::size_t i, std::string_view name) { return names[i] < name; });
        if (place == order.end() || names[*place] != wanted[at].name)
            return failure(errc::missing_record, "the file holds no tensor of this name")
                .of_variable(wanted[at].name)
                .found(tensor_count_text(arrays.size()));
        matched.push_back(*place);
    }
    return matched;
}

/// The wanted arrays of a listing: those that are stored in the order of their elements, after those that are decoded; others are
/// stepped over. Errors: those of `match` and `check_stored`; shape_mismatch.
inline result<sequence<placed_tensor>> place_arrays(const record& held, std::span<const wanted_tensor> wanted, record_listing& listing,
                                                    const record_rules& rules, std::uint64_t size_bytes, std::string_view path,
                                                    sequence<error>& warnings) {
    const auto matched = match(held, wanted, listing.arrays, listing.end_offset);
    if (!matched) return matched.failure();
    sequence<placed_tensor> found;
    found.reserve(matched->size());
    for (std::size_t i = 0; i < matched->size(); ++i) {
        auto& one = listing.arrays[(*matched)[i]];
        const auto offset = one.header.data_offset;
        found.push_back(
            {.wanted = held.tensors[i], .found = {std::move(one.header), offset}, .check = one.check, .decoder = std::move(one.decoder)});
        if (auto checked = check_shape(wanted[held.tensors[i]], found.back().found, path); !checked) return checked.failure();
    }
    if (listing.end_offset != 0) {
        auto checked = check_end(held, wanted, listing.end_offset, size_bytes, rules.tolerates_trailing_bytes, path, warnings);
        if (!checked) return checked.failure();
    }
    std::sort(found.begin(), found.end(), [](const placed_tensor& a, const placed_tensor& b) {
        const auto& left = a.found.header;
        const auto& right = b.found.header;
        return left.data_offset != right.data_offset ? left.data_offset < right.data_offset : left.data_bytes < right.data_bytes;
    });
    std::uint64_t after = 0;
    for (const auto& one : found) {
        if (one.decoder.run != nullptr) continue;
        if (auto checked = check_stored(one.found.header, after, size_bytes); !checked)
            return checked.failure().of_variable(wanted[one.wanted].name);
        after = one.found.header.data_end();
    }
    return found;
}

template <Layout L, annotation_rules Rules>
constexpr record_rules record_rules_of() noexcept {
    record_rules made{.single_record = L::single_record, .tolerates_trailing_bytes = tolerates_trailing_bytes<L>, .annotations = Rules};
    if constexpr (Rules.names && !tolerates_trailing_bytes<L>) made.by_name = index_by_name;
    return made;
}
}  // namespace detail

}  // namespace wherry::inline WHERRY_ABI

#endif
