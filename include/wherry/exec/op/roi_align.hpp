#ifndef WHERRY_EXEC_OP_ROI_ALIGN_HPP
#define WHERRY_EXEC_OP_ROI_ALIGN_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/error.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/exec/op/check.hpp>
#include <wherry/exec/op/roi_images.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/kernel/roi_align.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace wherry::inline WHERRY_ABI::op {

/// Attributes of `roi_align`, and their defaults.
struct roi_align_attributes {
    float spatial_scale = 1.0F;
    std::int32_t pooled_height = 1, pooled_width = 1, sampling_ratio = -1;
    bool aligned = false;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("spatial_scale", self.spatial_scale);
        attr("pooled_height", self.pooled_height);
        attr("pooled_width", self.pooled_width);
        attr("sampling_ratio", self.sampling_ratio);
        attr("aligned", self.aligned, since_2x);
    }
};

/// Each region of interest in as many parts, a mean of interpolated samples for each.
/// Shapes: X [N, C, H, W], ROIs [n, 4] with LoD or RoisNum [N] int32; Out [n, C, pooled_height, pooled_width].
/// Errors: bad_attribute, bad_lod, shape_mismatch, dtype_mismatch, bad_argument for a region that is not finite or takes more than 2^16 samples
/// along a side. It allocates. Source: paddle operator `roi_align`.
struct roi_align {
    static constexpr std::string_view type = "roi_align";
    static constexpr bool reads_lod = true;
    static constexpr std::array inputs = {slot{"X"}, slot{"ROIs"}, slot{"RoisNum", slot_arity::since_2x}};
    static constexpr std::array outputs = {slot{"Out"}};
    using attributes = roi_align_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        const auto &x = c.in(0), &rois = c.in(1);
        if (x.dims.rank() != 4 || rois.dims.rank() != 2 || rois.dims[1] != 4)
            return c.fail(errc::shape_mismatch, "X should be [N, C, H, W], ROIs [n, 4]", to_string(x.dims), to_string(rois.dims));
        if (auto checked = detail::must_hold(c, 1, x.dtype); !checked) return checked;
        if (a.pooled_height < 1 || a.pooled_width < 1 || a.pooled_height > 1 << 16 || a.pooled_width > 1 << 16)
            return c.fail(errc::bad_attribute, "pooled_height and pooled_width should be greater than 0", "1 to 65536",
                          decimal(std::min(a.pooled_height, a.pooled_width)));
        if (!(a.spatial_scale > 0)) return c.fail(errc::bad_attribute, "spatial_scale should be greater than 0");
        if (a.sampling_ratio > 1 << 16) return c.fail(errc::bad_attribute, "sampling_ratio is too large", {}, decimal(a.sampling_ratio));
        if (!c.building()) {
            auto images = detail::count_images(c, 1, 2);
            if (!images) return images.failure();
            if (*images != x.dims[0])
                return c.fail(errc::shape_mismatch, "ROIs should be those of as many images as X has", decimal(x.dims[0]),
                              decimal(*images));
            if (x.dims[2] == 0 || x.dims[3] == 0) return c.fail(errc::shape_mismatch, "X has no elements", {}, to_string(x.dims));
        }
        c.set_out(0, {x.dtype, Shape{rois.dims[0], x.dims[1], a.pooled_height, a.pooled_width}});
        return {};
    }
    static result<void> run(const attributes& a, run_context& c) {
        if (!c.has_out(0)) return {};
        return for_float(c, c.in_dtype(0), [&]<class T>() -> result<void> {
            auto offsets = detail::image_offsets(c, 1, 2);
            if (!offsets) return offsets.failure();
            const auto size = [](std::int64_t n) { return static_cast<std::size_t>(n); };
            const auto& x = c.in_dims(0);
            const auto channels = size(x[1]), height = size(x[2]), width = size(x[3]);
            const auto rows = size(a.pooled_height), cols = size(a.pooled_width);
            const T scale = static_cast<T>(a.spatial_scale), offset = a.aligned ? T(0.5) : T(0);
            for (std::size_t image = 0; image + 1 < offsets->size(); ++image)
                for (auto i = size(static_cast<std::int64_t>((*offsets)[image])); i < (*offsets)[image + 1]; ++i) {
                    const T* const roi = c.in<T>(1).data() + 4 * i;
                    const T left = roi[0] * scale - offset, top = roi[1] * scale - offset;
                    T across = roi[2] * scale - offset - left, down = roi[3] * scale - offset - top;
                    if (!a.aligned) across = std::max(across, T(1)), down = std::max(down, T(1));
                    kernel::aligned_region<T> region{left, top, across / static_cast<T>(cols), down / static_cast<T>(rows), 0, 0};
                    const auto samples = [&](T part, std::size_t& count) {
                        if (!(std::abs(part) <= T(65536)) || !(std::abs(left) < T(1e9)) || !(std::abs(top) < T(1e9))) return false;
                        count = a.sampling_ratio > 0 ? size(a.sampling_ratio)
                                                     : size(static_cast<std::int64_t>(std::max(std::ceil(part), T(0))));
                        return true;
                    };
                    if (!samples(region.part_width, region.samples_x) || !samples(region.part_height, region.samples_y))
                        return c.fail(errc::bad_argument, "a region of interest is too large or not finite", {}, decimal(i));
                    kernel::roi_align<T>(region, channels, height, width, rows, cols, c.in<T>(0).data() + image * channels * height * width,
                                         c.out<T>(0).data() + i * channels * rows * cols);
                }
            return {};
        });
    }
};

}  // namespace wherry::inline WHERRY_ABI::op

#endif
