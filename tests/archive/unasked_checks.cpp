// Names and checksums that a file holds are verified, whether or not the type of the load names them.
#include <doctest/doctest.h>
#include <support/scratch.hpp>
#include <wherry/archive/archive.hpp>
#include <wherry/policy/disk.hpp>
#include <wherry/policy/mapped.hpp>
#include <wherry/policy/memory.hpp>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

using namespace wherry;

namespace {
using all_noted = archive<annotate<align<64>, checksum, names>>;

std::string noted_file() {
    const std::vector<float> first(40, 1.0F);
    const std::vector<float> second(40, 2.0F);
    return *all_noted::save({{"a", first}, {"b", second}}, memory{});
}

template <class Archive = archive<>, class S>
result<load_report> load_named(std::array<std::string_view, 2> wanted, S&& source, Scope& scope) {
    return Archive::load(wanted, scope, source);
}
}  // namespace

TEST_CASE("a flipped bit is noticed by every load that copies") {
    const support::scratch place("unasked");
    const auto good = noted_file();
    Scope scope;
    REQUIRE(load_named({"a", "b"}, memory{good}, scope));
    for (std::size_t at = 0; at < good.size(); ++at) {
        auto bad = good;
        bad[at] = static_cast<char>(bad[at] ^ 4);
        Scope none;
        INFO("byte ", at);
        const auto loaded = load_named({"a", "b"}, memory{bad}, none);
        REQUIRE(!loaded);
        CHECK(none.local_var_names().empty());
        support::write_file(place / "file", bad);
        CHECK(!load_named({"a", "b"}, disk(place / "file"), none));
    }
    auto bad = good;
    bad.back() = static_cast<char>(bad.back() ^ 1);
    const auto loaded = load_named({"a", "b"}, memory{bad}, scope);
    CHECK(loaded.error().code == errc::bad_checksum);
    CHECK(loaded.error().variable == "b");
}

TEST_CASE("a mapped load verifies headers, and elements that it lends where its type names checksum") {
    const support::scratch place("unasked_mapped");
    auto bad = noted_file();
    bad.back() = static_cast<char>(bad.back() ^ 1);
    support::write_file(place / "file", bad);
    Scope scope;
    const auto lent = load_named({"a", "b"}, mapped(place / "file"), scope);
    REQUIRE(lent);
    CHECK(lent->lent_bytes == 2 * 160);
    Scope none;
    CHECK(load_named<archive<annotate<checksum>>>({"a", "b"}, mapped(place / "file"), none).error().code == errc::bad_checksum);
    CHECK(load_named({"b", "c"}, mapped(place / "file"), none).error().code == errc::missing_record);

    std::string unaligned =
        *archive<annotate<checksum>>::save({{"a", Tensor::of<float>({2}, {1, 2})}, {"b", Tensor::of<float>({1}, {3})}}, memory{});
    unaligned.back() = static_cast<char>(unaligned.back() ^ 1);
    support::write_file(place / "unaligned", unaligned);
    CHECK(load_named({"a", "b"}, mapped(place / "unaligned"), none).error().code == errc::bad_checksum);
    CHECK(none.local_var_names().empty());
}

TEST_CASE("the names of a file are those of the wanted, whatever the load's type says") {
    const auto file = noted_file();
    Scope none;
    const auto loaded = load_named({"a", "c"}, memory{file}, none);
    CHECK(loaded.error().code == errc::missing_record);
    CHECK(loaded.error().variable == "c");
    CHECK(loaded.error().expected == "c");
    CHECK(loaded.error().found == "b");
    CHECK(none.local_var_names().empty());
    std::vector<float> into(40);
    CHECK(archive<>::load_into({{"a", into}, {"z", into}}, memory{file}).error().found == "b");

    const support::scratch place("unasked_each");
    using each = archive<layout::per_file, annotate<names>>;
    REQUIRE(each::save({{"a", into}}, disk(place.path())));
    support::fs::rename(place / "a", place / "other");
    const std::array<std::string_view, 1> other{"other"};
    CHECK(archive<layout::per_file>::load(other, none, disk(place.path())).error().found == "a");
}
