#ifndef WHERRY_TESTS_ODR_EVERYTHING_HPP
#define WHERRY_TESTS_ODR_EVERYTHING_HPP

#include <wherry/version.hpp>
#include <wherry/wherry.hpp>

#if __has_include(<wherry/embed.hpp>)
#include <wherry/embed.hpp>
#endif
#if defined(__cpp_exceptions) && __has_include(<wherry/fluid.hpp>)
#include <wherry/fluid.hpp>
#endif

constexpr int version() { return WHERRY_VERSION_MAJOR * 1'000'000 + WHERRY_VERSION_MINOR * 1'000 + WHERRY_VERSION_PATCH; }
int version_seen_by_second();

#endif
