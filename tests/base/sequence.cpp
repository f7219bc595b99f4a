#include <wherry/base/sequence.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <list>
#include <memory>
#include <new>
#include <set>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

using namespace wherry;

namespace {
/// Counts how many are alive, and throws when a copy too many is made.
struct counted {
    static inline int alive = 0;
    [[maybe_unused]] static inline int copies_left = 1000;
    int value = 0;
    counted() { ++alive; }
    explicit(false) counted(int v) : value(v) { ++alive; }
    counted(const counted& other) : value(other.value) {
#ifdef __cpp_exceptions
        if (copies_left-- == 0) throw std::bad_alloc();
#endif
        ++alive;
    }
    counted(counted&& other) noexcept : value(std::exchange(other.value, -1)) { ++alive; }
    counted& operator=(const counted&) = default;
    counted& operator=(counted&&) = default;
    ~counted() { --alive; }
    friend bool operator==(const counted& a, const counted& b) { return a.value == b.value; }
};

/// The same steps at compile time and at run time, beside what std::vector does where that is constexpr.
template <class Of>
constexpr bool grows_and_shrinks() {
    Of made;
    if (!made.empty() || made.size() != 0) return false;
    for (int i = 0; i < 20; ++i) made.push_back(i);
    made.pop_back();
    made.erase(made.begin() + 3);
    made.erase(made.begin() + 5, made.begin() + 8);
    made.insert(made.begin(), -1);
    made.insert(made.begin() + 2, {70, 71, 72});
    const std::array more{80, 81};
    made.insert(made.end(), more.begin(), more.end());
    made.resize(22);
    made.emplace_back(90);
    const std::array wanted{-1, 0, 70, 71, 72, 1, 2, 4, 5, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 80, 81, 0, 90};
    if (made.size() != wanted.size() || made.front() != -1 || made.back() != 90) return false;
    for (std::size_t i = 0; i < wanted.size(); ++i)
        if (made[i] != wanted[i]) return false;
    int sum = 0;
    for (auto at = made.rbegin(); at != made.rend(); ++at) sum += *at;
    auto copy = made;
    auto moved = std::move(made);
    if (copy != moved || sum == 0) return false;
    copy.clear();
    copy.assign(3, 7);
    return copy == Of{7, 7, 7} && moved != copy && copy.capacity() >= 3;
}
static_assert(grows_and_shrinks<sequence<int>>());
}  // namespace

TEST_CASE("sequence: the same steps give what std::vector gives") {
    CHECK(grows_and_shrinks<sequence<int>>());
    CHECK(grows_and_shrinks<std::vector<int>>());
}

TEST_CASE("sequence: every element made is destroyed once") {
    {
        sequence<counted> made{1, 2, 3};
        made.insert(made.begin() + 1, counted(9));
        made.insert(made.begin(), {counted(7), counted(8)});
        made.erase(made.begin() + 2, made.begin() + 4);
        made.resize(10);
        made.resize(3, counted(5));
        made.reserve(100);
        auto copy = made;
        copy = made;
        copy = sequence<counted>{4};
        CHECK(made == sequence<counted>{7, 8, 2});
        CHECK(counted::alive == 4);
        made.erase(made.begin(), made.begin());
        CHECK(made.size() == 3);
    }
    CHECK(counted::alive == 0);
}

TEST_CASE("sequence: an element of the sequence itself may be added to it") {
    sequence<std::string> names{std::string(40, 'a'), std::string(40, 'b')};
    while (names.size() < 33) {
        names.push_back(names[0]);
        names.insert(names.begin(), names[names.size() - 1]);
        names.resize(names.size() + 1, names[2]);
    }
    CHECK(names[0] == std::string(40, 'a'));
    CHECK(names.back() == names[2]);
}

TEST_CASE("sequence: converts from and to other containers, and not from what only borrows") {
    const std::vector<std::string> names{"x", "y"};
    const sequence<std::string> taken = names;
    CHECK(taken == names);
    CHECK(names == taken);
    const std::vector<std::string> back = taken;
    CHECK(back == names);
    const std::set<std::string> sorted = taken;
    CHECK(sorted.size() == 2);
    const std::list<std::string> linked{"y", "x"};
    CHECK(sequence<std::string>(linked) == sequence<std::string>{"y", "x"});
    const std::span<const std::string> seen = taken;
    CHECK(seen.data() == taken.data());
    static_assert(!std::is_convertible_v<std::span<const std::string>, sequence<std::string>>);
    static_assert(!std::is_convertible_v<std::string, sequence<char>>);
    static_assert(!std::is_convertible_v<std::vector<int>, sequence<std::string>>);
    static_assert(!std::is_convertible_v<std::size_t, sequence<std::string>>);
    CHECK(sequence<std::string>(seen.begin(), seen.end()) == taken);
}

TEST_CASE("sequence: elements that cannot be copied are moved") {
    sequence<std::unique_ptr<int>> held;
    for (int i = 0; i < 10; ++i) held.push_back(std::make_unique<int>(i));
    held.insert(held.begin(), std::make_unique<int>(-1));
    CHECK(*held[0] == -1);
    CHECK(*held[10] == 9);
    CHECK(erase_if(held, [](const auto& p) { return *p % 2 == 0; }) == 5);
    CHECK(held.size() == 6);
    CHECK(*held[1] == 1);
    static_assert(!std::is_copy_constructible_v<std::unique_ptr<int>>);
}

TEST_CASE("sequence: bools are bools") {
    sequence<bool> flags(3, false);
    bool& second = flags[1];
    second = true;
    CHECK(flags == sequence<bool>{false, true, false});
}

#ifdef __cpp_exceptions  // without them a process that has no memory ends
TEST_CASE("sequence: a copy that fails on the way leaves everything as it was") {
    const sequence<counted> from{1, 2, 3, 4};
    sequence<counted> into{5, 6};
    const auto alive = counted::alive;
    for (const int left : {0, 1, 3}) {
        counted::copies_left = left;
        CHECK_THROWS_AS(sequence<counted>{from}, std::bad_alloc);
        counted::copies_left = left;
        CHECK_THROWS_AS(into.insert(into.begin(), from.begin(), from.end()), std::bad_alloc);
        counted::copies_left = left;
        CHECK_THROWS_AS(into = from, std::bad_alloc);
        counted::copies_left = 1000;
        CHECK(counted::alive == alive);
        CHECK(into.size() == 2);
        CHECK(into[1].value == 6);
    }
}

TEST_CASE("sequence: memory that nobody has is std::bad_alloc, and nothing changes") {
    sequence<std::uint64_t> numbers{1, 2};
    CHECK_THROWS_AS(numbers.reserve(~std::size_t{0}), std::bad_alloc);
    CHECK_THROWS_AS(numbers.resize(~std::size_t{0} / 8), std::bad_alloc);
    CHECK(numbers == sequence<std::uint64_t>{1, 2});
}
#endif

TEST_CASE("sequence: numbers that input chooses are tried, and what nobody has memory for changes nothing") {
    sequence<std::uint64_t> numbers{1, 2};
    CHECK_FALSE(numbers.try_reserve(~std::size_t{0}));
    CHECK_FALSE(numbers.try_resize(~std::size_t{0} / 8));
    CHECK_FALSE(numbers.try_resize(~std::size_t{0} / 9));
    CHECK(numbers == sequence<std::uint64_t>{1, 2});
    CHECK(numbers.try_resize(3));
    CHECK(numbers == sequence<std::uint64_t>{1, 2, 0});
    constexpr auto at_compile_time = [] {
        sequence<int> made{1};
        return made.try_resize(5) && made.size() == 5 && made[0] == 1;
    };
    static_assert(at_compile_time());
}
