#ifndef WHERRY_LAYERS_INITIALIZER_HPP
#define WHERRY_LAYERS_INITIALIZER_HPP

#include <wherry/program/variable.hpp>
#include <wherry/version.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <variant>

namespace wherry::inline WHERRY_ABI {

/// How a parameter starts. A seed of 0 means the startup program's. Source: fluid/initializer.py.
namespace initializer {

/// Every element the same.
struct Constant {
    float value = 0;
};
/// Drawn evenly from [low, high).
struct Uniform {
    float low = -1;
    float high = 1;
    std::int32_t seed = 0;
};
/// Drawn from a normal distribution.
struct Normal {
    float loc = 0;
    float scale = 1;
    std::int32_t seed = 0;
};
/// Normal, drawn from within two standard deviations.
struct TruncatedNormal {
    float loc = 0;
    float scale = 1;
    std::int32_t seed = 0;
};
/// Uniform within sqrt(6 / (fan_in + fan_out)), or normal with sqrt(2 / (fan_in + fan_out)).
struct Xavier {
    bool uniform = true;
    std::optional<double> fan_in{};
    std::optional<double> fan_out{};
    std::int32_t seed = 0;
};
/// Uniform within sqrt(6 / fan_in), or normal with sqrt(2 / fan_in).
struct MSRA {
    bool uniform = true;
    std::optional<double> fan_in{};
    std::int32_t seed = 0;
};

/// How many numbers go into one unit of a layer, and out of it.
struct fans {
    double in = 1;
    double out = 1;
};

/// Inputs and outputs of one unit of a weight of these dims.
constexpr fans fans_of(std::span<const std::int64_t> dims) noexcept {
    if (dims.empty()) return {};
    const auto d = [&](std::size_t i) { return static_cast<double>(dims[i]); };
    if (dims.size() == 1) return {d(0), d(0)};
    if (dims.size() == 2) return {d(0), d(1)};
    double receptive = 1;
    for (std::size_t i = 2; i < dims.size(); ++i) receptive *= d(i);
    return {d(1) * receptive, d(0) * receptive};
}

}  // namespace initializer

/// Any of the initializers.
using Initializer = std::variant<initializer::Constant, initializer::Uniform, initializer::Normal, initializer::TruncatedNormal,
                                 initializer::Xavier, initializer::MSRA>;

}  // namespace wherry::inline WHERRY_ABI

#endif
