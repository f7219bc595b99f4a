#ifndef WHERRY_FORMAT_TEXT_NUMBER_HPP
#define WHERRY_FORMAT_TEXT_NUMBER_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/float16.hpp>
#include <wherry/base/real.hpp>
#include <wherry/tensor/element_text.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

/// One element as the characters of a number, and back.
namespace wherry::inline WHERRY_ABI::detail {

/// A number that is nearer to zero than anything a type holds, as far as its exponent tells.
inline bool is_tiny(std::string_view token) noexcept {
    const auto exponent = token.find_first_of("eE");
    return exponent != std::string_view::npos ? token.substr(exponent).find('-') == 1 : token.find_first_of("123456789") > token.find('.');
}

template <class T>
std::optional<T> real_of(std::string_view token) noexcept {
    const bool minus = token.starts_with('-');
    if (minus || token.starts_with('+')) token.remove_prefix(1);
    if (token.empty() || token.front() == '-' || token.find('(') != std::string_view::npos) return std::nullopt;
    T value{};
    const auto [end, failed] = number_from_chars(token.data(), token.data() + token.size(), value);
    if (end != token.data() + token.size()) return std::nullopt;
    if (failed == std::errc::result_out_of_range) {
        if (!is_tiny(token)) return std::nullopt;
        value = 0;
    } else if (failed != std::errc()) {
        return std::nullopt;
    }
    return minus ? -value : value;
}

/// An integer; one that is written as "1.000e+00", which is how NumPy writes any, is one as well.
template <class T>
std::optional<T> integer_of(std::string_view token) noexcept {
    T value{};
    const auto digits = token.starts_with('+') ? token.substr(1) : token;
    const auto [end, failed] = number_from_chars(digits.data(), digits.data() + digits.size(), value);
    if (failed == std::errc() && end == digits.data() + digits.size()) return value;
    const auto real = real_of<double>(token);
    constexpr double exact = 9007199254740992.0;  // 2^53
    if (!real || std::abs(*real) > exact || *real != std::trunc(*real)) return std::nullopt;
    if (*real < 0 && std::is_unsigned_v<T>) return std::nullopt;
    return static_cast<T>(*real);
}

template <class T>
bool store(const std::optional<T>& value, std::byte* to) noexcept {
    if (value) std::memcpy(to, &*value, sizeof(T));
    return value.has_value();
}

template <class T>
bool store_integer(std::string_view token, std::byte* to) noexcept {
    const auto value = integer_of<std::int64_t>(token);
    if (!value || *value < std::numeric_limits<T>::min() || *value > static_cast<std::int64_t>(std::numeric_limits<T>::max())) return false;
    return store(std::optional(static_cast<T>(*value)), to);
}

/// "(1+2j)", "1+2j", "2j" or a real number.
template <class T>
bool store_complex(std::string_view token, std::byte* to) noexcept {
    if (token.starts_with('(') && token.ends_with(')')) token = token.substr(1, token.size() - 2);
    std::optional<T> parts[] = {T(0), T(0)};
    if (token.ends_with('j')) {
        token.remove_suffix(1);
        auto sign = token.find_last_of("+-");
        if (sign != std::string_view::npos && sign > 0 && (token[sign - 1] == 'e' || token[sign - 1] == 'E'))
            sign = token.find_last_of("+-", sign - 1);
        sign = sign == std::string_view::npos ? 0 : sign;
        if (sign > 0) parts[0] = real_of<T>(token.substr(0, sign));
        parts[1] = real_of<T>(token.substr(sign));
    } else {
        parts[0] = real_of<T>(token);
    }
    return store(parts[0], to) && store(parts[1], to + sizeof(T));
}

/// One of the 256 numbers of a float8; none is rounded.
inline bool store_float8(DType dtype, std::string_view token, std::byte* to) noexcept {
    const auto wanted = real_of<float>(token);
    for (unsigned bits = 0; wanted && bits < 256; ++bits) {
        *to = static_cast<std::byte>(bits);
        const auto value = element_at(dtype, to).real();
        const bool same = value == static_cast<double>(*wanted) || (std::isnan(value) && std::isnan(*wanted));
        if (same && std::signbit(value) == std::signbit(*wanted)) return true;
    }
    return false;
}

inline bool store_bool(std::string_view token, std::byte* to) noexcept {
    if (token == "True" || token == "False") return store(std::optional(token == "True"), to);
    const auto value = integer_of<std::int64_t>(token);
    return value && (*value == 0 || *value == 1) && store(std::optional(*value == 1), to);
}

/// Writes the element that a token is; float16 and bfloat16 are rounded by way of float. False where it is not such a number.
inline bool store_number(DType dtype, std::string_view token, std::byte* to) noexcept {
    const auto narrowed = [&]<class Half>(Half) {
        const auto value = real_of<float>(token);
        return value && store(std::optional(Half(*value)), to);
    };
    switch (dtype) {
        case DType::FP32: return store(real_of<float>(token), to);
        case DType::FP64: return store(real_of<double>(token), to);
        case DType::FP16: return narrowed(float16());
        case DType::BF16: return narrowed(bfloat16());
        case DType::BOOL: return store_bool(token, to);
        case DType::INT8: return store_integer<std::int8_t>(token, to);
        case DType::INT16: return store_integer<std::int16_t>(token, to);
        case DType::INT32: return store_integer<std::int32_t>(token, to);
        case DType::INT64: return store(integer_of<std::int64_t>(token), to);
        case DType::UINT8: return store_integer<std::uint8_t>(token, to);
        case DType::UINT16: return store_integer<std::uint16_t>(token, to);
        case DType::UINT32: return store_integer<std::uint32_t>(token, to);
        case DType::UINT64:
        case DType::SIZE_T: return store(integer_of<std::uint64_t>(token), to);
        case DType::COMPLEX64: return store_complex<float>(token, to);
        case DType::COMPLEX128: return store_complex<double>(token, to);
        case DType::FP8_E4M3FN:
        case DType::FP8_E5M2: return store_float8(dtype, token, to);
    }
    return false;
}

}  // namespace wherry::inline WHERRY_ABI::detail

#endif
