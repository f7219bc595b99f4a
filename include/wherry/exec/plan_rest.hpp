#ifndef WHERRY_EXEC_PLAN_REST_HPP
#define WHERRY_EXEC_PLAN_REST_HPP

#include <wherry/base/limits.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/exec/detail/plan_maker.hpp>
#include <wherry/exec/plan.hpp>
#include <wherry/program/program.hpp>
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

/// Shapes that depend on values: `where_index` finds so many elements, `generate_proposals` so many boxes, and what reads them cannot be
/// planned before. There a plan ends, and the operators from there on get one of their own in each run, for the dims that were found and
/// the numbers that the first of them reads. Plans of dims seen lately are kept.
namespace wherry::inline WHERRY_ABI::detail {

class rest_planner final : public plan_rest {
  public:
    /// A rest_leaver. It helps where the first operator reads rows whose number only a run tells, or few numbers that only a run knows.
    [[gnu::cold]] static bool leave(plan_maker& maker, std::size_t first_op) {
        if (maker.is_rest_ && maker.made_.steps_.empty()) return false;  // all was there, and it could not be planned
        const auto& ops = maker.program_.global_block().ops();
        auto& planned = maker.made_.planned_;
        bool helps = false;
        sequence<std::size_t> carried;
        sequence<bool> known;
        const auto end = static_cast<std::uint32_t>(maker.made_.steps_.size());
        const auto carry = [&](const std::string& name, bool is_first) {
            const auto at = maker.find_current(name);
            if (at == plan_maker::none || planned[at].where == storage::scope) return;
            const auto& meta = planned[at].meta;
            helps |= is_first && (meta.at_most || (maker.known_.of(at).empty() && is_small(meta)));
            planned[at].last_step = end;
            if (std::find(carried.begin(), carried.end(), at) != carried.end()) return;
            carried.push_back(at);
            known.push_back(!maker.known_.of(at).empty());
        };
        for (auto i = first_op; i < ops.size(); ++i)
            for (const auto& input : ops[i].desc().inputs)
                for (const auto& name : input.arguments) carry(name, i == first_op);
        for (const auto& name : maker.fetches_) carry(name, false);
        if (!helps) return false;
        maker.made_.fetched_ = std::move(carried);
        maker.made_.rest_ = std::make_unique<rest_planner>(maker, first_op, std::move(known));
        return true;
    }

    rest_planner(const plan_maker& maker, std::size_t first_op, sequence<bool> known)
        : program_(maker.program_.clone()),
          ops_(maker.ops_),
          fetches_(maker.fetches_.begin(), maker.fetches_.end()),
          caps_(maker.caps_),
          first_op_(first_op),
          known_(std::move(known)) {}

    result<sequence<Tensor>> run(std::span<const tensor_ref> carried, Scope& scope, std::uint64_t head_bytes) override {
        auto decided = deciding(carried);
        auto at = std::find_if(kept_.begin(), kept_.end(), [&](const kept_plan& held) {
            return held.decided == decided && held.made.answers(program_, carried, fetches_, scope);
        });
        if (at == kept_.end()) {
            auto caps = caps_;
            caps.arena_bytes -= std::min(caps.arena_bytes, head_bytes);
            caps.total_bytes -= std::min(caps.total_bytes, head_bytes);
            plan_maker maker(program_, ops_, carried, fetches_, scope, caps);
            maker.first_op_ = first_op_;
            maker.is_rest_ = true;
            for (std::uint32_t i = 0; i < carried.size(); ++i) {
                if (!decides(i, carried[i])) continue;
                aligned_bytes elements(carried[i].bytes.size());
                std::copy(carried[i].bytes.begin(), carried[i].bytes.end(), elements.data());
                maker.known_.put(i, std::move(elements));
            }
            auto made = maker.make();
            if (!made) return made.failure();
            if (kept_.size() == most_kept) kept_.erase(kept_.begin());
            kept_.push_back({*std::move(made), std::move(decided)});
        } else {
            std::rotate(at, at + 1, kept_.end());
        }
        return kept_.back().made.run(carried, scope);
    }

    [[nodiscard]] std::uint64_t own_bytes() const noexcept override {
        auto bytes = sizeof *this + heap_bytes(kept_) + heap_bytes(fetches_);
        for (const auto& held : kept_) bytes += held.made.own_bytes() + heap_bytes(held.decided);
        return bytes;
    }

  private:
    static constexpr std::size_t most_kept = 4;
    static constexpr std::size_t most_bytes = 4096;  ///< of numbers that decide a shape

    struct kept_plan {
        plan made;
        sequence<std::byte> decided;
    };

    [[nodiscard]] static bool is_small(const tensor_meta& meta) {
        const auto size_bytes = byte_count(meta.dtype, meta.dims);
        return size_bytes && *size_bytes <= most_bytes;
    }
    /// Numbers that were known before, or that the first operator reads, as far as they are few.
    [[nodiscard]] bool decides(std::size_t at, const tensor_ref& carried) const {
        if (known_[at] || carried.bytes.size() > most_bytes) return known_[at];
        for (const auto& input : program_.global_block().ops()[first_op_].desc().inputs)
            if (std::find(input.arguments.begin(), input.arguments.end(), carried.name) != input.arguments.end()) return true;
        return false;
    }
    /// The elements that a plan is made for, together with dims.
    [[nodiscard]] sequence<std::byte> deciding(std::span<const tensor_ref> carried) const {
        sequence<std::byte> all;
        for (std::size_t i = 0; i < carried.size(); ++i)
            if (decides(i, carried[i])) all.insert(all.end(), carried[i].bytes.begin(), carried[i].bytes.end());
        return all;
    }

    Program program_;  ///< a copy, which lives as long as this
    op_table ops_;
    sequence<std::string> fetches_;
    limits caps_;
    std::size_t first_op_;
    sequence<bool> known_;  ///< of each carried variable: its elements were known before anything ran
    sequence<kept_plan> kept_;
};

inline constexpr rest_leaver leave_rest = rest_planner::leave;

}  // namespace wherry::inline WHERRY_ABI::detail

#endif
