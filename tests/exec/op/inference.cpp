#include <wherry/exec/op/inference.hpp>

#include <support/readme.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

using namespace wherry;

TEST_CASE("op::inference names what op::every names") {
    for (const auto& info : op::every::table) CHECK_MESSAGE(find_op(op::inference::table, info.type), info.type);
}

TEST_CASE("op::inference opens no file") {
    for (const auto* type : {"save", "load", "save_combine", "load_combine", "read", "print", "py_func", "while", "conditional_block"})
        CHECK_MESSAGE(!find_op(op::inference::table, type), type);
}

TEST_CASE("op::inference runs the operators that the README names") {
    const auto text = support::readme();
    auto row = support::between(text, "\n| operators of `op::inference` besides | ", " |\n");
    std::size_t count = 0;
    for (; !row.empty(); ++count) {
        const auto name = row.substr(0, row.find(", "));
        CHECK_MESSAGE(find_op(op::inference::table, name), std::string(name));
        CHECK_MESSAGE(!find_op(op::every::table, name), std::string(name));
        row.remove_prefix(std::min(name.size() + 2, row.size()));
    }
    CHECK(count > 100);
}
