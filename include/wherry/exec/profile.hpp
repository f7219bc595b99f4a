#ifndef WHERRY_EXEC_PROFILE_HPP
#define WHERRY_EXEC_PROFILE_HPP

#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/exec/executor.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/exec/plan.hpp>
#include <wherry/exec/plan_maker.hpp>
#include <wherry/program/program.hpp>
#include <wherry/tensor/scope.hpp>
#include <wherry/tensor/tensor.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI {

/// What one operator of a run took.
struct operator_time {
    std::string type;
    std::string output;       ///< the first variable that it writes
    double seconds = 0;       ///< the median of the runs
    std::uint64_t bytes = 0;  ///< of all that it reads and writes
    double flops = 0;         ///< two for each product that convolutions and matrices add up, else one for each number that it writes
};

namespace detail {
/// Numbers of operations, from the dims alone.
inline double flops_of(const planned_step& step) {
    const auto dims = [](std::span<operand* const> held, std::size_t i) {
        return i < held.size() && held[i] != nullptr ? held[i]->dims : Shape{};
    };
    const auto x = dims(step.inputs, 0), y = dims(step.inputs, 1), out = dims(step.outputs, 0);
    const auto size = [](const Shape& of) { return static_cast<double>(of.count()); };
    const std::string_view type = step.op->type;
    if (y.rank() > 1 && y.count() != 0 && out.count() != 0) {
        if (type.find("conv") != type.npos && y.rank() > 3)  // a filter: of each output, or of each input, its channels and window
            return 2 * size(type.ends_with("_transpose") ? x : out) * size(y) / static_cast<double>(y[0]);
        if (type == "mul" || type.starts_with("matmul") || type == "bmm") {  // [m, k] and [k, n], as many as both have
            const auto matrices_of = [](const Shape& of) { return of.rank() > 2 ? of.product(0, of.rank() - 2) : 1; };
            const auto matrices = static_cast<double>(std::min(matrices_of(x), matrices_of(y)));
            return 2 * size(out) * std::sqrt(size(x) * size(y) / (size(out) * matrices));
        }
    }
    double written = 0;
    for (std::size_t i = 0; i < step.outputs.size(); ++i) written += size(dims(step.outputs, i));
    return written;
}

class profiler {
  public:
    static result<sequence<operator_time>> run(plan& made, Scope& scope, std::span<const tensor_ref> feeds, std::size_t runs) {
        using clock = std::chrono::steady_clock;
        sequence<sequence<double>> seconds(made.steps_.size());
        for (std::size_t r = 0; r < runs; ++r) {
            if (auto bound = made.bind_scope(scope); !bound) return bound.failure();
            if (auto fed = made.bind_feeds(feeds); !fed) return fed.failure();
            made.forget_rows();
            for (std::size_t i = 0; i < made.steps_.size(); i += 1 + made.steps_[i].skipped()) {
                const auto start = clock::now();
                if (auto ran = made.run_step(made.steps_[i]); !ran) return ran.failure();
                seconds[i].push_back(std::chrono::duration<double>(clock::now() - start).count());
            }
        }
        sequence<operator_time> found;
        for (std::size_t i = 0; i < made.steps_.size(); ++i) {
            const auto& step = made.steps_[i];
            operator_time one{.type = std::string(step.op->type), .output = {}};
            for (const auto* operands : {&step.inputs, &step.outputs})
                for (const auto* held : *operands)
                    if (held != nullptr) one.bytes += std::uint64_t{held->count} * size_of(held->dtype);
            for (const auto* held : step.outputs)
                if (held != nullptr && one.output.empty())
                    one.output = made.planned_[static_cast<std::size_t>(held - made.operands_.data())].name;
            one.flops = flops_of(step);
            std::sort(seconds[i].begin(), seconds[i].end());
            one.seconds = seconds[i].empty() ? 0 : seconds[i][seconds[i].size() / 2];  // none: left out under a condition
            found.push_back(std::move(one));
        }
        return found;
    }
};
}  // namespace detail

/// Runs a program as `exe` does, several times, and tells what each of its operators took, in their order. Where shapes depend on values,
/// those are told that can be planned before. `runs` is one at least.
/// Errors: those of Executor::run.
inline result<sequence<operator_time>> profile(const Executor& exe, const Program& program, Scope& scope, std::span<const tensor_ref> feeds,
                                               std::span<const std::string> fetches, std::size_t runs = 5) {
    auto made = make_plan(program, exe.ops(), feeds, fetches, scope);
    if (!made) return made.failure();
    return detail::profiler::run(*made, scope, feeds, std::max<std::size_t>(runs, 1));
}

}  // namespace wherry::inline WHERRY_ABI

#endif
