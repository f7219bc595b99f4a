#ifndef WHERRY_MODEL_INFERENCE_MODEL_HPP
#define WHERRY_MODEL_INFERENCE_MODEL_HPP

#include <wherry/archive/archive.hpp>
#include <wherry/base/budget.hpp>
#include <wherry/base/limits.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/model/inference_program.hpp>
#include <wherry/policy/joined.hpp>
#include <wherry/policy/progress.hpp>
#include <wherry/policy/with_progress.hpp>
#include <wherry/program/program.hpp>
#include <wherry/program/variable.hpp>
#include <wherry/record/load_plan.hpp>
#include <wherry/record/whole_record.hpp>
#include <wherry/tensor/scope.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

namespace wherry::inline WHERRY_ABI {

/// Warnings about a save that worked, in the reference's words.
namespace warning_text {
inline constexpr std::string_view no_variable = "no variable in your model, please ensure there are any variables in your model to save";
inline constexpr std::string_view no_operator = "There are no operators in the program to be executed.";
inline constexpr std::string_view auc_states = "please ensure that you have set the auc states to zeros before saving inference model";
/// In words of wherry's own.
inline constexpr std::string_view fed_target = "a target is not computed by the program: is it a label? The model will answer what it is "
                                               "fed, or ask for an input that it does not name";
inline constexpr std::string_view no_version = "the program does not say which Paddle wrote it: its file may have been cut at the end";
inline constexpr std::string_view program_only =
    "save_inference_model specified the param `program_only` to True, It will not save params of Program.";
}  // namespace warning_text

/// How a model is taken in.
struct import_options {
    sequence<std::string> pserver_endpoints{};             ///< replaces the attribute `epmap` where there is one
    bool (*is_supported)(std::int64_t version) = nullptr;  ///< null: every version is, as in the reference
};

/// A model that was loaded. Its persistables are in the scope; the Executor knows its feed and fetch operators.
struct loaded_inference_model {
    Program program;
    sequence<std::string> feed_names;  ///< by column
    sequence<Variable> fetch_targets;  ///< by column
    load_report report;
};

namespace detail {
/// The type that a sink's `finish` returns; nothing for files.
template <class S>
using handed_over = typename saved_by<std::remove_reference_t<S>>::type::value_type;
template <class S>
using kept = std::conditional_t<std::is_void_v<handed_over<S>>, std::monostate, handed_over<S>>;

template <class T>
std::conditional_t<std::is_void_v<T>, std::monostate, T> keep(result<T>&& r) {
    if constexpr (std::is_void_v<T>) return {};
    else return *std::move(r);
}

inline result<void> check_version(const Program& program, const import_options& options) {
    if (options.is_supported == nullptr || options.is_supported(program.version())) return {};
    return failure(errc::bad_version, {"Unsupported program version: ", decimal(program.version()), "\n"}).found(program.version());
}
inline void replace_endpoints(Program& program, const sequence<std::string>& endpoints) {
    if (endpoints.empty()) return;
    for (auto& op : program.global_block().ops())
        if (op.find_attr("epmap") != nullptr) op.set_attr(make_attr("epmap", endpoints));
}
}  // namespace detail

/// Reads what `program` bytes say of a model, without its parameters. A file that was cut where a field of the whole ends is a program
/// without a version, which the report warns of (truncated): Paddle writes the version after the blocks.
/// Errors: those of `Program::parse_from_string`; bad_version, missing_slot,
/// bad_attribute, no_such_variable for a fetched name that the program lacks.
inline result<loaded_inference_model> parse_inference_program(std::string_view bytes, const import_options& options = {},
                                                              const limits& caps = {}) {
    return caught([&]() -> result<loaded_inference_model> {
        auto program = Program::parse_from_string(bytes, caps);
        if (!program) return program.failure();
        if (auto checked = detail::check_version(*program, options); !checked) return checked.failure();
        auto feeds = feed_target_names(*program);
        if (!feeds) return feeds.failure();
        const auto fetches = fetch_target_names(*program);
        if (!fetches) return fetches.failure();
        sequence<Variable> targets;
        for (const auto& name : *fetches) {
            targets.push_back(program->global_block().find_var(name));
            if (!targets.back())
                return failure(errc::no_such_variable, {"var ", name, " not in this block"}).of_variable(name).of_op("fetch");
        }
        detail::replace_endpoints(*program, options.pserver_endpoints);
        loaded_inference_model made{*std::move(program), *std::move(feeds), std::move(targets), {}};
        if (made.program.version() == 0) made.report.warnings.push_back({.code = errc::truncated, .message = warning_text::no_version});
        return made;
    });
}

/// Saves and loads inference models the way its policies say: those of an archive but the filter, since a model holds
/// every persistable of its program. The program goes to a sink of its own:
///
///     inference_model<layout::combined>::save(*made, scope, disk{"m/__model__"}, disk{"m/params"});
///     inference_model<>::load(scope, memory{program_bytes}, memory{params_bytes});
template <class... Policies>
struct inference_model {
    static_assert(
        !(std::is_same_v<typename detail::kind_of<Policies>::type, kinds::filter> || ...),
        "wherry: an inference model holds the persistables of its program; it takes no filter (see wherry/model/inference_model.hpp)");
    using parameters = archive<filter::persistables, Policies...>;

    /// The results of the two sinks, and whether there was anything persistable.
    template <class M, class P>
    struct saved {
        detail::kept<M> program{};
        std::optional<detail::kept<P>> params{};
        sequence<std::string_view> warnings{};
    };

    /// Saves the persistables of a program, then its bytes, so that what looks like a model is whole. Two `disk` of one folder are one
    /// set: both files, or all, take their names together. Without persistables the second sink is not touched, which is a warning.
    /// Errors: those of `archive::save` (no program is written then) and of the sinks; cancelled, where a progress says so: nothing has
    /// changed then.
    template <class M, class P, Progress Told = silent>
    static result<saved<M, P>> save(const inference_program& made, const Scope& scope, M&& program_sink, P&& params_sink,
                                    const Told& progress = {}) {
        return caught([&]() -> result<saved<M, P>> {
            saved<M, P> out;
            const joined set(params_sink, program_sink);
            const auto program = made.program.serialize_to_string();
            const auto first = detail::part_of(progress, 0, program.size());
            if (auto done = save_params<M>(made.program, scope, std::forward<P>(params_sink), out, first); !done) return done.failure();
            const auto last = detail::part_of(progress, detail::all_of(first), 0);
            auto&& sink = detail::told(program_sink, last);
            auto written = write_whole(sink, program, parameters::durability_policy::steps);
            if (!written) return written.failure();
            out.program = detail::keep(std::move(written));
            return out;
        });
    }

    /// Saves the persistables of a program alone. Errors: as above.
    template <class M, class P, Progress Told = silent>
    static result<void> save_params(const Program& program, const Scope& scope, P&& sink, saved<M, P>& out, const Told& progress = {}) {
        const auto vars = select<filter::persistables>(program);
        if (vars.empty()) return out.warnings.push_back(warning_text::no_variable), result<void>();
        const bool all_raw = std::all_of(vars.begin(), vars.end(), [](const Variable& var) { return var.kind() == VarKind::RAW; });
        if (all_raw && !parameters::layout_policy::single_record) return out.warnings.push_back(warning_text::no_operator), result<void>();
        auto written = parameters::save(std::span<const Variable>(vars), scope, std::forward<P>(sink), progress);
        if (!written) return written.failure();
        out.params = detail::keep(std::move(written));
        return {};
    }

    /// Loads a model. The program is checked as a whole before the first tensor is read; a model without persistables
    /// has no parameters to open.
    /// Errors: those of `parse_inference_program`, of `archive::load` and of the sources; cancelled.
    /// Guarantee: a load that fails leaves the scope as it was; program and parameters from one folder are of one save.
    template <class M, class P, Progress Told = silent>
    static result<loaded_inference_model> load(Scope& scope, M&& program_source, P&& params_source, const import_options& options = {},
                                               const Told& progress = {}) {
        const joined set(params_source, program_source);
        return caught(
            [&] { return detail::until_still([&] { return load_once(scope, program_source, params_source, options, progress); }); });
    }

  private:
    template <class M, class P, class Told>
    static result<loaded_inference_model> load_once(Scope& scope, M& program_source, P& params_source, const import_options& options,
                                                    const Told& progress) {
        auto file = read_whole(program_source, parameters::caps_policy::caps.program_bytes);
        if (!file) return file.failure();
        auto model = parse_inference_program(file->bytes, options, parameters::caps_policy::caps);
        if (!model) return model.failure().in_file(file->path);
        auto vars = select<filter::persistables>(model->program);
        erase_if(vars, [](const Variable& var) { return var.kind() == VarKind::RAW; });
        const auto part = detail::part_of(progress, file->bytes.size(), 0);
        if (vars.empty()) return part(0, 0) ? std::move(model) : result<loaded_inference_model>(detail::cancelled_error());
        auto report = parameters::load(std::span<const Variable>(vars), scope, params_source, part);
        if (!report) return report.failure();
        for (auto& warning : model->report.warnings) report->warnings.push_back(std::move(warning));
        model->report = *std::move(report);
        return model;
    }
};

}  // namespace wherry::inline WHERRY_ABI

#endif
