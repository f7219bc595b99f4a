#include <wherry/program/unique_name.hpp>

#include <doctest/doctest.h>

using namespace wherry;

TEST_CASE("unique name: each key counts from 0 on its own") {
    UniqueNameGenerator unique;
    CHECK(unique.generate("fc") == "fc_0");
    CHECK(unique.generate("fc") == "fc_1");
    CHECK(unique.generate("learning_rate") == "learning_rate_0");
    CHECK(unique.generate("fc") == "fc_2");
    CHECK(unique.generate("fc_0.w") == "fc_0.w_0");
    CHECK(unique.generate("") == "_0");
    CHECK(unique.generate("") == "_1");
    CHECK(unique.generate("f") == "f_0");
}

TEST_CASE("unique name: a prefix comes before every name") {
    UniqueNameGenerator unique("teacher_");
    CHECK(unique.generate("fc") == "teacher_fc_0");
    CHECK(unique.generate("fc") == "teacher_fc_1");
}

TEST_CASE("unique name: a copy counts on by itself") {
    UniqueNameGenerator a;
    (void)a.generate("x");
    auto b = a;
    CHECK(b.generate("x") == "x_1");
    CHECK(a.generate("x") == "x_1");
}
