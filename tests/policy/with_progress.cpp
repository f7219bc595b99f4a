#include <doctest/doctest.h>
#include <support/scratch.hpp>
#include <wherry/archive/archive.hpp>
#include <wherry/policy/disk.hpp>
#include <wherry/policy/mapped.hpp>
#include <wherry/policy/memory.hpp>
#include <wherry/policy/progress.hpp>
#include <wherry/policy/with_progress.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace wherry;

namespace {
constexpr std::size_t million = 1'000'000;
constexpr std::uint64_t six_millions_bytes = 4 * 6 * million;

/// Two arrays, of 20 and 4 million bytes.
struct two_arrays {
    std::vector<float> large = std::vector<float>(5 * million, 1.0F);
    std::vector<float> small = std::vector<float>(million, 2.0F);
};

using reports = std::vector<std::pair<std::uint64_t, std::uint64_t>>;
auto noted(reports& into) {
    return callback([&into](std::uint64_t done, std::uint64_t all) { into.emplace_back(done, all); });
}
/// Stops once so many bytes are done.
auto stopped_at(std::uint64_t limit) {
    return callback([limit](std::uint64_t done, std::uint64_t) { return done < limit; });
}
void check_rising(const reports& all, std::uint64_t least_bytes) {
    REQUIRE(all.size() >= 6);  // a report at least every 4 MiB
    for (std::size_t i = 1; i < all.size(); ++i) {
        CHECK(all[i].first > all[i - 1].first);
        CHECK(all[i].second == all[0].second);
    }
    CHECK(all.back().first == all.back().second);
    CHECK(all.back().second >= least_bytes);
    CHECK(all.back().second < least_bytes + 1000);
}
}  // namespace

TEST_CASE("a save and a load tell how far they are") {
    const support::scratch place("progress");
    const two_arrays data;
    reports saved;
    REQUIRE(archive<>::save({{"large", data.large}, {"small", data.small}}, disk(place / "file"), noted(saved)));
    check_rising(saved, six_millions_bytes);
    CHECK(saved.size() == 6);  // and no more: this is what it costs, see benchmarks/progress.cpp

    const std::array<std::string_view, 2> names{"large", "small"};
    reports loaded;
    Scope scope;
    REQUIRE(archive<>::load(names, scope, disk(place / "file"), noted(loaded)));
    check_rising(loaded, six_millions_bytes);
    CHECK(scope.find_var("small")->elements<float>()[million - 1] == 2.0F);

    reports each;
    REQUIRE(archive<layout::per_file>::save({{"large", data.large}, {"small", data.small}}, disk(place / "each"), noted(each)));
    check_rising(each, six_millions_bytes);
    CHECK(each.size() == 6);
    loaded.clear();
    REQUIRE(archive<layout::per_file>::load(names, scope, disk(place / "each"), noted(loaded)));
    check_rising(loaded, six_millions_bytes);

    loaded.clear();
    REQUIRE(archive<>::load(names, scope, mapped(place / "file"), noted(loaded)));
    REQUIRE(loaded.size() == 1);
    CHECK(loaded[0].first == loaded[0].second);

    const auto plain = archive<>::save({{"large", data.large}, {"small", data.small}}, memory{});
    CHECK(*archive<>::save({{"large", data.large}, {"small", data.small}}, memory{}, noted(saved)) == *plain);
    CHECK(support::read_folder(place.path()).at("file") == *plain);
}

TEST_CASE("a save that is stopped leaves the old file, and nothing beside it") {
    const support::scratch place("progress_save");
    const two_arrays data;
    REQUIRE(archive<>::save({{"old", data.small}}, disk(place / "file")));
    const auto before = support::read_folder(place.path());
    disk sink(place / "file");  // it goes on to live
    for (const std::uint64_t limit : {std::uint64_t{1}, std::uint64_t{10 * million}, six_millions_bytes}) {
        const auto saved = archive<>::save({{"large", data.large}, {"small", data.small}}, sink, stopped_at(limit));
        REQUIRE(!saved);
        CHECK(saved.error().code == errc::cancelled);
        CHECK(support::read_folder(place.path()) == before);
    }
    memory bytes;
    CHECK(archive<>::save({{"large", data.large}}, bytes, stopped_at(1)).error().code == errc::cancelled);
    CHECK(archive<>::save({{"small", data.small}}, bytes)->size() < 5 * million);
}

TEST_CASE("a load that is stopped leaves the old scope and the old arrays") {
    const support::scratch place("progress_load");
    const two_arrays data;
    REQUIRE(archive<>::save({{"large", data.large}, {"small", data.small}}, disk(place / "file")));
    const std::array<std::string_view, 2> names{"large", "small"};
    Scope scope;
    scope.var("small") = Tensor::of<float>({1}, {3});
    for (const std::uint64_t limit : {std::uint64_t{1}, std::uint64_t{10 * million}, six_millions_bytes}) {
        CHECK(archive<>::load(names, scope, disk(place / "file"), stopped_at(limit)).error().code == errc::cancelled);
        CHECK(scope.find_var("large") == nullptr);
        CHECK(*scope.find_var("small") == Tensor::of<float>({1}, {3}));
    }
    CHECK(archive<>::load(names, scope, mapped(place / "file"), stopped_at(1)).error().code == errc::cancelled);
    CHECK(scope.find_var("large") == nullptr);
    two_arrays into{std::vector<float>(5 * million), std::vector<float>(million)};
    const auto loaded =
        archive<>::load_into({{"large", into.large}, {"small", into.small}}, disk(place / "file"), stopped_at(10 * million));
    CHECK(loaded.error().code == errc::cancelled);
    CHECK(into.large.front() == 0);
}

TEST_CASE("a sink or a source that tells its progress goes wherever another goes") {
    const support::scratch place("progress_any");
    const two_arrays data;
    reports told;
    const auto note_all = noted(told);
    REQUIRE(archive<fast>::save({{"large", data.large}, {"small", data.small}}, with_progress(disk(place / "file"), note_all)));
    check_rising(told, six_millions_bytes);
    CHECK(archive<>::load_all(with_progress(disk(place / "file"), stopped_at(1))).error().code == errc::cancelled);
}
