#ifndef WHERRY_TENSOR_OSTREAM_HPP
#define WHERRY_TENSOR_OSTREAM_HPP

#include <wherry/base/shape.hpp>
#include <wherry/tensor/tensor.hpp>
#include <wherry/tensor/to_string.hpp>
#include <wherry/version.hpp>

#include <ostream>

/// `std::cout << tensor`. A header of its own: it alone brings in the streams.
namespace wherry::inline WHERRY_ABI {

/// Writes what `to_string` says.
inline std::ostream& operator<<(std::ostream& out, const Shape& dims) { return out << to_string(dims); }
inline std::ostream& operator<<(std::ostream& out, const tensor_ref& array) { return out << to_string(array); }
inline std::ostream& operator<<(std::ostream& out, const Tensor& tensor) { return out << to_string(tensor); }

}  // namespace wherry::inline WHERRY_ABI

#endif
