#ifndef WHERRY_EXEC_OP_REDUCE_MAX_HPP
#define WHERRY_EXEC_OP_REDUCE_MAX_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/error.hpp>
#include <wherry/base/result.hpp>
#include <wherry/exec/op/check.hpp>
#include <wherry/exec/op/reduce.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/kernel/broadcast.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

/// Reductions that hardly occur in training: the largest, the smallest, the product, and whether any or all are true.
namespace wherry::inline WHERRY_ABI::op {

namespace detail {

enum class fold : std::uint8_t { max, min, product, any, all };

template <class T>
constexpr T first_of(fold kind) noexcept {
    using limit = std::numeric_limits<T>;
    if (kind == fold::max) return limit::has_infinity ? -limit::infinity() : limit::lowest();
    if (kind == fold::min) return limit::has_infinity ? limit::infinity() : limit::max();
    return kind == fold::any ? T{} : T(1);
}
template <class T>
constexpr T folded(fold kind, T a, T b) noexcept {
    switch (kind) {
        case fold::max: return b > a ? b : a;
        case fold::min: return b < a ? b : a;
        case fold::product:
            if constexpr (std::integral<T>) return static_cast<T>(static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b));
            else return a * b;
        case fold::any: return a != T{} || b != T{} ? T(1) : T{};
        case fold::all: return a != T{} && b != T{} ? T(1) : T{};
    }
    return a;
}

template <class T>
void run_fold(fold kind, const kernel::broadcast_plan& loops, const T* x, T* out) {
    std::fill_n(out, loops.y_count, first_of<T>(kind));
    const auto last = loops.rank - 1;
    kernel::detail::plain::lanes::each_row(loops, [&](std::int64_t xo, std::int64_t yo, std::int64_t) {
        for (std::int64_t i = 0; i < loops.size[last]; ++i) {
            auto& to = out[yo + i * loops.y_step[last]];
            to = folded<T>(kind, to, x[xo + i * loops.x_step[last]]);
        }
    });
}

[[gnu::cold]] inline result<void> infer_fold(const reduce_attributes& a, infer_context& c, fold kind) {
    const auto& x = c.in(0);
    auto mask = reduced_axes(c, a, x.dims.rank());
    if (!mask) return mask.failure();
    const bool extreme = kind == fold::max || kind == fold::min;
    if (extreme && !c.building() && x.dims.count() == 0) return c.fail(errc::shape_mismatch, "Tensor need be reduced must not empty.");
    if ((kind == fold::any || kind == fold::all) && !c.building() && x.dtype != DType::BOOL) return wrong_dtype(c, x.dtype, DType::BOOL);
    const auto out = reduced_dims(c, x.dims, *mask, a);
    if (a.reduce_all || (*mask & 1U) != 0 || x.dims.rank() == 0) c.set_out(0, {x.dtype, out});
    else c.set_out(0, x.with(out));
    return {};
}
inline result<void> run_fold(const reduce_attributes& a, run_context& c, fold kind) {
    if (!c.has_out(0)) return {};
    const auto loops = reduce_loops(a, c.in_dims(0));
    if (c.in_dtype(0) == DType::BOOL) {
        auto* const out = reinterpret_cast<std::uint8_t*>(c.out_bytes(0).data());  // NOLINT: bools are bytes of 0 and 1
        run_fold<std::uint8_t>(kind, loops, reinterpret_cast<const std::uint8_t*>(c.in_bytes(0).data()), out);  // NOLINT: as above
        return {};
    }
    return for_number(c, c.in_dtype(0), [&]<class T>() -> result<void> {
        run_fold<T>(kind, loops, c.in<T>(0).data(), c.out<T>(0).data());
        return {};
    });
}
/// X@GRAD: that of Out where X is the extreme (wherever several are), or times the product of the others.
inline result<void> run_fold_grad(const reduce_attributes& a, run_context& c, fold kind) {
    const auto loops = reduce_loops(a, c.in_dims(0));
    return for_float(c, c.in_dtype(0), [&]<class T>() -> result<void> {
        const auto* const x = c.in<T>(0).data();
        const auto* const out = c.in<T>(1).data();
        const auto* const g = c.in<T>(2).data();
        if (!c.has_out(0)) return {};
        auto* const dx = c.out<T>(0).data();
        const auto last = loops.rank - 1;
        kernel::detail::plain::lanes::each_row(loops, [&](std::int64_t xo, std::int64_t yo, std::int64_t) {
            for (std::int64_t i = 0; i < loops.size[last]; ++i) {
                const auto from = yo + i * loops.y_step[last];
                const auto at = xo + i * loops.x_step[last];
                dx[at] = kind == fold::product ? g[from] * out[from] / x[at] : x[at] == out[from] ? g[from] : T{};
            }
        });
        return {};
    });
}

template <fold Kind>
struct folding {
    static constexpr std::array inputs = {slot{"X"}};
    static constexpr std::array outputs = {slot{"Out"}};
    using attributes = reduce_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) { return infer_fold(a, c, Kind); }
    static result<void> run(const attributes& a, run_context& c) { return run_fold(a, c, Kind); }
};
template <fold Kind>
struct folding_grad {
    static constexpr std::array inputs = {slot{"X"}, slot{"Out"}, slot{"Out@GRAD"}};
    static constexpr std::array outputs = {slot{"X@GRAD"}};
    using attributes = reduce_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        const auto& x = c.in(0);
        auto mask = reduced_axes(c, a, x.dims.rank());
        if (!mask) return mask.failure();
        const auto out = reduced_dims(c, x.dims, *mask, a);
        for (const std::size_t slot : {1u, 2u}) {
            if (auto checked = must_hold(c, slot, x.dtype); !checked) return checked;
            if (auto checked = must_have_dims(c, slot, out); !checked) return checked;
        }
        c.set_out(0, x.with(x.dims));
        return {};
    }
    static result<void> run(const attributes& a, run_context& c) { return run_fold_grad(a, c, Kind); }
};
[[gnu::cold]] inline void gradient_of_fold(gradient_op& made) { made.reads("X").reads("Out").reads_grad("Out").makes_grad("X"); }

}  // namespace detail

/// The gradient of `reduce_max`.
struct reduce_max_grad : detail::folding_grad<detail::fold::max> {
    static constexpr std::string_view type = "reduce_max_grad";
};

/// The largest element over some axes or all of them. Element types: float, double, int32, int64.
/// Shapes: as reduce_sum. Errors: bad_attribute, shape_mismatch (no elements), dtype_mismatch at run.
/// Source: paddle operators `reduce_max`, `reduce_max_grad`.
struct reduce_max : detail::folding<detail::fold::max> {
    static constexpr std::string_view type = "reduce_max";
    [[gnu::cold]] static void gradient(gradient_maker& g) { detail::gradient_of_fold(g.append<reduce_max_grad>()); }
};
/// The gradient of `reduce_min`.
struct reduce_min_grad : detail::folding_grad<detail::fold::min> {
    static constexpr std::string_view type = "reduce_min_grad";
};

/// The smallest.
struct reduce_min : detail::folding<detail::fold::min> {
    static constexpr std::string_view type = "reduce_min";
    [[gnu::cold]] static void gradient(gradient_maker& g) { detail::gradient_of_fold(g.append<reduce_min_grad>()); }
};
/// The gradient of `reduce_prod`.
struct reduce_prod_grad : detail::folding_grad<detail::fold::product> {
    static constexpr std::string_view type = "reduce_prod_grad";
};

/// The product; of nothing 1. Its gradient divides by the elements, as the reference does: none may be 0.
struct reduce_prod : detail::folding<detail::fold::product> {
    static constexpr std::string_view type = "reduce_prod";
    [[gnu::cold]] static void gradient(gradient_maker& g) { detail::gradient_of_fold(g.append<reduce_prod_grad>()); }
};
/// Whether any is true; X and Out are BOOL. Errors besides: dtype_mismatch.
struct reduce_any : detail::folding<detail::fold::any> {
    static constexpr std::string_view type = "reduce_any";
};
/// Whether all are.
struct reduce_all : detail::folding<detail::fold::all> {
    static constexpr std::string_view type = "reduce_all";
};

}  // namespace wherry::inline WHERRY_ABI::op

#endif
