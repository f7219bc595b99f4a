#include <doctest/doctest.h>
#include <wherry/tensor/state_dict.hpp>

#include <string>
#include <vector>

using namespace wherry;

TEST_CASE("a state dict keeps the order in which arrays came and finds them by name") {
    state_dict state;
    CHECK(state.empty());
    CHECK(state.add("w", Tensor::of<float>({2}, {1, 2})));
    CHECK(state.add("b", Tensor::of<float>({1}, {3})));
    CHECK(state.add("fc_10", Tensor::of<float>({1}, {4})));
    CHECK_FALSE(state.add("b", Tensor::of<float>({1}, {9})));
    std::string names;
    for (const auto& [name, tensor] : state) names += name + " ";
    CHECK(names == "w b fc_10 ");
    REQUIRE(state.find("b") != nullptr);
    CHECK(state.find("b")->elements<float>()[0] == 3);
    CHECK(state.find("c") == nullptr);
    CHECK(state.find("") == nullptr);
}

TEST_CASE("set replaces or adds; refs borrow") {
    state_dict state;
    state.set("w", Tensor::of<float>({1}, {1}));
    state.set("w", Tensor::of<float>({2}, {5, 6}));
    REQUIRE(state.size() == 1);
    const auto refs = state.refs();
    CHECK(refs[0].name == "w");
    CHECK(refs[0].dims == Shape{2});
    CHECK(refs[0].bytes.data() == state.find("w")->bytes().data());
}
