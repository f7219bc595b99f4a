#ifndef WHERRY_KERNEL_RECURRENCE_HPP
#define WHERRY_KERNEL_RECURRENCE_HPP

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>

#include <wherry/base/sequence.hpp>
#include <wherry/kernel/gemm.hpp>
#include <wherry/version.hpp>

namespace wherry::inline WHERRY_ABI::kernel {

/// One layer in one direction over a batch of sequences.
struct recurrence {
    enum class cell : unsigned char { lstm, gru, tanh, relu };
    cell of = cell::lstm;
    std::size_t steps = 0, batch = 0, width = 0, hidden = 0;
    bool backwards = false;
    std::size_t out_stride = 0;  ///< elements from one sequence of a step to the next

    static constexpr std::int64_t gates(cell c) noexcept { return c == cell::lstm ? 4 : c == cell::gru ? 3 : 1; }
};
/// Arrays that a layer reads; shapes as at `run_recurrence`.
template <class T>
struct recurrence_inputs {
    std::span<const T> x, w, u, w_bias, u_bias;
    std::span<const std::int32_t> lengths;  ///< of each sequence, or none: all steps
};
/// Arrays that a layer writes.
template <class T>
struct recurrence_outputs {
    std::span<T> h, c;  ///< the first state, and after it the last
    std::span<T> out;
};

/// Shapes: x [steps, batch, width], w [gates hidden, width], u [gates hidden, hidden], biases [gates hidden], h and c [batch, hidden],
/// out [steps, batch, hidden], each row out_stride after the one before. Gates of LSTM lie as input, forget, candidate, output, those of
/// GRU as reset, update, candidate. Steps past a length are passed over. Flops: 2 steps batch gates hidden (width + hidden). It allocates
/// the gates of all steps. Source: paddle operator `rnn`.
template <std::floating_point T>
void run_recurrence(const recurrence& r, const recurrence_inputs<T>& in, const recurrence_outputs<T>& to) {
    const auto hidden = r.hidden, all = static_cast<std::size_t>(recurrence::gates(r.of)) * hidden, rows = r.steps * r.batch;
    if (rows == 0) return;
    const bool gru = r.of == recurrence::cell::gru;
    sequence<T> gates(rows * all), recurrent(r.batch * all);
    gemm(matrix<const T>(in.x.data(), rows, r.width), matrix<const T>(in.w.data(), all, r.width), matrix<T>(gates.data(), rows, all),
         transpose::no, transpose::yes, update::overwrite);
    const auto sigmoid = [](T v) { return T(1) / (T(1) + std::exp(-v)); };
    for (std::size_t i = 0; i < r.steps; ++i) {
        const auto step = r.backwards ? r.steps - 1 - i : i;
        gemm(matrix<const T>(to.h.data(), r.batch, hidden), matrix<const T>(in.u.data(), all, hidden),
             matrix<T>(recurrent.data(), r.batch, all), transpose::no, transpose::yes, update::overwrite);
        for (std::size_t n = 0; n < r.batch; ++n) {
            if (!in.lengths.empty() && step >= static_cast<std::size_t>(in.lengths[n])) continue;
            T* const g = gates.data() + (step * r.batch + n) * all;
            T* const b = recurrent.data() + n * all;
            for (std::size_t k = 0; k < all; ++k) {
                b[k] += in.u_bias[k];
                g[k] += in.w_bias[k] + (gru && k >= 2 * hidden ? T(0) : b[k]);
            }
            T* const h = to.h.data() + n * hidden;
            for (std::size_t k = 0; k < hidden; ++k) {
                if (r.of == recurrence::cell::lstm) {
                    T& c = to.c[n * hidden + k];
                    c = sigmoid(g[hidden + k]) * c + sigmoid(g[k]) * std::tanh(g[2 * hidden + k]);
                    h[k] = sigmoid(g[3 * hidden + k]) * std::tanh(c);
                } else if (gru) {
                    const T update = sigmoid(g[hidden + k]);
                    const T candidate = std::tanh(g[2 * hidden + k] + sigmoid(g[k]) * b[2 * hidden + k]);
                    h[k] = (h[k] - candidate) * update + candidate;
                } else {
                    h[k] = r.of == recurrence::cell::tanh ? std::tanh(g[k]) : std::max(g[k], T(0));
                }
            }
            std::copy_n(h, hidden, to.out.data() + (step * r.batch + n) * r.out_stride);
        }
    }
}

}  // namespace wherry::inline WHERRY_ABI::kernel

#endif
