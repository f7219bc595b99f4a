#ifndef WHERRY_EXEC_OP_TRANSPOSE_HPP
#define WHERRY_EXEC_OP_TRANSPOSE_HPP

#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/exec/op/check.hpp>
#include <wherry/exec/op/same_elements.hpp>
#include <wherry/exec/op/strided.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/version.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace wherry::inline WHERRY_ABI::op {

/// Attributes of `transpose`, and their defaults.
struct transpose_attributes {
    sequence<std::int32_t> axis;  ///< which axis of X each axis of Out is
    bool use_mkldnn = false;
    std::string data_format = "AnyLayout";
    bool use_quantizer = false;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("axis", self.axis);
        attr("use_mkldnn", self.use_mkldnn);
        attr("data_format", self.data_format);
        attr("use_quantizer", self.use_quantizer);
    }
};

namespace detail {

/// The dims of X in another order. Errors: bad_attribute for anything but a permutation of its axes, negative ones counted from the end.
[[gnu::cold]] inline result<Shape> transposed_dims(const transpose_attributes& a, const infer_context& c, const Shape& x) {
    if (a.axis.empty() && is_2x(c.program_version())) return x;
    if (a.axis.size() != x.rank())
        return c.fail(errc::bad_attribute,
                      {"The input tensor's dimension should be equal to the axis's size. But received input tensor's dimension is ",
                       decimal(x.rank()), ", axis's size is ", decimal(a.axis.size())});
    Shape out;
    std::uint32_t met = 0;
    for (std::size_t i = 0; i < x.rank(); ++i) {
        const auto axis = normalized_axis(a.axis[i], x.rank());
        if (!axis)
            return c.fail(errc::bad_attribute,
                          {"The reduce dim index ", decimal(i), " should be in the range [ -dimension(X), dimension(X) ) which dimesion = ",
                           decimal(x.rank()), ". But received dim index = ", decimal(a.axis[i]), "."});
        const auto bit = std::uint32_t{1} << *axis;
        if ((met & bit) != 0)
            return c.fail(errc::bad_attribute, {"Each element of axis should be unique. but axis[", decimal(i), "] is ", decimal(a.axis[i]),
                                                " appear not only once"});
        met |= bit;
        out.push_back(x[*axis]);
    }
    return out;
}

/// From X to Out.
inline kernel::strided_loops transpose_loops(const transpose_attributes& a, const Shape& x) {
    const auto axis = [&](std::size_t i) { return a.axis.empty() ? i : normalized_axis(a.axis[i], x.rank()).value_or(0); };
    Shape out;
    for (std::size_t i = 0; i < x.rank(); ++i) out.push_back(x[axis(i)]);
    const strides_of from(x);
    const strides_of to(out);
    kernel::strided_loops loops;
    for (std::size_t i = 0; i < x.rank(); ++i) loops.add(out[i], from[axis(i)], to[i]);
    return loops;
}

[[gnu::cold]] inline result<void> infer_transpose(const transpose_attributes& a, infer_context& c) {
    const auto& x = c.in(0);
    auto out = transposed_dims(a, c, x.dims);
    if (!out) return out.failure();
    c.set_out(0, {x.dtype, *out});
    return {};
}

}  // namespace detail

/// The gradient of `transpose2`.
struct transpose2_grad {
    static constexpr std::string_view type = "transpose2_grad";
    static constexpr std::array inputs = {slot{"XShape"}, slot{"Out@GRAD"}};
    static constexpr std::array outputs = {slot{"X@GRAD"}};
    using attributes = transpose_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        auto x = from_x_shape(c, 0);
        if (!x) return x.failure();
        auto out = detail::transposed_dims(a, c, *x);
        if (!out) return out.failure();
        if (auto checked = detail::must_have_dims(c, 1, *out); !checked) return checked;
        c.set_out(0, c.in(0).with(c.in(1).dtype, *x));
        return {};
    }
    static result<void> run(const attributes& a, run_context& c) {
        if (!c.has_out(0)) return {};
        return run_moves(c, 1, detail::transpose_loops(a, c.out_dims(0)).reversed());
    }
};

/// The axes in another order, any element type.
/// Shapes: X [...]; Out has the dims of X in the order of `axis`. Errors: bad_attribute. Source: paddle operators `transpose2`, `transpose2_grad`.
struct transpose2 {
    static constexpr std::string_view type = "transpose2";
    static constexpr std::array inputs = {slot{"X"}};
    static constexpr std::array outputs = {slot{"Out"}, slot{"XShape", slot_arity::optional}};
    using attributes = transpose_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        if (auto inferred = detail::infer_transpose(a, c); !inferred) return inferred;
        return set_x_shape(c, 1);
    }
    [[gnu::cold]] static void gradient(gradient_maker& g) { g.append<transpose2_grad>().reads("XShape").reads_grad("Out").makes_grad("X"); }
    static result<void> run(const attributes& a, run_context& c) {
        if (!c.has_out(0)) return {};
        return run_moves(c, 0, detail::transpose_loops(a, c.in_dims(0)));
    }
};

/// The gradient of `transpose`.
struct transpose_grad {
    static constexpr std::string_view type = "transpose_grad";
    static constexpr std::array inputs = {slot{"X"}, slot{"Out@GRAD"}, slot{"Out"}};
    static constexpr std::array outputs = {slot{"X@GRAD"}};
    using attributes = transpose_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        auto out = detail::transposed_dims(a, c, c.in(0).dims);
        if (!out) return out.failure();
        if (auto checked = detail::must_have_dims(c, 1, *out); !checked) return checked;
        c.set_out(0, c.in(0).with(c.in(1).dtype, c.in(0).dims));
        return {};
    }
    static result<void> run(const attributes& a, run_context& c) { return transpose2_grad::run(a, c); }
};

/// The same without XShape, as old programs have it.
struct transpose {
    static constexpr std::string_view type = "transpose";
    static constexpr std::array inputs = {slot{"X"}};
    static constexpr std::array outputs = {slot{"Out"}};
    using attributes = transpose_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) { return detail::infer_transpose(a, c); }
    [[gnu::cold]] static void gradient(gradient_maker& g) {
        g.append<transpose_grad>().reads("X").reads("Out").reads_grad("Out").makes_grad("X");
    }
    static result<void> run(const attributes& a, run_context& c) { return transpose2::run(a, c); }
};

}  // namespace wherry::inline WHERRY_ABI::op

#endif
