#ifndef WHERRY_TESTS_SUPPORT_LIVE_BYTES_HPP
#define WHERRY_TESTS_SUPPORT_LIVE_BYTES_HPP

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <new>

/// Counts what the program asks of `operator new`: how often, and the bytes it has not given back. To be included by one file of a program.
namespace support {

inline std::atomic<long long> live_bytes{0};
inline std::atomic<long long> allocations{0};

/// The size is in front of what is handed out, which starts one alignment after what was allocated.
inline void* counted_new_or_null(std::size_t size, std::size_t alignment) noexcept {
    if (size > std::numeric_limits<std::size_t>::max() / 4) return nullptr;
    const auto rounded = (size + 2 * alignment - 1) / alignment * alignment;
    auto* const base = static_cast<std::byte*>(std::aligned_alloc(alignment, rounded));
    if (base == nullptr) return nullptr;
    std::memcpy(base, &size, sizeof(size));
    live_bytes += static_cast<long long>(size);
    ++allocations;
    return base + alignment;
}
inline void* counted_new(std::size_t size, std::size_t alignment) {
    auto* const held = counted_new_or_null(size, alignment);
    if (held == nullptr) std::abort();
    return held;
}
inline void counted_delete(void* held, std::size_t alignment) noexcept {
    if (held == nullptr) return;
    auto* const base = static_cast<std::byte*>(held) - alignment;
    std::size_t size = 0;
    std::memcpy(&size, base, sizeof(size));
    live_bytes -= static_cast<long long>(size);
    std::free(base);
}
inline constexpr std::size_t plain_alignment = alignof(std::max_align_t);

}  // namespace support

void* operator new(std::size_t size) { return support::counted_new(size, support::plain_alignment); }
void* operator new(std::size_t size, std::align_val_t at) { return support::counted_new(size, static_cast<std::size_t>(at)); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    return support::counted_new_or_null(size, support::plain_alignment);
}
void* operator new(std::size_t size, std::align_val_t at, const std::nothrow_t&) noexcept {
    return support::counted_new_or_null(size, static_cast<std::size_t>(at));
}
void operator delete(void* held) noexcept { support::counted_delete(held, support::plain_alignment); }
void operator delete(void* held, std::size_t) noexcept { support::counted_delete(held, support::plain_alignment); }
void operator delete(void* held, std::align_val_t at) noexcept { support::counted_delete(held, static_cast<std::size_t>(at)); }
void operator delete(void* held, std::size_t, std::align_val_t at) noexcept { support::counted_delete(held, static_cast<std::size_t>(at)); }

#endif
