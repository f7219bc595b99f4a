#ifndef WHERRY_EXEC_OP_ACTIVATION_HPP
#define WHERRY_EXEC_OP_ACTIVATION_HPP

#include <wherry/exec/op/check.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/kernel/activation.hpp>

#include <array>
#include <span>
#include <string_view>

namespace wherry::inline v0::op {

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

struct relu_function {
    static constexpr std::string_view type = "relu", grad_type = "relu_grad", grad_reads = "Out";
    static constexpr bool takes_integers = false;
    template <class T>
    static void run(std::span<const T> x, std::span<T> out) {
        kernel::relu<T>(x, out);
    }
    template <class T>
    static void grad(std::span<const T> out, std::span<const T> g, std::span<T> dx) {
        kernel::relu_grad<T>(out, g, dx);
    }
};
struct tanh_function {
    static constexpr std::string_view type = "tanh", grad_type = "tanh_grad", grad_reads = "Out";
    static constexpr bool takes_integers = false;
    template <class T>
    static void run(std::span<const T> x, std::span<T> out) {
        kernel::tanh<T>(x, out);
    }
    template <class T>
    static void grad(std::span<const T> out, std::span<const T> g, std::span<T> dx) {
        kernel::tanh_grad<T>(out, g, dx);
    }
};
struct sigmoid_function {
    static constexpr std::string_view type = "sigmoid", grad_type = "sigmoid_grad", grad_reads = "Out";
    static constexpr bool takes_integers = false;
    template <class T>
    static void run(std::span<const T> x, std::span<T> out) {
        kernel::sigmoid<T>(x, out);
    }
    template <class T>
    static void grad(std::span<const T> out, std::span<const T> g, std::span<T> dx) {
        kernel::sigmoid_grad<T>(out, g, dx);
    }
};
struct sqrt_function {
    static constexpr std::string_view type = "sqrt", grad_type = "sqrt_grad", grad_reads = "Out";
    static constexpr bool takes_integers = false;
    template <class T>
    static void run(std::span<const T> x, std::span<T> out) {
        kernel::sqrt<T>(x, out);
    }
    template <class T>
    static void grad(std::span<const T> out, std::span<const T> g, std::span<T> dx) {
        kernel::sqrt_grad<T>(out, g, dx);
    }
};
struct square_function {
    static constexpr std::string_view type = "square", grad_type = "square_grad", grad_reads = "X";
    static constexpr bool takes_integers = true;
    template <class T>
    static void run(std::span<const T> x, std::span<T> out) {
        kernel::square<T>(x, out);
    }
    template <class T>
    static void grad(std::span<const T> x, std::span<const T> g, std::span<T> dx) {
        kernel::square_grad<T>(x, g, dx);
    }
};

/// Out = Function(X), element by element.
template <class Function>
struct activation {
    static constexpr std::string_view type = Function::type;
    static constexpr std::array inputs = {slot{"X"}};
    static constexpr std::array outputs = {slot{"Out"}};
    using attributes = activation_attributes;

    [[gnu::cold]] static result<void> infer(const attributes&, infer_context& c) {
        c.set_out(0, c.in(0).with(c.in(0).dims));
        return {};
    }
    static void gradient(gradient_maker& g) { g.append(Function::grad_type).reads(Function::grad_reads).reads_grad("Out").makes_grad("X"); }
    static result<void> run(const attributes&, run_context& c) {
        const auto kernel = [&]<class T>() -> result<void> {
            Function::template run<T>(c.in<T>(0), c.out<T>(0));
            return {};
        };
        if constexpr (Function::takes_integers) {
            return for_number(c, c.in_dtype(0), kernel);
        } else {
            return for_float(c, c.in_dtype(0), kernel);
        }
    }
};

/// X@GRAD from Out@GRAD and what the function needs to be undone: its result or, for square, its argument.
template <class Function>
struct activation_grad {
    static constexpr std::string_view type = Function::grad_type;
    static constexpr std::array inputs = {slot{Function::grad_reads}, slot{"Out@GRAD"}};
    static constexpr std::array outputs = {slot{"X@GRAD"}};
    using attributes = activation_attributes;

    [[gnu::cold]] static result<void> infer(const attributes&, infer_context& c) {
        if (auto checked = must_match(c, 1, 0); !checked) return checked;
        c.set_out(0, c.in(0).with(c.in(0).dims));
        return {};
    }
    static result<void> run(const attributes&, run_context& c) {
        return for_float(c, c.in_dtype(0), [&]<class T>() -> result<void> {
            Function::template grad<T>(c.in<T>(0), c.in<T>(1), c.out<T>(0));
            return {};
        });
    }
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

}  // namespace wherry::inline v0::op

#endif
