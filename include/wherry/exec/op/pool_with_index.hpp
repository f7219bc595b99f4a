#ifndef WHERRY_EXEC_OP_POOL_WITH_INDEX_HPP
#define WHERRY_EXEC_OP_POOL_WITH_INDEX_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/exec/op/pool.hpp>
#include <wherry/exec/op/walk.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/kernel/pooling.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

namespace wherry::inline WHERRY_ABI::op {

/// Attributes of poolings that tell places, and their defaults.
template <std::size_t Rank>
struct pool_with_index_attributes : pool_attributes<Rank> {
    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("ksize", self.ksize);
        attr("global_pooling", self.global_pooling);
        attr("adaptive", self.adaptive);
        attr("strides", self.strides);
        attr("paddings", self.paddings);
    }
};

/// The largest element of each window, and where it is: its number within its plane. Adaptive pooling of 2.x is this operator, too.
/// Shapes: X [N, C, H, W], Out and Mask (int32) [N, C, H', W']; with 3 dims D, H, W. Errors: bad_attribute, shape_mismatch, overflow,
/// dtype_mismatch. Source: paddle operators `max_pool2d_with_index`, `max_pool3d_with_index`.
template <std::size_t Rank>
struct pool_with_index {
    static constexpr std::array inputs = {slot{"X"}};
    static constexpr std::array outputs = {slot{"Out"}, slot{"Mask"}};
    using attributes = pool_with_index_attributes<Rank>;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        const auto& x = c.in(0);
        const auto walk = detail::pool_walk<Rank>(c, a, x.dims);
        if (!walk) return walk.failure();
        const auto dims = image_dims(x.dims[0], x.dims[1], walk->out, false);
        c.set_out(0, {x.dtype, dims});
        c.set_out(1, {DType::INT32, dims});
        return {};
    }
    static result<void> run(const attributes& a, run_context& c) {
        const auto& x = c.in_dims(0);
        const auto walk = detail::pool_walk<Rank>(c, a, x);
        if (!walk) return walk.failure();
        const kernel::pooling_shape s{.planes = static_cast<std::size_t>(x[0] * x[1]), .window = walk->window, .adaptive = a.adaptive};
        return for_float(c, c.in_dtype(0), [&]<class T>() -> result<void> {
            const auto &in = s.window.in, &out = s.window.out;
            const auto each = in[0] * in[1] * in[2];
            std::size_t to = 0;
            for (std::size_t plane = 0; plane < s.planes; ++plane) {
                const T* const from = c.in<T>(0).data() + plane * each;
                for (std::size_t place = 0; place < out[0] * out[1] * out[2]; ++place, ++to) {
                    const auto d = s.at(0, place / (out[1] * out[2])), h = s.at(1, place / out[2] % out[1]), w = s.at(2, place % out[2]);
                    T largest = std::numeric_limits<T>::lowest();
                    std::int64_t index = -1;
                    for (auto z = d.begin; z < d.end; ++z)
                        for (auto y = h.begin; y < h.end; ++y)
                            for (auto i = (z * in[1] + y) * in[2] + w.begin; i < (z * in[1] + y) * in[2] + w.end; ++i)
                                if (from[i] > largest) largest = from[i], index = static_cast<std::int64_t>(i);
                    if (c.has_out(0)) c.out<T>(0)[to] = largest;
                    if (c.has_out(1)) c.out<std::int32_t>(1)[to] = static_cast<std::int32_t>(index);
                }
            }
            return {};
        });
    }
};

/// Of images.
struct max_pool2d_with_index : pool_with_index<2> {
    static constexpr std::string_view type = "max_pool2d_with_index";
};
/// Of volumes.
struct max_pool3d_with_index : pool_with_index<3> {
    static constexpr std::string_view type = "max_pool3d_with_index";
};

}  // namespace wherry::inline WHERRY_ABI::op

#endif
