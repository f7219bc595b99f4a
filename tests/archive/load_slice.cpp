#include <doctest/doctest.h>

#include <support/scratch.hpp>

#include <wherry/archive/archive.hpp>
#include <wherry/archive/load_slice.hpp>
#include <wherry/policy/disk.hpp>
#include <wherry/policy/memory.hpp>

#include <limits>
#include <string>
#include <vector>

using namespace wherry;

namespace {
std::string saved(const Tensor& tensor) { return *archive<>::save(std::vector<tensor_ref>{tensor.ref("w")}, memory{}); }
}  // namespace

TEST_CASE("a slice is so many elements from a place on, in the shape that is asked for") {
    const auto bytes = saved(support::counting({4, 3}, 0));
    CHECK(*load_slice(memory{bytes}, 3, {2, 3}) == support::counting({2, 3}, 3));
    CHECK(*load_slice(memory{bytes}, 0, {12}) == support::counting({12}, 0));
    CHECK(*load_slice(memory{bytes}, 11, {}) == support::counting({}, 11));
    CHECK(*load_slice(memory{bytes}, 12, {0, 3}) == support::counting({0, 3}, 0));
    const support::scratch folder("slice");
    support::write_file(folder / "w", bytes);
    CHECK(*load_slice(disk(folder / "w"), 5, {1, 4}) == support::counting({1, 4}, 5));
    support::map_store store;
    store.files[""] = bytes;
    CHECK(*load_slice(store, 9, {3}) == support::counting({3}, 9));
}

TEST_CASE("a slice past the tensor is refused, however its numbers wrap") {
    const auto bytes = saved(support::counting({4, 3}, 0));
    constexpr auto most = std::numeric_limits<std::uint64_t>::max();
    struct row {
        std::uint64_t seek;
        Shape shape;
    };
    for (const auto& r : {row{0, {13}}, row{10, {3}}, row{13, {0}}, row{most, {1}}, row{most - 2, {4}}, row{0, {-1}},
                          row{0, {std::int64_t{1} << 40, std::int64_t{1} << 40}}}) {
        const auto slice = load_slice(memory{bytes}, r.seek, r.shape);
        REQUIRE_FALSE(slice);
        CHECK(slice.error().code == errc::bad_argument);
        CHECK(slice.error().expected == "inside [4, 3]");
    }
    CHECK(load_slice(memory{std::string_view(bytes).substr(0, bytes.size() - 1)}, 0, {1}).error().code == errc::truncated);
    CHECK(load_slice(memory{std::string_view("x")}, 0, {1}).error().code == errc::truncated);
}
