#ifndef WHERRY_EXEC_OP_CAST_HPP
#define WHERRY_EXEC_OP_CAST_HPP

#include <wherry/exec/op/assign.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/kernel/cast.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>

namespace wherry::inline v0::op {

namespace detail {

/// Calls `kernel.operator()<T>()` for every element type that counts as a number; others are the error `no_kernel`.
template <class Kernel>
result<void> for_any_number(const run_context& c, DType dtype, Kernel&& kernel) {
    switch (dtype) {
        case DType::BOOL: return kernel.template operator()<bool>();
        case DType::UINT8: return kernel.template operator()<std::uint8_t>();
        case DType::INT8: return kernel.template operator()<std::int8_t>();
        case DType::INT16: return kernel.template operator()<std::int16_t>();
        case DType::FP16: return kernel.template operator()<float16>();
        case DType::BF16: return kernel.template operator()<bfloat16>();
        default: return for_number(c, dtype, kernel);
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

/// Converts through `Wide`, some elements at a time.
template <class Wide>
result<void> convert_through(const run_context& c, DType from, std::span<const std::byte> in, DType to, std::span<std::byte> out) {
    constexpr std::size_t some = 256;
    constexpr bool floats = std::floating_point<Wide>;
    const auto count = out.size() / size_of(to);
    Wide wide[some];
    for (std::size_t first = 0; first < count; first += some) {
        const auto n = std::min(some, count - first);
        auto read = for_any_number(c, from, [&]<class From>() -> result<void> {
            if constexpr (std::integral<From> != floats) {
                const auto* x = reinterpret_cast<const From*>(in.data()) + first;  // NOLINT: the element type says so
                for (std::size_t i = 0; i < n; ++i) wide[i] = number_as<Wide>(x[i]);
            }
            return {};
        });
        if (!read) return read;
        auto written = for_any_number(c, to, [&]<class To>() -> result<void> {
            auto* y = reinterpret_cast<To*>(out.data()) + first;  // NOLINT: as above
            for (std::size_t i = 0; i < n; ++i) y[i] = number_as<To>(wide[i]);
            return {};
        });
        if (!written) return written;
    }
    return {};
}

/// Elements as another element type, as `cast_one` does it. Integers go by way of int64 and the others by way of double, which
/// hold them all: thirty loops to compile instead of a hundred, and two passes over a few hundred elements in the cache.
inline result<void> convert(const run_context& c, DType from, std::span<const std::byte> in, DType to, std::span<std::byte> out) {
    return is_floating(from) ? convert_through<double>(c, from, in, to, out) : convert_through<std::int64_t>(c, from, in, to, out);
}

}  // namespace detail

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
/// Shapes: X and Out alike. Errors: bad_dtype; dtype_mismatch at run for element types that are no numbers. Source: paddle operator `cast`.
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
    static void gradient(gradient_maker& g) {
        const auto& op = g.forward();
        g.append("cast")
            .reads("X", detail::grad_names(op.output("Out")))
            .makes("Out", detail::grad_names(op.input("X")))
            .with(make_attr("in_dtype", op.attr_or("out_dtype", DType::FP32)))
            .with(make_attr("out_dtype", op.attr_or("in_dtype", DType::FP32)));
    }
    static result<void> run(const attributes& a, run_context& c) {
        return detail::convert(c, c.in_dtype(0), c.in_bytes(0), a.out_dtype, c.out_bytes(0));
    }
};

}  // namespace wherry::inline v0::op

#endif
