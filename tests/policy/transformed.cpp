#include <doctest/doctest.h>
#include <support/scratch.hpp>
#include <wherry/archive/archive.hpp>
#include <wherry/policy/disk.hpp>
#include <wherry/policy/memory.hpp>
#include <wherry/policy/transformed.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <vector>

using namespace wherry;

namespace {
/// A key that is known when the program runs; every byte is changed by its place, too.
struct keyed {
    std::uint8_t key = 0;
    void operator()(std::span<std::byte> bytes, std::uint64_t offset) const noexcept {
        for (auto& b : bytes) b ^= static_cast<std::byte>(key + offset++ * 7);
    }
};
using to_memory = transformed<memory&, keyed>;
static_assert(Sink<to_memory> && Source<to_memory> && Sink<transformed<disk, keyed>> && Source<transformed<disk, keyed>>);
static_assert(Sink<transformed<fixed<16>&, keyed>> && !Source<transformed<fixed<16>&, keyed>>);
static_assert(transformed<fixed<16>, keyed>::result_borrows_sink && !transformed<fixed<16>&, keyed>::result_borrows_sink);
static_assert(ByteTransformation<keyed> && !ByteTransformation<int>);

std::string changed(std::string bytes, std::uint8_t key) {
    keyed{key}(std::as_writable_bytes(std::span(bytes)), 0);
    return bytes;
}

/// Keeps the calls of `write_at`.
struct listening {
    static constexpr std::string_view name = "listening";
    static constexpr bool many_records = false;
    std::string bytes;
    std::size_t calls = 0, fails_at = 100;
    result<void> start(std::span<const record_size>, durability_steps) { return {}; }
    result<void> write_at(std::size_t, std::uint64_t offset, std::span<const piece> pieces) {
        if (++calls == fails_at) return error{.code = errc::cannot_write};
        for (const auto one : pieces) {
            if (bytes.size() < offset + one.size()) bytes.resize(offset + one.size());
            std::memcpy(bytes.data() + offset, one.data(), one.size());
            offset += one.size();
        }
        return {};
    }
    result<void> commit(std::size_t) { return {}; }
    result<void> finish() { return {}; }
};
}  // namespace

TEST_CASE("a transformed sink writes other bytes, a transformed source gives the first ones back") {
    const auto program = support::small_program();
    const auto scope = support::small_scope();
    const auto plain_bytes = *archive<>::save(program, scope, memory{});
    const keyed change{42};
    const auto saved = archive<>::save(program, scope, transformed(memory{}, change));
    REQUIRE(saved);
    CHECK(*saved == changed(plain_bytes, 42));

    Scope loaded;
    REQUIRE(archive<>::load(program, loaded, transformed(memory{*saved}, change)));
    for (const auto name : loaded.local_var_names()) CHECK(*loaded.find_var(name) == *scope.find_var(name));
    CHECK(loaded.local_var_names().size() == 4);
    Scope none;
    CHECK_FALSE(archive<>::load(program, none, transformed(memory{*saved}, keyed{43})));
}

TEST_CASE("a transformed sink and source may be named, const in what they change, and refer to a named one") {
    const support::scratch place("transformed");
    const auto program = support::small_program();
    const auto scope = support::small_scope();
    disk files(place / "each");
    transformed sink(files, [](std::span<std::byte> bytes, std::uint64_t) {
        for (auto& b : bytes) b = ~b;
    });
    REQUIRE(archive<layout::per_file>::save(program, scope, sink));
    Scope loaded;
    REQUIRE(archive<layout::per_file>::load(program, loaded, sink));
    CHECK(*loaded.find_var("w") == *scope.find_var("w"));
    Scope none;
    CHECK_FALSE(archive<layout::per_file>::load(program, none, files));
}

TEST_CASE("a transformed sink passes on what is large in parts, at their offsets, and stops at the first error") {
    std::vector<std::byte> large(200'000);
    for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<std::byte>(i * 31 + i / 251);
    const std::array<piece, 4> pieces{piece(large).first(3), piece(large).subspan(3, 100'000), piece(), piece(large).subspan(100'003)};
    std::string expected(5, '\0');
    expected.append(reinterpret_cast<const char*>(large.data()), large.size());
    expected = changed(expected, 9);

    listening to;
    transformed sink(to, keyed{9});
    REQUIRE(sink.write_at(0, 5, pieces));
    CHECK(to.calls == 4);
    CHECK(to.bytes.substr(5) == expected.substr(5));

    listening full{.bytes = {}, .fails_at = 2};
    transformed refused(full, keyed{9});
    const auto written = refused.write_at(0, 5, pieces);
    REQUIRE_FALSE(written);
    CHECK(written.error().code == errc::cannot_write);
    CHECK(full.calls == 2);
    CHECK(transformed(to, keyed{9}).write_at(0, 0, {}));
    CHECK(to.calls == 4);
}
