#ifndef WHERRY_TENSOR_TRANSPOSED_HPP
#define WHERRY_TENSOR_TRANSPOSED_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/result.hpp>
#include <wherry/tensor/copied.hpp>
#include <wherry/tensor/tensor.hpp>
#include <wherry/version.hpp>

#include <cstddef>
#include <cstring>
#include <utility>

namespace wherry::inline WHERRY_ABI {

/// A copy of a matrix with rows and columns exchanged: other frameworks keep the weights of a linear layer as [out, in],
/// Paddle as [in, out]. Shapes: [rows, columns] to [columns, rows]. Any element type.
/// Errors: bad_dims for other ranks, bad_desc when the bytes are not those of the dims, out_of_memory.
inline result<Tensor> transposed(const tensor_ref& array) {
    if (array.dims.rank() != 2)
        return failure(errc::bad_dims, "only a matrix is transposed")
            .of_variable(array.name)
            .expected("2 dims")
            .found(to_string(array.dims));
    if (auto checked = detail::check_bytes(array); !checked) return checked.failure();
    const auto size = size_of(array.dtype);
    const auto rows = static_cast<std::size_t>(array.dims[0]);
    const auto columns = static_cast<std::size_t>(array.dims[1]);
    Tensor made;
    if (!made.try_resize(array.dtype, {array.dims[1], array.dims[0]})) return out_of_memory(array.bytes.size());
    auto* to = made.bytes().data();
    for (std::size_t column = 0; column < columns; ++column)
        for (std::size_t row = 0; row < rows; ++row, to += size)
            std::memcpy(to, array.bytes.data() + (row * columns + column) * size, size);
    return made;
}

}  // namespace wherry::inline WHERRY_ABI

#endif
