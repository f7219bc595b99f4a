#include <wherry/program/operator_list.hpp>

#include <doctest/doctest.h>

#include <string>
#include <utility>

namespace {
wherry::Operator named_operator(std::string type) {
    wherry::wire::OpDesc<> desc;
    desc.type = std::move(type);
    return wherry::Operator(std::move(desc));
}
std::string types_of(const wherry::operator_list& ops) {
    std::string types;
    for (const auto& op : ops) types += op.type();
    return types;
}
}  // namespace

TEST_CASE("operators come first and last, and stay in order") {
    wherry::operator_list ops;
    std::string expected;
    for (char c = 'a'; c <= 'z'; ++c) {
        if (c % 3 == 0) CHECK(ops.push_back(named_operator({c})).type() == std::string{c});
        else CHECK(ops.push_front(named_operator({c})).type() == std::string{c});
        expected = c % 3 == 0 ? expected + c : c + expected;
        CHECK(types_of(ops) == expected);
        CHECK(ops.size() == expected.size());
        CHECK(ops.front().type() == expected.substr(0, 1));
        CHECK(ops.rbegin()->type() == ops.back().type());
        CHECK(ops[ops.size() - 1].type() == expected.substr(expected.size() - 1));
    }
}

TEST_CASE("what comes first moves the others a few times only") {
    wherry::operator_list ops;
    const wherry::Operator* last = nullptr;
    int moved = 0;
    for (int i = 0; i < 1000; ++i) {
        ops.push_front(named_operator("op"));
        if (i > 0 && &ops.back() != last) ++moved;
        last = &ops.back();
    }
    CHECK(moved > 0);
    CHECK(moved < 10);
}

TEST_CASE("operators are erased, copied and moved") {
    wherry::operator_list ops;
    for (const char* type : {"c", "b", "a"}) ops.push_front(named_operator(type));
    ops.push_back(named_operator("d"));
    wherry::operator_list copy(ops);
    CHECK(erase_if(ops, [](const wherry::Operator& op) { return op.type() == "a" || op.type() == "c"; }) == 2);
    CHECK(types_of(ops) == "bd");
    ops.pop_back();
    CHECK(types_of(ops) == "b");
    ops.insert(ops.begin(), named_operator("a"));
    CHECK(types_of(ops) == "ab");
    CHECK(ops.erase(ops.begin(), ops.begin() + 1)->type() == "b");
    ops.erase(ops.begin(), ops.end());
    CHECK(ops.empty());
    CHECK(types_of(copy) == "abcd");

    ops = std::move(copy);
    CHECK(types_of(ops) == "abcd");
    wherry::operator_list other(std::move(ops));
    ops = wherry::operator_list();
    ops.push_front(named_operator("e"));
    CHECK(types_of(ops) == "e");
    CHECK(types_of(other) == "abcd");
    other.clear();
    CHECK(other.empty());
}
