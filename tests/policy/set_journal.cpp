#include <wherry/policy/set_journal.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <string>

using namespace wherry;

TEST_CASE("a journal is read as it was written, or not at all") {
    const set_journal made{
        {{".w.0123456789abcdef0123456789abcdef.tmp", "w", 12}, {"a/.b.0123456789abcdef0123456789abcdee.tmp", "a/b", 18446744073709551615U}},
        true,
        0};
    const auto text = journal_text(made);
    CHECK(text.starts_with("wherry-set 1 durable\n"));
    const auto read = parse_journal(text);
    REQUIRE(read);
    CHECK(read->synced);
    REQUIRE(read->entries.size() == 2);
    CHECK(read->entries[1].temporary == made.entries[1].temporary);
    CHECK(read->entries[1].name == "a/b");
    CHECK(read->entries[1].size_bytes == 18446744073709551615U);
    CHECK(journal_text(*read) == text);
    for (std::size_t size = 0; size < text.size(); ++size) CHECK_FALSE(parse_journal(text.substr(0, size)));
    for (std::size_t at = 0; at < text.size(); ++at) {
        auto changed = text;
        changed[at] = static_cast<char>(changed[at] ^ 1);
        CHECK_FALSE(parse_journal(changed));
    }
}

TEST_CASE("a journal leads to no file outside its folder, and renames temporaries only") {
    const std::string temporary = ".x.0123456789abcdef0123456789abcdef.tmp";
    const auto taken = [](const std::string& from, const std::string& to) {
        return parse_journal(journal_text({{{from, to, 1}}, false, 0})).has_value();
    };
    CHECK(taken(temporary, "x"));
    CHECK(taken("a/" + temporary, "a/x"));
    CHECK_FALSE(taken("../" + temporary, "../x"));
    CHECK_FALSE(taken("/" + temporary, "/x"));
    CHECK_FALSE(taken("a//" + temporary, "a//x"));
    CHECK_FALSE(taken("a/" + temporary, "b/x"));
    CHECK_FALSE(taken("passwd", "x"));
    CHECK_FALSE(taken(temporary, "a/../x"));
    CHECK_FALSE(taken(temporary, ""));
}
