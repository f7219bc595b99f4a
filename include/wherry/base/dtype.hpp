#ifndef WHERRY_BASE_DTYPE_HPP
#define WHERRY_BASE_DTYPE_HPP

#include <wherry/base/float16.hpp>
#include <wherry/version.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace wherry::inline WHERRY_ABI {

/// Element types, with the numbers they have in files. Source: framework.proto, VarType.Type.
enum class DType : std::int32_t {
    BOOL = 0,
    INT16 = 1,
    INT32 = 2,
    INT64 = 3,
    FP16 = 4,
    FP32 = 5,
    FP64 = 6,
    SIZE_T = 19,
    UINT8 = 20,
    INT8 = 21,
    BF16 = 22,
    COMPLEX64 = 23,
    COMPLEX128 = 24,
    FP8_E4M3FN = 32,
    FP8_E5M2 = 33,
    UINT16 = 36,
    UINT32 = 37,
    UINT64 = 38,
};

/// Name and size of one element type.
struct dtype_row {
    DType dtype;
    std::size_t size_bytes;
    std::string_view name;      ///< as Python spells it: "float32"
    std::string_view cpp_name;  ///< as the reference's C++ messages spell it: "float"
};

/// Every element type once. Source: framework.proto, VarType.Type.
inline constexpr std::array dtype_table = std::to_array<dtype_row>({
    {DType::BOOL, 1, "bool", "bool"},
    {DType::INT16, 2, "int16", "int16_t"},
    {DType::INT32, 4, "int32", "int"},
    {DType::INT64, 8, "int64", "int64_t"},
    {DType::FP16, 2, "float16", "::paddle::platform::float16"},
    {DType::FP32, 4, "float32", "float"},
    {DType::FP64, 8, "float64", "double"},
    {DType::SIZE_T, 8, "size_t", "size_t"},
    {DType::UINT8, 1, "uint8", "uint8_t"},
    {DType::INT8, 1, "int8", "int8_t"},
    {DType::BF16, 2, "bfloat16", "::paddle::platform::bfloat16"},
    {DType::COMPLEX64, 8, "complex64", "complex<float>"},
    {DType::COMPLEX128, 16, "complex128", "complex<double>"},
    {DType::FP8_E4M3FN, 1, "float8_e4m3fn", "float8_e4m3fn"},
    {DType::FP8_E5M2, 1, "float8_e5m2", "float8_e5m2"},
    {DType::UINT16, 2, "uint16", "uint16_t"},
    {DType::UINT32, 4, "uint32", "uint32_t"},
    {DType::UINT64, 8, "uint64", "uint64_t"},
});

/// The row of an element type, or null when the number is a kind of variable or unknown.
constexpr const dtype_row* find_dtype(DType dtype) noexcept {
    for (const auto& row : dtype_table)
        if (row.dtype == dtype) return &row;
    return nullptr;
}

namespace detail {
/// Sizes by the number of an element type: asked several times for each tensor of a file.
inline constexpr auto dtype_sizes = [] {
    std::array<std::uint8_t, static_cast<std::size_t>(dtype_table.back().dtype) + 1> sizes{};
    for (const auto& row : dtype_table) sizes[static_cast<std::size_t>(row.dtype)] = static_cast<std::uint8_t>(row.size_bytes);
    return sizes;
}();
}  // namespace detail

/// Bytes of one element; 0 for a number that is not an element type.
constexpr std::size_t size_of(DType dtype) noexcept {
    const auto number = static_cast<std::size_t>(dtype);
    return number < detail::dtype_sizes.size() ? detail::dtype_sizes[number] : 0;
}

/// Whether a number read from a file is an element type at all.
constexpr bool is_dtype(DType dtype) noexcept { return size_of(dtype) != 0; }

/// "float32", "int64", ...; "unknown" for a number that is not an element type.
constexpr std::string_view name_of(DType dtype) noexcept {
    for (const auto& row : dtype_table)
        if (row.dtype == dtype) return row.name;
    return "unknown";
}

/// The element type of that Python name, if there is one.
constexpr std::optional<DType> dtype_named(std::string_view name) noexcept {
    for (const auto& row : dtype_table)
        if (row.name == name) return row.dtype;
    return std::nullopt;
}

/// Whether values of this type are real floating point numbers; the two float8 are only stored, and do not count.
constexpr bool is_floating(DType dtype) noexcept {
    return dtype == DType::FP16 || dtype == DType::BF16 || dtype == DType::FP32 || dtype == DType::FP64;
}

namespace detail {
template <class T>
struct dtype_of;
// clang-format off
template <> struct dtype_of<bool> { static constexpr auto value = DType::BOOL; };
template <> struct dtype_of<std::int8_t> { static constexpr auto value = DType::INT8; };
template <> struct dtype_of<std::int16_t> { static constexpr auto value = DType::INT16; };
template <> struct dtype_of<std::int32_t> { static constexpr auto value = DType::INT32; };
template <> struct dtype_of<std::int64_t> { static constexpr auto value = DType::INT64; };
template <> struct dtype_of<std::uint8_t> { static constexpr auto value = DType::UINT8; };
template <> struct dtype_of<std::uint16_t> { static constexpr auto value = DType::UINT16; };
template <> struct dtype_of<std::uint32_t> { static constexpr auto value = DType::UINT32; };
template <> struct dtype_of<std::uint64_t> { static constexpr auto value = DType::UINT64; };
template <> struct dtype_of<float16> { static constexpr auto value = DType::FP16; };
template <> struct dtype_of<bfloat16> { static constexpr auto value = DType::BF16; };
template <> struct dtype_of<float> { static constexpr auto value = DType::FP32; };
template <> struct dtype_of<double> { static constexpr auto value = DType::FP64; };
// clang-format on

/// A real and an imaginary part, as std::complex: its header, which brings in all of the streams, is not needed for that.
template <class C, class Part>
concept ComplexOf = std::same_as<typename C::value_type, Part> && sizeof(C) == 2 * sizeof(Part) && requires(const C& z) {
    { z.real() } -> std::same_as<Part>;
    { z.imag() } -> std::same_as<Part>;
};
template <ComplexOf<float> C>
struct dtype_of<C> {
    static constexpr auto value = DType::COMPLEX64;
};
template <ComplexOf<double> C>
struct dtype_of<C> {
    static constexpr auto value = DType::COMPLEX128;
};
}  // namespace detail

/// A C++ type that is an element type.
template <class T>
concept Element = requires {
    detail::dtype_of<T>::value;
};

/// The element type of a C++ type: `dtype_of<float>` is FP32.
template <Element T>
inline constexpr DType dtype_of = detail::dtype_of<T>::value;

}  // namespace wherry::inline WHERRY_ABI

#endif
