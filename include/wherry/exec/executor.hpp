#ifndef WHERRY_EXEC_EXECUTOR_HPP
#define WHERRY_EXEC_EXECUTOR_HPP

#include <wherry/base/budget.hpp>
#include <wherry/base/error.hpp>
#include <wherry/base/limits.hpp>
#include <wherry/base/policy_set.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/exec/check_ops.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/exec/plan_maker.hpp>
#include <wherry/exec/prepared_run.hpp>
#include <wherry/policy/progress.hpp>
#include <wherry/program/program.hpp>
#include <wherry/tensor/scope.hpp>
#include <wherry/tensor/tensor.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI {

namespace kinds {
struct gemm;   // see wherry/kernel/gemm.hpp
struct tasks;  // see wherry/exec/threads.hpp
}  // namespace kinds

namespace detail {
/// As the operators of a list have it.
struct same_gemm {
    using kind = kinds::gemm;
    static constexpr std::string_view name = "same_gemm";
};
struct one_thread {
    using kind = kinds::tasks;
    static constexpr std::string_view name = "one_thread";
};

/// A list whose operators run in parts, see wherry/exec/threads.hpp. Here: of a list that cannot be changed.
template <class List, class Tasks>
struct list_in_parts {
    static_assert(!std::same_as<Tasks, Tasks>,
                  "wherry: these operators do not run in several threads: op_list<...> and op::every (wherry/exec/op/lists.hpp) do");
    static constexpr op_table run_table{};
};

/// The policies that an executor is given: a list of operators, a gemm backend, threads.
template <class... Given>
struct executor_choice {
    using set = policy_set<policies<op_list<>, same_gemm, one_thread>, Given...>;
    using listed = typename set::template get<kinds::operators>;
    using gemm = typename set::template get<kinds::gemm>;
    using tasks = typename set::template get<kinds::tasks>;

    template <class List>
    static op_table table() noexcept {
        if constexpr (std::same_as<tasks, one_thread>) return List::run_table;
        else return list_in_parts<List, tasks>::run_table;
    }
    static op_table ops() noexcept {
        static_assert(set::template gives<kinds::operators> || !set::template gives<kinds::tasks>,
                      "wherry: threads need the operators that they run: Executor(op::every{}, threads<2>{})");
        if constexpr (!set::accepted || !set::template gives<kinds::gemm>) {
            return table<listed>();
        } else {
            constexpr bool takes = requires { typename listed::template with_gemm<gemm>; };
            static_assert(set::template gives<kinds::operators>,
                          "wherry: a gemm backend needs the operators that use it: Executor(op::every{}, eigen_gemm{})");
            static_assert(takes, "wherry: these operators take no gemm backend: op_list<...> and op::every (wherry/exec/op/lists.hpp) do");
            if constexpr (takes) return table<typename listed::template with_gemm<gemm>>();
            else return {};
        }
    }
};
}  // namespace detail

/// Runs programs on the CPU. One executor, one thread at a time; several executors may
/// share a Program that nobody edits.
///
/// Plans are kept, so that running the same program again with arrays of the same shapes only runs its steps.
class Executor {
  public:
    /// Runs what the operators of a program carry: those that layers appended, or that a list gave (`bind_ops`).
    explicit Executor(const limits& caps = {}) : caps_(caps) {}
    /// Runs the operators of a list, whatever a program carries; what the list lacks is the program's.
    /// `Executor exe(op_list<op::mul, op::softmax>{});`
    /// With a gemm backend, matrices are multiplied by that: `Executor exe(op::every{}, eigen_gemm{});`
    /// With threads, long operators run in several: `Executor exe(op::every{}, threads<2>{});` (wherry/exec/threads.hpp)
    template <class Policy>
        requires(!std::same_as<Policy, limits>)
    explicit Executor(Policy, const limits& caps = {}) : ops_(detail::executor_choice<Policy>::ops()), caps_(caps) {}
    template <class Policy, class Other>
        requires(!std::same_as<Other, limits>)
    Executor(Policy, Other, const limits& caps = {}) : ops_(detail::executor_choice<Policy, Other>::ops()), caps_(caps) {}

    /// Runs the program's root block. Fed arrays are borrowed for the call; fetched ones are copies, in order.
    /// Persistables live in the root of `scope`, one that is fed is set there; every other variable is gone afterwards.
    /// Errors: those of `make_plan` and `plan::run`; closed. A run that fails on a value leaves later operators undone.
    result<sequence<Tensor>> run(const Program& program, Scope& scope, std::span<const tensor_ref> feeds = {},
                                 std::span<const std::string> fetches = {}) {
        return caught([&]() -> result<sequence<Tensor>> {
            const auto ready = ready_plan(program, scope, feeds, fetches);
            if (!ready) return ready.failure();
            return (*ready)->run(feeds, scope);
        });
    }
    /// As above, and tells a progress (`callback{function, stop_token}`) after each operator how many of them are done.
    /// Errors: cancelled besides; operators that are done stay done.
    template <Progress P>
    result<sequence<Tensor>> run(const Program& program, Scope& scope, std::span<const tensor_ref> feeds,
                                 std::span<const std::string> fetches, const P& progress) {
        return caught([&]() -> result<sequence<Tensor>> {
            const auto ready = ready_plan(program, scope, feeds, fetches);
            if (!ready) return ready.failure();
            return (*ready)->run(feeds, scope, progress);
        });
    }

    /// Whether this executor has every operator of a program, asked before the first run. Errors: unknown_op, which lists all that it lacks.
    [[nodiscard]] result<void> check(const Program& program) const { return check_ops(ops_, program); }

    /// A program made ready to run again and again on arrays that stay where they are; see `prepared_run`. Persistables that it writes
    /// are made in `scope`. The executor may go afterwards.
    /// Errors: closed; those of `make_plan` and `prepared_run::bind`.
    [[nodiscard]] result<prepared_run> prepare(const Program& program, Scope& scope, std::span<const tensor_ref> feeds,
                                               std::span<const fetch_into> fetches) const {
        if (closed_) return is_closed_error();
        return caught([&]() -> result<prepared_run> {
            sequence<std::string> names;
            for (const auto& fetched : fetches) names.emplace_back(fetched.name);
            auto made = make_plan(program, ops_, feeds, names, scope, caps_);
            if (!made) return made.failure();
            return prepared_run::bind(*std::move(made), scope, feeds, fetches);
        });
    }

    /// Every run after this is the error `closed`.
    void close() noexcept { closed_ = true; }
    [[nodiscard]] op_table ops() const noexcept { return ops_; }

    /// Bytes that this executor has allocated, all of its plans together: what one more thread costs once it has run, beside the
    /// stack of the thread. Program and weights are shared. See `plan::own_bytes`.
    [[nodiscard]] std::uint64_t own_bytes() const noexcept {
        auto bytes = detail::heap_bytes(plans_);
        for (const auto& held : plans_) bytes += held.own_bytes();
        return bytes;
    }

  private:
    static constexpr std::size_t kept_plans = 16;

    [[gnu::cold]] static failure is_closed_error() { return failure(errc::closed, "Attempted to use a closed Executor"); }

    result<plan*> ready_plan(const Program& program, Scope& scope, std::span<const tensor_ref> feeds,
                             std::span<const std::string> fetches) {
        if (closed_) return is_closed_error();
        auto* ready = find_plan(program, feeds, fetches, scope);
        if (ready == nullptr) {
            auto made = new_plan(program, feeds, fetches, scope);
            if (!made) return made.failure();
            if (plans_.size() == kept_plans) plans_.erase(plans_.begin());
            ready = &plans_.emplace_back(*std::move(made));
        }
        return ready;
    }

    /// The plan that answers, moved to the end: the one unused for longest goes first.
    plan* find_plan(const Program& program, std::span<const tensor_ref> feeds, std::span<const std::string> fetches, Scope& scope) {
        const auto at =
            std::find_if(plans_.rbegin(), plans_.rend(), [&](const plan& p) { return p.answers(program, feeds, fetches, scope); });
        if (at == plans_.rend()) return nullptr;
        std::rotate(at.base() - 1, at.base(), plans_.end());
        return &plans_.back();
    }

    /// A plan in the memory that the others leave, or in theirs.
    result<plan> new_plan(const Program& program, std::span<const tensor_ref> feeds, std::span<const std::string> fetches, Scope& scope) {
        auto caps = caps_;
        caps.total_bytes -= std::min(caps.total_bytes, own_bytes());
        auto made = make_plan(program, ops_, feeds, fetches, scope, caps);
        if (made || plans_.empty() || (made.error().code != errc::too_large && made.error().code != errc::out_of_memory)) return made;
        plans_.clear();
        return make_plan(program, ops_, feeds, fetches, scope, caps_);
    }

    op_table ops_;
    limits caps_;
    sequence<plan> plans_;
    bool closed_ = false;
};

}  // namespace wherry::inline WHERRY_ABI

#endif
