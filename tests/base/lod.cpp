#include <wherry/base/lod.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <string_view>
#include <vector>

using namespace wherry;

namespace {
struct row {
    std::string_view what;
    LoD (*make)();
    std::uint64_t rows;
    bool good;
    std::string_view expected;
    std::string_view found;
};
using level = std::vector<std::uint64_t>;
constexpr row table[] = {
    {"none", [] { return LoD{}; }, 5, true, "", ""},
    {"one level",
     [] {
         return LoD{level{0, 2, 5}};
     },
     5, true, "", ""},
    {"an empty sequence",
     [] {
         return LoD{level{0, 2, 2, 5}};
     },
     5, true, "", ""},
    {"two levels",
     [] {
         return LoD{level{0, 1, 2}, level{0, 2, 5}};
     },
     5, true, "", ""},
    {"no rows",
     [] {
         return LoD{level{0, 0}};
     },
     0, true, "", ""},
    {"an empty level", [] { return LoD{level{}}; }, 0, false, "2", "0"},
    {"a level without a sequence", [] { return LoD{level{0}}; }, 0, false, "2", "1"},
    {"starts at 1",
     [] {
         return LoD{level{1, 5}};
     },
     5, false, "0", "1"},
    {"falls",
     [] {
         return LoD{level{0, 4, 2}};
     },
     2, false, "4", "2"},
    {"past the rows",
     [] {
         return LoD{level{0, 1, 500}};
     },
     2, false, "2", "500"},
    {"before the rows",
     [] {
         return LoD{level{0, 1}};
     },
     2, false, "2", "1"},
    {"the largest offset",
     [] {
         return LoD{level{0, std::numeric_limits<std::uint64_t>::max()}};
     },
     2, false, "2", "18446744073709551615"},
    {"levels that disagree",
     [] {
         return LoD{level{0, 3}, level{0, 2, 5}};
     },
     5, false, "2", "3"},
    {"an empty inner level",
     [] {
         return LoD{level{0, 1}, level{}};
     },
     5, false, "18446744073709551615", "1"},
};
constexpr bool judged(const row& r) {
    const auto verdict = check_lod(r.make(), r.rows);
    if (r.good) return verdict.has_value();
    return !verdict && verdict.error().code == errc::bad_lod && verdict.error().expected == r.expected && verdict.error().found == r.found;
}
static_assert([] {
    for (const auto& r : table)
        if (!judged(r)) return false;
    return true;
}());

constexpr bool lengths_become_offsets() {
    const std::uint64_t lengths[] = {3, 0, 1};
    return offsets_of(lengths) == level{0, 3, 3, 4} && offsets_of({}) == level{0};
}
static_assert(lengths_become_offsets());
}  // namespace

TEST_CASE("lod: offsets start at 0, never fall, and end where the next level or the rows end") {
    for (const auto& r : table) {
        CAPTURE(r.what);
        CHECK(judged(r));
    }
}

TEST_CASE("lod: lengths of sequences become offsets") { CHECK(lengths_become_offsets()); }
