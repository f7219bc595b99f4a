#include <wherry/base/revision.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <utility>

using namespace wherry;

TEST_CASE("revision: one that was seen is current until the next change") {
    revision now;
    const revision::seen seen(now);
    CHECK(seen.is_current(now));
    now.bump();
    CHECK_FALSE(seen.is_current(now));
    CHECK(revision::seen(now).is_current(now));
}

TEST_CASE("revision: nothing seen is never current") {
    const revision now;
    CHECK_FALSE(revision::seen().is_current(now));
}

TEST_CASE("revision: a copy is another object, and being assigned to is a change") {
    revision a;
    const revision::seen seen(a);
    revision b = a;
    CHECK_FALSE(seen.is_current(b));
    const revision::seen seen_b(b);
    b = a;
    CHECK_FALSE(seen_b.is_current(b));
    CHECK(seen.is_current(a));
}

TEST_CASE("revision: a moved object is still the same one") {
    revision a;
    a.bump();
    const revision::seen seen(a);
    revision b = std::move(a);
    CHECK(seen.is_current(b));
    b.bump();
    CHECK_FALSE(seen.is_current(b));
}

TEST_CASE("revision: one that was moved from may be changed and seen, and is never current") {
    revision a;
    const revision b = std::move(a);
    a.bump();                                      // NOLINT: on purpose
    CHECK_FALSE(revision::seen(a).is_current(a));  // NOLINT: on purpose
    CHECK_FALSE(revision::seen(a).is_current(b));  // NOLINT: on purpose
}

TEST_CASE("revision: another object at the same address is not taken for the old one") {
    std::optional<revision> place(std::in_place);
    const revision::seen seen(*place);
    place.emplace();
    CHECK_FALSE(seen.is_current(*place));
}

TEST_CASE("revision: parts change the whole, also after it moved") {
    revision whole;
    const auto part = whole.shared();
    const revision::seen seen(whole);
    const revision moved = std::move(whole);
    ++*part;
    CHECK_FALSE(seen.is_current(moved));
}
