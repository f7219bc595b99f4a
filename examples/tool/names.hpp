#ifndef WHERRY_TOOL_NAMES_HPP
#define WHERRY_TOOL_NAMES_HPP

#include "states.hpp"

#include <wherry/base/result.hpp>
#include <wherry/program/program.hpp>
#include <wherry/record/kept_extra.hpp>
#include <wherry/tensor/structured_names.hpp>
#include <wherry/tensor/tensor.hpp>

#include <functional>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

/// The two names of parameters, and all else that a pickle holds beside its arrays, on the way through the command.
namespace tool {

/// Names of parameters that are not in the file of the arrays.
struct known_names {
    wherry::structured_names names{};
    bool asked = false;  ///< by --names-from, not found beside the file
};
/// The names that --names-from tells or, without it, IN.info, where Paddle wrote one. Errors: those of `load_structured_names`.
result<known_names> names_for(const std::string& names_from, const std::string& in);

/// A program of variables with the names of these parameters and nothing else, which name the tensors of a combined file.
wherry::Program program_of(const wherry::structured_names& names);

/// True for a combined file, or a single tensor, of Paddle's own.
bool is_tensor_file(const std::string& path);

/// How arrays are saved under other names.
struct naming {
    known_names beside{};
    wherry::kept_extra kept{};                                  ///< of the file that the arrays came from
    std::map<std::string, std::string, std::less<>> renames{};  ///< new names by old ones
    bool picked = false;                                        ///< a program chose them: they have the names of its variables
};
/// Saves arrays: Paddle's own forms get the names of parameters, and one file of all a `.info` beside it with those of layers; pdparams, and
/// all others where --names-from was given, the names that layers have. A pickle made of a pickle gets all that was in it.
/// Errors: duplicate_name for two arrays of one parameter that differ; those of `save_state` and `pickle::extra::renamed`.
result<void> save_named(std::span<const wherry::tensor_ref> arrays, const naming& how, state_target target, const progress_bar& bar);

/// The values of a pickle beside its arrays, as Python shows them, with the keys on the way to each; of safetensors, the metadata.
std::vector<std::pair<std::string, std::string>> values_in(const wherry::kept_extra& kept);

}  // namespace tool

#endif
