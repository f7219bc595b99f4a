#ifndef WHERRY_EXEC_PLAN_ROWS_HPP
#define WHERRY_EXEC_PLAN_ROWS_HPP

#include <wherry/base/sequence.hpp>
#include <wherry/exec/plan.hpp>
#include <wherry/version.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace wherry::inline WHERRY_ABI::detail {

/// Of each operand, how many rows it holds by id (see row_block), or 0 where it is a whole array: by id are gradients that one operator
/// gives and operators take that know both (`op_rows`), as far as there are fewer ids than rows. What else reads one, or fetches it,
/// gets the whole array. Steps are not connected yet: their operands are given beside them.
inline sequence<std::size_t> find_row_blocks(std::span<const planned_operand> planned, std::span<const planned_step> steps,
                                             std::span<const sequence<std::uint32_t>> inputs,
                                             std::span<const sequence<std::uint32_t>> outputs, std::span<const std::size_t> fetched) {
    sequence<std::size_t> rows(planned.size(), 0);
    for (std::size_t i = 0; i < steps.size(); ++i) {
        if (steps[i].op->rows != op_rows::gives || outputs[i].empty() || outputs[i][0] >= planned.size()) continue;
        const auto& made = planned[outputs[i][0]];
        const auto ids = planned[inputs[i][steps[i].input_slots[1].first]].meta.dims.count();
        if (made.meta.is_rows && made.where == storage::temporary && std::cmp_less(ids, made.meta.dims[0])) rows[outputs[i][0]] = ids;
    }
    for (std::size_t i = 0; i < steps.size(); ++i)
        for (std::size_t k = 0; k < inputs[i].size(); ++k)
            if (steps[i].op->rows != op_rows::takes || k != steps[i].input_slots[1].first) rows[inputs[i][k]] = 0;
    for (const auto at : fetched) rows[at] = 0;
    return rows;
}

}  // namespace wherry::inline WHERRY_ABI::detail

#endif
