#ifndef WHERRY_EXEC_OP_ATTRIBUTE_INPUT_HPP
#define WHERRY_EXEC_OP_ATTRIBUTE_INPUT_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/exec/infer.hpp>
#include <wherry/exec/run.hpp>
#include <wherry/version.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>

/// Attributes that make a shape, and inputs that may replace an attribute.
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

/// Bytes as whole numbers; nothing for other element types.
[[gnu::cold]] inline std::optional<sequence<std::int64_t>> as_whole_numbers(DType dtype, std::span<const std::byte> bytes) {
    sequence<std::int64_t> numbers;
    if (dtype == DType::INT32) {
        for (const auto number : elements_of<std::int32_t>(bytes)) numbers.push_back(number);
    } else if (dtype == DType::INT64) {
        for (const auto number : elements_of<std::int64_t>(bytes)) numbers.push_back(number);
    } else {
        return std::nullopt;
    }
    return numbers;
}
/// The whole numbers in an input that decides a shape: while planning those that dims and constants decide, then any.
/// Errors: dtype_mismatch; unsupported for a value that is not known when the plan is made.
[[gnu::cold]] inline result<sequence<std::int64_t>> whole_numbers(const infer_context& c, std::size_t slot, std::size_t k = 0) {
    const auto& found = c.in(slot, k);
    if (c.building() || found.value.size() != found.dims.count() * size_of(found.dtype))
        return c.fail(errc::unsupported, {"Input(", c.in_name(slot), ") decides a shape and is not known before the program runs"});
    auto numbers = as_whole_numbers(found.dtype, found.value);
    if (!numbers)
        return c.fail(errc::dtype_mismatch, {"Input(", c.in_name(slot), ") should hold int32 or int64"}, {}, name_of(found.dtype));
    return *std::move(numbers);
}
[[gnu::cold]] inline result<sequence<std::int64_t>> whole_numbers(const run_context& c, std::size_t slot, std::size_t k = 0) {
    auto numbers = as_whole_numbers(c.in_dtype(slot, k), c.in_bytes(slot, k));
    if (!numbers) return c.no_kernel(c.in_dtype(slot, k));
    return *std::move(numbers);
}
/// Whole numbers of inputs that hold one each, or of the attribute if there are none.
template <class Context, class Number>
[[gnu::cold]] result<sequence<std::int64_t>> numbers_of_each(const Context& c, std::size_t slot, const sequence<Number>& attribute) {
    if (!c.has_in(slot)) return sequence<std::int64_t>(attribute.begin(), attribute.end());
    sequence<std::int64_t> numbers;
    for (std::size_t k = 0; k < c.in_count(slot); ++k) {
        auto one = whole_numbers(c, slot, k);
        if (!one) return one;
        if (one->size() != 1) return c.fail(errc::shape_mismatch, "an input of a list should hold one number", "1", decimal(one->size()));
        numbers.push_back((*one)[0]);
    }
    return numbers;
}
/// A list of whole numbers: of one input, else of inputs that hold one each, else of the attribute.
template <class Context, class Number>
[[gnu::cold]] result<sequence<std::int64_t>> listed_numbers(const Context& c, std::size_t tensor, std::size_t tensors,
                                                            const sequence<Number>& attribute) {
    return c.has_in(tensor) ? whole_numbers(c, tensor) : numbers_of_each(c, tensors, attribute);
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
