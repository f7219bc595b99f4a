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
/// By the instruction that x86 has for it since 2008, ten times as fast.
[[gnu::target("sse4.2")]] inline std::uint32_t crc32c_by_instruction(const char* at, std::size_t left, std::uint32_t crc) noexcept {
    std::uint64_t wide = crc;
    for (; left >= 8; left -= 8, at += 8) {
        std::uint64_t eight = 0;
        std::memcpy(&eight, at, sizeof eight);
        wide = __builtin_ia32_crc32di(wide, eight);
    }
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
