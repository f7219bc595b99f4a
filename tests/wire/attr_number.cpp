#include <wherry/wire/attr_number.hpp>

#include <doctest/doctest.h>

#include <bit>
#include <cstdint>
#include <limits>

using namespace wherry::wire;
using enum AttrType;

namespace {
constexpr AttrType all_types[] = {INT,  FLOAT,  STRING, INTS,     FLOATS, STRINGS, BOOLEAN, BOOLEANS, BLOCK,
                                  LONG, BLOCKS, LONGS,  FLOAT64S, VAR,    VARS,    FLOAT64, SCALAR,   SCALARS};

template <class T, class... Types>
constexpr bool takes(Types... types) {
    for (const auto type : all_types) {
        T value{};
        if (read_as(attr_number{type, 1, 1}, value) != (... || (type == types))) return false;
        if ((... || (type == types)) && value != T(1)) return false;
    }
    return true;
}
template <class T>
constexpr bool reads(attr_number from, T expected) {
    T value{};
    return read_as(from, value) && value == expected;
}
template <class T>
constexpr bool refuses(attr_number from) {
    T value = T(1);
    return !read_as(from, value) && value == T(1);
}
constexpr double two_to_63 = 9223372036854775808.0;
constexpr double huge = std::numeric_limits<double>::max();
constexpr auto least = std::numeric_limits<std::int64_t>::min();

constexpr bool rules_hold() {
    bool hold = takes<bool>(BOOLEAN, INT, FLOAT) && takes<std::int32_t>(INT, LONG) && takes<std::int64_t>(INT, LONG, FLOAT) &&
                takes<float>(FLOAT, INT, LONG, FLOAT64, SCALAR);
    hold = hold && reads({INT, -3, 0}, true) && reads({FLOAT, 0, 0.25}, true) && reads({FLOAT, 0, -0.0}, false);
    hold = hold && reads<std::int64_t>({FLOAT, 0, -2.9}, -2) && reads<std::int64_t>({FLOAT, 0, -two_to_63}, least);
    hold = hold && refuses<std::int64_t>({FLOAT, 0, two_to_63});
    hold = hold && refuses<std::int64_t>({FLOAT, 0, std::numeric_limits<double>::quiet_NaN()});
    hold = hold && reads<std::int32_t>({LONG, 2147483647, 0}, 2147483647) && refuses<std::int32_t>({LONG, 2147483648, 0});
    hold = hold && refuses<std::int32_t>({LONG, least, 0});
    hold = hold && reads<float>({LONG, 16777217, 0}, 16777216.0F) && reads<float>({FLOAT64, 0, 0.1}, 0.1F);
    constexpr auto infinity = std::numeric_limits<float>::infinity();
    return hold && reads<float>({FLOAT64, 0, huge}, infinity) && reads<float>({SCALAR, 0, -huge}, -infinity);
}
static_assert(rules_hold());

constexpr bool fields_hold() {
    std::uint32_t number = 3;
    for (const auto type : all_types) {
        if (number == 9) ++number;  // which framework.proto leaves out
        if (field_of(type) != number++) return false;
        const bool is_list = type == INTS || type == LONGS || type == FLOATS;
        if ((element_of(type) != type) != is_list) return false;
    }
    return element_of(INTS) == INT && element_of(LONGS) == LONG && element_of(FLOATS) == FLOAT;
}
static_assert(fields_hold());

constexpr bool bits_hold() {
    return attr_number::of_field(INT, ~std::uint64_t{0}).integer == -1 && attr_number::of_field(INT, 0xffffffffU).integer == -1 &&
           attr_number::of_field(LONG, ~std::uint64_t{0}).integer == -1 &&
           attr_number::of_field(FLOAT, std::bit_cast<std::uint32_t>(0.5F)).real == 0.5 &&
           attr_number::of_field(FLOAT64, std::bit_cast<std::uint64_t>(0.1)).real == 0.1 && attr_number::of_field(BOOLEAN, 1).integer == 1;
}
static_assert(bits_hold());
}  // namespace

TEST_CASE("a number is read as what Paddle takes its type for, and as nothing else") { CHECK(rules_hold()); }
TEST_CASE("types of attributes have their fields, lists their elements") { CHECK(fields_hold()); }
TEST_CASE("the bits of a field are the number of its type") { CHECK(bits_hold()); }
