#ifndef WHERRY_LAYERS_DATA_HPP
#define WHERRY_LAYERS_DATA_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/layers/builder_base.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI::layers {

/// A variable that each run is fed. Shape: -1 where any size is taken. Fed arrays are checked against it.
/// Errors: shape_mismatch, dtype_mismatch, lod_mismatch, duplicate_name with an earlier variable of that name that is not alike.
/// Source: fluid.data.
inline result<Variable> data(const BuilderBase& b, std::string_view name, std::span<const std::int64_t> shape, DType dtype = DType::FP32,
                             std::int32_t lod_level = 0) {
    const auto dims = Shape::from(shape);
    if (!dims) return dims.failure().of_variable(name);
    const bool is_new = !b.block().find_var(name);
    auto made = b.create_var(b.main(), name, *dims, dtype, false);
    if (!made) return made;
    if (is_new) {
        auto& desc = made->edit();
        desc.type.lod_tensor->lod_level = lod_level;
        desc.need_check_feed = true;
    } else if (made->lod_level() != lod_level) {
        const auto before = std::to_string(made->lod_level());
        const auto now = std::to_string(lod_level);
        return failure(errc::lod_mismatch, {"Variable ", name, " has been created before. The previous lod_level is ", before,
                                            "; the new lod_level is ", now, ". They are not matched"})
            .of_variable(name)
            .expected(before)
            .found(now);
    }
    made->set_stop_gradient(true);
    return made;
}

/// The older form: a batch dim is put first unless some dim is unknown already, and fed arrays are not checked.
/// Errors: those of `data`. Source: fluid.layers.data.
inline result<Variable> unchecked_data(const BuilderBase& b, std::string_view name, std::span<const std::int64_t> shape,
                                       bool append_batch_size = true, DType dtype = DType::FP32, std::int32_t lod_level = 0,
                                       bool stop_gradient = true) {
    sequence<std::int64_t> dims(shape.begin(), shape.end());
    const bool open = std::any_of(dims.begin(), dims.end(), [](auto dim) { return dim < 0; });
    if (append_batch_size && !open) dims.insert(dims.begin(), -1);
    const bool is_new = !b.block().find_var(name);
    auto made = data(b, name, dims, dtype, lod_level);
    if (!made) return made;
    if (is_new) made->edit().need_check_feed.reset();
    made->set_stop_gradient(stop_gradient);
    return made;
}

}  // namespace wherry::inline WHERRY_ABI::layers

#endif
