#ifndef WHERRY_TOOL_MODEL_FILES_HPP
#define WHERRY_TOOL_MODEL_FILES_HPP

#include "variables.hpp"

#include <string>

/// The two parts of an inference model, as users name them.
namespace tool {

struct model_files {
    std::string program_file;
    Program program;
    std::string variables;  ///< a file or folder, for `place_of`
};

/// A model from what a user names: a folder whose files are told by content, whatever they are called; a program file; or the prefix
/// of PREFIX.pdmodel or PREFIX.json. Variables are in the file of the same prefix (.pdiparams, .pdparams, .npz, .safetensors), in
/// files of their own names, or in the one file of the folder that fits. `model_file` and `params_file` name files of the folder.
/// Errors: bad_argument, those of `load_program`.
result<model_files> find_model(const std::string& model, const std::string& model_file, const std::string& params_file);

}  // namespace tool

#endif
