#include <doctest/doctest.h>
#include <support/killed_save.hpp>
#include <support/scratch.hpp>

#include <wherry/policy/clean_folder.hpp>
#include <wherry/policy/disk.hpp>
#include <wherry/policy/durability.hpp>
#include <wherry/policy/set_journal.hpp>
#include <wherry/policy/sink.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>
#include <span>
#include <string>
#include <vector>

#if defined(__unix__) || defined(__APPLE__)
#include <sys/wait.h>
#include <unistd.h>

using namespace wherry;

namespace {
std::string name_of_another_host(const std::string& name) {
    auto mine = support::name_of_mine(name);
    return mine.replace(mine.size() - 36, 1, mine[mine.size() - 36] == '0' ? "1" : "0");
}
}  // namespace

TEST_CASE("clean_folder removes what dead processes left, and nothing else") {
    const support::scratch place("clean_folder");
    const auto dead = support::name_of_the_dead("w");
    const auto dead_folder = support::name_of_the_dead("model");
    const auto alive = support::name_of_mine("b");
    const auto foreign = name_of_another_host("c");
    for (const auto& name :
         {dead, "sub/" + dead, dead_folder + "/deep/file", alive, "sub/" + foreign, std::string("w"), std::string("sub/.hidden.tmp")})
        support::write_file(place / ("m/" + name), "x");
    std::filesystem::create_directory_symlink(place / "elsewhere", place / "m/link");
    support::write_file(place / ("elsewhere/" + dead), "x");
    const auto before = support::read_folder(place.path());
    for (const bool dry : {true, false}) {
        CAPTURE(dry);
        auto done = clean_folder(place / "m", dry);
        REQUIRE(done);
        std::sort(done->removed.begin(), done->removed.end());
        std::vector<std::string> removed{dead, dead_folder, "sub/" + dead};
        std::sort(removed.begin(), removed.end());
        CHECK(done->removed == sequence<std::string>(removed));
        std::sort(done->left.begin(), done->left.end());
        CHECK(done->left == sequence<std::string>{alive, "sub/" + foreign});
        CHECK(done->finished.empty());
        if (dry) CHECK(support::read_folder(place.path()) == before);
    }
    std::vector<std::string> rest{"elsewhere/" + dead, "m/" + alive, "m/sub/" + foreign, "m/sub/.hidden.tmp", "m/w"};
    std::sort(rest.begin(), rest.end());
    CHECK(support::names_in(place.path()) == rest);
    CHECK(clean_folder(place / "m")->removed.empty());
    CHECK(clean_folder(place / "nowhere").error().code == errc::not_found);
    CHECK(clean_folder(place / "m/w").error().code == errc::cannot_open);
}

TEST_CASE("clean_folder finishes a save that was killed after its commit") {
    const support::scratch place("clean_journal");
    const auto dead = support::name_of_the_dead("w");
    support::write_file(place / ("m/" + dead), "new");
    support::write_file(place / "m/w", "old");
    support::write_file(place / "m/.wherry-set", journal_text({{{dead, "w", 3}}, false, 0}));
    const auto before = support::read_folder(place / "m");
    const auto would = clean_folder(place / "m", true);
    REQUIRE(would);
    CHECK(would->finished == sequence<std::string>{".wherry-set"});
    CHECK(would->removed.empty());
    CHECK(would->left.empty());
    CHECK(support::read_folder(place / "m") == before);
    const auto done = clean_folder(place / "m");
    REQUIRE(done);
    CHECK(done->finished == sequence<std::string>{".wherry-set"});
    CHECK(support::names_in(place / "m") == std::vector<std::string>{"w"});
    CHECK(support::read_file(place / "m/w") == "new");
    support::write_file(place / "m/.wherry-set", journal_text({{{dead, "w", 7}}, false, 0}));
    CHECK(clean_folder(place / "m").error().code == errc::mixed_generations);
}
#endif
