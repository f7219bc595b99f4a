#ifndef WHERRY_BASE_CRC32C_HPP
#define WHERRY_BASE_CRC32C_HPP

#include <wherry/base/cpu.hpp>
#include <wherry/version.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

namespace wherry::inline WHERRY_ABI {

namespace detail {
/// Row k answers for a byte that k more bytes follow: eight look-ups take eight bytes at once. One row, a kilobyte, where nearly every
/// machine has an instruction.
struct crc32c_rows {
#if defined(__x86_64__) && defined(__GNUC__)
    static constexpr std::size_t count = 1;
#else
    static constexpr std::size_t count = 8;
#endif
    std::array<std::array<std::uint32_t, 256>, count> row{};
    constexpr crc32c_rows() noexcept {
        for (std::uint32_t byte = 0; byte < 256; ++byte) {
            auto crc = byte;
            for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? 0x82f63b78U : 0U);
            row[0][byte] = crc;
        }
        for (std::size_t k = 1; k < row.size(); ++k)
            for (std::size_t byte = 0; byte < 256; ++byte) row[k][byte] = (row[k - 1][byte] >> 8U) ^ row[0][row[k - 1][byte] & 0xffU];
    }
};
inline constexpr crc32c_rows crc32c_table;

constexpr std::uint32_t four_bytes(const char* at) noexcept {
    std::uint32_t value = 0;
    for (unsigned i = 0; i < 4; ++i) value |= std::uint32_t{static_cast<unsigned char>(at[i])} << (8U * i);
    return value;
}

/// By look-ups, on any machine and at compile time.
constexpr std::uint32_t crc32c_by_table(const char* at, std::size_t left, std::uint32_t crc) noexcept {
    const auto& row = crc32c_table.row;
    if constexpr (crc32c_rows::count == 8)
        for (; left >= 8; left -= 8, at += 8) {
            const auto low = crc ^ four_bytes(at);
            const auto high = four_bytes(at + 4);
            crc = row[7][low & 0xffU] ^ row[6][(low >> 8U) & 0xffU] ^ row[5][(low >> 16U) & 0xffU] ^ row[4][low >> 24U] ^
                  row[3][high & 0xffU] ^ row[2][(high >> 8U) & 0xffU] ^ row[1][(high >> 16U) & 0xffU] ^ row[0][high >> 24U];
        }
    for (; left > 0; --left, ++at) crc = (crc >> 8U) ^ row[0][(crc ^ static_cast<unsigned char>(*at)) & 0xffU];
    return crc;
}

#if defined(__x86_64__) && defined(__GNUC__)
/// What a sum becomes when a number of zero bytes follow, 4096 here: of each of its bits, to be added up.
struct crc32c_shift {
    static constexpr std::size_t zero_bytes = 4096;
    std::array<std::uint32_t, 32> of_bit{};
    constexpr crc32c_shift() noexcept {
        std::uint32_t power = 0x40000000U;  // x; squared so often, x^32768
        for (auto bits = 8 * zero_bytes; bits > 1; bits /= 2) power = times(power, power);
        for (unsigned bit = 32; bit-- > 0; power = times_x(power)) of_bit[bit] = power;
    }
    static constexpr std::uint32_t times_x(std::uint32_t a) noexcept { return (a >> 1U) ^ ((a & 1U) != 0 ? 0x82f63b78U : 0U); }
    static constexpr std::uint32_t times(std::uint32_t a, std::uint32_t b) noexcept {
        std::uint32_t product = 0;
        for (unsigned bit = 32; bit-- > 0; b = times_x(b)) product ^= ((a >> bit) & 1U) != 0 ? b : 0U;
        return product;
    }
    [[nodiscard]] constexpr std::uint32_t operator()(std::uint32_t crc) const noexcept {
        std::uint32_t sum = 0;
        for (unsigned bit = 0; bit < 32; ++bit) sum ^= (0U - ((crc >> bit) & 1U)) & of_bit[bit];
        return sum;
    }
};
inline constexpr crc32c_shift crc32c_after_lane;

/// By the instruction that x86 has for it since 2008: it takes eight bytes in a cycle, but answers after three, so three lanes take turns.
[[gnu::target("sse4.2")]] inline std::uint32_t crc32c_by_instruction(const char* at, std::size_t left, std::uint32_t crc) noexcept {
    const auto eight_at = [](const char* from) noexcept {
        std::uint64_t eight = 0;
        std::memcpy(&eight, from, sizeof eight);
        return eight;
    };
    std::uint64_t wide = crc;
    constexpr auto lane = crc32c_shift::zero_bytes;
    for (; left >= 3 * lane; left -= 3 * lane, at += 2 * lane) {
        std::uint64_t second = 0;
        std::uint64_t third = 0;
        for (const auto* const end = at + lane; at != end; at += 8) {
            wide = __builtin_ia32_crc32di(wide, eight_at(at));
            second = __builtin_ia32_crc32di(second, eight_at(at + lane));
            third = __builtin_ia32_crc32di(third, eight_at(at + 2 * lane));
        }
        wide = crc32c_after_lane(static_cast<std::uint32_t>(wide)) ^ second;
        wide = crc32c_after_lane(static_cast<std::uint32_t>(wide)) ^ third;
    }
    for (; left >= 8; left -= 8, at += 8) wide = __builtin_ia32_crc32di(wide, eight_at(at));
    crc = static_cast<std::uint32_t>(wide);
    for (; left > 0; --left, ++at) crc = __builtin_ia32_crc32qi(crc, static_cast<unsigned char>(*at));
    return crc;
}
inline bool has_crc32c_instruction() noexcept { return cpu_has(cpu_feature::crc32); }
#else
inline std::uint32_t crc32c_by_instruction(const char* at, std::size_t left, std::uint32_t crc) noexcept {
    return crc32c_by_table(at, left, crc);
}
inline bool has_crc32c_instruction() noexcept { return false; }
#endif
}  // namespace detail

/// CRC-32C (Castagnoli) of bytes, as in iSCSI and ext4. Finds every change of up to 32 neighbouring bits, so every single
/// bit. A sum goes on over more bytes: `crc32c(b, crc32c(a))` is that of both.
constexpr std::uint32_t crc32c(std::string_view bytes, std::uint32_t so_far = 0) noexcept {
    if (!std::is_constant_evaluated() && bytes.size() >= 16 && detail::has_crc32c_instruction())
        return ~detail::crc32c_by_instruction(bytes.data(), bytes.size(), ~so_far);
    return ~detail::crc32c_by_table(bytes.data(), bytes.size(), ~so_far);
}
static_assert(crc32c("123456789") == 0xe3069283U, "the check value of CRC-32C");
static_assert(crc32c("456789", crc32c("123")) == crc32c("123456789"));

}  // namespace wherry::inline WHERRY_ABI

#endif
