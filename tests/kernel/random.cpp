#include <wherry/kernel/random.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <random>
#include <vector>

namespace kernel = wherry::kernel;

namespace {

constexpr kernel::mt19937_64 twister(5489);
static_assert(
    [] {
        auto e = twister;
        for (int i = 1; i < 10000; ++i) e();
        return e();
    }() == 9981545732273789042u,
    "the standard's own check value");
static_assert(
    [] {
        kernel::minstd e;
        for (int i = 1; i < 10000; ++i) e();
        return e();
    }() == 399268537u,
    "the standard's own check value");

template <class T>
std::vector<T> filled(std::size_t n, auto fill) {
    std::vector<T> v(n);
    fill(std::span<T>(v));
    return v;
}

template <class T, class Engine, class Distribution>
std::vector<T> by_library(std::size_t n, std::uint64_t seed, Distribution distribution) {
    Engine engine(static_cast<typename Engine::result_type>(seed));
    std::vector<T> v(n);
    for (T& x : v) x = distribution(engine);
    return v;
}

}  // namespace

#if defined(__GLIBCXX__)
TEST_CASE_TEMPLATE("draws are those of libstdc++, bit for bit", T, float, double) {
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        const std::uint64_t s = seed < 200 ? seed : seed * 71477473u + 11u;
        const T low = T(-0.3) - static_cast<T>(seed), high = T(0.7);
        const auto uniform = [&](kernel::generator g) {
            return filled<T>(201, [&](std::span<T> v) { kernel::fill_uniform(v, low, high, s, g); });
        };
        const auto gaussian = [&](kernel::generator g) {
            return filled<T>(201, [&](std::span<T> v) { kernel::fill_gaussian(v, T(0.1), T(0.7), s, g); });
        };
        const std::uint64_t narrow = s & 0xFFFFFFFFu;
        const bool ok =
            (narrow != s ||
             (uniform(kernel::generator::minstd) == by_library<T, std::minstd_rand>(201, s, std::uniform_real_distribution<T>(low, high)) &&
              gaussian(kernel::generator::minstd) ==
                  by_library<T, std::minstd_rand>(201, s, std::normal_distribution<T>(T(0.1), T(0.7))))) &&
            uniform(kernel::generator::mt19937_64) ==
                by_library<T, std::mt19937_64>(201, s, std::uniform_real_distribution<T>(low, high)) &&
            gaussian(kernel::generator::mt19937_64) == by_library<T, std::mt19937_64>(201, s, std::normal_distribution<T>(T(0.1), T(0.7)));
        CHECK_MESSAGE(ok, "seed ", s);
    }
}
#endif

TEST_CASE("draws are those of fluid 1.8.5") {
    // First values of the operators uniform_random, gaussian_random and truncated_gaussian_random run by fluid 1.8.5 with these attributes,
    // printed by repr(float(v)).
    using floats = std::vector<float>;
    using doubles = std::vector<double>;
    CHECK(filled<float>(5, [](auto v) { kernel::fill_uniform(v, -1, 1, 1); }) ==
          floats{-0.9999550580978394f, -0.8299350738525391f, 0.2027052640914917f, 0.7832225561141968f, 0.9359114170074463f});
    CHECK(filled<float>(5, [](auto v) { kernel::fill_uniform(v, -0.1f, 0.3f, 7); }) ==
          floats{-0.0999370664358139f, 0.1380908489227295f, -0.01621270924806595f, -0.0034884214401245117f, 0.21027597784996033f});
    CHECK(filled<float>(5, [](auto v) { kernel::fill_gaussian(v, 0, 1, 1); }) ==
          floats{0.8913301825523376f, 0.23068451881408691f, -2.486544370651245f, 0.3651094436645508f, 0.8903411030769348f});
    CHECK(filled<float>(5, [](auto v) { kernel::fill_gaussian(v, 0.5f, 0.25f, 7); }) ==
          floats{0.33342504501342773f, 0.31294405460357666f, 0.3261897563934326f, 0.7783137559890747f, 0.8304353356361389f});
    CHECK(filled<double>(5, [](auto v) { kernel::fill_uniform(v, -1, 1, 1); }) ==
          doubles{-0.8299351025651327, 0.7832225546097153, -0.6206204562007122, -0.20398322370742217, 0.4870249030645295});
    CHECK(filled<double>(5, [](auto v) { kernel::fill_gaussian(v, 0, 1, 1); }) ==
          doubles{-0.4074717867378767, -1.2397359036589184, 0.39977066170883935, 1.612009433731399, 0.052318741027651945});
    CHECK(filled<float>(6, [](auto v) { kernel::fill_truncated_gaussian(v, 0, 1, 1); }) ==
          floats{-1.9996016025543213f, -1.2595628499984741f, 0.24492067098617554f, 1.1445047855377197f, 1.6133304834365845f,
                 -0.8280928730964661f});
    CHECK(filled<float>(6, [](auto v) { kernel::fill_truncated_gaussian(v, 0.5f, 2, 7); }) ==
          floats{-3.494446039199829f, 0.9596920609474182f, -1.0262964963912964f, -0.8298401832580566f, 1.9329174757003784f,
                 -0.3486616909503937f});
    CHECK(filled<float>(6, [](auto v) { kernel::fill_truncated_gaussian(v, 0, 1, 123); }) ==
          floats{-1.9533486366271973f, -0.09827454388141632f, 1.5995473861694336f, 0.4139223098754883f, -1.4142968654632568f,
                 -0.4138467311859131f});
}

TEST_CASE("draws of Paddle 2.6.2 come from the other engine") {
    // uniform_random(-1, 1) and gaussian_random(0, 1), seed 1, of Paddle 2.6.2.
    const auto u = filled<float>(4, [](auto v) { kernel::fill_uniform(v, -1, 1, 1, kernel::generator::mt19937_64); });
    const auto g = filled<float>(4, [](auto v) { kernel::fill_gaussian(v, 0, 1, 1, kernel::generator::mt19937_64); });
    const double u_seen[] = {-0.73224676, -0.72718596, -0.09757018, -0.95795155},
                 g_seen[] = {-0.38683185, -0.03939996, 0.68682355, -0.24894781};
    for (std::size_t i = 0; i < 4; ++i) {
        CHECK(std::abs(static_cast<double>(u[i]) - u_seen[i]) < 1e-8);
        CHECK(std::abs(static_cast<double>(g[i]) - g_seen[i]) < 2e-8);
    }
}

TEST_CASE("a truncated normal of Paddle 2.6.2 is drawn as it does") {
    // truncated_gaussian_random of Paddle 2.6.2 with these attributes, printed by repr(float(v)).
    using floats = std::vector<float>;
    CHECK(filled<float>(6, [](auto v) { kernel::fill_truncated_gaussian(v, 0, 1, 1, kernel::generator::mt19937_64); }) ==
          floats{-1.0341401100158691f, -1.0238604545593262f, -0.11698833853006363f, -1.718883991241455f, -0.3646608889102936f,
                 1.2406967878341675f});
    CHECK(
        filled<float>(6, [](auto v) { kernel::fill_truncated_gaussian(v, 0.5f, 2, 7, kernel::generator::mt19937_64); }) ==
        floats{1.804069995880127f, 3.4346749782562256f, -1.7077652215957642f, 2.79179310798645f, -1.508792757987976f, -2.374316692352295f});
}

TEST_CASE("a truncated normal stays within two standard deviations") {
    const auto v = filled<float>(20000, [](auto s) { kernel::fill_truncated_gaussian(s, 1, 0.5f, 3); });
    for (const float x : v) REQUIRE((x >= -1e-6f && x <= 2.000001f));
}
