#include <wherry/policy/name_folding.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using wherry::folded_name;

TEST_CASE("names that macOS or Windows takes for one file fold to one") {
    struct pair {
        std::string_view a;
        std::string_view b;
    };
    constexpr pair same[] = {
        {"FC_0.w_0", "fc_0.W_0"},
        {"caf\xC3\xA9", "cafe\xCC\x81"},                           // NFC and NFD
        {"\xC3\x89", "e\xCC\x81"},                                 // and another case
        {"\xC3\x98", "\xC3\xB8"},                                  // O with a stroke
        {"\xD0\x96", "\xD0\xB6"},                                  // Cyrillic
        {"\xCE\xA3", "\xCF\x82"},                                  // the two small sigmas of one capital
        {"\xE1\xBB\x86", "e\xCC\xA3\xCC\x82"},                     // Vietnamese: two accents,
        {"\xE1\xBB\x86", "\xC3\xAA\xCC\xA3"},                      // one of them apart
        {"\xED\x95\x9C", "\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB"},  // Hangul
        {"\xE3\x83\x91", "\xE3\x83\x8F\xE3\x82\x9A"},              // Kana
        {"\xE2\x84\xAA", "k"},                                     // the sign of kelvin
    };
    for (const auto& one : same) {
        CAPTURE(one.a);
        CHECK(folded_name(one.a) == folded_name(one.b));
    }
}

TEST_CASE("other names stay apart, and plain ones are themselves") {
    constexpr std::string_view apart[] = {"caf\xC3\xA9",  "cafe",         "caf\xC3\xA8",      "\xE5\xB1\x82",
                                          "\xE5\x9D\x97", "\xE6\xBC\xA2", "\xC3\x97",         "\xC3\xB7",
                                          "\xED\x95\x9C", "\xED\x95\x98", "\xF0\x9F\x9A\xA3", "\xF0\x9F\x9B\xB6"};
    for (const auto& a : apart)
        for (const auto& b : apart) CHECK((folded_name(a) == folded_name(b)) == (a == b));
    for (const std::string_view same : {"blk/0/w_0.tmp", "", "\xE5\xB1\x82", "\xF0\x9F\x9A\xA3"}) CHECK(folded_name(same) == same);
}
