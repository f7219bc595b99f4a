#ifndef WHERRY_TENSOR_COPIED_HPP
#define WHERRY_TENSOR_COPIED_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/result.hpp>
#include <wherry/tensor/tensor.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <cassert>
#include <utility>

namespace wherry::inline WHERRY_ABI {

namespace detail {
/// Whether an array of somebody else can be read at all, before memory is reserved for its dims. Errors: bad_desc.
inline result<void> check_bytes(const tensor_ref& array) {
    if (byte_count(array.dtype, array.dims) == array.bytes.size()) return {};
    return failure(errc::bad_desc, "the bytes are not those of the dims").of_variable(array.name);
}
}  // namespace detail

/// An array in memory of its own, with its LoD. Errors: bad_desc when the bytes are not those of the dims; out_of_memory.
inline result<Tensor> copied(const tensor_ref& array) {
    if (auto checked = detail::check_bytes(array); !checked) return checked.failure();
    Tensor made;
    if (!made.try_resize(array.dtype, array.dims)) return out_of_memory(array.bytes.size());
    std::copy(array.bytes.begin(), array.bytes.end(), made.bytes().begin());
    if (array.lod != nullptr) made.set_lod(*array.lod);
    return made;
}

/// The same bits as another element type of that width: what NumPy has no type for travels as unsigned numbers.
inline Tensor reinterpreted(Tensor array, DType dtype) {
    assert(size_of(dtype) == size_of(array.dtype()));
    if (array.dtype() == dtype) return array;
    auto lod = array.lod();
    array.resize(dtype, array.dims());  // the memory stays, and what is in it
    array.set_lod(std::move(lod));
    return array;
}

}  // namespace wherry::inline WHERRY_ABI

#endif
