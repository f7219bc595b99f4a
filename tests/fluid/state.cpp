#include <doctest/doctest.h>

#include <fluid/world.hpp>
#include <support/npy.hpp>
#include <support/thrown.hpp>

#include <wherry/fluid.hpp>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

// Messages are those of fluid 1.8.5.

namespace fluid = wherry::fluid;
using support::message_of;
namespace fs = std::filesystem;

namespace {
struct world : support::world {
    explicit world(const std::string& name) : support::world("state/" + name) {
        auto x = fluid::data("x", {-1, 4});
        fluid::optimizer::Momentum(0.1F, 0.9F).minimize(fluid::layers::mean(fluid::layers::fc(x, {.size = 2})));
        exe.run(startup);
    }
};
}  // namespace

TEST_CASE("fluid.save and fluid.load carry parameters and optimizer state") {
    world w("round_trip");
    const auto saved = *w.scope.find_var("fc_0.w_0");
    fluid::save(w.main, w.folder / "model");
    for (const auto* const suffix : {".pdparams", ".pdopt", ".pdmodel"}) CHECK(fs::exists((w.folder / "model").string() + suffix));
    w.scope.find_var("fc_0.w_0")->elements<float>()[0] = 77;
    fluid::load(w.main, w.folder / "model.pdparams");
    CHECK(*w.scope.find_var("fc_0.w_0") == saved);

    fluid::Scope fresh;
    fluid::scope_guard guard(fresh);
    CHECK(message_of<fluid::RuntimeError>([&] { fluid::load(w.main, w.folder / "model"); }).find("startup") != std::string::npos);
    fluid::load(w.main, w.folder / "model", w.exe);
    CHECK(*fresh.find_var("fc_0.w_0") == saved);
    CHECK(w.warnings.empty());
}

TEST_CASE("fluid.save refuses with the reference's words") {
    world w("save_errors");
    CHECK(message_of<fluid::AssertionError>([&] { fluid::save(w.main, ""); }) ==
          "The input model_path MUST be format of dirname/filename [dirname\\filename in Windows system], but received model_path is empty "
          "string.");
    CHECK(message_of<fluid::ValueError>([&] { fluid::save(w.main, w.folder / "m", 5); }) ==
          "Expected 1<'protocol'<5, but received protocol=5");
    w.scope.erase("fc_0.b_0");
    CHECK(message_of<fluid::RuntimeError>([&] { fluid::save(w.main, w.folder / "m"); }).find("fc_0.b_0") != std::string::npos);
}

TEST_CASE("fluid.load refuses with the reference's words") {
    world w("load_errors");
    const auto prefix = (w.folder / "m").string();
    CHECK(message_of<fluid::ValueError>([&] { fluid::load(w.main, prefix); }) ==
          "executor is required when loading model file saved with [ save_params, save_persistables, save_vars ]");
    CHECK(message_of<fluid::IOError>([&] { fluid::load(w.main, prefix, w.exe); }).find(prefix + ".pdparams") != std::string::npos);
    fluid::save(w.main, prefix);
    fs::remove(prefix + ".pdopt");
    CHECK(message_of<fluid::AssertionError>([&] { fluid::load(w.main, prefix); }) == "Optimizer file [" + prefix + ".pdopt] not exits");
    std::ofstream(prefix + ".pdparams", std::ios::binary) << std::string("\x80\x02}q\0.", 6);
    CHECK(message_of<fluid::AssertionError>([&] { fluid::load(w.main, prefix); }) ==
          "Can not find [fc_0.w_0] in model file [" + prefix + ".pdparams]");
    std::ofstream(prefix + ".pdparams", std::ios::binary) << "\x80\x02"
                                                             "cposix\nsystem\n.";
    CHECK(message_of<fluid::ValueError>([&] { fluid::load(w.main, prefix); }).find("posix.system") != std::string::npos);
}

TEST_CASE("fluid.load takes what save_persistables wrote, and says so") {
    world w("files");
    const auto saved = *w.scope.find_var("fc_0.w_0");
    fluid::io::save_persistables(w.exe, w.folder / "each");
    fluid::io::save_persistables(w.exe, w.folder, {.filename = "all"});
    std::ofstream(w.folder / "each" / "left") << "over";
    w.scope.find_var("fc_0.w_0")->elements<float>()[0] = 77;
    fluid::load(w.main, w.folder / "each", w.exe);
    CHECK(*w.scope.find_var("fc_0.w_0") == saved);
    REQUIRE(w.warnings.size() == 2);
    CHECK(w.warnings[0] == (w.folder / "each").string() +
                               ".pdparams not found, try to load model file saved with [ save_params, save_persistables, save_vars ]");
    CHECK(w.warnings[1] == "variable file [ " + (w.folder / "each" / "left").string() + " ] not used");

    CHECK(message_of<fluid::ValueError>([&] { fluid::load(w.main, w.folder / "all", w.exe); }) ==
          "var_list is required when loading model file saved with [ save_params, save_persistables, save_vars ]");
    const auto vars = fluid::io::get_program_persistable_vars(w.main);
    fluid::load(w.main, w.folder / "all", w.exe, vars);
    fluid::Program other;
    fluid::program_guard guard(other);
    const std::vector<fluid::Variable> strangers{fluid::data("stranger", {1})};
    CHECK(message_of<fluid::LookupError>([&] { fluid::load(w.main, w.folder / "all", w.exe, strangers); }) ==
          "loaded var [{}] is not in program variable list");
    std::ofstream(w.folder / "all", std::ios::binary) << "x";
    CHECK(message_of<fluid::RuntimeError>([&] {
              fluid::load(w.main, w.folder / "all", w.exe, vars);
          }).starts_with("Failed to load model file , please make sure"));
    std::ofstream(w.folder / "each" / "fc_0.w_0", std::ios::binary) << "x";
    CHECK(message_of<fluid::RuntimeError>([&] { fluid::load(w.main, w.folder / "each", w.exe); }) ==
          "Failed to load model file, please make sure model file is saved with the following APIs: save_params, save_persistables, "
          "save_vars");
}

TEST_CASE("program state is read, changed and set") {
    world w("program_state");
    fluid::save(w.main, w.folder / "m");
    auto state = fluid::load_program_state(w.folder / "m");
    CHECK(state.size() == 5);  // weight, bias, two velocities, learning rate
    state.find("fc_0.b_0")->elements<float>()[1] = 5;
    state.add("unknown", fluid::Tensor::of<float>({1}, {1}));
    fluid::io::set_program_state(w.main, state);
    CHECK(w.scope.find_var("fc_0.b_0")->elements<float>()[1] == 5);
    REQUIRE(w.warnings.size() == 1);
    CHECK(w.warnings[0] == "This list is not set, Because of Paramerter not found in program. There are: unknown");
    state.set("fc_0.b_0", fluid::Tensor::of<float>({1}, {1}));
    CHECK(message_of<fluid::AssertionError>([&] {
              fluid::set_program_state(w.main, state);
          }).starts_with("Parameter's shape does not match, the Program requires a parameter with the shape of ((2,)), while"));
    fluid::io::save_params(w.exe, w.folder, {.filename = "one"});
    CHECK(message_of<fluid::ValueError>([&] { (void)fluid::load_program_state(w.folder / "one"); }) ==
          "var_list can not be None when model_path is a file type");
    std::ofstream(w.folder / "one", std::ios::binary) << "x";
    CHECK(message_of<fluid::RuntimeError>([&] { (void)fluid::load_program_state(w.folder / "one", w.main.all_parameters()); }) ==
          "Failed to load model file , please make sure model file is saved with the following APIs: save_params, save_persistables, "
          "save_vars");
    CHECK(fluid::load_program_state(w.folder / "none").empty());
}

TEST_CASE("values of parameters, by variable and by name") {
    world w("values");
    const auto value = fluid::io::get_parameter_value(w.main.all_parameters()[0], w.exe);
    CHECK(value == *w.scope.find_var("fc_0.w_0"));
    CHECK(fluid::io::get_parameter_value_by_name("fc_0.b_0", w.exe) == *w.scope.find_var("fc_0.b_0"));
    CHECK(message_of<fluid::ValueError>([&] { (void)fluid::io::get_parameter_value_by_name("none", w.exe); }) ==
          "var none not in this block");
    CHECK(message_of<fluid::AssertionError>([&] { (void)fluid::io::get_parameter_value_by_name("x", w.exe); }) ==
          "The input variable is not parameter.");
}
