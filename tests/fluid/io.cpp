#include <doctest/doctest.h>

#include <fluid/world.hpp>
#include <support/thrown.hpp>
#include <support/training_case.hpp>

#include <wherry/archive/archive.hpp>
#include <wherry/fluid.hpp>
#include <wherry/policy/annotate.hpp>
#include <wherry/policy/disk.hpp>

#include <filesystem>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace fluid = wherry::fluid;
using support::message_of;
namespace fs = std::filesystem;

namespace {

/// One small network in programs, names and a scope of its own; warnings are kept.
struct world : support::world {
    explicit world(const std::string& name) : support::world("io/" + name) {}

    fluid::Variable build(bool run_startup = true) {
        auto x = fluid::data("x", {-1, 4});
        auto loss = fluid::layers::mean(fluid::layers::fc(x, {.size = 2}));
        fluid::optimizer::SGD(0.1F).minimize(loss);
        if (run_startup) exe.run(startup);
        return loss;
    }
};

}  // namespace

TEST_CASE("one file per variable, one file and memory hold the same values, and load into a fresh scope") {
    world w("forms");
    w.build();
    fluid::io::save_persistables(w.exe, w.folder / "each");
    fluid::io::save_persistables(w.exe, w.folder, {.filename = "all"});
    const auto bytes = fluid::io::save_persistables(w.exe, fluid::io::memory);
    CHECK(support::read_file((w.folder / "all").string()) == bytes);
    for (const auto* name : {"fc_0.b_0", "fc_0.w_0", "learning_rate_0"}) CHECK(fs::exists(w.folder / "each" / name));
    const auto expected = *w.scope.find_var("fc_0.w_0");
    const auto check = [&](auto load) {
        fluid::Scope fresh;
        fluid::scope_guard guard(fresh);
        load();
        REQUIRE(fresh.find_var("fc_0.w_0") != nullptr);
        CHECK(*fresh.find_var("fc_0.w_0") == expected);
        CHECK(fresh.local_var_names().size() == 3);
    };
    check([&] { fluid::io::load_persistables(w.exe, w.folder / "each"); });
    check([&] { fluid::io::load_persistables(w.exe, w.folder, {.filename = "all"}); });
    check([&] { fluid::io::load_persistables(w.exe, fluid::io::memory(bytes)); });
    CHECK(w.warnings.empty());
}

TEST_CASE("params are the Parameters alone; a filename may hold folders") {
    world w("params");
    w.build();
    fluid::io::save_params(w.exe, w.folder, {.filename = "deep/er/params"});
    fluid::io::save_params(w.exe, w.folder / "each");
    CHECK(fs::exists(w.folder / "each" / "fc_0.w_0"));
    CHECK_FALSE(fs::exists(w.folder / "each" / "learning_rate_0"));
    fluid::Scope fresh;
    fluid::scope_guard guard(fresh);
    fluid::io::load_params(w.exe, w.folder, {.filename = "deep/er/params"});
    CHECK(fresh.local_var_names().size() == 2);
}

TEST_CASE("nothing to save warns, returns nothing and makes no folder") {
    world w("nothing");
    fluid::io::save_params(w.exe, w.folder);
    fluid::io::save_params(w.exe, w.folder, {.filename = "f"});
    CHECK(fluid::io::save_params(w.exe, fluid::io::memory).empty());
    CHECK(w.warnings ==
          std::vector<std::string>(3, "no variable in your model, please ensure there are any variables in your model to save"));
    CHECK_FALSE(fs::exists(w.folder));
}

TEST_CASE("vars wins over predicate, and a program parsed from 1.8 bytes has no Parameters") {
    world w("vars");
    w.build();
    const auto bias = w.main.global_block().find_var("fc_0.b_0");
    fluid::io::save_vars(w.exe, w.folder, {.vars = std::vector{bias}, .predicate = [](const fluid::Variable&) { return false; }});
    CHECK(fs::exists(w.folder / "fc_0.b_0"));
    CHECK_FALSE(fs::exists(w.folder / "fc_0.w_0"));
    const auto parsed = fluid::Program::parse_from_string(w.main.serialize_to_string());
    REQUIRE(parsed);
    fluid::io::save_params(w.exe, w.folder / "parsed", {.main_program = &*parsed});
    CHECK(w.warnings.size() == 1);
    CHECK_FALSE(fs::exists(w.folder / "parsed"));
}

TEST_CASE("a variable without a value is named, and nothing is written") {
    world w("uninitialized");
    w.build(false);
    CHECK(message_of<fluid::EnforceNotMet>([&] { fluid::io::save_persistables(w.exe, w.folder); }) ==
          "InvalidArgumentError: The Tensor in the save Op's Input Variable X(fc_0.w_0) is not initialized.");
    CHECK(message_of<fluid::EnforceNotMet>([&] { fluid::io::save_persistables(w.exe, w.folder, {.filename = "f"}); }) ==
          "Error: Tensor not initialized yet when Tensor::type() is called.");
    CHECK_FALSE(fs::exists(w.folder / "f"));
    CHECK_FALSE(fs::exists(w.folder / "fc_0.b_0"));
}

TEST_CASE("files that are missing, hold more or are cut are the reference's errors, and the scope stays as it was") {
    world w("broken");
    w.build();
    const auto before = *w.scope.find_var("fc_0.w_0");
    const auto each = (w.folder / "each").string();
    CHECK(message_of<fluid::EnforceNotMet>([&] {
              fluid::io::load_persistables(w.exe, each);
          }).starts_with("UnavailableError: Load operator fail to open file "));
    CHECK(message_of<fluid::EnforceNotMet>([&] {
              fluid::io::load_persistables(w.exe, w.folder, {.filename = "no"});
          }).starts_with("UnavailableError: LoadCombine operator fails to open file "));
    const auto bytes = fluid::io::save_persistables(w.exe, fluid::io::memory);
    w.scope.find_var("fc_0.w_0")->elements<float>()[0] += 1;
    const auto changed = *w.scope.find_var("fc_0.w_0");
    CHECK(message_of<fluid::EnforceNotMet>([&] { fluid::io::load_persistables(w.exe, fluid::io::memory(bytes + "x")); }) ==
          "UnavailableError: Not allowed to load partial data via load_combine_op, please use load_op instead.");
    for (std::size_t cut = 0; cut < bytes.size(); ++cut)
        CHECK_THROWS_AS(fluid::io::load_persistables(w.exe, fluid::io::memory(std::string_view(bytes).substr(0, cut))),
                        fluid::EnforceNotMet);
    CHECK(message_of<fluid::ValueError>([&] { fluid::io::load_persistables(w.exe, fluid::io::memory); }) ==
          "The directory path and params cannot be None at the same time.");
    CHECK(*w.scope.find_var("fc_0.w_0") == changed);
    CHECK_FALSE(changed == before);
}

TEST_CASE("a Parameter of another shape is a RuntimeError that names both shapes, and changes nothing") {
    world w("shape");
    w.build();
    fluid::Tensor wide = fluid::Tensor::of<float>({3, 2}, {1, 2, 3, 4, 5, 6});
    const auto mine = *w.scope.find_var("fc_0.w_0");
    std::swap(*w.scope.find_var("fc_0.w_0"), wide);
    fluid::io::save_params(w.exe, w.folder);
    std::swap(*w.scope.find_var("fc_0.w_0"), wide);
    CHECK(
        message_of<fluid::RuntimeError>([&] { fluid::io::load_params(w.exe, w.folder); }) ==
        "Variable's shape does not match, the Program requires a parameter with the shape of ((4, 2)), while the loaded parameter (namely "
        "[ fc_0.w_0 ]) has a shape of  ((3, 2)).");
    CHECK(*w.scope.find_var("fc_0.w_0") == mine);
}

TEST_CASE("a path that cannot be written is Unavailable, and a name that leaves the folder is refused") {
    world w("unwritable");
    w.build();
    fs::create_directories(w.folder);
    std::ofstream(w.folder / "file") << "in the way";
    CHECK(message_of<fluid::EnforceNotMet>([&] {
              fluid::io::save_persistables(w.exe, w.folder / "file");
          }).starts_with("UnavailableError: Cannot open "));
    CHECK(support::read_file((w.folder / "file").string()) == "in the way");
    wherry::wire::VarDesc<> escaping;
    escaping.name = "../escaped";
    escaping.type.lod_tensor.emplace().tensor.data_type = fluid::float32;
    escaping.persistable = true;
    w.main.global_block().create_var(std::move(escaping));
    w.scope.var("../escaped") = fluid::Tensor::of<float>({1}, {1});
    CHECK_THROWS_AS(fluid::io::save_persistables(w.exe, w.folder / "in"), fluid::ValueError);
    CHECK_FALSE(fs::exists(w.folder / "escaped"));
}

namespace {
fluid::Variable add_raw(world& w, const std::string& name) {
    wherry::wire::VarDesc<> raw;
    raw.name = name;
    raw.type.type = wherry::VarKind::RAW;
    raw.persistable = true;
    return w.main.global_block().create_var(std::move(raw));
}
}  // namespace

TEST_CASE("without a predicate every variable is meant, so that temporaries without a value fail a save") {
    world w("everything");
    w.build();
    CHECK(message_of<fluid::EnforceNotMet>([&] {
              fluid::io::save_vars(w.exe, w.folder);
          }).starts_with("InvalidArgumentError: The Tensor in the save Op's Input Variable X("));
}

TEST_CASE("RAW variables are skipped; where nothing else is left, files of their own warn and one file fails") {
    world w("raw");
    w.build();
    const std::vector raw{add_raw(w, "raw")};
    fluid::io::save_persistables(w.exe, w.folder / "each");
    CHECK_FALSE(fs::exists(w.folder / "each" / "raw"));
    fluid::io::load_persistables(w.exe, w.folder / "each");
    CHECK(w.warnings.empty());
    fluid::io::save_vars(w.exe, w.folder / "none", {.vars = raw});
    CHECK(w.warnings == std::vector<std::string>{std::string(fluid::no_operators)});
    CHECK_FALSE(fs::exists(w.folder / "none"));
    constexpr auto nothing = "InvalidArgumentError: The number of variables to be saved is 0, expect it to be greater than 0.";
    CHECK(message_of<fluid::EnforceNotMet>([&] { fluid::io::save_vars(w.exe, w.folder, {.vars = raw, .filename = "f"}); }) == nothing);
    CHECK(message_of<fluid::EnforceNotMet>([&] { fluid::io::save_vars(w.exe, fluid::io::memory, {.vars = raw}); }) == nothing);
}

TEST_CASE("an empty list is loaded from files of their own, and refused from one file") {
    world w("empty_list");
    w.build();
    const auto bytes = fluid::io::save_persistables(w.exe, fluid::io::memory);
    const fluid::io::vars_options none{.vars = std::vector<fluid::Variable>()};
    fluid::io::load_vars(w.exe, w.folder / "nowhere", none);
    CHECK(w.warnings == std::vector<std::string>{std::string(fluid::no_operators)});
    CHECK(message_of<fluid::EnforceNotMet>([&] { fluid::io::load_vars(w.exe, fluid::io::memory(bytes), none); }) ==
          "InvalidArgumentError: The number of variables to be loaded is 0, expect it to be greater than 0.");
}

TEST_CASE("an empty folder name is the current folder; files are replaced, and other files there are ignored") {
    world w("here");
    w.build();
    fs::create_directories(w.folder);
    const auto before = fs::current_path();
    fs::current_path(w.folder);
    std::ofstream("fc_0.w_0") << "old and longer than what comes: " << std::string(200, '.');
    std::ofstream("other") << "no tensor";
    fluid::io::save_persistables(w.exe, "");
    fluid::io::save_persistables(w.exe, "", {.filename = "all"});
    fluid::Scope fresh;
    fluid::scope_guard guard(fresh);
    fluid::io::load_persistables(w.exe, "");
    CHECK(fresh.local_var_names().size() == 3);
    fluid::io::load_persistables(w.exe, "", {.filename = "all"});
    CHECK(fs::file_size("fc_0.w_0") < 100);
    fs::current_path(before);
}

TEST_CASE("a folder's name may hold dots and slashes, and is made as it reads without them") {
    world w("normal");
    w.build();
    fluid::io::save_persistables(w.exe, w.folder / "none/.././d//");
    CHECK(fs::exists(w.folder / "d" / "fc_0.w_0"));
    CHECK_FALSE(fs::exists(w.folder / "none"));
    fluid::io::save_persistables(w.exe, w.folder / "none/..", {.filename = "all"});
    CHECK(fs::exists(w.folder / "all"));
    fluid::Scope fresh;
    fluid::scope_guard guard(fresh);
    fluid::io::load_persistables(w.exe, w.folder / "none/../d");
    fluid::io::load_persistables(w.exe, w.folder / "none/..", {.filename = "all"});
    CHECK(fresh.local_var_names().size() == 3);
}

TEST_CASE("a filename without a folder is a TypeError") {
    world w("no_folder");
    w.build();
    CHECK(message_of<fluid::TypeError>([&] { (void)fluid::io::save_persistables(w.exe, fluid::io::memory, {.filename = "all"}); }) ==
          "a filename is given and no dirname");
}

TEST_CASE("a tensor of another version, and one that cannot be parsed, are the reference's errors with wherry's beneath") {
    world w("versions");
    w.build();
    const auto bytes = fluid::io::save_persistables(w.exe, fluid::io::memory);
    const auto load = [&](std::size_t at, char put) {
        auto bad = bytes;
        bad[at] = put;
        return message_of<fluid::EnforceNotMet>([&] { fluid::io::load_persistables(w.exe, fluid::io::memory(bad)); });
    };
    CHECK(load(0, 7) == "InvalidArgumentError: tensor version 7 is not supported, Only version 0 is supported");
    CHECK(load(20, '\xff').starts_with("InvalidArgumentError: Cannot parse tensor desc. "));
}

TEST_CASE("a save writes the element type, dims and LoD that a variable has, whatever the program says") {
    world w("actual");
    w.build();
    auto other = fluid::Tensor::of<double>({3, 1}, {1, 2, 3});
    other.set_lod({{0, 1, 3}});
    *w.scope.find_var("learning_rate_0") = other;
    fluid::io::save_persistables(w.exe, w.folder, {.filename = "all"});
    fluid::Scope fresh;
    fluid::scope_guard guard(fresh);
    fluid::io::load_persistables(w.exe, w.folder, {.filename = "all"});
    CHECK(*fresh.find_var("learning_rate_0") == other);
}

TEST_CASE("default programs of another thread are not saved as if there were none") {
    const fs::path folder = fs::path("fluid_io") / "other_thread";
    fs::remove_all(folder);
    std::vector<std::string> warnings;
    fluid::set_warning_handler([&](std::string_view, std::string_view message) { warnings.emplace_back(message); });
    fluid::Program* built = nullptr;
    fluid::Scope scope;
    std::string message;
    std::thread builder([&] {
        const fluid::scope_guard guard(scope);
        fluid::layers::fc(fluid::data("x", {-1, 4}), {.size = 2});
        fluid::Executor exe;
        exe.run(fluid::default_startup_program());
        built = &fluid::default_main_program();
        std::thread saver([&] {
            const fluid::scope_guard same_scope(scope);
            fluid::Executor mine;
            message = message_of<fluid::ValueError>([&] { fluid::io::save_persistables(mine, folder); });
            CHECK(message_of<fluid::ValueError>([&] { (void)fluid::io::save_params(mine, fluid::io::memory); }) == message);
            CHECK(!fs::exists(folder));
            fluid::io::save_persistables(mine, folder, {.main_program = built});
        });
        saver.join();
    });
    builder.join();
    CHECK(message.starts_with("Default programs belong to the thread that builds them"));
    CHECK(fs::exists(folder / "fc_0.w_0"));
    CHECK(warnings.empty());
    fluid::set_warning_handler([](std::string_view, std::string_view) {});
}

TEST_CASE("names and checksums that a file holds are verified by fluid, too") {
    world w("noted");
    w.build();
    using noted = wherry::archive<wherry::annotate<wherry::checksum, wherry::names>>;
    using noted_each = wherry::archive<wherry::layout::per_file, wherry::annotate<wherry::checksum, wherry::names>>;
    REQUIRE(noted::save(w.main, w.scope, wherry::disk((w.folder / "all").string())));
    REQUIRE(noted_each::save(w.main, w.scope, wherry::disk((w.folder / "each").string())));
    const auto before = *w.scope.find_var("fc_0.w_0");
    fluid::io::load_persistables(w.exe, w.folder, {.filename = "all"});
    fluid::io::load_persistables(w.exe, w.folder / "each");

    auto bytes = support::read_file((w.folder / "all").string());
    bytes.back() = static_cast<char>(bytes.back() ^ 1);
    const auto refused = message_of<fluid::EnforceNotMet>([&] { fluid::io::load_persistables(w.exe, fluid::io::memory(bytes)); });
    CHECK_MESSAGE(refused.find("bad_checksum") != std::string::npos, refused);
    fs::rename(w.folder / "each" / "fc_0.b_0", w.folder / "each" / "kept");
    fs::rename(w.folder / "each" / "learning_rate_0", w.folder / "each" / "fc_0.b_0");
    fs::rename(w.folder / "each" / "kept", w.folder / "each" / "learning_rate_0");
    const auto exchanged = message_of<fluid::EnforceNotMet>([&] { fluid::io::load_persistables(w.exe, w.folder / "each"); });
    CHECK_MESSAGE(exchanged.find("the file holds a tensor of another name") != std::string::npos, exchanged);
    CHECK(*w.scope.find_var("fc_0.w_0") == before);
}
