#include <support/check_error.hpp>
#include <wherry/tensor/converted.hpp>

#include <array>
#include <cstddef>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

using namespace wherry;

namespace {
constexpr std::array floating{DType::FP16, DType::BF16, DType::FP32, DType::FP64};
}

TEST_CASE("numbers that every floating type has come back from each of them") {
    const auto numbers = Tensor::of<float>({2, 2}, {0, -1.5F, 0.25F, 96});
    for (const auto from : floating) {
        const auto there = converted(numbers.ref("x"), from);
        REQUIRE(there);
        CHECK(there->dtype() == from);
        CHECK(there->dims() == Shape{2, 2});
        for (const auto to : floating) {
            const auto back = converted(converted(there->ref("x"), to)->ref("x"), DType::FP32);
            REQUIRE(back);
            CHECK(*back == numbers);
        }
    }
}

TEST_CASE("conversions round to nearest and keep infinities; elements may lie anywhere; the LoD comes along") {
    const auto numbers = Tensor::of<double>({3}, {1.0 / 3, 1e300, -std::numeric_limits<double>::infinity()});
    const auto narrow = converted(numbers.ref("x"), DType::FP32);
    REQUIRE(narrow);
    CHECK(narrow->elements<float>()[0] == 1.0F / 3);
    CHECK(narrow->elements<float>()[1] == std::numeric_limits<float>::infinity());
    CHECK(narrow->elements<float>()[2] == -std::numeric_limits<float>::infinity());
    CHECK(static_cast<float>(converted(Tensor::of<float>({1}, {1.00390625F}).ref("x"), DType::BF16)->elements<bfloat16>()[0]) == 1.0F);

    auto with_lod = Tensor::of<float>({2}, {5, 6});
    with_lod.set_lod({{0, 1, 2}});
    std::vector<std::byte> shifted(9);
    std::memcpy(shifted.data() + 1, with_lod.bytes().data(), 8);
    auto ref = with_lod.ref("x");
    ref.bytes = std::span<const std::byte>(shifted).subspan(1);
    const auto wide = converted(ref, DType::FP64);
    REQUIRE(wide);
    CHECK(wide->elements<double>()[1] == 6);
    CHECK(wide->lod() == LoD{{0, 1, 2}});
    ref.bytes = ref.bytes.first(7);
    support::check_error(converted(ref, DType::FP64), errc::bad_desc);
}

TEST_CASE("converted: dims that only the wider type makes too large are an error") {
    const tensor_ref empty{.name = "x", .dtype = DType::FP16, .dims = {0, std::int64_t{1} << 61}};
    REQUIRE(copied(empty));
    const auto refused = converted(empty, DType::FP64);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == errc::overflow);
    CHECK(refused.error().variable == "x");
}

TEST_CASE("whole numbers are not converted") {
    const auto labels = Tensor::of<std::int64_t>({1}, {3});
    const auto refused = converted(labels.ref("labels"), DType::FP32);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == errc::dtype_mismatch);
    CHECK(refused.error().variable == "labels");
    CHECK(refused.error().found == "int64");
    CHECK_FALSE(converted(Tensor::of<float>({1}, {3}).ref("x"), DType::INT32));
}
