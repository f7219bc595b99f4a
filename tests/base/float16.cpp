#include <wherry/base/float16.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <limits>

using namespace wherry;

namespace {
constexpr auto infinity = std::numeric_limits<float>::infinity();
constexpr auto nan = std::numeric_limits<float>::quiet_NaN();

struct row {
    float value;
    std::uint16_t half;
    std::uint16_t brain;
};
constexpr row rows[] = {
    {0.0F, 0x0000, 0x0000},
    {-0.0F, 0x8000, 0x8000},
    {1.0F, 0x3c00, 0x3f80},
    {-2.5F, 0xc100, 0xc020},
    {0.1F, 0x2e66, 0x3dcd},
    {65504.0F, 0x7bff, 0x4780},         // the largest half
    {65519.996F, 0x7bff, 0x4780},       // still rounds to it
    {65520.0F, 0x7c00, 0x4780},         // the tie above it goes to infinity
    {1.0e10F, 0x7c00, 0x5015},          // overflow
    {0x1p-14F, 0x0400, 0x3880},         // the smallest normal half
    {0x1.ff8p-15F, 0x03ff, 0x3880},     // subnormal halves from here on
    {0x1p-24F, 0x0001, 0x3380},         // the smallest
    {0x1p-25F, 0x0000, 0x3300},         // a tie, to even
    {0x1.000002p-25F, 0x0001, 0x3300},  // just above it
    {0x1.8p-24F, 0x0002, 0x33c0},       // a tie, to even
    {0x1p-126F, 0x0000, 0x0080},
    {0x1p-149F, 0x0000, 0x0000},        // the smallest float
    {0x1.01p0F, 0x3c04, 0x3f80},        // a tie for bfloat16, to even
    {0x1.03p0F, 0x3c0c, 0x3f82},        // the same, upwards
    {0x1.fffffep127F, 0x7c00, 0x7f80},  // the largest float is infinite in both
    {infinity, 0x7c00, 0x7f80},
    {-infinity, 0xfc00, 0xff80},
};
constexpr bool rounds(const row& r) { return float16(r.value).bits == r.half && bfloat16(r.value).bits == r.brain; }
static_assert(std::all_of(std::begin(rows), std::end(rows), rounds));
static_assert((float16(nan).bits & 0x7fffU) == 0x7e00 && (bfloat16(nan).bits & 0x7fffU) == 0x7fc0);
static_assert(float16(std::bit_cast<float>(0x7f80'0001U)).bits == 0x7e00, "a NaN whose payload is lost stays a NaN");
static_assert(bfloat16(std::bit_cast<float>(0xff80'0001U)).bits == 0xffc0);

/// By the definition of IEEE 754: sign, five bits of exponent, ten of mantissa.
double value_of_half(std::uint16_t bits) {
    const int exponent = (bits >> 10U) & 0x1f;
    const int mantissa = bits & 0x3ff;
    const double magnitude = exponent == 0 ? std::ldexp(mantissa, -24) : std::ldexp(1024 + mantissa, exponent - 25);
    return (bits & 0x8000U) != 0 ? -magnitude : magnitude;
}
bool is_nan_half(std::uint16_t bits) { return (bits & 0x7fffU) > 0x7c00U; }
bool is_nan_brain(std::uint16_t bits) { return (bits & 0x7fffU) > 0x7f80U; }
std::uint16_t at(std::uint32_t bits) { return static_cast<std::uint16_t>(bits); }
float16 half_of_bits(std::uint16_t bits) {
    float16 h;
    h.bits = bits;
    return h;
}
bfloat16 brain_of_bits(std::uint16_t bits) {
    bfloat16 b;
    b.bits = bits;
    return b;
}
}  // namespace

TEST_CASE("float16, bfloat16: floats round to nearest, ties to even") {
    for (const auto& r : rows) {
        CAPTURE(r.value);
        CHECK(float16(r.value).bits == r.half);
        CHECK(bfloat16(r.value).bits == r.brain);
    }
}

TEST_CASE("float16: every one of the 65,536 is the float it means") {
    std::uint32_t wrong = 0;
    for (std::uint32_t i = 0; i <= 0xffff; ++i) {
        const auto value = static_cast<float>(half_of_bits(at(i)));
        if (is_nan_half(at(i))) {
            wrong += std::isnan(value) ? 0U : 1U;
        } else if ((i & 0x7fffU) == 0x7c00U) {
            wrong += value == (i == 0x7c00U ? infinity : -infinity) ? 0U : 1U;
        } else {
            wrong += value == static_cast<float>(value_of_half(at(i))) && std::signbit(value) == ((i & 0x8000U) != 0) ? 0U : 1U;
        }
    }
    CHECK(wrong == 0);
}

TEST_CASE("float16: every one of the 65,536 comes back from float; a signalling NaN comes back quiet") {
    std::uint32_t wrong = 0;
    for (std::uint32_t i = 0; i <= 0xffff; ++i) {
        const auto back = float16(static_cast<float>(half_of_bits(at(i)))).bits;
        wrong += back == (is_nan_half(at(i)) ? i | 0x200U : i) ? 0U : 1U;
    }
    CHECK(wrong == 0);
}

TEST_CASE("bfloat16: every one of the 65,536 is the upper half of a float and comes back; a NaN comes back quiet") {
    std::uint32_t wrong = 0;
    for (std::uint32_t i = 0; i <= 0xffff; ++i) {
        const auto value = static_cast<float>(brain_of_bits(at(i)));
        wrong += std::bit_cast<std::uint32_t>(value) == i << 16U ? 0U : 1U;
        wrong += bfloat16(value).bits == (is_nan_brain(at(i)) ? i | 0x40U : i) ? 0U : 1U;
    }
    CHECK(wrong == 0);
}

TEST_CASE("float16, bfloat16: between two neighbours the nearer one is taken, in the middle the even one") {
    std::uint32_t wrong = 0;
    for (std::uint32_t i = 0; i < 0x7bff; ++i) {  // every finite half and the one above it
        const auto low = static_cast<float>(half_of_bits(at(i)));
        const auto high = static_cast<float>(half_of_bits(at(i + 1)));
        const auto middle = low + (high - low) / 2;
        wrong += float16(middle).bits == i + (i & 1U) ? 0U : 1U;
        wrong += float16(std::nextafter(middle, 0.0F)).bits == i ? 0U : 1U;
        wrong += float16(std::nextafter(middle, infinity)).bits == i + 1 ? 0U : 1U;
        wrong += float16(-middle).bits == (0x8000U | (i + (i & 1U))) ? 0U : 1U;
    }
    for (std::uint32_t i = 0; i < 0x7f80; ++i) {
        const auto middle = std::bit_cast<float>(i << 16U | 0x8000U);
        wrong += bfloat16(middle).bits == i + (i & 1U) ? 0U : 1U;
        wrong += bfloat16(std::bit_cast<float>(i << 16U | 0x7fffU)).bits == i ? 0U : 1U;
        wrong += bfloat16(std::bit_cast<float>(i << 16U | 0x8001U)).bits == i + 1 ? 0U : 1U;
    }
    CHECK(wrong == 0);
}

#if defined(__FLT16_MAX__) && defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__)
TEST_CASE("float16: agrees with the compiler's own type, on every half and on floats all over the range") {
    std::uint32_t wrong = 0;
    for (std::uint32_t i = 0; i <= 0xffff; ++i) {
        if (is_nan_half(at(i))) continue;
        const auto own = std::bit_cast<_Float16>(at(i));
        wrong += static_cast<float>(own) == static_cast<float>(half_of_bits(at(i))) ? 0U : 1U;
    }
    for (std::uint64_t i = 0; i <= 0xffff'ffffU; i += 4099) {  // 1,047,809 floats; 4099 is a prime
        const auto value = std::bit_cast<float>(static_cast<std::uint32_t>(i));
        if (std::isnan(value)) continue;
        wrong += std::bit_cast<std::uint16_t>(static_cast<_Float16>(value)) == float16(value).bits ? 0U : 1U;
    }
    CHECK(wrong == 0);
}
#endif
