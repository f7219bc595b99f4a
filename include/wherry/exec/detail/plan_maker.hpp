#ifndef WHERRY_EXEC_DETAIL_PLAN_MAKER_HPP
#define WHERRY_EXEC_DETAIL_PLAN_MAKER_HPP

#include <wherry/base/budget.hpp>
#include <wherry/base/limits.hpp>
#include <wherry/base/lod.hpp>
#include <wherry/base/name_map.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/exec/feed_check.hpp>
#include <wherry/exec/known_values.hpp>
#include <wherry/exec/plan.hpp>
#include <wherry/exec/plan_rows.hpp>
#include <wherry/exec/slot_check.hpp>
#include <wherry/program/operator.hpp>
#include <wherry/program/program.hpp>
#include <wherry/program/variable.hpp>
#include <wherry/tensor/scope.hpp>
#include <wherry/tensor/tensor.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI {

/// Makes a `plan`: one walk over the operators, then the arena.
class plan_maker {
  public:
    plan_maker(const Program& program, op_table ops, std::span<const tensor_ref> feeds, std::span<const std::string> fetches, Scope& scope,
               const limits& caps)
        : program_(program), ops_(ops), feeds_(feeds), fetches_(fetches), scope_(scope), caps_(caps), room_(caps) {}

    result<plan> make() {
        made_.program_ = revision::seen(program_.edits());
        made_.program_version_ = program_.version();
        for (const auto& fed : feeds_) made_.feed_names_.emplace_back(fed.name);
        made_.fetch_names_.assign(fetches_.begin(), fetches_.end());
        if (auto checked = detail::check_feed_operators(program_, feeds_, fetches_); !checked && !is_rest_) return checked.failure();
        if (auto checked = take_feeds(); !checked) return checked.failure();
        const auto& ops = program_.global_block().ops();
        made_.planned_.reserve(program_.global_block().vars().size());  // few variables have two versions
        for (auto* held : {&step_inputs_, &step_outputs_}) held->reserve(ops.size() - first_op_);
        made_.steps_.reserve(ops.size() - first_op_);
        for (auto at = first_op_; at < ops.size() && made_.rest_ == nullptr; ++at) {
            if (ops[at].type() == "feed" || ops[at].type() == "fetch") continue;
            auto added = add_step(ops[at]);
            if (!added && (added.error().code != errc::unsupported || block_ != 0 || !leave_rest(at)))
                return added.failure().of_op(ops[at].type());
        }
        if (auto taken = made_.rest_ != nullptr ? result<void>() : take_fetches(); !taken) return taken.failure();
        if (auto placed = place_temporaries(); !placed) return placed.failure();
        connect_steps();
        made_.room_bytes_ = room_.left_bytes();
        return std::move(made_);
    }

  private:
    friend class detail::rest_planner;
    static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

    /// Leaves the operators from there on to a plan of their own, if an operator of the program or the executor knows how.
    [[gnu::cold]] bool leave_rest(std::size_t from) {
        auto leave = detail::rest_leaver{};
        for (const auto& step : made_.steps_) leave = step.op->rest != nullptr ? step.op->rest : leave;
        for (const auto& info : ops_) leave = info.rest != nullptr ? info.rest : leave;
        return leave != nullptr && leave(*this, from);
    }

    /// A variable of the block that is planned, or of one around it.
    [[nodiscard]] Variable declared(std::string_view name) const { return program_.find_var(block_, name); }

    // ---- feeding and fetching

    result<void> take_feeds() {
        for (std::size_t i = 0; i < feeds_.size(); ++i) {
            const auto& fed = feeds_[i];
            const auto var = declared(fed.name);
            if (!var) return failure(errc::no_such_variable, "a fed variable is not in the program").of_variable(fed.name);
            if (find_current(fed.name) != none) return failure(errc::duplicate_name, "a variable is fed twice").of_variable(fed.name);
            if (var.need_check_feed() && !is_rest_)
                if (auto checked = detail::check_feed(var, fed); !checked) return checked;
            if (auto checked = detail::check_fed_array(fed); !checked) return checked;
            const auto at = add_operand({.name = std::string(fed.name),
                                         .meta = {fed.dtype, fed.dims, var.lod_level()},
                                         .where = var.persistable() ? detail::storage::scope : detail::storage::fed,
                                         .persistable = var.persistable()});
            made_.planned_[at].meta.lod_from = static_cast<std::int32_t>(at);
            if (made_.planned_[at].persistable)
                if (auto taken = take_persistable(made_.planned_[at]); !taken) return taken;
            if (fed.lod != nullptr) keep_lod(at, *fed.lod);
        }
        return {};
    }

    result<void> take_fetches() {
        const auto end = static_cast<std::uint32_t>(made_.steps_.size());
        for (const auto& name : fetches_) {
            auto at = find_current(name);
            if (at == none) {
                auto found = from_scope(name);
                if (!found)
                    return failure(errc::not_found, {"Input variable(", name,
                                                     ") cannot be found in scope for operator 'Fetch'.Confirm that you have used the fetch "
                                                     "`Variable` format instead of the string literal('",
                                                     name, "') in `fetch_list` parameter"})
                        .of_variable(name)
                        .of_op("fetch");
                at = *found;
            }
            made_.planned_[at].last_step = end;
            made_.fetched_.push_back(at);
            const auto& meta = made_.planned_[at].meta;
            if (auto taken = room_.take(byte_count(meta.dtype, meta.dims).value_or(0)); !taken) return taken.failure().of_variable(name);
        }
        return {};
    }

    // ---- variables

    void keep_lod(std::uint32_t at, LoD lod) {
        made_.planned_[at].lod = made_.lods_.emplace_back(std::make_unique<const LoD>(std::move(lod))).get();
        made_.planned_[at].meta.lod_from = static_cast<std::int32_t>(at);
    }
    [[nodiscard]] const LoD* lod_of(std::uint32_t at) const {
        const auto from = made_.planned_[at].meta.lod_from;
        return from < 0 ? nullptr : made_.planned_[static_cast<std::size_t>(from)].lod;
    }

    std::uint32_t add_operand(detail::planned_operand planned) {
        const auto at = static_cast<std::uint32_t>(made_.planned_.size());
        current_[planned.name] = at;
        made_.planned_.push_back(std::move(planned));
        return at;
    }
    /// The version of a variable that holds its value now.
    [[nodiscard]] std::uint32_t find_current(std::string_view name) const {
        const auto* held = current_.find(name);
        return held != nullptr ? *held : none;
    }

    /// A variable whose value is in the scope already.
    std::optional<std::uint32_t> from_scope(const std::string& name) {
        const auto var = declared(name);
        const bool persistable = var && var.persistable();
        const auto* tensor = persistable ? scope_.root().find_var(name) : scope_.find_var(name);
        if (tensor == nullptr || !tensor->is_initialized()) return std::nullopt;
        const auto at = add_operand({.name = name,
                                     .meta = {tensor->dtype(), tensor->dims(), std::nullopt},
                                     .where = detail::storage::scope,
                                     .read_first = true,
                                     .persistable = persistable});
        made_.planned_[at].meta.lod_from = static_cast<std::int32_t>(at);
        return at;
    }

    // ---- operators

    /// The operands of an operator's inputs. Errors: not_initialized.
    result<sequence<std::uint32_t>> operands_of(const Operator& op, const op_info& info, const bound_slots& in) {
        sequence<std::uint32_t> operands;
        operands.reserve(in.names.size());
        for (std::size_t i = 0; i < in.ranges.size(); ++i)
            for (std::uint32_t k = 0; k < in.ranges[i].count; ++k) {
                const auto& name = *in.names[operands.size()];
                auto at = find_current(name);
                if (at == none) {
                    const auto held = from_scope(name);
                    if (!held) return detail::not_initialized(op, info.inputs[i].name, declared(name), name);
                    at = *held;
                }
                made_.planned_[at].last_step = static_cast<std::uint32_t>(made_.steps_.size());
                operands.push_back(at);
            }
        return operands;
    }

    result<void> add_step(const Operator& op) {
        const auto known = require_op(ops_, op);
        if (!known) return known.failure();
        const auto* info = *known;
        if (info->run == nullptr)
            return failure(errc::unknown_op, {"Operator \"", op.type(), "\" has no kernel here: its program was built without kernels."})
                .of_op(op.type())
                .expected("a Builder<carries::kernels>, or an executor that names the operator: Executor(op_list<...>{})");
        auto attributes = info->read_attributes(op);
        if (!attributes) return attributes.failure();
        auto in = bind_slots(info->inputs, op.desc().inputs);
        if (!in) return in.failure();
        auto inputs = operands_of(op, *info, *in);
        if (!inputs) return inputs.failure();
        auto out = bind_slots(info->outputs, op.desc().outputs);
        if (!out) return out.failure();
        if (info->is_conditional) *out = {};  // its block writes them
        sequence<tensor_meta> in_metas;
        in_metas.reserve(inputs->size());
        for (const auto at : *inputs) {
            in_metas.push_back(made_.planned_[at].meta);
            if (info->reads_lod) in_metas.back().lod = lod_of(at);
            in_metas.back().value = made_.planned_[at].where != detail::storage::scope ? known_.of(at) : std::span<const std::byte>();
        }
        sequence<tensor_meta> out_metas(out->names.size());
        sequence<std::optional<LoD>> lods(info->reads_lod ? out->names.size() : 0);
        made_.reads_lod_ |= info->reads_lod;
        infer_context context({op.type(), info->inputs, in->ranges, out->ranges, in_metas, out_metas, made_.program_version_, false, lods});
        if (auto inferred = info->infer(attributes->get(), context); !inferred) return inferred;
        const auto follows = detail::follow_rows(*info, in_metas, out_metas);
        if (!follows) return follows.failure();

        sequence<std::uint32_t> outputs;
        outputs.reserve(out_metas.size());
        for (std::size_t i = 0; i < out->names.size(); ++i) {
            const auto at = take_output(*out->names[i], out_metas[i]);
            if (!at) return at.failure();
            outputs.push_back(*at);
            if (i < lods.size() && lods[i] && *at != none) keep_lod(*at, *std::move(lods[i]));
        }
        if (block_ == 0)
            known_.learn(*info, attributes->get(), {in->ranges, in_metas}, {out->ranges, out_metas}, outputs, made_.program_version_);
        made_.steps_.push_back({.op = refused_ ? &detail::refused_op : info,
                                .follows = *follows,
                                .attributes = refused_ ? detail::refusal(std::move(*refused_).of_op(op.type())) : *std::move(attributes),
                                .input_slots = std::move(in->ranges),
                                .output_slots = std::move(out->ranges),
                                .inputs = {},
                                .outputs = {}});
        step_inputs_.push_back(*std::move(inputs));
        step_outputs_.push_back(std::move(outputs));
        refused_.reset();
        return info->is_conditional ? add_conditional(op) : result<void>();
    }

    [[gnu::cold]] result<void> add_conditional(const Operator& op) {
        const auto* attr = op.find_attr("sub_block");
        const auto block = attr != nullptr && attr->more->block_idx ? *attr->more->block_idx : -1;
        if (std::cmp_less_equal(block, block_) || std::cmp_greater_equal(block, program_.blocks().size()))
            return failure(errc::bad_attribute, "attribute 'sub_block' is not a later block").found(block);
        const auto first = made_.steps_.size();
        const auto& own = program_.blocks()[static_cast<std::size_t>(block)].vars();
        sequence<std::uint32_t> hidden;  // what the block declares is its own, and gone after it
        for (const auto& var : own) hidden.push_back(find_current(var.name())), current_[var.name()] = none;
        const auto around = std::exchange(block_, static_cast<std::size_t>(block));
        for (const auto& inner : program_.blocks()[block_].ops())
            if (auto added = add_step(inner); !added) return added.failure().of_op(inner.type());
        block_ = around;
        for (std::size_t i = 0; i < own.size(); ++i) current_[own[i].name()] = hidden[i];
        made_.steps_[first - 1].skips = static_cast<std::uint32_t>(made_.steps_.size() - first);
        return {};
    }

    /// What a block under a condition writes outside of itself: it keeps its place, since what was there stays where the block is skipped.
    /// Of another element type or dims it is an error of the run whose condition holds, as in the reference.
    [[gnu::cold]] result<std::uint32_t> take_kept_output(const std::string& name, const tensor_meta& meta) {
        auto at = find_current(name);
        if (at == none) at = from_scope(name).value_or(none);
        if (at == none)
            return failure(errc::not_initialized, "a block under a condition is the first to write a variable outside of it")
                .of_variable(name);
        auto& held = made_.planned_[at];
        if (auto checked = detail::check_kept(held, meta); !checked && held.where == detail::storage::fed) return checked.failure();
        else if (!checked) refused_ = checked.error();
        held.last_step = static_cast<std::uint32_t>(made_.steps_.size());
        known_.forget(at);
        return at;
    }

    result<std::uint32_t> take_output(const std::string& name, tensor_meta meta) {
        if (name.empty() || name == empty_var_name) return none;
        const auto var = declared(name);
        if (!var)
            return failure(errc::no_such_variable, "an operator writes a variable that the program does not declare").of_variable(name);
        meta.is_rows = var.kind() == VarKind::SELECTED_ROWS;
        if (!meta.dims.is_concrete())
            return failure(errc::bad_dims, "dims are not known when the program runs").of_variable(name).found(to_string(meta.dims));
        const auto size_bytes = byte_count(meta.dtype, meta.dims);
        if (!size_bytes)
            return failure(errc::overflow, "the dims of a variable multiply past 64 bits").of_variable(name).found(to_string(meta.dims));
        if (*size_bytes > caps_.arena_bytes && !meta.is_rows) return arena_too_large(*size_bytes).of_variable(name);
        if (block_ != 0 && !program_.blocks()[block_].find_var(name)) return take_kept_output(name, meta);
        const auto step = static_cast<std::uint32_t>(made_.steps_.size());
        if (var.persistable()) {
            if (const auto at = find_current(name); at != none) {
                auto& held = made_.planned_[at];
                if (held.meta.dtype != meta.dtype || held.meta.dims != meta.dims)
                    return failure(errc::shape_mismatch, "a persistable variable changes its shape within one run")
                        .of_variable(name)
                        .expected(to_string(held.meta.dims))
                        .found(to_string(meta.dims));
                held.last_step = step;
                return at;
            }
            const auto made = add_operand({.name = name, .meta = meta, .where = detail::storage::scope, .persistable = true});
            if (auto taken = take_persistable(made_.planned_[made]); !taken) return taken.failure();
            return made;
        }
        return add_operand({.name = name, .meta = meta, .where = detail::storage::temporary, .first_step = step, .last_step = step});
    }

    // ---- memory

    /// A variable of the root scope that a run will make or make larger. Errors: too_large.
    result<void> take_persistable(const detail::planned_operand& planned) {
        const auto size_bytes = byte_count(planned.meta.dtype, planned.meta.dims).value_or(0);
        const auto* held = scope_.root().find_var(planned.name);
        if (held != nullptr && held->capacity_bytes() >= size_bytes) return {};
        if (auto taken = room_.take(size_bytes); !taken) return taken.failure().of_variable(planned.name);
        return {};
    }

    result<void> place_temporaries() {
        const auto rows = detail::find_row_blocks(made_.planned_, made_.steps_, step_inputs_, step_outputs_, made_.fetched_);
        sequence<arena_block> blocks;
        sequence<std::uint32_t> owners;
        made_.operands_.reserve(made_.planned_.size());
        for (std::uint32_t i = 0; i < made_.planned_.size(); ++i) {
            const auto& held = made_.planned_[i];
            made_.operands_.push_back({.data = nullptr,
                                       .dtype = held.meta.dtype,
                                       .dims = held.meta.dims,
                                       .count = rows[i] > 0 ? 0 : held.meta.dims.count(),
                                       .is_rows = held.meta.is_rows,
                                       .lod = lod_of(i),
                                       .row_capacity = rows[i]});
            if (held.meta.at_most) made_.varying_.push_back(i);
            if (held.where == detail::storage::scope) made_.in_scope_.push_back(i);
            if (held.where != detail::storage::temporary) continue;
            std::uint64_t size_bytes = byte_count(held.meta.dtype, held.meta.dims).value_or(0);  // it was checked by its step
            if (rows[i] > 0) size_bytes = row_block::size_bytes(rows[i], size_bytes / static_cast<std::uint64_t>(held.meta.dims[0]));
            if (size_bytes > caps_.arena_bytes) return arena_too_large(size_bytes);
            blocks.push_back({size_bytes, held.first_step, held.last_step});
            owners.push_back(i);
        }
        const auto total = place_in_arena(blocks);
        if (total > caps_.arena_bytes || !checked_size(total)) return arena_too_large(total);
        if (auto taken = room_.take(total); !taken) return taken;
        made_.arena_ = detail::aligned_bytes::of(static_cast<std::size_t>(total));
        if (made_.arena_.size() < total) return out_of_memory(total);
        for (std::size_t i = 0; i < blocks.size(); ++i) made_.operands_[owners[i]].data = made_.arena_.data() + blocks[i].offset;
        return {};
    }
    [[nodiscard]] failure arena_too_large(std::uint64_t wanted) const {
        return failure(errc::too_large, "a run needs more memory than limits::arena_bytes").expected(caps_.arena_bytes).found(wanted);
    }

    /// Operands have their final addresses now: steps may point at them.
    void connect_steps() {
        const auto pointers = [&](const sequence<std::uint32_t>& from) {
            sequence<operand*> to;
            to.reserve(from.size());
            for (const auto at : from) to.push_back(at == none ? nullptr : &made_.operands_[at]);
            return to;
        };
        for (std::size_t i = 0; i < made_.steps_.size(); ++i) {
            made_.steps_[i].inputs = pointers(step_inputs_[i]);
            made_.steps_[i].outputs = pointers(step_outputs_[i]);
        }
    }

    const Program& program_;
    op_table ops_;
    std::span<const tensor_ref> feeds_;
    std::span<const std::string> fetches_;
    Scope& scope_;
    const limits& caps_;
    std::size_t first_op_ = 0;
    bool is_rest_ = false;  ///< what is fed are variables of the plan before
    budget room_;
    plan made_;
    name_map<std::uint32_t> current_;
    detail::known_values known_;
    std::size_t block_ = 0;         ///< the one that is planned
    std::optional<error> refused_;  ///< why the operator that is planned must not run
    sequence<sequence<std::uint32_t>> step_inputs_;
    sequence<sequence<std::uint32_t>> step_outputs_;
};

}  // namespace wherry::inline WHERRY_ABI

#endif
