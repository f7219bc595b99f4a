#ifndef WHERRY_TESTS_SUPPORT_NPY_HPP
#define WHERRY_TESTS_SUPPORT_NPY_HPP

#include <support/files.hpp>
#include <wherry/base/bytes.hpp>
#include <wherry/format/npy.hpp>
#include <wherry/record/byte_order.hpp>
#include <wherry/tensor/tensor.hpp>

#include <string>
#include <utility>

namespace support {

/// The array of a .npy file. bfloat16 has no NumPy type; its bits come as UINT16.
inline wherry::Tensor load_npy(const std::string& path) {
    auto array = wherry::npy::parse(read_file(path));
    if (!array) give_up(path, to_string(array.error()));
    return *std::move(array);
}

/// The elements as files have them: numbers with the lowest byte first.
inline std::string file_bytes(wherry::Tensor array) {
    if constexpr (!wherry::native_is_little_endian) wherry::reverse_numbers(array.dtype(), array.bytes());
    return std::string(wherry::as_chars(array.bytes()));
}

}  // namespace support

#endif
