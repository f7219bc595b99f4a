#ifndef WHERRY_EXEC_RUN_HPP
#define WHERRY_EXEC_RUN_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/lod.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/exec/op_failure.hpp>
#include <wherry/exec/row_block.hpp>
#include <wherry/exec/slot.hpp>
#include <wherry/version.hpp>

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI {

/// One variable while a plan runs: where its elements are.
struct operand {
    std::byte* data = nullptr;
    DType dtype = DType::FP32;
    Shape dims;
    std::size_t count = 0;
    bool is_rows = false;          ///< declared as SelectedRows, held as a whole tensor: rows without an id are -0.0
    const LoD* lod = nullptr;      ///< where an operator of the plan reads LoD: that of this variable, null for none
    std::size_t row_capacity = 0;  ///< not 0: held as a row_block of so many rows, and `count` is 0
    LoD told_lod{};                ///< of an output whose rows a run told

    /// Other dims, of at most as many elements as there is memory for.
    void set_dims(const Shape& other) {
        dims = other;
        count = dims.count();
    }
};

/// The view of an operator's `run`: elements of its inputs and outputs, in order of its declared slots. Element types,
/// dims and attributes were checked when the plan was made; what depends on values (labels, ids) is checked here.
class run_context : public op_failure {
  public:
    struct parts {
        std::string_view op_type;
        std::span<const slot> declared_outputs;
        std::span<const slot_range> input_slots;
        std::span<const slot_range> output_slots;
        std::span<operand* const> inputs;
        std::span<operand* const> outputs;
        std::int64_t program_version = 0;
        std::uint64_t room_bytes = ~std::uint64_t{0};  ///< memory that `make_room` may take at a time
    };
    explicit run_context(const parts& p) : op_failure(p.op_type), parts_(p) {}

    /// What it was made of.
    [[nodiscard]] const parts& all() const noexcept { return parts_; }

    [[nodiscard]] std::size_t in_count(std::size_t slot) const { return parts_.input_slots[slot].count; }
    [[nodiscard]] bool has_in(std::size_t slot) const { return in_count(slot) > 0; }
    [[nodiscard]] std::span<const slot> declared_outputs() const noexcept { return parts_.declared_outputs; }
    [[nodiscard]] std::size_t out_count(std::size_t slot) const { return parts_.output_slots[slot].count; }
    [[nodiscard]] bool has_out(std::size_t slot, std::size_t k = 0) const { return k < out_count(slot) && out_operand(slot, k) != nullptr; }

    [[nodiscard]] DType in_dtype(std::size_t slot, std::size_t k = 0) const { return in_operand(slot, k)->dtype; }
    [[nodiscard]] const Shape& in_dims(std::size_t slot, std::size_t k = 0) const { return in_operand(slot, k)->dims; }
    [[nodiscard]] const Shape& out_dims(std::size_t slot, std::size_t k = 0) const { return out_operand(slot, k)->dims; }
    [[nodiscard]] DType out_dtype(std::size_t slot, std::size_t k = 0) const { return out_operand(slot, k)->dtype; }

    /// LoD of an input, for operators that say `reads_lod`; null for none.
    [[nodiscard]] const LoD* in_lod(std::size_t slot, std::size_t k = 0) const { return in_operand(slot, k)->lod; }

    [[nodiscard]] bool in_is_rows(std::size_t slot, std::size_t k = 0) const { return in_operand(slot, k)->is_rows; }
    /// Whether a gradient of a table is there by rows: for operators whose `rows` says that they know it.
    [[nodiscard]] bool in_has_row_block(std::size_t slot) const { return in_operand(slot, 0)->row_capacity > 0; }
    [[nodiscard]] bool out_has_row_block(std::size_t slot) const { return has_out(slot) && out_operand(slot, 0)->row_capacity > 0; }
    [[nodiscard]] row_block in_row_block(std::size_t slot) const { return {in_operand(slot, 0)->data, in_operand(slot, 0)->row_capacity}; }
    [[nodiscard]] row_block out_row_block(std::size_t slot) const {
        return {out_operand(slot, 0)->data, out_operand(slot, 0)->row_capacity};
    }

    /// Elements of an input; T must be its element type.
    template <Element T>
    [[nodiscard]] std::span<const T> in(std::size_t slot, std::size_t k = 0) const {
        const auto* from = in_operand(slot, k);
        assert(from->dtype == dtype_of<T>);
        return {reinterpret_cast<const T*>(from->data), from->count};  // NOLINT: the plan checked the element type
    }
    /// Elements of an output; empty when the program does not ask for it. May be the memory of an input where the
    /// program names one variable on both sides.
    template <Element T>
    [[nodiscard]] std::span<T> out(std::size_t slot, std::size_t k = 0) const {
        if (!has_out(slot, k)) return {};
        const auto* to = out_operand(slot, k);
        assert(to->dtype == dtype_of<T>);
        return {reinterpret_cast<T*>(to->data), to->count};  // NOLINT: as above
    }
    [[nodiscard]] std::span<const std::byte> in_bytes(std::size_t slot, std::size_t k = 0) const {
        const auto* from = in_operand(slot, k);
        return {from->data, from->count * size_of(from->dtype)};
    }
    [[nodiscard]] std::span<std::byte> out_bytes(std::size_t slot, std::size_t k = 0) const {
        if (!has_out(slot, k)) return {};
        const auto* to = out_operand(slot, k);
        return {to->data, to->count * size_of(to->dtype)};
    }

    /// The rows of an output for which `infer` told the most there can be (`at_most`), and their sequences.
    void set_rows(std::size_t slot, std::size_t rows, LoD lod = {}, std::size_t k = 0) const {
        if (!has_out(slot, k)) return;
        auto dims = out_dims(slot, k);
        dims[0] = static_cast<std::int64_t>(rows);
        set_shape(slot, dims, std::move(lod), k);
    }
    /// All its dims, where other ones than the rows differ, too.
    void set_shape(std::size_t slot, const Shape& dims, LoD lod = {}, std::size_t k = 0) const {
        if (!has_out(slot, k)) return;
        auto* to = parts_.outputs[parts_.output_slots[slot].first + k];
        assert(dims.count() <= to->count);
        to->set_dims(dims);
        to->told_lod = std::move(lod);
    }

    /// Memory for what an operator needs while it runs, of a size that its inputs choose. Errors: too_large, out_of_memory.
    template <class T>
    result<void> make_room(sequence<T>& room, std::size_t count) const {
        const auto bytes = checked_product(count, sizeof(T));
        if (bytes && *bytes <= parts_.room_bytes && room.try_resize(count)) return {};
        return no_room(!bytes || *bytes > parts_.room_bytes);
    }

    [[nodiscard]] std::int64_t program_version() const noexcept { return parts_.program_version; }

    /// The error of an element type this operator has no kernel for.
    [[nodiscard, gnu::noinline, gnu::cold]] failure no_kernel(DType dtype) const {
        const auto* row = find_dtype(dtype);
        return fail(errc::dtype_mismatch,
                    {"op ", parts_.op_type, " does not have kernel for data_type[", row != nullptr ? row->cpp_name : "unknown", "]"});
    }

  private:
    [[nodiscard, gnu::noinline, gnu::cold]] failure no_room(bool capped) const {
        return capped ? fail(errc::too_large, "an operator needs more memory than limits::total_bytes leaves")
                      : fail(errc::out_of_memory, "the system has no memory for this");
    }
    [[nodiscard]] const operand* in_operand(std::size_t slot, std::size_t k) const {
        assert(k < in_count(slot));
        return parts_.inputs[parts_.input_slots[slot].first + k];
    }
    [[nodiscard]] const operand* out_operand(std::size_t slot, std::size_t k) const {
        assert(k < out_count(slot));
        return parts_.outputs[parts_.output_slots[slot].first + k];
    }

    parts parts_;
};

/// Bytes of a tensor as its elements.
template <Element T>
std::span<const T> elements_of(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const T*>(bytes.data()), bytes.size() / sizeof(T)};  // NOLINT: the caller knows the element type
}
template <Element T>
std::span<T> elements_of(std::span<std::byte> bytes) {
    return {reinterpret_cast<T*>(bytes.data()), bytes.size() / sizeof(T)};  // NOLINT: as above
}

namespace detail {
/// All but FP32 hardly occurs in models: kept small, which saves every user a third of the time to compile the operators.
template <class T, class Kernel>
[[gnu::noinline, gnu::cold]] result<void> rarely(Kernel& kernel) {
    return kernel.template operator()<T>();
}
}  // namespace detail

/// Calls `kernel.operator()<T>()` for FP32 or FP64; other element types are the error `no_kernel`.
template <class Kernel>
result<void> for_float(const run_context& c, DType dtype, Kernel&& kernel) {
    if (dtype == DType::FP32) return kernel.template operator()<float>();
    if (dtype == DType::FP64) return detail::rarely<double>(kernel);
    return c.no_kernel(dtype);
}
/// The same for FP32, FP64, INT32 and INT64.
template <class Kernel>
result<void> for_number(const run_context& c, DType dtype, Kernel&& kernel) {
    if (dtype == DType::INT32) return detail::rarely<std::int32_t>(kernel);
    if (dtype == DType::INT64) return detail::rarely<std::int64_t>(kernel);
    return for_float(c, dtype, kernel);
}

}  // namespace wherry::inline WHERRY_ABI

#endif
