#ifndef WHERRY_EXEC_PLAN_HPP
#define WHERRY_EXEC_PLAN_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/limits.hpp>
#include <wherry/base/lod.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/revision.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/exec/arena.hpp>
#include <wherry/exec/feed_check.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/policy/progress.hpp>
#include <wherry/program/program.hpp>
#include <wherry/program/variable.hpp>
#include <wherry/tensor/scope.hpp>
#include <wherry/tensor/tensor.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI {

namespace detail {
/// The place of the elements of a planned variable.
enum class storage : std::uint8_t {
    fed,        ///< in the caller's array
    scope,      ///< in a tensor of the scope: persistables, and what the caller put there
    temporary,  ///< in the plan's arena
};

/// One version of a variable: a name that is written twice is two of them. The first ones are those of the fed arrays, in their order.
struct planned_operand {
    std::string name;
    tensor_meta meta;
    storage where = storage::temporary;
    bool read_first = false;   ///< a scope tensor whose value is needed
    bool persistable = false;  ///< lives in the root scope; a fed one is copied, since steps may write it
    std::uint32_t first_step = 0;
    std::uint32_t last_step = 0;
    Tensor* tensor = nullptr;  ///< the scope's, once bound
    const LoD* lod = nullptr;  ///< one of plan::lods_: that of a fed array, or one that an operator made
};

class rest_planner;
class profiler;
/// The operators of a plan that are planned when the values before them are there, see exec/plan_rest.hpp.
struct plan_rest {
    plan_rest() = default;
    plan_rest(const plan_rest&) = delete;
    plan_rest& operator=(const plan_rest&) = delete;
    virtual ~plan_rest() = default;
    virtual result<sequence<Tensor>> run(std::span<const tensor_ref> carried, Scope& scope, std::uint64_t head_bytes) = 0;
    [[nodiscard]] virtual std::uint64_t own_bytes() const noexcept = 0;
};

/// One operator, ready to run.
struct planned_step {
    const op_info* op = nullptr;
    std::uint32_t skips = 0;  ///< so many steps after it are left out where its first input is false
    bool follows = false;     ///< its outputs have the dims that a run tells of its only input
    attributes_ptr attributes{nullptr, nullptr};
    sequence<slot_range> input_slots;
    sequence<slot_range> output_slots;
    sequence<operand*> inputs;
    sequence<operand*> outputs;  ///< null where the program names none

    /// How many steps after it a condition leaves out.
    [[nodiscard]] std::size_t skipped() const { return skips > 0 && *inputs[0]->data == std::byte{0} ? skips : 0; }
};

/// In place of an operator that must not run: it fails with the error that it has for attributes.
inline constexpr op_info refused_op{
    .type = "conditional_block", .inputs = {}, .outputs = {}, .run = [](const void* why, run_context&) -> result<void> {
        return error(*static_cast<const error*>(why));
    }};
[[gnu::cold]] inline attributes_ptr refusal(error why) {
    constexpr attributes_function end = [](void* held, attribute_visitor*) -> void* { return delete static_cast<error*>(held), nullptr; };
    return attributes_ptr(new error(std::move(why)), end);
}

/// What a block under a condition writes outside of itself must fit where it is. Errors: unsupported, dtype_mismatch, shape_mismatch.
[[gnu::cold]] inline result<void> check_kept(const planned_operand& held, const tensor_meta& meta) {
    if (held.where == detail::storage::fed)
        return failure(errc::unsupported, "a block under a condition writes a fed variable").of_variable(held.name);
    if (held.meta.dtype != meta.dtype)
        return failure(errc::dtype_mismatch, "a block under a condition changes the element type of a variable outside of it")
            .of_variable(held.name)
            .expected(name_of(held.meta.dtype))
            .found(name_of(meta.dtype));
    if (held.meta.dims != meta.dims)
        return failure(errc::shape_mismatch, "a block under a condition changes the shape of a variable outside of it")
            .of_variable(held.name)
            .expected(to_string(held.meta.dims))
            .found(to_string(meta.dims));
    return {};
}

/// Whether an operator's input has rows whose number only a run tells; then its outputs have them, too.
/// Errors: unsupported for operators that would have to plan for their number.
inline result<bool> follow_rows(const op_info& op, std::span<const tensor_meta> in, std::span<tensor_meta> out) {
    if (std::none_of(in.begin(), in.end(), [](const tensor_meta& meta) { return meta.at_most; })) return false;
    if (!op.keeps_dims || in.size() != 1)
        return failure(errc::unsupported, "an operator reads rows whose number is not known before the program runs");
    for (auto& meta : out) meta.at_most = true;
    return true;
}
}  // namespace detail

/// A program made ready for one set of feeds and fetches: operators are function pointers, variables are addresses,
/// shapes are known, and every temporary has its place in one arena. Running it looks nothing up by name and allocates
/// only what it returns. Made by `make_plan`.
class plan {
  public:
    /// True while this plan answers for these arguments.
    [[nodiscard]] bool answers(const Program& program, std::span<const tensor_ref> feeds, std::span<const std::string> fetches,
                               Scope& scope) const;

    /// Runs the steps and returns copies of what is fetched. Errors: those of both `bind`s (nothing has changed), those of values.
    result<sequence<Tensor>> run(std::span<const tensor_ref> feeds, Scope& scope);
    /// As above, and tells a progress after each operator how many are done; what is left to plans that are made in the run counts as none.
    /// Errors: cancelled besides; operators that are done stay done.
    template <Progress P>
    result<sequence<Tensor>> run(std::span<const tensor_ref> feeds, Scope& scope, const P& progress);

    /// The parts of a run, for whoever keeps a plan: a scope, then arrays that `check_fed_array` passed, then the steps.
    /// bind_scope makes what the program writes; names are looked up after one came or went only. Errors: not_initialized, and
    /// shape_mismatch or dtype_mismatch, for a variable of the scope that is not what it was when the plan was made.
    /// too_large, out_of_memory: for what is made, and for fed arrays that are copied. After an error of bind_scope the scope is as it was.
    result<void> bind_scope(Scope& scope);
    result<void> bind_feeds(std::span<const tensor_ref> feeds);
    result<void> run_steps();
    /// What a run has left of a fetched variable, until the next one.
    [[nodiscard]] tensor_ref fetched(std::size_t i, std::span<const tensor_ref> feeds) const;

    /// Element type and dims of a fetched variable, these the largest where a run tells how many rows there are.
    [[nodiscard]] const tensor_meta& fetched_meta(std::size_t i) const { return planned_[fetched_[i]].meta; }
    /// Whether a fed array is copied into the scope by each `bind_feeds`; others are read where they lie.
    [[nodiscard]] bool copies_feed(std::size_t i) const { return planned_[i].where == detail::storage::scope; }

    /// Whether operators are left to plans that are made in a run, because shapes depend on values.
    [[nodiscard]] bool has_rest() const noexcept { return rest_ != nullptr; }
    /// Bytes of all temporaries together.
    [[nodiscard]] std::uint64_t arena_bytes() const noexcept { return arena_.size(); }
    [[nodiscard]] std::size_t step_count() const noexcept { return steps_.size(); }

    /// Bytes that this plan has allocated: temporaries, and what it knows of its operators and variables. Not the weights, which are the
    /// scope's, nor what attributes allocate themselves (a list of axes: a few bytes).
    [[nodiscard]] std::uint64_t own_bytes() const noexcept;

  private:
    friend class plan_maker;
    friend class detail::rest_planner;
    friend class detail::profiler;

    /// Room for what is fetched, then all is bound.
    result<sequence<Tensor>> begin(std::span<const tensor_ref> feeds, Scope& scope);
    /// What is fetched once the steps are done, from the plans of the rest where there is one.
    result<sequence<Tensor>> answer(sequence<Tensor> made, std::span<const tensor_ref> feeds, Scope& scope);
    void forget_rows();
    result<void> run_step(const detail::planned_step& step);
    [[nodiscard]] bool has_same_names(Scope& scope) const;
    [[nodiscard]] const LoD* lod_of(const detail::planned_operand& planned, std::span<const tensor_ref> feeds) const;

    revision::seen program_;
    revision::seen scope_names_;
    revision::seen root_names_;
    std::int64_t program_version_ = 0;
    sequence<std::string> feed_names_;
    sequence<std::string> fetch_names_;
    sequence<std::size_t> fetched_;   ///< operands, in fetch order; with a rest those that it needs
    sequence<std::size_t> varying_;   ///< operands whose rows a run tells
    sequence<std::size_t> in_scope_;  ///< operands that lie in a scope
    sequence<detail::planned_operand> planned_;
    sequence<operand> operands_;  ///< one for one with planned_
    sequence<detail::planned_step> steps_;
    detail::aligned_bytes arena_;
    sequence<std::unique_ptr<const LoD>> lods_;
    bool reads_lod_ = false;                     ///< dims or values follow from LoD: the plan is for the LoD of these feeds alone
    sequence<detail::aligned_bytes> realigned_;  ///< fed arrays that did not lie at a multiple of their element
    std::uint64_t room_bytes_ = 0;               ///< of limits::total_bytes, for what a run needs besides
    std::unique_ptr<detail::plan_rest> rest_;    ///< null where all could be planned
};

namespace detail {
/// Of an address that a kernel may read elements of that type at.
inline bool is_aligned(const std::byte* data, DType dtype) {
    const auto needed = std::min<std::uintptr_t>(alignof(std::max_align_t), size_of(dtype));
    return reinterpret_cast<std::uintptr_t>(data) % needed == 0;  // NOLINT: the address is what matters
}
/// Bytes that a container has allocated.
template <class T>
std::uint64_t heap_bytes(const sequence<T>& held) noexcept {
    return held.capacity() * sizeof(T);
}
inline std::uint64_t heap_bytes(const std::string& held) noexcept {
    return held.capacity() > std::string().capacity() ? held.capacity() + 1 : 0;
}
}  // namespace detail

template <Progress P>
result<sequence<Tensor>> plan::run(std::span<const tensor_ref> feeds, Scope& scope, const P& progress) {
    auto made = begin(feeds, scope);
    if (!made) return made;
    forget_rows();
    for (std::size_t done = 0; done < steps_.size();) {
        const auto& step = steps_[done];
        if (auto ran = run_step(step); !ran) return ran.failure();
        done += 1 + step.skipped();
        if (!progress(done, steps_.size())) return detail::cancelled_error();
    }
    return answer(*std::move(made), feeds, scope);
}

}  // namespace wherry::inline WHERRY_ABI

#ifndef WHERRY_COMPILED
#include <wherry/exec/detail/plan.ipp>
#endif

#endif
