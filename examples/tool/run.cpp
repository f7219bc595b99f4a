#include "arrays.hpp"
#include "commands.hpp"
#include "feeds.hpp"
#include "json.hpp"
#include "model_files.hpp"
#include "operators.hpp"
#include "progress.hpp"
#include "said.hpp"
#include "suggest.hpp"
#include "text.hpp"
#include "variables.hpp"

#include <wherry/base/lod.hpp>
#include <wherry/base/utf8.hpp>
#include <wherry/exec/profile.hpp>
#include <wherry/exec/rewrite/for_inference.hpp>
#include <wherry/policy/disk.hpp>
#include <wherry/policy/durability.hpp>
#include <wherry/record/whole_record.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#if __has_include(<sys/resource.h>)
#include <sys/resource.h>
#endif

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

/// Gives arrays the offsets of --lod NAME=0,2,5; the levels of one array come in order, the outermost first.
/// Errors: bad_argument, feed_mismatch, bad_lod.
result<void> set_lods(std::span<const std::string> arguments, std::vector<named_array>& arrays) {
    for (const auto& argument : arguments) {
        const auto equals = argument.rfind('=');
        const auto bad = [&](std::string_view message) {
            return error{.code = errc::bad_argument, .message = message, .expected = "NAME=0,2,5", .found = argument};
        };
        if (equals == 0 || equals == std::string::npos) return bad("--lod wants a name and offsets");
        const auto name = argument.substr(0, equals);
        const auto fed = std::find_if(arrays.begin(), arrays.end(), [&](const auto& held) { return held.name == name; });
        if (fed == arrays.end())
            return error{.code = errc::feed_mismatch, .message = "--lod names an input that no --feed gives", .variable = name};
        auto lod = fed->array.lod();
        lod.push_back({});
        for (auto rest = std::string_view(argument).substr(equals); !rest.empty();) {
            rest.remove_prefix(1);  // = or ,
            std::uint64_t offset = 0;
            const auto end = std::from_chars(rest.data(), rest.data() + rest.size(), offset);
            rest.remove_prefix(static_cast<std::size_t>(end.ptr - rest.data()));
            if (end.ec != std::errc{} || (!rest.empty() && rest.front() != ',')) return bad("--lod wants numbers with commas between them");
            lod.back().push_back(offset);
        }
        fed->array.set_lod(std::move(lod));
    }
    for (const auto& held : arrays) {
        const auto rows = held.array.dims().rank() == 0 ? 1 : held.array.dims()[0];
        if (auto checked = wherry::check_lod(held.array.lod(), static_cast<std::uint64_t>(rows)); !checked)
            return checked.failure().of_variable(held.name).in_file(held.file);
    }
    return {};
}

/// Checks names of --fetch. Errors: no_such_variable, with the name that was likely meant.
result<void> check_fetches(const Program& program, std::span<const std::string> names) {
    std::vector<std::string> known;
    for (const auto& var : program.global_block().vars()) known.emplace_back(var.name());
    for (const auto& name : names) {
        if (std::find(known.begin(), known.end(), name) != known.end()) continue;
        const auto meant = suggestion_for(name, known);
        return error{.code = errc::no_such_variable,
                     .message = "--fetch names a variable that the program does not have",
                     .variable = name,
                     .expected = meant.empty() ? std::string() : "perhaps " + std::string(meant)};
    }
    return {};
}

/// The program without its fetch operators, which would have to be fetched, all of them and nothing else.
result<Program> without_fetches(const Program& program) {
    auto desc = program.to_desc();
    erase_if(desc.blocks.front().ops, [](const auto& op) { return op.type == "fetch"; });
    return Program::from_desc(std::move(desc));
}

/// 0, 1, ... and, for one with LoD, 0.lod: the offsets of its last level.
std::vector<named_array> numbered(std::vector<Tensor> values) {
    std::vector<named_array> arrays;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const auto name = std::to_string(i);
        if (const auto& lod = values[i].lod(); !lod.empty()) {
            const auto& last = lod.back();
            Tensor offsets(wherry::DType::INT64, Shape{static_cast<std::int64_t>(last.size())});
            std::copy(last.begin(), last.end(), offsets.elements<std::int64_t>().begin());
            arrays.push_back({name + ".lod", std::move(offsets)});
        }
        arrays.push_back({name, std::move(values[i])});
    }
    return arrays;
}

/// A line for each file.
std::string said(std::span<const std::string> fetches, std::span<const named_array> arrays, double seconds) {
    table lines({{"file"}, {"variable"}, {"dtype"}, {"dims"}, {"bytes", align::right}});
    std::uint64_t bytes = 0;
    for (const auto& held : arrays) {
        const auto& variable = fetches[std::stoul(held.name)];
        lines.add({npy_name(held.name), wherry::printable(variable) + (held.name.ends_with(".lod") ? ", its LoD" : ""),
                   std::string(wherry::name_of(held.array.dtype())), to_string(held.array.dims()),
                   std::to_string(held.array.bytes().size())});
        bytes += held.array.bytes().size();
    }
    return lines.to_string() + "ran in " + time_text(seconds) + ", wrote " + counted(arrays.size(), "array") + ", " + size_text(bytes) +
           "\n";
}

/// A model that can be run: its program, weights and what it is fed.
struct ready_model {
    Program program;
    Scope scope;
    std::vector<named_array> feeds;
    std::vector<std::string> fetches;
    std::string program_file;
};
result<void> make_ready(const run_arguments& given, ready_model& to) {
    auto model = find_model(given.model, given.model_file, given.params_file);
    if (!model) return model.error();
    to.program_file = model->program_file;
    auto& program = to.program = std::move(model->program);
    const auto& fetches = to.fetches = given.fetches.empty() ? fetched_by(program) : given.fetches;
    if (auto checked = check_fetches(program, given.fetches); !checked) return checked.failure().in_file(to.program_file);
    if (fetches.empty())
        return error{.code = errc::fetch_mismatch,
                     .message = "this is not an inference program: nothing in it is fetched; --fetch NAME,... does",
                     .file = to.program_file};
    if (auto checked = check_operators(program); !checked) return checked.failure().in_file(to.program_file);
    auto feeds = read_feeds(given.feeds);
    if (!feeds) return std::move(feeds).error();
    to.feeds = *std::move(feeds);
    if (auto set = set_lods(given.lods, to.feeds); !set) return std::move(set).error();
    if (auto checked = check_feeds(program, fed_by(program), to.feeds); !checked) return checked.failure().in_file(to.program_file);

    if (!given.fetches.empty()) {
        auto bare = without_fetches(program);
        if (!bare) return bare.failure().in_file(to.program_file);
        program = *std::move(bare);
    }
    if (const auto variables = persistables_of(program); !variables.empty()) {
        const auto from = place_of(program, model->variables);
        if (!from) return from.error();
        if (auto loaded = load_variables(variables, to.scope, *from, progress_bar(given.quiet)); !loaded) return std::move(loaded).error();
    }
    if (!given.as_written) {
        auto fast = wherry::rewrite::for_inference(program, to.scope, fetches);
        if (!fast) return fast.failure().in_file(to.program_file);
        program = *std::move(fast);
    }
    return {};
}

/// A line of the most memory that this process ever had, where the system tells.
std::string peak_memory() {
#if __has_include(<sys/resource.h>)
    rusage used{};
    if (getrusage(RUSAGE_SELF, &used) == 0) return "memory  " + size_text(static_cast<std::uint64_t>(used.ru_maxrss) * 1024) + " at most\n";
#endif
    return {};
}

/// A line for each kind of operator, the longest first.
std::string profile_table(std::span<const wherry::operator_time> told) {
    struct kind {
        std::string type;
        std::size_t calls = 0;
        double seconds = 0, flops = 0;
    };
    std::vector<kind> kinds;
    double all = 0;
    for (const auto& one : told) {
        auto held = std::find_if(kinds.begin(), kinds.end(), [&](const kind& k) { return k.type == one.type; });
        if (held == kinds.end()) held = kinds.insert(held, {.type = one.type});
        ++held->calls, held->seconds += one.seconds, held->flops += one.flops, all += one.seconds;
    }
    std::sort(kinds.begin(), kinds.end(), [](const kind& a, const kind& b) { return a.seconds > b.seconds; });
    table lines({{"operator"},
                 {"calls", align::right},
                 {"ms", align::right},
                 {"share", align::right},
                 {"Mflop", align::right},
                 {"GF/s", align::right}});
    const auto digits = [](double number, int after) {
        std::array<char, 32> text{};
        return std::string(text.data(), std::to_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed, after).ptr);
    };
    for (const auto& held : kinds)
        lines.add({held.type, std::to_string(held.calls), digits(held.seconds * 1e3, 3),
                   digits(all > 0 ? held.seconds / all * 100 : 0, 1) + "%", digits(held.flops / 1e6, 2),
                   held.seconds > 0 ? digits(held.flops / held.seconds / 1e9, 2) : "-"});
    return lines.to_string() + "together " + time_text(all) + "\n";
}

/// Operators one after another, each as long as its median, in the format of Chrome's trace viewer.
std::string trace_text(std::span<const wherry::operator_time> told) {
    json_writer to;
    double at = 0;
    to.object([&] {
        to.key("traceEvents").array([&] {
            for (const auto& one : told) {
                to.object([&] {
                    to.field("name", one.type).field("cat", "operator").field("ph", "X").field("pid", 1).field("tid", 1);
                    to.field("ts", at * 1e6).field("dur", one.seconds * 1e6);
                    to.key("args").object([&] { to.field("output", one.output).field("bytes", one.bytes).field("flops", one.flops); });
                });
                at += one.seconds;
            }
        });
    });
    return to.take() + "\n";
}

/// What --profile and --trace ask for.
result<std::string> profiled(const run_arguments& given, ready_model& model, const wherry::Executor& executor) {
    if (!given.profile && given.trace.empty()) return std::string();
    const auto told = wherry::profile(executor, model.program, model.scope, refs_of(model.feeds), model.fetches);
    if (!told) return told.failure().in_file(model.program_file);
    if (!given.trace.empty()) {
        wherry::disk file{given.trace};
        if (auto written = wherry::write_whole(file, trace_text(*told), wherry::atomic::steps); !written) return std::move(written).error();
    }
    return given.profile ? profile_table(*told) : std::string();
}

result<void> check_threads(const run_arguments& given) {
    if (given.threads > 0 && given.threads <= 1024) return {};
    return error{.code = errc::bad_argument, .message = "--threads wants a number from 1 to 1024", .found = std::to_string(given.threads)};
}
}  // namespace

result<std::string> run(const run_arguments& given) {
    if (auto checked = check_threads(given); !checked) return checked.failure();
    ready_model model;
    if (auto ready = make_ready(given, model); !ready) return std::move(ready).error();
    auto executor = executor_of_all(given.threads);
    const stopwatch running;
    auto values = executor.run(model.program, model.scope, refs_of(model.feeds), model.fetches, progress_bar(given.quiet));
    if (!values) return values.failure().in_file(model.program_file);
    const auto seconds = running.seconds();
    const auto arrays = numbered(*std::move(values));
    if (auto written = write_results(given.out, arrays); !written) return std::move(written).error();
    auto table = profiled(given, model, executor);
    if (!table) return table;
    return given.quiet ? *table : said(model.fetches, arrays, seconds) + *table;
}

result<std::string> bench(const bench_arguments& given) {
    if (given.runs < 1)
        return error{.code = errc::bad_argument, .message = "--runs wants a number greater than 0", .found = std::to_string(given.runs)};
    if (auto checked = check_threads(given); !checked) return checked.failure();
    ready_model model;
    if (auto ready = make_ready(given, model); !ready) return std::move(ready).error();
    auto executor = executor_of_all(given.threads);
    std::vector<double> seconds;
    const progress_bar bar;
    for (std::int64_t i = 0; i <= given.runs; ++i) {
        const stopwatch running;
        auto values = executor.run(model.program, model.scope, refs_of(model.feeds), model.fetches);
        if (!values) return values.failure().in_file(model.program_file);
        seconds.push_back(running.seconds());
        bar(seconds.size(), static_cast<std::uint64_t>(given.runs) + 1);
    }
    const auto first = time_text(seconds.front());
    seconds.erase(seconds.begin());
    std::sort(seconds.begin(), seconds.end());
    const auto share = [&](std::size_t percent) { return time_text(seconds[(seconds.size() - 1) * percent / 100]); };
    return "first run  " + first + "\nthen " + counted(seconds.size(), "run") + "  median " + share(50) + ", least " + share(0) +
           ", 90% within " + share(90) + ", 99% within " + share(99) + "\n" + peak_memory();
}

}  // namespace tool
