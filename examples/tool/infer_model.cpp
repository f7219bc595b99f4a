#include "commands.hpp"
#include "files.hpp"
#include "operators.hpp"
#include "said.hpp"
#include "states.hpp"
#include "strip.hpp"

#include <wherry/exec/bind_ops.hpp>
#include <wherry/layers/builder_base.hpp>
#include <wherry/model/inference_files.hpp>
#include <wherry/model/inference_program.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <set>
#include <string>
#include <vector>

namespace tool {

namespace {
result<wherry::sequence<Variable>> targets_of(const Program& program, const std::vector<std::string>& names) {
    wherry::sequence<Variable> targets;
    for (const auto& name : names) {
        targets.push_back(program.global_block().find_var(name));
        if (!targets.back())
            return error{
                .code = errc::no_such_variable, .message = "a target is not a variable of the program's root block", .variable = name};
    }
    return targets;
}

/// The variables that the targets are computed from, themselves among them.
std::set<std::string, std::less<>> needed_for(const Program& program, const std::vector<std::string>& targets) {
    std::set<std::string, std::less<>> names(targets.begin(), targets.end());
    const auto& ops = program.global_block().ops();
    for (auto op = ops.rbegin(); op != ops.rend(); ++op)
        for (const auto& made : op->desc().outputs)
            if (std::any_of(made.arguments.begin(), made.arguments.end(), [&](const std::string& name) { return names.contains(name); }))
                for (const auto& slot : op->desc().inputs) names.insert(slot.arguments.begin(), slot.arguments.end());
    return names;
}

/// The inputs that were named or, where none were, the model's own: of what its feed operators feed, or it
/// declares to be fed, those that the targets need.
result<std::vector<std::string>> feeds_of(const Program& program, const infer_model_arguments& given) {
    if (!given.feeds.empty()) return given.feeds;
    const auto fed = wherry::feed_target_names(program);
    if (!fed) return fed.error();
    const auto names = needed_for(program, given.targets);
    if (!fed->empty()) {
        std::vector<std::string> own(fed->begin(), fed->end());
        erase_if(own, [&](const std::string& name) { return !names.contains(name); });
        return own;
    }
    std::vector<std::string> declared;
    for (const auto& var : program.global_block().vars())
        if (var.need_check_feed() && names.contains(var.name())) declared.push_back(var.name());
    return declared;
}

/// Gives the variables of the root block the dims that follow from those of the inputs. What an operator leaves open, and what one that is
/// not known here makes, stays as it is declared, which is true of any number of rows.
/// Errors: those of the operators: one that reshapes to a fixed number of rows cannot have another.
result<void> infer_dims(Program& program) {
    wherry::bind_ops(program, all_operators());
    wherry::UniqueNameGenerator names;
    wherry::NameScope scopes;
    const wherry::BuilderBase builder(program, program, names, scopes);
    for (const auto& op : program.global_block().ops()) {
        if (op.implementation() == nullptr || op.type() == "feed" || op.type() == "fetch") continue;
        if (auto inferred = builder.infer_outputs(op); !inferred) return inferred;
    }
    return {};
}

/// The program whose inputs have so many rows, with all that follows from it; an open first dim becomes that.
/// Errors: shape_mismatch for an input that has another one, those of `infer_dims`.
result<Program> with_batch(const Program& program, const std::vector<std::string>& feeds, const std::vector<std::string>& targets,
                           std::int64_t batch) {
    auto desc = program.to_desc();
    for (auto& var : desc.blocks.front().vars) {
        if (std::find(feeds.begin(), feeds.end(), var.name) == feeds.end() || !var.type.lod_tensor) continue;
        auto& dims = var.type.lod_tensor->tensor.dims;
        if (dims.empty() || (dims[0] >= 0 && dims[0] != batch))
            return error{.code = errc::shape_mismatch,
                         .message = "--batch wants inputs whose first dim is open",
                         .variable = var.name,
                         .expected = "-1",
                         .found = wherry::to_string(dims)};
        dims[0] = batch;
    }
    auto fixed = Program::from_desc(desc);
    if (!fixed) return fixed;
    auto pruned = wherry::make_inference_program(*fixed, feeds, targets);
    if (!pruned) return pruned.error();
    if (auto inferred = infer_dims(pruned->program); !inferred) return std::move(inferred).error();
    for (auto& var : desc.blocks.front().vars) {
        const auto known = pruned->program.global_block().find_var(var.name);
        if (!known || known.persistable() || !var.type.lod_tensor || var.type.selected_rows) continue;
        auto& dims = var.type.lod_tensor->tensor.dims;
        const auto shape = known.shape();
        if (shape.size() != dims.size()) continue;
        for (std::size_t i = 0; i < dims.size(); ++i)
            if (shape[i] >= 0) dims[i] = shape[i];
    }
    return Program::from_desc(std::move(desc));
}

/// The contents of the model: persistables of the pruned program. Errors: those of `make_inference_program`.
result<wherry::sequence<Variable>> needed(const Program& program, const std::vector<std::string>& feeds,
                                          const std::vector<std::string>& targets) {
    const auto made = wherry::make_inference_program(program, feeds, targets);
    if (!made) return made.error();
    return wherry::select(made->program, wherry::filter::persistables{});
}
}  // namespace

result<std::string> infer_model(const infer_model_arguments& as_given) {
    auto given = as_given;
    const stopwatch running;
    auto program = load_program(given.program, operators::known);
    if (!program) return std::move(program).error();
    if (given.targets.empty()) {
        const auto fetched = wherry::fetch_target_names(*program);
        if (!fetched) return error(fetched.error()).in_file(given.program);
        given.targets.assign(fetched->begin(), fetched->end());
    }
    if (given.targets.empty())
        return error{.code = errc::bad_argument,
                     .message = "nothing in the program is fetched: --targets says what is",
                     .file = given.program,
                     .expected = "--targets NAME,..."};
    if (given.strip) strip_callstacks(*program);
    const auto feeds = feeds_of(*program, given);
    if (!feeds) return error(feeds.error()).in_file(given.program);
    if (given.batch > 0) {
        auto fixed = with_batch(*program, *feeds, given.targets, given.batch);
        if (!fixed) return fixed.failure().in_file(given.program);
        program = std::move(fixed);
    }
    const auto targets = targets_of(*program, given.targets);
    if (!targets) return error(targets.error()).in_file(given.program);
    const auto variables = needed(*program, *feeds, given.targets);
    if (!variables) return error(variables.error()).in_file(given.program);
    wherry::Scope scope;
    wherry::sequence<error> warnings;
    if (!variables->empty()) {
        const progress_bar bar(given.quiet);
        auto read =
            load_state(given.from, bar, {.in_order = wherry::select(*program, wherry::filter::persistables{}), .wanted = *variables});
        if (!read) return std::move(read).error();
        for (const auto& held : read->arrays) scope.var(held.name) = held.tensor;
        warnings = std::move(read->warnings);
    }
    wherry::inference_files files{given.to, given.model_filename, {}};
    if (!given.params_filename.empty()) files.params_filename = given.params_filename;
    wherry::UniqueNameGenerator names;
    const auto saved = wherry::save_inference_model(files, *feeds, *targets, *program, scope, names);
    if (!saved) return error(saved.error()).in_file(given.program);
    tell(warnings);
    for (const auto warning : saved->warnings) std::fprintf(stderr, "wherry: warning: %s\n", wherry::printable(warning).c_str());
    if (given.quiet) return std::string();
    std::string text;
    for (const auto& name : *feeds) text += "feed   " + wherry::printable(name) + "\n";
    for (const auto& name : saved->fetch_names) text += "fetch  " + wherry::printable(name) + "\n";
    std::uint64_t bytes = 0;
    for (const auto& var : *variables)
        if (const auto* const held = scope.find_var(var.name()); held != nullptr) bytes += held->bytes().size();
    return text + "wrote " + counted(variables->size(), "array") + ", " + size_text(bytes) + ", and the program in " +
           time_text(running.seconds()) + ": " + wherry::printable(given.to) + "\n";
}

}  // namespace tool
