#include <doctest/doctest.h>

#include <support/check_error.hpp>
#include <support/scratch.hpp>

#include <wherry/interop/state_file.hpp>
#include <wherry/interop/state_file_folder.hpp>
#include <wherry/interop/state_file_save.hpp>
#include <wherry/program/program.hpp>

#include <filesystem>
#include <string>
#include <vector>

using namespace wherry;

namespace {
const std::string folder_model = "paddle26/classifier_adam";

/// The model's program, and its arrays as one file per variable holds them.
struct folder_case {
    Program program = *Program::parse_from_string(support::read_file(support::golden(folder_model + "/main.pdmodel")));
    std::vector<Variable> variables = select<filter::persistables>(program);
    result<loaded_state> expected = state_file::load(support::golden(folder_model + "/persistables"));

    [[nodiscard]] state_file::load_options wanted() const { return {.in_order = variables, .of_folder = variables}; }
    void check_loads(const std::string& path, const state_file::load_options& how) const {
        CAPTURE(path);
        const auto read = state_file::load(path, how);
        REQUIRE_MESSAGE(read, to_string(read.error()));
        REQUIRE(read->arrays.size() == expected->arrays.size());
        for (const auto& held : expected->arrays) CHECK(*read->arrays.find(held.name) == held.tensor);
    }
};
}  // namespace

TEST_CASE("variables that have no file of their own are found in what else the folder holds") {
    const folder_case model;
    const auto refs = model.expected->arrays.refs();
    const support::scratch place("folder_wanted");
    const auto saved = [&](const std::string& file, state_file::form as, const state_file::save_options& how = {}) {
        const auto path = place / file;
        std::filesystem::create_directories(std::filesystem::path(path).parent_path());
        REQUIRE(state_file::save(refs, path, as, how));
        return std::filesystem::path(path).parent_path().string();
    };
    using state_file::form;
    for (const auto& folder :
         {saved("shards/m.safetensors", form::safetensors, {.shard_bytes = 500}), saved("one/m.safetensors", form::safetensors),
          saved("npz/a.npz", form::npz), saved("pickle/any.name", form::pdparams), saved("combined/params", form::combined)}) {
        support::write_file(folder + "/config.json", "{}");
        support::write_file(folder + "/README.md", "# A model\n");
        support::write_file(folder + "/ids.txt", "1 2 3\n");
        model.check_loads(folder, model.wanted());
    }
    for (const auto* folder : {"shards", "one", "npz", "pickle"}) model.check_loads(place / folder, {});
    // a variable with a file of its own: the others have theirs, too
    std::filesystem::copy(support::golden(folder_model + "/persistables/fc_0.b_0"), place / "npz/fc_0.b_0");
    CHECK(state_file::load(place / "npz", model.wanted()).error().code == errc::not_found);
}

TEST_CASE("several files that would do are an error, and none is an error that names a variable") {
    const folder_case model;
    const auto refs = model.expected->arrays.refs();
    const support::scratch place("folder_several");
    std::filesystem::create_directories(place / "two");
    REQUIRE(state_file::save(refs, place / "two/a.npz", state_file::form::npz));
    REQUIRE(state_file::save(refs, place / "two/b.safetensors", state_file::form::safetensors));
    for (const auto& how : {model.wanted(), state_file::load_options{}}) {
        const auto refused = state_file::load(place / "two", how);
        support::check_error(refused, errc::bad_argument, "several files of the folder hold arrays: name the one that is meant");
        CHECK(refused.error().file == place / "two");
        CHECK(refused.error().found == "a.npz, b.safetensors");
    }
    std::filesystem::create_directories(place / "none");
    const auto none = state_file::load(place / "none", model.wanted());
    CHECK(none.error().code == errc::not_found);
    CHECK(none.error().variable == "fc_0.b_0");
    CHECK(state_file::load(place / "none").error().code == errc::nothing_to_save);
}
