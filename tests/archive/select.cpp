#include <doctest/doctest.h>
#include <support/scratch.hpp>
#include <wherry/archive/select.hpp>

#include <string>
#include <vector>

using namespace wherry;

TEST_CASE("a selection walks all blocks in order") {
    const auto program = support::small_program();
    const auto chosen = select(program, filter::parameters{});
    REQUIRE(chosen.size() == 2);
    CHECK(chosen[0].name() == "w");
    CHECK(select<filter::all>(program).size() == 7);
}

TEST_CASE("RAW is skipped, a name counts once, other kinds have no place") {
    const auto program = support::small_program();
    const auto& block = program.global_block();
    const std::vector<Variable> list{block.find_var("w"), block.find_var("raw"), block.find_var("b"), block.find_var("w")};
    const auto kept = tensors_among(list);
    REQUIRE(kept);
    REQUIRE(kept->size() == 2);
    CHECK((*kept)[0].name() == "w");
    CHECK((*kept)[1].name() == "b");

    CHECK(tensors_among(std::span(list).subspan(1, 1)).error().code == errc::nothing_to_save);
    CHECK(tensors_among({}).error().code == errc::nothing_to_save);
    CHECK(tensors_among(std::vector{Variable()}).error().code == errc::bad_argument);
    const auto mixed = tensors_among(std::vector{block.find_var("w"), block.find_var("feed")});
    CHECK(mixed.error().code == errc::mixed_kinds);
    CHECK(mixed.error().variable == "feed");
}

TEST_CASE("a variable without a value is named") {
    const auto program = support::small_program();
    auto scope = support::small_scope();
    scope.erase("b");
    const std::vector<Variable> list{program.global_block().find_var("w"), program.global_block().find_var("b")};
    auto refs = refs_of(list, scope);
    CHECK(refs.error().code == errc::not_initialized);
    CHECK(refs.error().variable == "b");
    scope.var("b");
    CHECK(refs_of(list, scope).error().code == errc::not_initialized);
}

TEST_CASE("rows and arrays of tensors are refused with what to do instead") {
    auto program = support::small_program();
    const auto refused = [&](VarKind kind) {
        const auto var = support::add_var(program, "v" + std::to_string(static_cast<int>(kind)), {}, {.kind = kind});
        const auto found = tensors_among(std::vector{var});
        REQUIRE_FALSE(found);
        CHECK(found.error().code == errc::mixed_kinds);
        CHECK(found.error().expected == "LOD_TENSOR");
        return std::string(found.error().found.view()) + ": " + std::string(found.error().message.view());
    };
    CHECK(refused(VarKind::LOD_TENSOR_ARRAY) == "LOD_TENSOR_ARRAY: a tensor array has no form in a file: save its tensors one by one");
    CHECK(refused(VarKind::SELECTED_ROWS) ==
          "SELECTED_ROWS: SelectedRows have a file of their own: save and load one file per variable, or use save_selected_rows");
    CHECK(refused(VarKind::STEP_SCOPES) == "STEP_SCOPES: only LoDTensor variables have a place in these files");
}
