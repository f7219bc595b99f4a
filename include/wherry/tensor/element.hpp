#ifndef WHERRY_TENSOR_ELEMENT_HPP
#define WHERRY_TENSOR_ELEMENT_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/float16.hpp>
#include <wherry/tensor/tensor.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>

/// Elements of any type as numbers: slow, and for tools that compare.
namespace wherry::inline WHERRY_ABI {

namespace detail {
template <class T>
T load_as(const std::byte* at) noexcept {
    T value;
    std::memcpy(&value, at, sizeof(T));
    return value;
}

/// Source: the OCP 8-bit floating point specification, E4M3: no infinity, one NaN for each sign.
inline double from_e4m3(std::uint8_t bits) noexcept {
    const int exponent = (bits >> 3U) & 15;
    const int mantissa = bits & 7;
    if ((bits & 0x7fU) == 0x7fU) return std::numeric_limits<double>::quiet_NaN();
    const double magnitude = exponent == 0 ? std::ldexp(mantissa, -9) : std::ldexp(8 + mantissa, exponent - 10);
    return (bits & 0x80U) != 0 ? -magnitude : magnitude;
}
}  // namespace detail

/// The element at an address, in the machine's byte order, which need not be aligned. 64-bit integers are rounded to 53 bits.
inline std::complex<double> element_at(DType dtype, const std::byte* at) noexcept {
    using detail::load_as;
    switch (dtype) {
        case DType::BOOL: return *at == std::byte{0} ? 0.0 : 1.0;
        case DType::INT8: return load_as<std::int8_t>(at);
        case DType::INT16: return load_as<std::int16_t>(at);
        case DType::INT32: return load_as<std::int32_t>(at);
        case DType::INT64: return static_cast<double>(load_as<std::int64_t>(at));
        case DType::UINT8: return load_as<std::uint8_t>(at);
        case DType::UINT16: return load_as<std::uint16_t>(at);
        case DType::UINT32: return load_as<std::uint32_t>(at);
        case DType::UINT64:
        case DType::SIZE_T: return static_cast<double>(load_as<std::uint64_t>(at));
        case DType::FP16: return static_cast<float>(load_as<float16>(at));
        case DType::BF16: return static_cast<float>(load_as<bfloat16>(at));
        case DType::FP32: return load_as<float>(at);
        case DType::FP64: return load_as<double>(at);
        case DType::COMPLEX64: return {load_as<float>(at), load_as<float>(at + 4)};
        case DType::COMPLEX128: return {load_as<double>(at), load_as<double>(at + 8)};
        case DType::FP8_E4M3FN: return detail::from_e4m3(load_as<std::uint8_t>(at));
        case DType::FP8_E5M2: {  // the upper half of a binary16
            float16 half;
            half.bits = static_cast<std::uint16_t>(load_as<std::uint8_t>(at) << 8U);
            return static_cast<float>(half);
        }
    }
    return 0.0;
}

/// By how much two arrays differ, element by element.
struct difference {
    std::uint64_t count = 0;  ///< elements that differ; 0 and -0 do not, nor do two NaN
    double max_abs = 0;       ///< largest |a - b|; infinite where a NaN or an infinity meets something else
    double max_rel = 0;       ///< largest |a - b| / max(|a|, |b|)
};

/// Compares the values of two arrays of as many elements, which may have different types.
inline difference difference_of(const tensor_ref& a, const tensor_ref& b) noexcept {
    difference made;
    const auto width_a = size_of(a.dtype);
    const auto width_b = size_of(b.dtype);
    const bool one_type = a.dtype == b.dtype;
    const auto is_nan = [](const std::complex<double>& z) { return z != z; };
    for (const auto *at = a.bytes.data(), *other = b.bytes.data(), *end = at + a.bytes.size(); at != end; at += width_a, other += width_b) {
        if (one_type && std::memcmp(at, other, width_a) == 0) continue;
        const auto x = element_at(a.dtype, at);
        const auto y = element_at(b.dtype, other);
        const bool exact = one_type && !is_floating(a.dtype) && width_a == 8 && a.dtype != DType::COMPLEX64;  // beyond 53 bits
        if ((x == y && !exact) || (is_nan(x) && is_nan(y))) continue;
        ++made.count;
        auto distance = std::abs(x - y);
        if (std::isnan(distance)) distance = std::numeric_limits<double>::infinity();
        const auto size = std::max(std::abs(x), std::abs(y));
        made.max_abs = std::max(made.max_abs, distance);
        if (std::isinf(distance)) made.max_rel = distance;
        else if (size > 0) made.max_rel = std::max(made.max_rel, distance / size);
    }
    return made;
}

}  // namespace wherry::inline WHERRY_ABI

#endif
