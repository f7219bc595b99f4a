#ifndef WHERRY_EXEC_OP_LOG_SOFTMAX_HPP
#define WHERRY_EXEC_OP_LOG_SOFTMAX_HPP

#include <wherry/base/error.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/exec/op/arg.hpp>
#include <wherry/exec/op/check.hpp>
#include <wherry/exec/op/softmax.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

namespace wherry::inline WHERRY_ABI::op {

/// Attributes of `log_softmax`, and their defaults.
struct log_softmax_attributes {
    std::int32_t axis = -1;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("axis", self.axis);
    }
};
/// Attributes of `p_norm`, and their defaults.
struct p_norm_attributes {
    float porder = 2;
    std::int32_t axis = -1;
    float epsilon = 1e-12F;
    bool keepdim = false;
    bool asvector = false;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("porder", self.porder);
        attr("axis", self.axis);
        attr("epsilon", self.epsilon);
        attr("keepdim", self.keepdim);
        attr("asvector", self.asvector, since_2x);
    }
};

/// dX = dOut - e^Out times the sum of dOut along the axis.
struct log_softmax_grad {
    static constexpr std::string_view type = "log_softmax_grad";
    static constexpr std::array inputs = {slot{"Out"}, slot{"Out@GRAD"}};
    static constexpr std::array outputs = {slot{"X@GRAD"}};
    using attributes = log_softmax_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        if (auto checked = detail::check_axis(c, a.axis, c.in(0).dims, "Out"); !checked) return checked;
        if (auto checked = detail::must_match(c, 1, 0); !checked) return checked;
        c.set_out(0, {c.in(0).dtype, c.in(0).dims});
        return {};
    }
    static result<void> run(const attributes& a, run_context& c) {
        if (!c.has_out(0)) return {};
        const detail::lines_of lines(c.in_dims(0), normalized_axis(a.axis, c.in_dims(0).rank()).value_or(0));
        return for_float(c, c.in_dtype(0), [&]<class T>() -> result<void> {
            const auto out = c.in<T>(0);
            const auto g = c.in<T>(1);
            const auto dx = c.out<T>(0);
            lines.each(lines.size, [&](std::size_t, std::size_t first, std::size_t) {
                T sum{};
                for (std::size_t k = 0; k < lines.size; ++k) sum += g[first + k * lines.inner];
                for (std::size_t k = 0; k < lines.size; ++k) {
                    const auto at = first + k * lines.inner;
                    dx[at] = g[at] - std::exp(out[at]) * sum;
                }
            });
            return {};
        });
    }
};

/// The logarithms of the probabilities along one axis.
/// Shapes: X and Out alike. Errors: bad_attribute, dtype_mismatch at run. Source: paddle operators `log_softmax`, `log_softmax_grad`.
struct log_softmax {
    static constexpr std::string_view type = "log_softmax";
    static constexpr std::array inputs = {slot{"X"}};
    static constexpr std::array outputs = {slot{"Out"}};
    using attributes = log_softmax_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        const auto& x = c.in(0);
        if (x.dims.rank() > 0 || (a.axis != 0 && a.axis != -1))
            if (auto checked = detail::check_axis(c, a.axis, x.dims, "X"); !checked) return checked;
        c.set_out(0, x.with(x.dims));
        return {};
    }
    [[gnu::cold]] static void gradient(gradient_maker& g) { g.append<log_softmax_grad>().reads("Out").reads_grad("Out").makes_grad("X"); }
    static result<void> run(const attributes& a, run_context& c) {
        if (!c.has_out(0)) return {};
        const detail::lines_of lines(c.in_dims(0), normalized_axis(a.axis, c.in_dims(0).rank()).value_or(0));
        return for_float(c, c.in_dtype(0), [&]<class T>() -> result<void> {
            const auto x = c.in<T>(0);
            const auto out = c.out<T>(0);
            lines.each(lines.size, [&](std::size_t, std::size_t first, std::size_t) {
                const auto at = [&](std::size_t k) { return first + k * lines.inner; };
                if (lines.size == 0) return;
                T top = x[first];
                for (std::size_t k = 1; k < lines.size; ++k) top = std::max(top, x[at(k)]);
                T sum{};
                for (std::size_t k = 0; k < lines.size; ++k) sum += std::exp(x[at(k)] - top);
                const T rest = std::log(sum);
                for (std::size_t k = 0; k < lines.size; ++k) out[at(k)] = x[at(k)] - top - rest;
            });
            return {};
        });
    }
};
/// dX = dOut |X|^(p-1) sign(X) / (Out + epsilon)^(p-1); for infinite p dOut where |X| is Out, with the sign of X; 0 for p = 0.
struct p_norm_grad {
    static constexpr std::string_view type = "p_norm_grad";
    static constexpr std::array inputs = {slot{"X"}, slot{"Out"}, slot{"Out@GRAD"}};
    static constexpr std::array outputs = {slot{"X@GRAD"}};
    using attributes = p_norm_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        const auto& x = c.in(0);
        const auto axis = normalized_axis(a.axis, x.dims.rank());
        if (!axis && !a.asvector) return c.fail(errc::bad_attribute, "Attr(axis) is out of range", {}, decimal(a.axis));
        for (const std::size_t slot : {1u, 2u}) {
            if (auto checked = detail::must_hold(c, slot, x.dtype); !checked) return checked;
            const auto wanted = a.asvector ? 1 : detail::lines_of(x.dims, *axis).outer * detail::lines_of(x.dims, *axis).inner;
            if (!c.building() && c.in(slot).dims.count() != wanted)
                return c.fail(errc::shape_mismatch, "Out should hold a number for each vector of X", decimal(wanted),
                              to_string(c.in(slot).dims));
        }
        c.set_out(0, {x.dtype, x.dims});
        return {};
    }
    static result<void> run(const attributes& a, run_context& c) {
        if (!c.has_out(0)) return {};
        const auto& x = c.in_dims(0);
        const auto lines = a.asvector ? detail::lines_of(x) : detail::lines_of(x, normalized_axis(a.axis, x.rank()).value_or(0));
        return for_float(c, c.in_dtype(0), [&]<class T>() -> result<void> {
            const auto from = c.in<T>(0), norms = c.in<T>(1), g = c.in<T>(2);
            const auto dx = c.out<T>(0);
            const T p = static_cast<T>(a.porder), epsilon = static_cast<T>(a.epsilon);
            lines.each(1, [&](std::size_t, std::size_t first, std::size_t of) {
                for (std::size_t k = 0; k < lines.size; ++k) {
                    const auto at = first + k * lines.inner;
                    const T sign = from[at] > 0 ? T(1) : from[at] < 0 ? T(-1) : T{};
                    const T size = std::abs(from[at]);
                    if (p == 0) dx[at] = T{};
                    else if (std::isinf(p)) dx[at] = size == norms[of] ? g[of] * sign : T{};
                    else dx[at] = std::pow(size, p - 1) * sign * g[of] * std::pow(norms[of] + epsilon, 1 - p);
                }
            });
            return {};
        });
    }
};

/// Lengths of the vectors along an axis: the p-th root of the sum of |x|^p; for infinite p the largest or smallest |x|, for 0 how many are not 0.
/// Shapes: X [..., n, ...]; Out without that axis, or 1 there (keepdim); asvector: one number. Errors: bad_attribute, dtype_mismatch at run.
/// Source: paddle operator `p_norm`.
struct p_norm {
    static constexpr std::string_view type = "p_norm";
    static constexpr std::array inputs = {slot{"X"}};
    static constexpr std::array outputs = {slot{"Out"}};
    using attributes = p_norm_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        const auto& x = c.in(0).dims;
        const auto axis = normalized_axis(a.axis, x.rank());
        if (!axis && !a.asvector)
            return c.fail(errc::bad_attribute,
                          {"Attr(axis) value should be in range [-R, R-1], R is the rank of Input(X). But received axis: ", decimal(a.axis),
                           ", R: ", decimal(x.rank()), "."});
        if (!c.building() && std::isinf(a.porder) && (a.asvector ? x.count() == 0 : x[*axis] == 0))
            return c.fail(errc::shape_mismatch, "there is no largest or smallest of no elements", ">= 1", to_string(x));
        Shape out;
        for (std::size_t i = 0; i < x.rank(); ++i) {
            if (!a.asvector && i != axis) out.push_back(x[i]);
            else if (a.keepdim) out.push_back(1);
        }
        c.set_out(0, {c.in(0).dtype, out.rank() == 0 ? detail::scalar_dims(c) : out});
        return {};
    }
    [[gnu::cold]] static void gradient(gradient_maker& g) {
        g.append<p_norm_grad>().reads("X").reads("Out").reads_grad("Out").makes_grad("X");
    }
    static result<void> run(const attributes& a, run_context& c) {
        if (!c.has_out(0)) return {};
        const auto& x = c.in_dims(0);
        const auto lines = a.asvector ? detail::lines_of(x) : detail::lines_of(x, normalized_axis(a.axis, x.rank()).value_or(0));
        return for_float(c, c.in_dtype(0), [&]<class T>() -> result<void> {
            const auto from = c.in<T>(0);
            const auto out = c.out<T>(0);
            const T p = static_cast<T>(a.porder);
            lines.each(1, [&](std::size_t, std::size_t first, std::size_t to) {
                T sum = std::isinf(p) && p < 0 ? std::numeric_limits<T>::infinity() : T{};
                for (std::size_t k = 0; k < lines.size; ++k) {
                    const T size = std::abs(from[first + k * lines.inner]);
                    if (std::isinf(p)) sum = p > 0 ? std::max(sum, size) : std::min(sum, size);
                    else if (p == 0) sum += size != 0 ? T(1) : T{};
                    else sum += p == 2 ? size * size : p == 1 ? size : std::pow(size, p);
                }
                out[to] = std::isinf(p) || p == 0 || p == 1 ? sum : p == 2 ? std::sqrt(sum) : std::pow(sum, T(1) / p);
            });
            return {};
        });
    }
};

}  // namespace wherry::inline WHERRY_ABI::op

#endif
