#include <wherry/base/crc32c.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

using wherry::crc32c;

TEST_CASE("crc32c: known values of RFC 3720") {
    CHECK(crc32c(std::string(32, '\0')) == 0x8a9136aaU);
    CHECK(crc32c(std::string(32, '\xff')) == 0x62a8ab43U);
    std::string up;
    for (char c = 0; c < 32; ++c) up.push_back(c);
    CHECK(crc32c(up) == 0x46dd794eU);
    CHECK(crc32c("") == 0);
}

TEST_CASE("crc32c: any split gives the same sum, and every single bit counts") {
    std::string bytes;
    for (int i = 0; i < 61; ++i) bytes.push_back(static_cast<char>(i * 37));
    const auto whole = crc32c(bytes);
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut)
        CHECK(crc32c(std::string_view(bytes).substr(cut), crc32c(bytes.substr(0, cut))) == whole);
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        auto flipped = bytes;
        flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
        CHECK(crc32c(flipped) != whole);
    }
}

TEST_CASE("crc32c: the instruction and the table agree on every length and start") {
    std::string bytes;
    for (int i = 0; i < 200; ++i) bytes.push_back(static_cast<char>(i * i + 3 * i));
    for (std::size_t from = 0; from < 9; ++from)
        for (std::size_t size = 0; from + size <= bytes.size(); ++size) {
            const auto all = std::string_view(bytes).substr(from, size);
            std::uint32_t by_few = 0x12345678U;  // fewer than 16 bytes go through the table
            for (std::size_t at = 0; at < size; at += 11) by_few = crc32c(all.substr(at, 11), by_few);
            CHECK(crc32c(all, 0x12345678U) == by_few);
        }
}

TEST_CASE("crc32c: bytes that are summed in lanes have the sum that they have in pieces") {
    std::string bytes;
    for (std::size_t i = 0; i < 40'000; ++i) bytes.push_back(static_cast<char>(i * i / 7 + 3 * i));
    for (const std::size_t from : {0U, 1U, 5U})
        for (const std::size_t size : {12'287U, 12'288U, 12'289U, 24'576U, 24'583U, 39'990U}) {
            const auto all = std::string_view(bytes).substr(from, size);
            std::uint32_t by_few = 0x12345678U;
            for (std::size_t at = 0; at < size; at += 11) by_few = crc32c(all.substr(at, 11), by_few);
            CHECK(crc32c(all, 0x12345678U) == by_few);
        }
}
