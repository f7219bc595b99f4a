#include <wherry/base/dtype.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <complex>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>

using namespace wherry;

namespace {
struct row {
    std::int32_t number;
    std::size_t size_bytes;
    std::string_view name;
};
// framework.proto of 1.8.5, 2.6.2 and 3.3.1
constexpr row rows[] = {
    {0, 1, "bool"},         {1, 2, "int16"},          {2, 4, "int32"},        {3, 8, "int64"},   {4, 2, "float16"},   {5, 4, "float32"},
    {6, 8, "float64"},      {19, 8, "size_t"},        {20, 1, "uint8"},       {21, 1, "int8"},   {22, 2, "bfloat16"}, {23, 8, "complex64"},
    {24, 16, "complex128"}, {32, 1, "float8_e4m3fn"}, {33, 1, "float8_e5m2"}, {36, 2, "uint16"}, {37, 4, "uint32"},   {38, 8, "uint64"},
};
constexpr bool known(const row& r) {
    const auto dtype = static_cast<DType>(r.number);
    return is_dtype(dtype) && size_of(dtype) == r.size_bytes && name_of(dtype) == r.name && dtype_named(r.name) == dtype;
}
static_assert(std::all_of(std::begin(rows), std::end(rows), known));
static_assert(std::size(rows) == dtype_table.size());

constexpr bool every_other_number_is_unknown() {
    for (std::int32_t n = -300; n < 300; ++n) {
        const bool listed = std::any_of(std::begin(rows), std::end(rows), [n](const row& r) { return r.number == n; });
        if (listed != is_dtype(static_cast<DType>(n))) return false;
        if (!listed && (size_of(static_cast<DType>(n)) != 0 || name_of(static_cast<DType>(n)) != "unknown")) return false;
    }
    return true;
}
static_assert(every_other_number_is_unknown());

static_assert(dtype_of<bool> == DType::BOOL && dtype_of<float> == DType::FP32 && dtype_of<double> == DType::FP64);
static_assert(dtype_of<std::int8_t> == DType::INT8 && dtype_of<std::int16_t> == DType::INT16 && dtype_of<std::int32_t> == DType::INT32);
static_assert(dtype_of<std::int64_t> == DType::INT64 && dtype_of<std::uint8_t> == DType::UINT8 && dtype_of<std::uint16_t> == DType::UINT16);
static_assert(dtype_of<std::uint32_t> == DType::UINT32 && dtype_of<std::uint64_t> == DType::UINT64);
static_assert(dtype_of<float16> == DType::FP16 && dtype_of<bfloat16> == DType::BF16);
static_assert(dtype_of<std::complex<float>> == DType::COMPLEX64 && dtype_of<std::complex<double>> == DType::COMPLEX128);
static_assert(!Element<std::string> && !Element<char*> && !Element<long double>);

template <class... T>
constexpr bool sizes_agree = ((size_of(dtype_of<T>) == sizeof(T)) && ...);
static_assert(sizes_agree<bool, std::int8_t, std::int16_t, std::int32_t, std::int64_t, std::uint8_t, std::uint16_t, std::uint32_t,
                          std::uint64_t, float16, bfloat16, float, double, std::complex<float>, std::complex<double>>);
}  // namespace

TEST_CASE("dtype: each has Paddle's number, size and name") {
    for (const auto& r : rows) {
        CAPTURE(r.name);
        CHECK(known(r));
    }
}

TEST_CASE("dtype: kinds of variables and unknown numbers are not element types") {
    CHECK(every_other_number_is_unknown());
    CHECK_FALSE(dtype_named("float"));
    CHECK_FALSE(dtype_named(""));
    CHECK_FALSE(dtype_named("unknown"));
}

TEST_CASE("dtype: floating are the four that gradients may have") {
    for (const auto& r : rows) {
        const auto dtype = static_cast<DType>(r.number);
        const bool wanted = r.name == "float16" || r.name == "bfloat16" || r.name == "float32" || r.name == "float64";
        CHECK(is_floating(dtype) == wanted);
    }
}
