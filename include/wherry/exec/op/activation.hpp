#ifndef WHERRY_EXEC_OP_ACTIVATION_HPP
#define WHERRY_EXEC_OP_ACTIVATION_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/result.hpp>
#include <wherry/exec/op/check.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/kernel/activation.hpp>
#include <wherry/version.hpp>

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace wherry::inline WHERRY_ABI::op {

/// Attributes of the activations, and their defaults.
struct activation_attributes {
    bool use_cudnn = false;
    bool use_mkldnn = false;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("use_cudnn", self.use_cudnn);
        attr("use_mkldnn", self.use_mkldnn);
    }
};

namespace detail {

/// One function for each element type; null where there is none.
struct activation_kernels {
    template <class T>
    using one = void (*)(kernel::input<T> x, std::span<T> out) noexcept;
    one<float> floats;
    one<double> doubles;
    one<std::int32_t> ints = nullptr;
    one<std::int64_t> longs = nullptr;
};
struct activation_grad_kernels {
    template <class T>
    using one = void (*)(kernel::input<T> x_or_out, kernel::input<T> g, std::span<T> dx) noexcept;
    one<float> floats;
    one<double> doubles;
};

inline result<void> run_activation(const run_context& c, const activation_kernels& kernels) {
    const auto dtype = c.in_dtype(0);
    if (dtype == DType::FP32) kernels.floats(c.in<float>(0), c.out<float>(0));
    else if (dtype == DType::FP64) kernels.doubles(c.in<double>(0), c.out<double>(0));
    else if (dtype == DType::INT32 && kernels.ints != nullptr) kernels.ints(c.in<std::int32_t>(0), c.out<std::int32_t>(0));
    else if (dtype == DType::INT64 && kernels.longs != nullptr) kernels.longs(c.in<std::int64_t>(0), c.out<std::int64_t>(0));
    else return c.no_kernel(dtype);
    return {};
}
inline result<void> run_activation_grad(const run_context& c, const activation_grad_kernels& kernels) {
    const auto dtype = c.in_dtype(0);
    if (dtype == DType::FP32) kernels.floats(c.in<float>(0), c.in<float>(1), c.out<float>(0));
    else if (dtype == DType::FP64) kernels.doubles(c.in<double>(0), c.in<double>(1), c.out<double>(0));
    else return c.no_kernel(dtype);
    return {};
}
[[gnu::cold]] inline result<void> infer_activation(infer_context& c, bool gradient) {
    if (gradient)
        if (auto checked = must_match(c, 1, 0); !checked) return checked;
    c.set_out(0, c.in(0).with(c.in(0).dims));
    return {};
}

struct relu_function {
    static constexpr std::string_view type = "relu", grad_type = "relu_grad", grad_reads = "Out";
    static constexpr activation_kernels run{kernel::relu<float>, kernel::relu<double>};
    static constexpr activation_grad_kernels grad{kernel::relu_grad<float>, kernel::relu_grad<double>};
};
struct tanh_function {
    static constexpr std::string_view type = "tanh", grad_type = "tanh_grad", grad_reads = "Out";
    static constexpr activation_kernels run{kernel::tanh<float>, kernel::tanh<double>};
    static constexpr activation_grad_kernels grad{kernel::tanh_grad<float>, kernel::tanh_grad<double>};
};
struct sigmoid_function {
    static constexpr std::string_view type = "sigmoid", grad_type = "sigmoid_grad", grad_reads = "Out";
    static constexpr activation_kernels run{kernel::sigmoid<float>, kernel::sigmoid<double>};
    static constexpr activation_grad_kernels grad{kernel::sigmoid_grad<float>, kernel::sigmoid_grad<double>};
};
struct sqrt_function {
    static constexpr std::string_view type = "sqrt", grad_type = "sqrt_grad", grad_reads = "Out";
    static constexpr activation_kernels run{kernel::sqrt<float>, kernel::sqrt<double>};
    static constexpr activation_grad_kernels grad{kernel::sqrt_grad<float>, kernel::sqrt_grad<double>};
};
struct square_function {
    static constexpr std::string_view type = "square", grad_type = "square_grad", grad_reads = "X";
    static constexpr activation_kernels run{kernel::square<float>, kernel::square<double>, kernel::square<std::int32_t>,
                                            kernel::square<std::int64_t>};
    static constexpr activation_grad_kernels grad{kernel::square_grad<float>, kernel::square_grad<double>};
};

template <class Function>
struct activation_grad;

/// Out = Function(X), element by element.
template <class Function>
struct activation {
    static constexpr std::string_view type = Function::type;
    static constexpr std::array inputs = {slot{"X"}};
    static constexpr std::array outputs = {slot{"Out"}};
    using attributes = activation_attributes;

    [[gnu::cold]] static result<void> infer(const attributes&, infer_context& c) { return infer_activation(c, false); }
    [[gnu::cold]] static void gradient(gradient_maker& g) {
        g.append<activation_grad<Function>>().reads(Function::grad_reads).reads_grad("Out").makes_grad("X");
    }
    static result<void> run(const attributes&, run_context& c) { return run_activation(c, Function::run); }
};

/// X@GRAD from Out@GRAD and what the function needs to be undone: its result or, for square, its argument.
template <class Function>
struct activation_grad {
    static constexpr std::string_view type = Function::grad_type;
    static constexpr std::array inputs = {slot{Function::grad_reads}, slot{"Out@GRAD"}};
    static constexpr std::array outputs = {slot{"X@GRAD"}};
    using attributes = activation_attributes;

    [[gnu::cold]] static result<void> infer(const attributes&, infer_context& c) { return infer_activation(c, true); }
    static result<void> run(const attributes&, run_context& c) { return run_activation_grad(c, Function::grad); }
};

}  // namespace detail

/// max(x, 0). Shapes: X and Out alike. Errors: dtype_mismatch at run. Source: paddle operators `relu`, `relu_grad`.
struct relu : detail::activation<detail::relu_function> {};
struct relu_grad : detail::activation_grad<detail::relu_function> {};
/// Hyperbolic tangent. Source: paddle operators `tanh`, `tanh_grad`.
struct tanh : detail::activation<detail::tanh_function> {};
struct tanh_grad : detail::activation_grad<detail::tanh_function> {};
/// 1 / (1 + e^-x). Source: paddle operators `sigmoid`, `sigmoid_grad`.
struct sigmoid : detail::activation<detail::sigmoid_function> {};
struct sigmoid_grad : detail::activation_grad<detail::sigmoid_function> {};
/// Square root; of a negative number NaN. Source: paddle operators `sqrt`, `sqrt_grad`.
struct sqrt : detail::activation<detail::sqrt_function> {};
struct sqrt_grad : detail::activation_grad<detail::sqrt_function> {};
/// x^2, integers too. Source: paddle operators `square`, `square_grad`.
struct square : detail::activation<detail::square_function> {};
struct square_grad : detail::activation_grad<detail::square_function> {};

}  // namespace wherry::inline WHERRY_ABI::op

#endif
