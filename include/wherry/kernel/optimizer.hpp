#ifndef WHERRY_KERNEL_OPTIMIZER_HPP
#define WHERRY_KERNEL_OPTIMIZER_HPP

#include <cmath>
#include <concepts>
#include <span>

#include <wherry/kernel/detail/lanes.hpp>
#include <wherry/kernel/view.hpp>
#include <wherry/version.hpp>

// One update step each. All spans have the length of the parameter; parameter and state change in place, nothing allocates.

namespace wherry::inline WHERRY_ABI::kernel {

/// p -= rate g.
/// Source: paddle operator `sgd`.
template <std::floating_point T>
inline void sgd(std::span<T> param, input<T> grad, std::type_identity_t<T> rate) noexcept {
    detail::on_lanes_for<T>(
        [&](auto isa) { isa.template update<T>(typename decltype(isa)::template sgd<T>{rate}, param.size(), param.data(), grad.data()); });
}

/// Numbers of `momentum`.
template <std::floating_point T>
struct momentum_options {
    T mu;
    bool nesterov = false;
};

/// v = mu v + g; p -= rate v, or with nesterov p -= rate (g + mu v).
/// Source: paddle operator `momentum`.
template <std::floating_point T>
inline void momentum(std::span<T> param, std::span<T> velocity, input<T> grad, std::type_identity_t<T> rate,
                     momentum_options<std::type_identity_t<T>> o) noexcept {
    detail::on_lanes_for<T>([&](auto isa) {
        using lanes = decltype(isa);
        if (o.nesterov)
            isa.template update<T>(typename lanes::template nesterov<T>{rate, o.mu}, param.size(), param.data(), velocity.data(),
                                   grad.data());
        else
            isa.template update<T>(typename lanes::template momentum<T>{rate, o.mu}, param.size(), param.data(), velocity.data(),
                                   grad.data());
    });
}

/// The place of Adam's epsilon: fluid 1.8 divides by sqrt(v) + epsilon, Paddle 2.x by sqrt(v) + epsilon sqrt(1 - beta2^t).
enum class epsilon_rule : unsigned char { fluid18, paddle2 };

/// Numbers of `adam`.
template <std::floating_point T>
struct adam_options {
    T beta1 = T(0.9);
    T beta2 = T(0.999);
    T epsilon = T(1e-8);
    epsilon_rule rule = epsilon_rule::fluid18;
};

namespace detail {

template <std::floating_point T>
inline void adam_step(std::span<T> param, std::span<T> moment1, std::span<T> moment2, input<T> grad, T rate, T beta1_pow, T beta2_pow,
                      const adam_options<T>& o, T decay) noexcept {
    const T correction = std::sqrt(T(1) - beta2_pow);
    const T epsilon = o.rule == epsilon_rule::fluid18 ? o.epsilon : o.epsilon * correction;
    on_lanes_for<T>([&](auto isa) {
        isa.template update<T>(typename decltype(isa)::template adam<T>{rate * (correction / (T(1) - beta1_pow)), o.beta1, T(1) - o.beta1,
                                                                        o.beta2, T(1) - o.beta2, epsilon, decay},
                               param.size(), param.data(), moment1.data(), moment2.data(), grad.data());
    });
}

}  // namespace detail

/// m = b1 m + (1-b1) g; v = b2 v + (1-b2) g^2; p -= rate sqrt(1-b2pow) / (1-b1pow) m / (sqrt(v) + e), e by the epsilon rule.
/// The powers are used as stored (beta^t in step t) and not changed: multiply them by beta1 and beta2 afterwards.
/// Source: paddle operator `adam`.
template <std::floating_point T>
inline void adam(std::span<T> param, std::span<T> moment1, std::span<T> moment2, input<T> grad, std::type_identity_t<T> rate,
                 std::type_identity_t<T> beta1_pow, std::type_identity_t<T> beta2_pow,
                 adam_options<std::type_identity_t<T>> o = {}) noexcept {
    detail::adam_step<T>(param, moment1, moment2, grad, rate, beta1_pow, beta2_pow, o, T{});
}

/// Numbers of `adamw`.
template <std::floating_point T>
struct adamw_options {
    T beta1 = T(0.9);
    T beta2 = T(0.999);
    T epsilon = T(1e-8);
    T coeff = T(0.01);       ///< decay per unit of learning rate
    T lr_ratio = T(1);       ///< multiplies the rate of the decay alone, as the reference's CPU kernel does
    bool with_decay = true;  ///< false: plain adam, 2.x rule
};

/// p -= rate lr_ratio coeff p, then adam by the 2.x rule on the undecayed gradient.
/// Source: paddle 2.6 operator `adamw`.
template <std::floating_point T>
inline void adamw(std::span<T> param, std::span<T> moment1, std::span<T> moment2, input<T> grad, std::type_identity_t<T> rate,
                  std::type_identity_t<T> beta1_pow, std::type_identity_t<T> beta2_pow,
                  adamw_options<std::type_identity_t<T>> o = {}) noexcept {
    detail::adam_step<T>(param, moment1, moment2, grad, rate, beta1_pow, beta2_pow,
                         adam_options<T>{o.beta1, o.beta2, o.epsilon, epsilon_rule::paddle2},
                         o.with_decay ? rate * o.lr_ratio * o.coeff : T{});
}

/// m += g^2; p -= rate g / (sqrt(m) + epsilon).
/// Source: paddle operator `adagrad`.
template <std::floating_point T>
inline void adagrad(std::span<T> param, std::span<T> moment, input<T> grad, std::type_identity_t<T> rate,
                    std::type_identity_t<T> epsilon = T(1e-6)) noexcept {
    detail::on_lanes_for<T>([&](auto isa) {
        isa.template update<T>(typename decltype(isa)::template adagrad<T>{rate, epsilon}, param.size(), param.data(), moment.data(),
                               grad.data());
    });
}

/// Numbers of `rmsprop`.
template <std::floating_point T>
struct rmsprop_options {
    T rho = T(0.95);  ///< attribute `decay` of the operator
    T epsilon = T(1e-6);
    T momentum = T{};
};

/// s = rho s + (1-rho) g^2; m = momentum m + rate g / sqrt(s + epsilon); p -= m.
/// With mean_grad (centered): a = rho a + (1-rho) g, and the root is of s - a^2 + epsilon. An empty mean_grad means not centered.
/// Source: paddle operator `rmsprop`.
template <std::floating_point T>
inline void rmsprop(std::span<T> param, std::span<T> mean_square, std::span<T> moment, std::span<T> mean_grad, input<T> grad,
                    std::type_identity_t<T> rate, rmsprop_options<std::type_identity_t<T>> o = {}) noexcept {
    detail::on_lanes_for<T>([&](auto isa) {
        const typename decltype(isa)::template rmsprop<T> op{rate, o.rho, T(1) - o.rho, o.epsilon, o.momentum};
        if (mean_grad.empty()) isa.template update<T>(op, param.size(), param.data(), mean_square.data(), moment.data(), grad.data());
        else isa.template update<T>(op, param.size(), param.data(), mean_square.data(), moment.data(), mean_grad.data(), grad.data());
    });
}

}  // namespace wherry::inline WHERRY_ABI::kernel

#endif
