#include <wherry/base/result.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace wherry;

namespace {
constexpr result<int> half(int n) {
    if (n % 2 != 0) return error{.code = errc::bad_argument, .message = "odd", .found = decimal(n)};
    return n / 2;
}
static_assert(half(4) && *half(4) == 2 && half(4).value() == 2);
static_assert(!half(3) && half(3).error().code == errc::bad_argument && half(3).error().found == "3");

constexpr result<void> check(bool fine) {
    if (!fine) return error{.code = errc::closed};
    return {};
}
static_assert(check(true) && !check(false) && check(false).error().code == errc::closed);

constexpr bool copies_hold_their_own_error() {
    const auto first = half(3);
    auto second = first;
    auto third = std::move(second);
    second = first;
    const auto& alias = third;
    third = alias;
    return !second && !third && second.error().found == "3" && third.error().message == "odd";
}
}  // namespace

TEST_CASE("result: is the value or the error") {
    CHECK(half(4).has_value());
    CHECK(*half(4) == 2);
    REQUIRE_FALSE(half(3));
    CHECK(half(3).error().code == errc::bad_argument);
    CHECK(half(3).error().found == "3");
}

TEST_CASE("result: of nothing is success or the error") {
    CHECK(check(true).has_value());
    REQUIRE_FALSE(check(false));
    CHECK(check(false).error().code == errc::closed);
}

TEST_CASE("result: copies hold their own error") { CHECK(copies_hold_their_own_error()); }

TEST_CASE("result: takes and gives what can only be moved") {
    result<std::unique_ptr<int>> made = std::make_unique<int>(7);
    REQUIRE(made);
    CHECK(**made == 7);
    const auto taken = *std::move(made);
    CHECK(*taken == 7);
}

TEST_CASE("result: reaches into the value, and may change it") {
    result<std::string> name = std::string("fc_0");
    name->append(".w_0");
    CHECK(*name == "fc_0.w_0");
    const auto& seen = name;
    CHECK(seen->size() == 8);
}

TEST_CASE("result: an error passes from one type to another without a copy of its text") {
    auto from = half(3);
    const auto* chars = from.error().message.view().data();
    const result<std::vector<int>> to = std::move(from).error();
    REQUIRE_FALSE(to);
    CHECK(to.error().message.view().data() == chars);
}

TEST_CASE("result: failure() passes an error on: moved out of a result that may change, copied out of a const one") {
    auto from = half(3);
    const auto* chars = from.error().message.view().data();
    const result<std::string> moved = from.failure();
    REQUIRE_FALSE(moved);
    CHECK(moved.error().message.view().data() == chars);

    const result<void> copied = moved.failure();
    REQUIRE_FALSE(copied);
    CHECK(copied.error().message == "odd");
    CHECK(copied.error().message.view().data() != chars);
    CHECK(moved.error().message.view().data() == chars);
    const result<void> again = copied.failure();
    CHECK(again.error().found == "3");
}
