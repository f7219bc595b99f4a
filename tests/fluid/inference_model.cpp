#include <wherry/fluid/inference_model.hpp>

#include <doctest/doctest.h>

#include <fluid/world.hpp>
#include <support/case_json.hpp>
#include <support/thrown.hpp>
#include <support/training_case.hpp>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace fluid = wherry::fluid;
namespace fs = std::filesystem;
using support::message_of;
using support::world;
using names = std::vector<std::string>;

namespace {
/// y = fc(x), trained by nobody.
fluid::Variable build(world& w) {
    auto y = fluid::layers::fc(fluid::data("x", {-1, 4}), {.size = 2});
    w.exe.run(w.startup);
    return y;
}
fluid::Tensor rows() { return fluid::Tensor::of<float>({2, 4}, {1, 2, 3, 4, 5, 6, 7, 8}); }
names files_in(const fs::path& folder) {
    names found;
    if (fs::exists(folder))
        for (const auto& entry : fs::directory_iterator(folder)) found.push_back(entry.path().filename().string());
    std::sort(found.begin(), found.end());
    return found;
}
}  // namespace

TEST_CASE("a model that is saved, loaded into a fresh scope and run answers as before") {
    world w("model");
    const auto y = build(w);
    const auto expected = w.exe.run(fluid::feed{{"x", rows()}}, fluid::fetch(y)).front();
    CHECK(fluid::io::save_inference_model(w.folder / "each", "x", y, w.exe) == names{"save_infer_model/scale_0.tmp_0"});
    CHECK(files_in(w.folder / "each") == names{"__model__", "fc_0.b_0", "fc_0.w_0"});
    CHECK(fluid::io::save_inference_model(w.folder / "one", {"x"}, {y}, w.exe, {.model_filename = "a/m", .params_filename = "b/p"}) ==
          names{"save_infer_model/scale_0.tmp_1"});
    CHECK(files_in(w.folder / "one") == names{"m", "p"});
    const auto check = [&](auto load) {
        fluid::Scope fresh;
        fluid::scope_guard guard(fresh);
        const auto [program, feeds, targets] = load();
        CHECK(feeds == names{"x"});
        REQUIRE(targets.size() == 1);
        const auto [value] = w.exe.run(program, fluid::feed{{"x", rows()}}, fluid::fetch(targets[0]));
        CHECK(value == expected);
    };
    check([&] { return fluid::io::load_inference_model(w.folder / "each", w.exe); });
    const fluid::io::load_model_options one{.model_filename = "m", .params_filename = "p"};
    check([&] { return fluid::io::load_inference_model(w.folder / "one", w.exe, one); });
    const fluid::io::load_model_options bytes{.model_filename = support::read_file((w.folder / "one/m").string()),
                                              .params_filename = support::read_file((w.folder / "one/p").string())};
    check([&] { return fluid::io::load_inference_model(fluid::io::memory, w.exe, bytes); });
    CHECK(w.warnings.empty());
}

TEST_CASE("a clone for testing is saved with the targets of the program it came from") {
    world w("clone");
    const auto y = build(w);
    auto test = w.main.clone(wherry::clone_for::test);
    fluid::io::save_inference_model(w.folder, "x", y, w.exe, {.main_program = &test});
    CHECK(test.global_block().ops().size() == w.main.global_block().ops().size() + 1);
}

TEST_CASE("a failing save throws what the reference throws") {
    world w("failing");
    const auto y = build(w);
    const auto save = [&](const fluid::io::feed_list& feeds, const fluid::io::variable_list& targets,
                          const fluid::io::save_model_options& o = {}) {
        return fluid::io::save_inference_model(w.folder, feeds, targets, w.exe, o);
    };
    using fluid::IOError, fluid::ValueError;
    CHECK(message_of<ValueError>([&] { save("x", std::vector<fluid::Variable>{}); }) == "'target_vars' should be a list of Variable.");
    CHECK(message_of<ValueError>([&] { save("zz", y); }) == "var zz not in this block");
    CHECK(message_of<ValueError>([&] { save("x", w.main.global_block().find_var("fc_0.w_0")); }) == "var x not in this block");
    auto flag = y;
    flag.edit().type.lod_tensor->tensor.data_type = wherry::DType::BOOL;
    CHECK(message_of<fluid::TypeError>([&] { save("x", flag); }).starts_with("The data type of 'x' in scale must be ["));
    flag.edit().type.lod_tensor->tensor.data_type = wherry::DType::FP32;
    CHECK(message_of<IOError>([&] { save("x", y, {.model_filename = "m/"}); }).starts_with("Is a directory: '"));
    CHECK_FALSE(fs::exists(w.folder));
    {
        fluid::Scope empty;
        fluid::scope_guard guard(empty);
        CHECK(message_of<fluid::EnforceNotMet>([&] { save("x", y); }) ==
              "InvalidArgumentError: The Tensor in the save Op's Input Variable X(fc_0.b_0) is not initialized.");
        CHECK(message_of<fluid::EnforceNotMet>([&] { save("x", y, {.params_filename = "p"}); }) ==
              "Error: Tensor not initialized yet when Tensor::type() is called.");
    }
    fs::create_directories(w.folder.parent_path());
    std::ofstream(w.folder) << "a file";
    CHECK(message_of<IOError>([&] { save("x", y); }).starts_with("Not a directory: '"));
    CHECK(w.main.global_block().ops().size() == 2);
}

TEST_CASE("a save's remarks are warnings") {
    world w("warnings");
    const auto y = build(w);
    fluid::io::save_inference_model(w.folder, "x", y, w.exe, {.program_only = true});
    fluid::io::save_inference_model(w.folder, y.name(), y, w.exe, {.params_filename = "p"});
    CHECK(w.warnings == names{"save_inference_model specified the param `program_only` to True, It will not save params of Program.",
                              "no variable in your model, please ensure there are any variables in your model to save"});
    CHECK(files_in(w.folder) == names{"__model__"});
    fluid::io::save_inference_model(w.folder / "all", {}, std::vector<fluid::Variable>{}, w.exe, {.export_for_deployment = false});
    CHECK(files_in(w.folder / "all") == names{"__model__.main_program", "fc_0.b_0", "fc_0.w_0"});
}

TEST_CASE("a failing load throws what the reference throws") {
    world w("load");
    const auto y = build(w);
    const auto load = [&](const fluid::io::load_model_options& o = {}) { return fluid::io::load_inference_model(w.folder, w.exe, o); };
    using fluid::EnforceNotMet, fluid::IOError, fluid::ValueError;
    const auto shown = w.folder.string();
    CHECK(message_of<ValueError>([&] { load(); }) == "There is no directory named '" + shown + "'");
    fs::create_directories(w.folder);
    CHECK(message_of<IOError>([&] { load(); }) == "No such file or directory: '" + shown + "/__model__'");
    fluid::io::save_inference_model(w.folder, "x", y, w.exe);
    fs::remove(w.folder / "fc_0.w_0");
    CHECK(message_of<EnforceNotMet>([&] { load(); }) == "UnavailableError: Load operator fail to open file " + shown +
                                                            "/fc_0.w_0, please check whether the model file is complete or damaged.");
    std::ofstream(w.folder / "__model__") << "abc";
    CHECK(message_of<EnforceNotMet>([&] { load(); }).starts_with("InvalidArgumentError: Failed to parse program_desc from binary string."));
    fluid::io::save_inference_model(w.folder, y.name(), y, w.exe);
    CHECK(load().feed_names == names{y.name()});
    CHECK(message_of<EnforceNotMet>([&] { load({.params_filename = "p"}); }) ==
          "InvalidArgumentError: The number of variables to be loaded is 0, expect it to be greater than 0.");
    const auto from_memory = [&](const fluid::io::load_model_options& o) {
        return fluid::io::load_inference_model(fluid::io::memory, w.exe, o);
    };
    CHECK(message_of<ValueError>([&] { from_memory({.model_filename = "abc"}); }) ==
          "The path of params cannot be None when the directory path is None.");
    CHECK(message_of<EnforceNotMet>([&] {
              from_memory({.model_filename = "abc", .params_filename = "abc"});
          }).starts_with("InvalidArgumentError: Failed to parse program_desc from binary string."));
}

TEST_CASE("models that fluid 1.8.5 saved answer as they did there") {
    int run = 0;
    for (const auto* name : {"several_targets", "shared", "inner_feed", "decayed", "tower", "fed_target", "twice_the_same", "second_save",
                             "no_parameters", "constants"}) {
        INFO(std::string(name));
        world w("golden");
        const auto folder = support::golden("fluid18_inference/" + std::string(name));
        const bool parameters = fs::exists(folder + "/params");
        const auto model = fluid::io::load_inference_model(
            folder, w.exe,
            {.model_filename = "model", .params_filename = parameters ? std::optional<std::string>("params") : std::nullopt});
        fluid::feed feeds;
        for (const auto& fed : model.feed_names) feeds.add({fed, support::load_npy(folder + "/feed/" + fed + ".npy")});
        const auto values = w.exe.run(model.program, feeds, model.fetch_targets);
        for (std::size_t i = 0; i < values.size(); ++i) {
            const auto expected = support::load_npy(folder + "/fetch/" + std::to_string(i) + ".npy");
            CHECK(support::relative_error(values[i], expected, 0.01) <= 1e-5);
        }
        ++run;
    }
    CHECK(run == 10);
}

TEST_CASE("a model whose target is a label is saved with a warning") {
    world w("label_target");
    const auto y = build(w);
    const auto label = fluid::data("label", {-1, 1}, fluid::int64);
    const fluid::Variable w0 = w.main.global_block().find_var("fc_0.w_0");
    fluid::io::save_inference_model(w.folder, "x", {y, w0}, w.exe);
    CHECK(w.warnings.empty());
    fluid::io::save_inference_model(w.folder, "x", {y, label}, w.exe);
    REQUIRE(w.warnings.size() == 1);
    CHECK(w.warnings[0] == wherry::warning_text::fed_target);
}
