#include <doctest/doctest.h>
#include <support/policy_matrix.hpp>
#include <support/scratch.hpp>
#include <wherry/archive/archive.hpp>
#include <wherry/interop/gzip.hpp>
#include <wherry/policy/disk.hpp>
#include <wherry/policy/memory.hpp>

#include <array>
#include <string>
#include <string_view>
#include <vector>

using namespace wherry;

namespace {
template <int Level = 6>
std::string packed(std::string_view bytes) {
    memory into;
    auto&& sink = gzip<Level>::encode(into);
    const piece all = as_bytes(bytes);
    const auto made = write_record(std::span(&all, 1), sink);
    REQUIRE(made);
    return std::string(*made);
}
std::string unpacked(std::string_view bytes) {
    const auto made = gunzip(bytes);
    if (!made) FAIL(to_string(made.error()));
    return {made->begin(), made->end()};
}
errc refused(std::string_view bytes, const limits& caps = {}) {
    const auto made = gunzip(bytes, caps);
    REQUIRE_FALSE(made);
    return made.error().code;
}
}  // namespace

TEST_CASE("gzip gives what went in, of any size and level") {
    std::string large;
    for (unsigned i = 0; i < 300'000; ++i) large += static_cast<char>(i * i >> 7U);
    for (const auto& bytes : {std::string(), std::string("a"), large, std::string(1'000'000, '\0')})
        for (const auto& one : {packed<-1>(bytes), packed<0>(bytes), packed<1>(bytes), packed<9>(bytes)}) CHECK((unpacked(one) == bytes));
}

TEST_CASE("archives of every layout, sink and durability go through gzip; without it the bytes are the reference's") {
    const support::scratch place("gzip");
    const auto program = support::small_program();
    const auto scope = support::small_scope();
    const auto same = [&](const Scope& loaded) {
        CHECK(loaded.local_var_names().size() == 4);
        for (const auto name : loaded.local_var_names()) CHECK(*loaded.find_var(name) == *scope.find_var(name));
    };
    const auto check = [&]<class Archive>(Archive, const std::string& path) {
        REQUIRE(Archive::save(program, scope, disk(path)));
        Scope loaded;
        REQUIRE(Archive::load(program, loaded, disk(path)));
        same(loaded);
    };
    check(archive<gzip<9>>(), place / "one");
    check(archive<gzip<>, layout::per_file>(), place / "each");
    check(archive<durable, gzip<0>>(), place / "stored");
    check(archive<layout::per_file, fast, gzip<1>>(), place / "fast");

    const auto plain_bytes = *archive<>::save(program, scope, memory{});
    CHECK((unpacked(support::read_file(place / "one")) == plain_bytes));
    CHECK((unpacked(support::read_file(place / "stored")) == plain_bytes));
    CHECK(support::names_in(place / "each") == std::vector<std::string>{"acc/w", "b", "lr", "w"});

    const auto bytes = archive<gzip<9>>::save(program, scope, memory{});
    REQUIRE(bytes);
    CHECK((*bytes == support::read_file(place / "one")));
    Scope loaded;
    REQUIRE(archive<gzip<>>::load(program, loaded, memory{*bytes}));
    same(loaded);
    std::array<std::byte, 400> room{};
    const auto filled = archive<gzip<9>>::save(program, scope, buffer(room));
    REQUIRE(filled);
    CHECK((as_chars(*filled) == *bytes));
    std::array<std::byte, 10> little{};
    CHECK(archive<gzip<9>>::save(program, scope, buffer(little)).error().code == errc::buffer_too_small);
}

TEST_CASE("gzip fits every filter, layout, annotation and sink") { CHECK(support::check_every_policy<gzip<1>>() == 3 * 8 * (4 + 2 + 2)); }

TEST_CASE("a gzip file cut at any byte is truncated, and the scope stays as it was") {
    const auto program = support::small_program();
    const auto whole = *archive<gzip<>>::save(program, support::small_scope(), memory{});
    auto scope = support::small_scope();
    const support::snapshot before(scope);
    for (std::size_t size = 0; size < whole.size(); ++size) {
        CAPTURE(size);
        const auto loaded = archive<gzip<>>::load(program, scope, memory{std::string_view(whole).substr(0, size)});
        REQUIRE_FALSE(loaded);
        CHECK(loaded.error().code == errc::truncated);
    }
    CHECK(before.unchanged(scope));
}

TEST_CASE("a gzip file with any one byte changed is refused, or holds the same bytes") {
    const std::string bytes = "the bytes of a tensor, the bytes of a tensor";
    auto file = packed(bytes);
    for (std::size_t at = 0; at < file.size(); ++at)
        for (const int flip : {1, 4, 0x80, 0xff}) {
            CAPTURE(at);
            const auto before = file[at];
            file[at] = static_cast<char>(before ^ flip);
            if (const auto made = gunzip(file)) CHECK(view_of(*made) == bytes);  // flags, time, system of the header
            file[at] = before;
        }
}

TEST_CASE("members are joined, zeros are padding, anything else after them is not") {
    const auto one = packed("one ");
    const auto two = packed("two");
    CHECK(unpacked(one + two) == "one two");
    CHECK(unpacked(one + std::string(100, '\0')) == "one ");
    CHECK(refused(one + "junk") == errc::trailing_bytes);
    CHECK(refused(one + std::string(3, '\0') + "j") == errc::trailing_bytes);
    CHECK(refused(one + two.substr(0, 8)) == errc::truncated);
}

TEST_CASE("bytes that are not gzip, or damaged, are refused by their cause") {
    auto file = packed("some bytes");
    CHECK(refused("") == errc::truncated);
    CHECK(refused("PK\x03\x04") == errc::bad_deflate);
    CHECK(gunzip("\x80\x02}q").error().found == "a pickle (.pdparams or .pdopt)");
    const auto changed = [&](std::size_t at, char c) {
        auto copy = file;
        copy[at] = c;
        return refused(copy);
    };
    CHECK(changed(2, '\x07') == errc::bad_deflate);  // another method
    CHECK(changed(3, '\x80') == errc::bad_deflate);  // a reserved flag
    CHECK(changed(file.size() - 8, static_cast<char>(~file[file.size() - 8])) == errc::bad_checksum);
    CHECK(changed(file.size() - 1, '\x7f') == errc::bad_checksum);  // the claimed size
}

TEST_CASE("a small file that inflates to much ends at the cap") {
    const auto bomb = packed<9>(std::string(10'000'000, '\0'));
    CHECK(bomb.size() < 20'000);
    CHECK(refused(bomb, {.inflated_bytes = 9'999'999}) == errc::too_large);
    CHECK(gunzip(bomb, {.inflated_bytes = 10'000'000})->size() == 10'000'000);
    CHECK(refused(bomb + bomb, {.inflated_bytes = 10'000'001}) == errc::too_large);
    CHECK(refused(packed("ab"), {.inflated_bytes = 1}) == errc::too_large);
    const auto program = support::small_program();
    const auto file = *archive<gzip<>>::save(program, support::small_scope(), memory{});
    Scope scope;
    using small = archive<gzip<>, capped<limits{.inflated_bytes = 50}>>;
    CHECK(small::load(program, scope, memory{file}).error().code == errc::too_large);
}
