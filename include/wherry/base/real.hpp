#ifndef WHERRY_BASE_REAL_HPP
#define WHERRY_BASE_REAL_HPP

#include <wherry/version.hpp>

#include <charconv>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdlib>
#include <string>
#include <string_view>
#include <system_error>

namespace wherry::inline WHERRY_ABI {

namespace detail {
#ifdef __cpp_lib_to_chars
inline constexpr bool library_reads_reals = true;
#else
inline constexpr bool library_reads_reals = false;
#endif

}  // namespace detail

/// By way of `strtod`, which takes more than `from_chars` does and is kept from it here: blanks, a plus, hexadecimals.
/// The decimal point is the C locale's: a program that calls `setlocale` needs a library with `from_chars`.
template <std::floating_point T>
std::from_chars_result number_by_strtod(const char* first, const char* last, T& value) {
    const std::string_view text(first, static_cast<std::size_t>(last - first));
    const std::string held(text.substr(0, text.find_first_not_of("0123456789+-.eEinfatyINFATY")));
    if (held.empty() || held[0] == '+') return {first, std::errc::invalid_argument};
    char* end = nullptr;
    T read{};
    if constexpr (std::same_as<T, float>) read = std::strtof(held.c_str(), &end);
    else read = std::strtod(held.c_str(), &end);
    const auto used = end - held.c_str();
    if (used == 0) return {first, std::errc::invalid_argument};
    // Infinity that is not spelled so, and a zero from digits that are not all zero, are numbers out of range.
    const auto mantissa = std::string_view(held).substr(0, static_cast<std::size_t>(used));
    const bool too_large = std::isinf(read) && mantissa.find_first_of("iI") == std::string_view::npos;
    const bool too_small =
        read == 0 && mantissa.substr(0, mantissa.find_first_of("eE")).find_first_of("123456789") != std::string_view::npos;
    if (too_large || too_small) return {first + used, std::errc::result_out_of_range};
    value = read;
    return {first + used, std::errc()};
}

/// `std::from_chars` of any number; libc++ before 20 lacks that of float and double.
template <class T>
std::from_chars_result number_from_chars(const char* first, const char* last, T& value) {
    if constexpr (std::floating_point<T> && !detail::library_reads_reals) return number_by_strtod(first, last, value);
    else return std::from_chars(first, last, value);
}

}  // namespace wherry::inline WHERRY_ABI

#endif
