#include "inspect.hpp"
#include "commands.hpp"

namespace tool {

namespace {
std::string text_of_all(std::span<const file_contents> files) {
    std::string made;
    for (const auto& file : files) made += (made.empty() ? "" : "\n") + text_of(file);
    return made;
}

std::string json_of_folder(const std::string& folder, std::span<const file_contents> files) {
    json_writer json;
    json.object([&] {
        json.field("folder", folder);
        json.key("files").array([&] {
            for (const auto& file : files) write_json(json, file);
        });
    });
    return json.take() + "\n";
}

/// A tensor alone in a file is named by the file.
void name_by_file(file_contents& file) {
    auto* held = std::get_if<tensors>(&file.held);
    if (held != nullptr && held->names.empty() && held->streams.size() == 1) held->names = {file.name};
}

result<std::string> inspect_folder(const inspect_arguments& given) {
    auto files = contents_beneath(given.path);
    if (!files) return std::move(files).error();
    if (files->empty()) return error{.code = errc::not_found, .message = "the folder holds no file", .file = given.path};
    name_by_programs(*files);
    for (auto& file : *files) name_by_file(file);
    return given.json ? json_of_folder(given.path, *files) : text_of_all(*files);
}
}  // namespace

result<std::string> inspect(const inspect_arguments& given) {
    if (is_folder(given.path)) return inspect_folder(given);
    auto file = contents_of(given.path, std::filesystem::path(given.path).filename().string());
    if (!file) return std::move(file).error().in_file(given.path);
    name_by_file(*file);
    if (!given.json) return text_of(*file);
    json_writer json;
    write_json(json, *file);
    return json.take() + "\n";
}

}  // namespace tool
