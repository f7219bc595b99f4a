#include <doctest/doctest.h>
#include <support/scratch.hpp>
#include <wherry/policy/paths.hpp>

#include <filesystem>
#include <fstream>
#include <string>

using namespace wherry;

TEST_CASE("paths are UTF-8, whatever the system's own characters are") {
    CHECK(paths::of_utf8("a/b").filename() == "b");
    CHECK(paths::to_utf8(paths::of_utf8("gewicht_\xC3\xA4")) == "gewicht_\xC3\xA4");
    CHECK(paths::of_utf8("gewicht_\xC3\xA4") == std::filesystem::path(u8"gewicht_\u00E4"));
    CHECK(paths::of_utf8("folder", "name") == std::filesystem::path("folder") / "name");
    CHECK(paths::of_utf8("folder", "") == "folder");
    CHECK(paths::of_utf8("", "name") == std::filesystem::path(".") / "name");
}

TEST_CASE("a folder's files are listed by relative name, sorted, without what killed saves left") {
    const support::scratch place("paths");
    const std::string folder = place / "f";
    std::filesystem::create_directories(paths::of_utf8(folder, "inner"));
    const std::string staged = ".new.0123456789abcdef0123456789abcdef.tmp";
    std::filesystem::create_directories(paths::of_utf8(folder, staged));
    for (const auto& name : {std::string("b"), std::string("a"), std::string("inner/c"), std::string(".b.0000abcd.tmp"),
                             std::string(".wherry-set"), staged + "/d"})
        std::ofstream(paths::of_utf8(folder, name)) << name;
    const auto found = paths::files_beneath(folder);
    REQUIRE(found);
    CHECK(*found == sequence<std::string>{"a", "b", "inner/c"});
    CHECK((paths::is_folder(folder) && paths::exists(folder) && !paths::is_file(folder)));
    CHECK((paths::is_file(folder + "/a") && !paths::is_folder(folder + "/a")));
    CHECK_FALSE(paths::exists(folder + "/none"));
    const auto none = paths::files_beneath(folder + "/none");
    REQUIRE_FALSE(none);
    CHECK(none.error().code == errc::cannot_open);
}
