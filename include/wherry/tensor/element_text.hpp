#ifndef WHERRY_TENSOR_ELEMENT_TEXT_HPP
#define WHERRY_TENSOR_ELEMENT_TEXT_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/tensor/element.hpp>
#include <wherry/version.hpp>

#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>

/// One element as the characters of a number.
namespace wherry::inline WHERRY_ABI {

namespace detail {

template <class T>
void append_chars(std::string& out, T value) {
    char digits[32];  // the longest double has 24
    out.append(std::begin(digits), std::to_chars(std::begin(digits), std::end(digits), value).ptr);
}

/// "(1+2j)", as Python and NumPy write it.
template <class T>
void append_complex(std::string& out, const std::byte* at) {
    const auto imaginary = load_as<T>(at + sizeof(T));
    append_chars(out += '(', load_as<T>(at));
    if (!std::signbit(imaginary)) out += '+';
    append_chars(out, imaginary);
    out += "j)";
}

}  // namespace detail

/// Appends the shortest number that is read back as this element, bit by bit but for what NaN carry.
inline void append_number(std::string& out, DType dtype, const std::byte* at) {
    switch (dtype) {
        case DType::FP64: return detail::append_chars(out, detail::load_as<double>(at));
        case DType::INT64: return detail::append_chars(out, detail::load_as<std::int64_t>(at));
        case DType::UINT64:
        case DType::SIZE_T: return detail::append_chars(out, detail::load_as<std::uint64_t>(at));
        case DType::COMPLEX64: return detail::append_complex<float>(out, at);
        case DType::COMPLEX128: return detail::append_complex<double>(out, at);
        case DType::INT32:
        case DType::UINT32: return detail::append_chars(out, static_cast<std::int64_t>(element_at(dtype, at).real()));
        default: return detail::append_chars(out, static_cast<float>(element_at(dtype, at).real()));  // exact: they are no wider
    }
}

}  // namespace wherry::inline WHERRY_ABI

#endif
