#ifndef WHERRY_TESTS_SUPPORT_NPY_HPP
#define WHERRY_TESTS_SUPPORT_NPY_HPP

#include <support/files.hpp>
#include <wherry/format/npy.hpp>

#include <string>
#include <utility>

namespace support {

/// The array of a .npy file. bfloat16 has no NumPy type; its bits come as UINT16.
inline wherry::Tensor load_npy(const std::string& path) {
    auto array = wherry::npy::parse(read_file(path));
    if (!array) give_up(path, to_string(array.error()));
    return *std::move(array);
}

}  // namespace support

#endif
