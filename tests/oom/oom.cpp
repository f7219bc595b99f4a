#include <wherry/archive/archive.hpp>
#include <wherry/archive/load_matching.hpp>
#include <wherry/archive/weights.hpp>
#include <wherry/exec/executor.hpp>
#include <wherry/exec/op/all.hpp>
#include <wherry/format/npy.hpp>
#include <wherry/format/pickle.hpp>
#include <wherry/format/text_file.hpp>
#include <wherry/model/inference_files.hpp>
#include <wherry/model/inference_model.hpp>
#include <wherry/model/state.hpp>
#include <wherry/policy/disk.hpp>
#include <wherry/policy/mapped.hpp>
#include <wherry/policy/memory.hpp>
#include <wherry/program/program.hpp>
#include <wherry/tensor/scope.hpp>
#include <wherry/wire/boxed.hpp>
#include <wherry/wire/framework.hpp>

#include <doctest/doctest.h>

#include <support/failing_new.hpp>
#include <support/scratch.hpp>
#include <support/training_case.hpp>

#include <filesystem>
#include <new>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace wherry;

namespace {

/// Everything that a caller can see of a scope.
std::string seen_of(const Scope& scope) {
    std::string seen;
    for (const auto name : scope.local_var_names()) {
        const auto& tensor = *scope.find_var(name);
        seen.append(name).append(tensor.is_initialized() ? to_string(tensor.dims()) : "none");
        if (tensor.is_initialized()) seen.append(as_chars(tensor.bytes()));
        for (const auto& level : tensor.lod())
            for (const auto at : level) seen.append(std::to_string(at)).append(",");
        seen += scope.find_rows(name) != nullptr ? "rows;" : ";";
    }
    return seen;
}

/// A program of some variables, whose values differ: large ones, small ones, one with LoD, one without elements.
Program some_program() {
    Program program;
    support::add_var(program, "large", {100, 100}, {.parameter = true});
    support::add_var(program, "another", {3, 5000}, {.parameter = true});
    support::add_var(program, "few", {3}, {.parameter = true});
    support::add_var(program, "empty", {0, 4}, {.parameter = true});
    support::add_var(program, "lod", {4, 2}, {.parameter = true});
    return program;
}
Scope some_values(float first) {
    Scope scope;
    const auto set = [&](std::string_view name, const Shape& dims) {
        auto& tensor = scope.var(name);
        tensor.resize(DType::FP32, dims);
        for (auto& x : tensor.elements<float>()) x = first++;
    };
    set("large", {100, 100});
    set("another", {3, 5000});
    set("few", {3});
    set("empty", {0, 4});
    set("lod", {4, 2});
    scope.var("lod").set_lod({{0, 1, 4}});
    return scope;
}
/// Some of the names, smaller than what comes, and a name that is nobody's.
Scope half_a_scope() {
    Scope scope;
    scope.var("few") = Tensor::of<float>({1}, {7});
    scope.var("mine") = Tensor::of<float>({2}, {8, 9});
    return scope;
}

struct loading {
    Scope scope = half_a_scope();
    std::string before = seen_of(scope);
};

/// Each allocation of `act` fails once, or all from there on: out_of_memory, and the scope is as it was, or `is_whole`.
template <class Prepare, class Act, class Whole>
void check_all_or_nothing(Prepare prepare, Act act, Whole is_whole, long long in_a_row = 1) {
    const auto tried = support::each_failure(
        prepare, act,
        [&](auto& on, auto& done, bool failed) {
            if (done) {
                CHECK(is_whole(on.scope));
                return;
            }
            CHECK(failed);
            CHECK(done.error().code == errc::out_of_memory);
            CHECK(seen_of(on.scope) == on.before);
        },
        in_a_row);
    CHECK(tried.calls >= 1);
    CHECK(tried.leaked == 0);
}
/// A source of its own, since one that was used keeps what it knows of its folder.
template <class Source>
struct loading_from : loading {
    explicit loading_from(Source from) : source(std::move(from)) {}
    Source source;
};

template <class MakeSource, class Load>
void check_load(std::string_view what, MakeSource make_source, Load load) {
    INFO(std::string(what));
    const auto whole = seen_of(some_values(1));
    for (const long long in_a_row : {1LL, 1'000'000LL})
        check_all_or_nothing([&] { return loading_from(make_source()); }, [&](auto& on) { return load(on.scope, on.source); },
                             [&](Scope& loaded) {
                                 loaded.erase("mine");
                                 return seen_of(loaded) == whole;
                             },
                             in_a_row);
}
/// Each allocation of a save fails once: out_of_memory, or the bytes are right.
template <class MakeSink, class Save, class Right>
void check_save(std::string_view what, MakeSink make_sink, Save save, Right right) {
    INFO(std::string(what));
    const auto tried = support::each_failure(make_sink, save, [&](auto&, auto& saved, bool failed) {
        if (saved) {
            CHECK(right(saved));
            return;
        }
        CHECK(failed);
        CHECK(saved.error().code == errc::out_of_memory);
    });
    CHECK(tried.leaked == 0);
}

}  // namespace

TEST_CASE("a load whose memory is out says so and leaves the scope as it was, whichever allocation fails") {
    const auto program = some_program();
    const auto values = some_values(1);
    const support::scratch folder("oom");
    const std::string file = folder / "all";
    const std::string each = folder / "each";
    REQUIRE(archive<>::save(program, values, disk{file}));
    REQUIRE(archive<layout::per_file>::save(program, values, disk{each}));
    using marked = archive<annotate<align<64>, checksum, names>>;
    REQUIRE(marked::save(program, values, disk{folder / "marked"}));
    const auto bytes = archive<>::save(program, values, memory{});
    REQUIRE(bytes);

    const std::string annotated = folder / "marked";
    const auto plain = [&](Scope& into, auto& from) { return archive<>::load(program, into, from); };
    const auto verified = [&](Scope& into, auto& from) { return marked::load(program, into, from); };
    check_load(
        "a file", [&] { return disk{file}; }, plain);
    check_load(
        "bytes", [&] { return memory{*bytes}; }, plain);
    check_load(
        "a file per variable", [&] { return disk{each}; },
        [&](Scope& into, auto& from) { return archive<layout::per_file>::load(program, into, from); });
    check_load(
        "a mapped file", [&] { return mapped{annotated}; }, verified);
    check_load(
        "annotated", [&] { return disk{annotated}; }, verified);
}

TEST_CASE("so does a load of arrays that are decoded") {
    Program program;
    support::add_var(program, "large", {100, 100}, {.parameter = true});
    auto values = some_values(1);
    for (const auto* name : {"another", "few", "empty", "lod"}) values.erase(name);
    const support::scratch folder("oom_decoded");
    const auto whole = seen_of(values);
    const auto check = [&](auto archive_of, const std::string& path) {
        using form = decltype(archive_of);
        REQUIRE(form::save(program, values, disk{path}));
        check_all_or_nothing([&] { return loading_from(disk{path}); }, [&](auto& on) { return form::load(program, on.scope, on.source); },
                             [&](Scope& loaded) {
                                 loaded.erase("mine");
                                 loaded.erase("few");
                                 return seen_of(loaded) == whole;
                             });
    };
    check(archive<format::pickle<>>{}, folder / "x.pdparams");
    check(archive<format::npy, layout::per_file>{}, folder / "npy");
    check(archive<format::text, layout::per_file>{}, folder / "text");
}

TEST_CASE("a save whose memory is out says so, whichever allocation fails") {
    const auto program = some_program();
    const auto values = some_values(1);
    const support::scratch folder("oom_save");
    const auto bytes = archive<>::save(program, values, memory{});
    REQUIRE(bytes);
    const std::string path = folder / "all";
    check_save(
        "bytes", [] { return memory{}; }, [&](memory& into) { return archive<>::save(program, values, into); },
        [&](auto& saved) { return *saved == *bytes; });
    check_save(
        "a file", [&] { return disk{path}; }, [&](disk& into) { return archive<>::save(program, values, into); },
        [&](auto&) { return support::read_file(path) == *bytes; });
    check_save(
        "a pickle", [&] { return disk{folder / "pickled"}; },
        [&](disk& into) { return archive<format::pickle<>>::save(program, values, into); }, [&](auto&) { return true; });
}

TEST_CASE("a program whose memory is out is not parsed, whichever allocation fails") {
    const auto bytes = support::read_file(support::golden("paddle26/classifier_adam/main.pdmodel"));
    const auto tried = support::each_failure([] { return 0; }, [&](int) { return Program::parse_from_string(bytes); },
                                             [&](int, auto& parsed, bool failed) {
                                                 if (parsed) {
                                                     CHECK(parsed->serialize_to_string() == bytes);
                                                     return;
                                                 }
                                                 CHECK(failed);
                                                 CHECK(parsed.error().code == errc::out_of_memory);
                                             });
    CHECK(tried.calls >= 1);
    CHECK(tried.leaked == 0);
}

TEST_CASE("a step of training whose memory is out has changed nothing, or all") {
    const auto name = std::string("paddle26/classifier_adam");
    auto program = Program::parse_from_string(support::read_file(support::golden(name + "/main.pdmodel")));
    REQUIRE(program);
    const auto feed = support::load_folder(support::golden(name + "/feed"), true);
    std::vector<tensor_ref> fed;
    for (const auto& [var, tensor] : feed) fed.push_back(tensor.ref(var));
    const auto start = support::load_folder(support::golden(name + "/start"), false);
    struct training {
        Scope scope;
        Executor exe{op::all{}};
        std::string before;
    };
    const auto prepare = [&] {
        training made;
        for (const auto& [var, tensor] : start) made.scope.var(var) = tensor;
        made.before = seen_of(made.scope);
        return made;
    };
    auto trained = prepare();
    const std::vector<std::string> fetches{"mean_0.tmp_0"};
    REQUIRE(trained.exe.run(*program, trained.scope, fed, fetches));
    const auto whole = seen_of(trained.scope);
    check_all_or_nothing(
        prepare, [&](training& on) { return on.exe.run(*program, on.scope, fed, fetches); },
        [&](Scope& now) { return seen_of(now) == whole; });
}

TEST_CASE("a run that makes persistables makes all of them or none") {
    Program program;
    for (const auto* name : {"a", "b", "c"}) {
        support::add_var(program, name, {50, 50});
        wire::OpDesc<> desc;
        desc.type = "fill_constant";
        auto& out = desc.outputs.emplace_back();
        out.parameter = "Out";
        out.arguments = {name};
        desc.attrs = {make_attr("shape", sequence<std::int64_t>{50, 50}), make_attr("dtype", std::int32_t{5}), make_attr("value", 1.5F)};
        program.global_block().append_op(std::move(desc));
    }
    struct running {
        Scope scope = half_a_scope();
        std::string before = seen_of(scope);
        Executor exe{op::all{}};
    };
    const std::vector<std::string> fetches{"b"};
    check_all_or_nothing([] { return running(); }, [&](running& on) { return on.exe.run(program, on.scope, {}, fetches); },
                         [](Scope& made) { return made.find_var("c")->elements<float>()[2499] == 1.5F; });
}

TEST_CASE("load_matching and set_program_state set all that fits or nothing") {
    const auto program = some_program();
    const auto values = some_values(1);
    std::vector<tensor_ref> arrays;
    for (const auto name : values.local_var_names()) arrays.push_back(values.find_var(name)->ref(name));
    struct matching {
        Scope scope;
        std::string before = seen_of(scope);
    };
    check_all_or_nothing([] { return matching(); }, [&](matching& into) { return load_matching(program, into.scope, arrays); },
                         [&](Scope& set) { return seen_of(set) == seen_of(values); });
}

TEST_CASE("saving and loading of states, and saving a model, say so, too") {
    const auto program = some_program();
    auto values = some_values(1);
    values.var("lod").set_lod({});  // which a pickle does not hold
    const auto whole = seen_of(values);
    const support::scratch folder("oom_state");
    const std::string prefix = folder / "s";
    const auto each = [&](auto prepare, auto act, auto after) {
        const auto tried = support::each_failure(prepare, act, [&](auto& on, auto& outcome, bool failed) {
            if (!outcome) {
                CHECK(failed);
                CHECK(outcome.error().code == errc::out_of_memory);
            }
            after(on, bool(outcome));
        });
        CHECK(tried.calls >= 1);
        CHECK(tried.leaked == 0);
    };
    const auto loaded = [&](loading& on, bool all) {
        if (!all) {
            CHECK(seen_of(on.scope) == on.before);
            return;
        }
        on.scope.erase("mine");
        CHECK(seen_of(on.scope) == whole);
    };
    REQUIRE(save_state(program, values, prefix));
    each([] { return 0; }, [&](int) { return save_state(program, values, prefix); },
         [&](int, bool) {
             loading on;
             loaded(on, bool(load_state(program, on.scope, prefix)));
         });
    each([] { return loading(); }, [&](loading& on) { return load_state(program, on.scope, prefix); }, loaded);
    each([] { return 0; }, [&](int) { return load_program_state(prefix); }, [](int, bool) {});
    const auto state = load_program_state(prefix);
    REQUIRE(state);
    const auto prepared = [] {
        loading on;
        on.scope = some_values(7);
        on.before = seen_of(on.scope);
        return on;
    };
    each(
        prepared, [&](loading& on) { return set_program_state(program, on.scope, state->arrays); }, loaded);

    const inference_files files{.dirname = folder / "model", .params_filename = "params"};
    const std::vector<std::string> feeds{};
    const auto before = program.serialize_to_string();
    struct exporting {
        Program program = some_program();
        UniqueNameGenerator names;
        std::vector<Variable> targets{program.global_block().find_var("few")};
    };
    each([] { return exporting(); },
         [&](exporting& on) { return save_inference_model(files, feeds, on.targets, on.program, values, on.names); },
         [&](exporting& on, bool saved) {
             if (!saved) CHECK(on.program.serialize_to_string() == before);
         });
}

TEST_CASE("a save of one file per variable whose memory is out says so and leaves no temporary, whichever allocation fails") {
    const auto program = some_program();
    const auto values = some_values(1);
    const support::scratch folder("oom_set");
    const std::string each = folder / "each";
    const auto whole = seen_of(values);
    check_save(
        "one file per variable", [&] { return disk{each}; },
        [&](disk& into) { return archive<layout::per_file>::save(program, values, into); },
        [&](auto&) {
            Scope back;
            REQUIRE(archive<layout::per_file>::load(program, back, disk{each}));
            return seen_of(back) == whole;
        });
    for (const std::string& path : {std::string(folder / ""), each})
        for (const auto& entry : std::filesystem::directory_iterator(path)) CHECK_FALSE(entry.path().filename().string().ends_with(".tmp"));
}

#ifdef __cpp_exceptions
TEST_CASE("a struct of lists and messages is assigned, or throws what its lists throw") {
    struct held {
        sequence<std::string> names;
        wire::boxed<wire::Version<>> version;
        result<sequence<int>> answer = sequence<int>();
    };
    for (int kind = 0; kind < 3; ++kind) {
        held from;
        if (kind == 0) from.names.emplace_back("a name");
        if (kind == 1) from.version.emplace().version = 1;
        if (kind == 2) from.answer->push_back(1);
        held to;
        support::calls_until = 0;
        support::failing_calls = 1;
        bool threw = false;
        try {
            to = from;
        } catch (const std::bad_alloc&) { threw = true; }
        support::calls_until = -1;
        CHECK(threw);
    }
}
#endif

TEST_CASE("an error is a value when nothing is left to allocate, and eight at a time") {
    const result<int> plenty = error{.code = errc::bad_npy, .message = "one"};
    support::calls_until = 0;
    support::failing_calls = 1'000'000;
    result<int> first = error{.code = errc::bad_npy};
    result<int> second = out_of_memory(7);
    result<int> third = plenty.failure();
    support::calls_until = -1;
    CHECK(first.error().code == errc::bad_npy);
    CHECK(second.error().code == errc::out_of_memory);
    CHECK(third.error().code == errc::bad_npy);
    first = 1;
    second = 2;
    third = 3;
    for (int round = 0; round < 20; ++round) {  // places are given back
        support::calls_until = 0;
        support::failing_calls = 1'000'000;
        result<int> again = error{.code = errc::closed};
        support::calls_until = -1;
        CHECK(again.error().code == errc::closed);
    }
}
