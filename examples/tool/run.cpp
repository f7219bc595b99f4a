#include "arrays.hpp"
#include "commands.hpp"
#include "model_files.hpp"
#include "operators.hpp"
#include "variables.hpp"

namespace tool {

namespace {
struct port {
    std::string name;
    std::int32_t col = 0;
};

/// The variables that operators of one type name in a slot, by their `col`.
std::vector<std::string> ports_of(std::span<const std::string> (wherry::Operator::*slot)(std::string_view) const noexcept,
                                  std::string_view type, std::string_view slot_name, const Program& program) {
    std::vector<port> ports;
    for (const auto& op : program.global_block().ops())
        if (op.type() == type && !(op.*slot)(slot_name).empty())
            ports.push_back({(op.*slot)(slot_name)[0], op.attr_or<std::int32_t>("col", 0)});
    std::stable_sort(ports.begin(), ports.end(), [](const port& a, const port& b) { return a.col < b.col; });
    std::vector<std::string> names;
    for (auto& held : ports) names.push_back(std::move(held.name));
    return names;
}
std::vector<std::string> fed_by(const Program& program) { return ports_of(&wherry::Operator::output, "feed", "Out", program); }
std::vector<std::string> fetched_by(const Program& program) { return ports_of(&wherry::Operator::input, "fetch", "X", program); }

std::string listed(std::span<const std::string> names) {
    std::string made;
    for (const auto& name : names) made += (made.empty() ? "" : ", ") + name;
    return made.empty() ? "nothing" : made;
}

result<void> check_feeds(std::span<const std::string> wanted, std::span<const named_array> given) {
    for (const auto& name : wanted)
        if (std::none_of(given.begin(), given.end(), [&](const auto& held) { return held.name == name; }))
            return error{.code = errc::feed_mismatch, .message = "the model has an input that no --feed gives", .variable = name};
    for (const auto& held : given)
        if (std::find(wanted.begin(), wanted.end(), held.name) == wanted.end())
            return error{
                .code = errc::feed_mismatch, .message = "the model has no such input", .variable = held.name, .expected = listed(wanted)};
    return {};
}

std::vector<named_array> numbered(std::vector<Tensor> values) {
    std::vector<named_array> arrays;
    for (auto& value : values) arrays.push_back({std::to_string(arrays.size()), std::move(value)});
    return arrays;
}
}  // namespace

result<std::string> run(const run_arguments& given) {
    const auto model = find_model(given.model, given.model_file, given.params_file);
    if (!model) return model.error();
    const auto& program = model->program;
    const auto fetches = fetched_by(program);
    if (fetches.empty())
        return error{.code = errc::fetch_mismatch,
                     .message = "this is not an inference program: nothing in it is fetched",
                     .file = model->program_file};
    const auto feeds = read_feeds(given.feeds);
    if (!feeds) return feeds.error();
    if (auto checked = check_feeds(fed_by(program), *feeds); !checked) return std::move(checked).error().in_file(model->program_file);

    Scope scope;
    if (const auto variables = persistables_of(program); !variables.empty()) {
        const auto from = place_of(program, model->variables);
        if (!from) return from.error();
        if (auto loaded = load_variables(variables, scope, *from); !loaded) return std::move(loaded).error();
    }
    auto executor = executor_of_all();
    auto values = executor.run(program, scope, refs_of(*feeds), fetches);
    if (!values) return std::move(values).error().in_file(model->program_file);
    if (auto written = write_results(given.out, numbered(*std::move(values))); !written) return std::move(written).error();
    return std::string();
}

}  // namespace tool
