#include <doctest/doctest.h>

#include <support/program_text.hpp>
#include <support/training_case.hpp>

#include <wherry/fluid.hpp>

#include <functional>
#include <string>

namespace fluid = wherry::fluid;

namespace {

struct network {
    fluid::Variable loss;
    fluid::Variable predict;
};

fluid::Variable x_of(std::int64_t width) { return fluid::data("x", {-1, width}); }
fluid::Variable label() { return fluid::data("label", {-1, 1}, fluid::int64); }

network readme() {
    auto image = fluid::data("img", {-1, 28, 28});
    auto target = label();
    auto predict = fluid::layers::fc(image, {.size = 10, .act = "softmax"});
    auto loss = fluid::layers::cross_entropy(predict, target);
    return {fluid::layers::mean(loss), predict};
}

network classifier() {
    auto x = x_of(16);
    auto target = label();
    auto hidden = fluid::layers::fc(fluid::layers::fc(x, {.size = 12, .act = "relu"}), {.size = 8, .act = "tanh"});
    auto predict = fluid::layers::fc(hidden, {.size = 4, .act = "softmax"});
    fluid::layers::accuracy(predict, target);
    return {fluid::layers::mean(fluid::layers::cross_entropy(predict, target)), predict};
}

network two_inputs() {
    auto a = fluid::data("a", {-1, 5});
    auto b = fluid::data("b", {-1, 3, 2});
    auto y = fluid::data("y", {-1, 1});
    auto predict = fluid::layers::fc({a, b}, {.size = 1});
    return {fluid::layers::mean(fluid::layers::square_error_cost(predict, y)), predict};
}

network word2vec() {
    std::vector<fluid::Variable> words;
    for (const auto* name : {"word0", "word1", "word2"}) words.push_back(fluid::data(name, {-1, 1}, fluid::int64));
    auto target = label();
    std::vector<fluid::Variable> rows;
    for (const auto& word : words) rows.push_back(fluid::layers::embedding(word, {.size = {20, 5}}));
    auto joined = fluid::layers::concat(rows, 1);
    auto predict = fluid::layers::fc(fluid::layers::fc(joined, {.size = 10, .act = "sigmoid"}), {.size = 20, .act = "softmax"});
    return {fluid::layers::mean(fluid::layers::cross_entropy(predict, target)), predict};
}

using minimizer = std::function<void(const fluid::Variable&)>;
template <class Optimizer, class... Args>
minimizer with(Args... args) {
    return [=](const fluid::Variable& loss) { Optimizer(args...).minimize(loss); };
}

struct golden_case {
    const char* name;
    network (*make)();
    minimizer minimize;
};

const golden_case cases[] = {
    {"readme", readme, {}},
    {"classifier_sgd", classifier, with<fluid::optimizer::SGD>(0.1F)},
    {"classifier_momentum", classifier, with<fluid::optimizer::Momentum>(0.05F, 0.9F)},
    {"classifier_adam", classifier, with<fluid::optimizer::Adam>(0.01F)},
    {"classifier_adam_l2", classifier,
     with<fluid::optimizer::Adam>(0.01F, wherry::adam_rule{}, fluid::optimizer::options{.regularization = fluid::L2Decay{1e-2F}})},
    {"two_inputs", two_inputs, with<fluid::optimizer::SGD>(0.01F)},
    {"word2vec", word2vec, with<fluid::optimizer::SGD>(0.1F)},
};

// The networks of tests/oracle/make_fluid18_more.py.
namespace layers = fluid::layers;

network shared() {
    auto x = x_of(6);
    auto target = label();
    const auto same = [](const fluid::Variable& in, const char* act) {
        return layers::fc(
            in, {.size = 6, .param_attr = {{.name = "w"}}, .bias_attr = fluid::ParamAttr{.name = "b"}, .act = layers::act_name::of(act)});
    };
    auto a = same(x, "tanh");
    auto b = same(a, "relu");
    auto c = layers::fc(layers::elementwise_add(a, b), {.size = 3, .bias_attr = std::nullopt, .act = "softmax"});
    return {layers::mean(layers::cross_entropy(c, target)), c};
}

network rates() {
    auto x = x_of(6);
    auto target = label();
    auto a = layers::fc(x, {.size = 6,
                            .param_attr = {{.learning_rate = 0.5F, .regularizer = fluid::L2Decay{0.1F}}},
                            .bias_attr = fluid::ParamAttr{.trainable = false},
                            .act = "sigmoid"});
    auto c = layers::fc(a, {.size = 3});
    return {layers::mean(layers::softmax_with_cross_entropy(c, target)), c};
}

network clipped() {
    auto x = x_of(6);
    auto target = label();
    auto c = layers::fc(layers::fc(x, {.size = 6, .act = "relu"}), {.size = 3, .act = "softmax"});
    return {layers::mean(layers::cross_entropy(c, target)), c};
}

network soft() {
    auto x = x_of(6);
    auto target = fluid::data("label", {-1, 3});
    auto c = layers::fc(x, {.size = 3, .act = "softmax"});
    return {layers::mean(layers::cross_entropy(c, target, {.soft_label = true})), c};
}

network dropped() {
    auto x = x_of(6);
    auto target = label();
    auto a = layers::dropout(layers::fc(x, {.size = 6, .act = "relu"}), {.dropout_prob = 0.3F, .seed = 3});
    a = layers::scale(a, {.scale = 2, .bias = 1});
    a = layers::reshape(layers::reshape(a, {-1, 3, 2}), {-1, 6});
    auto c = layers::softmax(layers::fc(a, {.size = 3}));
    return {layers::mean(layers::cross_entropy(c, target)), c};
}

network initialized() {
    namespace init = fluid::initializer;
    auto x = x_of(6);
    auto target = label();
    auto a = layers::fc(x, {.size = 6,
                            .param_attr = {{.initializer = init::Normal{0, 0.5F}}},
                            .bias_attr = fluid::ParamAttr{.initializer = init::Constant{0.25F}}});
    a = layers::fc(a, {.size = 6,
                       .param_attr = {{.initializer = init::TruncatedNormal{0, 0.5F, 9}}},
                       .bias_attr = fluid::ParamAttr{.initializer = init::Uniform{-0.5F, 0.5F}}});
    a = layers::fc(a, {.size = 6, .param_attr = {{.initializer = init::MSRA{}}}, .act = "relu"});
    a = layers::fc(a, {.size = 6, .param_attr = {{.initializer = init::MSRA{.uniform = false}}}, .act = "relu"});
    a = layers::fc(a, {.size = 6, .param_attr = {{.initializer = init::Xavier{.uniform = false}}}, .act = "relu"});
    auto c = layers::fc(a, {.size = 3, .act = "softmax"});
    return {layers::mean(layers::cross_entropy(c, target)), c};
}

network twice() {
    auto x = x_of(6);
    auto target = label();
    auto c = layers::fc(x, {.size = 3, .act = "softmax"});
    auto loss = layers::mean(layers::cross_entropy(c, target));
    fluid::optimizer::SGD(0.1F).minimize(loss);
    return {loss, c};
}

network maths() {
    auto x = x_of(6);
    fluid::data("label", {-1, 6});
    auto a = layers::fc(x, {.size = 6});
    auto b = layers::fc(x, {.size = 6});
    auto c = layers::elementwise_mul(a, b);
    c = layers::elementwise_sub(c, layers::elementwise_max(a, b));
    c = layers::elementwise_div(c, layers::sqrt(layers::scale(layers::square(b), {.scale = 1, .bias = 1})));
    c = layers::elementwise_min(c, a);
    c = layers::clip(c, -2, 2);
    c = layers::sums({c, a, b});
    c = layers::matmul(c, layers::fc(x, {.size = 6}), {.transpose_y = true});
    return {layers::reduce_mean(layers::square(c)), c};
}

network padded() {
    auto x = fluid::data("x", {-1, 1}, fluid::int64);
    auto target = label();
    auto c = layers::fc(layers::embedding(x, {.size = {9, 6}, .padding_idx = -2}), {.size = 3, .act = "softmax"});
    return {layers::mean(layers::cross_entropy(c, target, {.ignore_index = 1})), c};
}

network sparse() {
    const fluid::Variable ids[] = {fluid::data("x", {-1, 1}, fluid::int64), fluid::data("y", {-1, 1}, fluid::int64)};
    auto target = label();
    std::vector<fluid::Variable> rows;
    for (const auto& v : ids) rows.push_back(layers::embedding(v, {.size = {9, 6}, .is_sparse = true, .param_attr = {.name = "w"}}));
    for (const auto& v : ids) rows.push_back(layers::embedding(v, {.size = {9, 4}, .is_sparse = v == ids[0], .param_attr = {.name = "v"}}));
    auto c = layers::fc(layers::concat(rows, 1), {.size = 3, .act = "softmax"});
    return {layers::mean(layers::cross_entropy(c, target)), c};
}

const golden_case more_cases[] = {
    {"shared", shared, with<fluid::optimizer::SGD>(0.1F)},
    {"rates", rates,
     with<fluid::optimizer::Momentum>(0.1F, 0.9F, true, fluid::optimizer::options{.regularization = fluid::L2Decay{0.01F}})},
    {"clip", clipped,
     with<fluid::optimizer::Adam>(0.1F, wherry::adam_rule{},
                                  fluid::optimizer::options{.grad_clip = fluid::clip::GradientClipByGlobalNorm{0.1F}})},
    {"soft", soft, with<fluid::optimizer::SGD>(0.1F)},
    {"drop", dropped, with<fluid::optimizer::SGD>(0.1F)},
    {"inits", initialized, with<fluid::optimizer::Adam>(0.01F)},
    {"twice", twice, with<fluid::optimizer::SGD>(0.2F)},
    {"maths", maths, with<fluid::optimizer::SGD>(0.01F)},
    {"emb", padded, with<fluid::optimizer::SGD>(0.5F)},
    {"sparse", sparse,
     with<fluid::optimizer::Momentum>(0.1F, 0.9F, false, fluid::optimizer::options{.regularization = fluid::L2Decay{0.01F}})},
    {"sparse_lazy", sparse, with<fluid::optimizer::Adam>(0.1F, wherry::adam_rule{.lazy_mode = true})},
    {"sparse_clip", sparse,
     with<fluid::optimizer::Adam>(0.1F, wherry::adam_rule{},
                                  fluid::optimizer::options{.grad_clip = fluid::clip::GradientClipByGlobalNorm{0.1F}})},
};

/// Builds a case and compares main and startup program, and the clone for testing where there is one.
void compare(const std::string& folder, const golden_case& c, std::int32_t seed, bool with_test) {
    fluid::Program main;
    fluid::Program startup;
    main.set_random_seed(seed);
    startup.set_random_seed(seed);
    fluid::program_guard programs(main, startup);
    fluid::unique_name::guard names;
    const auto made = c.make();
    if (c.minimize) c.minimize(made.loss);
    const auto same = [&](const fluid::Program& ours, const char* file) {
        const auto theirs = fluid::Program::parse_from_string(support::read_file(support::golden(folder + c.name + file)));
        REQUIRE(theirs);
        const auto differs = support::difference(support::lines_of(ours), support::lines_of(*theirs));
        CHECK_MESSAGE(differs.empty(), folder << std::string(c.name) << std::string(file) << "\n" << differs);
    };
    same(main, "/main.pdmodel");
    same(startup, "/startup.pdmodel");
    if (with_test) same(main.clone(wherry::clone_for::test), "/test.pdmodel");
}

}  // namespace

TEST_CASE("programs built here hold what fluid 1.8.5 puts into them") {
    for (const auto& c : cases) compare("fluid18/", c, 11, false);
}

TEST_CASE("so do programs with shared parameters, rates, decay, clipping, dropout, initializers, sparse embeddings and two optimizers") {
    for (const auto& c : more_cases) compare("fluid18_more/", c, 5, true);
}
