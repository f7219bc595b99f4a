#include <support/npy.hpp>

#include <embed_models/classifier_sgd.hpp>
#include <embed_models/finetune.hpp>

#include <wherry/embed/trainer.hpp>
#include <wherry/wire/tensor_stream.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <vector>

using namespace wherry::embed;

namespace {

template <class T>
std::vector<T> array_of(const std::string& name) {
    const auto tensor = support::load_npy(support::golden(name));
    const auto elements = tensor.template elements<T>();
    return {elements.begin(), elements.end()};
}
template <std::size_t N, class T>
std::span<T, N> all_of(std::vector<T>& values) {
    REQUIRE(values.size() == N);
    return std::span<T, N>(values.data(), N);
}

/// The largest difference between the tensors of two combined streams; headers must be the same.
float distance(std::string_view a, std::string_view b) {
    wherry::byte_cursor left(a), right(b);
    float worst = 0;
    while (!left.at_end()) {
        const auto one = wherry::wire::read_tensor_header(left), other = wherry::wire::read_tensor_header(right);
        REQUIRE(one);
        REQUIRE(other);
        REQUIRE(one->dims == other->dims);
        const auto x = left.take(one->data_bytes, ""), y = right.take(other->data_bytes, "");
        REQUIRE(x);
        REQUIRE(y);
        for (std::size_t i = 0; i < x->size(); i += sizeof(float)) {
            float p = 0, q = 0;
            std::memcpy(&p, x->data() + i, sizeof p);
            std::memcpy(&q, y->data() + i, sizeof q);
            worst = std::max(worst, std::fabs(p - q));
        }
    }
    CHECK(right.at_end());
    return worst;
}

std::string joined(const std::string& folder, std::initializer_list<const char*> names) {
    std::string bytes;
    for (const auto* name : names) bytes += support::read_file(support::golden(folder + "/" + name));
    return bytes;
}

using last_layers = trainer<finetune, sgd, batch<6>, outputs<"mean_0.tmp_0">>;
static_assert(last_layers::trained_count == 20 * 9 + 9 + 9 * 4 + 4, "the first layer stays in flash");
static_assert(last_layers::saved_bytes == finetune::params.size());

}  // namespace

TEST_CASE("The last layers learn as they learn in Paddle, and are saved as Paddle saves them") {
    auto x = array_of<float>("embed/finetune/x.npy");
    auto label = array_of<std::int64_t>("embed/finetune/label.npy");
    const auto losses = array_of<float>("embed/finetune/loss.npy");
    std::array<float, last_layers::trained_count> memory{};
    last_layers net(memory);
    float loss[1];
    for (const auto wanted : losses) {
        net.step(all_of<72>(x), all_of<6>(label), loss);
        CHECK(loss[0] == doctest::Approx(wanted).epsilon(1e-5));
    }
    std::string saved(last_layers::saved_bytes, '\0');
    net.save(std::span<std::byte, last_layers::saved_bytes>(reinterpret_cast<std::byte*>(saved.data()), last_layers::saved_bytes));
    const auto end = joined("embed/finetune/end",
                            {"fc_0.b_0", "fc_0.w_0", "learning_rate_0", "linear_0.b_0", "linear_0.w_0", "linear_2.b_0", "linear_2.w_0"});
    CHECK(distance(saved, end) <= 1e-6F);
    CHECK(distance(saved, finetune::params) > 0.01F);
    SUBCASE("and what they predict follows") {
        std::array<float, 24> scores{};
        net.predict<"softmax_with_cross_entropy_0.tmp_0">(all_of<72>(x), all_of<6>(label), scores);
        float after = 0;
        for (std::size_t r = 0; r < 6; ++r) after -= std::log(scores[4 * r + static_cast<std::size_t>(label[r])]) / 6;
        CHECK(after < losses.back());
    }
    SUBCASE("until they are reset") {
        net.reset();
        net.step(all_of<72>(x), all_of<6>(label), loss);
        CHECK(loss[0] == doctest::Approx(losses.front()).epsilon(1e-5));
    }
}

TEST_CASE("A whole classifier of fluid's operators learns as in Paddle, step by step") {
    using net_type = trainer<classifier_sgd, sgd, batch<9>, outputs<"mean_0.tmp_0", "fc_2.tmp_2">>;
    auto x = array_of<float>("paddle26/classifier_sgd/feed/x.npy");
    auto label = array_of<std::int64_t>("paddle26/classifier_sgd/feed/label.npy");
    const auto losses = array_of<float>("paddle26/classifier_sgd/fetch/loss.npy");
    const auto predictions = array_of<float>("paddle26/classifier_sgd/fetch/predict.npy");
    static std::array<float, net_type::trained_count> memory;
    net_type net(memory);
    float loss[1];
    std::vector<float> scores(predictions.size() / losses.size());
    for (std::size_t step = 0; step < losses.size(); ++step) {
        net.step(all_of<144>(x), all_of<9>(label), loss, all_of<36>(scores));
        CHECK(loss[0] == doctest::Approx(losses[step]).epsilon(1e-5));
        for (std::size_t i = 0; i < scores.size(); ++i) CHECK(std::fabs(scores[i] - predictions[step * scores.size() + i]) <= 1e-5F);
    }
}

TEST_CASE("A sink gets the stream in pieces and may end the save") {
    std::array<float, last_layers::trained_count> memory{};
    const last_layers net(memory);
    std::string saved;
    CHECK(net.save(
        [&](std::span<const std::byte> piece) { return saved.append(reinterpret_cast<const char*>(piece.data()), piece.size()), true; }));
    CHECK(saved == finetune::params);
    int pieces = 0;
    CHECK_FALSE(net.save([&](std::span<const std::byte>) { return ++pieces < 3; }));
    CHECK(pieces == 3);
}
