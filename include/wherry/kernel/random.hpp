#ifndef WHERRY_KERNEL_RANDOM_HPP
#define WHERRY_KERNEL_RANDOM_HPP

#include <wherry/version.hpp>

#include <array>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <type_traits>

// The standard fixes what engines give, not what distributions do with it. Reproducing the reference's initial weights therefore needs
// libstdc++'s distributions on every platform: they are spelled out here and tested bit for bit against it and against the reference.

namespace wherry::inline WHERRY_ABI::kernel {

/// x -> 48271 x mod (2^31 - 1), the engine of fluid 1.8. Same numbers as std::minstd_rand.
class minstd {
  public:
    using result_type = std::uint32_t;
    constexpr explicit minstd(std::uint64_t seed = 1) noexcept : state_(static_cast<std::uint32_t>(seed % modulus)) {
        if (state_ == 0) state_ = 1;
    }
    static constexpr result_type min() noexcept { return 1; }
    static constexpr result_type max() noexcept { return modulus - 1; }
    constexpr result_type operator()() noexcept { return state_ = static_cast<std::uint32_t>(std::uint64_t{48271} * state_ % modulus); }

  private:
    static constexpr std::uint32_t modulus = 2147483647;
    std::uint32_t state_;
};

/// The 64-bit Mersenne twister, the engine of Paddle 2.x. Same numbers as std::mt19937_64; holds 2.5 KB.
class mt19937_64 {
  public:
    using result_type = std::uint64_t;
    constexpr explicit mt19937_64(std::uint64_t seed = 5489) noexcept {
        state_[0] = seed;
        for (std::size_t i = 1; i < size; ++i) state_[i] = 6364136223846793005u * (state_[i - 1] ^ (state_[i - 1] >> 62)) + i;
    }
    static constexpr result_type min() noexcept { return 0; }
    static constexpr result_type max() noexcept { return ~result_type{0}; }
    constexpr result_type operator()() noexcept {
        if (next_ == size) refill();
        std::uint64_t z = state_[next_++];
        z ^= (z >> 29) & 0x5555555555555555u;
        z ^= (z << 17) & 0x71d67fffeda60000u;
        z ^= (z << 37) & 0xfff7eee000000000u;
        return z ^ (z >> 43);
    }

  private:
    static constexpr std::size_t size = 312, shift = 156;
    constexpr void refill() noexcept {
        constexpr std::uint64_t low = 0x7fffffff;
        for (std::size_t i = 0; i < size; ++i) {
            const std::uint64_t y = (state_[i] & ~low) | (state_[(i + 1) % size] & low);
            state_[i] = state_[(i + shift) % size] ^ (y >> 1) ^ ((y & 1) != 0 ? 0xb5026f5aa96619e9u : 0u);
        }
        next_ = 0;
    }
    std::array<std::uint64_t, size> state_{};
    std::size_t next_ = size;
};

namespace detail {

/// A product that is rounded here and now: a compiler that may contract would otherwise fuse it with the addition that follows and draw
/// other numbers on a machine with FMA than on one without.
template <class T>
constexpr T rounded(T value) noexcept {
    if (std::is_constant_evaluated()) return value;
    volatile T kept = value;
    return kept;
}

}  // namespace detail

/// A number in [0, 1) with all the bits T has: one call of the engine for float, for double two of minstd or one of mt19937_64.
/// Source: std::generate_canonical of libstdc++.
template <std::floating_point T, class Engine>
constexpr T canonical(Engine& engine) noexcept {
    if constexpr (requires { engine.template next<T>(); }) {  // makes such numbers itself
        return engine.template next<T>();
    } else {
        constexpr bool wide = std::same_as<typename Engine::result_type, std::uint64_t>;
        constexpr T range = wide ? T(18446744073709551616.0) : T(2147483646.0);
        const auto draw = [&] { return static_cast<T>(engine() - Engine::min()); };
        T value = draw();
        T scale = range;
        if constexpr (!wide && std::numeric_limits<T>::digits > 30) {
            value += detail::rounded(draw() * range);
            scale = range * range;
        }
        value /= scale;
        constexpr T below_one = T(1) - std::numeric_limits<T>::epsilon() / 2;
        return value >= T(1) ? below_one : value;
    }
}

/// Uniform in [low, high). Source: std::uniform_real_distribution of libstdc++.
template <std::floating_point T>
struct uniform_real {
    T low, high;
    template <class Engine>
    constexpr T operator()(Engine& engine) const noexcept {
        return detail::rounded(canonical<T>(engine) * (high - low)) + low;
    }
};

/// Gaussian by Marsaglia's polar method, which makes two numbers at a time and keeps one for the next call.
/// Source: std::normal_distribution of libstdc++.
template <std::floating_point T>
class normal {
  public:
    constexpr normal(T mean, T std) noexcept : mean_(mean), std_(std) {}
    template <class Engine>
    T operator()(Engine& engine) noexcept {
        T value{};
        if (has_saved_) {
            has_saved_ = false;
            value = saved_;
        } else {
            T x{}, y{}, r2{};
            do {
                x = T(2) * canonical<T>(engine) - T(1);
                y = T(2) * canonical<T>(engine) - T(1);
                r2 = detail::rounded(x * x) + detail::rounded(y * y);
            } while (r2 > T(1) || r2 == T(0));
            const T factor = std::sqrt(T(-2) * std::log(r2) / r2);
            saved_ = detail::rounded(x * factor);
            has_saved_ = true;
            value = detail::rounded(y * factor);
        }
        return detail::rounded(value * std_) + mean_;
    }

  private:
    T mean_, std_, saved_{};
    bool has_saved_ = false;
};

namespace detail {

/// numerator / denominator, both by Horner's rule with coefficients from the highest power down and every step rounded to T.
template <class T>
struct rational {
    T above, below;
    constexpr rational(const std::array<double, 8>& p, const std::array<double, 8>& q, T r) noexcept
        : above(static_cast<T>(p[0])), below(static_cast<T>(q[0])) {
        for (std::size_t i = 1; i < p.size(); ++i) {
            above = rounded(above * r) + static_cast<T>(p[i]);
            below = rounded(below * r) + static_cast<T>(q[i]);
        }
    }
};

/// The inverse of erf for |x| < 0.9999 by the rational functions of AS 241 (Wichura), rounded where the reference rounds.
/// fluid 1.8 chooses the branch by the integer `abs`, which is 0 for every x, and so stretches the central function, made for |x| <= 0.85,
/// up to 0.9545, with errors of 4e-6 in float. `central_only` does the same. Paddle 2.x has both branches.
template <std::floating_point T>
inline T erfinv(T x, bool central_only) noexcept {
    constexpr std::array<double, 8> central_p{8.8709406962545514830200e2, 1.1819493347062294404278e4, 2.3782041382114385731252e4,
                                              1.6235862515167575384252e4, 4.8548868893843886794648e3, 6.9706266534389598238465e2,
                                              4.7072688112383978012285e1, 1.1975323115670912564578e0};
    constexpr std::array<double, 8> central_q{
        5.2264952788528545610e3, 2.8729085735721942674e4, 3.9307895800092710610e4, 2.1213794301586595867e4,
        5.3941960214247511077e3, 6.8718700749205790830e2, 4.2313330701600911252e1, 1.0};
    constexpr std::array<double, 8> outer_p{7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1,
                                            1.27045825245236838258e0,  3.64784832476320460504e0,  5.76949722146069140550e0,
                                            4.63033784615654529590e0,  1.42343711074968357734e0};
    constexpr std::array<double, 8> outer_q{1.4859850019840355905497876e-9, 7.7441459065157709165577218e-4, 2.1494160384252876777097297e-2,
                                            2.0945065210512749128288442e-1, 9.7547832001787427186894837e-1, 2.3707661626024532365971225e0,
                                            2.9036514445419946173133295e0,  1.4142135623730950488016887e0};
    const double wide = static_cast<double>(x), size = std::abs(wide);
    if (central_only || size <= 0.85) {
        const rational<T> f(central_p, central_q, static_cast<T>(0.180625 - rounded(0.25 * wide * wide)));
        return x * f.above / f.below;
    }
    constexpr T ln2 = static_cast<T>(0.693147180559945309417);
    const T r = static_cast<T>(std::sqrt(static_cast<double>(ln2) - std::log(1.0 - size)));
    const rational<T> f(outer_p, outer_q, static_cast<T>(static_cast<double>(r) - 1.6));
    return x < T(0) ? -f.above / f.below : f.above / f.below;
}

}  // namespace detail

/// Gaussian cut off two standard deviations from the mean, by inverting the distribution function.
/// Source: paddle operator `truncated_gaussian_random`.
template <std::floating_point T>
struct truncated_normal {
    T mean, std;
    bool as_fluid18 = true;  ///< its erfinv: exact to 4e-6 only in the outer tenth
    template <class Engine>
    T operator()(Engine& engine) const noexcept {
        const T u = uniform_real<T>{static_cast<T>(std::numeric_limits<float>::min()), T(1)}(engine);
        const T low = static_cast<T>((1.0 + std::erf(-2.0 / std::sqrt(2.0))) / 2.0);
        const T high = static_cast<T>((1.0 + std::erf(2.0 / std::sqrt(2.0))) / 2.0);
        const T p = low + detail::rounded((high - low) * u);
        const double unit = std::sqrt(2.0) * static_cast<double>(detail::erfinv(T(2) * p - T(1), as_fluid18));
        return static_cast<T>(detail::rounded(unit * static_cast<double>(std)) + static_cast<double>(mean));
    }
};

/// The engine of a version of the reference.
enum class generator : unsigned char {
    minstd,      ///< fluid 1.8
    mt19937_64,  ///< Paddle 2.x
};

namespace detail {

/// Either engine, chosen at run time: a distribution is then compiled once for each element type. The numbers are those of the engine.
class any_engine {
  public:
    any_engine(std::uint64_t seed, generator which) noexcept : which_(which), small_(seed), large_(seed) {}
    template <class T>
    [[gnu::noinline]] T next() noexcept {
        return which_ == generator::minstd ? kernel::canonical<T>(small_) : kernel::canonical<T>(large_);
    }

  private:
    generator which_;
    kernel::minstd small_;
    kernel::mt19937_64 large_;
};
template <class T, class Distribution>
inline void fill_with(std::span<T> out, std::uint64_t seed, generator which, Distribution distribution) noexcept {
    any_engine engine(seed, which);
    for (T& v : out) v = distribution(engine);
}

}  // namespace detail

/// Draws uniformly from [low, high), row-major. Any seed is taken as it is: that 0 means "at random" is the operator's business.
/// Does not allocate. Source: paddle operator `uniform_random`.
template <std::floating_point T>
inline void fill_uniform(std::span<T> out, std::type_identity_t<T> low, std::type_identity_t<T> high, std::uint64_t seed,
                         generator which = generator::minstd) noexcept {
    detail::fill_with(out, seed, which, uniform_real<T>{low, high});
}

/// Draws from the normal distribution. Source: paddle operator `gaussian_random`.
template <std::floating_point T>
inline void fill_gaussian(std::span<T> out, std::type_identity_t<T> mean, std::type_identity_t<T> std, std::uint64_t seed,
                          generator which = generator::minstd) noexcept {
    detail::fill_with(out, seed, which, normal<T>(mean, std));
}

/// Draws from the normal distribution within two standard deviations. Source: paddle operator `truncated_gaussian_random`.
template <std::floating_point T>
inline void fill_truncated_gaussian(std::span<T> out, std::type_identity_t<T> mean, std::type_identity_t<T> std, std::uint64_t seed,
                                    generator which = generator::minstd) noexcept {
    detail::fill_with(out, seed, which, truncated_normal<T>{mean, std, which == generator::minstd});
}

}  // namespace wherry::inline WHERRY_ABI::kernel

#endif
