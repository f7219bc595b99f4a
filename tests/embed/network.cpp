#include <support/npy.hpp>

#include <embed_models/deep.hpp>
#include <embed_models/digits.hpp>
#include <embed_models/linear.hpp>
#include <embed_models/mlp.hpp>
#include <embed_models/operators.hpp>
#include <embed_models/words.hpp>

#include <wherry/embed/network.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

using namespace wherry::embed;

namespace {

/// A golden array of floats or ids.
template <class T>
std::vector<T> golden_array(const std::string& name) {
    const auto tensor = support::load_npy(support::golden("embed/" + name + ".npy"));
    const auto elements = tensor.template elements<T>();
    return {elements.begin(), elements.end()};
}
template <std::size_t N, class T>
std::span<T, N> first(std::vector<T>& all) {
    REQUIRE(all.size() >= N);
    return std::span<T, N>(all.data(), N);
}
/// The largest difference to what Paddle computed.
template <class Array>
float distance(const Array& got, const std::string& name) {
    const auto wanted = golden_array<float>(name);
    REQUIRE(got.size() == wanted.size());
    float worst = 0;
    for (std::size_t i = 0; i < wanted.size(); ++i) worst = std::max(worst, std::fabs(got[i] - wanted[i]));
    return worst;
}

using wide = network<mlp>;
static_assert(wide::arena_bytes == 800 && wide::macs == 89'400 && wide::parameter_bytes == 4 * 89'610 && wide::step_count == 4);
static_assert(wide::input_shape<"x">.size() == 2 && wide::input_shape<"x">[0] == 1 && wide::input_shape<"x">[1] == 784);
static_assert(wide::output_shape<"save_infer_model/scale_0.tmp_0">[1] == 10);
static_assert(network<deep>::arena_bytes == 2 * 32 * 4, "the largest pair of layers that live together");
static_assert(network<deep>::step_count == 21);

}  // namespace

TEST_CASE("A network of fully connected layers computes what Paddle computes") {
    auto x = golden_array<float>("mlp/0.x");
    std::vector<float> y(40);
    for (std::size_t i = 0; i < 4; ++i)
        wide::run(std::span<const float, 784>(x.data() + i * 784, 784), std::span<float, 10>(y.data() + i * 10, 10));
    CHECK(distance(y, "mlp/0.y") <= 1e-6F);
}

TEST_CASE("A batch computes the rows of its inputs") {
    auto x = golden_array<float>("mlp/0.x");
    std::array<float, 40> y{};
    using four = network<mlp, batch<4>>;
    static_assert(four::arena_bytes == 4 * 800 && four::macs == 4 * 89'400);
    four::run(first<4 * 784>(x), y);
    CHECK(distance(y, "mlp/0.y") <= 1e-6F);
}

TEST_CASE("Every aim of tuning computes the same to a rounding") {
    auto x = golden_array<float>("mlp/0.x");
    std::array<float, 40> y{};
    network<mlp, batch<4>, tuned<wherry::kernel::tuned_for::size>>::run(first<4 * 784>(x), y);
    CHECK(distance(y, "mlp/0.y") <= 1e-6F);
    network<mlp, tuned<wherry::kernel::tuned_for::balance>, batch<4>>::run(first<4 * 784>(x), y);
    CHECK(distance(y, "mlp/0.y") <= 1e-6F);
}

TEST_CASE("Twenty layers take turns in two places") {
    auto x = golden_array<float>("deep/0.x");
    std::array<float, 20> y{};
    network<deep, batch<2>>::run(first<64>(x), y);
    CHECK(distance(y, "deep/0.y") <= 1e-6F);
}

TEST_CASE("matmul_v2 with odd widths and activations other than relu") {
    auto x = golden_array<float>("linear/0.x");
    std::array<float, 9> y{};
    using net = network<linear, batch<3>>;
    static_assert(net::step_count == 2, "bias and activation are part of the layer");
    net::run(first<39>(x), y);
    CHECK(distance(y, "linear/0.y") <= 1e-6F);
}

TEST_CASE("Buffers are given by name in any order, ids are integers, and there may be several outputs") {
    auto one = golden_array<std::int64_t>("words/0.x");
    auto three = golden_array<std::int64_t>("words/1.x");
    auto extra = golden_array<float>("words/2.x");
    std::array<float, 10> scores{};
    std::array<float, 32> hidden{};
    using net = network<words, batch<2>>;
    auto ids = first<2>(one);
    auto more_ids = first<6>(three);
    auto numbers = first<8>(extra);
    net::run(fetch<"save_infer_model/scale_1.tmp_0">(hidden), feed<"extra">(numbers), feed<"first">(ids),
             fetch<"save_infer_model/scale_0.tmp_3">(scores), feed<"second">(more_ids));
    CHECK(distance(scores, "words/0.y") <= 1e-6F);
    CHECK(distance(hidden, "words/1.y") <= 1e-6F);
}

TEST_CASE("An out-of-range id gives a row of zeros, and reads nothing") {
    using net = network<words, outputs<"embedding_0.tmp_0">>;
    static_assert(net::input_count == 3 && net::output_count == 1);
    const std::int64_t inside[] = {3}, below[] = {-1}, above[] = {50}, unused[3] = {};
    const float nothing[4] = {};
    std::array<float, 8> row{};
    net::run(inside, unused, nothing, row);
    CHECK(std::any_of(row.begin(), row.end(), [](float v) { return v != 0; }));
    net::run(below, unused, nothing, row);
    CHECK(row == std::array<float, 8>{});
    row.fill(1);
    net::run(above, unused, nothing, row);
    CHECK(row == std::array<float, 8>{});
}

TEST_CASE("Operators between layers compute what Paddle computes") {
    auto x = golden_array<float>("operators/0.x");
    auto y = golden_array<float>("operators/1.x");
    std::array<float, 36> joined{};
    std::array<float, 1> mean{};
    std::array<float, 3> sums{};
    std::array<float, 12> product{};
    network<operators, batch<3>>::run(first<18>(x), first<18>(y), joined, mean, sums, product);
    CHECK(distance(joined, "operators/0.y") <= 1e-6F);
    CHECK(distance(mean, "operators/1.y") <= 1e-6F);
    CHECK(distance(sums, "operators/2.y") <= 1e-6F);
    CHECK(distance(product, "operators/3.y") <= 1e-6F);
}

TEST_CASE("A caller's arena serves several networks") {
    alignas(8) std::array<std::byte, 800> arena{};
    auto x = golden_array<float>("mlp/0.x");
    std::array<float, 10> here{}, there{};
    wide::run(first<784>(x), here);
    wide::run_in(arena, first<784>(x), there);
    CHECK(here == there);
    CHECK(std::any_of(arena.begin(), arena.end(), [](std::byte b) { return b != std::byte{}; }));
}

namespace {
/// A policy of your own: all about a board.
struct my_board {
    using kind = wherry::kinds::network<"my_board">;
    static constexpr std::string_view name = "my_board";
    static constexpr wherry::embed::network_options add_to(wherry::embed::network_options options) noexcept {
        options.ram_bytes = 6400;
        options.batch = 4;
        return options;
    }
};
static_assert(wherry::embed::NetworkPolicy<my_board>);
}  // namespace

TEST_CASE("one policy of a user changes several options") {
    using net = network<mlp, my_board, tuned<wherry::kernel::tuned_for::size>>;
    static_assert(net::input_shape<"x">[0] == 4 && net::arena_bytes <= 6400);
    static_assert(network<mlp, my_board, batch<2>>::input_shape<"x">[0] == 2, "later policies see what earlier ones made");
    CHECK(net::step_count == network<mlp>::step_count);
}

TEST_CASE("outputs<> fetches a variable in the middle and drops what follows it") {
    auto x = golden_array<float>("mlp/0.x");
    using net = network<mlp, outputs<"fc_0.tmp_2">>;
    static_assert(net::step_count == 1 && net::arena_bytes == 0 && net::macs == 78'400);
    std::array<float, 100> hidden{};
    net::run(first<784>(x), hidden);
    CHECK(*std::min_element(hidden.begin(), hidden.end()) == 0);  // after the relu
    CHECK(*std::max_element(hidden.begin(), hidden.end()) > 0);
}

TEST_CASE("A NaN reaches the scores") {
    std::array<float, 784> x{};
    x[0] = std::nanf("");
    std::array<float, 10> y{};
    wide::run(x, y);
    CHECK(std::all_of(y.begin(), y.end(), [](float v) { return std::isnan(v); }));
}

TEST_CASE("The digits that Paddle learnt are told apart as Paddle tells them") {
    std::string csv = support::read_file(std::string(WHERRY_GOLDEN_DIR) + "/../../examples/data/digits.csv");
    const auto wanted = golden_array<float>("digits/0.y");
    char* at = csv.data();
    float worst = 0;
    std::size_t seen = 0;
    for (std::size_t i = 0; i < 1797; ++i) {
        std::array<float, 64> pixels{};
        for (auto& pixel : pixels) pixel = std::strtof(at, &at) / 16, ++at;
        std::strtol(at, &at, 10);
        if (i * 7919 % 1797 >= 297) continue;
        std::array<float, 10> scores{};
        network<digits>::run(pixels, scores);
        for (std::size_t k = 0; k < 10; ++k) worst = std::max(worst, std::fabs(scores[k] - wanted[seen * 10 + k]));
        ++seen;
    }
    CHECK(seen == 297);
    CHECK(worst <= 1e-6F);
}
