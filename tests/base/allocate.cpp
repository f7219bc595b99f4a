#include <wherry/base/allocate.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <new>
#include <string>

using namespace wherry;

namespace {
#if defined(__SANITIZE_ADDRESS__)
constexpr bool throws_bad_alloc = false;
#elif defined(__has_feature)
constexpr bool throws_bad_alloc = !__has_feature(address_sanitizer);  // which ends the program where a string asks for too much
#else
constexpr bool throws_bad_alloc = true;
#endif
}  // namespace

TEST_CASE("memory that nobody has is null, not an exception") {
    CHECK(allocate(~std::size_t{0}) == nullptr);
    CHECK(allocate(~std::size_t{0} / 2 + 1) == nullptr);
    CHECK(allocate(~std::size_t{0} / 2 + 1, 64) == nullptr);
    auto* const held = allocate(100, 64);
    REQUIRE(held != nullptr);
    CHECK(reinterpret_cast<std::uintptr_t>(held) % 64 == 0);  // NOLINT: the address is what matters
    ::operator delete (held, std::align_val_t{64});
    ::operator delete(allocate(1));
}

TEST_CASE("a string that nobody has memory for stays as it was") {
    std::string held = "abc";
    CHECK_FALSE(try_reserve(held, ~std::size_t{0}));
    if (throws_bad_alloc && sizeof(void*) == 8) CHECK_FALSE(try_reserve(held, ~std::size_t{0} / 4));
    CHECK(held == "abc");
    CHECK(try_reserve(held, 1000));
    CHECK(held.capacity() >= 1000);
    CHECK(held == "abc");
}
