#include <fluid/world.hpp>
#include <support/npy.hpp>
#include <support/thrown.hpp>
#include <wherry/exec/bind_ops.hpp>
#include <wherry/exec/op/all.hpp>
#include <wherry/fluid.hpp>

#include <doctest/doctest.h>

#include <map>
#include <string>

// fluid18_rows: a gradient that fluid 1.8.5 saved as SelectedRows, with rows 7, 1, 7, 4.

namespace fluid = wherry::fluid;
namespace fs = std::filesystem;
using support::golden;
using support::message_of;
using support::world;

namespace {
fluid::Program golden_program() {
    auto program = fluid::Program::parse_from_string(support::read_file(golden("fluid18_rows/main.pdmodel")));
    REQUIRE(program);
    wherry::bind_ops(*program, wherry::op::all::table);
    return *std::move(program);
}
std::map<std::string, std::string> files_of(const fs::path& folder) {
    std::map<std::string, std::string> files;
    for (const auto& entry : fs::directory_iterator(folder)) files[entry.path().filename().string()] = support::read_file(entry.path());
    return files;
}
/// Sums of values by row.
std::map<std::int64_t, std::vector<double>> summed(const wherry::SelectedRows& held) {
    std::map<std::int64_t, std::vector<double>> sums;
    const auto values = held.value.elements<float>();
    for (std::size_t i = 0; i < held.rows.size(); ++i) {
        auto& sum = sums[held.rows[i]];
        sum.resize(3);
        for (std::size_t j = 0; j < 3; ++j) sum[j] += static_cast<double>(values[3 * i + j]);
    }
    return sums;
}
}  // namespace

TEST_CASE("rows that fluid 1.8.5 saved are loaded with the other persistables and saved as they were") {
    world w("rows_golden");
    const auto program = golden_program();
    fluid::io::load_persistables(w.exe, golden("fluid18_rows/saved"), {.main_program = &program});
    REQUIRE(w.scope.find_rows("w@GRAD") != nullptr);
    CHECK(w.scope.find_rows("w@GRAD")->rows == std::vector<std::int64_t>{7, 1, 7, 4});
    CHECK(w.scope.find_rows("w@GRAD")->height == 9);
    fluid::io::save_persistables(w.exe, w.folder, {.main_program = &program});
    CHECK(files_of(w.folder) == files_of(golden("fluid18_rows/saved")));
    CHECK(w.warnings.empty());
}

TEST_CASE("the same step here saves the same rows, each once, and may follow a load of them") {
    world w("rows_trained");
    const auto program = golden_program();
    fluid::io::load_persistables(w.exe, golden("fluid18_rows/saved"), {.main_program = &program});
    const auto expected = *w.scope.find_rows("w@GRAD");
    fluid::io::load_vars(w.exe, golden("fluid18_rows/start"), {.vars = std::vector{program.global_block().find_var("w")}});
    const auto x = support::load_npy(golden("fluid18_rows/x.npy"));
    const auto scale = support::load_npy(golden("fluid18_rows/scale.npy"));
    w.exe.run(program, fluid::feed{{"x", x}, {"scale", scale}});
    CHECK(w.scope.find_rows("w@GRAD") == nullptr);  // the Executor holds a whole array
    fluid::io::save_persistables(w.exe, w.folder, {.main_program = &program});
    const auto saved = wherry::load_selected_rows(wherry::disk((w.folder / "w@GRAD").string()));
    REQUIRE(saved);
    CHECK(saved->rows == std::vector<std::int64_t>{1, 4, 7});
    CHECK(saved->height == 9);
    const auto sums = summed(*saved);
    for (const auto& [row, values] : summed(expected))
        for (std::size_t j = 0; j < 3; ++j) CHECK(sums.at(row)[j] == doctest::Approx(values[j]).epsilon(1e-6));
}

TEST_CASE("one file and memory refuse rows in the reference's words, and change nothing") {
    world w("rows_refused");
    const auto program = golden_program();
    fluid::io::load_persistables(w.exe, golden("fluid18_rows/saved"), {.main_program = &program});
    constexpr auto wrong = "InvalidArgumentError: SaveCombine operator only supports saving LoDTensor variable, w@GRAD has wrong type.";
    CHECK(message_of<fluid::EnforceNotMet>(
              [&] { fluid::io::save_persistables(w.exe, w.folder, {.main_program = &program, .filename = "all"}); }) == wrong);
    CHECK(message_of<fluid::EnforceNotMet>(
              [&] { (void)fluid::io::save_persistables(w.exe, fluid::io::memory, {.main_program = &program}); }) == wrong);
    CHECK_FALSE(fs::exists(w.folder));
    CHECK(message_of<fluid::EnforceNotMet>([&] {
              fluid::io::load_persistables(w.exe, fluid::io::memory("bytes"), {.main_program = &program});
          }) == "InvalidArgumentError: The Variable type must be LoDTensor, but the type it holds is SelectedRows.");
}

TEST_CASE("a tensor array has no form in files") {
    world w("rows_array");
    wherry::wire::VarDesc<> desc;
    desc.name = "array";
    desc.type.type = wherry::VarKind::LOD_TENSOR_ARRAY;
    const std::vector<fluid::Variable> array{w.main.global_block().create_var(std::move(desc))};
    CHECK(message_of<fluid::EnforceNotMet>([&] { fluid::io::save_vars(w.exe, w.folder, {.vars = array}); }) ==
          "Error: The Input Variable(X) of save Op used to determine kernel data type is empty or not LoDTensor or SelectedRows.");
}
