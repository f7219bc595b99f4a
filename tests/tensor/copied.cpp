#include <support/check_error.hpp>
#include <wherry/tensor/copied.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>

using namespace wherry;

TEST_CASE("a copy has elements of its own, and the LoD") {
    auto held = Tensor::of<float>({2}, {5, 6});
    held.set_lod({{0, 1, 2}});
    const auto copy = copied(held.ref("x"));
    REQUIRE(copy);
    CHECK(*copy == held);
    CHECK(copy->bytes().data() != held.bytes().data());
}

TEST_CASE("bytes that are not those of the dims reserve nothing") {
    const auto held = Tensor::of<float>({2}, {5, 6});
    auto ref = held.ref("x");
    ref.bytes = ref.bytes.first(7);
    support::check_error(copied(ref), errc::bad_desc);
    ref = held.ref("x");
    ref.dims = {3};
    support::check_error(copied(ref), errc::bad_desc);
    ref.dims = {std::numeric_limits<std::int64_t>::max(), 4};
    support::check_error(copied(ref), errc::bad_desc);
    ref.dims = {-1};
    support::check_error(copied(ref), errc::bad_desc);
}

TEST_CASE("bits of one type as another of its width") {
    auto bits = Tensor::of<std::uint16_t>({2}, {0x3F80, 0xC000});
    bits.set_lod({{0, 2}});
    const auto numbers = reinterpreted(bits, DType::BF16);
    CHECK(numbers.dtype() == DType::BF16);
    CHECK(static_cast<float>(numbers.elements<wherry::bfloat16>()[0]) == 1);
    CHECK(static_cast<float>(numbers.elements<wherry::bfloat16>()[1]) == -2);
    CHECK(numbers.lod() == LoD{{0, 2}});
    CHECK(reinterpreted(numbers, DType::UINT16) == bits);
    CHECK(reinterpreted(bits, DType::UINT16) == bits);
}
