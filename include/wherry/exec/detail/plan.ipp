#ifndef WHERRY_EXEC_DETAIL_PLAN_IPP
#define WHERRY_EXEC_DETAIL_PLAN_IPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/limits.hpp>
#include <wherry/base/lod.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/revision.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/exec/arena.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/exec/plan.hpp>
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
/// Whether a tensor is there as a plan knows it.
inline bool fits_plan(const Tensor* tensor, const tensor_meta& meta) {
    return tensor != nullptr && tensor->is_initialized() && tensor->dtype() == meta.dtype && tensor->dims() == meta.dims;
}
[[gnu::noinline, gnu::cold]] inline failure no_room(const planned_operand& held, bool capped = false) {
    const auto bytes = byte_count(held.meta.dtype, held.meta.dims).value_or(0);
    if (!capped) return std::move(*out_of_memory(bytes).get()).of_variable(held.name);
    return failure(errc::too_large, "a run needs more memory than limits::total_bytes").of_variable(held.name).found(bytes);
}
[[gnu::cold]] inline error no_longer(const planned_operand& held) {
    if (held.tensor == nullptr || !held.tensor->is_initialized())
        return {.code = errc::not_initialized, .message = "a variable that was planned for has no value now", .variable = held.name};
    if (held.tensor->dtype() != held.meta.dtype)
        return {.code = errc::dtype_mismatch,
                .message = "a variable has another element type than was planned for",
                .variable = held.name,
                .expected = name_of(held.meta.dtype),
                .found = name_of(held.tensor->dtype())};
    return {.code = errc::shape_mismatch,
            .message = "a variable has other dims than were planned for",
            .variable = held.name,
            .expected = to_string(held.meta.dims),
            .found = to_string(held.tensor->dims())};
}
}  // namespace detail

/// Whether the tensors that were bound are those of their names still. Names of a scope between this one and the root are not watched.
WHERRY_INLINE bool plan::has_same_names(Scope& scope) const {
    const auto* parent = scope.parent();
    return scope_names_.is_current(scope.names_revision()) && root_names_.is_current(scope.root().names_revision()) &&
           (parent == nullptr || parent->parent() == nullptr);
}

WHERRY_INLINE bool plan::answers(const Program& program, std::span<const tensor_ref> feeds, std::span<const std::string> fetches,
                                 Scope& scope) const {
    if (!program_.is_current(program.edits())) return false;
    if (!std::equal(fetch_names_.begin(), fetch_names_.end(), fetches.begin(), fetches.end())) return false;
    if (feeds.size() != feed_names_.size()) return false;
    for (std::size_t i = 0; i < feeds.size(); ++i) {
        const auto& fed = feeds[i];
        const auto& held = planned_[i];
        if (fed.name != feed_names_[i] || fed.dtype != held.meta.dtype || fed.dims != held.meta.dims || !detail::check_fed_array(fed))
            return false;
        if (reads_lod_ && (fed.lod != nullptr ? *fed.lod : LoD()) != (held.lod != nullptr ? *held.lod : LoD())) return false;
    }
    const bool same_names = has_same_names(scope);
    for (const auto at : in_scope_) {
        const auto& held = planned_[at];
        if (!held.read_first) continue;
        const auto* tensor = same_names ? held.tensor : held.persistable ? scope.root().find_var(held.name) : scope.find_var(held.name);
        if (!detail::fits_plan(tensor, held.meta)) return false;
    }
    return true;
}

WHERRY_INLINE result<void> plan::bind_scope(Scope& scope) {
    struct grown {
        const detail::planned_operand* as;
        Tensor fresh;  ///< where the tensor's own memory is too small
    };
    const bool same_names = has_same_names(scope);
    new_names names(scope.root());
    sequence<grown> changed;
    for (const auto at : in_scope_) {
        auto& held = planned_[at];
        if (!same_names) held.tensor = held.persistable ? scope.root().find_var(held.name) : scope.find_var(held.name);
        if (detail::fits_plan(held.tensor, held.meta)) continue;
        if (held.read_first) return detail::no_longer(held);
        if (held.tensor == nullptr) held.tensor = &names.var(held.name);
        auto& one = changed.emplace_back(grown{&held, {}});
        if (byte_count(held.meta.dtype, held.meta.dims) > held.tensor->capacity_bytes() &&
            !one.fresh.try_resize(held.meta.dtype, held.meta.dims))
            return detail::no_room(held);
    }
    names.keep();  // from here on nothing fails
    for (auto& one : changed) {
        if (one.fresh.is_initialized()) one.as->tensor->swap(one.fresh);
        else one.as->tensor->resize(one.as->meta.dtype, one.as->meta.dims);
    }
    for (const auto at : in_scope_) operands_[at].data = planned_[at].tensor->bytes().data();
    if (!same_names) {
        scope_names_ = revision::seen(scope.names_revision());
        root_names_ = revision::seen(scope.root().names_revision());
    }
    return {};
}

WHERRY_INLINE result<void> plan::bind_feeds(std::span<const tensor_ref> feeds) {
    realigned_.clear();
    auto left_bytes = room_bytes_;
    for (std::size_t i = 0; i < feeds.size(); ++i) {
        const auto bytes = feeds[i].bytes;
        if (copies_feed(i) || detail::is_aligned(bytes.data(), planned_[i].meta.dtype)) continue;
        if (bytes.size() > left_bytes) return detail::no_room(planned_[i], true);
        left_bytes -= bytes.size();
        if (realigned_.emplace_back(detail::aligned_bytes::of(bytes.size())).size() < bytes.size()) return detail::no_room(planned_[i]);
    }
    auto* copy = realigned_.begin();
    for (std::size_t i = 0; i < feeds.size(); ++i) {
        const auto& held = planned_[i];
        const auto bytes = feeds[i].bytes;
        const auto* data = bytes.data();
        if (copies_feed(i)) {
            if (operands_[i].data != data) std::copy(bytes.begin(), bytes.end(), operands_[i].data);
            if (const auto* lod = feeds[i].lod; lod != &held.tensor->lod()) held.tensor->set_lod(lod != nullptr ? *lod : LoD());
            continue;
        }
        if (!detail::is_aligned(data, held.meta.dtype)) {
            std::copy(bytes.begin(), bytes.end(), copy->data());
            data = copy++->data();
        }
        operands_[i].data = const_cast<std::byte*>(data);  // NOLINT: steps get fed operands as inputs only
    }
    return {};
}

WHERRY_INLINE const LoD* plan::lod_of(const detail::planned_operand& planned, std::span<const tensor_ref> feeds) const {
    if (planned.meta.lod_from < 0) return nullptr;
    const auto from = static_cast<std::size_t>(planned.meta.lod_from);
    const auto& source = planned_[from];
    if (source.where == detail::storage::fed) return feeds[from].lod;
    if (source.lod != nullptr) return source.lod;
    return source.tensor != nullptr ? &source.tensor->lod() : nullptr;
}

WHERRY_INLINE void plan::forget_rows() {
    for (const auto at : varying_) {
        operands_[at].set_dims(planned_[at].meta.dims);
        operands_[at].told_lod.clear();
    }
}
WHERRY_INLINE result<void> plan::run_step(const detail::planned_step& step) {
    if (step.follows)
        for (auto* const to : step.outputs)
            if (to != nullptr) to->set_dims(step.inputs[0]->dims), to->told_lod = step.inputs[0]->told_lod;
    run_context context(
        {step.op->type, step.op->outputs, step.input_slots, step.output_slots, step.inputs, step.outputs, program_version_, room_bytes_});
    if (auto ran = step.op->run(step.attributes.get(), context); !ran) return ran.failure().of_op(step.op->type);
    return {};
}
WHERRY_INLINE result<void> plan::run_steps() {
    forget_rows();
    for (std::size_t i = 0; i < steps_.size(); i += 1 + steps_[i].skipped())
        if (auto ran = run_step(steps_[i]); !ran) return ran;
    return {};
}

WHERRY_INLINE tensor_ref plan::fetched(std::size_t i, std::span<const tensor_ref> feeds) const {
    const auto at = fetched_[i];
    const auto& value = operands_[at];
    const auto bytes = byte_count(value.dtype, value.dims).value_or(0);  // it was checked when the plan was made
    return {.name = planned_[at].name,
            .dtype = value.dtype,
            .dims = value.dims,
            .lod = value.told_lod.empty() ? lod_of(planned_[at], feeds) : &value.told_lod,
            .bytes = {value.data, bytes}};
}

WHERRY_INLINE result<sequence<Tensor>> plan::begin(std::span<const tensor_ref> feeds, Scope& scope) {
    sequence<Tensor> made(rest_ == nullptr ? fetched_.size() : 0);  // first: no run that has changed persistables ends for want of memory
    for (std::size_t i = 0; i < made.size(); ++i)
        if (!made[i].try_resize(fetched_meta(i).dtype, fetched_meta(i).dims)) return detail::no_room(planned_[fetched_[i]]);
    if (auto bound = bind_scope(scope); !bound) return bound.failure();
    if (auto bound = bind_feeds(feeds); !bound) return bound.failure();
    return made;
}
WHERRY_INLINE result<sequence<Tensor>> plan::run(std::span<const tensor_ref> feeds, Scope& scope) {
    auto made = begin(feeds, scope);
    if (!made) return made;
    if (auto ran = run_steps(); !ran) return ran.failure();
    return answer(*std::move(made), feeds, scope);
}
WHERRY_INLINE result<sequence<Tensor>> plan::answer(sequence<Tensor> made, std::span<const tensor_ref> feeds, Scope& scope) {
    if (rest_ != nullptr) {
        sequence<tensor_ref> carried;
        for (std::size_t i = 0; i < fetched_.size(); ++i) carried.push_back(fetched(i, feeds));
        return rest_->run(carried, scope, arena_.size());
    }
    for (std::size_t i = 0; i < made.size(); ++i) {
        const auto from = fetched(i, feeds);
        auto& value = made[i];
        value.resize(from.dtype, from.dims);  // at most what there is memory for
        std::copy(from.bytes.begin(), from.bytes.end(), value.bytes().begin());
        if (from.lod != nullptr) value.set_lod(*from.lod);
    }
    return made;
}

WHERRY_INLINE std::uint64_t plan::own_bytes() const noexcept {
    using detail::heap_bytes;
    auto bytes = arena_.size() + heap_bytes(feed_names_) + heap_bytes(fetch_names_) + heap_bytes(fetched_) + heap_bytes(planned_) +
                 heap_bytes(operands_) + heap_bytes(varying_) + heap_bytes(in_scope_) + heap_bytes(steps_) + heap_bytes(realigned_) +
                 heap_bytes(lods_);
    if (rest_ != nullptr) bytes += rest_->own_bytes();
    for (const auto* names : {&feed_names_, &fetch_names_})
        for (const auto& name : *names) bytes += heap_bytes(name);
    for (const auto& held : planned_) bytes += heap_bytes(held.name);
    for (const auto& held : realigned_) bytes += held.size();
    for (const auto& lod : lods_) {
        bytes += sizeof(LoD) + heap_bytes(*lod);
        for (const auto& level : *lod) bytes += heap_bytes(level);
    }
    for (const auto& step : steps_)
        bytes += step.op->attributes_bytes + heap_bytes(step.input_slots) + heap_bytes(step.output_slots) + heap_bytes(step.inputs) +
                 heap_bytes(step.outputs);
    return bytes;
}

}  // namespace wherry::inline WHERRY_ABI

#endif
