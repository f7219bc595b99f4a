#include <wherry/kernel/optimizer.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <vector>

namespace kernel = wherry::kernel;

namespace {

using four = std::array<float, 4>;
constexpr four start{1, -2, 0.5f, 3};

/// Three steps with gradients t {0.5, -1, 2, 0.01}, t = 1, 2, 3; the parameter must pass through the three rows of `seen`.
template <class Step>
void check(const std::array<std::array<double, 4>, 3>& seen, Step step) {
    four p = start;
    for (int t = 1; t <= 3; ++t) {
        const float f = static_cast<float>(t);
        const four g{0.5f * f, -1.0f * f, 2.0f * f, 0.01f * f};
        step(std::span<float>(p), g, t);
        for (std::size_t i = 0; i < 4; ++i) CHECK(std::abs(static_cast<double>(p[i]) - seen[static_cast<std::size_t>(t - 1)][i]) < 1e-6);
    }
}

}  // namespace

// The rows were printed by the optimizers of fluid 1.8.5 (Paddle 2.6.2 where said), learning rate 0.1, the same start and gradients.

TEST_CASE("sgd") {
    check({{{0.949999988079071, -1.899999976158142, 0.30000001192092896, 2.999000072479248},
            {0.8499999642372131, -1.6999999284744263, -0.09999999403953552, 2.996999979019165},
            {0.699999988079071, -1.399999976158142, -0.699999988079071, 2.99399995803833}}},
          [](auto p, const four& g, int) { kernel::sgd(p, g, 0.1f); });
}

TEST_CASE("momentum and nesterov") {
    four v{};
    check({{{0.949999988079071, -1.899999976158142, 0.30000001192092896, 2.999000072479248},
            {0.8049999475479126, -1.6099998950958252, -0.2800000309944153, 2.9961001873016357},
            {0.5244998931884766, -1.0489997863769531, -1.4020001888275146, 2.990490198135376}}},
          [&](auto p, const four& g, int) { kernel::momentum(p, std::span<float>(v), g, 0.1f, {.mu = 0.9f}); });
    four w{};
    check({{{0.9049999713897705, -1.809999942779541, 0.12000000476837158, 2.9981000423431396},
            {0.6744999885559082, -1.3489999771118164, -0.8020000457763672, 2.993489980697632},
            {0.27204999327659607, -0.5440999865531921, -2.411799907684326, 2.985440969467163}}},
          [&](auto p, const four& g, int) { kernel::momentum(p, std::span<float>(w), g, 0.1f, {.mu = 0.9f, .nesterov = true}); });
}

TEST_CASE("adam by the rule of fluid 1.8, of Paddle 2.6.2, and adamw") {
    for (const auto rule : {kernel::epsilon_rule::fluid18, kernel::epsilon_rule::paddle2}) {
        four m{}, v{};
        const auto step = [&](auto p, const four& g, int t) {
            kernel::adam(p, std::span<float>(m), std::span<float>(v), g, 0.1f, std::pow(0.9f, static_cast<float>(t)),
                         std::pow(0.999f, static_cast<float>(t)), {.epsilon = 0.1f, .rule = rule});
        };
        if (rule == kernel::epsilon_rule::fluid18)
            check({{{0.9863473773002625, -1.9759747982025146, 0.46125757694244385, 2.9996848106384277},
                    {0.9611384868621826, -1.9359983205795288, 0.404721200466156, 2.999007225036621},
                    {0.9255343079566956, -1.8840841054916382, 0.3373834192752838, 2.997887134552002}}},
                  step);
        else
            check({{{0.9166666865348816, -1.9090908765792847, 0.4047619104385376, 2.9909090995788574},
                    {0.8309851288795471, -1.8183133602142334, 0.31120219826698303, 2.9777300357818604},
                    {0.743301272392273, -1.7267512083053589, 0.2175692766904831, 2.960707426071167}}},
                  step);
    }
    four m{}, v{};  // Paddle 2.6.2, weight_decay 0.2
    check({{{0.8966667056083679, -1.8690909147262573, 0.39476191997528076, 2.9309091567993164},
            {0.7930518388748169, -1.7409316301345825, 0.29330697655677795, 2.859112024307251},
            {0.6895069479942322, -1.6145508289337158, 0.193807914853096, 2.784907102584839}}},
          [&](auto p, const four& g, int t) {
              kernel::adamw(p, std::span<float>(m), std::span<float>(v), g, 0.1f, std::pow(0.9f, static_cast<float>(t)),
                            std::pow(0.999f, static_cast<float>(t)), {.epsilon = 0.1f, .coeff = 0.2f});
          });
}

TEST_CASE("adamw without decay is adam by the rule of Paddle 2.x") {
    four p = start, q = start, m{}, v{}, m2{}, v2{};
    kernel::adamw(std::span<float>(p), std::span<float>(m), std::span<float>(v), start, 0.1f, 0.9f, 0.999f, {.with_decay = false});
    kernel::adam(std::span<float>(q), std::span<float>(m2), std::span<float>(v2), start, 0.1f, 0.9f, 0.999f,
                 {.rule = kernel::epsilon_rule::paddle2});
    CHECK(p == q);
}

TEST_CASE("adagrad from an accumulator of 0.25") {
    four m{0.25f, 0.25f, 0.25f, 0.25f};
    check({{{0.9380503296852112, -1.9179004430770874, 0.40747392177581787, 2.998333692550659},
            {0.8625640869140625, -1.8342634439468384, 0.3205173909664154, 2.9950032234191895},
            {0.7889080047607422, -1.7568423748016357, 0.24157002568244934, 2.9900147914886475}}},
          [&](auto p, const four& g, int) { kernel::adagrad(p, std::span<float>(m), g, 0.1f, 0.1f); });
}

TEST_CASE("rmsprop, centered or not") {
    four s{}, m{};
    check({{{0.858578622341156, -1.776393175125122, 0.21715733408927917, 2.996837854385376},
            {0.5758683681488037, -1.4042119979858398, -0.2029571831226349, 2.988933801651001},
            {0.20714914798736572, -0.9682081937789917, -0.6696966886520386, 2.975501298904419}}},
          [&](auto p, const four& g, int) {
              kernel::rmsprop(p, std::span<float>(s), std::span<float>(m), {}, g, 0.1f, {.rho = 0.9f, .epsilon = 0.1f, .momentum = 0.5f});
          });
    four s2{}, m2{}, a{};
    check({{{0.8571428656578064, -1.7705843448638916, 0.20511609315872192, 2.996837854385376},
            {0.5629274845123291, -1.374687910079956, -0.24700427055358887, 2.988933563232422},
            {0.16462016105651855, -0.8940576910972595, -0.7656562924385071, 2.975499391555786}}},
          [&](auto p, const four& g, int) {
              kernel::rmsprop(p, std::span<float>(s2), std::span<float>(m2), std::span<float>(a), g, 0.1f,
                              {.rho = 0.9f, .epsilon = 0.1f, .momentum = 0.5f});
          });
}

TEST_CASE_TEMPLATE("every length takes the same step for every element", T, float, double) {
    for (std::size_t n = 0; n < 40; ++n) {
        std::vector<T> p(n, T(1)), m(n, T(0.5)), v(n, T(0.25)), g(n, T(2));
        kernel::adam(std::span<T>(p), std::span<T>(m), std::span<T>(v), g, T(0.1), T(0.9), T(0.999));
        const double m1 = 0.9 * 0.5 + 0.1 * 2, v1 = 0.999 * 0.25 + 0.001 * 4, rate = 0.1 * std::sqrt(1 - 0.999) / (1 - 0.9);
        bool ok = true;
        for (std::size_t i = 0; i < n; ++i)
            ok &= std::abs(static_cast<double>(m[i]) - m1) < 1e-6 && std::abs(static_cast<double>(v[i]) - v1) < 1e-6 &&
                  std::abs(static_cast<double>(p[i]) - (1 - rate * m1 / (std::sqrt(v1) + 1e-8))) < 1e-6 && g[i] == 2;
        CHECK_MESSAGE(ok, "length ", n);
    }
}
