#ifndef WHERRY_EXEC_OP_FILL_HPP
#define WHERRY_EXEC_OP_FILL_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/exec/op/attribute_input.hpp>
#include <wherry/exec/op/cast.hpp>
#include <wherry/exec/op/check.hpp>
#include <wherry/exec/op/fill_constant.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

/// Tensors of constants: one value in dims that another tensor gives, or a list of values.
namespace wherry::inline WHERRY_ABI::op {

/// Attributes of `fill_constant_batch_size_like`, and their defaults.
struct fill_constant_batch_size_like_attributes {
    sequence<std::int32_t> shape;
    std::int32_t input_dim_idx = 0;
    std::int32_t output_dim_idx = 0;
    DType dtype = DType::FP32;
    float value = 0;
    std::string str_value;
    bool force_cpu = false;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("shape", self.shape);
        attr("input_dim_idx", self.input_dim_idx);
        attr("output_dim_idx", self.output_dim_idx);
        attr("dtype", self.dtype);
        attr("value", self.value);
        attr("str_value", self.str_value);
        attr("force_cpu", self.force_cpu);
    }
};
/// Attributes of `fill_any_like`, and their defaults.
struct fill_any_like_attributes {
    float value = 0;
    std::int32_t dtype = -1;  ///< that of X

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("value", self.value);
        attr("dtype", self.dtype);
    }
};
/// Attributes of `assign_value`, and their defaults.
struct assign_value_attributes {
    sequence<std::int32_t> shape;
    DType dtype = DType::FP32;
    sequence<std::int32_t> bool_values;
    sequence<float> fp32_values;
    sequence<std::int32_t> int32_values;
    sequence<std::int64_t> int64_values;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("shape", self.shape);
        attr("dtype", self.dtype);
        attr("bool_values", self.bool_values);
        attr("fp32_values", self.fp32_values);
        attr("int32_values", self.int32_values);
        attr("int64_values", self.int64_values);
    }
};
/// Attributes of `increment`, and their defaults.
struct increment_attributes {
    float step = 1;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("step", self.step);
    }
};

namespace detail {
/// Writes one number to all elements of Out.
template <class Number>
result<void> run_filled(run_context& c, Number value) {
    if (!c.has_out(0)) return {};
    const auto dtype = c.out_dtype(0);
    if (!is_number(dtype)) return c.no_kernel(dtype);
    const auto out = c.out_bytes(0);
    if (out.empty()) return {};
    put_number(dtype, out.data(), value);
    for (auto done = size_of(dtype); done < out.size(); done *= 2)
        std::memcpy(out.data() + done, out.data(), std::min(done, out.size() - done));
    return {};
}
}  // namespace detail

/// A tensor of one value whose dims are those of attribute `shape` but for one, which is that of Input.
/// Shapes: Out[output_dim_idx] = Input[input_dim_idx]. Errors: bad_attribute, bad_dtype, bad_dims, overflow.
/// Source: paddle operator `fill_constant_batch_size_like`.
struct fill_constant_batch_size_like {
    static constexpr std::string_view type = "fill_constant_batch_size_like";
    static constexpr auto reads = op_reads::dims;
    static constexpr std::array inputs = {slot{"Input"}};
    static constexpr std::array outputs = {slot{"Out"}};
    using attributes = fill_constant_batch_size_like_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        const auto& x = c.in(0).dims;
        if (a.input_dim_idx < 0 || static_cast<std::size_t>(a.input_dim_idx) >= x.rank())
            return c.fail(errc::bad_attribute, "Attr(input_dim_idx) is not an axis of the input", decimal(x.rank()),
                          decimal(a.input_dim_idx));
        if (a.output_dim_idx < 0 || static_cast<std::size_t>(a.output_dim_idx) >= a.shape.size())
            return c.fail(errc::bad_attribute, "Attr(output_dim_idx) is not an axis of the output", decimal(a.shape.size()),
                          decimal(a.output_dim_idx));
        if (!a.str_value.empty() && !detail::whole_number<double>(a.str_value))
            return c.fail(errc::bad_attribute, "attribute 'str_value' is not a number", {}, a.str_value);
        sequence<std::int64_t> dims(a.shape.begin(), a.shape.end());
        const auto batch = x[static_cast<std::size_t>(a.input_dim_idx)];
        auto& place = dims[static_cast<std::size_t>(a.output_dim_idx)];
        place = std::max<std::int64_t>(batch, 0);
        auto out = detail::shape_from(dims, a.dtype, c);
        if (!out) return out.failure();
        (*out)[static_cast<std::size_t>(a.output_dim_idx)] = batch;
        c.set_out(0, {a.dtype, *out});
        return {};
    }
    static result<void> run(const attributes& a, run_context& c) {
        return detail::run_filled(c, a.str_value.empty() ? static_cast<double>(a.value)
                                                         : detail::whole_number<double>(a.str_value).value_or(0));
    }
};

/// A tensor of one value in the dims of X. Errors: bad_dtype. Source: paddle operator `fill_any_like`.
struct fill_any_like {
    static constexpr std::string_view type = "fill_any_like";
    static constexpr auto reads = op_reads::dims;
    static constexpr std::array inputs = {slot{"X"}};
    static constexpr std::array outputs = {slot{"Out"}};
    using attributes = fill_any_like_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        const auto dtype = a.dtype < 0 ? c.in(0).dtype : static_cast<DType>(a.dtype);
        if (!is_dtype(dtype)) return c.fail(errc::bad_dtype, "Attr(dtype) is not an element type", {}, decimal(a.dtype));
        c.set_out(0, c.in(0).with(dtype, c.in(0).dims));
        return {};
    }
    static result<void> run(const attributes& a, run_context& c) { return detail::run_filled(c, static_cast<double>(a.value)); }
};
/// Zeros in the dims of X. Source: paddle operator `fill_zeros_like`.
struct fill_zeros_like {
    static constexpr std::string_view type = "fill_zeros_like";
    static constexpr auto reads = op_reads::dims;
    static constexpr std::array inputs = {slot{"X"}};
    static constexpr std::array outputs = {slot{"Out"}};
    using attributes = no_attributes;

    [[gnu::cold]] static result<void> infer(const attributes&, infer_context& c) {
        c.set_out(0, c.in(0).with(c.in(0).dims));
        return {};
    }
    static result<void> run(const attributes&, run_context& c) {
        const auto out = c.out_bytes(0);
        std::fill(out.begin(), out.end(), std::byte{});
        return {};
    }
};

/// The numbers of an attribute. Shapes: Out as `shape` says; as many numbers as that. Errors: bad_attribute, bad_dtype, bad_dims, overflow.
/// Source: paddle operator `assign_value`.
struct assign_value {
    static constexpr std::string_view type = "assign_value";
    static constexpr auto reads = op_reads::constants;
    static constexpr std::array<slot, 0> inputs{};
    static constexpr std::array outputs = {slot{"Out"}};
    using attributes = assign_value_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        auto out = detail::shape_from(sequence<std::int64_t>(a.shape.begin(), a.shape.end()), a.dtype, c);
        if (!out) return out.failure();
        const auto held = a.dtype == DType::BOOL    ? a.bool_values.size()
                          : a.dtype == DType::FP32  ? a.fp32_values.size()
                          : a.dtype == DType::INT32 ? a.int32_values.size()
                                                    : a.int64_values.size();
        if (a.dtype != DType::BOOL && a.dtype != DType::FP32 && a.dtype != DType::INT32 && a.dtype != DType::INT64)
            return c.fail(errc::bad_dtype, {"Unsupported data type(code ", decimal(static_cast<std::int32_t>(a.dtype)),
                                            ") for AssignValue operator, only supports bool, int32, float32 and int64."});
        if (held != out->count())
            return c.fail(errc::bad_attribute, "as many values as `shape` says are needed", decimal(out->count()), decimal(held));
        c.set_out(0, {a.dtype, *out});
        return {};
    }
    static result<void> run(const attributes& a, run_context& c) {
        if (!c.has_out(0)) return {};
        if (a.dtype == DType::FP32) std::copy(a.fp32_values.begin(), a.fp32_values.end(), c.out<float>(0).begin());
        else if (a.dtype == DType::INT32) std::copy(a.int32_values.begin(), a.int32_values.end(), c.out<std::int32_t>(0).begin());
        else if (a.dtype == DType::INT64) std::copy(a.int64_values.begin(), a.int64_values.end(), c.out<std::int64_t>(0).begin());
        else
            for (std::size_t i = 0; i < a.bool_values.size(); ++i) c.out<bool>(0)[i] = a.bool_values[i] != 0;
        return {};
    }
};

/// X + step, one number. Shapes: X and Out of one element. Errors: shape_mismatch, dtype_mismatch at run. Source: paddle operator `increment`.
struct increment {
    static constexpr std::string_view type = "increment";
    static constexpr std::array inputs = {slot{"X"}};
    static constexpr std::array outputs = {slot{"Out"}};
    using attributes = increment_attributes;

    [[gnu::cold]] static result<void> infer(const attributes&, infer_context& c) {
        const auto& x = c.in(0);
        if (!c.building() && x.dims.count() != 1)
            return c.fail(errc::shape_mismatch, "The number of elements in Input(X) should be 1.", "1", to_string(x.dims));
        c.set_out(0, x.with(x.dims));
        return {};
    }
    static result<void> run(const attributes& a, run_context& c) {
        if (!c.has_out(0)) return {};
        return for_number(c, c.in_dtype(0), [&]<class T>() -> result<void> {
            if constexpr (std::is_integral_v<T>) {
                if (!(a.step >= -2147483648.0F && a.step < 2147483648.0F)) return c.fail(errc::overflow, "step does not fit 32 bits");
                using bits = std::make_unsigned_t<T>;
                c.out<T>(0)[0] = static_cast<T>(static_cast<bits>(c.in<T>(0)[0]) + static_cast<bits>(static_cast<T>(a.step)));
            } else {
                c.out<T>(0)[0] = c.in<T>(0)[0] + static_cast<T>(a.step);
            }
            return {};
        });
    }
};

}  // namespace wherry::inline WHERRY_ABI::op

#endif
