#ifndef WHERRY_EXEC_PROFILE_HPP
#define WHERRY_EXEC_PROFILE_HPP

#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/exec/executor.hpp>
#include <wherry/exec/plan.hpp>
#include <wherry/exec/plan_maker.hpp>
#include <wherry/program/program.hpp>
#include <wherry/tensor/scope.hpp>
#include <wherry/tensor/tensor.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

namespace wherry::inline WHERRY_ABI {

/// What one operator of a run took.
struct operator_time {
    std::string type;
    std::string output;       ///< the first variable that it writes
    double seconds = 0;       ///< the median of the runs
    std::uint64_t bytes = 0;  ///< of all that it reads and writes
};

namespace detail {
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
