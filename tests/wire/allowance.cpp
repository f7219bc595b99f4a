#include <wherry/base/error.hpp>
#include <wherry/base/limits.hpp>
#include <wherry/wire/allowance.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <string>

using namespace wherry;

TEST_CASE("allowance: memory in proportion to the bytes, within the limits") {
    constexpr std::uint64_t mebibyte = 1U << 20U;
    CHECK(wire::allowance::parsed_bytes(0, {}) == mebibyte);
    CHECK(wire::allowance::parsed_bytes(1000, {}) == 16000 + mebibyte);
    CHECK(wire::allowance::parsed_bytes(mebibyte, {.parsed_bytes = 3 * mebibyte}) == 3 * mebibyte);
    CHECK(wire::allowance::parsed_bytes(1000, {.total_bytes = 5000}) == 5000);
    CHECK(wire::allowance::parsed_bytes(~std::uint64_t{0}, {}) == limits{}.parsed_bytes);
}

TEST_CASE("allowance: what goes beyond it is refused, and nothing of that is taken") {
    constexpr limits caps{.parsed_bytes = 100};
    wire::allowance allowed(1000, caps);
    CHECK(allowed.take(60, 1));
    const auto refused = allowed.take(41, 7);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == errc::too_large);
    CHECK(refused.error().offset == 7);
    CHECK(refused.error().expected == "100");
    CHECK(allowed.take(40, 8));
    CHECK_FALSE(allowed.take(1, 9));
    allowed.give_back(1);
    CHECK(allowed.take(1, 10));
}

TEST_CASE("allowance: what was parsed of bytes is found by them and by the message that they were") {
    constexpr limits caps;
    wire::allowance allowed(1000, caps);
    std::string bytes[40];
    for (int i = 0; i < 40; ++i) {
        bytes[i] = std::string(1, static_cast<char>(i)) + "bytes";
        CHECK(allowed.find(bytes[i], "Attr") == nullptr);
        allowed.remember(bytes[i], "Attr", &bytes[i]);
    }
    for (const auto& one : bytes) {
        CHECK(allowed.find(one, "Attr") == &one);
        CHECK(allowed.find(one, "Slot") == nullptr);
    }
    const std::string longer(5000, 'x');
    allowed.remember(longer, "Attr", &longer);
    CHECK(allowed.find(longer, "Attr") == nullptr);
}
