#include "run_tool.hpp"

#include <doctest/doctest.h>
#include <support/killed_save.hpp>
#include <support/scratch.hpp>

#include <filesystem>
#include <string>

TEST_CASE("clean removes what a killed save left, says so, and leaves what a running one writes") {
    const support::scratch place("tool_clean");
    const std::string folder = place.path();
    const auto dead = support::name_of_the_dead("w");
    const auto alive = support::name_of_mine("b");
    std::filesystem::create_directory(place / "inside");
    support::write_file(folder + "/inside/" + dead, "half");
    support::write_file(place / alive, "half");
    support::write_file(place / "w", "whole");

    const auto would = wherry_tool({"clean", "--dry-run", folder});
    CHECK(would.out == "would remove " + folder + "/inside/" + dead + "\nleft " + folder + "/" + alive +
                           "\nsaves finished: 0, files removed: 1, left: 1 (of processes that run, or of other hosts)\n");
    CHECK(std::filesystem::exists(folder + "/inside/" + dead));

    const auto done = wherry_tool({"clean", folder});
    CHECK(done.status == 0);
    CHECK(done.out == "removed " + folder + "/inside/" + dead + "\nleft " + folder + "/" + alive +
                          "\nsaves finished: 0, files removed: 1, left: 1 (of processes that run, or of other hosts)\n");
    CHECK(!std::filesystem::exists(folder + "/inside/" + dead));
    CHECK(support::read_file(place / alive) == "half");
    CHECK(support::read_file(place / "w") == "whole");

    std::filesystem::remove(place / alive);
    CHECK(wherry_tool({"clean", folder}).out == "there is nothing to clean\n");
    CHECK(wherry_tool({"clean", "--quiet", folder}).out.empty());
    const auto none = wherry_tool({"clean", folder + "/none"});
    CHECK(none.status == 1);
    CHECK_MESSAGE(none.err.find("none") != std::string::npos, none.err);
}
