#include <doctest/doctest.h>
#include <wherry/tensor/structured_names.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace wherry;

namespace {
/// Two layers, "enc.weight" and "dec.weight", share a parameter.
structured_names shared_names() {
    structured_names names;
    REQUIRE(names.add("enc.weight", "linear_0.w_0"));
    REQUIRE(names.add("enc.bias", "linear_0.b_0"));
    REQUIRE(names.add("dec.weight", "linear_0.w_0"));
    REQUIRE(names.add("dec.weight", "linear_0.w_0"));  // said again: nothing new
    return names;
}
std::vector<std::string> names_in(const renamed& view) {
    std::vector<std::string> names;
    for (const auto& one : view) names.emplace_back(one.name);
    return names;
}
using texts = std::vector<std::string>;
}  // namespace

TEST_CASE("a parameter is found by each of its structured names, and they by it") {
    const auto names = shared_names();
    CHECK(names.size() == 3);
    CHECK(names.parameter_of("dec.weight") == "linear_0.w_0");
    CHECK(names.parameter_of("enc.bias") == "linear_0.b_0");
    CHECK(names.parameter_of("linear_0.w_0").empty());
    CHECK(names.structured_of("linear_0.w_0") == sequence<std::string>{"enc.weight", "dec.weight"});
    CHECK(names.structured_of("enc.weight").empty());
    CHECK(names.parameters() == sequence<std::string>{"linear_0.b_0", "linear_0.w_0"});
    CHECK(structured_names().parameter_of("x").empty());
    CHECK(structured_names().structured_of("x").empty());
}

TEST_CASE("a structured name is of one parameter") {
    auto names = shared_names();
    const auto refused = names.add("enc.bias", "linear_9.b_0");
    REQUIRE(!refused);
    CHECK(refused.error().code == errc::duplicate_name);
    CHECK(refused.error().variable == "enc.bias");
    CHECK(refused.error().expected == "linear_0.b_0");
    CHECK(refused.error().found == "linear_9.b_0");
    CHECK(names.size() == 3);
    CHECK(names.structured_of("linear_9.b_0").empty());
}

TEST_CASE("a thousand names of one parameter are found in their order") {
    structured_names names;
    for (int i = 0; i < 1000; ++i) {
        REQUIRE(names.add("a" + std::to_string(i), "shared"));
        REQUIRE(names.add("b" + std::to_string(i), "own" + std::to_string(i)));
    }
    const auto all = names.structured_of("shared");
    REQUIRE(all.size() == 1000);
    for (int i = 0; i < 1000; ++i) {
        CHECK(all[static_cast<std::size_t>(i)] == "a" + std::to_string(i));
        CHECK(names.structured_of("own" + std::to_string(i)) == sequence<std::string>{"b" + std::to_string(i)});
    }
}

TEST_CASE("arrays go from one world of names to the other and back, a shared one under both of its names") {
    const auto names = shared_names();
    const auto w = Tensor::of<float>({2}, {1, 2});
    const auto b = Tensor::of<float>({1}, {3});
    const std::vector<tensor_ref> parameters{b.ref("linear_0.b_0"), w.ref("linear_0.w_0"), b.ref("other")};
    const auto structured = by_structured(parameters, names);
    CHECK(names_in(structured) == texts{"enc.bias", "enc.weight", "dec.weight", "other"});
    CHECK(structured.refs()[2].bytes.data() == w.bytes().data());
    const auto back = by_parameter(structured, names);
    REQUIRE(back);
    CHECK(names_in(*back) == texts{"linear_0.b_0", "linear_0.w_0", "other"});
}

TEST_CASE("two arrays of one parameter are one only where they hold the same") {
    const auto names = shared_names();
    const auto w = Tensor::of<float>({2}, {1, 2});
    for (const auto& other : {Tensor::of<float>({2}, {1, 3}), Tensor::of<float>({1, 2}, {1, 2}), Tensor::of<std::int32_t>({2}, {1, 2})}) {
        const std::vector<tensor_ref> both{w.ref("enc.weight"), other.ref("dec.weight")};
        const auto refused = by_parameter(both, names);
        REQUIRE(!refused);
        CHECK(refused.error().code == errc::duplicate_name);
        CHECK(refused.error().variable == "linear_0.w_0");
        CHECK(refused.error().expected == "enc.weight");
        CHECK(refused.error().found == "dec.weight");
    }
    const auto copy = Tensor::of<float>({2}, {1, 2});
    const std::vector<tensor_ref> same{w.ref("enc.weight"), copy.ref("linear_0.w_0")};
    CHECK(names_in(*by_parameter(same, names)) == texts{"linear_0.w_0"});
}
