#include <doctest/doctest.h>
#include <support/scratch.hpp>

#include <wherry/model/async_checkpoint.hpp>

#include <string>

using namespace wherry;

namespace {
using background_store = checkpoint_store<archive<layout::per_file, annotate<checksum>>, keep<2>>;

/// A large parameter, and rows of an embedding.
Program background_program() {
    Program program;
    support::add_var(program, "w", {300, 1000}, {.parameter = true});
    support::add_var(program, "rows", {}, {.kind = VarKind::SELECTED_ROWS});
    return program;
}
void fill_background(Scope& scope, float value) {
    auto& w = scope.var("w");
    w.resize(DType::FP32, {300, 1000});
    for (auto& x : w.elements<float>()) x = value;
    scope.rows("rows") = SelectedRows{{1, 4}, 9, Tensor::of<float>({2, 1}, {value, value})};
}
bool is_background(const Scope& scope, float value) {
    const auto* const w = scope.find_var("w");
    const auto* const rows = scope.find_rows("rows");
    if (w == nullptr || rows == nullptr || rows->rows != sequence<std::int64_t>{1, 4} || rows->height != 9) return false;
    for (const float x : w->elements<float>())
        if (x != value) return false;
    return rows->value.elements<float>()[1] == value;
}
}  // namespace

TEST_CASE("a checkpoint in the background is of the moment it was asked for") {
    const support::scratch place("background");
    auto program = background_program();
    background_store store(place / "run");
    async_checkpoints saver(store);
    const auto nothing = saver.wait();
    REQUIRE(nothing);
    CHECK_FALSE(nothing->has_value());
    Scope scope;
    for (int step = 1; step <= 6; ++step) {
        fill_background(scope, static_cast<float>(step));
        REQUIRE(saver.save(program, scope, {.step = static_cast<std::uint64_t>(step)}));
        fill_background(scope, -1);  // training goes on
    }
    const auto last = saver.wait();
    REQUIRE(last);
    REQUIRE(last->has_value());
    CHECK((*last)->number == 6);
    const auto numbers = store.numbers();
    REQUIRE(numbers);
    CHECK(*numbers == sequence<std::uint64_t>{6, 5});
    for (const auto number : *numbers) {
        Scope loaded;
        const auto one = store.load(number, program, loaded);
        INFO((one ? std::string() : to_string(one.error())));
        REQUIRE(one);
        CHECK(one->notes.step == number);
        CHECK(is_background(loaded, static_cast<float>(number)));
    }
}

TEST_CASE("an error of a save in the background is told once, by the next call") {
    const support::scratch place("background_error");
    const auto program = background_program();
    Scope scope;
    fill_background(scope, 1);
    background_store other(place / "run");
    REQUIRE(other.claim());
    background_store store(place / "run");
    async_checkpoints saver(store);
    REQUIRE(saver.save(program, scope));
    const auto next = saver.save(program, scope);
    REQUIRE_FALSE(next);
    CHECK(next.error().code == errc::locked);
    const auto again = saver.wait();  // it was told, and nothing was begun
    REQUIRE(again);
    CHECK_FALSE(again->has_value());
    REQUIRE(saver.save(program, scope));
    CHECK(saver.wait().error().code == errc::locked);
    CHECK(saver.save(program, Scope()).error().code == errc::not_initialized);
}

TEST_CASE("a saver that goes waits for its save") {
    const support::scratch place("background_end");
    auto program = background_program();
    background_store store(place / "run");
    {
        Scope scope;
        fill_background(scope, 3);
        async_checkpoints saver(store);
        REQUIRE(saver.save(program, scope));
    }
    Scope loaded;
    REQUIRE(store.load(1, program, loaded));
    CHECK(is_background(loaded, 3));
}
