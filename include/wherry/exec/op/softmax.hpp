#ifndef WHERRY_EXEC_OP_SOFTMAX_HPP
#define WHERRY_EXEC_OP_SOFTMAX_HPP

#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/base/text.hpp>
#include <wherry/exec/op/check.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/kernel/softmax.hpp>
#include <wherry/version.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace wherry::inline WHERRY_ABI::op {

/// Attributes of `softmax`, and their defaults.
struct softmax_attributes {
    std::int32_t axis = -1;
    bool is_test = false;
    bool use_cudnn = false;
    bool use_mkldnn = false;
    std::string data_format = "AnyLayout";

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("axis", self.axis);
        attr("is_test", self.is_test);
        attr("use_cudnn", self.use_cudnn);
        attr("use_mkldnn", self.use_mkldnn);
        attr("data_format", self.data_format);
    }
};

namespace detail {
/// An axis in [-R, R-1], R being the rank of the named input.
[[gnu::cold]] inline result<void> check_axis(const infer_context& c, std::int32_t axis, const Shape& dims, std::string_view input) {
    if (normalized_axis(axis, dims.rank())) return {};
    return c.fail(errc::bad_attribute, {"Attr(axis) value should be in range [-R, R-1], R is the rank of Input(", input, ")."},
                  text{"rank ", decimal(dims.rank())}, decimal(axis));
}
}  // namespace detail

/// dX = (dOut - sum(dOut Out)) Out, the sum along the axis.
struct softmax_grad {
    static constexpr std::string_view type = "softmax_grad";
    static constexpr std::array inputs = {slot{"Out"}, slot{"Out@GRAD"}};
    static constexpr std::array outputs = {slot{"X@GRAD"}};
    using attributes = softmax_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        const auto& out = c.in(0);
        if (auto checked = detail::check_axis(c, a.axis, out.dims, "Out"); !checked) return checked;
        if (auto checked = detail::must_match(c, 1, 0); !checked) return checked;
        c.set_out(0, {out.dtype, out.dims});
        return {};
    }
    static result<void> run(const attributes& a, run_context& c) {
        return for_float(c, c.in_dtype(0), [&]<class T>() -> result<void> {
            kernel::softmax_grad<T>(kernel::split_at(c.in_dims(0).dims(), a.axis), c.in<T>(0), c.in<T>(1), c.out<T>(0));
            return {};
        });
    }
};

/// Probabilities along one axis.
/// Shapes: X and Out alike; a tensor without elements is fine. Errors: bad_attribute for the axis, dtype_mismatch at run.
/// Source: paddle operators `softmax`, `softmax_grad`.
struct softmax {
    static constexpr std::string_view type = "softmax";
    static constexpr std::array inputs = {slot{"X"}};
    static constexpr std::array outputs = {slot{"Out"}};
    using attributes = softmax_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        const auto& x = c.in(0);
        if (auto checked = detail::check_axis(c, a.axis, x.dims, "X"); !checked) return checked;
        c.set_out(0, x.with(x.dims));
        return {};
    }
    [[gnu::cold]] static void gradient(gradient_maker& g) { g.append<softmax_grad>().reads("Out").reads_grad("Out").makes_grad("X"); }
    static result<void> run(const attributes& a, run_context& c) {
        return for_float(c, c.in_dtype(0), [&]<class T>() -> result<void> {
            kernel::softmax<T>(kernel::split_at(c.in_dims(0).dims(), a.axis), c.in<T>(0), c.out<T>(0));
            return {};
        });
    }
};

}  // namespace wherry::inline WHERRY_ABI::op

#endif
