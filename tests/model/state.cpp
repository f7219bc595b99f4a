#include <doctest/doctest.h>
#include <support/scratch.hpp>
#include <wherry/model/state.hpp>

#include <string>
#include <vector>

// Outcomes are those of fluid 1.8.5; tests/oracle asks it.

using namespace wherry;

namespace {
std::string read_golden(std::string_view name) { return support::read_file(support::golden(name)); }

/// A scope that holds other values than `small_scope`.
Scope zeros() {
    auto scope = support::small_scope();
    for (const auto* const name : {"w", "b", "acc/w", "lr"})
        for (auto& element : scope.find_var(name)->elements<float>()) element = 0;
    return scope;
}
bool same(const Scope& a, const Scope& b) {
    for (const auto* const name : {"w", "b", "acc/w", "lr"})
        if (a.find_var(name) == nullptr || !(*a.find_var(name) == *b.find_var(name))) return false;
    return true;
}
}  // namespace

TEST_CASE("a program's state is saved as three files and comes back") {
    const support::scratch place("state");
    const auto program = support::small_program();
    const auto scope = support::small_scope();
    for (const int protocol : {2, 3, 4}) {
        CAPTURE(protocol);
        REQUIRE(save_state(program, scope, place / "deep/model", {.pickled = {.protocol = protocol}}));
        CHECK(support::names_in(place / "deep") == std::vector<std::string>{"model.pdmodel", "model.pdopt", "model.pdparams"});
        const auto model = Program::parse_from_string(support::read_file(place / "deep/model.pdmodel"));
        REQUIRE(model);
        CHECK(model->list_vars().size() == program.list_vars().size());
        for (const auto* const path : {"deep/model", "deep/model.pdparams", "deep/model.pdopt", "deep/model.pdmodel"}) {
            auto loaded = zeros();
            const auto report = load_state(program, loaded, place / path);
            REQUIRE(report);
            CHECK(report->tensor_count == 4);
            CHECK(report->warnings.empty());
            CHECK(same(loaded, scope));
        }
    }
    Scope empty;
    REQUIRE(load_state(program, empty, place / "deep/model"));
    CHECK(same(empty, scope));
}

TEST_CASE("state of fluid 1.8.5 is loaded into its program") {
    auto program = Program::parse_from_string(read_golden("fluid18/classifier_adam/main.pdmodel"));
    REQUIRE(program);
    for (const auto& var : program->list_vars())
        if (is_persistable(var) && var.name().starts_with("fc_") && var.name().find("_0_") == std::string::npos)
            var.set_parameter(parameter_traits{});
    Scope scope;
    const auto report = load_state(*program, scope, support::golden("fluid18/classifier_adam/fluid_save/model"));
    REQUIRE(report);
    Scope expected;
    REQUIRE(archive<>::load(*program, expected, disk(support::golden("fluid18/classifier_adam/persistables.bin"))));
    CHECK(report->tensor_count == expected.local_var_names().size());
    for (const auto name : expected.local_var_names()) {
        CAPTURE(name);
        REQUIRE(scope.find_var(name) != nullptr);
        CHECK(*scope.find_var(name) == *expected.find_var(name));
    }
}

TEST_CASE("the .pdmodel is the program as fluid 1.8.5 and Paddle 2.6.2 write it, byte for byte") {
    const support::scratch place("state");
    const auto saved = [&](const std::string& folder) {
        const auto program = Program::parse_from_string(read_golden(folder + "/main.pdmodel"));
        REQUIRE(program);
        Scope scope;
        REQUIRE(archive<>::load(*program, scope, disk(support::golden(folder + "/persistables.bin"))));
        REQUIRE(save_state(*program, scope, place / "m"));
        return support::read_file(place / "m.pdmodel");
    };
    CHECK((saved("fluid18/classifier_adam") == read_golden("fluid18/classifier_adam/fluid_save/model.pdmodel")));
    CHECK((saved("paddle26/classifier_sgd") == read_golden("paddle26/classifier_sgd/main.pdmodel")));
}

TEST_CASE("values that cannot be saved are refused before a file is written") {
    const support::scratch place("state");
    const auto program = support::small_program();
    auto scope = support::small_scope();
    CHECK(save_state(program, scope, "").error().code == errc::bad_name);
    CHECK(save_state(program, scope, place / "folder/").error().message.view().ends_with("received model_path is empty string."));
    CHECK(save_state(program, scope, place / "m", {.pickled = {.protocol = 1}}).error().code == errc::bad_argument);
    scope.erase("lr");
    const auto missing = save_state(program, scope, place / "m");
    CHECK(missing.error().code == errc::not_initialized);
    CHECK(missing.error().variable == "lr");
    CHECK(support::names_in(place.path()).empty());
}

TEST_CASE("a program without optimizer state writes an empty .pdopt and needs none") {
    const support::scratch place("state");
    Program program;
    support::add_var(program, "w", {2, 3}, {.parameter = true});
    const auto scope = support::small_scope();
    REQUIRE(save_state(program, scope, place / "m"));
    CHECK(support::read_file(place / "m.pdopt") == std::string("\x80\x02}q\0.", 6));
    support::fs::remove(place / "m.pdopt");
    auto loaded = zeros();
    REQUIRE(load_state(program, loaded, place / "m"));
    CHECK(*loaded.find_var("w") == *scope.find_var("w"));
}

TEST_CASE("an array that is not there, a .pdopt that is not there, a damaged file: the scope stays as it was") {
    const support::scratch place("state");
    const auto program = support::small_program();
    REQUIRE(save_state(program, support::small_scope(), place / "m"));
    auto scope = zeros();
    scope.erase("lr");
    const support::snapshot before(scope);
    const auto refused = [&](const load_state_options& options = {}) {
        const auto loaded = load_state(program, scope, place / "m", options);
        REQUIRE_FALSE(loaded);
        CHECK(before.unchanged(scope));
        return loaded.error();
    };
    const auto unmade = refused({.make_missing = false});
    CHECK(unmade.code == errc::not_initialized);
    CHECK(unmade.variable == "lr");

    const auto pdopt = support::read_file(place / "m.pdopt");
    support::write_file(place / "m.pdopt", pdopt.substr(0, pdopt.size() - 3));
    CHECK(refused().code == errc::truncated);
    CHECK(refused().file == place / "m.pdopt");
    support::write_file(place / "m.pdopt", std::string("\x80\x02}q\0.", 6));
    const auto lacking = refused();
    CHECK(lacking.code == errc::missing_record);
    CHECK(lacking.message == "Can not find [acc/w] in model file [" + (place / "m.pdopt") + "]");
    support::fs::remove(place / "m.pdopt");
    const auto gone = refused();
    CHECK(gone.code == errc::not_found);
    CHECK(gone.message == "Optimizer file [" + (place / "m.pdopt") + "] not exits");
    support::fs::remove(place / "m.pdparams");
    const auto nothing = refused();
    CHECK(nothing.code == errc::not_found);
    CHECK(nothing.file == place / "m.pdparams");
}

TEST_CASE("arrays of another shape or element type replace what a variable held, extra keys are ignored") {
    const support::scratch place("state");
    Program program;
    support::add_var(program, "w", {4, 2}, {.parameter = true});
    const auto other = Tensor::of<double>({3, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9});
    const std::vector<tensor_ref> arrays{other.ref("w"), other.ref("extra")};
    REQUIRE(archive<format::pickle<>>::save(arrays, disk(place / "m.pdparams")));
    auto scope = zeros();
    REQUIRE(load_state(program, scope, place / "m"));
    CHECK(*scope.find_var("w") == other);
    CHECK(scope.find_var("extra") == nullptr);
}

TEST_CASE("bits that came as uint16 are bfloat16 again where the program says so") {
    const support::scratch place("state");
    Program program;
    support::add_var(program, "w", {1}, {.parameter = true}).edit().type.lod_tensor->tensor.data_type = DType::BF16;
    Scope scope;
    scope.var("w") = Tensor::of<bfloat16>({1}, {bfloat16(1.5F)});
    REQUIRE(save_state(program, scope, place / "m"));
    Scope loaded;
    REQUIRE(load_state(program, loaded, place / "m"));
    CHECK(*loaded.find_var("w") == *scope.find_var("w"));
    loaded.find_var("w")->elements<bfloat16>()[0] = bfloat16(0.0F);
    REQUIRE(set_program_state(program, loaded, load_program_state(place / "m")->arrays));
    CHECK(*loaded.find_var("w") == *scope.find_var("w"));
}

TEST_CASE("files that save_persistables wrote are loaded where there is no .pdparams") {
    const support::scratch place("state");
    const auto program = support::small_program();
    const auto scope = support::small_scope();
    REQUIRE(archive<layout::per_file>::save(program, scope, disk(place / "each")));
    REQUIRE(archive<>::save(program, scope, disk(place / "one")));
    support::write_file(place / "each/left", "over");
    support::fs::remove(place / "each/lr");

    auto loaded = zeros();
    const auto report = load_state(program, loaded, place / "each");
    REQUIRE(report);
    CHECK(report->tensor_count == 3);
    CHECK(loaded.find_var("lr")->elements<float>()[0] == 0);
    REQUIRE(report->warnings.size() == 2);
    CHECK(report->warnings[0].message ==
          (place / "each") + ".pdparams not found, try to load model file saved with [ save_params, save_persistables, save_vars ]");
    CHECK(report->warnings[1].message == "variable file [ " + (place / "each/left") + " ] not used");

    CHECK(load_state(program, loaded, place / "each", {.make_missing = false}).error().code == errc::bad_argument);
    const auto unlisted = load_state(program, loaded, place / "one");
    CHECK(unlisted.error().message.view().starts_with("var_list is required"));
    std::vector<Variable> vars = select<filter::persistables>(program);
    loaded = zeros();
    REQUIRE(load_state(program, loaded, place / "one", {.var_list = vars}));
    CHECK(same(loaded, scope));
    Program other;
    vars.push_back(support::add_var(other, "stranger", {1}));
    CHECK(load_state(program, loaded, place / "one", {.var_list = vars}).error().code == errc::no_such_variable);
}

TEST_CASE("state without a program: from pickles, folders, one file, nothing") {
    const support::scratch place("state");
    const auto program = support::small_program();
    const auto scope = support::small_scope();
    REQUIRE(save_state(program, scope, place / "m"));
    const auto pickled = load_program_state(place / "m.pdopt");
    REQUIRE(pickled);
    CHECK(pickled->arrays.size() == 4);
    CHECK(*pickled->arrays.find("acc/w") == *scope.find_var("acc/w"));

    REQUIRE(archive<layout::per_file>::save(program, scope, disk(place / "each")));
    const auto folder = load_program_state(place / "each");
    REQUIRE(folder);
    CHECK(folder->arrays.size() == 4);
    CHECK(*folder->arrays.find("acc/w") == *scope.find_var("acc/w"));
    CHECK(folder->warnings.size() == 1);
    support::write_file(place / "each/broken", "x");
    CHECK(load_program_state(place / "each").error().variable == "broken");
    const auto lenient = load_program_state(place / "each", {.lenient = true});
    REQUIRE(lenient);
    CHECK(lenient->arrays.size() == 4);
    CHECK(lenient->warnings.size() == 2);

    REQUIRE(archive<>::save(program, scope, disk(place / "one")));
    CHECK(load_program_state(place / "one").error().message == "var_list can not be None when model_path is a file type");
    const auto one = load_program_state(place / "one", {.var_list = select<filter::persistables>(program)});
    REQUIRE(one);
    CHECK(*one->arrays.find("lr") == *scope.find_var("lr"));
    const auto nothing = load_program_state(place / "none");
    REQUIRE(nothing);
    CHECK(nothing->arrays.empty());
}

TEST_CASE("set_program_state compares shapes and element types and warns of what is left over") {
    const auto program = support::small_program();
    auto scope = support::small_scope();
    state_dict state;
    state.add("w", support::counting({2, 3}, 100));
    state.add("x", support::counting({1}, 0));
    state.add("y", support::counting({1}, 0));
    const auto set = set_program_state(program, scope, state);
    REQUIRE(set);
    CHECK(set->tensor_count == 1);
    CHECK(*scope.find_var("w") == *state.find("w"));
    CHECK(scope.find_var("b")->elements<float>()[0] == 10);
    REQUIRE(set->warnings.size() == 1);
    CHECK(set->warnings[0].message == "This list is not set, Because of Paramerter not found in program. There are: x y");

    const support::snapshot before(scope);
    state.set("lr", Tensor::of<float>({2}, {1, 2}));
    const auto shape = set_program_state(program, scope, state);
    REQUIRE_FALSE(shape);
    CHECK(shape.error().message ==
          "Parameter's shape does not match, the Program requires a parameter with the shape of ((1,)), while the loaded parameter "
          "(namely [ lr ]) has a shape of  ((2,)).");
    state.set("lr", Tensor::of<double>({1}, {1}));
    const auto dtype = set_program_state(program, scope, state);
    REQUIRE_FALSE(dtype);
    CHECK(dtype.error().message ==
          "Parameter's data type does not match, the Program requires a parameter with a dtype of (float32), while the loaded parameter "
          "(namely [ lr ]) has a dtype of  (float64).");
    CHECK(before.unchanged(scope));
    scope.erase("b");
    CHECK(set_program_state(program, scope, state).error().message == "Variable [ b ] Not found, Please make sure run startup program");
}
