#ifndef WHERRY_EXEC_OP_PRELU_HPP
#define WHERRY_EXEC_OP_PRELU_HPP

#include <wherry/base/error.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/exec/op/check.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace wherry::inline WHERRY_ABI::op {

/// Attributes of `prelu`, and their defaults.
struct prelu_attributes {
    std::string mode = "all";
    std::string data_format = "NCHW";

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("mode", self.mode);
        attr("data_format", self.data_format, since_2x);
    }
};

namespace detail {

/// Which slope belongs to an element: its number divided by `inner`, modulo `count`.
struct prelu_slopes {
    prelu_slopes(const prelu_attributes& a, const Shape& x) {
        const auto size = x.count();
        if (a.mode == "element") count = x.rank() > 0 && x[0] > 0 ? size / static_cast<std::size_t>(x[0]) : 0;
        if (a.mode != "channel") return;
        const bool channels_last = a.data_format == "NHWC";
        count = static_cast<std::size_t>(channels_last ? x.back() : x[1]);
        if (!channels_last) inner = static_cast<std::size_t>(x.product(2, x.rank()));
    }
    [[nodiscard]] std::size_t of(std::size_t element) const noexcept { return count <= 1 ? 0 : element / inner % count; }
    std::size_t count = 1;
    std::size_t inner = 1;
};

[[gnu::cold]] inline result<void> check_prelu(const prelu_attributes& a, const infer_context& c) {
    const auto& x = c.in(0).dims;
    if (a.mode != "all" && a.mode != "channel" && a.mode != "element")
        return c.fail(errc::bad_attribute, "unknown mode", "all, channel or element", a.mode);
    if (a.data_format != "NCHW" && a.data_format != "NHWC")
        return c.fail(errc::bad_attribute, "data_format", "NCHW or NHWC", a.data_format);
    if (a.mode != "all" && x.rank() < 2)
        return c.fail(errc::shape_mismatch, "For mode 'channel' and 'element', rank of input X must be 2 at least", ">= 2",
                      decimal(x.rank()));
    if (c.building()) return {};
    if (auto checked = must_hold(c, 1, c.in(0).dtype); !checked) return checked;
    const prelu_slopes slopes(a, x);
    if (c.in(1).dims.count() != slopes.count)
        return c.fail(errc::shape_mismatch, "the number of elements of weight Alpha does not fit the mode", decimal(slopes.count),
                      to_string(c.in(1).dims));
    return {};
}

}  // namespace detail

/// The gradient of `prelu`.
struct prelu_grad {
    static constexpr std::string_view type = "prelu_grad";
    static constexpr std::array inputs = {slot{"X"}, slot{"Alpha"}, slot{"Out@GRAD"}};
    static constexpr std::array outputs = {slot{"X@GRAD", slot_arity::optional}, slot{"Alpha@GRAD", slot_arity::optional}};
    using attributes = prelu_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        if (auto checked = detail::check_prelu(a, c); !checked) return checked;
        if (auto checked = detail::must_match(c, 2, 0); !checked) return checked;
        c.set_out(0, c.in(0).with(c.in(0).dims));
        c.set_out(1, c.in(1).with(c.in(1).dims));
        return {};
    }
    static result<void> run(const attributes& a, run_context& c) {
        const detail::prelu_slopes slopes(a, c.in_dims(0));
        return for_float(c, c.in_dtype(0), [&]<class T>() -> result<void> {
            const auto x = c.in<T>(0);
            const auto alpha = c.in<T>(1);
            const auto g = c.in<T>(2);
            const auto dx = c.out<T>(0);
            const auto da = c.out<T>(1);
            std::fill(da.begin(), da.end(), T{});
            for (std::size_t i = 0; i < x.size(); ++i) {
                if (!dx.empty()) dx[i] = x[i] > 0 ? g[i] : alpha[slopes.of(i)] * g[i];
                if (!da.empty() && !(x[i] > 0)) da[slopes.of(i)] += x[i] * g[i];
            }
            return {};
        });
    }
};

/// x, or Alpha x where x < 0; one Alpha for all, for each channel, or for each element of a row.
/// Shapes: X and Out [n, c, ...]; Alpha of 1, c or c ... elements. Errors: bad_attribute, shape_mismatch, dtype_mismatch.
/// Source: paddle operators `prelu`, `prelu_grad`.
struct prelu {
    static constexpr std::string_view type = "prelu";
    static constexpr std::array inputs = {slot{"X"}, slot{"Alpha"}};
    static constexpr std::array outputs = {slot{"Out"}};
    using attributes = prelu_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        if (auto checked = detail::check_prelu(a, c); !checked) return checked;
        c.set_out(0, c.in(0).with(c.in(0).dims));
        return {};
    }
    [[gnu::cold]] static void gradient(gradient_maker& g) {
        g.append<prelu_grad>().reads("X").reads("Alpha").reads_grad("Out").makes_grad("X").makes_grad("Alpha");
    }
    static result<void> run(const attributes& a, run_context& c) {
        const detail::prelu_slopes slopes(a, c.in_dims(0));
        return for_float(c, c.in_dtype(0), [&]<class T>() -> result<void> {
            const auto x = c.in<T>(0);
            const auto alpha = c.in<T>(1);
            const auto out = c.out<T>(0);
            for (std::size_t i = 0; i < out.size(); ++i) out[i] = x[i] > 0 ? x[i] : alpha[slopes.of(i)] * x[i];
            return {};
        });
    }
};
}  // namespace wherry::inline WHERRY_ABI::op

#endif
