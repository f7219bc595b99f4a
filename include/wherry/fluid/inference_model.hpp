#ifndef WHERRY_FLUID_INFERENCE_MODEL_HPP
#define WHERRY_FLUID_INFERENCE_MODEL_HPP

#include <wherry/base/sequence.hpp>
#include <wherry/exec/op/all.hpp>
#include <wherry/fluid/io.hpp>
#include <wherry/program/program.hpp>
#include <wherry/program/variable.hpp>
#include <wherry/version.hpp>

#include <concepts>
#include <filesystem>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

/// `fluid.io.save_inference_model` and `load_inference_model`. As everywhere in wherry, a call that fails has written
/// nothing, left the program as it was, and left the scope as it was.
namespace wherry::inline WHERRY_ABI::fluid::io {

/// One name, or a list of them.
class feed_list {
  public:
    feed_list(const std::string& name) : names_{name} {}                  // NOLINT(google-explicit-constructor)
    feed_list(const char* name) : names_{name} {}                         // NOLINT(google-explicit-constructor)
    feed_list(sequence<std::string> names) : names_(std::move(names)) {}  // NOLINT(google-explicit-constructor)
    feed_list(std::initializer_list<const char*> names) : names_(names.begin(), names.end()) {}
    [[nodiscard]] const sequence<std::string>& names() const noexcept { return names_; }

  private:
    sequence<std::string> names_;
};
/// One variable, or a list of them.
class variable_list {
  public:
    variable_list(const Variable& var) : vars_{var} {}  // NOLINT(google-explicit-constructor)
    template <std::convertible_to<sequence<Variable>> Vars>
    variable_list(Vars&& vars) : vars_(std::forward<Vars>(vars)) {}  // NOLINT(google-explicit-constructor): a sequence, a std::vector
    variable_list(std::initializer_list<Variable> vars) : vars_(vars) {}
    [[nodiscard]] const sequence<Variable>& vars() const noexcept { return vars_; }
    [[nodiscard]] sequence<std::string> names() const {
        sequence<std::string> names;
        for (const auto& var : vars_) names.push_back(var ? var.name() : std::string());
        return names;
    }

  private:
    sequence<Variable> vars_;
};

/// Of the file names only what follows the last '/' counts.
struct save_model_options {
    Program* main_program = nullptr;               ///< none: the default main program; it grows by a `scale` a target
    std::optional<std::string> model_filename{};   ///< none: `__model__`
    std::optional<std::string> params_filename{};  ///< none: one file per variable
    bool export_for_deployment = true;
    bool program_only = false;
};
/// With `memory` in place of a folder the two are the bytes themselves.
struct load_model_options {
    std::optional<std::string> model_filename{};
    std::optional<std::string> params_filename{};
    sequence<std::string> pserver_endpoints{};
};
/// `[program, feed_names, fetch_targets]`.
struct inference_model {
    Program program;
    sequence<std::string> feed_names;
    sequence<Variable> fetch_targets;
};

/// Saves what the targets need for inference, and answers what they are called in the model.
/// Throws ValueError (targets, feeds, names), TypeError (a bool target), IOError (files), EnforceNotMet (parameters).
/// Source: fluid.io.save_inference_model.
sequence<std::string> save_inference_model(const std::filesystem::path& dirname, const feed_list& feeded_var_names,
                                           const variable_list& target_vars, Executor&, const save_model_options& o = {});

namespace detail {
inference_model read_inference_model(const std::filesystem::path& dirname, const load_model_options& o);
inference_model read_inference_model(memory_form, const load_model_options& o);
/// The model, its program carrying operators of a list.
inference_model bound(inference_model model, op_table ops);
}  // namespace detail

/// Loads a model; its persistables go into the global scope. Its program then carries the operators of a list: all of them, or those that
/// the call names, `load_inference_model<op_list<op::mul, op::softmax>>(dirname, exe)`, so that no others are compiled.
/// Throws ValueError (no such folder), IOError (no program in it), EnforceNotMet (bytes that are not a program, parameters).
/// Source: fluid.io.load_inference_model.
template <OpList Ops = op::all>
inference_model load_inference_model(const std::filesystem::path& dirname, Executor&, const load_model_options& o = {}) {
    return detail::bound(detail::read_inference_model(dirname, o), Ops::run_table);
}
/// Loads a model from the bytes of its program (`model_filename`) and of its one file of parameters (`params_filename`).
template <OpList Ops = op::all>
inference_model load_inference_model(memory_form form, Executor&, const load_model_options& o) {
    return detail::bound(detail::read_inference_model(form, o), Ops::run_table);
}

}  // namespace wherry::inline WHERRY_ABI::fluid::io

#ifndef WHERRY_COMPILED
#include <wherry/fluid/detail/inference_model.ipp>
#endif

#endif
