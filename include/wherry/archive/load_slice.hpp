#ifndef WHERRY_ARCHIVE_LOAD_SLICE_HPP
#define WHERRY_ARCHIVE_LOAD_SLICE_HPP

#include <wherry/base/limits.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/record/byte_order.hpp>
#include <wherry/record/stream_index.hpp>
#include <wherry/record/whole_record.hpp>
#include <wherry/tensor/tensor.hpp>
#include <wherry/version.hpp>

#include <cstdint>
#include <type_traits>
#include <utility>

namespace wherry::inline WHERRY_ABI {

/// Loads `shape` elements of a record's first tensor, from element `seek` on, and reads no other byte of its data: how a
/// parameter server takes its part of a large file. The LoD is left out, since it is that of all rows.
/// Errors: bad_argument for a slice that reaches past the tensor, those of `stream_indexer::next` and of the source.
/// Source: fluid 1.8.5, attributes `seek` and `shape` of the operator `load`.
template <class S>
    requires Source<std::remove_reference_t<S>> result<Tensor> load_slice(S&& source, std::uint64_t seek, const Shape& shape,
                                                                          const limits& caps = {}) {
        auto reader = open_record(source);
        if (!reader) return reader.failure();
        byte_buffer window;
        stream_indexer indexer(*reader, window, caps);
        const auto found = indexer.next();
        if (!found) return found.failure();
        const auto& header = found->header;
        const auto all = header.dims.count();
        if (!byte_count(header.dtype, shape) || seek > all || !fits(shape.count(), all - seek))
            return failure(errc::bad_argument, "a slice reaches past the tensor")
                .in_file(reader->path())
                .expected({"inside ", to_string(header.dims)})
                .found({to_string(shape), " from element ", decimal(seek)});
        Tensor slice(header.dtype, shape);
        auto read = reader->read_at(header.data_offset + seek * size_of(header.dtype), slice.bytes());
        if (!read) return read.failure();
        elements_from_file(header.dtype, slice.bytes());
        return slice;
    }

}  // namespace wherry::inline WHERRY_ABI

#endif
