#ifndef WHERRY_EXEC_OP_UNARY_HPP
#define WHERRY_EXEC_OP_UNARY_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/fixed_string.hpp>
#include <wherry/base/result.hpp>
#include <wherry/exec/op/activation.hpp>
#include <wherry/exec/op/attribute_input.hpp>
#include <wherry/exec/op/check.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/kernel/unary.hpp>
#include <wherry/version.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

/// Functions of one number, with attributes or without. The simplest ones are in activation.hpp.
namespace wherry::inline WHERRY_ABI::op {

/// Attributes of `relu6`, and their defaults.
struct relu6_attributes {
    float threshold = 6;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("threshold", self.threshold);
    }
};
/// Attributes of `leaky_relu`, and their defaults.
struct leaky_relu_attributes {
    float alpha = 0.02F;
    bool use_mkldnn = false;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("alpha", self.alpha);
        attr("use_mkldnn", self.use_mkldnn);
    }
};
/// Attributes of `elu`, and their defaults.
struct elu_attributes {
    float alpha = 1;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("alpha", self.alpha);
    }
};
/// Attributes of `hard_sigmoid`, and their defaults.
struct hard_sigmoid_attributes {
    float slope = 0.2F;
    float offset = 0.5F;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("slope", self.slope);
        attr("offset", self.offset);
    }
};
/// Attributes of `hard_swish`, and their defaults.
struct hard_swish_attributes {
    float threshold = 6;
    float scale = 6;
    float offset = 3;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("threshold", self.threshold);
        attr("scale", self.scale);
        attr("offset", self.offset);
    }
};
/// Attributes of `swish`, and their defaults.
struct swish_attributes {
    float beta = 1;
    bool use_mkldnn = false;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("beta", self.beta);
        attr("use_mkldnn", self.use_mkldnn);
    }
};
/// Attributes of `mish`, and their defaults.
struct mish_attributes {
    float threshold = 20;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("threshold", self.threshold);
    }
};
/// Attributes of `gelu`, and their defaults.
struct gelu_attributes {
    bool approximate = false;
    bool use_mkldnn = false;
    bool use_cudnn = false;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("approximate", self.approximate);
        attr("use_mkldnn", self.use_mkldnn);
        attr("use_cudnn", self.use_cudnn);
    }
};
/// Attributes of `softplus`, and their defaults.
struct softplus_attributes {
    float beta = 1;
    float threshold = 20;
    bool use_mkldnn = false;
    bool use_cudnn = false;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("beta", self.beta, since_2x);
        attr("threshold", self.threshold, since_2x);
        attr("use_mkldnn", self.use_mkldnn);
        attr("use_cudnn", self.use_cudnn);
    }
};
/// Attributes of `pow`, and their defaults.
struct pow_attributes {
    float factor = 1;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("factor", self.factor);
    }
};

namespace detail {

using kernel::unary_numbers;

// An operator's attributes as numbers of its function.
inline unary_numbers numbers_of(const activation_attributes&) noexcept { return {}; }
inline unary_numbers numbers_of(const no_attributes&) noexcept { return {1, 0, 0}; }
inline unary_numbers numbers_of(const relu6_attributes& a) noexcept { return {a.threshold, 0, 0}; }
inline unary_numbers numbers_of(const leaky_relu_attributes& a) noexcept { return {a.alpha, 0, 0}; }
inline unary_numbers numbers_of(const elu_attributes& a) noexcept { return {a.alpha, 0, 0}; }
inline unary_numbers numbers_of(const hard_sigmoid_attributes& a) noexcept { return {a.slope, a.offset, 0}; }
inline unary_numbers numbers_of(const hard_swish_attributes& a) noexcept { return {a.threshold, a.scale, a.offset}; }
inline unary_numbers numbers_of(const swish_attributes& a) noexcept { return {a.beta, 0, 0}; }
inline unary_numbers numbers_of(const mish_attributes& a) noexcept { return {a.threshold, 0, 0}; }
inline unary_numbers numbers_of(const gelu_attributes& a) noexcept { return {a.approximate ? 1.0 : 0.0, 0, 0}; }
inline unary_numbers numbers_of(const softplus_attributes& a) noexcept { return {a.beta, a.threshold, 0}; }

/// Absolute values and powers take integers, too. The least integer is its own absolute value; a power that does not fit is 0.
template <class T>
void integer_function(kernel::unary kind, double factor, std::span<const T> x, std::span<T> out) {
    for (std::size_t i = 0; i < out.size(); ++i) {
        if (kind == kernel::unary::abs) {
            out[i] = x[i] < 0 ? static_cast<T>(std::uint64_t{0} - static_cast<std::uint64_t>(x[i])) : x[i];
        } else {
            const double power = std::pow(static_cast<double>(x[i]), factor);
            constexpr double end = sizeof(T) == 4 ? 2147483648.0 : 9223372036854775808.0;
            out[i] = power >= -end && power < end ? static_cast<T>(power) : T{};
        }
    }
}

/// Changed in 2.0: hard_swish is min(max(x + 3, 0), 6) x / 6 whatever its attributes say, and round takes halves away from 0.
struct unary_in_version {
    unary_in_version(const run_context& c, kernel::unary asked, const unary_numbers& n) : kind(asked), numbers(n) {
        const bool new_rules = is_2x(c.program_version());
        if (kind == kernel::unary::hard_swish && new_rules) numbers = {6, 6, 3};
        if (kind == kernel::unary::round && !new_rules) kind = kernel::unary::round_even;
    }
    kernel::unary kind;
    unary_numbers numbers;
};

inline result<void> run_unary(run_context& c, kernel::unary kind, const unary_numbers& n) {
    const auto dtype = c.in_dtype(0);
    if (kind == kernel::unary::abs || kind == kernel::unary::pow) {
        if (dtype == DType::INT32) return integer_function(kind, n.a, c.in<std::int32_t>(0), c.out<std::int32_t>(0)), result<void>();
        if (dtype == DType::INT64) return integer_function(kind, n.a, c.in<std::int64_t>(0), c.out<std::int64_t>(0)), result<void>();
    }
    const unary_in_version f(c, kind, n);
    return for_float(c, dtype, [&]<class T>() -> result<void> {
        kernel::apply<T>(f.kind, f.numbers, c.in<T>(0), c.out<T>(0));
        return {};
    });
}
inline result<void> run_unary_grad(run_context& c, kernel::unary kind, const unary_numbers& n, std::size_t value, std::size_t gradient) {
    const unary_in_version f(c, kind, n);
    return for_float(c, c.in_dtype(gradient), [&]<class T>() -> result<void> {
        kernel::unary_grad<T>(f.kind, f.numbers, c.in<T>(value), c.in<T>(gradient), c.out<T>(0));
        return {};
    });
}

/// The inputs of the gradient of a function: its argument, its result, both, or neither (a step: 0 wherever there is one).
enum class grad_from : std::uint8_t { x, out, both, nothing };

template <fixed_string Type, kernel::unary Kind, class Attributes, grad_from From>
struct unary_grad_operator;

/// Out = the function of X.
template <fixed_string Type, kernel::unary Kind, class Attributes, grad_from From>
struct unary_operator {
    static constexpr std::string_view type = Type;
    static constexpr std::array inputs = {slot{"X"}};
    static constexpr std::array outputs = {slot{"Out"}};
    using attributes = Attributes;

    [[gnu::cold]] static result<void> infer(const attributes&, infer_context& c) { return infer_activation(c, false); }
    [[gnu::cold]] static void gradient(gradient_maker& g) {
        auto& made = g.append<unary_grad_operator<Type, Kind, Attributes, From>>().reads_grad("Out").makes_grad("X");
        if constexpr (From == grad_from::x || From == grad_from::both) made.reads("X");
        if constexpr (From == grad_from::out || From == grad_from::both) made.reads("Out");
    }
    static result<void> run(const attributes& a, run_context& c) { return run_unary(c, Kind, numbers_of(a)); }
};
/// X@GRAD. Programs of 2.x may name the result beside the argument.
template <fixed_string Type, kernel::unary Kind, class Attributes, grad_from From>
struct unary_grad_operator {
    static constexpr auto type_name = join<Type.size() + 5>(Type.view(), std::string_view("_grad"));
    static constexpr std::string_view type = type_name;
    static constexpr auto inputs = [] {
        if constexpr (From == grad_from::out) return std::array{slot{"Out"}, slot{"Out@GRAD"}};
        else if constexpr (From == grad_from::nothing) return std::array{slot{"Out@GRAD"}};
        else return std::array{slot{"X"}, slot{"Out@GRAD"}, slot{"Out", slot_arity::since_2x}};
    }();
    static constexpr std::array outputs = {slot{"X@GRAD"}};
    using attributes = Attributes;

    [[gnu::cold]] static result<void> infer(const attributes&, infer_context& c) { return infer_activation(c, From != grad_from::nothing); }
    static result<void> run(const attributes& a, run_context& c) {
        return run_unary_grad(c, Kind, numbers_of(a), 0, From == grad_from::nothing ? 0 : 1);
    }
};

}  // namespace detail

/// min(max(x, 0), threshold). Shapes: X and Out alike, as of all operators here; FP32 or FP64. Errors: dtype_mismatch at run.
/// Source: paddle operators `relu6`, `relu6_grad`, and so on.
struct relu6 : detail::unary_operator<"relu6", kernel::unary::relu6, relu6_attributes, detail::grad_from::out> {};
struct relu6_grad : detail::unary_grad_operator<"relu6", kernel::unary::relu6, relu6_attributes, detail::grad_from::out> {};
/// x, or alpha x where x < 0.
struct leaky_relu : detail::unary_operator<"leaky_relu", kernel::unary::leaky_relu, leaky_relu_attributes, detail::grad_from::out> {};
struct leaky_relu_grad
    : detail::unary_grad_operator<"leaky_relu", kernel::unary::leaky_relu, leaky_relu_attributes, detail::grad_from::out> {};
/// min(max(slope x + offset, 0), 1).
struct hard_sigmoid : detail::unary_operator<"hard_sigmoid", kernel::unary::hard_sigmoid, hard_sigmoid_attributes, detail::grad_from::out> {
};
struct hard_sigmoid_grad
    : detail::unary_grad_operator<"hard_sigmoid", kernel::unary::hard_sigmoid, hard_sigmoid_attributes, detail::grad_from::out> {};
/// min(max(x + offset, 0), threshold) x / scale; in programs of 2.x with the defaults whatever is said.
struct hard_swish : detail::unary_operator<"hard_swish", kernel::unary::hard_swish, hard_swish_attributes, detail::grad_from::x> {};
struct hard_swish_grad : detail::unary_grad_operator<"hard_swish", kernel::unary::hard_swish, hard_swish_attributes, detail::grad_from::x> {
};
/// x / (1 + e^(-beta x)).
struct swish : detail::unary_operator<"swish", kernel::unary::swish, swish_attributes, detail::grad_from::x> {};
struct swish_grad : detail::unary_grad_operator<"swish", kernel::unary::swish, swish_attributes, detail::grad_from::x> {};
/// x / (1 + e^-x).
struct silu : detail::unary_operator<"silu", kernel::unary::swish, no_attributes, detail::grad_from::both> {};
struct silu_grad : detail::unary_grad_operator<"silu", kernel::unary::swish, no_attributes, detail::grad_from::both> {};
/// x tanh(log(1 + e^x)).
struct mish : detail::unary_operator<"mish", kernel::unary::mish, mish_attributes, detail::grad_from::x> {};
struct mish_grad : detail::unary_grad_operator<"mish", kernel::unary::mish, mish_attributes, detail::grad_from::x> {};
/// x times the integral of the normal distribution; by tanh if `approximate`.
struct gelu : detail::unary_operator<"gelu", kernel::unary::gelu, gelu_attributes, detail::grad_from::x> {};
struct gelu_grad : detail::unary_grad_operator<"gelu", kernel::unary::gelu, gelu_attributes, detail::grad_from::x> {};
/// x, or alpha (e^x - 1) where x < 0.
struct elu : detail::unary_operator<"elu", kernel::unary::elu, elu_attributes, detail::grad_from::x> {};
struct elu_grad : detail::unary_grad_operator<"elu", kernel::unary::elu, elu_attributes, detail::grad_from::x> {};
/// log(1 + e^(beta x)) / beta; x where beta x > threshold.
struct softplus : detail::unary_operator<"softplus", kernel::unary::softplus, softplus_attributes, detail::grad_from::x> {};
struct softplus_grad : detail::unary_grad_operator<"softplus", kernel::unary::softplus, softplus_attributes, detail::grad_from::x> {};
/// e^x.
struct exp : detail::unary_operator<"exp", kernel::unary::exp, activation_attributes, detail::grad_from::out> {};
struct exp_grad : detail::unary_grad_operator<"exp", kernel::unary::exp, activation_attributes, detail::grad_from::out> {};
/// Natural logarithm.
struct log : detail::unary_operator<"log", kernel::unary::log, activation_attributes, detail::grad_from::x> {};
struct log_grad : detail::unary_grad_operator<"log", kernel::unary::log, activation_attributes, detail::grad_from::x> {};
/// |x|, integers too.
struct abs : detail::unary_operator<"abs", kernel::unary::abs, activation_attributes, detail::grad_from::x> {};
struct abs_grad : detail::unary_grad_operator<"abs", kernel::unary::abs, activation_attributes, detail::grad_from::x> {};
/// 1 / root(x).
struct rsqrt : detail::unary_operator<"rsqrt", kernel::unary::rsqrt, activation_attributes, detail::grad_from::out> {};
struct rsqrt_grad : detail::unary_grad_operator<"rsqrt", kernel::unary::rsqrt, activation_attributes, detail::grad_from::out> {};
/// 1 / x.
struct reciprocal : detail::unary_operator<"reciprocal", kernel::unary::reciprocal, activation_attributes, detail::grad_from::out> {};
struct reciprocal_grad
    : detail::unary_grad_operator<"reciprocal", kernel::unary::reciprocal, activation_attributes, detail::grad_from::out> {};
/// The next whole number below. Its gradient, as that of `ceil` and `round`, is 0.
struct floor : detail::unary_operator<"floor", kernel::unary::floor, activation_attributes, detail::grad_from::nothing> {};
struct floor_grad : detail::unary_grad_operator<"floor", kernel::unary::floor, activation_attributes, detail::grad_from::nothing> {};
/// The next whole number above.
struct ceil : detail::unary_operator<"ceil", kernel::unary::ceil, activation_attributes, detail::grad_from::nothing> {};
struct ceil_grad : detail::unary_grad_operator<"ceil", kernel::unary::ceil, activation_attributes, detail::grad_from::nothing> {};
/// The nearest whole number; halves go away from 0, before 2.0 to the even one.
struct round : detail::unary_operator<"round", kernel::unary::round, activation_attributes, detail::grad_from::nothing> {};
struct round_grad : detail::unary_grad_operator<"round", kernel::unary::round, activation_attributes, detail::grad_from::nothing> {};
/// Sine of radians.
struct sin : detail::unary_operator<"sin", kernel::unary::sin, activation_attributes, detail::grad_from::x> {};
struct sin_grad : detail::unary_grad_operator<"sin", kernel::unary::sin, activation_attributes, detail::grad_from::x> {};
/// Cosine of radians.
struct cos : detail::unary_operator<"cos", kernel::unary::cos, activation_attributes, detail::grad_from::x> {};
struct cos_grad : detail::unary_grad_operator<"cos", kernel::unary::cos, activation_attributes, detail::grad_from::x> {};
/// The error function.
struct erf : detail::unary_operator<"erf", kernel::unary::erf, no_attributes, detail::grad_from::x> {};
struct erf_grad : detail::unary_grad_operator<"erf", kernel::unary::erf, no_attributes, detail::grad_from::x> {};

/// The gradient of `pow`.
struct pow_grad {
    static constexpr std::string_view type = "pow_grad";
    static constexpr std::array inputs = {slot{"X"}, slot{"Out@GRAD"}, slot{"FactorTensor", slot_arity::optional}};
    static constexpr std::array outputs = {slot{"X@GRAD"}};
    using attributes = pow_attributes;

    [[gnu::cold]] static result<void> infer(const attributes&, infer_context& c) {
        if (auto checked = detail::must_be_number(c, 2); !checked) return checked;
        return detail::infer_activation(c, true);
    }
    static result<void> run(const attributes& a, run_context& c) {
        return detail::run_unary_grad(c, kernel::unary::pow, {detail::number_or(c, 2, a.factor), 0, 0}, 0, 1);
    }
};

/// x to the power of `factor` or of FactorTensor, integers too. Errors besides: shape_mismatch, dtype_mismatch for that tensor.
struct pow {
    static constexpr std::string_view type = "pow";
    static constexpr std::array inputs = {slot{"X"}, slot{"FactorTensor", slot_arity::optional}};
    static constexpr std::array outputs = {slot{"Out"}};
    using attributes = pow_attributes;

    [[gnu::cold]] static result<void> infer(const attributes&, infer_context& c) {
        if (auto checked = detail::must_be_number(c, 1); !checked) return checked;
        return detail::infer_activation(c, false);
    }
    [[gnu::cold]] static void gradient(gradient_maker& g) {
        g.append<pow_grad>().reads("X").reads("FactorTensor").reads_grad("Out").makes_grad("X");
    }
    static result<void> run(const attributes& a, run_context& c) {
        return detail::run_unary(c, kernel::unary::pow, {detail::number_or(c, 1, a.factor), 0, 0});
    }
};

/// All of these with their gradients.
using unaries = op_list<relu6, relu6_grad, leaky_relu, leaky_relu_grad, hard_sigmoid, hard_sigmoid_grad, hard_swish, hard_swish_grad, swish,
                        swish_grad, silu, silu_grad, mish, mish_grad, gelu, gelu_grad, elu, elu_grad, softplus, softplus_grad, exp,
                        exp_grad, log, log_grad, abs, abs_grad, pow, pow_grad, rsqrt, rsqrt_grad, reciprocal, reciprocal_grad, floor,
                        floor_grad, ceil, ceil_grad, round, round_grad, sin, sin_grad, cos, cos_grad, erf, erf_grad>;

}  // namespace wherry::inline WHERRY_ABI::op

#endif
