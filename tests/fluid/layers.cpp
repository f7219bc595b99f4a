#include <doctest/doctest.h>

#include <support/thrown.hpp>

#include <wherry/fluid.hpp>

#include <string>
#include <vector>

namespace fluid = wherry::fluid;
using support::message_of;
namespace layers = fluid::layers;

namespace {

struct fresh_programs {
    fluid::Program main;
    fluid::Program startup;
    fluid::program_guard programs{main, startup};
    fluid::unique_name::guard names;
};

}  // namespace

TEST_CASE("names count up per layer, and a named layer has no counter") {
    fresh_programs p;
    auto x = fluid::data("x", {-1, 4});
    CHECK(layers::fc(x, {.size = 2}).name() == "fc_0.tmp_1");
    CHECK(layers::fc(x, {.size = 2, .bias_attr = std::nullopt, .name = "foo"}).name() == "foo.tmp_0");
    CHECK(layers::fc(x, {.size = 2}).name() == "fc_1.tmp_1");
    CHECK(p.main.global_block().find_var("foo.w_0"));
    CHECK(fluid::unique_name::generate("fc") == "fc_2");
}

TEST_CASE("layers.data puts the batch dim first unless some dim is unknown") {
    fresh_programs p;
    const auto dims = [](const fluid::Variable& v) { return std::vector<std::int64_t>(v.shape().begin(), v.shape().end()); };
    CHECK(dims(layers::data("a", {3, 4})) == std::vector<std::int64_t>{-1, 3, 4});
    CHECK(dims(layers::data("b", {-1, 4})) == std::vector<std::int64_t>{-1, 4});
    CHECK(dims(layers::data("c", {3, 4}, false)) == std::vector<std::int64_t>{3, 4});
    CHECK_FALSE(p.main.global_block().find_var("a").need_check_feed());
    CHECK(fluid::data("d", {-1, 4}).need_check_feed());
}

TEST_CASE("an element type that a layer cannot take is a TypeError in the reference's words") {
    fresh_programs p;
    auto ids = fluid::data("ids", {-1, 4}, fluid::int64);
    CHECK(message_of<fluid::TypeError>([&] { layers::fc(ids, {.size = 2}); }) ==
          "The data type of 'input' in fc must be ['float16', 'float32', 'float64'], but received int64. ");
    CHECK_THROWS_AS(layers::mean(ids), fluid::TypeError);
    CHECK_THROWS_AS(layers::softmax(ids), fluid::TypeError);
    CHECK_THROWS_AS(layers::cross_entropy(ids, ids), fluid::TypeError);
}

TEST_CASE("inputs of two element types, an unknown dim of a weight and an unknown activation are ValueErrors") {
    fresh_programs p;
    auto a = fluid::data("a", {-1, 4});
    auto b = fluid::data("b", {-1, 4}, fluid::float64);
    CHECK(message_of<fluid::ValueError>([&] { layers::fc({a, b}, {.size = 2}); }) == "Data Type mismatch: 5 to 6");
    auto open = fluid::data("open", {-1, -1});
    CHECK(message_of<fluid::ValueError>([&] { layers::fc(open, {.size = 2}); }) ==
          "Each dimension of shape for Parameter must be greater than 0, but received [-1, 2]");
    CHECK(message_of<fluid::ValueError>([&] { layers::fc(a, {.size = 2, .act = "x"}); }) == "Operator \"x\" has not been registered.");
}

TEST_CASE("dims that do not fit are errors of the operator, with both shapes") {
    fresh_programs p;
    auto a = fluid::data("a", {-1, 3});
    auto b = fluid::data("b", {-1, 4});
    const auto add = message_of<fluid::EnforceNotMet>([&] { layers::elementwise_add(a, b); });
    CHECK(add.find("InvalidArgumentError: Broadcast dimension mismatch.") == 0);
    CHECK(add.find("[operator < elementwise_add > error]") != std::string::npos);
    auto label = fluid::data("label", {5, 1}, fluid::int64);
    auto rows = fluid::data("rows", {4, 3});
    CHECK(message_of<fluid::EnforceNotMet>([&] {
              layers::cross_entropy(rows, label);
          }).find("Input(X) and Input(Label) shall have the same shape except the last dimension.") != std::string::npos);
    CHECK(message_of<fluid::EnforceNotMet>([&] {
              layers::fc(a, {.size = 2, .num_flatten_dims = 2});
          }).find("should be larger than x_num_col_dims. But received X's dimensions = 2") != std::string::npos);
}

TEST_CASE("a parameter is shared by name, with one operator in the startup program, and must have one shape") {
    fresh_programs p;
    auto a = fluid::data("a", {-1, 4});
    const layers::fc_options shared{.size = 4, .param_attr = {{.name = "w"}}, .bias_attr = std::nullopt};
    layers::fc(layers::fc(a, shared), shared);
    CHECK(p.startup.global_block().ops().size() == 1);
    CHECK(p.main.all_parameters().size() == 1);
    CHECK(message_of<fluid::ValueError>([&] { layers::fc(a, {.size = 3, .param_attr = {{.name = "w"}}}); }) ==
          "Variable w has been created before. the previous shape is (4, 4); the new shape is (4, 3). They are not matched.");
}

TEST_CASE("a closed executor, a wrong feed and LoD in a fetched array throw what the reference raises") {
    fresh_programs p;
    fluid::Scope scope;
    fluid::scope_guard scopes(scope);
    std::vector<std::string> warnings;
    fluid::set_warning_handler([&](std::string_view, std::string_view message) { warnings.emplace_back(message); });
    auto x = fluid::data("x", {-1, 2}, fluid::float32, 1);
    auto y = layers::relu(x);
    fluid::Executor exe;
    auto rows = fluid::Tensor::of<float>({3, 2}, {-1, 2, -3, 4, -5, 6});
    auto [plain] = exe.run(fluid::feed{{"x", rows}}, fluid::fetch(y));
    CHECK(plain == fluid::Tensor::of<float>({3, 2}, {0, 2, 0, 4, 0, 6}));
    rows.set_lod({{0, 1, 3}});
    CHECK(message_of<fluid::RuntimeError>([&] {
              exe.run(fluid::feed{{"x", rows}}, fluid::fetch(y));
          }).find("hold LoD information") != std::string::npos);
    auto [with_lod] = exe.run(p.main, fluid::feed{{"x", rows}}, fluid::fetch(y), {.return_numpy = false});
    CHECK(with_lod.lod() == wherry::LoD{{0, 1, 3}});
    CHECK_THROWS_AS(exe.run(fluid::feed{{"x", fluid::Tensor::of<float>({1, 3}, {1, 2, 3})}}, fluid::fetch(y)), fluid::ValueError);
    exe.run(p.main, fluid::feed{{"x", rows}, {"z", rows}});
    CHECK(warnings == std::vector<std::string>{"The variable z is not found in program. It is not declared or is pruned."});
    exe.close();
    CHECK(message_of<fluid::RuntimeError>([&] { exe.run(p.main); }) == "Attempted to use a closed Executor");
    fluid::set_warning_handler([](std::string_view, std::string_view) {});
}

TEST_CASE("DataFeeder stacks samples, reshapes them to the declared dims and keeps sequence lengths") {
    fresh_programs p;
    auto image = fluid::data("image", {-1, 2, 3});
    auto label = fluid::data("label", {-1, 1}, fluid::int64);
    auto words = fluid::data("words", {-1, 1}, fluid::int64, 1);
    const fluid::DataFeeder feeder({image, label, words});
    const std::vector<fluid::DataFeeder::sample> samples = {{{1, 2, 3, 4, 5, 6}, 7, {1, 2, 3}}, {{6, 5, 4, 3, 2, 1}, 8, {4}}};
    const auto fed = feeder.feed(samples);
    REQUIRE(fed.values().size() == 3);
    CHECK(fed.values()[0].ref().dims == wherry::Shape{2, 2, 3});
    CHECK(fed.values()[1].ref().dims == wherry::Shape{2, 1});
    CHECK(fed.values()[2].ref().dims == wherry::Shape{4, 1});
    CHECK(*fed.values()[2].ref().lod == wherry::LoD{{0, 3, 4}});
    const std::vector<fluid::DataFeeder::sample> short_sample = {{{1, 2, 3, 4, 5, 6}, 7}};
    CHECK(message_of<fluid::AssertionError>([&] { (void)feeder.feed(short_sample); }) ==
          "The number of fields in data (2) does not match len(feed_list) (3)");
    const std::vector<fluid::DataFeeder::sample> odd = {{{1, 2, 3, 4}, 7, {1}}};
    CHECK(message_of<fluid::ValueError>([&] { (void)feeder.feed(odd); }) ==
          "Reshape error. What is defined in data layer is (-1, 2, 3), but receive (1, 4)");
}
