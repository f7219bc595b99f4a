#include <wherry/base/real.hpp>

#include <doctest/doctest.h>

#include <bit>
#include <cstdint>
#include <limits>
#include <string_view>

using namespace wherry;

namespace {
/// The result of reading a text: the value, how much of it was read, and why not.
template <class T>
struct reading {
    T value;
    std::ptrdiff_t used;
    std::errc failed;
};
template <class T>
reading<T> read(std::from_chars_result (*reader)(const char*, const char*, T&), std::string_view text) {
    T value = T(-7);
    const auto [end, failed] = reader(text.data(), text.data() + text.size(), value);
    return {value, end - text.data(), failed};
}

constexpr std::string_view rows[] = {"0",
                                     "-0",
                                     "1",
                                     "1.5",
                                     "-2.25e3",
                                     "1e-3",
                                     ".5",
                                     "5.",
                                     "1e400",
                                     "-1e400",
                                     "1e-400",
                                     "4e-320",
                                     "1e-42",
                                     "1e40",
                                     "nan",
                                     "-inf",
                                     "inf",
                                     "3 4",
                                     "1,5",
                                     "0x10",
                                     "+1",
                                     " 1",
                                     "",
                                     "-",
                                     "e5",
                                     "1e",
                                     "1e+",
                                     "--1",
                                     "infinity",
                                     "12abc",
                                     "0.1",
                                     "0e9999",
                                     "0.0e-5",
                                     "1.17549435e-38",
                                     "3.4028235e38",
                                     "3.5e38",
                                     "1.7976931348623157e308"};

template <class T>
void agrees_with_the_standard() {
    for (const auto text : rows) {
        CAPTURE(text);
        const auto found = read<T>(number_by_strtod<T>, text);
        const auto wanted = read<T>(number_from_chars<T>, text);
        CHECK(found.failed == wanted.failed);
        CHECK(found.used == wanted.used);
        using bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
        CHECK(std::bit_cast<bits>(found.value) == std::bit_cast<bits>(wanted.value));
    }
}
}  // namespace

TEST_CASE("real: if the library lacks from_chars, strtod reads what it would") {
    agrees_with_the_standard<float>();
    agrees_with_the_standard<double>();
}

TEST_CASE("real: numbers, and text that is not one") {
    CHECK(read<double>(number_from_chars<double>, "2.5e1 rest").value == 25.0);
    CHECK(read<double>(number_from_chars<double>, "2.5e1 rest").used == 5);
    CHECK(read<float>(number_from_chars<float>, "1e39").failed == std::errc::result_out_of_range);
    CHECK(read<float>(number_from_chars<float>, "x").failed == std::errc::invalid_argument);
}
