#ifndef WHERRY_TENSOR_CONVERTED_HPP
#define WHERRY_TENSOR_CONVERTED_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/float16.hpp>
#include <wherry/base/result.hpp>
#include <wherry/tensor/copied.hpp>
#include <wherry/tensor/tensor.hpp>
#include <wherry/version.hpp>

#include <cstddef>
#include <cstring>
#include <type_traits>
#include <utility>

namespace wherry::inline WHERRY_ABI {

namespace detail {
template <class To, class From>
constexpr To float_as(From v) noexcept {
    if constexpr (std::is_same_v<To, From>) return v;
    else if constexpr (std::is_same_v<From, float16> || std::is_same_v<From, bfloat16>) return float_as<To>(static_cast<float>(v));
    else if constexpr (std::is_same_v<To, float16> || std::is_same_v<To, bfloat16>) return To(static_cast<float>(v));
    else return static_cast<To>(v);
}

/// Calls f with a value of the C++ type of a floating element type.
template <class F>
void with_float(DType dtype, F f) {
    switch (dtype) {
        case DType::FP16: return f(float16());
        case DType::BF16: return f(bfloat16());
        case DType::FP32: return f(float());
        case DType::FP64: return f(double());
        default: return;
    }
}
}  // namespace detail

/// A copy in another floating element type: float16, bfloat16, float32, float64, each to each, rounded to nearest (float64
/// becomes 16 bits by way of float32). Nothing in wherry converts unless it is asked to.
/// Errors: dtype_mismatch for other element types, bad_desc when the bytes are not those of the dims, overflow for dims
/// with a 0 whose others multiply too far in the wider type, out_of_memory.
inline result<Tensor> converted(const tensor_ref& array, DType to) {
    for (const auto dtype : {array.dtype, to})
        if (!is_floating(dtype))
            return failure(errc::dtype_mismatch, "only floating element types are converted into each other")
                .of_variable(array.name)
                .expected("float16, bfloat16, float32 or float64")
                .found(name_of(dtype));
    if (auto checked = detail::check_bytes(array); !checked) return checked.failure();
    if (!byte_count(to, array.dims))
        return failure(errc::overflow, "the dims of an array multiply past what memory can hold")
            .of_variable(array.name)
            .found(to_string(array.dims));
    Tensor made;
    if (!made.try_resize(to, array.dims)) return out_of_memory(byte_count(to, array.dims).value_or(0));
    detail::with_float(array.dtype, [&]<class From>(From element) {
        detail::with_float(to, [&]<class To>(To) {
            const auto into = made.elements<To>();
            for (std::size_t i = 0; i < into.size(); ++i) {  // by copy: elements of a mapped file lie anywhere
                std::memcpy(&element, array.bytes.data() + i * sizeof(From), sizeof(From));
                into[i] = detail::float_as<To>(element);
            }
        });
    });
    if (array.lod != nullptr) made.set_lod(*array.lod);
    return made;
}

}  // namespace wherry::inline WHERRY_ABI

#endif
