#ifndef WHERRY_BASE_ALLOCATE_HPP
#define WHERRY_BASE_ALLOCATE_HPP

#include <wherry/version.hpp>

#include <cstddef>
#include <limits>
#include <new>
#include <string>

namespace wherry::inline WHERRY_ABI {

/// Memory whose size a file, a program or a feed chooses: null where there is none. Never throws and never ends the program, with
/// exceptions and without. Given back by `::operator delete`, with the alignment if it was given one that is larger than the default.
[[nodiscard, gnu::noinline]] inline void* allocate(std::size_t size_bytes,
                                                   std::size_t alignment = __STDCPP_DEFAULT_NEW_ALIGNMENT__) noexcept {
    if (size_bytes > std::numeric_limits<std::size_t>::max() / 2) return nullptr;
    if (alignment <= __STDCPP_DEFAULT_NEW_ALIGNMENT__) return ::operator new(size_bytes, std::nothrow);
    return ::operator new (size_bytes, std::align_val_t{alignment}, std::nothrow);
}

/// Room for so many characters; false where there is none. A std::string knows no other way than to throw: without exceptions the
/// memory is asked for first.
[[nodiscard, gnu::noinline]] inline bool try_reserve(std::string& into, std::size_t size_bytes) noexcept {
    if (size_bytes <= into.capacity()) return true;
    if (size_bytes > into.max_size()) return false;
#ifdef __cpp_exceptions
    try {
        into.reserve(size_bytes);
    } catch (...) { return false; }
#else
    void* const there = allocate(size_bytes + 1);
    if (there == nullptr) return false;
    ::operator delete(there);
    into.reserve(size_bytes);
#endif
    return true;
}

}  // namespace wherry::inline WHERRY_ABI

#endif
