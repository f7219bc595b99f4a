#include <doctest/doctest.h>
#include <support/scratch.hpp>
#include <wherry/archive/archive.hpp>
#include <wherry/policy/disk.hpp>
#include <wherry/policy/memory.hpp>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

// Files that real Paddle wrote come out byte for byte as they went in.

using namespace wherry;

namespace {
/// Folders of the golden files that hold one tensor per file, and those that hold a combined twin of them.
std::vector<std::string> folders_with_tensors() {
    std::vector<std::string> folders;
    const support::fs::path root(WHERRY_GOLDEN_DIR);
    for (const auto& entry : support::fs::recursive_directory_iterator(root))
        for (const std::string_view kind : {"persistables", "params", "inference", "start", "fluid"})
            if (entry.is_directory() && entry.path().filename() == kind)
                folders.push_back(entry.path().lexically_relative(root).generic_string());
    std::sort(folders.begin(), folders.end());
    return folders;
}
std::vector<std::string> combined_twins(const std::string& folder) {
    auto twins = std::vector{folder + ".bin"};
    if (folder.ends_with("/persistables")) twins.push_back(folder.substr(0, folder.size() - 12) + "memory.bin");
    if (folder.ends_with("/inference")) twins.push_back(folder + "_combined/params");
    std::erase_if(twins, [](const auto& name) { return !support::fs::is_regular_file(support::golden(name)); });
    return twins;
}
std::vector<std::string_view> views(const std::vector<std::string>& names) { return {names.begin(), names.end()}; }

std::map<std::string, std::string> tensor_files(const std::string& folder) {
    auto files = support::read_folder(support::golden(folder));
    files.erase("__model__");
    return files;
}
std::vector<std::string> keys(const std::map<std::string, std::string>& files) {
    std::vector<std::string> names;
    for (const auto& [name, bytes] : files) names.push_back(name);
    return names;
}
std::vector<tensor_ref> refs_of(const Scope& scope) {
    std::vector<tensor_ref> refs;
    for (const auto name : scope.local_var_names()) refs.push_back(scope.find_var(name)->ref(name));
    return refs;
}
std::vector<std::pair<std::string, std::string>> pairs_of_twins() {
    std::vector<std::pair<std::string, std::string>> pairs;
    for (const auto& folder : folders_with_tensors())
        if (folder.find("paddle26/tensors") == std::string::npos && !tensor_files(folder).empty())  // its combined file holds more
            for (const auto& file : combined_twins(folder)) pairs.emplace_back(folder, file);
    return pairs;
}
}  // namespace

TEST_CASE("separate files of real Paddle: loaded, saved, equal") {
    std::size_t checked = 0;
    for (const auto& name : folders_with_tensors()) {
        const auto files = tensor_files(name);
        if (files.empty()) continue;
        CAPTURE(name);
        ++checked;
        const auto names = keys(files);
        Scope scope;
        const auto report = archive<layout::per_file>::load(views(names), scope, disk(support::golden(name)));
        if (!report) FAIL(to_string(report.error()));
        CHECK(report->tensor_count == files.size());
        CHECK(report->warnings.empty());
        const support::scratch folder("golden");
        REQUIRE(archive<layout::per_file>::save(refs_of(scope), disk(folder.path())));
        CHECK(support::read_folder(folder.path()) == files);
    }
    CHECK(checked >= 50);
}

TEST_CASE("combined files and memory forms of real Paddle: loaded, saved, equal, and the same tensors as the separate files") {
    std::size_t checked = 0;
    for (const auto& twins : pairs_of_twins()) {
        const auto& folder = twins.first;
        const auto& file = twins.second;
        ++checked;
        CAPTURE(file);
        const auto files = tensor_files(folder);
        const auto names = keys(files);
        const auto bytes = support::read_file(support::golden(file));
        REQUIRE_FALSE(bytes.empty());
        Scope from_memory;
        Scope from_disk;
        Scope from_files;
        const auto loaded = archive<>::load(views(names), from_memory, memory{bytes});
        if (!loaded) FAIL(to_string(loaded.error()));
        REQUIRE(archive<>::load(views(names), from_disk, disk(support::golden(file))));
        REQUIRE(archive<layout::per_file>::load(views(names), from_files, disk(support::golden(folder))));
        for (const auto& name : names) {
            CHECK(*from_memory.find_var(name) == *from_files.find_var(name));
            CHECK(*from_disk.find_var(name) == *from_files.find_var(name));
        }
        const auto again = archive<>::save(refs_of(from_files), memory{});
        REQUIRE(again);
        CHECK(*again == bytes);
        const support::scratch scratch("golden");
        REQUIRE(archive<>::save(refs_of(from_disk), disk(scratch / "all")));
        CHECK(support::read_file(scratch / "all") == bytes);
    }
    CHECK(checked >= 40);
}

TEST_CASE("a program finds its persistables by the filter") {
    std::size_t checked = 0;
    for (const auto& twins : pairs_of_twins()) {
        const auto& folder = twins.first;
        const auto& file = twins.second;
        if (!folder.ends_with("/persistables")) continue;
        const auto name = folder.substr(0, folder.size() - 12);
        CAPTURE(name);
        ++checked;
        const auto program = Program::parse_from_string(support::read_file(support::golden(name + "main.pdmodel")));
        REQUIRE(program);
        const auto bytes = support::read_file(support::golden(file));
        Scope scope;
        const auto report = archive<>::load(*program, scope, memory{bytes});
        if (!report) FAIL(to_string(report.error()));
        CHECK(report->tensor_count == tensor_files(folder).size());
        const auto saved = archive<>::save(*program, scope, memory{});
        REQUIRE(saved);
        CHECK(*saved == bytes);
        const support::scratch scratch("program");
        REQUIRE(archive<layout::per_file>::save(*program, scope, disk(scratch.path())));
        CHECK(support::read_folder(scratch.path()) == tensor_files(folder));
        // 1.8 files do not say what is a Parameter, 2.x files do
        const auto parameters = archive<filter::parameters>::save(*program, scope, memory{});
        if (program->version() < 2'000'000) {
            CHECK(parameters.error().code == errc::nothing_to_save);
        } else {
            REQUIRE(parameters);
            CHECK(*parameters == support::read_file(support::golden(name + "params.bin")));
        }
    }
    CHECK(checked >= 20);
}

TEST_CASE("a saved model of Paddle 2.6.2 finds its .pdiparams") {
    const auto program = Program::parse_from_string(support::read_file(support::golden("paddle26/infer_classifier/inference.pdmodel")));
    REQUIRE(program);
    const auto file = support::golden("paddle26/infer_classifier/inference.pdiparams");
    Scope scope;
    REQUIRE(archive<>::load(*program, scope, disk(file)));
    CHECK(*archive<>::save(*program, scope, memory{}) == support::read_file(file));
}

TEST_CASE("every element type, scalars, empty tensors, LoD and an odd name of Paddle 2.6.2") {
    const auto program = Program::parse_from_string(support::read_file(support::golden("paddle26/tensors/main.pdmodel")));
    REQUIRE(program);
    const auto bytes = support::read_file(support::golden("paddle26/tensors/persistables.bin"));
    Scope scope;
    const auto report = archive<>::load(*program, scope, memory{bytes});
    if (!report) FAIL(to_string(report.error()));
    CHECK(*archive<>::save(*program, scope, memory{}) == bytes);
    CHECK(scope.find_var("lod2")->lod().size() == 2);
    CHECK(scope.find_var("scalar")->dims().rank() == 0);
    CHECK(scope.find_var("empty")->count() == 0);
    CHECK(scope.find_var("scope/with.odd@name") != nullptr);
    for (const auto& held : tensor_files("paddle26/tensors/persistables")) {
        const auto& name = held.first;
        CAPTURE(name);
        const auto ref = scope.find_var(name)->ref(name);
        CHECK(*archive<>::save(std::span(&ref, 1), memory{}) == held.second);
    }
}
