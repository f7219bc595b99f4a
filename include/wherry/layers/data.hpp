#ifndef WHERRY_LAYERS_DATA_HPP
#define WHERRY_LAYERS_DATA_HPP

#include <wherry/layers/builder.hpp>

#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

namespace wherry::inline v0::layers {

/// A variable that each run is fed. Shape: -1 where any size is taken. Fed arrays are checked against it.
/// Errors: shape_mismatch, dtype_mismatch with an earlier variable of that name. Source: fluid.data.
inline result<Variable> data(Builder& b, std::string_view name, std::span<const std::int64_t> shape, DType dtype = DType::FP32,
                             std::int32_t lod_level = 0) {
    const auto dims = Shape::from(shape);
    if (!dims) return error(dims.error()).of_variable(name);
    auto made = b.create_var(b.main(), name, *dims, dtype, false);
    if (!made) return made;
    auto& desc = made->edit();
    desc.type.lod_tensor->lod_level = lod_level;
    desc.need_check_feed = true;
    made->set_stop_gradient(true);
    return made;
}

/// The older form: a batch dim is put first unless some dim is unknown already, and fed arrays are not checked.
/// Source: fluid.layers.data.
inline result<Variable> unchecked_data(Builder& b, std::string_view name, std::span<const std::int64_t> shape,
                                       bool append_batch_size = true, DType dtype = DType::FP32, std::int32_t lod_level = 0,
                                       bool stop_gradient = true) {
    std::vector<std::int64_t> dims(shape.begin(), shape.end());
    const bool open = std::any_of(dims.begin(), dims.end(), [](auto dim) { return dim < 0; });
    if (append_batch_size && !open) dims.insert(dims.begin(), -1);
    auto made = data(b, name, dims, dtype, lod_level);
    if (!made) return made;
    made->edit().need_check_feed.reset();
    made->set_stop_gradient(stop_gradient);
    return made;
}

}  // namespace wherry::inline v0::layers

#endif
