#include <doctest/doctest.h>
#include <support/scratch.hpp>

#include <wherry/policy/claimed_folder.hpp>

#include <string>
#include <vector>

#include <unistd.h>

using namespace wherry;

TEST_CASE("one writer claims a folder, which is made, and gives it back when it goes") {
    const support::scratch place("claimed");
    for (const bool synced : {false, true}) {
        auto first = claimed_folder::take(place / "a/b/", synced);
        REQUIRE(first);
        const auto second = claimed_folder::take(place / "a/b", synced);
        REQUIRE_FALSE(second);
        CHECK(second.error().code == errc::locked);
        CHECK(second.error().file == place / "a/b");
#ifdef __linux__
        CHECK(second.error().found.view().starts_with("process " + std::to_string(::getpid()) + " of host "));
#endif
        CHECK(claimed_folder::take(place / "a", synced));  // another folder
    }
    CHECK(claimed_folder::take(place / "a/b", false));
    support::write_file(place / "file", "x");
    const auto no_folder = claimed_folder::take(place / "file", false);
    REQUIRE_FALSE(no_folder);
    CHECK(no_folder.error().code == errc::cannot_open);
}

TEST_CASE("who claims a folder lists it and removes folders of it") {
    const support::scratch place("claimed_remove");
    CHECK(names_in_folder(place / "none")->empty());
    auto held = claimed_folder::take(place / "run", false);
    REQUIRE(held);
    support::write_file(place / "run/old/deep/file", "x");
    support::write_file(place / "run/old/file", "x");
    support::write_file(place / "run/new/file", "x");
    REQUIRE(held->remove("old"));
    REQUIRE(held->remove("old"));  // is not there any more
    CHECK(*names_in_folder(place / "run") == sequence<std::string>{"new"});
    support::write_file(place / "run/a_file", "x");
    REQUIRE(held->remove("a_file"));
    CHECK(support::names_in(place / "run") == std::vector<std::string>{"new/file"});
    CHECK(names_in_folder(place / "run/new/file").error().code == errc::cannot_open);
}
