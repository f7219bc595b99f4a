#include "model_files.hpp"

#include <filesystem>
#include <utility>

namespace tool {

namespace {
/// The file of the program. Errors: bad_argument, those of `program_file_in`.
result<std::string> program_of(const std::string& model, const std::string& model_file, const std::string& params_file) {
    if (is_folder(model)) {
        if (model_file.empty()) return program_file_in(model);
        const auto inner = only_folder_in(model);
        const auto named = joined(model, model_file);
        return !exists(named) && exists(joined(inner, model_file)) ? joined(inner, model_file) : named;
    }
    const bool prefix = !exists(model);
    if (!model_file.empty() || (prefix && !params_file.empty()))
        return error{.code = errc::bad_argument,
                     .message = "--model-file and --params-file name files of a folder, and this is none",
                     .file = model};
    if (!prefix) return model;
    return model + (!exists(model + ".pdmodel") && exists(model + ".json") ? ".json" : ".pdmodel");
}
}  // namespace

result<model_files> find_model(const std::string& model, const std::string& model_file, const std::string& params_file) {
    auto file = program_of(model, model_file, params_file);
    if (!file) return std::move(file).error();
    auto program = load_program(*file, operators::known);
    if (!program) return std::move(program).error();

    const auto at = std::filesystem::path(*file);
    const auto folder = at.has_parent_path() ? at.parent_path().string() : std::string(".");
    auto where = folder;
    if (!params_file.empty()) {
        const auto named = joined(model, params_file);
        where = exists(named) ? named : joined(folder, params_file);
    } else {
        for (const auto* ending : {".safetensors.index.json", ".safetensors", ".npz", ".pdparams", ".pdiparams"})
            if (auto beside = std::filesystem::path(at).replace_extension(ending).string(); at.has_extension() && exists(beside))
                where = std::move(beside);
    }
    return model_files{*std::move(file), *std::move(program), std::move(where)};
}

}  // namespace tool
