#ifndef WHERRY_TESTS_SUPPORT_STRIDED_HPP
#define WHERRY_TESTS_SUPPORT_STRIDED_HPP

#include <wherry/tensor/array_access.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace support {

/// A user's array: every other number of a vector, neither in row order nor a range.
struct strided {
    std::vector<std::int32_t> numbers;
};

}  // namespace support

template <>
struct wherry::array_access<support::strided> {
    using element = std::int32_t;
    static constexpr bool by_count = false;
    static result<Shape> dims(const support::strided& a) { return Shape{static_cast<std::int64_t>(a.numbers.size() / 2)}; }
    static void copy(const support::strided& a, element* into) {
        for (std::size_t i = 0; i < a.numbers.size(); i += 2) *into++ = a.numbers[i];
    }
    static void assign(support::strided& a, const element* from) {
        for (std::size_t i = 0; i < a.numbers.size(); i += 2) a.numbers[i] = *from++;
    }
};

#endif
