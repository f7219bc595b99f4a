#include <doctest/doctest.h>
#include <support/scratch.hpp>

#include <wherry/model/checkpoint.hpp>
#include <wherry/model/state.hpp>

#include <string>
#include <vector>

using namespace wherry;

namespace {
using quick_checkpoints = checkpoint_store<archive<annotate<checksum, names>>, keep<2>>;
using file_each_checkpoints = checkpoint_store<archive<layout::per_file, annotate<checksum>>, keep<2>>;

/// A scope whose values start at `first`.
Scope checkpoint_scope(float first) {
    Scope scope;
    scope.var("w") = support::counting({2, 3}, first);
    scope.var("b") = support::counting({3}, first + 10);
    scope.var("acc/w") = support::counting({2, 3}, first + 20);
    scope.var("lr") = support::counting({1}, first + 30);
    return scope;
}
bool has_values_of(const Scope& scope, float first) {
    const auto wanted = checkpoint_scope(first);
    for (const auto name : wanted.local_var_names())
        if (scope.find_var(name) == nullptr || !(*scope.find_var(name) == *wanted.find_var(name))) return false;
    return true;
}
/// Changes one byte of a file.
void flip_in(const std::string& path, std::size_t at) {
    auto bytes = support::read_file(path);
    REQUIRE(at < bytes.size());
    bytes[at] = static_cast<char>(bytes[at] ^ 1);
    support::write_file(path, bytes);
}
}  // namespace

TEST_CASE_TEMPLATE("a checkpoint brings back persistables, step, seeds and notes in one call", Store, quick_checkpoints,
                   file_each_checkpoints, checkpoint_store<>) {
    const support::scratch place("checkpoint");
    auto program = support::small_program();
    program.set_random_seed(11);
    Store store(place / "deep/run");
    Scope scope;
    const auto none = store.resume(program, scope);
    REQUIRE(none);
    CHECK_FALSE(none->has_value());
    const auto saved = store.save(program, checkpoint_scope(1), {.step = 100, .seeds = {5}, .notes = {{"epoch", "3"}}});
    REQUIRE(saved);
    CHECK(saved->number == 1);
    CHECK(saved->folder == place / "deep/run/checkpoint-1");
    CHECK(saved->warnings.empty());
    program.set_random_seed(0);
    const Store reader(place / "deep/run");  // which is not blocked by a writer
    const auto resumed = reader.resume(program, scope);
    REQUIRE(resumed);
    REQUIRE(resumed->has_value());
    CHECK((*resumed)->number == 1);
    CHECK((*resumed)->notes == checkpoint_notes{.step = 100, .random_seed = 11, .seeds = {5}, .notes = {{"epoch", "3"}}});
    CHECK((*resumed)->passed_over.empty());
    CHECK((*resumed)->report.tensor_count == 4);
    CHECK(program.random_seed() == 11);
    CHECK(has_values_of(scope, 1));
}

TEST_CASE("files of a checkpoint are those of save_persistables, and a text") {
    const support::scratch place("checkpoint_files");
    const auto program = support::small_program();
    quick_checkpoints one(place / "one");
    file_each_checkpoints each(place / "each");
    REQUIRE(one.save(program, checkpoint_scope(1)));
    REQUIRE(each.save(program, checkpoint_scope(1)));
    CHECK(support::names_in(place / "one") == std::vector<std::string>{"checkpoint-1/checkpoint.txt", "checkpoint-1/persistables"});
    CHECK(support::names_in(place / "each") == std::vector<std::string>{"checkpoint-1/acc/w", "checkpoint-1/b",
                                                                        "checkpoint-1/checkpoint.txt", "checkpoint-1/lr",
                                                                        "checkpoint-1/w"});
    Scope scope;
    REQUIRE(archive<>::load(program, scope, disk(place / "one/checkpoint-1/persistables")));
    CHECK(has_values_of(scope, 1));
    Scope other;
    REQUIRE(archive<layout::per_file>::load(program, other, disk(place / "each/checkpoint-1")));
    CHECK(has_values_of(other, 1));
}

TEST_CASE_TEMPLATE("the newest K stay", Store, quick_checkpoints, file_each_checkpoints) {
    const support::scratch place("checkpoint_rotation");
    auto program = support::small_program();
    Store store(place / "run");
    for (std::uint64_t step = 1; step <= 5; ++step) {
        const auto saved = store.save(program, checkpoint_scope(static_cast<float>(step)), {.step = step});
        REQUIRE(saved);
        CHECK(saved->number == step);
    }
    CHECK(*store.numbers() == sequence<std::uint64_t>{5, 4});
    for (const auto& name : support::names_in(place / "run"))
        CHECK((name.starts_with("checkpoint-5/") || name.starts_with("checkpoint-4/")));
    Scope scope;
    const auto older = store.load(4, program, scope);
    REQUIRE(older);
    CHECK(older->notes.step == 4);
    CHECK(has_values_of(scope, 4));
    CHECK(store.load(3, program, scope).error().code == errc::not_found);
    CHECK(has_values_of(scope, 4));
}

TEST_CASE("a checkpoint that is damaged, cut, or lacks a file is passed over for the one before") {
    const support::scratch place("checkpoint_damage");
    auto program = support::small_program();
    const auto restored = [&](auto hurt, errc code) {
        std::filesystem::remove_all(place / "run");
        quick_checkpoints store(place / "run");
        REQUIRE(store.save(program, checkpoint_scope(1), {.step = 1}));
        REQUIRE(store.save(program, checkpoint_scope(2), {.step = 2}));
        hurt(place / "run/checkpoint-2/");
        Scope scope;
        const auto resumed = store.resume(program, scope);
        REQUIRE(resumed);
        REQUIRE(resumed->has_value());
        CHECK((*resumed)->number == 1);
        CHECK(has_values_of(scope, 1));
        REQUIRE((*resumed)->passed_over.size() == 1);
        CHECK((*resumed)->passed_over[0].code == code);
        CHECK(std::string((*resumed)->passed_over[0].file.view()).find("checkpoint-2") != std::string::npos);
        const auto next = store.save(program, checkpoint_scope(3), {.step = 2});  // another number than that of the broken one
        REQUIRE(next);
        CHECK(next->number == 3);
    };
    const auto size = std::filesystem::file_size([&] {
        quick_checkpoints store(place / "one");
        REQUIRE(store.save(program, checkpoint_scope(1)));
        return place / "one/checkpoint-1/persistables";
    }());
    restored([&](const std::string& at) { flip_in(at + "persistables", size - 1); }, errc::bad_checksum);
    restored([&](const std::string& at) { std::filesystem::resize_file(at + "persistables", size / 2); }, errc::truncated);
    restored([&](const std::string& at) { std::filesystem::remove(at + "persistables"); }, errc::not_found);
    restored([&](const std::string& at) { std::filesystem::remove(at + "checkpoint.txt"); }, errc::not_found);
    restored([&](const std::string& at) { flip_in(at + "checkpoint.txt", 25); }, errc::bad_checksum);
    restored([&](const std::string& at) { std::filesystem::resize_file(at + "checkpoint.txt", 0); }, errc::truncated);
    restored([&](const std::string& at) { std::filesystem::resize_file(at + "checkpoint.txt", std::uintmax_t{1} << 21U); },
             errc::too_large);
    restored(
        [&](const std::string& at) {
            std::filesystem::remove(at + "persistables");
            std::filesystem::create_directories(at + "persistables");
        },
        errc::not_regular_file);
    restored(
        [&](const std::string& at) {
            std::filesystem::remove_all(at);
            std::filesystem::create_directories(at);
        },
        errc::not_found);
}

TEST_CASE("every byte of a checkpoint counts") {
    const support::scratch place("checkpoint_bytes");
    auto program = support::small_program();
    quick_checkpoints store(place / "run");
    REQUIRE(store.save(program, checkpoint_scope(1)));
    for (const auto* const name : {"persistables", "checkpoint.txt"}) {
        const auto path = place / ("run/checkpoint-1/" + std::string(name));
        const auto whole = support::read_file(path);
        for (std::size_t at = 0; at < whole.size(); ++at) {
            flip_in(path, at);
            Scope scope;
            CAPTURE(at);
            CHECK_FALSE(store.resume(program, scope));
            CHECK(scope.local_var_names().empty());
            support::write_file(path, whole);
        }
        Scope scope;
        CHECK(store.resume(program, scope));
    }
}

TEST_CASE("what does not fit the program is an error, and not passed over") {
    const support::scratch place("checkpoint_misfit");
    auto program = support::small_program();
    quick_checkpoints store(place / "run");
    REQUIRE(store.save(program, checkpoint_scope(1)));
    Program other;
    support::add_var(other, "w", {3, 3}, {.parameter = true});
    for (const auto* const name : {"b", "acc/w", "lr"}) support::add_var(other, name, {-1});
    Scope scope;
    const auto resumed = store.resume(other, scope);
    REQUIRE_FALSE(resumed);
    CHECK(resumed.error().code == errc::shape_mismatch);
    CHECK(scope.local_var_names().empty());
}

TEST_CASE("names that are no checkpoints are left alone, and numbers end somewhere") {
    const support::scratch place("checkpoint_names");
    auto program = support::small_program();
    for (const auto* const name :
         {"checkpoint-", "checkpoint-01", "checkpoint-x", "checkpoint-1000000000000000000", "checkpoint--1", "other"})
        support::write_file(place / "run/" + std::string(name), "mine");
    quick_checkpoints store(place / "run");
    CHECK(store.numbers()->empty());
    for (int i = 0; i < 4; ++i) REQUIRE(store.save(program, checkpoint_scope(1)));
    CHECK(support::read_file(place / "run/checkpoint-01") == "mine");
    std::filesystem::create_directories(place / "run/checkpoint-999999999999999999");
    const auto last = store.save(program, checkpoint_scope(1));
    REQUIRE_FALSE(last);
    CHECK(last.error().code == errc::overflow);
}

TEST_CASE("a second writer is refused as long as the first one is there") {
    const support::scratch place("checkpoint_locked");
    auto program = support::small_program();
    quick_checkpoints second(place / "run");
    {
        quick_checkpoints first(place / "run");
        REQUIRE(first.save(program, checkpoint_scope(1)));
        const auto refused = second.save(program, checkpoint_scope(2));
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == errc::locked);
        CHECK(refused.error().file == place / "run");
        CHECK(second.claim().error().code == errc::locked);
        Scope scope;
        CHECK(second.resume(program, scope));  // to read is allowed
        REQUIRE(first.save(program, checkpoint_scope(1)));
    }
    CHECK(second.save(program, checkpoint_scope(2)));
}

TEST_CASE("what cannot be saved leaves the checkpoints as they were") {
    const support::scratch place("checkpoint_refused");
    auto program = support::small_program();
    file_each_checkpoints store(place / "run");
    REQUIRE(store.save(program, checkpoint_scope(1)));
    const auto before = support::read_folder(place / "run");
    auto incomplete = checkpoint_scope(2);
    incomplete.erase("b");
    CHECK(store.save(program, incomplete).error().code == errc::not_initialized);
    CHECK(store.save(program, checkpoint_scope(2), {.notes = {{"k", "1"}, {"k", "2"}}}).error().code == errc::duplicate_name);
    CHECK(store.save(program, checkpoint_scope(2), {.notes = {{"k", std::string(1 << 20, 'x')}}}).error().code == errc::too_large);
    CHECK(store.save(Program(), Scope()).error().code == errc::nothing_to_save);
    Program clash;
    support::add_var(clash, "checkpoint.txt", {2});
    Scope values;
    values.var("checkpoint.txt") = support::counting({2}, 1);
    CHECK(store.save(clash, values).error().code == errc::bad_name);
    CHECK(support::read_folder(place / "run") == before);
    support::write_file(place / "file", "x");
    file_each_checkpoints nowhere(place / "file/run");
    CHECK(nowhere.save(program, checkpoint_scope(1)).error().code == errc::cannot_open);
}
