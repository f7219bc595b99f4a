#ifndef WHERRY_RECORD_BYTE_ORDER_HPP
#define WHERRY_RECORD_BYTE_ORDER_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <span>

namespace wherry::inline WHERRY_ABI {

/// True where the machine keeps numbers as the files do.
inline constexpr bool native_is_little_endian = std::endian::native == std::endian::little;

/// Bytes that form one number: a complex element is two of them.
constexpr std::size_t number_bytes(DType dtype) noexcept {
    return dtype == DType::COMPLEX64 || dtype == DType::COMPLEX128 ? size_of(dtype) / 2 : size_of(dtype);
}

/// Turns the bytes of every number around.
constexpr void reverse_numbers(DType dtype, std::span<std::byte> bytes) noexcept {
    const auto width = number_bytes(dtype);
    if (width < 2) return;
    for (std::size_t at = 0; at + width <= bytes.size(); at += width) {
        const auto number = bytes.subspan(at, width);
        std::reverse(number.begin(), number.end());
    }
}

/// Makes elements from a file readable for C++: numbers in the machine's order, and
/// BOOL bytes other than 0 and 1, which would be undefined behaviour as `bool`, are 1.
constexpr void elements_from_file(DType dtype, std::span<std::byte> bytes) noexcept {
    if constexpr (!native_is_little_endian) reverse_numbers(dtype, bytes);
    if (dtype == DType::BOOL)
        for (auto& byte : bytes) byte = byte == std::byte{0} ? std::byte{0} : std::byte{1};
}

}  // namespace wherry::inline WHERRY_ABI

#endif
