#ifndef WHERRY_EXEC_OP_ATTRIBUTE_INPUT_HPP
#define WHERRY_EXEC_OP_ATTRIBUTE_INPUT_HPP

#include <wherry/exec/infer.hpp>
#include <wherry/exec/run.hpp>
#include <wherry/version.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

/// Attributes that make a shape, and inputs that may stand in for an attribute.
namespace wherry::inline WHERRY_ABI::op::detail {

/// The dims in an attribute, for elements of that type. Errors: bad_dtype, bad_dims, overflow; nothing was reserved yet.
[[gnu::cold]] inline result<Shape> shape_from(std::span<const std::int64_t> dims, DType dtype, const infer_context& c) {
    if (!is_dtype(dtype)) {
        const auto number = std::to_string(static_cast<std::int32_t>(dtype));
        return c.fail(errc::bad_dtype, {"Not support proto::VarType::Type(", number, ") as tensor type"}, {}, number);
    }
    for (std::size_t i = 0; i < dims.size(); ++i) {
        if (dims[i] < 0)
            return c.fail(errc::bad_dims, {"Each value of attribute 'shape' is expected to be no less than 0. But received: shape[",
                                           decimal(i), "] = ", decimal(dims[i]), "; shape = ", to_string(dims), "."});
    }
    if (dims.size() > max_rank) return c.fail(errc::bad_dims, "attribute 'shape' has too many dims", "at most 9", decimal(dims.size()));
    Shape shape;
    for (const auto dim : dims) shape.push_back(dim);
    if (!byte_count(dtype, shape))
        return c.fail(errc::overflow, "the dims of attribute 'shape' multiply past 64 bits", {}, to_string(shape));
    return shape;
}

/// An optional input whose value would decide a shape: a plan has to know the shape before anything runs.
[[gnu::cold]] inline result<void> must_be_absent(const infer_context& c, std::size_t slot) {
    if (!c.has_in(slot)) return {};
    return c.fail(errc::unsupported, {"Input(", c.in_name(slot), ") is not supported, only the attribute of that meaning"});
}

/// An optional input that holds one number in place of an attribute.
[[gnu::cold]] inline result<void> must_be_number(const infer_context& c, std::size_t slot) {
    if (c.building() || !c.has_in(slot)) return {};
    const auto& found = c.in(slot);
    const std::string name(c.in_name(slot));
    if (found.dims.element_count() != 1)
        return c.fail(errc::shape_mismatch, {name, " should have 1 element"}, "1 element", to_string(found.dims));
    if (found.dtype != DType::FP32 && found.dtype != DType::FP64)
        return c.fail(errc::dtype_mismatch, {name, " should hold floats"}, name_of(DType::FP32), name_of(found.dtype));
    return {};
}

/// That number, or the attribute.
inline double number_or(const run_context& c, std::size_t slot, float attribute) {
    if (!c.has_in(slot)) return static_cast<double>(attribute);
    return c.in_dtype(slot) == DType::FP64 ? c.in<double>(slot)[0] : static_cast<double>(c.in<float>(slot)[0]);
}

}  // namespace wherry::inline WHERRY_ABI::op::detail

#endif
