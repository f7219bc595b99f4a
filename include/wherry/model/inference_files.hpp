#ifndef WHERRY_MODEL_INFERENCE_FILES_HPP
#define WHERRY_MODEL_INFERENCE_FILES_HPP

#include <wherry/base/budget.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/model/inference_model.hpp>
#include <wherry/policy/disk.hpp>
#include <wherry/policy/progress.hpp>
#include <wherry/policy/with_progress.hpp>
#include <wherry/program/operator.hpp>
#include <wherry/program/program.hpp>
#include <wherry/program/variable.hpp>
#include <wherry/tensor/scope.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI {

/// Folder and file names of a model. Of the file names only what follows the last '/' counts, as in the reference.
struct inference_files {
    std::string dirname{};  ///< empty: the current folder
    std::string model_filename = "__model__";
    std::optional<std::string> params_filename{};  ///< none: one file per variable
};

/// How `save_inference_model` saves.
struct save_model_options {
    bool export_for_deployment = true;  ///< false: the whole program as `<model>.main_program`, with all its persistables
    bool program_only = false;          ///< leave the persistables out
    export_options program{};
};

/// The outcome of `save_inference_model`.
struct saved_model {
    sequence<std::string> fetch_names;  ///< what the targets are called in the model
    sequence<std::string_view> warnings;
};

namespace detail {
using model_with_one_file = inference_model<layout::combined>;
using model_with_file_each = inference_model<layout::per_file>;

inline std::string basename(std::string_view path) { return std::string(path.substr(path.find_last_of('/') + 1)); }
inline std::string below(std::string_view dirname, std::string_view name) {
    if (dirname.empty()) return "./" + std::string(name);
    return std::string(dirname) + (dirname.ends_with('/') ? "" : "/") + std::string(name);
}

/// Operators and variables appended to a program that go again unless the save works.
class appended_scales {
  public:
    explicit appended_scales(Program& program)
        : program_(&program), op_count_(program.global_block().ops().size()), var_count_(program.global_block().vars().size()) {}
    appended_scales(const appended_scales&) = delete;
    appended_scales& operator=(const appended_scales&) = delete;
    ~appended_scales() {
        if (program_ == nullptr) return;
        auto& root = program_->global_block();
        root.ops().erase(root.ops().begin() + static_cast<std::ptrdiff_t>(op_count_), root.ops().end());
        std::size_t at = 0;
        root.remove_vars_if([&](const Variable&) { return at++ >= var_count_; });
    }
    void keep() noexcept { program_ = nullptr; }

  private:
    Program* program_;
    std::size_t op_count_;
    std::size_t var_count_;
};

/// Whether a target is neither computed by an operator nor kept: a label, most likely.
inline bool has_fed_target(const Program& program, std::span<const Variable> targets) {
    const auto& ops = program.global_block().ops();
    return std::any_of(targets.begin(), targets.end(), [&](const Variable& target) {
        return target && !target.persistable() &&
               std::none_of(ops.begin(), ops.end(), [&](const Operator& op) { return op.writes(target.name()); });
    });
}

/// Errors: not_regular_file for a name that cannot be a file, bad_name where two of the model's files would be one.
inline result<void> check_files(const inference_files& files, const Program& program, std::string_view model_name) {
    const auto no_file = [&] { return failure(errc::not_regular_file, "Is a directory").in_file(below(files.dirname, {})); };
    const auto same = [&](std::string_view name) {
        return failure(errc::bad_name, "the program and a variable would be one file").of_variable(name);
    };
    if (basename(files.model_filename).empty()) return no_file();
    if (files.params_filename) {
        const auto params_name = basename(*files.params_filename);
        if (params_name.empty()) return no_file();
        return params_name == model_name ? result<void>(same(params_name)) : result<void>();
    }
    for (const auto& var : select<filter::persistables>(program))
        if (var.name() == model_name) return same(var.name());
    return {};
}

template <Progress P>
result<void> write_model(const inference_files& files, std::string_view model_name, const inference_program& made, const Scope& scope,
                         bool program_only, sequence<std::string_view>& warnings, const P& progress) {
    if (auto checked = check_files(files, made.program, model_name); !checked) return checked;
    disk program_sink(below(files.dirname, model_name));
    if (program_only) {
        warnings.push_back(warning_text::program_only);
        auto&& sink = told(program_sink, progress);
        return write_whole(sink, made.program.serialize_to_string(), atomic::steps);
    }
    const auto note = [&](auto&& saved) -> result<void> {
        if (!saved) return saved.failure();
        warnings.insert(warnings.end(), saved->warnings.begin(), saved->warnings.end());
        return {};
    };
    if (files.params_filename)
        return note(
            model_with_one_file::save(made, scope, program_sink, disk(below(files.dirname, basename(*files.params_filename))), progress));
    return note(model_with_file_each::save(made, scope, program_sink, disk(files.dirname.empty() ? "." : files.dirname), progress));
}
}  // namespace detail

/// Saves what `targets` need as a model in a folder, the way fluid 1.8 does: a `scale` is appended to the program for every target, the
/// program is pruned to feeds and targets, and its persistables are saved beside it. Errors: bad_argument without targets, those of
/// `append_target_scales`, `make_inference_program` and `archive::save`; not_regular_file, bad_name for the files; cancelled, where a
/// progress says so. Guarantee: after an error the program has no new operators, and no file of it was written; program and parameters take
/// their names together. Source: fluid.io.save_inference_model.
template <Progress P = silent>
result<saved_model> save_inference_model(const inference_files& files, std::span<const std::string> feeds,
                                         std::span<const Variable> targets, Program& program, const Scope& scope,
                                         UniqueNameGenerator& names, const save_model_options& options = {}, const P& progress = {}) {
    return caught([&]() -> result<saved_model> {
        if (options.export_for_deployment && targets.empty())
            return failure(errc::bad_argument, "'target_vars' should be a list of Variable.");
        saved_model saved;
        if (clear_op_device(program)) saved.warnings.push_back(warning_text::auc_states);
        if (detail::has_fed_target(program, targets)) saved.warnings.push_back(warning_text::fed_target);
        detail::appended_scales appended(program);
        const auto scaled = append_target_scales(program, names, targets, options.program);
        if (!scaled) return scaled.failure();
        for (const auto& target : *scaled) saved.fetch_names.push_back(target.name());
        auto made = options.export_for_deployment ? make_inference_program(program, feeds, saved.fetch_names, options.program)
                                                  : result<inference_program>(inference_program{program.clone(), {}, {}});
        if (!made) return made.failure();
        const auto model_name = detail::basename(files.model_filename) + (options.export_for_deployment ? "" : ".main_program");
        auto written = detail::write_model(files, model_name, *made, scope, options.program_only, saved.warnings, progress);
        if (!written) return written.failure();
        appended.keep();
        return saved;
    });
}

/// Loads a model from a folder; its persistables go into the scope.
/// Errors: those of `inference_model::load`; nothing_to_save for a params file that no variable of the program is in.
/// Source: fluid.io.load_inference_model.
template <Progress P = silent>
result<loaded_inference_model> load_inference_model(const inference_files& files, Scope& scope, const import_options& options = {},
                                                    const P& progress = {}) {
    return caught([&]() -> result<loaded_inference_model> {
        disk program_source(detail::below(files.dirname, detail::basename(files.model_filename)));
        if (!files.params_filename)
            return detail::model_with_file_each::load(scope, program_source, disk(files.dirname.empty() ? "." : files.dirname), options,
                                                      progress);
        return detail::model_with_one_file::load(
            scope, program_source, disk(detail::below(files.dirname, detail::basename(*files.params_filename))), options, progress);
    });
}

}  // namespace wherry::inline WHERRY_ABI

#endif
