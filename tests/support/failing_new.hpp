#ifndef WHERRY_TESTS_SUPPORT_FAILING_NEW_HPP
#define WHERRY_TESTS_SUPPORT_FAILING_NEW_HPP

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>

/// Lets one call of `operator new` fail, and counts what lives. To be included by one file of a program of one thread. Without exceptions
/// only the calls that answer null can fail, which are those whose size input chooses.
namespace support {

inline long long blocks_alive = 0;   ///< made and not given back
inline long long bytes_alive = 0;    ///< of those
inline long long most_bytes = 0;     ///< most `bytes_alive` since somebody set it
inline long long calls_until = -1;   ///< this many calls succeed, then one fails; negative: none fails
inline long long failing_calls = 1;  ///< so many fail then, one after another

inline constexpr std::size_t plain_alignment = alignof(std::max_align_t);

/// The size is in front of what is handed out, which starts one alignment after what was allocated.
inline void* give(std::size_t size, std::size_t alignment) noexcept {
    if (calls_until >= 0 && calls_until-- == 0) {
        if (--failing_calls > 0) calls_until = 0;
        return nullptr;
    }
    if (size > (std::size_t{1} << 40U) / (sizeof(void*) == 8 ? 1 : 1024)) return nullptr;
    auto* const base = static_cast<std::byte*>(std::aligned_alloc(alignment, (size + 2 * alignment - 1) / alignment * alignment));
    if (base == nullptr) return nullptr;
    std::memcpy(base, &size, sizeof(size));
    ++blocks_alive;
    bytes_alive += static_cast<long long>(size);
    if (bytes_alive > most_bytes) most_bytes = bytes_alive;
    return base + alignment;
}
inline void take_back(void* held, std::size_t alignment) noexcept {
    if (held == nullptr) return;
    auto* const base = static_cast<std::byte*>(held) - alignment;
    std::size_t size = 0;
    std::memcpy(&size, base, sizeof(size));
    --blocks_alive;
    bytes_alive -= static_cast<long long>(size);
    std::free(base);
}
inline void* give_or_throw(std::size_t size, std::size_t alignment) {
#ifdef __cpp_exceptions
    if (auto* const held = give(size, alignment)) return held;
    throw std::bad_alloc();
#else
    const auto until = calls_until;
    calls_until = -1;
    auto* const held = give(size, alignment);
    calls_until = until;
    if (held == nullptr) std::abort();
    return held;
#endif
}

/// What `each_failure` saw.
struct failures_tried {
    long long calls = 0;   ///< each of them has failed
    long long leaked = 0;  ///< blocks that outlived what asked for them
};
/// Calls `act(prepare())` with call after call of `operator new` failing, `in_a_row` of them, until it makes none that fails. Each time
/// `after(prepared, outcome, failed)` looks at what came out.
template <class Prepare, class Act, class After>
failures_tried each_failure(Prepare prepare, Act act, After after, long long in_a_row = 1) {
    failures_tried tried;
    for (bool failed = true; failed; ++tried.calls) {
        const auto alive = blocks_alive;
        {
            auto prepared = prepare();
            calls_until = tried.calls;
            failing_calls = in_a_row;
            auto outcome = act(prepared);
            failed = failing_calls < in_a_row;
            calls_until = -1;
            after(prepared, outcome, failed);
        }
        tried.leaked += blocks_alive - alive;
    }
    --tried.calls;
    return tried;
}

}  // namespace support

void* operator new(std::size_t size) { return support::give_or_throw(size, support::plain_alignment); }
void* operator new(std::size_t size, std::align_val_t at) { return support::give_or_throw(size, static_cast<std::size_t>(at)); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return support::give(size, support::plain_alignment); }
void* operator new(std::size_t size, std::align_val_t at, const std::nothrow_t&) noexcept {
    return support::give(size, static_cast<std::size_t>(at));
}
void operator delete(void* held) noexcept { support::take_back(held, support::plain_alignment); }
void operator delete(void* held, std::size_t) noexcept { support::take_back(held, support::plain_alignment); }
void operator delete(void* held, std::align_val_t at) noexcept { support::take_back(held, static_cast<std::size_t>(at)); }
void operator delete(void* held, std::size_t, std::align_val_t at) noexcept { support::take_back(held, static_cast<std::size_t>(at)); }

#endif
