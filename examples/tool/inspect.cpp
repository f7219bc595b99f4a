#include "inspect.hpp"
#include "commands.hpp"
#include "progress.hpp"
#include "text.hpp"

#include <wherry/base/utf8.hpp>

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace tool {

namespace {
/// True for a file of another kind, such as a README; one that was believed to be of a kind and cannot be read is none.
bool is_other(const file_contents& file) {
    const auto* wrong = std::get_if<error>(&file.held);
    return wrong != nullptr && wrong->code == errc::not_a_paddle_file;
}

/// An index of shards, which are inspected as one.
bool is_index(std::string_view name) { return name.ends_with(".safetensors.index.json"); }

std::string text_of_all(std::span<const file_contents> files, bool with_stats) {
    std::string made;
    std::vector<std::string> others;
    for (const auto& file : files) {
        if (is_other(file) && is_index(file.name)) continue;
        if (is_other(file)) others.push_back(wherry::printable(file.name));
        else made += (made.empty() ? "" : "\n") + text_of(file, with_stats);
    }
    totals all;
    for (const auto& file : files) all.add(file);
    if (all.arrays > 0 && files.size() - others.size() > 1) made += "\nin all " + all.text() + "\n";
    if (others.empty()) return made;
    const auto count = others.size();
    return made + (made.empty() ? "" : "\n") + std::to_string(count) + (count == 1 ? " file is" : " files are") +
           " not of a model: " + some_names(others) + "\n";
}

std::string json_of_folder(const std::string& folder, std::span<const file_contents> files, bool with_stats) {
    json_writer json;
    json.object([&] {
        json.field("folder", folder);
        json.key("files").array([&] {
            for (const auto& file : files) write_json(json, file, with_stats);
        });
    });
    return json.take() + "\n";
}

/// A tensor alone in a file is named by the file.
void name_by_file(file_contents& file) {
    auto* held = std::get_if<tensors>(&file.held);
    if (held != nullptr && held->names.empty() && held->streams.size() == 1) held->names = {file.name};
}

result<file_contents> contents_of_one(const std::string& path, const progress_bar* stats) {
    const auto name = std::filesystem::path(path).filename().string();
    if (!is_index(name)) return contents_of(path, name, stats);
    auto shards = detail::arrays_of(path, wherry::wire::file_kind::safetensors, stats);
    if (!shards) return std::move(shards).error();
    std::error_code ignored;
    return file_contents{name, std::filesystem::file_size(path, ignored), *std::move(shards)};
}

result<std::string> inspect_folder(const inspect_arguments& given, const progress_bar* stats) {
    auto files = contents_beneath(given.path, stats);
    if (!files) return std::move(files).error();
    if (files->empty()) return error{.code = errc::not_found, .message = "the folder holds no file", .file = given.path};
    name_by_programs(*files);
    for (auto& file : *files) name_by_file(file);
    return given.json ? json_of_folder(given.path, *files, given.stats) : fitted(text_of_all(*files, given.stats), output_width());
}
}  // namespace

result<std::string> inspect(const inspect_arguments& given) {
    const progress_bar bar;
    const auto* const stats = given.stats ? &bar : nullptr;
    if (is_folder(given.path)) return inspect_folder(given, stats);
    auto file = contents_of_one(given.path, stats);
    if (!file) return file.failure().in_file(given.path);
    name_by_file(*file);
    if (!given.json) return fitted(text_of(*file, given.stats), output_width());
    json_writer json;
    write_json(json, *file, given.stats);
    return json.take() + "\n";
}

}  // namespace tool
