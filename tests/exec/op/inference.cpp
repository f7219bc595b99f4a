#include <wherry/exec/op/inference.hpp>

#include <doctest/doctest.h>

using namespace wherry;

TEST_CASE("op::inference names what op::every names") {
    for (const auto& info : op::every::table) CHECK_MESSAGE(find_op(op::inference::table, info.type), info.type);
}

TEST_CASE("op::inference opens no file") {
    for (const auto* type : {"save", "load", "save_combine", "load_combine", "read", "print", "py_func", "while", "conditional_block"})
        CHECK_MESSAGE(!find_op(op::inference::table, type), type);
}
