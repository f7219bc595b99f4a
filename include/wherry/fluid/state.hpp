#ifndef WHERRY_FLUID_STATE_HPP
#define WHERRY_FLUID_STATE_HPP

#include <wherry/base/sequence.hpp>
#include <wherry/fluid/executor.hpp>
#include <wherry/fluid/io.hpp>
#include <wherry/model/state.hpp>
#include <wherry/program/program.hpp>
#include <wherry/program/variable.hpp>
#include <wherry/tensor/tensor.hpp>
#include <wherry/version.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

/// `fluid.save`, `fluid.load` and state as arrays by name, on the global scope.
namespace wherry::inline WHERRY_ABI::fluid {

using wherry::state_dict;

/// `fluid.save(program, "folder/name")`: name.pdparams, name.pdopt, name.pdmodel. Throws AssertionError (no name),
/// RuntimeError (a variable without a value), ValueError (a protocol other than 2 to 4), IOError.
void save(const Program& program, const std::filesystem::path& model_path, int protocol = 2);

/// `fluid.load(program, "folder/name")` after the startup program ran, or with an Executor without it. With an Executor it also
/// takes a folder that `save_persistables` wrote, or its one file together with `var_list`. Throws AssertionError (an array or
/// the .pdopt is not there), ValueError, LookupError, IOError, RuntimeError.
void load(const Program& program, const std::filesystem::path& model_path);
void load(const Program& program, const std::filesystem::path& model_path, Executor&, std::optional<sequence<Variable>> var_list = {});

/// `fluid.load_program_state`: arrays by name, no program needed. Throws ValueError (one file and no `var_list`), RuntimeError.
state_dict load_program_state(const std::filesystem::path& model_path, std::optional<sequence<Variable>> var_list = {});

/// `fluid.set_program_state`. Throws AssertionError (a persistable that the scope lacks; a shape or element type that differs).
void set_program_state(const Program& program, const state_dict& state);

namespace io {
using fluid::load;
using fluid::load_program_state;
using fluid::save;
using fluid::set_program_state;

/// `fluid.io.get_parameter_value`: a copy. Throws AssertionError (no Parameter), RuntimeError (no value).
Tensor get_parameter_value(const Variable& parameter, Executor&);
/// The same by name. Throws ValueError (no such variable); as above.
Tensor get_parameter_value_by_name(std::string_view name, Executor& exe, const Program& program = default_main_program());
}  // namespace io

}  // namespace wherry::inline WHERRY_ABI::fluid

#ifndef WHERRY_COMPILED
#include <wherry/fluid/detail/state.ipp>
#endif

#endif
