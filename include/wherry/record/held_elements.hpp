#ifndef WHERRY_RECORD_HELD_ELEMENTS_HPP
#define WHERRY_RECORD_HELD_ELEMENTS_HPP

#include <wherry/base/bytes.hpp>
#include <wherry/base/dtype.hpp>
#include <wherry/base/result.hpp>
#include <wherry/policy/sink.hpp>
#include <wherry/record/byte_order.hpp>
#include <wherry/tensor/tensor.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace wherry::inline WHERRY_ABI {

/// The elements of a tensor as long as this lives: borrowed, or fetched.
class held_elements {
  public:
    /// Errors: those of the source; shape_mismatch for another element type or other dims than were announced.
    static result<held_elements> of(const tensor_ref& tensor) {
        held_elements made;
        made.bytes_ = tensor.bytes;
        if (tensor.source == nullptr) return made;
        auto fetched = tensor.source->fetch(tensor.source->state.get(), tensor.source->at);
        if (!fetched) return fetched.failure().of_variable(tensor.name);
        if (fetched->dtype() != tensor.dtype || fetched->dims() != tensor.dims)
            return failure(errc::shape_mismatch, "the elements that were fetched are not those that were announced")
                .of_variable(tensor.name)
                .expected(to_string(tensor.dims))
                .found(to_string(fetched->dims()));
        made.fetched_ = *std::move(fetched);
        made.bytes_ = made.fetched_.bytes();
        return made;
    }
    [[nodiscard]] piece bytes() const noexcept { return bytes_; }
    /// Those that were fetched, to be changed in place; empty otherwise.
    [[nodiscard]] std::span<std::byte> own_bytes() noexcept { return fetched_.bytes(); }

  private:
    Tensor fetched_;
    piece bytes_;
};

/// Writes some elements, which are in the machine's order, as a format has them; `first` is the number of their first byte in the tensor.
using element_printer = void (*)(byte_buffer& out, const tensor_ref& tensor, std::uint64_t first, piece elements);

/// Elements in the order of the file: an `element_printer`.
inline void print_file_order(byte_buffer& out, const tensor_ref& tensor, std::uint64_t, piece elements) {
    const auto before = out.size();
    append(out, as_chars(elements));
    if constexpr (!native_is_little_endian) reverse_numbers(tensor.dtype, std::as_writable_bytes(std::span(out).subspan(before)));
}

/// Elements of a tensor with a source that are fetched when they are written.
struct later_elements {
    tensor_ref tensor;
    std::uint64_t first = 0;  ///< byte
    std::uint64_t count = 0;
    element_printer print = nullptr;  ///< null: in the order of the file
};

namespace detail {
/// A sink's `write_at` for one record.
struct record_writer {
    void* sink;
    std::size_t record;
    result<void> (*write)(void* sink, std::size_t record, std::uint64_t offset, std::span<const piece> pieces);

    result<void> operator()(std::uint64_t offset, std::span<const piece> pieces) const { return write(sink, record, offset, pieces); }
};

/// Writes elements, which have `size` bytes when they are printed, at `offset`: in one piece as they are, or a MiB at a time.
/// Errors: those of the sink; shape_mismatch for elements that are not what they were when the plan was made.
[[gnu::cold]] inline result<void> write_elements(const later_elements& from, piece elements, std::uint64_t size, std::uint64_t offset,
                                                 const record_writer& out) {
    if (from.print == nullptr && native_is_little_endian) return out(offset, std::span<const piece>(&elements, 1));
    constexpr std::size_t chunk_bytes = std::size_t{1} << 20U;  // a multiple of every element's size
    byte_buffer printed;
    std::uint64_t total = 0;
    for (std::size_t done = 0; done < elements.size() && total <= size; done += chunk_bytes) {
        printed.clear();
        const auto chunk = elements.subspan(done, std::min(chunk_bytes, elements.size() - done));
        (from.print != nullptr ? from.print : print_file_order)(printed, from.tensor, from.first + done, chunk);
        const auto bytes = as_bytes(view_of(printed));
        total += bytes.size();
        if (total > size) break;
        if (auto written = out(offset, std::span<const piece>(&bytes, 1)); !written) return written;
        offset += bytes.size();
    }
    if (total == size) return {};
    return failure(errc::shape_mismatch, "the elements changed while they were saved")
        .of_variable(from.tensor.name)
        .expected(size)
        .found(total);
}
}  // namespace detail

}  // namespace wherry::inline WHERRY_ABI

#endif
