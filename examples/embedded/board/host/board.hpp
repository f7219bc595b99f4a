#ifndef BOARD_HPP
#define BOARD_HPP

#include <cstdint>
#include <cstdio>

/// ../board.hpp's functions on the machine that compiles: text out, and nothing to count.
namespace board {

inline void write(const char* text) noexcept { std::fputs(text, stdout); }
inline void write(std::uint32_t n) noexcept { std::printf("%u", n); }

struct ticks {
    static void start() noexcept {}
    static std::uint32_t now() noexcept { return 0; }
};
inline constexpr std::uint32_t tick_nanoseconds_e2 = 0;

inline std::uint32_t* paint_stack() noexcept { return nullptr; }
inline std::uint32_t stack_used(const std::uint32_t*) noexcept { return 0; }
inline std::uint32_t flash_bytes() noexcept { return 0; }
inline std::uint32_t ram_bytes() noexcept { return 0; }

}  // namespace board

#endif
