#include <wherry/fluid/paddle_static.hpp>

#include <doctest/doctest.h>

#include <fluid/world.hpp>
#include <support/npy.hpp>
#include <support/thrown.hpp>

#include <wherry/fluid.hpp>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace fluid = wherry::fluid;
namespace paddle_static = wherry::paddle_static;
namespace fs = std::filesystem;
using support::message_of;
using support::world;
using names = std::vector<std::string>;

namespace {
struct net {
    fluid::Variable x, y;
};
net build(world& w) {
    const auto x = fluid::data("x", {-1, 4});
    const auto y = fluid::layers::fc(x, {.size = 2});
    w.exe.run(w.startup);
    return {x, y};
}
fluid::Tensor rows() { return fluid::Tensor::of<float>({2, 4}, {1, 2, 3, 4, 5, 6, 7, 8}); }
}  // namespace

TEST_CASE("a prefix is two files, which a fresh scope loads and runs") {
    world w("prefix");
    const auto [x, y] = build(w);
    const auto expected = w.exe.run(fluid::feed{{"x", rows()}}, fluid::fetch(y)).front();
    const auto prefix = (w.folder / "net").string();
    paddle_static::save_inference_model(prefix, x, y, w.exe);
    CHECK(fs::exists(prefix + ".pdmodel"));
    CHECK(fs::exists(prefix + ".pdiparams"));
    const auto check = [&](auto load) {
        fluid::Scope fresh;
        fluid::scope_guard guard(fresh);
        const auto [program, feeds, targets] = load();
        CHECK(feeds == names{"x"});
        const auto [value] = w.exe.run(program, fluid::feed{{"x", rows()}}, fluid::fetch(targets[0]));
        CHECK(value == expected);
        for (const auto& op : program.global_block().ops()) CHECK(op.find_attr("use_mkldnn") == nullptr);
    };
    check([&] { return paddle_static::load_inference_model(prefix, w.exe); });
    check(
        [&] { return paddle_static::load_inference_model(w.folder.string(), w.exe, {.model_filename = "net", .params_filename = "net"}); });
    check([&] {
        return paddle_static::load_inference_model(w.folder.string(), w.exe,
                                                   {.model_filename = "net.pdmodel", .params_filename = "net.pdiparams"});
    });
    CHECK(w.warnings.empty());
}

TEST_CASE("a program without persistables has no .pdiparams and is loaded without one") {
    world w("bare");
    const auto [x, y] = build(w);
    const auto prefix = (w.folder / "bare").string();
    paddle_static::save_inference_model(prefix, x, fluid::layers::relu(x), w.exe);
    CHECK_FALSE(fs::exists(prefix + ".pdiparams"));
    CHECK(w.warnings == names{"no variable in your model, please ensure there are any variables in your model to save"});
    CHECK(paddle_static::load_inference_model(prefix, w.exe).feed_names == names{"x"});
}

TEST_CASE("bytes of a program and of its persistables are what the two files hold") {
    world w("bytes");
    const auto [x, y] = build(w);
    paddle_static::save_inference_model((w.folder / "net").string(), x, y, w.exe, {.clip_extra = false});
    w.main.global_block().ops().pop_back();
    fluid::unique_name::guard again;
    const auto program = paddle_static::serialize_program(x, y);
    const auto params = paddle_static::serialize_persistables(x, y, w.exe);
    CHECK(params == support::read_file((w.folder / "net.pdiparams").string()));
    auto loaded = paddle_static::deserialize_program(program);
    CHECK(loaded.serialize_to_string() == program);
    CHECK(program.size() == support::read_file((w.folder / "net.pdmodel").string()).size());
    fluid::Scope fresh;
    fluid::scope_guard guard(fresh);
    paddle_static::deserialize_persistables(loaded, params, w.exe);
    CHECK(fresh.local_var_names().size() == 2);
    paddle_static::save_to_file((w.folder / "copy").string(), params);
    CHECK(paddle_static::load_from_file((w.folder / "copy").string()) == params);
    CHECK(message_of<fluid::EnforceNotMet>([] {
              paddle_static::deserialize_program("abc");
          }).starts_with("InvalidArgumentError: Failed to parse program_desc"));
    CHECK(paddle_static::serialize_persistables(x, fluid::layers::relu(x), w.exe).empty());
}

TEST_CASE("persistables are checked against the Parameters of the program") {
    world w("checked");
    build(w);
    const auto params = fluid::io::save_persistables(w.exe, fluid::io::memory);
    paddle_static::deserialize_persistables(w.main, params, w.exe);
    CHECK(message_of<fluid::AssertionError>([&] { paddle_static::deserialize_persistables(w.main, {}, w.exe); }) ==
          "Required 'data' shall be not None if program contains parameter, but received 'data' is None.");
    w.main.global_block().find_var("fc_0.w_0").edit().type.lod_tensor->tensor.dims = {2, 4};
    CHECK(message_of<fluid::RuntimeError>([&] { paddle_static::deserialize_persistables(w.main, params, w.exe); }) ==
          "Shape mismatch, program needs a parameter with shape ((2, 4)), but the loaded parameter ('fc_0.w_0') has a shape of ((4, 2)).");
    paddle_static::deserialize_persistables(fluid::Program(), {}, w.exe);
}

TEST_CASE("2.x's refusals are made in its words, and the program stays as it was") {
    world w("refused");
    const auto [x, y] = build(w);
    const auto ops = w.main.global_block().ops().size();
    using fluid::IOError, fluid::TypeError, fluid::ValueError;
    const auto prefix = (w.folder / "net").string();
    CHECK(message_of<ValueError>([&, &x = x, &y = y] { paddle_static::save_inference_model("a/", x, y, w.exe); }) ==
          "'path_prefix' should not be a directory");
    fs::create_directories(prefix + ".pdiparams");
    CHECK(message_of<ValueError>([&, &x = x, &y = y] { paddle_static::save_inference_model(prefix, x, y, w.exe); }) ==
          "'" + prefix + ".pdiparams' is an existing directory.");
    CHECK(message_of<TypeError>([&, &y = y] { paddle_static::normalize_program(w.main, fluid::Variable(), y); }) ==
          "feed_vars type must be a Variable or a list of Variable.");
    CHECK(message_of<TypeError>([&, &x = x] { paddle_static::normalize_program(w.main, x, fluid::Variable()); }) ==
          "fetch_vars type must be a Variable or a list of Variable.");
    const auto unused = fluid::data("unused", {-1, 4});
    CHECK(message_of<ValueError>([&, &y = y] {
              paddle_static::serialize_program(unused, y);
          }).starts_with("The feeded_var_names[i]: 'unused' doesn't exist in pruned inference program."));
    CHECK(message_of<ValueError>([&] { paddle_static::load_inference_model("nowhere/net", w.exe); }) ==
          "There is no directory named 'nowhere'");
    CHECK(message_of<IOError>([&] { paddle_static::load_from_file("nowhere/net"); }) == "No such file or directory: 'nowhere/net'");
    CHECK(w.main.global_block().ops().size() == ops);
}

TEST_CASE("skip_prune_program keeps operators that no fetch needs") {
    world w("unpruned");
    const auto [x, y] = build(w);
    (void)fluid::layers::relu(x);
    CHECK(paddle_static::normalize_program(w.main, x, y).global_block().ops().size() == 2 + 1 + 2);
    CHECK(paddle_static::normalize_program(w.main, x, y, true).global_block().ops().size() == 3 + 2 + 2);
}
