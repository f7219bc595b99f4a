#include <wherry/base/name_index.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace wherry;

namespace {

/// A list of names with its index, as Scope and Block have one.
struct list {
    std::vector<std::string> names;
    name_index index;

    [[nodiscard]] auto names_at() const {
        return [this](std::size_t at) -> std::string_view { return names[at]; };
    }
    [[nodiscard]] bool contains(std::string_view name) const {
        const auto at = index.closest(name);
        return at < names.size() && names[at] == name;
    }
    bool add(const std::string& name) {
        if (contains(name)) return false;
        const auto other = names.empty() ? std::string() : names[index.closest(name)];
        index.make_room();
        index.insert(name, other);
        names.push_back(name);
        return true;
    }
    bool remove(std::string_view name) {
        if (!contains(name)) return false;
        const auto at = index.closest(name);
        index.erase(at, names_at());
        std::swap(names[at], names.back());
        names.pop_back();
        return true;
    }
    [[nodiscard]] std::vector<std::string> sorted() const {
        std::vector<std::string> made;
        for (const auto at : index.sorted()) made.push_back(names[at]);
        return made;
    }
};

}  // namespace

TEST_CASE("name index: added names are found, others are not, in order of the bytes") {
    list all;
    CHECK_FALSE(all.contains(""));
    CHECK(all.sorted().empty());
    const std::vector<std::string> names{"fc_2", "fc_10", "", "b", "\xff", "A", "fc", std::string("fc\0", 3), std::string("\0", 1), "fc_1"};
    for (const auto& name : names) CHECK(all.add(name));
    for (const auto& name : names) CHECK_FALSE(all.add(name));
    for (const std::string_view other : {"fc_", "fc_100", "B", "a", "\xfe"}) CHECK_FALSE(all.contains(other));
    auto wanted = names;
    std::sort(wanted.begin(), wanted.end());
    CHECK(all.sorted() == wanted);
    CHECK(all.index.size() == names.size());
}

TEST_CASE("name index: names come and go in any order") {
    list all;
    std::vector<std::string> wanted;  // sorted
    std::uint32_t state = 11;
    const auto next = [&](std::uint32_t below) { return (state = state * 1664525U + 1013904223U) / 65536U % below; };
    for (int i = 0; i < 6000; ++i) {
        std::string name;
        for (auto length = next(4); length > 0; --length) name += static_cast<char>("ab\0\x80"[next(4)]);
        const auto place = std::lower_bound(wanted.begin(), wanted.end(), name);
        const bool there = place != wanted.end() && *place == name;
        REQUIRE(all.contains(name) == there);
        if (next(2) == 0) {
            REQUIRE(all.add(name) == !there);
            if (!there) wanted.insert(place, name);
        } else {
            REQUIRE(all.remove(name) == there);
            if (there) wanted.erase(place);
        }
        if (i % 100 == 0) REQUIRE(all.sorted() == wanted);
    }
}

TEST_CASE("name index: names that are each other's beginnings, as deep as there are names") {
    list all;
    for (std::size_t i = 0; i < 3000; ++i) CHECK(all.add(std::string(i * 7919 % 3000, 'x')));
    const auto sorted = all.sorted();
    for (std::size_t i = 0; i < sorted.size(); ++i) REQUIRE(sorted[i].size() == i);
    for (std::size_t i = 0; i < 3000; i += 2) CHECK(all.remove(std::string(i, 'x')));
    for (std::size_t i = 0; i < 3000; ++i) REQUIRE(all.contains(std::string(i, 'x')) == (i % 2 == 1));
}

TEST_CASE("name index: of two equal names the first one is found") {
    name_index index;
    for (const std::string_view name : {"a", "b", "b", "c"}) {
        const auto at = index.closest(name);
        index.make_room();
        index.insert(name, std::vector<std::string_view>{"a", "b", "b", "c"}[at]);
    }
    CHECK(index.size() == 4);
    CHECK(index.closest("a") == 0);
    CHECK(index.closest("b") == 1);
    CHECK(index.closest("c") == 3);
}

TEST_CASE("name index: moves, and what is left is empty") {
    list all;
    (void)all.add("a");
    const auto moved = std::move(all.index);
    CHECK(moved.size() == 1);
    CHECK(all.index.size() == 0);  // NOLINT: on purpose
    CHECK(all.index.closest("a") == 0);
}
