#ifndef WHERRY_TENSOR_SELECTED_ROWS_HPP
#define WHERRY_TENSOR_SELECTED_ROWS_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/tensor/tensor.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

namespace wherry::inline WHERRY_ABI {

/// Some rows of a tall array [height, ...]: `value` holds row `rows[i]` at its row i.
struct SelectedRows {
    sequence<std::int64_t> rows;  ///< each in [0, height); one may come twice
    std::int64_t height = 0;
    Tensor value;  ///< dims [rows.size(), ...]

    /// Borrows them for saving.
    [[nodiscard]] tensor_ref ref(std::string_view name) const noexcept {
        auto made = value.ref(name);
        made.lod = nullptr;
        made.rows = this;
        return made;
    }

    friend bool operator==(const SelectedRows&, const SelectedRows&) noexcept = default;
};

/// True for a row of a whole array that SelectedRows do not have: -0.0 throughout.
template <class T>
bool is_absent_row(std::span<const T> row) {
    using bits = std::conditional_t<sizeof(T) == sizeof(std::uint32_t), std::uint32_t, std::uint64_t>;
    for (const T x : row)
        if (std::bit_cast<bits>(x) != std::bit_cast<bits>(-T{})) return false;
    return true;
}

namespace detail {
/// Numbers of the rows that hold anything but -0.0.
template <class T>
sequence<std::int64_t> rows_there(std::span<const T> elements, std::int64_t height) {
    const auto width = height > 0 ? elements.size() / static_cast<std::size_t>(height) : 0;
    sequence<std::int64_t> there;
    for (std::int64_t row = 0; row < height; ++row) {
        const auto held = elements.subspan(static_cast<std::size_t>(row) * width, width);
        if (!is_absent_row(held)) there.push_back(row);
    }
    return there;
}
inline sequence<std::int64_t> rows_there(const Tensor& whole) {
    const auto height = whole.dims()[0];
    if (whole.dtype() == DType::FP32) return rows_there(whole.elements<float>(), height);
    if (whole.dtype() == DType::FP64) return rows_there(whole.elements<double>(), height);
    sequence<std::int64_t> all;
    for (std::int64_t row = 0; row < height; ++row) all.push_back(row);
    return all;
}
}  // namespace detail

/// The SelectedRows in a whole array [height, ...] of the Executor's: rows of -0.0 alone are not there. Arrays of
/// other element types than FP32 and FP64 keep all rows; a scalar has none. Errors: out_of_memory.
inline result<SelectedRows> present_rows(const Tensor& whole) {
    SelectedRows made;
    auto dims = whole.dims();
    if (dims.rank() == 0) return made;
    made.height = dims[0];
    made.rows = detail::rows_there(whole);
    dims[0] = static_cast<std::int64_t>(made.rows.size());
    if (!made.value.try_resize(whole.dtype(), dims)) return out_of_memory(byte_count(whole.dtype(), dims).value_or(0));
    const auto row_bytes = made.rows.empty() ? 0 : made.value.bytes().size() / made.rows.size();
    auto into = made.value.bytes().begin();
    for (const auto row : made.rows) {
        const auto held = whole.bytes().subspan(static_cast<std::size_t>(row) * row_bytes, row_bytes);
        into = std::copy(held.begin(), held.end(), into);
    }
    return made;
}

}  // namespace wherry::inline WHERRY_ABI

#endif
