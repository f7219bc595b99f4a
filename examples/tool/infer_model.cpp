#include "commands.hpp"
#include "files.hpp"
#include "states.hpp"

#include <wherry/model/inference_files.hpp>

#include <cstdio>

namespace tool {

namespace {
result<wherry::sequence<Variable>> targets_of(const Program& program, const std::vector<std::string>& names) {
    wherry::sequence<Variable> targets;
    for (const auto& name : names) {
        targets.push_back(program.global_block().find_var(name));
        if (!targets.back())
            return error{
                .code = errc::no_such_variable, .message = "a target is no variable of the program's root block", .variable = name};
    }
    return targets;
}

/// The inputs that were named or, where none were, the model's own: what its feed operators feed, or what it declares to be fed.
result<std::vector<std::string>> feeds_of(const Program& program, const std::vector<std::string>& named) {
    if (!named.empty()) return named;
    const auto fed = wherry::feed_target_names(program);
    if (!fed) return fed.error();
    std::vector<std::string> names(fed->begin(), fed->end());
    if (names.empty())
        for (const auto& var : program.global_block().vars())
            if (var.need_check_feed()) names.push_back(var.name());
    return names;
}

/// What the model will hold: persistables of the pruned program. Errors: those of `make_inference_program`.
result<wherry::sequence<Variable>> needed(const Program& program, const std::vector<std::string>& feeds,
                                          const std::vector<std::string>& targets) {
    const auto made = wherry::make_inference_program(program, feeds, targets);
    if (!made) return made.error();
    return wherry::select(made->program, wherry::filter::persistables{});
}
}  // namespace

result<std::string> infer_model(const infer_model_arguments& given) {
    auto program = load_program(given.program, operators::known);
    if (!program) return std::move(program).error();
    const auto targets = targets_of(*program, given.targets);
    if (!targets) return error(targets.error()).in_file(given.program);
    const auto feeds = feeds_of(*program, given.feeds);
    if (!feeds) return error(feeds.error()).in_file(given.program);
    const auto variables = needed(*program, *feeds, given.targets);
    if (!variables) return error(variables.error()).in_file(given.program);
    wherry::Scope scope;
    wherry::sequence<error> warnings;
    if (!variables->empty()) {
        auto read = load_state(given.from, {.in_order = wherry::select(*program, wherry::filter::persistables{}), .wanted = *variables});
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
    std::string text;
    for (const auto& name : *feeds) text += "feed   " + wherry::printable(name) + "\n";
    for (const auto& name : saved->fetch_names) text += "fetch  " + wherry::printable(name) + "\n";
    return text;
}

}  // namespace tool
