#ifndef WHERRY_EXEC_OP_CONCAT_HPP
#define WHERRY_EXEC_OP_CONCAT_HPP

#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/exec/op/attribute_input.hpp>
#include <wherry/exec/op/check.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/kernel/concat.hpp>
#include <wherry/version.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI::op {

/// Attributes of `concat`, and their defaults.
struct concat_attributes {
    std::int32_t axis = 0;
    bool use_mkldnn = false;
    bool use_quantizer = false;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("axis", self.axis);
        attr("use_mkldnn", self.use_mkldnn);
        attr("use_quantizer", self.use_quantizer);
    }
};

namespace detail {

/// Dims of the inputs X, joined along the axis.
[[gnu::cold]] inline result<Shape> concat_dims(const concat_attributes& a, const infer_context& c) {
    if (!c.has_in(0)) return c.fail(errc::missing_slot, "No Input(X) found for Concat operator.");
    const auto& first = c.in(0).dims;
    const auto axis = normalized_axis(a.axis, first.rank());
    if (!axis) {
        const auto rank = std::to_string(first.rank());
        return c.fail(errc::bad_attribute, {"The axis is expected to be in range of [-", rank, ", ", rank, "), but got ", decimal(a.axis)});
    }
    Shape out = first;
    for (std::size_t k = 1; k < c.in_count(0); ++k) {
        const auto& x = c.in(0, k).dims;
        const auto nth = "input[" + std::to_string(k) + "]";
        const auto shapes = " is expected to be equal.But received input[0]'s shape = " + to_string(first) + ", " + nth +
                            "'s shape = " + to_string(x) + ".";
        if (x.rank() != out.rank()) return c.fail(errc::shape_mismatch, {"The shape of input[0] and ", nth, shapes});
        if (!c.building() && c.in(0, k).dtype != c.in(0).dtype) return wrong_dtype(c, c.in(0, k).dtype, c.in(0).dtype);
        for (std::size_t i = 0; i < out.rank(); ++i) {
            if (i == *axis) {
                if (out[i] >= 0 && x[i] > std::numeric_limits<std::int64_t>::max() - out[i])
                    return c.fail(errc::overflow, "the joined dims are past 64 bits", {}, to_string(x));
                out[i] = out[i] < 0 || x[i] < 0 ? -1 : out[i] + x[i];
            } else if (!c.agree(out[i], x[i])) {
                return c.fail(errc::shape_mismatch, {"The ", decimal(i), "-th dimension of input[0] and ", nth, shapes});
            } else if (out[i] < 0) {
                out[i] = x[i];
            }
        }
    }
    return out;
}

/// The place of an operand within the joined elements: `outer` blocks of so many bytes.
struct concat_layout {
    concat_layout(const concat_attributes& a, const run_context& c) {
        const auto& x = c.in_dims(0);
        axis = normalized_axis(a.axis, x.rank()).value_or(0);
        outer = static_cast<std::size_t>(x.product(0, axis));
        for (std::size_t k = 0; k < c.in_count(0); ++k) whole += block(c, k);
    }
    [[nodiscard]] std::size_t block(const run_context& c, std::size_t k) const {
        const auto& x = c.in_dims(0, k);
        return static_cast<std::size_t>(x.product(axis, x.rank())) * size_of(c.in_dtype(0, k));
    }
    std::size_t axis = 0;
    std::size_t outer = 0;
    std::size_t whole = 0;
};

}  // namespace detail

/// The parts of Out@GRAD that belong to each X; one that nobody needs is named @EMPTY@ and passed over.
struct concat_grad {
    static constexpr std::string_view type = "concat_grad";
    static constexpr std::array inputs = {slot{"X", slot_arity::many}, slot{"AxisTensor", slot_arity::optional}, slot{"Out@GRAD"}};
    static constexpr std::array outputs = {slot{"X@GRAD", slot_arity::many}};
    using attributes = concat_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        if (auto checked = detail::must_be_absent(c, 1); !checked) return checked;
        auto out = detail::concat_dims(a, c);
        if (!out) return out.failure();
        if (auto checked = detail::must_hold(c, 2, c.in(0).dtype); !checked) return checked;
        if (auto checked = detail::must_have_dims(c, 2, *out); !checked) return checked;
        if (c.out_count(0) != c.in_count(0))
            return c.fail(errc::missing_slot, "as many gradients as inputs are needed", decimal(c.in_count(0)), decimal(c.out_count(0)));
        for (std::size_t k = 0; k < c.in_count(0); ++k) c.set_out(0, c.in(0, k).with(c.in(0, k).dims), k);
        return {};
    }
    static result<void> run(const attributes& a, run_context& c) {
        const detail::concat_layout layout(a, c);
        std::size_t offset = 0;
        for (std::size_t k = 0; k < c.in_count(0); ++k) {
            const auto block = layout.block(c, k);
            if (c.has_out(0, k)) kernel::split_part<std::byte>(layout.outer, block, layout.whole, offset, c.in_bytes(2), c.out_bytes(0, k));
            offset += block;
        }
        return {};
    }
};

/// Tensors joined along an axis, any element type.
/// Shapes: all X alike but for the axis, which is their sum in Out. Errors: bad_attribute, shape_mismatch, dtype_mismatch, overflow,
/// unsupported (a computed axis). Source: paddle operators `concat`, `concat_grad`.
struct concat {
    static constexpr std::string_view type = "concat";
    static constexpr std::array inputs = {slot{"X", slot_arity::many}, slot{"AxisTensor", slot_arity::optional}};
    static constexpr std::array outputs = {slot{"Out"}};
    using attributes = concat_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        if (auto checked = detail::must_be_absent(c, 1); !checked) return checked;
        auto out = detail::concat_dims(a, c);
        if (!out) return out.failure();
        c.set_out(0, c.in(0).with(*out));
        return {};
    }
    [[gnu::cold]] static void gradient(gradient_maker& g) {
        g.append<concat_grad>().reads("X").reads("AxisTensor").reads_grad("Out").makes_grad("X");
    }
    static result<void> run(const attributes& a, run_context& c) {
        if (!c.has_out(0)) return {};
        const detail::concat_layout layout(a, c);
        std::size_t offset = 0;
        for (std::size_t k = 0; k < c.in_count(0); ++k) {
            const auto block = layout.block(c, k);
            kernel::concat_part<std::byte>(layout.outer, block, layout.whole, offset, c.in_bytes(0, k), c.out_bytes(0));
            offset += block;
        }
        return {};
    }
};

}  // namespace wherry::inline WHERRY_ABI::op

#endif
