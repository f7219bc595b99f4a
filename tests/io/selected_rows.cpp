#include <doctest/doctest.h>

#include <io/scratch.hpp>

#include <wherry/io/selected_rows.hpp>
#include <wherry/policy/disk.hpp>
#include <wherry/policy/memory.hpp>

#include <cstdint>
#include <string>
#include <vector>

using namespace wherry;

namespace {
SelectedRows gradient() { return {{7, 1, 7}, 10, support::counting({3, 2}, 1)}; }
}  // namespace

TEST_CASE("rows come back from a file and from memory as they were saved") {
    const support::scratch folder("rows");
    const auto held = gradient();
    REQUIRE(save_selected_rows(held, disk(folder / "deep/w@GRAD")));
    const auto bytes = save_selected_rows(held, memory{});
    REQUIRE(bytes);
    CHECK(support::read_file(folder / "deep/w@GRAD") == *bytes);
    const auto from_disk = load_selected_rows(disk(folder / "deep/w@GRAD"));
    REQUIRE(from_disk);
    CHECK(*from_disk == held);
    CHECK(*load_selected_rows(memory{*bytes}) == held);
    CHECK(*load_selected_rows(memory{*bytes + "more"}) == held);
    const SelectedRows none{{}, 4, Tensor(DType::FP32, {0, 3})};
    CHECK(*load_selected_rows(memory{*save_selected_rows(none, memory{})}) == none);
}

TEST_CASE("rows of Paddle 2.6.2 are written back byte for byte") {
    const auto file = support::golden("paddle26/selected_rows/rows");
    const auto held = load_selected_rows(disk(file));
    REQUIRE(held);
    CHECK(*save_selected_rows(*held, memory{}) == support::read_file(file));
}

TEST_CASE("rows that could not be read again are not written") {
    const auto refused = [](SelectedRows held) {
        const auto saved = save_selected_rows(held, memory{});
        REQUIRE_FALSE(saved);
        return saved.error().code;
    };
    auto held = gradient();
    held.rows[1] = 10;
    CHECK(refused(held) == errc::bad_rows);
    held = gradient();
    held.height = -1;
    CHECK(refused(held) == errc::bad_rows);
    held = gradient();
    held.rows.pop_back();
    CHECK(refused(held) == errc::bad_dims);
    held = gradient();
    held.value = Tensor();
    CHECK(refused(held) == errc::not_initialized);
}

TEST_CASE("rows cut at any byte are truncated and name the file") {
    const support::scratch folder("cut");
    const auto bytes = *save_selected_rows(gradient(), memory{});
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        const auto loaded = load_selected_rows(memory{std::string_view(bytes).substr(0, size)});
        REQUIRE_FALSE(loaded);
        CHECK(loaded.error().code == errc::truncated);
    }
    support::write_file(folder / "g", bytes.substr(0, bytes.size() - 1));
    const auto loaded = load_selected_rows(disk(folder / "g"));
    REQUIRE_FALSE(loaded);
    CHECK(loaded.error().file == folder / "g");
    CHECK(loaded.error().expected == "24 bytes");
    CHECK(loaded.error().found == "23 bytes");
}
