#ifndef WHERRY_FLUID_PADDLE_STATIC_HPP
#define WHERRY_FLUID_PADDLE_STATIC_HPP

#include <wherry/exec/op/all.hpp>
#include <wherry/fluid/inference_model.hpp>
#include <wherry/program/program.hpp>
#include <wherry/version.hpp>

#include <optional>
#include <string>
#include <string_view>

/// The names that Paddle 2.x gave to inference models, `paddle.static` (`static` is a keyword of C++). They work on
/// fluid's default program and global scope; the operators of a program stay those of fluid 1.8, which 2.x runs.
namespace wherry::inline WHERRY_ABI::paddle_static {

using fluid::Executor;
using fluid::io::inference_model;
using fluid::io::variable_list;

/// How the functions below make a program to infer with of a trained one.
struct program_options {
    Program* program = nullptr;  ///< none: the default main program; it grows by a `scale` a target
    bool clip_extra = true;      ///< leave out attributes that change nothing that is computed
    bool skip_prune_program = false;
};

/// The program that a model of these feeds and fetches has. Throws TypeError (an empty Variable), ValueError (a feed that
/// no fetch needs). Source: paddle.static.normalize_program.
Program normalize_program(Program& program, const variable_list& feed_vars, const variable_list& fetch_vars,
                          bool skip_prune_program = false);

/// Bytes of a `.pdmodel`. Throws as above.
std::string serialize_program(const variable_list& feed_vars, const variable_list& fetch_vars, const program_options& o = {});
/// Bytes of a `.pdiparams`; no bytes, and a warning, where nothing is persistable. Throws EnforceNotMet (a variable
/// without a value), and as above.
std::string serialize_persistables(const variable_list& feed_vars, const variable_list& fetch_vars, Executor& exe,
                                   const program_options& o = {});

namespace detail {
Program read_program(std::string_view data, op_table ops);
}  // namespace detail

/// The program carries the operators of a list, all of them unless the call names one. Throws EnforceNotMet for bytes that are not a program.
/// Source: paddle.static.deserialize_program.
template <OpList Ops = op::all>
Program deserialize_program(std::string_view data) {
    return detail::read_program(data, Ops::table);
}
/// Loads the persistables of a program. No bytes mean Python's None, which suits a program without Parameters only.
/// Throws AssertionError (Parameters and no bytes), RuntimeError (a shape), EnforceNotMet (bytes that do not fit).
void deserialize_persistables(const Program& program, std::string_view data, Executor& exe);

/// Plain files. Throws IOError.
void save_to_file(const std::string& path, std::string_view content);
std::string load_from_file(const std::string& path);

/// Writes `prefix.pdmodel` and `prefix.pdiparams`; the latter only where something is persistable.
/// Throws ValueError (a prefix that is a folder, a feed that no fetch needs), TypeError, IOError, EnforceNotMet.
/// Source: paddle.static.save_inference_model.
void save_inference_model(const std::string& path_prefix, const variable_list& feed_vars, const variable_list& fetch_vars, Executor&,
                          const program_options& o = {});

/// The files of a model in a folder, in the old way: names without a suffix are tried with theirs first.
struct old_files {
    std::optional<std::string> model_filename{};   ///< none: `__model__`
    std::optional<std::string> params_filename{};  ///< none: one file per variable
};
namespace detail {
inference_model read_inference_model(const std::string& path_prefix);
inference_model read_inference_model(const std::string& folder, const old_files& names);
}  // namespace detail

/// Loads `prefix.pdmodel` and `prefix.pdiparams`; the program carries the operators of a list, all of them unless the call names one. Throws ValueError (no such folder), IOError, EnforceNotMet.
/// Source: paddle.static.load_inference_model.
template <OpList Ops = op::all>
inference_model load_inference_model(const std::string& path_prefix, Executor&) {
    return fluid::io::detail::bound(detail::read_inference_model(path_prefix), Ops::run_table);
}
/// Loads a model from the files of a folder.
template <OpList Ops = op::all>
inference_model load_inference_model(const std::string& folder, Executor&, const old_files& names) {
    return fluid::io::detail::bound(detail::read_inference_model(folder, names), Ops::run_table);
}

}  // namespace wherry::inline WHERRY_ABI::paddle_static

#ifndef WHERRY_COMPILED
#include <wherry/fluid/detail/paddle_static.ipp>
#endif

#endif
