#ifndef WHERRY_KERNEL_DROPOUT_HPP
#define WHERRY_KERNEL_DROPOUT_HPP

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>

#include <wherry/kernel/random.hpp>
#include <wherry/kernel/view.hpp>
#include <wherry/version.hpp>

namespace wherry::inline WHERRY_ABI::kernel {

/// When the missing share is made up for: in training or in inference. Source: attribute dropout_implementation.
enum class dropout_scaling : unsigned char {
    downgrade_in_infer,  ///< training: x mask; inference: x (1 - p)
    upscale_in_train,    ///< training: x mask / (1 - p); inference: x
};

/// mask = 1 where an element stays: where a uniform float in [0, 1) is not below `probability`. One draw per element, in order.
/// Does not allocate. Source: paddle operator `dropout`; fluid 1.8 draws from minstd.
inline void dropout_mask(std::span<std::uint8_t> mask, float probability, std::uint64_t seed,
                         generator which = generator::minstd) noexcept {
    const uniform_real<float> unit{0.0f, 1.0f};
    const auto draw = [&](auto engine) {
        for (std::uint8_t& m : mask) m = unit(engine) < probability ? std::uint8_t{0} : std::uint8_t{1};
    };
    if (which == generator::minstd) draw(minstd(seed));
    else draw(mt19937_64(seed));
}

/// Training: keeps the elements of the mask; with probability 1 nothing is left in either scaling.
/// Shapes: one length, out may be x. Does not allocate.
template <std::floating_point T>
constexpr void dropout_train(input<T> x, std::span<const std::uint8_t> mask, float probability, dropout_scaling scaling,
                             std::span<T> out) noexcept {
    const T keep = static_cast<T>(1.0f - probability);
    const bool upscale = scaling == dropout_scaling::upscale_in_train && keep != T{};
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = mask[i] == 0 ? T{} : upscale ? x[i] / keep : x[i];
}

/// The gradient of dropout_train: g where the mask is 1, scaled alike.
/// Source: paddle operator `dropout_grad`.
template <std::floating_point T>
constexpr void dropout_grad(input<T> g, std::span<const std::uint8_t> mask, float probability, dropout_scaling scaling,
                            std::span<T> dx) noexcept {
    dropout_train<T>(g, mask, probability, scaling, dx);
}

/// Inference: x (1 - p), or x as it is when training has scaled up.
template <std::floating_point T>
constexpr void dropout_infer(input<T> x, float probability, dropout_scaling scaling, std::span<T> out) noexcept {
    const T keep = scaling == dropout_scaling::upscale_in_train ? T(1) : static_cast<T>(1.0f - probability);
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = x[i] * keep;
}

}  // namespace wherry::inline WHERRY_ABI::kernel

#endif
