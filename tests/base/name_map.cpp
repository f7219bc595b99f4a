#include <wherry/base/name_map.hpp>

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <string_view>
#include <vector>

using namespace wherry;

TEST_CASE("name map: values are found by name and kept in the order in which they came") {
    name_map<int> ages;
    CHECK(ages.find("b") == nullptr);
    ages["b"] = 2;
    ages["a"] = 1;
    ages["B"] = 3;
    ages["a"] += 10;
    CHECK(ages.size() == 3);
    REQUIRE(ages.find("a") != nullptr);
    CHECK(*ages.find("a") == 11);
    CHECK(ages.find("") == nullptr);
    CHECK(ages.find("c") == nullptr);
    std::string names;
    for (const auto& [name, age] : ages) names += name;
    CHECK(names == "baB");
    CHECK(ages.sorted_names() == std::vector<std::string_view>{"B", "a", "b"});
}

TEST_CASE("name map: a name that is erased is gone, the others stay") {
    name_map<int> made;
    CHECK_FALSE(made.erase("x"));
    for (int i = 0; i < 100; ++i) made[std::to_string(i)] = i;
    for (int i = 0; i < 100; i += 3) CHECK(made.erase(std::to_string(i)));
    CHECK_FALSE(made.erase("0"));
    CHECK(made.size() == 66);
    for (int i = 0; i < 100; ++i) {
        const auto* found = made.find(std::to_string(i));
        REQUIRE((found != nullptr) == (i % 3 != 0));
        if (found != nullptr) CHECK(*found == i);
    }
    for (int i = 0; i < 100; ++i) made.erase(std::to_string(i));
    CHECK(made.size() == 0);
    made["again"] = 1;
    CHECK(*made.find("again") == 1);
}

TEST_CASE("name map: a name that is new gets a value of its own") {
    name_map<std::string> made;
    CHECK(made["x"].empty());
    made["x"] = "y";
    for (int i = 0; i < 100; ++i) made[std::to_string(i)] = std::to_string(i * i);
    CHECK(made.size() == 101);
    for (int i = 0; i < 100; ++i) CHECK(*made.find(std::to_string(i)) == std::to_string(i * i));
    CHECK(*made.find("x") == "y");
}

TEST_CASE("name set: each name once") {
    const std::array<std::string, 3> given{"b", "a", "b"};
    name_set names(given);
    CHECK(names.size() == 2);
    CHECK(names.contains("a"));
    CHECK_FALSE(names.contains("c"));
    names.insert("c");
    names.insert("c");
    CHECK(names.contains("c"));
    CHECK(names.size() == 3);
}
