#ifndef WHERRY_EXEC_KNOWN_VALUES_HPP
#define WHERRY_EXEC_KNOWN_VALUES_HPP

#include <wherry/base/sequence.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/tensor/tensor.hpp>
#include <wherry/version.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>

/// Programs compute shapes: `shape`, then `slice`, `scale`, `stack`, and `reshape2` reads what comes out. All dims are known when a plan is
/// made, so what depends on nothing else is computed then, and an operator's `infer` finds it in tensor_meta::value.
namespace wherry::inline WHERRY_ABI::detail {

class known_values {
  public:
    /// The elements of an operand; none when they are not known.
    [[nodiscard]] std::span<const std::byte> of(std::uint32_t operand) const {
        return operand < values_.size() ? std::span<const std::byte>(values_[operand].data(), values_[operand].size())
                                        : std::span<const std::byte>();
    }

    /// Takes the elements of an operand.
    void put(std::uint32_t operand, aligned_bytes elements) {
        while (values_.size() <= operand) values_.emplace_back();
        values_[operand] = std::move(elements);
    }
    /// Of a variable that a run may write or not.
    void forget(std::uint32_t operand) {
        if (operand < values_.size()) values_[operand] = {};
    }

    struct side {
        const sequence<slot_range>& slots;
        const sequence<tensor_meta>& metas;
    };

    /// Runs an operator whose inputs are known, if its outputs are small, and keeps these. One that fails then fails in the run.
    void learn(const op_info& op, const void* attributes, const side& in, const side& out, std::span<const std::uint32_t> operands,
               std::int64_t program_version) {
        if (op.reads == op_reads::chances || op.reads_lod || (op.reads == op_reads::values && in.metas.empty())) return;
        for (const auto& meta : out.metas)
            if (meta.at_most) return;
        sequence<operand> read;
        for (const auto& meta : in.metas) {
            if (op.reads != op_reads::dims && meta.value.empty() && meta.dims.count() != 0) return;
            auto* const elements = const_cast<std::byte*>(meta.value.data());  // NOLINT: operators get inputs to read
            read.push_back({elements, meta.dtype, meta.dims, meta.dims.count(), false});
        }
        sequence<aligned_bytes> made;
        sequence<operand> written;
        for (const auto& meta : out.metas) {
            const auto size = byte_count(meta.dtype, meta.dims);
            if (!size || *size > most_bytes) return;
            auto& memory = made.emplace_back(*size);
            written.push_back({memory.data(), meta.dtype, meta.dims, meta.dims.count(), false});
        }
        sequence<operand*> inputs;
        sequence<operand*> outputs;
        for (auto& one : read) inputs.push_back(&one);
        for (std::size_t i = 0; i < written.size(); ++i) outputs.push_back(operands[i] == none ? nullptr : &written[i]);
        run_context context({op.type, op.outputs, in.slots, out.slots, inputs, outputs, program_version});
        if (!op.run(attributes, context)) return;
        for (std::size_t i = 0; i < made.size(); ++i)
            if (operands[i] != none) put(operands[i], std::move(made[i]));
    }

  private:
    static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();
    static constexpr std::size_t most_bytes = 1024;  ///< shapes and coordinates; never data

    sequence<aligned_bytes> values_;  ///< by operand, empty where nothing is known
};

}  // namespace wherry::inline WHERRY_ABI::detail

#endif
