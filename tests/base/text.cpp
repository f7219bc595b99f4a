#include <wherry/base/number.hpp>
#include <wherry/base/text.hpp>

#include <doctest/doctest.h>

#include <string>
#include <utility>

using namespace wherry;

namespace {
constexpr bool copies_are_independent() {
    text a("abc");
    text b = a;
    text c;
    c = b;
    const text moved = std::move(a);
    b = text("x");
    return moved == "abc" && a.empty() && b == "x" && c == "abc";  // NOLINT: a moved-from text is empty
}
static_assert(copies_are_independent());

constexpr bool assignment_to_itself_changes_nothing() {
    text a("same");
    const auto& alias = a;
    a = alias;
    return a == "same";
}
static_assert(assignment_to_itself_changes_nothing());

constexpr std::string_view rows[] = {"", "a", "a sentence with spaces", std::string_view("nul\0inside", 10), "\xff\xfe"};
constexpr bool holds(std::string_view chars) { return text(chars) == chars && text(chars).empty() == chars.empty(); }
static_assert([] {
    for (const auto row : rows)
        if (!holds(row)) return false;
    return true;
}());
constexpr bool joins_parts() {
    const text joined = {"var ", std::string_view("x"), " of ", decimal(-3), ""};
    return joined == "var x of -3" && text({"", ""}).empty() && text({"", ""}).view().data() == nullptr;
}
static_assert(joins_parts());
static_assert(text().view().data() == nullptr, "empty text allocates nothing");
}  // namespace

TEST_CASE("text: keeps every byte it was given") {
    for (const auto row : rows) CHECK(holds(row));
}

TEST_CASE("text: copies own their characters, moved-from ones are empty") {
    CHECK(copies_are_independent());
    CHECK(assignment_to_itself_changes_nothing());
}

TEST_CASE("text: joins parts of any kind") {
    CHECK(joins_parts());
    const std::string owned(40, 'y');
    CHECK(text{owned, "-", std::string(2, 'z')} == owned + "-zz");
}

TEST_CASE("text: is made from a literal, a std::string and a view") {
    const std::string owned(300, 'x');
    CHECK(text(owned) == owned);
    CHECK(text("literal") == "literal");
    const std::string_view back = text(owned);  // a dangling view would show under the address sanitizer
    CHECK(back.size() == 300);
}
