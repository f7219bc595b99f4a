#include <doctest/doctest.h>
#include <support/own_policies.hpp>
#include <support/scratch.hpp>
#include <wherry/archive/archive.hpp>
#include <wherry/policy/disk.hpp>
#include <wherry/policy/memory.hpp>

#include <array>
#include <string>
#include <vector>

using namespace wherry;

namespace {
template <class Archive, class Sink, class MakeSource>
void round_trip(Sink&& sink, MakeSource source_of) {
    const auto program = support::small_program();
    const auto scope = support::small_scope();
    auto saved = Archive::save(program, scope, sink);
    REQUIRE(saved);
    Scope loaded;
    loaded.var("w") = support::counting({5, 5}, 0);
    loaded.var("kept") = support::counting({1}, 9);
    const auto report = Archive::load(program, loaded, source_of(saved));
    if (!report) FAIL(to_string(report.error()));
    CHECK(report->warnings.empty());
    std::size_t count = 0;
    for (const auto& var : program.list_vars()) {
        if (var.kind() != VarKind::LOD_TENSOR || !typename Archive::filter_policy{}(var)) continue;
        ++count;
        REQUIRE(loaded.find_var(var.name()) != nullptr);
        CHECK(*loaded.find_var(var.name()) == *scope.find_var(var.name()));
    }
    CHECK(report->tensor_count == count);
    CHECK(*loaded.find_var("kept") == support::counting({1}, 9));
}

template <class Layout, class Durability>
void every_sink() {
    using archived = archive<Durability, Layout>;
    const support::scratch folder("matrix");
    round_trip<archived>(disk(folder / "a/b"), [&](auto&) { return disk(folder / "a/b"); });
    round_trip<archived>(disk(folder / "a/b"), [&](auto&) { return disk(folder / "a/b"); });  // over what is there
    support::map_store store;
    round_trip<archived>(store, [&](auto&) -> support::map_store& { return store; });
    if constexpr (Layout::single_record) {
        round_trip<archived>(memory{}, [](const result<std::string>& bytes) { return memory{*bytes}; });
        fixed<1024> here;
        round_trip<archived>(here, [](const result<std::span<const std::byte>>& used) { return memory{*used}; });
        std::array<std::byte, 1024> theirs{};
        round_trip<archived>(buffer{theirs}, [](const result<std::span<const std::byte>>& used) { return memory{*used}; });
    }
}
template <class Layout>
void every_durability() {
    every_sink<Layout, fast>();
    every_sink<Layout, atomic>();
    every_sink<Layout, durable>();
}
}  // namespace

// The other policies: policy_matrix.cpp
TEST_CASE("saved variables are loaded, by every layout, durability and sink") {
    every_durability<layout::combined>();
    every_durability<layout::per_file>();
    every_durability<mine::by_letter>();
    round_trip<archive<decltype(filter::persistables{} && !filter::parameters{})>>(
        memory{}, [](const result<std::string>& bytes) { return memory{*bytes}; });
    round_trip<archive<filter::optimizer_state>>(memory{}, [](const result<std::string>& bytes) { return memory{*bytes}; });
}

TEST_CASE("policies left out have the documented defaults") {
    using plain = archive<>;
    static_assert(std::is_same_v<plain::filter_policy, filter::persistables> && std::is_same_v<plain::layout_policy, layout::combined>);
    static_assert(std::is_same_v<plain::durability_policy, atomic> && std::is_same_v<plain::caps_policy, capped<limits{}>>);
    using mixed = archive<durable, capped<limits{.lod_levels = 1}>, mine::not_lr>;
    static_assert(std::is_same_v<mixed::filter_policy, mine::not_lr> && mixed::caps_policy::caps.lod_levels == 1);
    static_assert(std::is_same_v<mixed::saved<memory>, result<std::string>> && std::is_same_v<mixed::saved<disk>, result<void>>);
}

TEST_CASE("the memory form is the combined file, in one allocation of the exact size") {
    const auto program = support::small_program();
    const auto scope = support::small_scope();
    const support::scratch folder("memory");
    REQUIRE(archive<>::save(program, scope, disk(folder / "all")));
    const auto bytes = archive<>::save(program, scope, memory{});
    REQUIRE(bytes);
    CHECK(*bytes == support::read_file(folder / "all"));
    CHECK(bytes->size() == 4 * 20 + (6 + 4 + 6 + 4) + (6 + 3 + 6 + 1) * 4);
    CHECK(bytes->capacity() <= bytes->size() + 1);
}

TEST_CASE("filters with state are given to the call") {
    const auto program = support::small_program();
    const auto scope = support::small_scope();
    const auto has_slash = filter::where([](const Variable& var) { return var.name().find('/') != std::string::npos; });
    const auto bytes = archive<>::save(program, scope, memory{}, has_slash && filter::persistables{});
    REQUIRE(bytes);
    Scope loaded;
    const auto report = archive<>::load(program, loaded, memory{*bytes}, has_slash && filter::persistables{});
    REQUIRE(report);
    CHECK(loaded.local_var_names() == std::vector<std::string_view>{"acc/w"});
}

TEST_CASE("lists of variables, names and arrays of your own need no filter") {
    const auto program = support::small_program();
    const auto scope = support::small_scope();
    const std::vector<Variable> list{program.global_block().find_var("w"), program.global_block().find_var("raw"),
                                     program.global_block().find_var("b"), program.global_block().find_var("w")};
    const auto bytes = archive<>::save(list, scope, memory{});
    REQUIRE(bytes);
    Scope loaded;
    REQUIRE(archive<>::load(list, loaded, memory{*bytes}));
    CHECK(loaded.local_var_names() == std::vector<std::string_view>{"b", "w"});

    const std::array<float, 4> numbers{1, 2, 3, 4};
    const std::vector<tensor_ref> mine{{.name = "n", .dtype = DType::FP32, .dims = {2, 2}, .bytes = std::as_bytes(std::span(numbers))}};
    const support::scratch folder("own");
    REQUIRE(archive<layout::per_file>::save(mine, disk(folder.path())));
    Scope read;
    REQUIRE(archive<layout::per_file>::load(std::vector<std::string_view>{"n"}, read, disk(folder.path())));
    CHECK(*read.find_var("n") == Tensor::of<float>({2, 2}, {1, 2, 3, 4}));
}

TEST_CASE("a save that cannot work writes nothing") {
    const auto program = support::small_program();
    auto scope = support::small_scope();
    support::map_store store;
    const support::scratch folder("nothing");
    const auto none = archive<filter::named<"absent">>::save(program, scope, store);
    CHECK(none.error().code == errc::nothing_to_save);
    CHECK(archive<filter::named<"raw">>::save(program, scope, store).error().code == errc::nothing_to_save);
    CHECK(archive<>::save(std::span<const tensor_ref>(), store).error().code == errc::nothing_to_save);
    const auto mixed = archive<filter::all>::save(program, scope, store);
    CHECK(mixed.error().code == errc::mixed_kinds);
    CHECK(mixed.error().variable == "feed");
    scope.erase("lr");
    const auto missing = archive<>::save(program, scope, store);
    CHECK(missing.error().code == errc::not_initialized);
    CHECK(missing.error().variable == "lr");
    CHECK(archive<layout::per_file>::save(program, scope, disk(folder / "x")).error().code == errc::not_initialized);
    CHECK(store.calls == 0);
    CHECK(support::read_folder(folder.path()).empty());
    CHECK_FALSE(support::fs::exists(folder / "x"));
}

TEST_CASE("other files of the folder stay") {
    const auto program = support::small_program();
    const support::scratch folder("stay");
    support::write_file(folder / "other", "kept");
    support::write_file(folder / "acc/other", "kept too");
    REQUIRE(archive<layout::per_file>::save(program, support::small_scope(), disk(folder.path())));
    CHECK(support::names_in(folder.path()) == std::vector<std::string>{"acc/other", "acc/w", "b", "lr", "other", "w"});
    CHECK(support::read_file(folder / "other") == "kept");
}

TEST_CASE("LoD of any depth up to the limit comes back, one level more is refused") {
    auto deep = support::counting({3, 1}, 1);
    LoD lod{{0, 1, 3}};
    const support::scratch folder("deep");
    for (; lod.size() <= 16;
         lod.insert(lod.begin(), lod.size() % 2 == 0 ? std::vector<std::uint64_t>{0, 0, 2} : std::vector<std::uint64_t>{0, 2, 2})) {
        deep.set_lod(lod);
        Scope scope;
        REQUIRE(archive<>::save(std::vector<tensor_ref>{deep.ref("deep")}, disk(folder / "deep")));
        REQUIRE(archive<>::load(std::vector<std::string_view>{"deep"}, scope, disk(folder / "deep")));
        CHECK(*scope.find_var("deep") == deep);
    }
    deep.set_lod(lod);
    CHECK(archive<>::save(std::vector<tensor_ref>{deep.ref("deep")}, memory{}).error().code == errc::bad_lod);
    using deeper = archive<capped<limits{.lod_levels = 17}>>;
    const auto bytes = deeper::save(std::vector<tensor_ref>{deep.ref("deep")}, memory{});
    REQUIRE(bytes);
    Scope scope;
    CHECK(archive<>::load(std::vector<std::string_view>{"deep"}, scope, memory{*bytes}).error().code == errc::bad_lod);
    CHECK(deeper::load(std::vector<std::string_view>{"deep"}, scope, memory{*bytes}));
}
