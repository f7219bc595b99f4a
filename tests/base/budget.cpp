#include <wherry/base/budget.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <new>
#include <stdexcept>

using namespace wherry;

TEST_CASE("a budget refuses what goes beyond limits::total_bytes, and counts nothing of it") {
    const limits caps{.total_bytes = 100};
    budget room(caps);
    CHECK(room.take(60));
    const auto refused = room.take(41);
    REQUIRE(!refused);
    CHECK(refused.error().code == errc::too_large);
    CHECK(refused.error().message == "this needs more memory than limits::total_bytes");
    CHECK(refused.error().expected == "100");
    CHECK(refused.error().found == "101");
    CHECK(room.take(40));
    CHECK_FALSE(room.take(1));
    CHECK_FALSE(room.take(~std::uint64_t{0}));
    room.give_back(40);
    CHECK(room.left_bytes() == 40);
}

TEST_CASE("the default is 64 GiB, and 512 MiB where an address has 32 bits") {
    CHECK(limits{}.total_bytes == (sizeof(void*) == 8 ? std::uint64_t{64} << 30 : std::uint64_t{512} << 20));
}

#ifdef __cpp_exceptions
TEST_CASE("std::bad_alloc and std::length_error are the error out_of_memory at a public entry, others pass") {
    CHECK(caught([] { return result<int>(7); }).value() == 7);
    CHECK(caught([]() -> result<int> { throw std::bad_alloc(); }).error().code == errc::out_of_memory);
    CHECK(caught([]() -> result<void> { throw std::length_error("a string"); }).error().code == errc::out_of_memory);
    CHECK_THROWS_AS((void)caught([]() -> result<int> { throw 3; }), int);
}
#endif
