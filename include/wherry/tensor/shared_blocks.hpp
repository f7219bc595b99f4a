#ifndef WHERRY_TENSOR_SHARED_BLOCKS_HPP
#define WHERRY_TENSOR_SHARED_BLOCKS_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/tensor/tensor.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>

namespace wherry::inline WHERRY_ABI {

/// Memory for the many small tensors of one load, in blocks that they share: an allocation for each takes longer than to read it.
/// A block goes with the last of its tensors. It holds 1 MiB at most, so that one tensor that stays keeps little else.
class shared_blocks {
  public:
    static constexpr std::size_t small_bytes = std::size_t{1} << 14U;

    /// A tensor whose elements are not set; in a block when it is small. Not initialized where the system has no memory for it.
    /// Dims as those of `Tensor::resize`.
    [[nodiscard]] Tensor make(DType dtype, const Shape& dims) {
        const auto wanted = byte_count(dtype, dims).value_or(0);
        Tensor made;
        if (wanted == 0 || wanted > small_bytes) return (void)made.try_resize(dtype, dims), made;
        const auto rounded = (wanted + boundary - 1) / boundary * boundary;
        if (block_ == nullptr || block_->size() - used_ < rounded) {
            next_bytes_ = std::max(rounded, std::min(2 * next_bytes_, most_bytes));
            auto fresh = detail::aligned_bytes::of(next_bytes_);
            if (fresh.size() == 0) return made;
            block_ = std::make_shared<detail::aligned_bytes>(std::move(fresh));
            used_ = 0;
        }
        auto* const at = block_->data() + used_;
        used_ += rounded;
        return Tensor::lent(dtype, dims, at, block_);
    }

  private:
    static constexpr auto boundary = static_cast<std::size_t>(detail::aligned_bytes::alignment);
    static constexpr std::size_t most_bytes = std::size_t{1} << 20U;

    std::shared_ptr<detail::aligned_bytes> block_;
    std::size_t used_ = 0;
    std::size_t next_bytes_ = std::size_t{1} << 9U;  ///< half of the first block
};

}  // namespace wherry::inline WHERRY_ABI

#endif
