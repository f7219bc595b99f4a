#ifndef WHERRY_FORMAT_NAMED_STREAMS_HPP
#define WHERRY_FORMAT_NAMED_STREAMS_HPP

#include <wherry/base/sequence.hpp>
#include <wherry/record/annotated.hpp>
#include <wherry/record/byte_order.hpp>
#include <wherry/record/stream_index.hpp>
#include <wherry/tensor/tensor.hpp>
#include <wherry/version.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

namespace wherry::inline WHERRY_ABI {

/// One tensor of a record, with the name that its annotation has; empty where there is none.
struct named_stream {
    std::string name;
    Tensor tensor;
    bool has_checksums = false;
};

/// Tensors of a record, and where the last of them ends.
struct named_streams {
    sequence<named_stream> tensors;
    std::uint64_t end_offset = 0;
    std::uint64_t size_bytes = 0;  ///< of the record

    [[nodiscard]] bool at_end() const noexcept { return end_offset == size_bytes; }
};

namespace detail {
/// A tensor whose header was read, with its elements. Where there are checksums, both are checked.
template <Reader R>
result<named_stream> read_stream(R& reader, indexed_tensor&& found, std::string_view header) {
    const auto held = wire::read_annotation(header);
    if (!held) return error(held.error()).shifted(found.stream_offset).in_file(reader.path());
    const auto placed = [&](error wrong) {
        if (wrong.offset == no_offset) wrong.offset = found.stream_offset;
        return error(std::move(wrong).in_file(reader.path()).of_variable(held->name));
    };
    if (held->header_checksum)
        if (auto checked = wire::check_header(header, *held); !checked) return placed(std::move(checked).error());
    const std::string name(held->name);  // the header lies in the indexer's window
    const auto data_checksum = held->data_checksum;
    named_stream made{name, Tensor(found.header.dtype, found.header.dims), data_checksum.has_value()};
    if (auto read = reader.read_at(found.header.data_offset, made.tensor.bytes()); !read)
        return std::move(read).error().in_file(reader.path()).of_variable(name);
    if (auto checked = check_elements(as_chars(made.tensor.bytes()), data_checksum, found.header.data_offset); !checked)
        return std::move(checked).error().in_file(reader.path()).of_variable(name);
    elements_from_file(found.header.dtype, made.tensor.bytes());
    made.tensor.set_lod(std::move(found.header.lod));
    return made;
}
}  // namespace detail

/// Reads the tensors of a record, of a combined file or of one variable's, with whatever annotations they have.
/// Without names it stops after `count` of them; tensors that have names are read to the last byte.
/// Errors: those of `stream_indexer::next`, `wire::read_annotation` and the reader; bad_checksum; missing_required where
/// some tensors have checksums and others have none: a flipped bit can hide an annotation as a whole.
template <Reader R>
result<named_streams> read_streams(R& reader, std::size_t count = std::numeric_limits<std::size_t>::max(), const limits& caps = {}) {
    byte_buffer window;
    stream_indexer indexer(reader, window, caps);
    named_streams made{{}, 0, indexer.size_bytes()};
    bool named = false;
    do {
        auto next = indexer.next();
        if (!next) return next.failure();
        const auto header = indexer.header_bytes(*next);
        auto read = detail::read_stream(reader, *std::move(next), header);
        if (!read) return read.failure();
        if (!made.tensors.empty() && read->has_checksums != made.tensors.front().has_checksums)
            return error{.code = errc::missing_required,
                         .message = "some tensors of the file have a checksum and others have none",
                         .file = reader.path(),
                         .offset = made.end_offset,
                         .variable = read->name};
        named = named || !read->name.empty();
        made.tensors.push_back(*std::move(read));
        made.end_offset = indexer.offset();
    } while (!indexer.at_end() && (named || made.tensors.size() < count));
    return made;
}

}  // namespace wherry::inline WHERRY_ABI

#endif
