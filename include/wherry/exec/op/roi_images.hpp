#ifndef WHERRY_EXEC_OP_ROI_IMAGES_HPP
#define WHERRY_EXEC_OP_ROI_IMAGES_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/error.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/exec/op/check.hpp>
#include <wherry/exec/op/sequence_pool.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/version.hpp>

#include <cstddef>
#include <cstdint>

/// The image that each region of interest belongs to: by LoD, or by an input of how many there are of each image.
namespace wherry::inline WHERRY_ABI::op::detail {

/// How many images the regions in `slot` are of. Errors: bad_lod, shape_mismatch, dtype_mismatch.
[[gnu::cold]] inline result<std::int64_t> count_images(const infer_context& c, std::size_t slot, std::size_t numbers, std::size_t k = 0) {
    if (!c.has_in(numbers)) {
        auto offsets = sequences_of(c, slot, k);
        if (!offsets) return offsets.failure();
        return static_cast<std::int64_t>(offsets->size()) - 1;
    }
    const auto& held = c.in(numbers, k);
    if (held.dtype != DType::INT32) return wrong_dtype(c, held.dtype, DType::INT32);
    if (held.dims.rank() != 1)
        return c.fail(errc::shape_mismatch, {"Input(", c.in_name(numbers), ") should have 1 dim"}, "[images]", to_string(held.dims));
    return held.dims[0];
}
/// Offsets of the rows of each image. Errors: bad_argument for numbers that are not those of the rows.
inline result<sequence<std::uint64_t>> image_offsets(const run_context& c, std::size_t slot, std::size_t numbers, std::size_t k = 0) {
    if (!c.has_in(numbers)) {
        const auto offsets = sequences_of(c, slot, k);
        return sequence<std::uint64_t>(offsets.begin(), offsets.end());
    }
    sequence<std::uint64_t> offsets(1, 0);
    const auto rows = static_cast<std::uint64_t>(c.in_dims(slot, k)[0]);
    for (const auto number : c.in<std::int32_t>(numbers, k)) {
        if (number < 0 || static_cast<std::uint64_t>(number) > rows - offsets.back())
            return c.fail(errc::bad_argument, "the numbers of regions do not add up to their rows", decimal(rows), decimal(number));
        offsets.push_back(offsets.back() + static_cast<std::uint64_t>(number));
    }
    if (offsets.back() != rows)
        return c.fail(errc::bad_argument, "the numbers of regions do not add up to their rows", decimal(rows), decimal(offsets.back()));
    return offsets;
}

}  // namespace wherry::inline WHERRY_ABI::op::detail

#endif
