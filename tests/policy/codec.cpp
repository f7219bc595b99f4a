#include <doctest/doctest.h>
#include <support/own_policies.hpp>
#include <support/scratch.hpp>
#include <wherry/archive/archive.hpp>
#include <wherry/policy/codec.hpp>
#include <wherry/policy/disk.hpp>

#include <string>
#include <vector>

using namespace wherry;

static_assert(Codec<mine::inverted> && Codec<plain> && !Codec<filter::all> && !Codec<int>);

TEST_CASE("a user's codec comes between archive and sink, in every layout, and changes nothing else") {
    const support::scratch place("codec");
    const auto program = support::small_program();
    const auto scope = support::small_scope();
    const auto check = [&]<class Archive>(Archive, const std::string& path) {
        REQUIRE(Archive::save(program, scope, disk(path)));
        Scope loaded;
        REQUIRE(Archive::load(program, loaded, disk(path)));
        for (const auto name : loaded.local_var_names()) CHECK(*loaded.find_var(name) == *scope.find_var(name));
        CHECK(loaded.local_var_names().size() == 4);
    };
    check(archive<mine::inverted>(), place / "one");
    check(archive<layout::per_file, mine::inverted, fast>(), place / "each");
    check(archive<plain>(), place / "plain");
    const auto plain_bytes = support::read_file(place / "plain");
    auto turned = support::read_file(place / "one");
    for (auto& c : turned) c = static_cast<char>(~c);
    CHECK(turned == plain_bytes);
    CHECK(*archive<>::save(program, scope, memory{}) == plain_bytes);
    Scope none;
    CHECK_FALSE(archive<>::load(program, none, disk(place / "one")));
}
