// Reset: memory, floating point unit, main. Everything that a program without an operating system starts with.
#include "board.hpp"

int main();

extern "C" {
extern std::uint32_t board_data_end[], board_data_load[], board_bss[];

[[noreturn]] void reset() {
    volatile auto& access = *reinterpret_cast<volatile std::uint32_t*>(0xE000'ED88);
    access = access | 0xFU << 20U;  // the floating point unit, and the vector extension where there is one
    asm volatile("dsb\nisb");
    const std::uint32_t* from = board_data_load;
    for (volatile std::uint32_t* to = board::board_data; to != board_data_end;) *to++ = *from++;
    for (volatile std::uint32_t* to = board_bss; to != board::board_bss_end;) *to++ = 0;
    board::stop(main() == 0);
}

[[noreturn]] void fault() {
    board::write("fault\n");
    board::stop(false);
}
}

[[gnu::section(".vectors"), gnu::used]] static const void* const vectors[16] = {
    board::board_stack,
    reinterpret_cast<const void*>(&reset),
    reinterpret_cast<const void*>(&fault),
    reinterpret_cast<const void*>(&fault),
    reinterpret_cast<const void*>(&fault),
    reinterpret_cast<const void*>(&fault),
    reinterpret_cast<const void*>(&fault),
};
