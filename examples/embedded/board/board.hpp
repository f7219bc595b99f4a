#ifndef BOARD_HPP
#define BOARD_HPP

#include <cstddef>
#include <cstdint>

/// The few things a program needs of a bare Cortex-M under qemu: text out, a counter, an end. Texts go to the debugger (semihosting).
namespace board {

inline void call_debugger(int what, const void* with) noexcept {
    register int r0 asm("r0") = what;
    register const void* r1 asm("r1") = with;
    asm volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
}
inline void write(const char* text) noexcept { call_debugger(4, text); }
[[noreturn]] inline void stop(bool good) noexcept {
    call_debugger(0x18, reinterpret_cast<const void*>(good ? 0x20026 : 0x20023));  // the program ended by itself; or failed
    for (;;) {}
}

/// Decimal digits.
inline void write(std::uint32_t n) noexcept {
    char digits[11];
    char* first = digits + 10;
    *first = 0;
    do *--first = static_cast<char>('0' + n % 10);
    while ((n /= 10) != 0);
    write(first);
}

/// Counts down from 2^24 - 1 with the processor's clock. Under `qemu -icount shift=0` an instruction takes 1 ns of it, so a tick of the
/// 25 MHz boards is 40 instructions, of the 32 MHz board 31.25. Instructions are not cycles: memory waits are not in them.
struct ticks {
    static volatile std::uint32_t& reg(std::uintptr_t at) noexcept { return *reinterpret_cast<volatile std::uint32_t*>(at); }
    static void start() noexcept {
        reg(0xE000'E014) = 0xff'ffff;
        reg(0xE000'E018) = 0;
        reg(0xE000'E010) = 5;
    }
    static std::uint32_t now() noexcept { return 0xff'ffff - reg(0xE000'E018); }
};

/// Nanoseconds of a tick, in hundredths: what the linker script of the board says.
#if defined(BOARD_TICK_NANOSECONDS_E2)
inline constexpr std::uint32_t tick_nanoseconds_e2 = BOARD_TICK_NANOSECONDS_E2;
#else
inline constexpr std::uint32_t tick_nanoseconds_e2 = 4000;  // 25 MHz
#endif

extern "C" std::uint32_t board_data[], board_bss_end[], board_flash_end[], board_stack[];

/// All of the program, constants and weights.
inline std::uint32_t flash_bytes() noexcept { return static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(board_flash_end)); }
/// Variables, without the stack.
inline std::uint32_t ram_bytes() noexcept {
    return static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(board_bss_end) - reinterpret_cast<std::uintptr_t>(board_data));
}

/// Fills the unused part of the stack, so that `stack_used` can tell how far down a call went.
[[gnu::always_inline]] inline std::uint32_t* paint_stack() noexcept {
    std::uint32_t* here;
    asm volatile("mov %0, sp" : "=r"(here));
    for (auto* at = here - 1024; at < here; ++at) *const_cast<volatile std::uint32_t*>(at) = 0xA5A5'A5A5;
    return here;
}
[[gnu::always_inline]] inline std::uint32_t stack_used(const std::uint32_t* here) noexcept {
    const auto* at = here - 1024;
    while (*const_cast<const volatile std::uint32_t*>(at) == 0xA5A5'A5A5) ++at;
    return static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(here) - reinterpret_cast<std::uintptr_t>(at));
}

}  // namespace board

#endif
