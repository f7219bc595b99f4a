#include <doctest/doctest.h>
#include <wherry/policy/file_name.hpp>

#include <string>
#include <vector>

using namespace wherry;

namespace {
result<void> check(std::vector<std::string_view> names) { return check_file_names(names); }
}  // namespace

TEST_CASE("names of real models are file names") {
    CHECK(check({"fc_0.w_0", "scope/with.odd@name", "save_infer_model/scale_0.tmp_0", "a b", "\xC3\xA9\xE6\xBC\xA2\xF0\x9F\x9A\xA3", "...",
                 ".hidden", "x.tmp"}));
    CHECK(check({std::string_view("a/b"), "a/c", "ab"}));
    CHECK(check({}));
}

TEST_CASE("a name that cannot be a file of the folder is refused and named") {
    const std::string nul("w\0x", 3);
    const std::string long_part(242, 'x');
    const std::string long_name = std::string(200, 'x') + "/" + std::string(200, 'y') + "/" + std::string(200, 'z') + "/" +
                                  std::string(200, 'u') + "/" + std::string(220, 'v');
    const std::vector<std::string> bad{"",
                                       ".",
                                       "..",
                                       "../x",
                                       "a/../../x",
                                       "a/..",
                                       "/x",
                                       "/",
                                       "a//b",
                                       "a/",
                                       "./a",
                                       "a/./b",
                                       nul,
                                       "line\nfeed",
                                       "del\x7f",
                                       "..\\x",
                                       "back\\sl",
                                       "\xff",
                                       "\xC0\xAF",
                                       "\xED\xA0\x80",
                                       "\xF4\x90\x80\x80",
                                       "\xE6\xBC",
                                       "tab\t",
                                       long_part,
                                       long_name,
                                       ".w.0123abcd.tmp",
                                       "a/.w.00000000.tmp"};
    for (const auto& name : bad) {
        CAPTURE(name);
        const auto checked = check({"good", name});
        REQUIRE_FALSE(checked);
        CHECK(checked.error().code == errc::bad_name);
        CHECK(checked.error().variable == std::string_view(name).substr(0, 256));
    }
    CHECK(check({std::string_view(long_part).substr(1)}));
}

TEST_CASE("names that meet in one file are refused, with both") {
    const auto same = check({"fc.W", "other", "FC.w"});
    REQUIRE_FALSE(same);
    CHECK(same.error().code == errc::bad_name);
    CHECK(same.error().variable != same.error().found.view());
    const auto accents = check({"caf\xC3\xA9/w", "x", "CAFE\xCC\x81/w"});
    REQUIRE_FALSE(accents);
    CHECK(accents.error().code == errc::bad_name);
    CHECK(accents.error().variable == "caf\xC3\xA9/w");
    CHECK(accents.error().found == "CAFE\xCC\x81/w");
    const auto composed_folder = check({"\xC3\xA9/w", "e\xCC\x81"});
    REQUIRE_FALSE(composed_folder);
    CHECK(composed_folder.error().message == "a name is a file and the folder of another");
    CHECK(check({"\xE5\xB1\x82", "\xE5\x9D\x97", "caf\xC3\xA9", "cafe"}));
    const auto folder = check({"a/b/c", "x", "A/b"});
    REQUIRE_FALSE(folder);
    CHECK(folder.error().code == errc::bad_name);
    CHECK(folder.error().variable == "A/b");
    CHECK(folder.error().found == "a/b/c");
}

TEST_CASE("names that meet in one file are read where there are two") {
    CHECK(check_each_file_name(std::vector<std::string_view>{"fc.W", "FC.w", "a/b/c", "A/b"}));
    const auto outside = check_each_file_name(std::vector<std::string_view>{"fc.W", "../x"});
    REQUIRE_FALSE(outside);
    CHECK(outside.error().code == errc::bad_name);
    CHECK(outside.error().variable == "../x");
}
