#include <doctest/doctest.h>

#include <wherry/tensor/element.hpp>

#include <cmath>
#include <complex>
#include <cstdint>
#include <limits>
#include <vector>

using namespace wherry;

namespace {
template <Element T>
std::complex<double> first(T value) {
    const auto one = Tensor::of<T>({1}, {value});
    return element_at(one.dtype(), one.bytes().data());
}
double of_bits(DType dtype, std::uint8_t bits) {
    const auto byte = static_cast<std::byte>(bits);
    return element_at(dtype, &byte).real();
}
difference between(const Tensor& a, const Tensor& b) { return difference_of(a.ref("a"), b.ref("b")); }
constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();
constexpr float infinite = std::numeric_limits<float>::infinity();
}  // namespace

TEST_CASE("an element of every type is the number that it means") {
    CHECK(first(true) == 1.0);
    CHECK(first(std::int8_t{-3}) == -3.0);
    CHECK(first(std::int16_t{-300}) == -300.0);
    CHECK(first(std::int32_t{-70000}) == -70000.0);
    CHECK(first(std::int64_t{-5'000'000'000}) == -5e9);
    CHECK(first(std::uint8_t{200}) == 200.0);
    CHECK(first(std::uint16_t{60000}) == 60000.0);
    CHECK(first(std::uint32_t{4'000'000'000}) == 4e9);
    CHECK(first(std::uint64_t{1} << 63U) == 0x1p63);
    CHECK(first(float16(1.5F)) == 1.5);
    CHECK(first(bfloat16(-2.0F)) == -2.0);
    CHECK(first(0.25F) == 0.25);
    CHECK(first(1e300) == 1e300);
    CHECK(first(std::complex<float>(1, -2)) == std::complex<double>(1, -2));
    CHECK(first(std::complex<double>(3, 4)) == std::complex<double>(3, 4));
}

TEST_CASE("float8 is what its specification says") {
    CHECK(of_bits(DType::FP8_E4M3FN, 0x38) == 1.0);
    CHECK(of_bits(DType::FP8_E4M3FN, 0x7e) == 448.0);  // the largest
    CHECK(of_bits(DType::FP8_E4M3FN, 0x01) == 0x1p-9);
    CHECK(of_bits(DType::FP8_E4M3FN, 0x88) == -0x1p-6);
    CHECK(std::isnan(of_bits(DType::FP8_E4M3FN, 0xff)));
    CHECK(of_bits(DType::FP8_E5M2, 0x3c) == 1.0);
    CHECK(of_bits(DType::FP8_E5M2, 0x7b) == 57344.0);  // the largest
    CHECK(of_bits(DType::FP8_E5M2, 0xfc) == -static_cast<double>(infinite));
}

TEST_CASE("a difference counts elements and finds the largest") {
    const auto a = Tensor::of<float>({4}, {1, 2, 3, 100});
    const auto b = Tensor::of<float>({4}, {1, 2.5F, 3, 99});
    const auto found = between(a, b);
    CHECK(found.count == 2);
    CHECK(found.max_abs == 1.0);
    CHECK(found.max_rel == doctest::Approx(0.2));
    CHECK(between(a, a).count == 0);
    CHECK(between(Tensor(DType::FP32, {0}), Tensor(DType::FP32, {0})).count == 0);
}

TEST_CASE("0 and -0 do not differ, nor do two NaN; NaN differs from a number without end") {
    auto other_nan = Tensor::of<float>({2}, {-0.0F, -not_a_number});
    CHECK(between(Tensor::of<float>({2}, {0.0F, not_a_number}), other_nan).count == 0);
    const auto found = between(Tensor::of<float>({3}, {1, not_a_number, infinite}), Tensor::of<float>({3}, {1, 2, -infinite}));
    CHECK(found.count == 2);
    CHECK(std::isinf(found.max_abs));
    CHECK(std::isinf(found.max_rel));
}

TEST_CASE("large integers that double cannot tell apart do differ; types may differ") {
    const auto big = std::int64_t{1} << 60U;
    CHECK(between(Tensor::of<std::int64_t>({2}, {big, 5}), Tensor::of<std::int64_t>({2}, {big + 1, 5})).count == 1);
    CHECK(between(Tensor::of<float>({2}, {1, 2}), Tensor::of<double>({2}, {1, 2})).count == 0);
    CHECK(between(Tensor::of<float>({1}, {0.1F}), Tensor::of<double>({1}, {0.1})).count == 1);
    CHECK(between(Tensor::of<std::complex<float>>({1}, {{1, 2}}), Tensor::of<std::complex<float>>({1}, {{1, 5}})).max_abs == 3.0);
}
