#include "arrays.hpp"
#include "commands.hpp"
#include "feeds.hpp"
#include "operators.hpp"
#include "progress.hpp"
#include "said.hpp"
#include "variables.hpp"

#include <wherry/base/utf8.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <span>
#include <string>
#include <vector>

namespace tool {

namespace {
result<void> check(const train_arguments& given) {
    if (given.startup.empty() == given.persistables.empty())
        return error{.code = errc::bad_argument, .message = "training starts from exactly one of --startup and --persistables"};
    if (given.steps < 1)
        return error{.code = errc::bad_argument, .message = "--steps wants a number above 0", .found = wherry::decimal(given.steps)};
    if (given.save.empty() && !given.save_filename.empty())
        return error{.code = errc::bad_argument,
                     .message = "--save-filename names a file of the folder that --save gives, and there is none"};
    return check_results(given.fetches);
}

/// Values of the persistables before the first step.
result<void> start(const train_arguments& given, const Program& program, wherry::Executor& executor, Scope& scope) {
    const progress_bar bar(given.quiet);
    if (given.startup.empty()) {
        const auto from = place_of(program, given.persistables);
        if (!from) return from.error();
        return load_variables(persistables_of(program), scope, *from, bar);
    }
    const auto startup = load_program(given.startup, operators::known);
    if (!startup) return startup.error();
    auto ran = executor.run(*startup, scope);
    if (!ran) return ran.failure().in_file(given.startup);
    return {};
}

using fetched_rows = std::vector<std::vector<Tensor>>;  ///< by step, then by variable

/// The numbers of a fetched array of one element, as "mean_0.tmp_0 2.303"; dims of a larger one.
std::string value_text(const std::string& name, const Tensor& array) {
    auto text = wherry::printable(name) + " ";
    if (array.count() != 1) return text + to_string(array.dims());
    char digits[32];
    const double value = array.dtype() == wherry::DType::FP32   ? static_cast<double>(array.elements<float>()[0])
                         : array.dtype() == wherry::DType::FP64 ? array.elements<double>()[0]
                                                                : 0;
    if (array.dtype() != wherry::DType::FP32 && array.dtype() != wherry::DType::FP64) return text + "[1]";
    std::snprintf(digits, sizeof digits, "%.6g", value);
    return text + digits;
}

/// Prints what steps gave and how long they took: every one of a few, some twenty of many, the first and the last in any case.
class step_printer {
  public:
    explicit step_printer(const train_arguments& given)
        : given_(given), bar_(given.quiet), every_(std::max<std::int64_t>(given.steps / 20, 1)) {}
    void done(std::int64_t step, std::span<const Tensor> fetched) {
        ++since_;
        bar_(static_cast<std::uint64_t>(step), static_cast<std::uint64_t>(given_.steps));
        if (given_.quiet || (step != 1 && step != given_.steps && step % every_ != 0)) return;
        const auto width = std::to_string(given_.steps).size();
        auto line = std::to_string(step);
        line = "step " + std::string(width - line.size(), ' ') + line;
        for (std::size_t i = 0; i < fetched.size(); ++i) line += "  " + value_text(given_.fetches[i], fetched[i]);
        line += "  " + time_text(timer_.seconds() / static_cast<double>(since_)) + "\n";
        bar_.clear();
        std::fputs(line.c_str(), stdout);
        std::fflush(stdout);
        since_ = 0;
        timer_.restart();
    }

  private:
    const train_arguments& given_;
    progress_bar bar_;
    std::int64_t every_;
    std::int64_t since_ = 0;  ///< steps since the last line
    stopwatch timer_;
};

/// The arrays of --feed: all inputs of the program, and any other variable of it. Errors: those of `read_feeds` and `check_feeds`.
result<std::vector<named_array>> feeds_for(const train_arguments& given, const Program& program) {
    auto feeds = read_feeds(given.feeds);
    if (!feeds) return feeds;
    auto wanted = inputs_of(program);
    for (const auto& held : *feeds)
        if (program.global_block().find_var(held.name) && std::find(wanted.begin(), wanted.end(), held.name) == wanted.end())
            wanted.push_back(held.name);
    if (auto checked = check_feeds(program, wanted, *feeds); !checked) return checked.failure().in_file(given.program);
    return feeds;
}

result<fetched_rows> steps(const train_arguments& given, const Program& program, std::span<const named_array> feeds,
                           wherry::Executor& executor, Scope& scope) {
    const auto refs = refs_of(feeds);
    fetched_rows rows;
    step_printer printer(given);
    for (std::int64_t step = 0; step < given.steps; ++step) {
        auto fetched = executor.run(program, scope, refs, given.fetches);
        if (!fetched) return fetched.failure().in_file(given.program);
        rows.push_back(*std::move(fetched));
        printer.done(step + 1, rows.back());
    }
    return rows;
}

/// One array of a variable's values, one row per step. Errors: bad_dims, overflow, shape_mismatch.
result<named_array> stacked(const std::string& name, std::size_t at, std::span<const std::vector<Tensor>> rows) {
    const auto& first = rows.front()[at];
    Shape dims{static_cast<std::int64_t>(rows.size())};
    if (first.dims().rank() == wherry::max_rank)
        return error{.code = errc::bad_dims,
                     .message = "a fetched array has no room for one more dim",
                     .variable = name,
                     .expected = "at most 8",
                     .found = "9"};
    for (const auto dim : first.dims()) dims.push_back(dim);
    const auto count = dims.element_count();
    const auto size_bytes = count ? wherry::checked_product(*count, wherry::size_of(first.dtype())) : std::nullopt;
    if (!size_bytes || !wherry::checked_size(*size_bytes))
        return error{.code = errc::overflow,
                     .message = "all steps of a fetched array do not fit memory",
                     .variable = name,
                     .found = to_string(dims)};
    named_array made{name, Tensor(first.dtype(), dims)};
    auto* to = made.array.bytes().data();
    for (const auto& row : rows) {
        if (row[at].dtype() != first.dtype() || row[at].dims() != first.dims())
            return error{.code = errc::shape_mismatch,
                         .message = "a fetched array changes its dims between steps",
                         .variable = name,
                         .expected = to_string(first.dims()),
                         .found = to_string(row[at].dims())};
        const auto bytes = row[at].bytes();
        to = std::copy(bytes.begin(), bytes.end(), to);
    }
    return made;
}

result<std::vector<named_array>> all_stacked(std::span<const std::string> names, const fetched_rows& rows) {
    std::vector<named_array> arrays;
    for (std::size_t i = 0; i < names.size(); ++i) {
        auto one = stacked(names[i], i, rows);
        if (!one) return std::move(one).error();
        arrays.push_back(*std::move(one));
    }
    return arrays;
}
}  // namespace

result<std::string> train(const train_arguments& given) {
    if (auto checked = check(given); !checked) return std::move(checked).error();
    const auto program = load_program(given.program, operators::known);
    if (!program) return program.error();
    if (auto checked = check_operators(*program); !checked) return checked.failure().in_file(given.program);
    const auto feeds = feeds_for(given, *program);
    if (!feeds) return feeds.error();
    Scope scope;
    auto executor = executor_of_all();
    if (auto started = start(given, *program, executor, scope); !started) return std::move(started).error();
    const stopwatch running;
    const auto rows = steps(given, *program, *feeds, executor, scope);
    if (!rows) return rows.error();
    const auto seconds = running.seconds();
    const auto arrays = all_stacked(given.fetches, *rows);
    if (!arrays) return arrays.error();
    if (!given.save.empty())
        if (auto saved =
                save_variables(persistables_of(*program), scope, place_to_save(given.save, given.save_filename), progress_bar(given.quiet));
            !saved)
            return std::move(saved).error();
    if (auto written = write_results(given.out, *arrays); !written) return std::move(written).error();
    if (given.quiet) return std::string();
    std::uint64_t bytes = 0;
    for (const auto& held : *arrays) bytes += held.array.bytes().size();
    auto said = "ran " + counted(rows->size(), "step") + " in " + time_text(seconds) + ", wrote " + counted(arrays->size(), "array") +
                ", " + size_text(bytes) + ": " + wherry::printable(given.out) + "\n";
    if (!given.save.empty())
        said += "saved " + counted(persistables_of(*program).size(), "variable") + ": " + wherry::printable(given.save) + "\n";
    return said;
}

}  // namespace tool
