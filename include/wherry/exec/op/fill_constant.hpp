#ifndef WHERRY_EXEC_OP_FILL_CONSTANT_HPP
#define WHERRY_EXEC_OP_FILL_CONSTANT_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/real.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/exec/op/attribute_input.hpp>
#include <wherry/exec/op/cast.hpp>
#include <wherry/exec/op/check.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace wherry::inline WHERRY_ABI::op {

/// Attributes of `fill_constant`, and their defaults.
struct fill_constant_attributes {
    sequence<std::int64_t> shape;
    DType dtype = DType::FP32;
    float value = 0;
    std::string str_value;  ///< in place of `value` when it is not empty: it can hold what a float cannot
    bool force_cpu = false;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("shape", self.shape);
        attr("dtype", self.dtype);
        attr("value", self.value);
        attr("str_value", self.str_value);
        attr("force_cpu", self.force_cpu);
    }
};

namespace detail {
/// The whole text as a number, or nothing.
template <class N>
std::optional<N> whole_number(std::string_view text) {
    if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
    N number{};
    const auto* const last = text.data() + text.size();
    const auto [end, failed] = number_from_chars(text.data(), last, number);
    if (failed != std::errc() || end != last) return std::nullopt;
    return number;
}
}  // namespace detail

/// A tensor of one value. Shapes: Out as ShapeTensor, the numbers of ShapeTensorList or attribute `shape` say. Errors: bad_dtype, bad_dims,
/// overflow; bad_attribute for a str_value that is not a number (the reference takes what it can read of it, or 0); dtype_mismatch;
/// unsupported for a shape that is not known when the plan is made. Source: paddle operator `fill_constant`.
struct fill_constant {
    static constexpr std::string_view type = "fill_constant";
    static constexpr auto reads = op_reads::constants;
    static constexpr std::array inputs = {slot{"ShapeTensor", slot_arity::since_2x}, slot{"ShapeTensorList", slot_arity::since_2x},
                                          slot{"ValueTensor", slot_arity::since_2x}};
    static constexpr std::array outputs = {slot{"Out"}};
    using attributes = fill_constant_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        auto dims = detail::listed_numbers(c, 0, 1, a.shape);
        if (!dims) return dims.failure();
        auto shape = detail::shape_from(*dims, a.dtype, c);
        if (!shape) return shape.failure();
        if (!a.str_value.empty() && !detail::whole_number<double>(a.str_value))
            return c.fail(errc::bad_attribute, "attribute 'str_value' is not a number", {}, a.str_value);
        if (c.has_in(2) && !c.building()) {
            if (c.in(2).dtype != a.dtype) return detail::wrong_dtype(c, c.in(2).dtype, a.dtype);
            if (c.in(2).dims.element_count() != 1)
                return c.fail(errc::shape_mismatch, "ValueTensor should have 1 element", "1 element", to_string(c.in(2).dims));
        }
        c.set_out(0, {a.dtype, *shape});
        return {};
    }
    static result<void> run(const attributes& a, run_context& c) {
        if (!detail::is_number(a.dtype)) return c.no_kernel(a.dtype);
        const auto out = c.out_bytes(0);
        if (out.empty()) return {};
        if (c.has_in(2)) std::memcpy(out.data(), c.in_bytes(2).data(), size_of(a.dtype));
        else put_value(a, out.data());
        for (auto done = size_of(a.dtype); done < out.size(); done *= 2)
            std::memcpy(out.data() + done, out.data(), std::min(done, out.size() - done));
        return {};
    }

  private:
    static void put_value(const attributes& a, std::byte* at) {
        if (a.str_value.empty()) return detail::put_number(a.dtype, at, static_cast<double>(a.value));
        if (const auto whole = detail::whole_number<std::int64_t>(a.str_value))  // all 63 bits of it
            return detail::put_number(a.dtype, at, *whole);
        detail::put_number(a.dtype, at, detail::whole_number<double>(a.str_value).value_or(0));
    }
};

}  // namespace wherry::inline WHERRY_ABI::op

#endif
