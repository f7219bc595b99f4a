#include <wherry/base/sequence.hpp>
#include <wherry/program/program.hpp>
#include <wherry/wire/framework.hpp>
#include <wherry/wire/shared_list.hpp>

#include <doctest/doctest.h>

#include <support/golden.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

using namespace wherry;

namespace {
using shared_texts = wire::shared_list<std::string>;
using shared_numbers = wire::shared_list<int>;

std::string joined_texts(const shared_texts& list) {
    std::string all;
    for (const auto& value : list) all += value + ";";
    return all;
}

constexpr int sum_of_shared() {
    shared_numbers list{1, 2, 3};
    auto copy = list;
    copy[1] = 40;
    copy.push_back(500);
    int sum = 0;
    for (const int value : list) sum += value;
    for (const int value : copy) sum += value;
    return sum;
}
static_assert(sum_of_shared() == 6 + 544);
}  // namespace

TEST_CASE("shared_list: a copy shares its elements until one of the lists changes them") {
    shared_texts list{"a", "b", "c"};
    auto copy = list;
    for (std::size_t i = 0; i < list.size(); ++i) CHECK(&std::as_const(list)[i] == &std::as_const(copy)[i]);
    copy[1] = "changed";
    CHECK(joined_texts(list) == "a;b;c;");
    CHECK(joined_texts(copy) == "a;changed;c;");
    CHECK(&std::as_const(list)[0] == &std::as_const(copy)[0]);
    CHECK_FALSE(list == copy);
    const auto* alone = &std::as_const(copy)[1];
    copy[1] += " twice";
    CHECK(&std::as_const(copy)[1] == alone);
    list[1] = "changed twice";
    CHECK(list == copy);
    list.back() = "last";
    CHECK(joined_texts(list) == "a;changed twice;last;");
    CHECK(joined_texts(copy) == "a;changed twice;c;");
}

TEST_CASE("shared_list: it is filled, sorted, thinned and emptied as a sequence is") {
    shared_texts list = sequence<std::string>{"b1", "a1", "b2", "a2"};
    CHECK(list.push_back("c1") == "c1");
    list.emplace_back() = "a3";
    list.sort_by([](const std::string& value) { return value[0]; });
    CHECK(joined_texts(list) == "a1;a2;a3;b1;b2;c1;");
    auto copy = list;
    CHECK(erase_if(list, [](const std::string& value) { return value[0] == 'a'; }) == 3);
    CHECK(joined_texts(list) == "b1;b2;c1;");
    CHECK(joined_texts(copy) == "a1;a2;a3;b1;b2;c1;");
    const auto moved = std::move(copy);
    CHECK(moved.size() == 6);
    list = moved;
    CHECK(list == moved);
    list.clear();
    CHECK(list.empty());
    CHECK(joined_texts(moved) == "a1;a2;a3;b1;b2;c1;");
}

TEST_CASE("shared_list: an element of a list is put into another, or again into its own, and both hold it") {
    shared_texts list;
    list.push_back("a");
    shared_texts other;
    other.put(0, list.begin());
    other.put(1, other.begin());
    other.put(2, "c");
    CHECK(joined_texts(other) == "a;a;c;");
    CHECK(&*other.begin() == &*list.begin());
    other.put(1, "b");
    list.back() = "d";
    CHECK(joined_texts(other) == "a;b;c;");
    CHECK(joined_texts(list) == "d;");
}

TEST_CASE("shared_list: equal attributes of one file are one, and a change of one operator is seen by no other") {
    const auto bytes = support::read_file(support::golden("paddle26/classifier_sgd/main.pdmodel"));
    auto program = Program::parse_from_string(bytes);
    REQUIRE(program);
    const auto find_role = [](const Operator& op) { return op.find_attr("op_role"); };
    auto& ops = program->global_block().ops();
    std::size_t shared = 0;
    for (std::size_t i = 1; i < ops.size(); ++i) {
        const auto* one = find_role(ops[i - 1]);
        const auto* other = find_role(ops[i]);
        REQUIRE(one != nullptr);
        REQUIRE(other != nullptr);
        if (one == other) ++shared;
        else CHECK(one->i != other->i);  // equal roles that are next to each other are one
    }
    CHECK(shared > ops.size() / 2);
    CHECK(program->serialize_to_string() == bytes);
    auto copy = program->clone();
    copy.global_block().ops()[0].set_attr(make_attr("op_role", op_role::lr_schedule));
    CHECK(program->serialize_to_string() == bytes);
    CHECK(copy.serialize_to_string() != bytes);
}
