#ifndef WHERRY_TENSOR_SELECTED_ROWS_HPP
#define WHERRY_TENSOR_SELECTED_ROWS_HPP

#include <wherry/tensor/tensor.hpp>

#include <cstdint>
#include <vector>

namespace wherry::inline v0 {

/// Some rows of a tall array [height, ...]: `value` holds row `rows[i]` at its row i.
struct SelectedRows {
    std::vector<std::int64_t> rows;  ///< each in [0, height); one may come twice
    std::int64_t height = 0;
    Tensor value;  ///< dims [rows.size(), ...]

    friend bool operator==(const SelectedRows&, const SelectedRows&) noexcept = default;
};

}  // namespace wherry::inline v0

#endif
