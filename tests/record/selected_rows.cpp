#include <doctest/doctest.h>

#include <support/scratch.hpp>

#include <support/own_policies.hpp>
#include <wherry/archive/archive.hpp>
#include <wherry/policy/disk.hpp>
#include <wherry/policy/mapped.hpp>
#include <wherry/policy/memory.hpp>
#include <wherry/record/selected_rows.hpp>

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

using namespace wherry;
namespace fs = std::filesystem;

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

namespace {
using files = archive<filter::all, layout::per_file>;

/// A weight and the rows of its gradient, as variables and in a scope.
struct world {
    Program program;
    Scope scope;
    std::vector<Variable> list{support::add_var(program, "w", {4, 2}),
                               support::add_var(program, "g", {10, 2}, {.kind = VarKind::SELECTED_ROWS})};

    world() {
        scope.var("w") = support::counting({4, 2}, 50);
        scope.rows("g") = gradient();
    }
};
}  // namespace

TEST_CASE("an archive of one file per variable holds rows beside tensors, in the reference's bytes") {
    const support::scratch folder("rows_archive");
    world w;
    REQUIRE(files::save(w.list, w.scope, disk(folder.path())));
    CHECK(support::read_file(folder / "g") == *save_selected_rows(gradient(), memory{}));
    const auto check = [&](auto load) {
        Scope fresh;
        const auto report = load(fresh);
        REQUIRE(report);
        CHECK(report->tensor_count == 2);
        CHECK(report->data_bytes == 32 + 24);
        REQUIRE(fresh.find_rows("g") != nullptr);
        CHECK(*fresh.find_rows("g") == gradient());
        CHECK(*fresh.find_var("w") == *w.scope.find_var("w"));
    };
    check([&](Scope& into) { return files::load(w.list, into, disk(folder.path())); });
    check([&](Scope& into) { return files::load(w.list, into, mapped(folder.path())); });
    using annotated = archive<filter::all, layout::per_file, annotate<align<64>, checksum, names>>;
    REQUIRE(annotated::save(w.list, w.scope, disk(folder.path())));
    check([&](Scope& into) { return annotated::load(w.list, into, disk(folder.path())); });
}

TEST_CASE("rows take the place of a tensor, where the name is") {
    const support::scratch folder("rows_place");
    world w;
    REQUIRE(files::save(w.list, w.scope, disk(folder.path())));
    Scope outer;
    Scope inner(&outer);
    outer.var("g") = support::counting({10, 2}, 0);
    REQUIRE(files::load(w.list, inner, disk(folder.path())));
    CHECK(*outer.find_rows("g") == gradient());
    CHECK(inner.local_var_names() == std::vector<std::string_view>{"w"});
}

TEST_CASE("a whole array of a variable that is SelectedRows is saved as its rows") {
    const support::scratch folder("rows_whole");
    world w;
    const SelectedRows held{{1, 7}, 10, support::counting({2, 2}, 1)};
    auto& whole = w.scope.var("g");
    whole.resize(DType::FP32, {10, 2});
    for (auto& x : whole.elements<float>()) x = -0.0F;
    for (std::size_t i = 0; i < 2; ++i)
        for (std::size_t j = 0; j < 2; ++j) whole.elements<float>()[(i == 0 ? 2 : 14) + j] = held.value.elements<float>()[2 * i + j];
    REQUIRE(files::save(w.list, w.scope, disk(folder.path())));
    CHECK(*load_selected_rows(disk(folder / "g")) == held);
}

TEST_CASE("rows have no place in a file of several variables, and nothing is written or read") {
    const support::scratch folder("rows_combined");
    world w;
    const auto refused = [](const auto& outcome) {
        REQUIRE_FALSE(outcome);
        CHECK(outcome.error().code == errc::mixed_kinds);
        CHECK(outcome.error().variable == "g");
    };
    refused(archive<>::save(w.list, w.scope, disk(folder / "all")));
    refused(archive<>::save(w.list, w.scope, memory{}));
    refused(archive<>::save(std::span(w.list).subspan(1), w.scope, memory{}));
    const auto held = gradient();
    const std::vector<tensor_ref> refs{held.ref("g")};
    refused(archive<>::save(refs, memory{}));
    support::map_store store;
    support::add_var(w.program, "h", {1});
    w.scope.var("h") = support::counting({1}, 0);
    const std::vector<Variable> shards{w.list[0], w.list[1], w.program.global_block().find_var("h")};
    refused(archive<mine::by_letter>::save(shards, w.scope, store));
    const std::vector<Variable> tensors{w.list[0], shards[2]};
    REQUIRE(archive<mine::by_letter>::save(tensors, w.scope, store));
    Scope fresh;
    refused(archive<mine::by_letter>::load(shards, fresh, store));
    refused(archive<>::load(w.list, fresh, memory{"x"}));
    CHECK(fresh.local_var_names().empty());
    CHECK(support::read_folder(folder.path()).empty());
}

TEST_CASE("rows that are cut, or whose file is not there, leave the scope as it was") {
    const support::scratch folder("rows_cut");
    world w;
    REQUIRE(files::save(w.list, w.scope, disk(folder.path())));
    const auto good = support::read_file(folder / "g");
    for (std::size_t size = 0; size < good.size(); ++size) {
        support::write_file(folder / "g", good.substr(0, size));
        Scope fresh;
        const auto loaded = files::load(w.list, fresh, disk(folder.path()));
        REQUIRE_FALSE(loaded);
        CHECK(loaded.error().variable == "g");
        CHECK(loaded.error().file == folder / "g");
        CHECK(fresh.local_var_names().empty());
    }
    fs::remove(folder / "g");
    Scope fresh;
    CHECK(files::load(w.list, fresh, disk(folder.path())).error().code == errc::not_found);
    support::write_file(folder / "g", good + "more");
    fs::remove(folder / "w");
    const std::vector<Variable> rows_first{w.list[1], w.list[0]};
    CHECK(files::load(rows_first, fresh, disk(folder.path())).error().variable == "w");
    CHECK(fresh.local_var_names().empty());
    const auto more = files::load(std::span(rows_first).first(1), fresh, disk(folder.path()));
    REQUIRE(more);
    REQUIRE(more->warnings.size() == 1);
    CHECK(more->warnings[0].code == errc::trailing_bytes);
    CHECK(*fresh.find_rows("g") == gradient());
}

TEST_CASE("rows that say too much are refused before memory is reserved") {
    const support::scratch folder("rows_hostile");
    world w;
    REQUIRE(files::save(w.list, w.scope, disk(folder.path())));
    const auto good = support::read_file(folder / "g");
    const auto code = [&](std::size_t at, std::string_view bytes) {
        auto bad = good;
        bad.replace(at, bytes.size(), bytes);
        support::write_file(folder / "g", bad);
        Scope fresh;
        const auto loaded = files::load(w.list, fresh, disk(folder.path()));
        CHECK(fresh.local_var_names().empty());
        return loaded ? errc{} : loaded.error().code;
    };
    CHECK(code(0, "\x01") == errc::bad_version);
    CHECK(code(4, std::string(8, '\xff')) == errc::truncated);
    CHECK(code(12, "\x0a") == errc::bad_rows);
    CHECK(code(36, std::string(8, '\0')) == errc::bad_rows);
}

TEST_CASE("a variable without rows is named, and nothing is written") {
    const support::scratch folder("rows_none");
    world w;
    w.scope.erase("g");
    for (int made = 0; made < 2; ++made) {
        const auto saved = files::save(w.list, w.scope, disk(folder.path()));
        REQUIRE_FALSE(saved);
        CHECK(saved.error().code == errc::not_initialized);
        CHECK(saved.error().variable == "g");
        (void)w.scope.rows("g");
    }
    w.scope.rows("g") = gradient();
    w.scope.rows("g").rows[0] = 10;
    const auto outside = files::save(w.list, w.scope, disk(folder.path()));
    REQUIRE_FALSE(outside);
    CHECK(outside.error().code == errc::bad_rows);
    CHECK(outside.error().variable == "g");
    CHECK(support::read_folder(folder.path()).empty());
}
