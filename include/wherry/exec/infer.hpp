#ifndef WHERRY_EXEC_INFER_HPP
#define WHERRY_EXEC_INFER_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/lod.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/exec/op_failure.hpp>
#include <wherry/exec/slot.hpp>
#include <wherry/version.hpp>

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI {

/// Element type, dims and LoD of a variable before it has a value.
struct tensor_meta {
    DType dtype = DType::FP32;
    Shape dims;                               ///< while a program is built, -1 is unknown
    std::optional<std::int32_t> lod_level{};  ///< unset: the operator says nothing about LoD
    std::int32_t lod_from = -1;               ///< while planning: the operand whose LoD this one has
    bool is_rows = false;                     ///< declared as SelectedRows, held as a whole tensor
    std::span<const std::byte> value{};       ///< while planning: the elements, where dims and constants decide them
    const LoD* lod = nullptr;                 ///< while planning an operator that reads LoD: that of an input, null for none
    bool at_most = false;  ///< the first dim is the most rows there can be: a run tells how many, see run_context::set_rows

    /// The same LoD, another element type or dims: what most operators give.
    [[nodiscard]] tensor_meta with(DType new_dtype, const Shape& new_dims) const {
        return {new_dtype, new_dims, lod_level.value_or(0), lod_from, false, {}, nullptr};
    }
    [[nodiscard]] tensor_meta with(const Shape& new_dims) const { return with(dtype, new_dims); }
};

/// The view of an operator's `infer`: metas of its inputs, in order of its declared slots; it sets those of its outputs.
/// The same function runs while a program is built (dims may be -1) and when a plan is made (all dims are known).
class infer_context : public op_failure {
  public:
    struct parts {
        std::string_view op_type;
        std::span<const slot> declared_inputs;
        std::span<const slot_range> input_slots;
        std::span<const slot_range> output_slots;
        std::span<const tensor_meta> inputs;
        std::span<tensor_meta> outputs;
        std::int64_t program_version = 0;
        bool building = false;
        std::span<std::optional<LoD>> made_lods{};  ///< one for each output, while planning
    };
    explicit infer_context(const parts& p) : op_failure(p.op_type), parts_(p) {}

    [[nodiscard]] std::string_view in_name(std::size_t slot) const { return parts_.declared_inputs[slot].name; }
    [[nodiscard]] std::size_t in_count(std::size_t slot) const { return parts_.input_slots[slot].count; }
    [[nodiscard]] bool has_in(std::size_t slot) const { return in_count(slot) > 0; }
    [[nodiscard]] const tensor_meta& in(std::size_t slot, std::size_t k = 0) const {
        assert(k < in_count(slot));
        return parts_.inputs[parts_.input_slots[slot].first + k];
    }
    [[nodiscard]] std::size_t out_count(std::size_t slot) const { return parts_.output_slots[slot].count; }
    [[nodiscard]] bool has_out(std::size_t slot) const { return out_count(slot) > 0; }
    /// Sets an output; one that the program does not ask for is passed over.
    void set_out(std::size_t slot, const tensor_meta& meta, std::size_t k = 0) {
        if (k < out_count(slot)) parts_.outputs[parts_.output_slots[slot].first + k] = meta;
    }

    /// Gives an output LoD of its own. The operator has to say `reads_lod`.
    void set_lod(std::size_t slot, LoD lod, std::size_t k = 0) {
        if (k < out_count(slot) && !parts_.made_lods.empty()) parts_.made_lods[parts_.output_slots[slot].first + k] = std::move(lod);
    }

    /// True while a program is built: a dim of -1 then agrees with any other.
    [[nodiscard]] bool building() const noexcept { return parts_.building; }
    /// Version of the Paddle that wrote the program: some rules differ from 2.0 on.
    [[nodiscard]] std::int64_t program_version() const noexcept { return parts_.program_version; }

    /// Two dims that must be equal, as far as they are known.
    [[nodiscard]] static bool agree(std::int64_t a, std::int64_t b) noexcept { return a < 0 || b < 0 || a == b; }

  private:
    parts parts_;
};

/// The axis counted from the front, for one in [-rank, rank); nothing otherwise.
constexpr std::optional<std::size_t> normalized_axis(std::int64_t axis, std::size_t rank) noexcept {
    const auto r = static_cast<std::int64_t>(rank);
    if (axis < -r || axis >= r) return std::nullopt;
    return static_cast<std::size_t>(axis < 0 ? axis + r : axis);
}

}  // namespace wherry::inline WHERRY_ABI

#endif
