#include <doctest/doctest.h>
#include <wherry/tensor/renamed.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace wherry;

TEST_CASE("tensors have other names, and their elements stay where they are") {
    const auto w = Tensor::of<float>({2}, {1, 2});
    const auto b = Tensor::of<float>({1}, {3});
    const std::vector<tensor_ref> both{w.ref("w"), b.ref("b")};
    const auto names_of = [](const renamed& view) {
        std::vector<std::string> names;
        for (const auto& one : view) names.emplace_back(one.name);
        return names;
    };
    const renamed prefixed(both, add_prefix{"teacher/"});
    CHECK(names_of(prefixed) == std::vector<std::string>{"teacher/w", "teacher/b"});
    CHECK(prefixed.refs()[0].bytes.data() == w.bytes().data());
    CHECK(names_of(renamed(prefixed, drop_prefix{"teacher/"})) == std::vector<std::string>{"w", "b"});
    CHECK(names_of(renamed(both, drop_prefix{"teacher/"})) == std::vector<std::string>{"w", "b"});
    CHECK(names_of(renamed(both, [](std::string_view name) { return std::string(name == "w" ? "fc.weight" : name); })) ==
          std::vector<std::string>{"fc.weight", "b"});
    renamed first(both, add_prefix{"a name that is too long for a small string/"});
    const renamed moved(std::move(first));
    CHECK(moved.refs()[1].name == "a name that is too long for a small string/b");
    CHECK(both[0].name == "w");
}
