#ifndef WHERRY_EXEC_OP_CAST_HPP
#define WHERRY_EXEC_OP_CAST_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/float16.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/exec/op/assign.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/kernel/cast.hpp>
#include <wherry/version.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

namespace wherry::inline WHERRY_ABI::op {

namespace detail {

/// The element types that count as numbers.
constexpr bool is_number(DType dtype) noexcept {
    switch (dtype) {
        case DType::BOOL:
        case DType::UINT8:
        case DType::INT8:
        case DType::INT16:
        case DType::INT32:
        case DType::INT64:
        case DType::FP16:
        case DType::BF16:
        case DType::FP32:
        case DType::FP64: return true;
        default: return false;
    }
}

/// One number as another type; the halves go by way of float.
template <class To, class From>
constexpr To number_as(From v) noexcept {
    if constexpr (std::same_as<To, From>) {
        return v;
    } else if constexpr (!std::is_arithmetic_v<From>) {
        return number_as<To>(static_cast<float>(v));
    } else if constexpr (!std::is_arithmetic_v<To>) {
        return To(kernel::cast_one<float>(v));
    } else {
        return kernel::cast_one<To>(v);
    }
}

template <class T>
T number_at(const std::byte* at) noexcept {
    return *reinterpret_cast<const T*>(at);  // NOLINT: the element type says so
}
/// An element of a floating type, and one of another type, as the type that holds them all.
[[gnu::cold]] inline double floating_at(DType dtype, const std::byte* at) noexcept {
    switch (dtype) {
        case DType::FP16: return number_as<double>(number_at<float16>(at));
        case DType::BF16: return number_as<double>(number_at<bfloat16>(at));
        case DType::FP32: return number_as<double>(number_at<float>(at));
        default: return number_at<double>(at);
    }
}
[[gnu::cold]] inline std::int64_t integer_at(DType dtype, const std::byte* at) noexcept {
    switch (dtype) {
        case DType::BOOL: return number_at<bool>(at) ? 1 : 0;
        case DType::UINT8: return number_at<std::uint8_t>(at);
        case DType::INT8: return number_at<std::int8_t>(at);
        case DType::INT16: return number_at<std::int16_t>(at);
        case DType::INT32: return number_at<std::int32_t>(at);
        default: return number_at<std::int64_t>(at);
    }
}
template <class T>
void put(std::byte* at, T number) noexcept {
    *reinterpret_cast<T*>(at) = number;  // NOLINT: as above
}
/// Puts a number down as an element of that type, as `cast_one` does it.
template <class Wide>
[[gnu::cold]] void put_number(DType dtype, std::byte* at, Wide number) noexcept {
    switch (dtype) {
        case DType::BOOL: return put(at, number_as<bool>(number));
        case DType::UINT8: return put(at, number_as<std::uint8_t>(number));
        case DType::INT8: return put(at, number_as<std::int8_t>(number));
        case DType::INT16: return put(at, number_as<std::int16_t>(number));
        case DType::INT32: return put(at, number_as<std::int32_t>(number));
        case DType::INT64: return put(at, number_as<std::int64_t>(number));
        case DType::FP16: return put(at, number_as<float16>(number));
        case DType::BF16: return put(at, number_as<bfloat16>(number));
        case DType::FP32: return put(at, number_as<float>(number));
        default: return put(at, number_as<double>(number));
    }
}

/// Elements as another element type. Integers go by way of int64 and the others by way of double, which hold them all, and the types are
/// asked for each element: four functions to compile instead of a hundred loops, and some nanoseconds an element.
inline result<void> convert(const run_context& c, DType from, std::span<const std::byte> in, DType to, std::span<std::byte> out) {
    if (out.empty()) return {};
    if (!is_number(from)) return c.no_kernel(from);
    if (!is_number(to)) return c.no_kernel(to);
    const bool floats = is_floating(from);
    const auto* x = in.data();
    for (std::size_t at = 0; at < out.size(); at += size_of(to), x += size_of(from)) {
        if (floats) put_number(to, &out[at], floating_at(from, x));
        else put_number(to, &out[at], integer_at(from, x));
    }
    return {};
}

}  // namespace detail

/// Attributes of `cast`, and their defaults.
struct cast_attributes {
    DType in_dtype = DType::FP32;
    DType out_dtype = DType::FP32;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("in_dtype", self.in_dtype);
        attr("out_dtype", self.out_dtype);
    }
};

/// The elements of X as another element type: towards zero for integers; what does not fit is the nearest value that does,
/// and NaN is 0 (the reference leaves both to the processor).
/// X itself says what it holds: in_dtype is not looked at, as in the reference.
/// Shapes: X and Out alike. Errors: bad_dtype; dtype_mismatch at run for element types that are not numbers. Source: paddle operator `cast`.
struct cast {
    static constexpr std::string_view type = "cast";
    static constexpr std::array inputs = {slot{"X"}};
    static constexpr std::array outputs = {slot{"Out"}};
    using attributes = cast_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        if (!is_dtype(a.out_dtype)) return c.fail(errc::bad_dtype, {"Not supported ", decimal(static_cast<std::int32_t>(a.out_dtype))});
        c.set_out(0, c.in(0).with(a.out_dtype, c.in(0).dims));
        return {};
    }
    /// A cast back.
    [[gnu::cold]] static void gradient(gradient_maker& g) {
        const auto& op = g.forward();
        g.append<cast>()
            .reads("X", detail::grad_names(op.output("Out")))
            .makes("Out", detail::grad_names(op.input("X")))
            .with(make_attr("in_dtype", op.attr_or("out_dtype", DType::FP32)))
            .with(make_attr("out_dtype", op.attr_or("in_dtype", DType::FP32)));
    }
    static result<void> run(const attributes& a, run_context& c) {
        return detail::convert(c, c.in_dtype(0), c.in_bytes(0), a.out_dtype, c.out_bytes(0));
    }
};

}  // namespace wherry::inline WHERRY_ABI::op

#endif
