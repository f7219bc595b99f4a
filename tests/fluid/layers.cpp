#include <doctest/doctest.h>

#include <support/fresh_fluid.hpp>
#include <support/thrown.hpp>

#include <wherry/fluid.hpp>

#include <string>
#include <vector>

namespace fluid = wherry::fluid;
using support::message_of;
namespace layers = fluid::layers;
using support::fresh_fluid;

TEST_CASE("names count up per layer, and a named layer has no counter") {
    fresh_fluid p;
    auto x = fluid::data("x", {-1, 4});
    CHECK(layers::fc(x, {.size = 2}).name() == "fc_0.tmp_1");
    CHECK(layers::fc(x, {.size = 2, .bias_attr = std::nullopt, .name = "foo"}).name() == "foo.tmp_0");
    CHECK(layers::fc(x, {.size = 2}).name() == "fc_1.tmp_1");
    CHECK(p.main.global_block().find_var("foo.w_0"));
    CHECK(fluid::unique_name::generate("fc") == "fc_2");
}

TEST_CASE("layers.data puts the batch dim first unless some dim is unknown") {
    fresh_fluid p;
    const auto dims = [](const fluid::Variable& v) { return std::vector<std::int64_t>(v.shape().begin(), v.shape().end()); };
    CHECK(dims(layers::data("a", {3, 4})) == std::vector<std::int64_t>{-1, 3, 4});
    CHECK(dims(layers::data("b", {-1, 4})) == std::vector<std::int64_t>{-1, 4});
    CHECK(dims(layers::data("c", {3, 4}, false)) == std::vector<std::int64_t>{3, 4});
    CHECK_FALSE(p.main.global_block().find_var("a").need_check_feed());
    CHECK(fluid::data("d", {-1, 4}).need_check_feed());
}

TEST_CASE("an element type that a layer cannot take is a TypeError in the reference's words") {
    fresh_fluid p;
    auto ids = fluid::data("ids", {-1, 4}, fluid::int64);
    CHECK(message_of<fluid::TypeError>([&] { layers::fc(ids, {.size = 2}); }) ==
          "The data type of 'input' in fc must be ['float16', 'float32', 'float64'], but received int64. ");
    CHECK_THROWS_AS(layers::mean(ids), fluid::TypeError);
    CHECK_THROWS_AS(layers::softmax(ids), fluid::TypeError);
    CHECK_THROWS_AS(layers::cross_entropy(ids, ids), fluid::TypeError);
}

TEST_CASE("inputs of two element types, an unknown dim of a weight and an unknown activation are ValueErrors") {
    fresh_fluid p;
    auto a = fluid::data("a", {-1, 4});
    auto b = fluid::data("b", {-1, 4}, fluid::float64);
    CHECK(message_of<fluid::ValueError>([&] { layers::fc({a, b}, {.size = 2}); }) == "Data Type mismatch: 5 to 6");
    auto open = fluid::data("open", {-1, -1});
    CHECK(message_of<fluid::ValueError>([&] { layers::fc(open, {.size = 2}); }) ==
          "Each dimension of shape for Parameter must be greater than 0, but received [-1, 2]");
    CHECK(message_of<fluid::ValueError>([&] { layers::fc(a, {.size = 2, .act = "x"}); }) == "Operator \"x\" has not been registered.");
}

TEST_CASE("dims that do not fit are errors of the operator, with both shapes") {
    fresh_fluid p;
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
    fresh_fluid p;
    auto a = fluid::data("a", {-1, 4});
    const layers::fc_options shared{.size = 4, .param_attr = {{.name = "w"}}, .bias_attr = std::nullopt};
    layers::fc(layers::fc(a, shared), shared);
    CHECK(p.startup.global_block().ops().size() == 1);
    CHECK(p.main.all_parameters().size() == 1);
    CHECK(message_of<fluid::ValueError>([&] { layers::fc(a, {.size = 3, .param_attr = {{.name = "w"}}}); }) ==
          "Variable w has been created before. the previous shape is (4, 4); the new shape is (4, 3). They are not matched.");
}
