#ifndef WHERRY_EXEC_OP_RANDOM_HPP
#define WHERRY_EXEC_OP_RANDOM_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/exec/op/attribute_input.hpp>
#include <wherry/exec/op/check.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/kernel/random.hpp>
#include <wherry/version.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI::op {

/// Attributes of `uniform_random`, and their defaults.
struct uniform_random_attributes {
    sequence<std::int64_t> shape;
    DType dtype = DType::FP32;
    float min = -1;
    float max = 1;
    std::int32_t seed = 0;      ///< 0: other numbers each time
    std::int32_t diag_num = 0;  ///< so many elements, diag_step + 1 apart, are diag_val instead
    std::int32_t diag_step = 0;
    float diag_val = 1;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("shape", self.shape);
        attr("dtype", self.dtype);
        attr("min", self.min);
        attr("max", self.max);
        attr("seed", self.seed);
        attr("diag_num", self.diag_num);
        attr("diag_step", self.diag_step);
        attr("diag_val", self.diag_val);
    }
};
/// Of both normal distributions; the dims of `shape` are LONGS for one and INTS for the other.
template <class Dim>
struct normal_attributes {
    sequence<Dim> shape;
    DType dtype = DType::FP32;
    float mean = 0;
    float std = 1;
    std::int32_t seed = 0;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("shape", self.shape);
        attr("dtype", self.dtype);
        attr("mean", self.mean);
        attr("std", self.std);
        attr("seed", self.seed);
    }
};
/// Attributes of `gaussian_random`, and their defaults.
struct gaussian_random_attributes : normal_attributes<std::int64_t> {
    bool use_mkldnn = false;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        normal_attributes::visit(self, attr);
        attr("use_mkldnn", self.use_mkldnn);
    }
};
using truncated_gaussian_random_attributes = normal_attributes<std::int32_t>;

namespace detail {

/// The engine that the writer of a program draws from.
constexpr kernel::generator engine_of(std::int64_t program_version) noexcept {
    return is_2x(program_version) ? kernel::generator::mt19937_64 : kernel::generator::minstd;
}
/// A seed as that engine takes it: 1.8 makes it unsigned before it is widened.
constexpr std::uint64_t engine_seed(std::int32_t seed, std::int64_t program_version) noexcept {
    return is_2x(program_version) ? static_cast<std::uint64_t>(seed) : static_cast<std::uint32_t>(seed);
}
/// The seed of a run that is not meant to be repeated.
inline std::uint64_t any_seed() {
    std::random_device device;
    return std::uint64_t{device()} << 32U | device();
}
inline std::uint64_t seed_or_any(std::int32_t seed, const run_context& c) {
    return seed != 0 ? engine_seed(seed, c.program_version()) : any_seed();
}

/// Sets Out to the dims of the attribute; none at all is a scalar from 2.0 on and an error before.
[[gnu::cold]] inline result<Shape> infer_drawn(infer_context& c, std::span<const std::int64_t> dims, DType dtype,
                                               std::string_view nothing) {
    if (dims.empty() && !is_2x(c.program_version())) return c.fail(errc::bad_attribute, nothing);
    auto shape = shape_from(dims, dtype, c);
    if (shape) c.set_out(0, {dtype, *shape});
    return shape;
}

}  // namespace detail

/// Numbers of [min, max), in order of the elements.
/// Shapes: Out as attribute `shape` says. Errors: bad_attribute, bad_dtype, bad_dims, overflow, unsupported (a computed shape).
/// Source: paddle operator `uniform_random`.
struct uniform_random {
    static constexpr std::string_view type = "uniform_random";
    static constexpr std::array inputs = {slot{"ShapeTensor", slot_arity::optional}, slot{"ShapeTensorList", slot_arity::optional}};
    static constexpr std::array outputs = {slot{"Out"}};
    using attributes = uniform_random_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        for (const std::size_t slot : {0u, 1u})
            if (auto checked = detail::must_be_absent(c, slot); !checked) return checked;
        if (!detail::is_2x(c.program_version()) && !(a.min < a.max))
            return c.fail(errc::bad_attribute, {"The uniform_random's min must less then max. But received min = ", std::to_string(a.min),
                                                " great than or equal max = ", std::to_string(a.max), "."});
        auto shape = detail::infer_drawn(c, a.shape, a.dtype,
                                         "if there is no Input(ShapeTensorList) and no Input(ShapeTensor),the attr(shape) "
                                         "information must be set by Attr(shape).");
        if (!shape) return shape.failure();
        const auto last = (std::int64_t{a.diag_num} - 1) * (std::int64_t{a.diag_step} + 1);
        if (a.diag_num > 0 && (a.diag_step < 0 || static_cast<std::uint64_t>(last) >= shape->count()))
            return c.fail(errc::bad_attribute, "the diagonal of diag_num elements, diag_step + 1 apart, leaves the tensor",
                          decimal(shape->count()), decimal(last));
        return {};
    }
    static result<void> run(const attributes& a, run_context& c) {
        return for_float(c, a.dtype, [&]<class T>() -> result<void> {
            const auto out = c.out<T>(0);
            kernel::fill_uniform<T>(out, static_cast<T>(a.min), static_cast<T>(a.max), detail::seed_or_any(a.seed, c),
                                    detail::engine_of(c.program_version()));
            const auto step = static_cast<std::size_t>(a.diag_step) + 1;
            if (!out.empty())
                for (std::int32_t i = 0; i < a.diag_num; ++i) out[static_cast<std::size_t>(i) * step] = static_cast<T>(a.diag_val);
            return {};
        });
    }
};

/// Normally distributed numbers, in order of the elements.
/// Shapes, errors: as uniform_random. Source: paddle operator `gaussian_random`.
struct gaussian_random {
    static constexpr std::string_view type = "gaussian_random";
    static constexpr std::array inputs = {slot{"ShapeTensor", slot_arity::since_2x}, slot{"ShapeTensorList", slot_arity::since_2x}};
    static constexpr std::array outputs = {slot{"Out"}};
    using attributes = gaussian_random_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        for (const std::size_t slot : {0u, 1u})
            if (auto checked = detail::must_be_absent(c, slot); !checked) return checked;
        auto shape = detail::infer_drawn(
            c, a.shape, a.dtype, "Attribute(shape) of GaussianRandomOp must be set and shape.size() > 0, but received shape.size() is 0");
        if (!shape) return shape.failure();
        return {};
    }
    static result<void> run(const attributes& a, run_context& c) {
        return for_float(c, a.dtype, [&]<class T>() -> result<void> {
            kernel::fill_gaussian<T>(c.out<T>(0), static_cast<T>(a.mean), static_cast<T>(a.std), detail::seed_or_any(a.seed, c),
                                     detail::engine_of(c.program_version()));
            return {};
        });
    }
};

/// Normally distributed numbers that lie within two standard deviations of the mean.
/// Shapes, errors: as uniform_random. Source: paddle operator `truncated_gaussian_random`.
struct truncated_gaussian_random {
    static constexpr std::string_view type = "truncated_gaussian_random";
    static constexpr std::array<slot, 0> inputs = {};
    static constexpr std::array outputs = {slot{"Out"}};
    using attributes = truncated_gaussian_random_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        const sequence<std::int64_t> dims(a.shape.begin(), a.shape.end());
        auto shape = detail::infer_drawn(c, dims, a.dtype, "shape can be one int or array. shape must be set, But received (0)");
        if (!shape) return shape.failure();
        return {};
    }
    static result<void> run(const attributes& a, run_context& c) {
        return for_float(c, a.dtype, [&]<class T>() -> result<void> {
            kernel::fill_truncated_gaussian<T>(c.out<T>(0), static_cast<T>(a.mean), static_cast<T>(a.std), detail::seed_or_any(a.seed, c),
                                               detail::engine_of(c.program_version()));
            return {};
        });
    }
};

}  // namespace wherry::inline WHERRY_ABI::op

#endif
