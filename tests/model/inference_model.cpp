#include <doctest/doctest.h>

#include <support/case_json.hpp>
#include <support/program_text.hpp>
#include <support/scratch.hpp>

#include <wherry/model/inference_files.hpp>
#include <wherry/policy/memory.hpp>

#include <string>
#include <vector>

using namespace wherry;
using name_list = std::vector<std::string>;

namespace {
/// x -> mul w -> h -> relu -> y, and an accumulator that inference does not need.
struct model {
    Program program = support::small_program();
    Scope scope = support::small_scope();
    UniqueNameGenerator unique;

    model() {
        for (const auto* name : {"x", "h", "y"}) support::add_var(program, name, {-1, 3}, {.persistable = false});
        add_op("mul", {{"X", {"x"}}, {"Y", {"w"}}}, "h");
        add_op("relu", {{"X", {"h"}}}, "y");
    }
    void add_op(const char* type, std::vector<std::pair<const char*, name_list>> in, const char* out) {
        wire::OpDesc<> op;
        op.type = type;
        for (auto& [slot, args] : in) op.inputs.push_back({slot, args, {}});
        op.outputs.push_back({"Out", {out}, {}});
        program.global_block().append_op(std::move(op));
    }
    [[nodiscard]] Variable var(std::string_view name) const { return program.global_block().find_var(name); }
    result<saved_model> save(const inference_files& files, const name_list& feeds = {"x"}, const name_list& targets = {"y"},
                             const save_model_options& options = {}) {
        std::vector<Variable> vars;
        for (const auto& target : targets) vars.push_back(var(target));
        return save_inference_model(files, feeds, vars, program, scope, unique, options);
    }
    [[nodiscard]] inference_program made() {
        const std::vector<Variable> targets{var("y")};
        const auto scaled = append_target_scales(program, unique, targets);
        return *make_inference_program(program, name_list{"x"}, name_list{scaled->front().name()});
    }
};
std::size_t op_count(const Program& program) { return program.global_block().ops().size(); }

void check_loaded(const result<loaded_inference_model>& loaded, const Scope& scope) {
    if (!loaded) FAIL(to_string(loaded.error()));
    CHECK(loaded->feed_names == name_list{"x"});
    REQUIRE(loaded->fetch_targets.size() == 1);
    CHECK(loaded->fetch_targets[0].name() == "save_infer_model/scale_0.tmp_0");
    CHECK(loaded->report.tensor_count == 1);
    REQUIRE(scope.find_var("w") != nullptr);
    CHECK(*scope.find_var("w") == support::counting({2, 3}, 1));
    CHECK(scope.find_var("acc/w") == nullptr);
}
}  // namespace

TEST_CASE("a model is saved with its persistables alone, as one file per variable or as one") {
    const support::scratch folder("model");
    model m;
    const auto saved = m.save({.dirname = folder / "each"});
    if (!saved) FAIL(to_string(saved.error()));
    CHECK(saved->fetch_names == name_list{"save_infer_model/scale_0.tmp_0"});
    CHECK(saved->warnings.empty());
    CHECK(support::names_in(folder / "each") == name_list{"__model__", "w"});
    Scope each;
    check_loaded(load_inference_model({.dirname = folder / "each"}, each), each);

    model n;
    const inference_files one{.dirname = folder / "one", .model_filename = "a/b/model", .params_filename = "c/params"};
    REQUIRE(n.save(one));
    CHECK(support::names_in(folder / "one") == name_list{"model", "params"});
    Scope scope;
    check_loaded(load_inference_model(one, scope), scope);
    CHECK(support::read_file(folder / "one/params") == support::read_file(folder / "each/w"));
}

TEST_CASE("by policies a model goes to any pair of sinks: memory gives both as bytes") {
    model m;
    const auto made = m.made();
    const auto bytes = inference_model<>::save(made, m.scope, memory{}, memory{});
    REQUIRE(bytes);
    REQUIRE(bytes->params);
    CHECK(bytes->program == made.program.serialize_to_string());
    Scope scope;
    check_loaded(inference_model<>::load(scope, memory{bytes->program}, memory{*bytes->params}), scope);

    support::map_store store;
    memory program_sink;
    const auto mixed = inference_model<layout::per_file, durable>::save(made, m.scope, program_sink, store);
    REQUIRE(mixed);
    CHECK(*mixed->params == 1);
    CHECK(store.files.contains("w"));
    Scope again;
    check_loaded(inference_model<layout::per_file>::load(again, memory{mixed->program}, store), again);
}

TEST_CASE("the program grows by a scale per target with every save, and by none with a save that fails") {
    const support::scratch folder("grows");
    model m;
    const auto before = op_count(m.program);
    const auto vars_before = m.program.global_block().vars().size();
    REQUIRE(m.save({.dirname = folder.path()}, {"x"}, {"y", "h"}));
    CHECK(op_count(m.program) == before + 2);
    const auto again = m.save({.dirname = folder.path()});
    REQUIRE(again);
    CHECK(again->fetch_names == name_list{"save_infer_model/scale_0.tmp_1"});
    CHECK(op_count(m.program) == before + 3);
    CHECK_FALSE(m.save({.dirname = folder.path()}, {"b"}));
    CHECK(op_count(m.program) == before + 3);
    CHECK(m.program.global_block().vars().size() == vars_before + 3);
}

TEST_CASE("targets and feeds that the program cannot serve are named, and nothing is written") {
    struct row {
        name_list feeds;
        name_list targets;
        errc code;
        const char* variable;
        const char* message;
    };
    const support::scratch folder("refused");
    for (const auto& r : {
             row{{"x"}, {}, errc::bad_argument, "", "'target_vars' should be a list of Variable."},
             row{{"zz"}, {"y"}, errc::no_such_variable, "zz", "var zz not in this block"},
             row{{"lr"}, {"y"}, errc::no_such_variable, "lr", "var lr not in this block"},
             row{{"x"}, {"nope"}, errc::no_such_variable, "", "a target is not a variable of the program's root block"},
         }) {
        model m;
        CAPTURE(r.message);
        const auto ops = op_count(m.program);
        const auto saved = m.save({.dirname = folder / "m"}, r.feeds, r.targets);
        REQUIRE_FALSE(saved);
        CHECK(saved.error().code == r.code);
        CHECK(saved.error().variable == r.variable);
        CHECK(saved.error().message == r.message);
        CHECK(op_count(m.program) == ops);
        CHECK_FALSE(support::fs::exists(folder / "m"));
    }
}

TEST_CASE("a bool target is an error in 1.8 and stays as it is in 2.x") {
    model m;
    m.var("y").edit().type.lod_tensor->tensor.data_type = DType::BOOL;
    const support::scratch folder("bool");
    const auto saved = m.save({.dirname = folder.path()});
    REQUIRE_FALSE(saved);
    CHECK(saved.error().code == errc::argument_dtype);
    CHECK(saved.error().message == "The data type of 'x' in scale must be ['float16', 'float32', 'float64', 'int8', 'int16', 'int32', "
                                   "'int64', 'uint8'], but received bool. ");
    const auto newer = m.save({.dirname = folder.path()}, {"x"}, {"y"}, {.program = {.skip_bool_targets = true}});
    REQUIRE(newer);
    CHECK(newer->fetch_names == name_list{"y"});
}

TEST_CASE("a needed input that nobody feeds is not an error, and a fed target needs no persistables") {
    const support::scratch folder("unfed");
    model m;
    REQUIRE(m.save({.dirname = folder / "a"}, {}));
    Scope scope;
    auto loaded = load_inference_model({.dirname = folder / "a"}, scope);
    REQUIRE(loaded);
    CHECK(loaded->feed_names.empty());
    CHECK_FALSE(loaded->program.global_block().find_var("feed"));

    model n;
    const inference_files files{.dirname = folder / "b", .params_filename = "params"};
    const auto saved = n.save(files, {"y"}, {"y"});
    REQUIRE(saved);
    CHECK(saved->warnings == std::vector<std::string_view>{warning_text::no_variable});
    CHECK(support::names_in(folder / "b") == name_list{"__model__"});
    loaded = load_inference_model(files, scope);
    REQUIRE(loaded);
    CHECK(loaded->report.tensor_count == 0);
}

TEST_CASE("program_only leaves the parameters out; without export_for_deployment the whole program is kept") {
    const support::scratch folder("kinds");
    model m;
    auto saved = m.save({.dirname = folder / "only"}, {"x"}, {"y"}, {.program_only = true});
    REQUIRE(saved);
    CHECK(saved->warnings == std::vector<std::string_view>{warning_text::program_only});
    CHECK(support::names_in(folder / "only") == name_list{"__model__"});

    saved = m.save({.dirname = folder / "all", .model_filename = "mm"}, {}, {}, {.export_for_deployment = false});
    REQUIRE(saved);
    CHECK(saved->fetch_names.empty());
    CHECK(support::names_in(folder / "all") == name_list{"acc/w", "b", "lr", "mm.main_program", "w"});
    CHECK(support::read_file(folder / "all/mm.main_program") == m.program.serialize_to_string());
}

TEST_CASE("an auc operator is warned about, and devices up to it are cleared") {
    model m;
    m.add_op("auc", {{"X", {"y"}}}, "h");
    m.add_op("relu", {{"X", {"h"}}}, "y");
    for (auto& op : m.program.global_block().ops()) op.set_attr(make_attr("op_device", "cpu"));
    const support::scratch folder("auc");
    const auto saved = m.save({.dirname = folder.path()});
    REQUIRE(saved);
    CHECK(saved->warnings == std::vector<std::string_view>{warning_text::auc_states});
    name_list devices;
    for (const auto& op : m.program.global_block().ops()) devices.push_back(op.attr_or<std::string>("op_device", "none"));
    CHECK(devices == name_list{"", "", "", "cpu", ""});
}

TEST_CASE("a parameter without a value fails before the program is written") {
    const support::scratch folder("missing");
    for (const auto& params : {std::optional<std::string>(), std::optional<std::string>("params")}) {
        model m;
        m.scope.erase("w");
        const auto saved = m.save({.dirname = folder / "m", .params_filename = params});
        REQUIRE_FALSE(saved);
        CHECK(saved.error().code == errc::not_initialized);
        CHECK(saved.error().variable == "w");
        CHECK(support::names_in(folder / "m").empty());
    }
}

TEST_CASE("persistables of kind RAW alone: a warning for files of their own, an error for one file") {
    model m;
    m.add_op("relu", {{"X", {"raw"}}}, "y");
    erase_if(m.program.global_block().ops(), [](const Operator& op) { return op.writes("h") || op.reads("h"); });
    const support::scratch folder("raw");
    const auto each = m.save({.dirname = folder / "each"}, {});
    if (!each) FAIL(to_string(each.error()));
    CHECK(each->warnings == std::vector<std::string_view>{warning_text::no_operator});
    const auto one = m.save({.dirname = folder / "one", .params_filename = "p"}, {});
    REQUIRE_FALSE(one);
    CHECK(one.error().code == errc::nothing_to_save);
}

TEST_CASE("names that cannot be files, or one file twice, are refused") {
    const support::scratch folder("names");
    const auto refused = [&](inference_files files) {
        model m;
        files.dirname = folder / "m";
        const auto saved = m.save(files);
        REQUIRE_FALSE(saved);
        CHECK_FALSE(support::fs::exists(folder / "m"));
        return saved.error().code;
    };
    CHECK(refused({.model_filename = "m/"}) == errc::not_regular_file);
    CHECK(refused({.model_filename = ""}) == errc::not_regular_file);
    CHECK(refused({.params_filename = "p/"}) == errc::not_regular_file);
    CHECK(refused({.params_filename = ""}) == errc::not_regular_file);
    CHECK(refused({.model_filename = "same", .params_filename = "x/same"}) == errc::bad_name);
    CHECK(refused({.model_filename = "w"}) == errc::bad_name);
    support::write_file(folder / "file", "");
    model m;
    const auto saved = m.save({.dirname = folder / "file"});
    REQUIRE_FALSE(saved);
    CHECK(support::read_file(folder / "file").empty());
}

TEST_CASE("bytes that are not a model are refused before the scope changes") {
    model m;
    const auto made = m.made();
    const auto bytes = *inference_model<>::save(made, m.scope, memory{}, memory{});
    Scope scope;
    scope.var("w") = support::counting({5}, 5);
    const support::snapshot before(scope);
    const auto load = [&](std::string_view program, std::string_view params, const import_options& options = {}) {
        const auto loaded = inference_model<>::load(scope, memory{program}, memory{params}, options);
        REQUIRE_FALSE(loaded);
        CHECK(before.unchanged(scope));
        return loaded.error();
    };
    CHECK(load("", *bytes.params).code == errc::bad_block);
    CHECK(load("abc", *bytes.params).code == errc::truncated);
    CHECK(load(*bytes.params, *bytes.params).code == errc::not_a_paddle_file);
    CHECK(load(bytes.program, "").code == errc::truncated);
    CHECK(load(bytes.program, bytes.params->substr(0, 30)).code == errc::truncated);
    CHECK(load(bytes.program, *bytes.params + *bytes.params).code == errc::extra_record);
    const auto old = load(bytes.program, *bytes.params, {.is_supported = [](std::int64_t version) { return version < 1'000'000; }});
    CHECK(old.code == errc::bad_version);
    CHECK(old.message == "Unsupported program version: 1008005\n");

    const auto edited = [&](auto edit) {
        auto desc = made.program.to_desc();
        edit(desc.blocks[0].ops.front(), desc.blocks[0].ops.back(), desc.blocks[0]);
        return load(std::string(view_of(wire::serialize(desc))), *bytes.params);
    };
    const auto column = [](wire::OpDesc<>& op) -> std::int32_t& {
        for (std::size_t i = 0; i < op.attrs.size(); ++i)
            if (op.attrs[i].name == "col") return *op.attrs[i].i;
        std::abort();
    };
    for (const std::int32_t wrong : {-1, 1, 0x7fffffff}) {
        CHECK(edited([&](auto& feed, auto&, auto&) { column(feed) = wrong; }).code == errc::bad_attribute);
        const auto e = edited([&](auto&, auto& fetch, auto&) { column(fetch) = wrong; });
        CHECK(e.code == errc::bad_attribute);
        CHECK(e.op == "fetch");
        CHECK(e.found == std::to_string(wrong));
    }
    CHECK(edited([&](auto& feed, auto&, auto& block) { block.ops.insert(block.ops.begin(), wire::OpDesc<>(feed)); }).code ==
          errc::bad_attribute);
    CHECK(edited([&](auto& feed, auto&, auto&) { feed.outputs.clear(); }).code == errc::missing_slot);
    CHECK(edited([&](auto&, auto& fetch, auto&) { fetch.inputs[0].arguments.emplace_back("y"); }).code == errc::missing_slot);
    const auto unknown = edited([&](auto&, auto& fetch, auto&) { fetch.inputs[0].arguments[0] = "nope"; });
    CHECK(unknown.code == errc::no_such_variable);
    CHECK(unknown.variable == "nope");
}

TEST_CASE("a model cut at any byte is refused or is a smaller program, and never a crash") {
    model m;
    const auto made = m.made();
    const auto bytes = *inference_model<>::save(made, m.scope, memory{}, memory{});
    for (std::size_t size = 0; size < bytes.program.size(); ++size) {
        Scope scope;
        const auto loaded = inference_model<>::load(scope, memory{std::string_view(bytes.program).substr(0, size)}, memory{*bytes.params});
        if (!loaded) CHECK(scope.local_var_names().empty());
    }
    for (std::size_t size = 0; size < bytes.params->size(); ++size) {
        Scope scope;
        CHECK_FALSE(inference_model<>::load(scope, memory{bytes.program}, memory{std::string_view(*bytes.params).substr(0, size)}));
        CHECK(scope.local_var_names().empty());
    }
}

TEST_CASE("a program that was cut before its version is read, with a warning") {
    model m;
    const auto made = m.made();
    const auto bytes = made.program.serialize_to_string();
    const auto whole = parse_inference_program(bytes);
    REQUIRE(whole);
    CHECK(whole->report.warnings.empty());
    wire::ProgramDesc<> blocks;
    blocks.blocks = made.program.to_desc().blocks;
    const auto first = wire::serialize(blocks).size();
    REQUIRE(first < bytes.size());
    const auto cut = bytes.substr(0, first);
    const auto params = archive<>::save(made.program, m.scope, memory{});
    REQUIRE(params);
    Scope scope;
    const auto loaded = inference_model<>::load(scope, memory{cut}, memory{*params});
    check_loaded(loaded, scope);
    REQUIRE(loaded->report.warnings.size() == 1);
    CHECK(loaded->report.warnings[0].code == errc::truncated);
    CHECK(loaded->report.warnings[0].message == warning_text::no_version);
}

TEST_CASE("a program larger than the limit is not read") {
    model m;
    const auto made = m.made();
    const auto bytes = *inference_model<>::save(made, m.scope, memory{}, memory{});
    Scope scope;
    const auto loaded = inference_model<capped<limits{.program_bytes = 100}>>::load(scope, memory{bytes.program}, memory{*bytes.params});
    REQUIRE_FALSE(loaded);
    CHECK(loaded.error().code == errc::too_large);
    CHECK(loaded.error().expected == "100");
    CHECK(loaded.error().found == std::to_string(bytes.program.size()));
}

TEST_CASE("endpoints replace the attribute epmap where there is one") {
    model m;
    m.program.global_block().ops().front().set_attr(make_attr("epmap", name_list{"old"}));
    const auto made = m.made();
    const auto bytes = *inference_model<>::save(made, m.scope, memory{}, memory{});
    Scope scope;
    const auto loaded = inference_model<>::load(scope, memory{bytes.program}, memory{*bytes.params}, {.pserver_endpoints = {"a:1", "b:2"}});
    REQUIRE(loaded);
    int found = 0;
    for (const auto& op : loaded->program.global_block().ops()) {
        if (op.find_attr("epmap") == nullptr) continue;
        ++found;
        CHECK(op.attr_or("epmap", name_list{}) == name_list{"a:1", "b:2"});
    }
    CHECK(found == 1);
}

TEST_CASE("models of fluid 1.8.5 and of Paddle 2.6.2 are read with their names, columns and parameters") {
    struct row {
        const char* folder;
        inference_files files;
        name_list feeds;
        std::size_t tensors;
    };
    for (const auto& r : {
             row{"fluid18/two_inputs/inference", {}, {"b", "a"}, 3},
             row{"fluid18/two_inputs/inference_combined", {.model_filename = "model", .params_filename = "params"}, {"b", "a"}, 3},
             row{"fluid18_inference/tower", {.model_filename = "model", .params_filename = "params"}, {"word2", "word0", "word1"}, 5},
             row{"paddle26/infer_classifier", {.model_filename = "inference.pdmodel", .params_filename = "inference.pdiparams"}, {"x"}, 6},
             row{"paddle26/infer_classifier/fluid", {}, {"x"}, 6},
         }) {
        CAPTURE(r.folder);
        auto files = r.files;
        files.dirname = support::golden(r.folder);
        Scope scope;
        const auto loaded = load_inference_model(files, scope);
        if (!loaded) FAIL(to_string(loaded.error()));
        CHECK(loaded->feed_names == r.feeds);
        CHECK(loaded->report.tensor_count == r.tensors);
        CHECK(scope.local_var_names().size() == r.tensors);
    }
}
