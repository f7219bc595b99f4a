#ifndef WHERRY_WIRE_ATTR_NUMBER_HPP
#define WHERRY_WIRE_ATTR_NUMBER_HPP

#include <wherry/version.hpp>

#include <bit>
#include <concepts>
#include <cstdint>
#include <limits>
#include <utility>

/// The types of attributes, and which of them Paddle takes for another: one table for programs that run and for those that are embedded.
namespace wherry::inline WHERRY_ABI::wire {

/// Which value field of an attribute counts.
enum class AttrType : std::int32_t {
    INT = 0,
    FLOAT = 1,
    STRING = 2,
    INTS = 3,
    FLOATS = 4,
    STRINGS = 5,
    BOOLEAN = 6,
    BOOLEANS = 7,
    BLOCK = 8,
    LONG = 9,
    BLOCKS = 10,
    LONGS = 11,
    FLOAT64S = 12,
    VAR = 13,
    VARS = 14,
    FLOAT64 = 15,
    SCALAR = 16,
    SCALARS = 17,
};

/// The number of the field of OpDesc.Attr that holds values of a type.
constexpr std::uint32_t field_of(AttrType type) noexcept {
    const auto index = static_cast<std::uint32_t>(type);
    return index < 6 ? index + 3 : index + 4;
}

/// The type of the elements of INTS, LONGS and FLOATS; any other type as it is.
constexpr AttrType element_of(AttrType type) noexcept {
    return type == AttrType::INTS     ? AttrType::INT
           : type == AttrType::LONGS  ? AttrType::LONG
           : type == AttrType::FLOATS ? AttrType::FLOAT
                                      : type;
}

/// A number as it is stored.
struct attr_number {
    AttrType type{};
    std::int64_t integer = 0;  ///< of INT, LONG and BOOLEAN
    double real = 0;           ///< of FLOAT, FLOAT64 and SCALAR

    /// The number that a field of a message holds.
    static constexpr attr_number of_field(AttrType type, std::uint64_t bits) noexcept {
        switch (type) {
            case AttrType::INT: return {type, static_cast<std::int32_t>(bits), 0};
            case AttrType::FLOAT: return {type, 0, static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(bits)))};
            case AttrType::FLOAT64:
            case AttrType::SCALAR: return {type, 0, std::bit_cast<double>(bits)};
            default: return {type, static_cast<std::int64_t>(bits), 0};
        }
    }
};

/// What an attribute of one number may be read as: bool, float, and integers of 32 and 64 bits.
template <class T>
concept attr_value = std::same_as<T, bool> || std::same_as<T, float> ||(std::signed_integral<T> && sizeof(T) >= 4);

/// Reads a number as T where Paddle takes its type for that, as 1.8.5 and 2.6.2 do alike: INT and FLOAT for bool; INT and FLOAT for int64;
/// INT and LONG for float; by a C++ cast each. And where nothing is lost, since Paddle 3 writes LONG, FLOAT64 and SCALAR where its
/// predecessors write INT and FLOAT. False for any other type, and for a value that T does not hold.
/// Source: ExtractAttribute (framework/attribute.h).
template <attr_value T>
constexpr bool read_as(const attr_number& from, T& to) noexcept {
    using enum AttrType;
    const bool whole = from.type == INT || from.type == LONG;
    if constexpr (std::same_as<T, bool>) {
        if (from.type != BOOLEAN && from.type != INT && from.type != FLOAT) return false;
        to = from.type == FLOAT ? from.real != 0 : from.integer != 0;
    } else if constexpr (std::integral<T> && sizeof(T) == 4) {  // int or, on boards, long
        if (!whole || !std::in_range<T>(from.integer)) return false;
        to = static_cast<T>(from.integer);
    } else if constexpr (std::integral<T>) {
        constexpr double end = 9223372036854775808.0;  // 2^63
        if (from.type == FLOAT ? !(from.real >= -end && from.real < end) : !whole) return false;
        to = from.type == FLOAT ? static_cast<std::int64_t>(from.real) : from.integer;
    } else {
        constexpr double most = std::numeric_limits<float>::max(), infinity = std::numeric_limits<double>::infinity();
        if (!whole && from.type != FLOAT && from.type != FLOAT64 && from.type != SCALAR) return false;
        const double real = from.real > most ? infinity : from.real < -most ? -infinity : from.real;
        to = whole ? static_cast<float>(from.integer) : static_cast<float>(real);
    }
    return true;
}

}  // namespace wherry::inline WHERRY_ABI::wire

#endif
