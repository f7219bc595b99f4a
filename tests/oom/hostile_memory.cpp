#include <wherry/archive/archive.hpp>
#include <wherry/base/error.hpp>
#include <wherry/base/limits.hpp>
#include <wherry/format/pickle.hpp>
#include <wherry/policy/memory.hpp>
#include <wherry/program/program.hpp>
#include <wherry/wire/allowance.hpp>

#include <doctest/doctest.h>

#include <support/bytes.hpp>
#include <support/failing_new.hpp>
#include <support/golden.hpp>

#include <filesystem>
#include <string>
#include <string_view>

using namespace wherry;
using support::bytes_field;
using support::hex;
using support::joined;
using support::repeated;

namespace {
/// The most that parsing took at a time, and whether the bytes are a program.
struct parsed {
    long long most_bytes;
    bool is_program;
};
parsed parsing(std::string_view bytes) {
    const auto before = support::bytes_alive;
    support::most_bytes = before;
    const auto program = Program::parse_from_string(bytes);
    return {support::most_bytes - before, bool(program)};
}
long long allowed_bytes(std::string_view bytes) { return 16 * static_cast<long long>(bytes.size()) + (1 << 20); }
constexpr long long of_an_error = 4096;  ///< its texts

byte_buffer block(const byte_buffer& inside) { return bytes_field(1, joined(hex("0800 1000"), inside)); }
byte_buffer op(const byte_buffer& inside) { return bytes_field(4, joined(hex("1a00"), inside)); }
/// Messages that `make` makes of numbers that count up, so that no two are equal.
template <class Make>
byte_buffer counted(int count, Make make) {
    byte_buffer all;
    for (int i = 0; i < count; ++i) {
        const char number[] = {static_cast<char>(0x80 | (i & 0x7f)), static_cast<char>(0x80 | (i >> 7 & 0x7f)), static_cast<char>(i >> 14)};
        append(all, view_of(make(byte_buffer(number, number + 3))));
    }
    return all;
}
}  // namespace

TEST_CASE("a program takes at most sixteen times its bytes and a mebibyte, whatever is in it") {
    struct flood {
        std::string what;
        byte_buffer bytes;
    };
    const flood floods[] = {
        {"operators", block(repeated(hex("2202 1a00"), 900'000))},
        {"operators in pieces", repeated(block(repeated(hex("2202 1a00"), 400)), 1'000)},
        {"variables", block(counted(100'000, [](const auto& n) { return bytes_field(3, joined(bytes_field(1, n), hex("1202 0807"))); }))},
        {"variables that are arrays", block(repeated(hex("1a0e 0a00 120a 080d 2206 0a02 0805 1001"), 100'000))},
        {"attributes", block(op(counted(100'000, [](const auto& n) { return bytes_field(4, joined(hex("0a00 1000 18"), n)); })))},
        {"equal attributes", block(op(repeated(hex("2204 0a00 1000"), 500'000)))},
        {"slots", block(op(repeated(hex("0a02 0a00"), 500'000)))},
        {"slots of many operators", block(repeated(op(repeated(hex("0a02 0a00"), 3)), 50'000))},
        {"arguments", block(op(bytes_field(1, joined(hex("0a00"), repeated(hex("1200"), 900'000)))))},
        {"strings of 20 letters", block(op(bytes_field(1, joined(hex("0a00"), repeated(bytes_field(2, std::string(20, 'a')), 900'000)))))},
        {"strings of attributes",
         block(op(counted(
             11, [](const auto& n) { return bytes_field(4, joined(hex("0a00 1005 18"), n, repeated(hex("4201 61"), 600'000))); })))},
        {"packed numbers", block(op(bytes_field(4, joined(hex("0a00 100b"), bytes_field(15, std::string(900'000, '\1'))))))},
        {"unknown fields", repeated(hex("7801"), 900'000)},
        {"versions", joined(block({}), bytes_field(5, repeated(bytes_field(1, hex("0a00 1200")), 500'000)))},
    };
    for (const auto& f : floods) {
        CAPTURE(f.what);
        const auto bytes = view_of(f.bytes);
        CHECK(parsing(bytes).most_bytes <= allowed_bytes(bytes) + of_an_error);
    }
}

TEST_CASE("programs that Paddle wrote take less, and are parsed") {
    int count = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(support::golden(""))) {
        if (entry.path().extension() != ".pdmodel" && entry.path().filename() != "__model__") continue;
        const auto path = entry.path().string();
        CAPTURE(path);
        const auto bytes = support::read_file(path);
        const auto took = parsing(bytes);
        REQUIRE(took.is_program);
        ++count;
        CHECK(took.most_bytes <= allowed_bytes(bytes));
        CHECK(took.most_bytes <= 7 * static_cast<long long>(bytes.size()) + 16384);
    }
    CHECK(count > 0);
}

TEST_CASE("a large program of nothing but short operators is parsed") {
    auto inside = hex("0800 10ff ffff ffff ffff ffff 01");
    for (int i = 0; i < 20'000; ++i) {
        const auto x = "v" + std::to_string(i);
        const auto out = "v" + std::to_string(i + 1);
        append(inside,
               view_of(bytes_field(3, joined(bytes_field(1, x), hex("1215 0807 1a11 0a0f 0805 10ff ffff ffff ffff ffff 0110 20")))));
        append(inside,
               view_of(bytes_field(4, joined(bytes_field(1, joined(hex("0a01 58"), bytes_field(2, x))),
                                             bytes_field(2, joined(hex("0a03 4f7574"), bytes_field(2, out))), hex("1a04 72656c75")))));
    }
    const auto bytes = bytes_field(1, inside);
    CHECK(parsing(view_of(bytes)).is_program);
}

TEST_CASE("what a pickle remembers takes memory a few times, not once per object") {
    std::string bytes = "\x80\x02(";
    for (int i = 0; i < 4'000; ++i) {
        bytes += std::string("K\x01r", 3);
        for (int shift = 0; shift < 32; shift += 8) bytes += static_cast<char>(i >> shift & 0xff);
    }
    bytes += "l.";
    constexpr long long plenty = 1'000'000;
    support::calls_until = plenty;
    const auto read = archive<format::pickle<>>::load_all(memory{bytes});
    const auto calls = plenty - support::calls_until;
    support::calls_until = -1;
    REQUIRE(!read);  // a list is not a state
    CHECK(read.error().code == errc::bad_pickle);
    CHECK(calls < 200);
}
