#ifndef WHERRY_EMBED_KERNELS_HPP
#define WHERRY_EMBED_KERNELS_HPP

#include <wherry/embed/plan.hpp>
#include <wherry/kernel/dense.hpp>
#include <wherry/version.hpp>

#include <cstddef>
#include <cstdint>

/// Kernels of a few instructions: sizes are arguments, so that one function serves every step of its kind.
namespace wherry::inline WHERRY_ABI::embed::detail {

using functions = kernel::detail::fixed::functions;

/// Of 0 a large number, as the reference's TolerableValue makes it.
struct negative_log {
    float operator()(float x) const noexcept { return x > 0 ? -__builtin_logf(x) : 1e20F; }
};

/// The functor of a function that has no numbers.
template <function F>
constexpr auto plain_function() noexcept {
    if constexpr (F == function::relu) return functions::relu{};
    else if constexpr (F == function::tanh) return functions::tanh{};
    else if constexpr (F == function::sigmoid) return functions::sigmoid{};
    else if constexpr (F == function::sqrt) return functions::sqrt{};
    else if constexpr (F == function::square) return functions::square{};
    else if constexpr (F == function::add) return functions::add{};
    else if constexpr (F == function::sub) return functions::sub{};
    else if constexpr (F == function::mul) return functions::mul{};
    else if constexpr (F == function::div) return functions::div{};
    else if constexpr (F == function::max) return functions::max{};
    else if constexpr (F == function::min) return functions::min{};
    else if constexpr (F == function::relu_grad) return functions::relu_grad{};
    else if constexpr (F == function::tanh_grad) return functions::tanh_grad{};
    else if constexpr (F == function::sigmoid_grad) return functions::sigmoid_grad{};
    else if constexpr (F == function::negative_log) return negative_log{};
    else return functions::identity{};
}
template <function F>
constexpr auto function_of(float p, float q) noexcept {
    if constexpr (F == function::affine) return functions::affine<float>{p, q};
    else if constexpr (F == function::shifted) return functions::shifted<float>{p, q};
    else if constexpr (F == function::clip) return functions::clip<float>{p, q};
    else return plain_function<F>();
}

/// One row of a fully connected layer. A function for each shape: compilers would copy its loop into every step.
template <kernel::block_shape Block, std::size_t Align, class F, std::size_t Depth, std::size_t Columns, bool Biased, class Weight,
          class... Scales>
[[gnu::noinline]] void layer(const float* x, const Weight* w, const float* bias, float* y, Scales... scales) noexcept {
    const float* scale = nullptr;
    if constexpr (sizeof...(Scales) == 1) scale = (scales, ...);
    kernel::dense<Block, Align>(x, kernel::matrix<const Weight, Depth, Columns>(w), Biased ? bias : nullptr, scale, y, F{});
}

/// The same for all shapes.
template <std::size_t Align, bool Biased>
[[gnu::noinline]] void any_layer(const float* x, const float* w, const float* bias, float* y, std::size_t depth, std::size_t columns,
                                 float low) noexcept {
    kernel::dense<kernel::shared_block, Align>(x, kernel::matrix<const float>(w, depth, columns), Biased ? bias : nullptr, nullptr, y,
                                               functions::at_least{low});
}

/// A float of an operand that may be a parameter at an odd address.
template <std::size_t Align>
[[gnu::always_inline]] inline float get(const float* p) noexcept {
    return kernel::detail::fixed::load<float, 1, Align>(p);
}

template <function F, std::size_t Align = 4>
[[gnu::noinline]] void unary(std::size_t count, const float* x, float* out, float p, float q) noexcept {
    const auto f = function_of<F>(p, q);
    for (std::size_t i = 0; i < count; ++i) out[i] = f(get<Align>(x + i));
}

/// Steps of 0 or 1 say which operand goes on with the middle alone.
template <function F, bool XWhole, bool YWhole, std::size_t Align>
[[gnu::noinline]] void binary(std::size_t rows, std::size_t depth, std::size_t cols, const float* x, const float* y, float* out) noexcept {
    std::size_t i = 0;
    for (std::size_t r = 0; r < rows; ++r)
        for (std::size_t d = 0; d < depth; ++d)
            for (std::size_t c = 0; c < cols; ++c, ++i)
                out[i] = plain_function<F>()(get<Align>(x + (XWhole ? i : d)), get<Align>(y + (YWhole ? i : d)));
}

/// z = max(x - max(x), -64), out = e^z / sum(e^z), for elements `apart` from each other. Source: paddle operator `softmax` (ValueClip).
template <std::size_t Apart, std::size_t Align>
[[gnu::noinline]] void softmax(std::size_t classes, const float* x, float* out) noexcept {
    float top = get<Align>(x), total = 0;
    for (std::size_t i = 0; i < classes; ++i) {
        const float one = get<Align>(x + i * Apart);
        top = one > top ? one : top;
    }
    for (std::size_t i = 0; i < classes; ++i) {
        const float z = get<Align>(x + i * Apart) - top;
        const float power = kernel::detail::fixed::exponential_of_negative(z > -64.0F ? z : -64.0F);
        out[i * Apart] = power;
        total += power + (z - z);  // 0, but NaN for a NaN or an infinity, which makes the whole row NaN
    }
    for (std::size_t i = 0; i < classes; ++i) out[i * Apart] /= total;
}

/// An id that is neither a row nor the padding gives zeros: there is nobody to tell.
template <class Id, std::size_t Align>
[[gnu::noinline]] void lookup(std::size_t count, std::size_t rows, std::size_t width, std::int64_t padding, const Id* ids,
                              const float* table, float* out) noexcept {
    for (std::size_t i = 0; i < count; ++i, out += width) {
        const bool there = ids[i] >= 0 && static_cast<std::uint64_t>(ids[i]) < rows && static_cast<std::int64_t>(ids[i]) != padding;
        const float* row = table + (there ? static_cast<std::size_t>(ids[i]) * width : 0);
        for (std::size_t c = 0; c < width; ++c) out[c] = there ? kernel::detail::fixed::load<float, 1, Align>(row + c) : 0.0F;
    }
}

template <std::size_t Align>
[[gnu::noinline]] void copy_pieces(std::size_t pieces, std::size_t count, std::size_t apart, const float* x, float* out) noexcept {
    for (std::size_t r = 0; r < pieces; ++r, out += apart)
        for (std::size_t c = 0; c < count; ++c) out[c] = get<Align>(x++);
}

template <std::size_t Align>
[[gnu::noinline]] void reduce(std::size_t rows, std::size_t depth, std::size_t cols, float factor, const float* x, float* out) noexcept {
    for (std::size_t r = 0; r < rows; ++r, x += depth * cols, out += cols) {
        for (std::size_t c = 0; c < cols; ++c) {
            float total = 0;
            for (std::size_t d = 0; d < depth; ++d) total += get<Align>(x + d * cols + c);
            out[c] = total * factor;
        }
    }
}

/// out [rows, cols] = factor x y; element (r, d) of x lies r * x_row + d * x_col from its start.
template <std::size_t Align>
[[gnu::noinline]] void product(std::size_t rows, std::size_t depth, std::size_t cols, const float* x, std::size_t x_row, std::size_t x_col,
                               const float* y, std::size_t y_row, std::size_t y_col, float factor, float* out) noexcept {
    for (std::size_t r = 0; r < rows; ++r) {
        for (std::size_t c = 0; c < cols; ++c) {
            float total = 0;
            for (std::size_t d = 0; d < depth; ++d) total += get<Align>(x + r * x_row + d * x_col) * get<Align>(y + d * y_row + c * y_col);
            *out++ = total * factor;
        }
    }
}

// ---- training

[[gnu::noinline]] inline void fill(std::size_t count, float value, float* out) noexcept {
    for (std::size_t i = 0; i < count; ++i) out[i] = value;
}

/// dx = (g - sum(g out)) out for one row.
[[gnu::noinline]] inline void softmax_grad(std::size_t classes, const float* out, const float* g, float* dx) noexcept {
    float dot = 0;
    for (std::size_t i = 0; i < classes; ++i) dot += out[i] * g[i];
    for (std::size_t i = 0; i < classes; ++i) dx[i] = (g[i] - dot) * out[i];
}

/// An out-of-range label picks nothing: its row gets 0 and no gradient.
template <class Id>
[[gnu::always_inline]] inline bool is_class(Id label, std::size_t classes) noexcept {
    return label >= 0 && static_cast<std::uint64_t>(label) < classes;
}
template <class Id>
[[gnu::noinline]] void pick(std::size_t rows, std::size_t classes, const float* x, const Id* labels, float* out) noexcept {
    for (std::size_t r = 0; r < rows; ++r, x += classes) out[r] = is_class(labels[r], classes) ? x[static_cast<std::size_t>(labels[r])] : 0;
}
template <class Id>
[[gnu::noinline]] void spread(std::size_t rows, std::size_t classes, const Id* labels, const float* g, const float* matched,
                              float* out) noexcept {
    for (std::size_t r = 0; r < rows; ++r, out += classes) {
        for (std::size_t c = 0; c < classes; ++c) out[c] = 0;
        if (is_class(labels[r], classes)) out[static_cast<std::size_t>(labels[r])] = -g[r] / matched[r];
    }
}
template <class Id>
[[gnu::noinline]] void less_one(std::size_t rows, std::size_t classes, const float* x, const Id* labels, const float* g,
                                float* out) noexcept {
    for (std::size_t r = 0; r < rows; ++r, x += classes, out += classes)
        for (std::size_t c = 0; c < classes; ++c)
            out[c] = is_class(labels[r], classes) ? (x[c] - (static_cast<std::size_t>(labels[r]) == c ? 1.0F : 0.0F)) * g[r] : 0;
}

template <std::size_t Align>
[[gnu::noinline]] void sgd(std::size_t count, float* param, const float* g, const float* rate) noexcept {
    const float step = get<Align>(rate);
    for (std::size_t i = 0; i < count; ++i) param[i] -= step * g[i];
}

}  // namespace wherry::inline WHERRY_ABI::embed::detail

#endif
