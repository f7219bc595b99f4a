#ifndef WHERRY_VERSION_HPP
#define WHERRY_VERSION_HPP

// The language comes first: an older one would give thousands of lines. MSVC names its language in a macro of its own.
// GCC goes on after #error, no compiler goes on after a file that it cannot find.
#if defined(__cplusplus) && __cplusplus < 202002L && !(defined(_MSVC_LANG) && _MSVC_LANG >= 202002L)
#error wherry: needs C++20, compile with -std=c++20 (MSVC: /std:c++20)
#define WHERRY_STOPS_HERE <compile with -std=c++20>
#include WHERRY_STOPS_HERE
#endif

/// The version of these headers.
#define WHERRY_VERSION_MAJOR 0
#define WHERRY_VERSION_MINOR 1
#define WHERRY_VERSION_PATCH 0

/// The inline namespace of everything in `wherry`. It changes with the major number, so that two versions can live in one program.
/// In the compiled mode (`WHERRY_COMPILED`: functions are declared in the headers and defined in the library, `wherry::compiled` or
/// wherry/compiled.cpp) it also says how a unit was compiled: one that differs from the library does not link with it.
/// WHERRY_INLINE marks the definitions that the library has.
#ifndef WHERRY_COMPILED
#define WHERRY_ABI v0
#define WHERRY_INLINE inline
#else
#define WHERRY_INLINE
#ifdef __cpp_exceptions
#define WHERRY_ABI_EXCEPTIONS
#else
#define WHERRY_ABI_EXCEPTIONS _no_exceptions
#endif
#ifdef NDEBUG
#define WHERRY_ABI_ASSERTS _ndebug
#else
#define WHERRY_ABI_ASSERTS
#endif
#if defined(__SANITIZE_ADDRESS__)
#define WHERRY_ABI_SANITIZER _asan
#elif defined(__SANITIZE_THREAD__)
#define WHERRY_ABI_SANITIZER _tsan
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WHERRY_ABI_SANITIZER _asan
#elif __has_feature(thread_sanitizer)
#define WHERRY_ABI_SANITIZER _tsan
#elif __has_feature(memory_sanitizer)
#define WHERRY_ABI_SANITIZER _msan
#endif
#endif
#ifndef WHERRY_ABI_SANITIZER
#define WHERRY_ABI_SANITIZER
#endif
#define WHERRY_ABI_JOIN(mode, exceptions, asserts, sanitizer) mode##exceptions##asserts##sanitizer
#define WHERRY_ABI_NAME(mode, exceptions, asserts, sanitizer) WHERRY_ABI_JOIN(mode, exceptions, asserts, sanitizer)
#define WHERRY_ABI WHERRY_ABI_NAME(v0_compiled, WHERRY_ABI_EXCEPTIONS, WHERRY_ABI_ASSERTS, WHERRY_ABI_SANITIZER)
#endif

#endif
