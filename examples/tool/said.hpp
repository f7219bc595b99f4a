#ifndef WHERRY_TOOL_SAID_HPP
#define WHERRY_TOOL_SAID_HPP

#include "text.hpp"

#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

/// Words for what a command did.
namespace tool {

/// "1 array", "3 arrays".
inline std::string counted(std::uint64_t n, std::string_view what) {
    return std::to_string(n) + " " + std::string(what) + (n == 1 ? "" : "s");
}

namespace detail {
/// A number of three digits before its unit.
inline std::string three_digits(double value, std::string_view unit) {
    char text[32];
    std::snprintf(text, sizeof text, value < 9.995 ? "%.2f" : value < 99.95 ? "%.1f" : "%.0f", value);
    return std::string(text) + " " + std::string(unit);
}
}  // namespace detail

/// "812 bytes", "31.4 kB", "1.20 MB": thousands, as disks are measured.
inline std::string size_text(std::uint64_t bytes) {
    if (bytes < 1000) return counted(bytes, "byte");
    const auto size = static_cast<double>(bytes);
    return size < 999'500   ? detail::three_digits(size / 1e3, "kB")
           : size < 999.5e6 ? detail::three_digits(size / 1e6, "MB")
                            : detail::three_digits(size / 1e9, "GB");
}

/// "12.3 us", "8.20 ms", "1.31 s".
inline std::string time_text(double seconds) {
    return seconds < 0.9995e-3 ? detail::three_digits(seconds * 1e6, "us")
           : seconds < 0.9995  ? detail::three_digits(seconds * 1e3, "ms")
                               : detail::three_digits(seconds, "s");
}

/// Seconds since it was made, or started again.
class stopwatch {
  public:
    [[nodiscard]] double seconds() const { return std::chrono::duration<double>(clock::now() - start_).count(); }
    void restart() { start_ = clock::now(); }

  private:
    using clock = std::chrono::steady_clock;
    clock::time_point start_ = clock::now();
};

}  // namespace tool

#endif
