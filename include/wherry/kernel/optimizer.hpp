#ifndef WHERRY_KERNEL_OPTIMIZER_HPP
#define WHERRY_KERNEL_OPTIMIZER_HPP

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <span>
#include <type_traits>

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

// What follows is bound by its square roots, powers and divisions, so it has no code by hand for wide registers.

/// Numbers of `adamax`.
template <std::floating_point T>
struct adamax_options {
    T beta1 = T(0.9);
    T beta2 = T(0.999);
    T epsilon = T(1e-8);
};

/// m = b1 m + (1-b1) g; n = max(|g|, b2 n + epsilon); p -= rate / (1-b1pow) m / n. The power is used as stored and not changed.
/// Source: paddle operator `adamax`.
template <std::floating_point T>
inline void adamax(std::span<T> param, std::span<T> moment, std::span<T> inf_norm, input<T> grad, std::type_identity_t<T> rate,
                   std::type_identity_t<T> beta1_pow, adamax_options<std::type_identity_t<T>> o = {}) noexcept {
    const T step = rate / (T(1) - beta1_pow);
    for (std::size_t i = 0; i < param.size(); ++i) {
        moment[i] = o.beta1 * moment[i] + (T(1) - o.beta1) * grad[i];
        inf_norm[i] = std::max(std::abs(grad[i]), o.beta2 * inf_norm[i] + o.epsilon);
        param[i] -= step * (moment[i] / inf_norm[i]);
    }
}

/// Numbers of `adadelta`.
template <std::floating_point T>
struct adadelta_options {
    T rho = T(0.95);
    T epsilon = T(1e-6);
    bool by_new_update = true;  ///< the step reads squared_update after it has changed, as 1.8's does where it changes in place
};

/// s = rho s + (1-rho) g^2; d(u) = sqrt((u + epsilon) / (s + epsilon)) g; u = rho u + (1-rho) d(u)^2; p -= rate d(u).
/// Source: paddle operator `adadelta`; rate is 1 in 1.8.
template <std::floating_point T>
inline void adadelta(std::span<T> param, std::span<T> squared_grad, std::span<T> squared_update, input<T> grad,
                     std::type_identity_t<T> rate = T(1), adadelta_options<std::type_identity_t<T>> o = {}) noexcept {
    for (std::size_t i = 0; i < param.size(); ++i) {
        const T g = grad[i];
        squared_grad[i] = o.rho * squared_grad[i] + (T(1) - o.rho) * (g * g);
        const auto change = [&] { return std::sqrt((squared_update[i] + o.epsilon) / (squared_grad[i] + o.epsilon)) * g; };
        const T before = change();
        squared_update[i] = o.rho * squared_update[i] + (T(1) - o.rho) * (before * before);
        param[i] -= rate * (o.by_new_update ? change() : before);
    }
}

/// m = decay m + (1-decay) g^2; p -= rate g / (sqrt(m) + epsilon).
/// Source: paddle operator `decayed_adagrad`.
template <std::floating_point T>
inline void decayed_adagrad(std::span<T> param, std::span<T> moment, input<T> grad, std::type_identity_t<T> rate,
                            std::type_identity_t<T> decay = T(0.95), std::type_identity_t<T> epsilon = T(1e-6)) noexcept {
    for (std::size_t i = 0; i < param.size(); ++i) {
        moment[i] = decay * moment[i] + (T(1) - decay) * (grad[i] * grad[i]);
        param[i] -= rate * grad[i] / (std::sqrt(moment[i]) + epsilon);
    }
}

/// Numbers of `ftrl`.
template <std::floating_point T>
struct ftrl_options {
    T l1 = T{};
    T l2 = T{};
    T lr_power = T(-0.5);
};

/// With n = s + g^2 and r(a) = a^-lr_power: l += g - (r(n) - r(s)) / rate p; s = n; p = (sign(l) l1 - l) / (r(n) / rate + 2 l2) where
/// |l| > l1, else 0. As in the reference l1 and l2 are larger by 1e-10.
/// Source: paddle operator `ftrl`.
template <std::floating_point T>
inline void ftrl(std::span<T> param, std::span<T> squared, std::span<T> linear, input<T> grad, std::type_identity_t<T> rate,
                 ftrl_options<std::type_identity_t<T>> o = {}) noexcept {
    const T l1 = o.l1 + T(1e-10);
    const T l2 = o.l2 + T(1e-10);
    const auto root = [&](T a) { return o.lr_power == T(-0.5) ? std::sqrt(a) : std::pow(a, -o.lr_power); };
    for (std::size_t i = 0; i < param.size(); ++i) {
        const T sum = squared[i] + grad[i] * grad[i];
        const T rooted = root(sum);
        linear[i] += grad[i] - (rooted - root(squared[i])) / rate * param[i];
        squared[i] = sum;
        const T x = (linear[i] > T{} ? l1 : linear[i] < T{} ? -l1 : T{}) - linear[i];
        param[i] = std::abs(linear[i]) > l1 ? x / (rooted / rate + T(2) * l2) : T{};
    }
}

/// Numbers of `lamb`.
template <std::floating_point T>
struct lamb_options {
    T beta1 = T(0.9);
    T beta2 = T(0.999);
    T epsilon = T(1e-6);
    T weight_decay = T{};
    bool trust = true;     ///< scale the step by the ratio of the norms of parameter and step
    bool unbiased = true;  ///< divide the moments by 1 - their power, as 2.x does
};

/// m = b1 m + (1-b1) g; v = b2 v + (1-b2) g^2; d = m / (sqrt(v) + epsilon) + weight_decay p; p -= rate |p| / |d| d, and rate d where a norm
/// is 0. d is worked out twice, so that it needs no memory. The powers are used as stored and not changed.
/// Source: paddle operator `lamb`.
template <std::floating_point T>
inline void lamb(std::span<T> param, std::span<T> moment1, std::span<T> moment2, input<T> grad, std::type_identity_t<T> rate,
                 std::type_identity_t<T> beta1_pow, std::type_identity_t<T> beta2_pow,
                 lamb_options<std::type_identity_t<T>> o = {}) noexcept {
    const T share1 = o.unbiased ? T(1) - beta1_pow : T(1);
    const T share2 = o.unbiased ? T(1) - beta2_pow : T(1);
    const auto change = [&](std::size_t i) {
        return moment1[i] / share1 / (std::sqrt(moment2[i] / share2) + o.epsilon) + o.weight_decay * param[i];
    };
    T of_param{}, of_change{};
    for (std::size_t i = 0; i < param.size(); ++i) {
        moment1[i] = o.beta1 * moment1[i] + (T(1) - o.beta1) * grad[i];
        moment2[i] = o.beta2 * moment2[i] + (T(1) - o.beta2) * (grad[i] * grad[i]);
        of_param += param[i] * param[i];
        of_change += change(i) * change(i);
    }
    const bool trusts = o.trust && of_param > T{} && of_change > T{};
    const T step = trusts ? rate * (std::sqrt(of_param) / std::sqrt(of_change)) : rate;
    for (std::size_t i = 0; i < param.size(); ++i) param[i] -= step * change(i);
}

}  // namespace wherry::inline WHERRY_ABI::kernel

#endif
