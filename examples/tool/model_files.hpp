#ifndef WHERRY_TOOL_MODEL_FILES_HPP
#define WHERRY_TOOL_MODEL_FILES_HPP

#include "variables.hpp"

#include <string>

/// Where the two parts of an inference model are.
namespace tool {

struct model_files {
    std::string program;
    place variables;
};

/// A folder as `save_inference_model` writes it, or the two files of a prefix: .pdmodel, or .json of Paddle 3, and .pdiparams. Errors: bad_argument.
inline result<model_files> files_of(const std::string& model, const std::string& model_file, const std::string& params_file) {
    if (!is_folder(model)) {
        if (model_file.empty() && params_file.empty()) {
            const bool of_3x = !exists(model + ".pdmodel") && exists(model + ".json");
            return model_files{model + (of_3x ? ".json" : ".pdmodel"), {model + ".pdiparams", true}};
        }
        return error{.code = errc::bad_argument,
                     .message = "--model-file and --params-file name files of a folder, and this is none",
                     .file = model};
    }
    const auto program = joined(model, model_file.empty() ? "__model__" : model_file);
    if (params_file.empty()) return model_files{program, {model, false}};
    return model_files{program, {joined(model, params_file), true}};
}

}  // namespace tool

#endif
