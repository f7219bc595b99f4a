#ifndef WHERRY_FORMAT_NUMPY_HPP
#define WHERRY_FORMAT_NUMPY_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/limits.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/record/any_reader.hpp>
#include <wherry/record/byte_order.hpp>
#include <wherry/record/record_index.hpp>
#include <wherry/tensor/tensor.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

/// How NumPy describes arrays, in `.npy` files and in pickles.
namespace wherry::inline WHERRY_ABI::numpy {

namespace detail {
struct kind_row {
    std::string_view kind;
    DType dtype;
};
inline constexpr auto kinds = std::to_array<kind_row>({
    {"b1", DType::BOOL},
    {"i1", DType::INT8},
    {"i2", DType::INT16},
    {"i4", DType::INT32},
    {"i8", DType::INT64},
    {"u1", DType::UINT8},
    {"u2", DType::UINT16},
    {"u4", DType::UINT32},
    {"u8", DType::UINT64},
    {"f2", DType::FP16},
    {"f4", DType::FP32},
    {"f8", DType::FP64},
    {"c8", DType::COMPLEX64},
    {"c16", DType::COMPLEX128},
});
}  // namespace detail

/// NumPy's element type for ours, without the byte order: "f4". It has no bfloat16 and no float8: as in Paddle, their bits
/// are unsigned numbers.
constexpr std::string_view kind_of(DType dtype) noexcept {
    if (dtype == DType::BF16) return "u2";
    if (dtype == DType::FP8_E4M3FN || dtype == DType::FP8_E5M2) return "u1";
    if (dtype == DType::SIZE_T) return "u8";
    for (const auto& row : detail::kinds)
        if (row.dtype == dtype) return row.kind;
    return {};
}

/// Our element type for NumPy's, without the byte order.
constexpr std::optional<DType> dtype_of_kind(std::string_view kind) noexcept {
    for (const auto& row : detail::kinds)
        if (row.kind == kind) return row.dtype;
    return std::nullopt;
}

/// The name that NumPy prints: "float32"; bfloat16 is "uint16" there.
constexpr std::string_view name_of(DType dtype) noexcept {
    const auto seen = dtype_of_kind(kind_of(dtype));
    return wherry::name_of(seen.value_or(dtype));
}

/// How the elements of an array lie in a file.
struct array_layout {
    DType dtype = DType::FP32;
    bool big_endian = false;
    bool fortran_order = false;
    Shape dims{};

    friend bool operator==(const array_layout&, const array_layout&) = default;
};

/// Bytes of the elements. Errors: overflow, also where a dim of 0 would hide that the others multiply too far.
inline result<std::uint64_t> data_bytes(DType dtype, const Shape& dims) {
    const auto size = byte_count(dtype, dims);
    if (!size) return failure(errc::overflow, "the dims of an array multiply past what memory can hold").found(to_string(dims));
    return *size;
}

namespace detail {
/// Element by element from column-major to row-major order.
inline void to_row_major(std::span<const std::byte> from, Tensor& into) {
    const auto& dims = into.dims();
    const auto width = size_of(into.dtype());
    std::array<std::size_t, max_rank> stride_bytes{};
    std::array<std::size_t, max_rank> extent{};
    std::array<std::size_t, max_rank> at{};
    for (std::size_t axis = 0, step = width; axis < dims.rank(); ++axis) {
        extent[axis] = static_cast<std::size_t>(dims[axis]);
        stride_bytes[axis] = step;
        step *= extent[axis];
    }
    std::size_t offset = 0;
    const auto bytes = into.bytes();
    for (std::size_t done = 0; done < bytes.size(); done += width) {
        std::copy_n(from.data() + offset, width, bytes.data() + done);
        for (std::size_t axis = dims.rank(); axis-- > 0;) {
            offset += stride_bytes[axis];
            if (++at[axis] < extent[axis]) break;
            offset -= stride_bytes[axis] * extent[axis];
            at[axis] = 0;
        }
    }
}
}  // namespace detail

/// Fills a Tensor of the layout's type and dims, row-major and in the machine's byte order. `fill(span)` puts the file's bytes, as many as
/// `data_bytes` says, into memory and answers a `result<void>`.
template <class Fill>
result<void> fill_tensor(const array_layout& layout, Tensor& into, Fill fill) {
    if (layout.fortran_order && layout.dims.rank() > 1) {
        Tensor columns(layout.dtype, layout.dims);
        if (auto filled = fill(columns.bytes()); !filled) return filled;
        detail::to_row_major(columns.bytes(), into);
    } else if (auto filled = fill(into.bytes()); !filled) {
        return filled;
    }
    if (layout.big_endian) reverse_numbers(layout.dtype, into.bytes());
    elements_from_file(layout.dtype, into.bytes());
    return {};
}

/// An array that lies in a file.
struct stored_array {
    array_layout layout;
    std::uint64_t data_offset = 0;
    std::uint64_t data_bytes = 0;
};

/// The entry of a listing: elements that are row-major and little-endian may be read as they are, others are decoded.
inline indexed_array listed(std::string name, const stored_array& found) {
    indexed_array made{std::move(name), {found.layout.dtype, found.layout.dims, {}, found.data_bytes, found.data_offset}};
    if (!found.layout.big_endian && !(found.layout.fortran_order && found.layout.dims.rank() > 1)) return made;
    made.decoder = {[](const void* state, std::size_t, any_reader& reader, Tensor& into) {
                        const auto& array = *static_cast<const stored_array*>(state);
                        return fill_tensor(array.layout, into,
                                           [&](std::span<std::byte> bytes) { return reader.read_at(array.data_offset, bytes); });
                    },
                    std::make_shared<const stored_array>(found)};
    return made;
}

}  // namespace wherry::inline WHERRY_ABI::numpy

#endif
