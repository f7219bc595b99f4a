#ifndef WHERRY_TOOL_VALUE_STATS_HPP
#define WHERRY_TOOL_VALUE_STATS_HPP

#include <wherry/base/bytes.hpp>
#include <wherry/base/dtype.hpp>
#include <wherry/tensor/element.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

namespace tool {

/// Statistics of an array's elements. NaN is counted and in no other number; of complex numbers the real part is taken.
struct value_stats {
    double min = std::numeric_limits<double>::infinity();
    double max = -std::numeric_limits<double>::infinity();
    double sum = 0;
    std::uint64_t count = 0;  ///< elements that are not NaN
    std::uint64_t nan_count = 0;

    [[nodiscard]] double mean() const noexcept { return sum / static_cast<double>(count); }
    /// Adds whole elements, in the machine's byte order.
    void add(wherry::DType dtype, std::span<const std::byte> bytes) noexcept {
        const auto width = wherry::size_of(dtype);
        for (std::size_t at = 0; width > 0 && at + width <= bytes.size(); at += width) {
            const auto value = wherry::element_at(dtype, bytes.data() + at).real();
            if (value != value) {
                ++nan_count;
                continue;
            }
            min = std::min(min, value);
            max = std::max(max, value);
            sum += value;
            ++count;
        }
    }
};

}  // namespace tool

#endif
