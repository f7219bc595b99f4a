#include <doctest/doctest.h>
#include <support/scratch.hpp>
#include <wherry/archive/archive.hpp>
#include <wherry/archive/load_matching.hpp>
#include <wherry/archive/weights.hpp>
#include <wherry/policy/disk.hpp>
#include <wherry/tensor/renamed.hpp>
#include <wherry/tensor/state_dict.hpp>

#include <string>
#include <vector>

using namespace wherry;

namespace {
state_dict arrays_of(const Scope& scope) {
    state_dict arrays;
    for (const auto name : scope.local_var_names()) arrays.add(std::string(name), *scope.find_var(name));
    return arrays;
}
}  // namespace

TEST_CASE("arrays that fit are loaded; variables without one, of another shape or element type are named and stay") {
    const auto program = support::small_program();
    auto scope = support::small_scope();
    auto arrays = arrays_of(scope);
    arrays.set("w", support::counting({2, 3}, 100));
    arrays.set("b", support::counting({4}, 100));
    arrays.set("lr", Tensor::of<double>({1}, {0.5}));
    arrays.add("other", support::counting({1}, 0));
    auto refs = arrays.refs();
    erase_if(refs, [](const tensor_ref& one) { return one.name == "acc/w"; });

    const auto report = load_matching(program, scope, refs);
    REQUIRE(report);
    CHECK(report->tensor_count == 1);
    CHECK(*scope.find_var("w") == support::counting({2, 3}, 100));
    CHECK(*scope.find_var("b") == support::counting({3}, 10));
    CHECK(*scope.find_var("acc/w") == support::counting({2, 3}, 20));
    CHECK(*scope.find_var("lr") == support::counting({1}, 30));
    CHECK(report->unused == std::vector<std::string>{"other"});
    REQUIRE(report->skipped.size() == 3);
    CHECK(report->skipped[0].code == errc::shape_mismatch);
    CHECK(report->skipped[0].variable == "b");
    CHECK(report->skipped[0].expected == to_string(Shape{3}));
    CHECK(report->skipped[0].found == to_string(Shape{4}));
    CHECK(report->skipped[1].code == errc::missing_record);
    CHECK(report->skipped[1].variable == "acc/w");
    CHECK(report->skipped[2].code == errc::dtype_mismatch);
    CHECK(report->skipped[2].found == "float64");

    const auto asked = load_matching(program, scope, refs, {.convert = true});
    REQUIRE(asked);
    CHECK(asked->skipped.size() == 2);
    CHECK(scope.find_var("lr")->dtype() == DType::FP32);
    CHECK(scope.find_var("lr")->elements<float>()[0] == 0.5F);
}

TEST_CASE("an empty scope takes the program's shapes, a filter and other names choose") {
    const auto program = support::small_program();
    const auto arrays = arrays_of(support::small_scope());
    Scope scope;
    const renamed prefixed(arrays.refs(), add_prefix{"teacher/"});
    const auto none = load_matching(program, scope, prefixed);
    REQUIRE(none);
    CHECK(none->tensor_count == 0);
    CHECK(none->unused.size() == 4);
    CHECK(scope.local_var_names().empty());
    const auto parameters = load_matching(program, scope, renamed(prefixed, drop_prefix{"teacher/"}), {}, filter::parameters{});
    REQUIRE(parameters);
    CHECK(parameters->tensor_count == 2);
    CHECK(parameters->skipped.empty());
    CHECK(*scope.find_var("w") == *arrays.find("w"));
    CHECK(scope.find_var("lr") == nullptr);

    Program wider;
    support::add_var(wider, "w", {2, 4}, {.parameter = true});
    support::add_var(wider, "b", {-1});
    Scope empty;
    const auto report = load_matching(wider, empty, arrays.refs());
    REQUIRE(report);
    CHECK(report->tensor_count == 1);
    CHECK(report->skipped[0].variable == "w");
    CHECK(empty.find_var("w") == nullptr);
}

TEST_CASE("files of every form are loaded leniently through weights") {
    const support::scratch place("matching");
    const auto program = support::small_program();
    REQUIRE(archive<layout::per_file>::save(program, support::small_scope(), disk(place / "each")));
    support::fs::remove(place / "each/b");
    const auto files = weights(place / "each");
    REQUIRE(files);
    Scope scope;
    const auto report = load_matching(program, scope, files->refs());
    REQUIRE(report);
    CHECK(report->tensor_count == 3);
    REQUIRE(report->skipped.size() == 1);
    CHECK(report->skipped[0].variable == "b");
}

TEST_CASE("two arrays of one name are refused, and nothing changes") {
    const auto program = support::small_program();
    auto scope = support::small_scope();
    const support::snapshot before(scope);
    const auto twice = support::counting({2, 3}, 7);
    const std::vector<tensor_ref> refs{twice.ref("w"), twice.ref("w")};
    const auto refused = load_matching(program, scope, refs);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == errc::duplicate_name);
    CHECK(before.unchanged(scope));
    auto cut = twice.ref("w");
    cut.bytes = cut.bytes.first(20);
    const auto report = load_matching(program, scope, std::span(&cut, 1));
    REQUIRE(report);
    CHECK(report->skipped[0].code == errc::bad_desc);
    CHECK(before.unchanged(scope));
}
