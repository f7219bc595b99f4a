#ifndef WHERRY_TESTS_SUPPORT_NPY_HPP
#define WHERRY_TESTS_SUPPORT_NPY_HPP

#include <wherry/tensor/tensor.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

/// What tests need to read golden files. A file that is absent or not understood ends the test program: a golden file
/// is never at fault, its path is.
namespace support {

[[noreturn]] inline void give_up(const std::string& path, std::string_view why) {
    std::fprintf(stderr, "%s: %.*s\n", path.c_str(), static_cast<int>(why.size()), why.data());
    std::abort();
}

/// All bytes of a file.
inline std::string read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) give_up(path, "cannot be opened");
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// The path of a golden file: `golden("fluid18/readme/main.pdmodel")`.
#ifdef WHERRY_GOLDEN_DIR
inline std::string golden(std::string_view path) { return std::string(WHERRY_GOLDEN_DIR) + "/" + std::string(path); }
#endif

namespace detail {
/// What stands behind `'key':` in the header of a .npy file.
inline std::string_view npy_value(std::string_view header, std::string_view key) {
    const auto at = header.find("'" + std::string(key) + "':");
    if (at == std::string_view::npos) return {};
    header.remove_prefix(at + key.size() + 3);
    header.remove_prefix(std::min(header.find_first_not_of(' '), header.size()));
    return header;
}

inline std::optional<wherry::DType> npy_dtype(std::string_view descr) {
    using wherry::DType;
    constexpr auto table = std::to_array<std::pair<std::string_view, DType>>({
        {"'|b1'", DType::BOOL},
        {"'|i1'", DType::INT8},
        {"'|u1'", DType::UINT8},
        {"'<i2'", DType::INT16},
        {"'<i4'", DType::INT32},
        {"'<i8'", DType::INT64},
        {"'<u2'", DType::UINT16},
        {"'<u4'", DType::UINT32},
        {"'<u8'", DType::UINT64},
        {"'<f2'", DType::FP16},
        {"'<f4'", DType::FP32},
        {"'<f8'", DType::FP64},
        {"'<c8'", DType::COMPLEX64},
        {"'<c16'", DType::COMPLEX128},
    });
    for (const auto& [spelled, dtype] : table)
        if (descr.starts_with(spelled)) return dtype;
    return std::nullopt;
}
}  // namespace detail

/// The array of a .npy file: little-endian, C order. bfloat16 has no NumPy type; its bits come as UINT16.
inline wherry::Tensor load_npy(const std::string& path) {
    const auto file = read_file(path);
    const auto byte = [&](std::size_t i) { return std::size_t{static_cast<unsigned char>(file[i])}; };
    if (file.size() < 12 || !file.starts_with("\x93NUMPY")) give_up(path, "is no .npy file");
    const bool short_header = byte(6) == 1;
    const auto header_at = short_header ? std::size_t{10} : std::size_t{12};
    const auto header_bytes = short_header ? byte(8) | byte(9) << 8U : byte(8) | byte(9) << 8U | byte(10) << 16U | byte(11) << 24U;
    if (header_bytes > file.size() - header_at) give_up(path, "is cut short");
    const auto header = std::string_view(file).substr(header_at, header_bytes);
    const auto data = std::string_view(file).substr(header_at + header_bytes);

    const auto dtype = detail::npy_dtype(detail::npy_value(header, "descr"));
    if (!dtype) give_up(path, "holds an element type that the tests do not read");
    if (!detail::npy_value(header, "fortran_order").starts_with("False")) give_up(path, "is not in C order");
    const auto shape = detail::npy_value(header, "shape");
    wherry::Shape dims;
    std::int64_t dim = -1;  // -1: not inside a number
    for (const char c : shape.substr(0, shape.find(')') + 1)) {
        if (c >= '0' && c <= '9') {
            dim = std::max<std::int64_t>(dim, 0) * 10 + (c - '0');
        } else if (dim >= 0) {
            dims.push_back(dim);
            dim = -1;
        }
    }
    wherry::Tensor array(*dtype, dims);
    if (array.bytes().size() != data.size()) give_up(path, "does not hold what its header says");
    if (!data.empty()) std::memcpy(array.bytes().data(), data.data(), data.size());
    return array;
}

}  // namespace support

#endif
