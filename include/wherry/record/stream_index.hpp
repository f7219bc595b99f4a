#ifndef WHERRY_RECORD_STREAM_INDEX_HPP
#define WHERRY_RECORD_STREAM_INDEX_HPP

#include <wherry/base/budget.hpp>
#include <wherry/base/bytes.hpp>
#include <wherry/base/limits.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/record/any_reader.hpp>
#include <wherry/version.hpp>
#include <wherry/wire/tensor_stream.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI {

/// One tensor of a record: its header, and where its stream starts. `header.data_offset` says where its elements do.
struct indexed_tensor {
    wire::tensor_header header;
    std::uint64_t stream_offset = 0;
};

/// Walks over the tensors of a record by their headers alone; elements are stepped over, but are known to be there.
/// Reads little: whole small records at once, a few kilobytes around the headers of large tensors.
class stream_indexer {
  public:
    /// `window` is memory that may be handed from one record to the next, `room` what may be taken for elements.
    explicit stream_indexer(const any_reader& reader, byte_buffer& window, const limits& caps = {}, budget* room = nullptr)
        : reader_(reader), caps_(caps), window_(&window), room_(room), size_bytes_(reader.size_bytes()) {
        window.clear();
    }

    [[nodiscard]] bool at_end() const noexcept { return offset_ == size_bytes_; }
    /// The offset at which the next stream would start.
    [[nodiscard]] std::uint64_t offset() const noexcept { return offset_; }
    [[nodiscard]] std::uint64_t size_bytes() const noexcept { return size_bytes_; }

    /// The next tensor. Errors: those of `wire::read_tensor_header` and of the reader; truncated when the elements are
    /// not all there. Guarantee: after an error nothing has moved; no memory is reserved for a claimed length.
    result<indexed_tensor> next() {
        auto header = read_header();
        if (!header) return header.failure().in_file(reader_.path());
        const auto left = size_bytes_ - header->data_offset;
        if (!fits(header->data_bytes, left))
            return cut_short("the elements of a tensor are cut short", header->data_offset, header->data_bytes, left)
                .in_file(reader_.path());
        indexed_tensor made{*std::move(header), offset_};
        offset_ = made.header.data_end();
        step_ = made.header.data_bytes <= few_bytes ? wide_window : narrow_window;
        return made;
    }

    /// The header of the stream that `next` gave last, from its first byte to the elements; valid until the next call.
    [[nodiscard]] std::string_view header_bytes(const indexed_tensor& of) const noexcept {
        const auto size_bytes = of.header.data_offset - of.stream_offset;
        if (reader_.is_view())
            return reader_.bytes().substr(static_cast<std::size_t>(of.stream_offset), static_cast<std::size_t>(size_bytes));
        return seen(of.stream_offset, size_bytes);
    }

    /// The elements of the tensor that `next` gave last, where they are few enough to be read on the way or happen to be there; else, and of
    /// a record in memory, nothing. Valid until the next call. Errors: those of the reader.
    result<std::string_view> few_elements(const indexed_tensor& of) {
        const auto& header = of.header;
        if (reader_.is_view()) return std::string_view();
        if (header.data_bytes > few_bytes) return seen(header.data_offset, header.data_bytes);
        if (seen(header.data_offset, header.data_bytes).size() < header.data_bytes)
            if (auto read = fill(header.data_offset, std::min<std::uint64_t>(size_bytes_ - header.data_offset, wide_window)); !read)
                return read.failure();
        return seen(header.data_offset, header.data_bytes);
    }

    /// Memory for elements. Errors: too_large.
    result<void> take(std::uint64_t bytes) { return room_ != nullptr ? room_->take(bytes) : result<void>(); }

    /// Bytes that were read on the way, where they happen to be those; else nothing.
    [[nodiscard]] std::string_view seen(std::uint64_t offset, std::uint64_t size_bytes) const noexcept {
        const auto end = window_offset_ + window_->size();
        if (offset < window_offset_ || offset > end || !fits(size_bytes, end - offset)) return {};
        return view_of(*window_).substr(static_cast<std::size_t>(offset - window_offset_), static_cast<std::size_t>(size_bytes));
    }

  private:
    static constexpr std::size_t wide_window = std::size_t{1} << 16U;
    static constexpr std::size_t narrow_window = std::size_t{1} << 12U;
    static constexpr std::size_t few_bytes = wide_window / 4;

    result<wire::tensor_header> read_header() {
        if (reader_.is_view()) {
            byte_cursor in(reader_.bytes().substr(static_cast<std::size_t>(offset_)), offset_);
            return wire::read_tensor_header(in, caps_);
        }
        const auto left = size_bytes_ - offset_;
        if (seen(offset_, std::min<std::uint64_t>(left, 1)).empty() && left > 0)
            if (auto read = fill(offset_, left <= wide_window ? left : step_); !read) return read.failure();
        while (true) {
            const auto known = left == 0 ? std::string_view() : seen(offset_, window_offset_ + window_->size() - offset_);
            byte_cursor in(known, offset_);
            auto header = wire::read_tensor_header(in, caps_);
            // Cut short by the window, not by the record: a wider one. It doubles, it never trusts a claimed length.
            if (header || known.size() == left || header.error().code != errc::truncated || header.error().offset != in.offset())
                return header;
            if (auto read = fill(offset_, std::min<std::uint64_t>(left, std::max(2 * known.size(), narrow_window))); !read)
                return read.failure();
        }
    }
    result<void> fill(std::uint64_t offset, std::uint64_t size_bytes) {
        if (!window_->try_resize(static_cast<std::size_t>(size_bytes))) return out_of_memory(size_bytes);
        window_offset_ = offset;
        auto read = reader_.read_at(offset, std::as_writable_bytes(std::span(*window_)));
        if (!read) window_->clear();
        return read;
    }

    any_reader reader_;
    limits caps_;  // by value: the default one above is a temporary
    byte_buffer* window_;
    budget* room_;
    std::uint64_t size_bytes_;
    std::uint64_t offset_ = 0;
    std::uint64_t window_offset_ = 0;
    std::size_t step_ = narrow_window;
};

/// Every tensor of a record, up to its last byte. Errors: those of `stream_indexer::next`; an empty record is truncated.
inline result<sequence<indexed_tensor>> index_streams(const any_reader& reader, const limits& caps = {}) {
    byte_buffer window;
    stream_indexer indexer(reader, window, caps);
    sequence<indexed_tensor> found;
    do {
        auto next = indexer.next();
        if (!next) return next.failure();
        found.push_back(*std::move(next));
    } while (!indexer.at_end());
    return found;
}

}  // namespace wherry::inline WHERRY_ABI

#endif
