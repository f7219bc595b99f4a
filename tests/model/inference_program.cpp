#include <doctest/doctest.h>

#include <support/case_json.hpp>
#include <support/golden.hpp>
#include <support/program_text.hpp>

#include <wherry/model/inference_program.hpp>

#include <filesystem>
#include <string>
#include <vector>

using namespace wherry;
namespace fs = std::filesystem;

namespace {
Program parsed(const std::string& path) {
    auto program = Program::parse_from_string(support::read_file(path));
    if (!program) support::give_up(path, to_string(program.error()));
    return *std::move(program);
}
std::vector<Variable> vars_named(const Program& program, const std::vector<std::string>& names) {
    std::vector<Variable> vars;
    for (const auto& name : names) vars.push_back(program.global_block().find_var(name));
    return vars;
}
std::vector<std::string> names_of(const std::vector<Variable>& vars) {
    std::vector<std::string> names;
    for (const auto& var : vars) names.push_back(var.name());
    return names;
}

/// A program after save_inference_model, `saves` times with the same names.
struct exported {
    Program main;
    std::vector<std::string> fetches;
    inference_program made;
};
exported export_case(const std::string& folder, const std::vector<std::string>& feeds, const std::vector<std::string>& targets, int saves) {
    auto main = parsed(folder + "/main.pdmodel");
    UniqueNameGenerator names;
    for (int i = 1; i < saves; ++i)  // main.pdmodel is as it was before the last call
        for (std::size_t t = 0; t < targets.size(); ++t) (void)names.generate("save_infer_model/scale_" + std::to_string(t) + ".tmp");
    clear_op_device(main);
    auto scaled = append_target_scales(main, names, vars_named(main, targets));
    REQUIRE(scaled);
    auto fetches = names_of(*scaled);
    auto made = make_inference_program(main, feeds, fetches);
    if (!made) FAIL(to_string(made.error()));
    return {std::move(main), fetches, *std::move(made)};
}
}  // namespace

TEST_CASE("programs made for inference equal those that fluid 1.8.5 saved") {
    int cases = 0;
    for (const auto& entry : fs::directory_iterator(support::golden("fluid18_inference"))) {
        const auto folder = entry.path().string();
        CAPTURE(folder);
        const auto info = support::read_file(folder + "/case.json");
        const auto saves = info.find("\"saves\": 2") != std::string::npos ? 2 : 1;
        const auto ours = export_case(folder, support::json_strings(info, "feeds"), support::json_strings(info, "targets"), saves);
        CHECK(ours.fetches == support::json_strings(info, "fetches"));
        const auto theirs = parsed(folder + "/model");
        CHECK(support::difference(support::lines_of(ours.made.program), support::lines_of(theirs)) == "");
        CHECK(ours.made.program.rest() == theirs.rest());
        CHECK(support::difference(support::lines_of(ours.main), support::lines_of(parsed(folder + "/after.pdmodel"))) == "");
        const auto again = Program::parse_from_string(ours.made.program.serialize_to_string());
        REQUIRE(again);
        CHECK(support::difference(support::lines_of(*again), support::lines_of(theirs)) == "");
        CHECK(*feed_target_names(*again) == support::json_strings(info, "feeds"));
        CHECK(*fetch_target_names(*again) == ours.fetches);
        ++cases;
    }
    CHECK(cases == 18);
}

TEST_CASE("the inference models of the training cases come out as fluid 1.8.5 saved them") {
    struct row {
        const char* name;
        std::vector<std::string> feeds;
    };
    int cases = 0;
    for (const auto& [name, feeds] : std::vector<row>{{"readme", {"img"}},
                                                      {"classifier_sgd", {"x"}},
                                                      {"classifier_momentum", {"x"}},
                                                      {"classifier_adam", {"x"}},
                                                      {"classifier_adam_l2", {"x"}},
                                                      {"two_inputs", {"b", "a"}},
                                                      {"convnet", {"img"}}}) {
        const auto folder = support::golden("fluid18/" + std::string(name));
        CAPTURE(folder);
        const auto theirs = parsed(folder + "/inference/__model__");
        const auto info = support::read_file(folder + "/case.json");
        const auto fetched = info.find("\"predict\": \"") + 12;
        const auto target = info.substr(fetched, info.find('"', fetched) - fetched);
        const auto ours = export_case(folder, feeds, {target}, 1);
        CHECK(support::difference(support::lines_of(ours.made.program), support::lines_of(theirs)) == "");
        CHECK(ours.made.program.rest() == theirs.rest());
        ++cases;
    }
    CHECK(cases == 7);
}

namespace {
/// Without what 2.6.2 puts into its own feed and fetch operators.
std::vector<std::string> lines_without(const Program& program, std::string_view attr) {
    auto lines = support::lines_of(program);
    std::erase_if(lines, [&](const std::string& line) { return line.starts_with("  attr " + std::string(attr)); });
    return lines;
}
}  // namespace

TEST_CASE("models of Paddle 2.6.2 come out of its training programs as it saved them, extra attributes clipped") {
    for (const auto& [model, feed] : {std::pair{"infer_classifier", "x"}, std::pair{"infer_convnet", "img"}}) {
        const std::string name = model;  // clang 14 captures no structured binding
        CAPTURE(name);
        const auto folder = support::golden("paddle26/" + name);
        const auto main = parsed(folder + "/main.pdmodel");  // its last operator is the scale
        const std::vector<std::string> feeds{feed};
        const auto theirs = parsed(folder + "/inference.pdmodel");
        const auto fetches = *fetch_target_names(theirs);
        const auto made = make_inference_program(main, feeds, fetches, {.clip_extra = true, .compatible_map = false});
        if (!made) FAIL(to_string(made.error()));
        CHECK(support::difference(lines_without(made->program, "with_quant_attr"), lines_without(theirs, "with_quant_attr")) == "");
        CHECK(made->program.all_parameters().empty());
        for (const auto& var : made->program.list_vars()) CHECK_FALSE(var.desc().is_parameter);
    }
}
