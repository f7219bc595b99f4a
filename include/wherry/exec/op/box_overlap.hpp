#ifndef WHERRY_EXEC_OP_BOX_OVERLAP_HPP
#define WHERRY_EXEC_OP_BOX_OVERLAP_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/error.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/exec/op/check.hpp>
#include <wherry/exec/op/sequence_pool.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/kernel/boxes.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <string_view>

namespace wherry::inline WHERRY_ABI::op {

/// Attributes of `iou_similarity`, and their defaults.
struct iou_similarity_attributes {
    bool box_normalized = true;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("box_normalized", self.box_normalized);
    }
};

/// The share that each two boxes have in common of what they cover together.
/// Shapes: X [n, 4], Y [m, 4]; Out [n, m] with the LoD of X. Errors: shape_mismatch, dtype_mismatch. Source: paddle operator `iou_similarity`.
struct iou_similarity {
    static constexpr std::string_view type = "iou_similarity";
    static constexpr std::array inputs = {slot{"X"}, slot{"Y"}};
    static constexpr std::array outputs = {slot{"Out"}};
    using attributes = iou_similarity_attributes;

    [[gnu::cold]] static result<void> infer(const attributes&, infer_context& c) {
        const auto &x = c.in(0), &y = c.in(1);
        if (x.dims.rank() != 2 || y.dims.rank() != 2 || x.dims[1] != 4 || y.dims[1] != 4)
            return c.fail(errc::shape_mismatch, "X and Y of iou_similarity should be [n, 4]", to_string(x.dims), to_string(y.dims));
        if (auto checked = detail::must_hold(c, 1, x.dtype); !checked) return checked;
        c.set_out(0, x.with({x.dims[0], y.dims[0]}));
        return {};
    }
    static result<void> run(const attributes& a, run_context& c) {
        if (!c.has_out(0)) return {};
        return for_float(c, c.in_dtype(0), [&]<class T>() -> result<void> {
            const auto x = c.in<T>(0), y = c.in<T>(1);
            const auto out = c.out<T>(0);
            const T more = a.box_normalized ? T(0) : T(1);
            const auto area = [&](const T* box) { return (box[2] - box[0] + more) * (box[3] - box[1] + more); };
            std::size_t at = 0;
            for (std::size_t i = 0; i < x.size(); i += 4)
                for (std::size_t j = 0; j < y.size(); j += 4) {
                    const T *const p = x.data() + i, *const q = y.data() + j;
                    const T width = std::max(std::min(p[2], q[2]) - std::max(p[0], q[0]) + more, T(0)),
                            height = std::max(std::min(p[3], q[3]) - std::max(p[1], q[1]) + more, T(0));
                    const T common = width * height;
                    out[at++] = common / (area(p) + area(q) - common);
                }
            return {};
        });
    }
};

/// Boxes cut to the image that they belong to, in pixels of the image before it was scaled.
/// Shapes: Input [rows, 4] with LoD, a sequence for each image; ImInfo [images, 3], height, width and scale; Output like Input.
/// Errors: bad_lod, shape_mismatch, dtype_mismatch. Source: paddle operator `box_clip`.
struct box_clip {
    static constexpr std::string_view type = "box_clip";
    static constexpr bool reads_lod = true;
    static constexpr std::array inputs = {slot{"Input"}, slot{"ImInfo"}};
    static constexpr std::array outputs = {slot{"Output"}};
    using attributes = no_attributes;

    [[gnu::cold]] static result<void> infer(const attributes&, infer_context& c) {
        const auto &x = c.in(0), &info = c.in(1);
        if (x.dims.rank() < 2 || x.dims.back() != 4 || info.dims.rank() != 2 || info.dims[1] != 3)
            return c.fail(errc::shape_mismatch, "Input of box_clip should be [n, 4], ImInfo [images, 3]", to_string(x.dims),
                          to_string(info.dims));
        if (auto checked = detail::must_hold(c, 1, x.dtype); !checked) return checked;
        c.set_out(0, x);
        if (c.building()) return {};
        auto offsets = detail::sequences_of(c, 0);
        if (!offsets) return offsets.failure();
        if (!std::cmp_equal(offsets->size() - 1, info.dims[0]))
            return c.fail(errc::shape_mismatch, "ImInfo should have a row for each sequence of Input", decimal(offsets->size() - 1),
                          to_string(info.dims));
        return {};
    }
    static result<void> run(const attributes&, run_context& c) {
        if (!c.has_out(0)) return {};
        return for_float(c, c.in_dtype(0), [&]<class T>() -> result<void> {
            const auto x = c.in<T>(0), info = c.in<T>(1);
            const auto out = c.out<T>(0);
            const auto offsets = detail::sequences_of(c, 0);
            const auto each = static_cast<std::size_t>(c.in_dims(0).product(1, c.in_dims(0).rank()));
            for (std::size_t s = 0; s + 1 < offsets.size(); ++s) {
                const T far_y = std::round(info[3 * s] / info[3 * s + 2]) - 1, far_x = std::round(info[3 * s + 1] / info[3 * s + 2]) - 1;
                for (auto i = static_cast<std::size_t>(offsets[s]) * each; i < static_cast<std::size_t>(offsets[s + 1]) * each; ++i)
                    out[i] = std::max(std::min(x[i], i % 2 == 0 ? far_x : far_y), T(0));
            }
            return {};
        });
    }
};

}  // namespace wherry::inline WHERRY_ABI::op

#endif
