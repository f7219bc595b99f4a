#include <wherry/embed/reader.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <string_view>

using namespace wherry::embed::detail;

namespace {
template <class File>
using in = reader<File>;

struct fields {  // 1: 300, 2: "ab", 3: fixed32, 4: fixed64
    static constexpr std::string_view bytes{"\x08\xac\x02\x12\x02"
                                            "ab\x1d\x01\x00\x00\x00\x21\x02\x00\x00\x00\x00\x00\x00\x00",
                                            21};
    static constexpr auto data = bytes.data();
    static constexpr std::size_t size = bytes.size();
};
struct numbers {  // what #embed makes
    static constexpr unsigned char data[] = {0x08, 0x96, 0x01};
    static constexpr std::size_t size = 3;
};
struct endless {
    static constexpr std::string_view bytes{"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 12};
    static constexpr auto data = bytes.data();
    static constexpr std::size_t size = bytes.size();
};

constexpr bool reads_all() {
    in<fields> at;
    bool good = at.next() && at.number == 1 && !at.is_bytes && at.scalar == 300;
    good = good && at.next() && at.number == 2 && at.is_bytes && same<fields>(at.bytes(), "ab");
    good = good && at.next() && at.number == 3 && at.scalar == 1;
    good = good && at.next() && at.number == 4 && at.scalar == 2;
    return good && !at.next() && !at.failed;
}
/// Whether every prefix that ends inside a field is refused, and every other one is not.
constexpr bool refuses_cuts() {
    for (std::uint32_t size = 0; size <= fields::size; ++size) {
        in<fields> at(slice{0, size});
        while (at.next()) {}
        const bool whole = size == 0 || size == 3 || size == 7 || size == 12 || size == 21;
        if (at.failed == whole) return false;
    }
    return true;
}
}  // namespace

TEST_CASE("Fields of every kind are read") {
    static_assert(reads_all());
    CHECK(reads_all());
}

TEST_CASE("A message that is cut anywhere is refused") {
    static_assert(refuses_cuts());
    CHECK(refuses_cuts());
}

TEST_CASE("Bytes may be unsigned characters") {
    constexpr auto read = [] {
        in<numbers> at;
        return at.next() ? at.scalar : 0;
    }();
    CHECK(read == 150);
}

TEST_CASE("A varint of more than ten bytes is refused") {
    constexpr bool failed = [] {
        in<endless> at;
        return !at.next() && at.failed;
    }();
    CHECK(failed);
}

TEST_CASE("Names are compared as bytes") {
    constexpr slice ab{5, 2}, b{6, 1};
    static_assert(same<fields>(ab, ab) && !same<fields>(ab, b) && before<fields>(ab, b) && !before<fields>(b, ab));
    static_assert(before<fields>(slice{5, 1}, ab), "a prefix comes first");
    CHECK(same<fields>(ab, "ab"));
}
