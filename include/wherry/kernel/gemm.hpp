#ifndef WHERRY_KERNEL_GEMM_HPP
#define WHERRY_KERNEL_GEMM_HPP

#include <concepts>
#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

#include <wherry/base/policy_set.hpp>
#include <wherry/kernel/detail/lanes.hpp>
#include <wherry/kernel/instruction_set.hpp>
#include <wherry/kernel/view.hpp>
#include <wherry/version.hpp>

namespace wherry::inline WHERRY_ABI::kernel::detail::plain {
inline constexpr std::size_t tile_rows = 4, tile_vectors = 2, panel_depth = 128;
using narrower = struct product;
#include <wherry/kernel/detail/gemm.inc>
}  // namespace wherry::inline WHERRY_ABI::kernel::detail::plain

#if defined(__x86_64__)
#include <wherry/kernel/detail/avx2_begin.inc>
namespace wherry::inline WHERRY_ABI::kernel::detail::avx2 {
inline constexpr std::size_t tile_rows = 4, tile_vectors = 3, panel_depth = 256;
using narrower = struct product;
#include <wherry/kernel/detail/gemm.inc>
}  // namespace wherry::inline WHERRY_ABI::kernel::detail::avx2
#include <wherry/kernel/detail/target_end.inc>

#include <wherry/kernel/detail/avx512_begin.inc>
namespace wherry::inline WHERRY_ABI::kernel::detail::avx512 {
inline constexpr std::size_t vector_bytes = 64;
#include <wherry/kernel/detail/lanes.inc>
inline constexpr std::size_t tile_rows = 8, tile_vectors = 3, panel_depth = 192;
using narrower = avx2::product;  // adds up in the same order, and is compiled anyway
#include <wherry/kernel/detail/gemm.inc>
}  // namespace wherry::inline WHERRY_ABI::kernel::detail::avx512
#include <wherry/kernel/detail/target_end.inc>
#endif

namespace wherry::inline WHERRY_ABI::kinds {
struct gemm;
}

namespace wherry::inline WHERRY_ABI::kernel {

/// Whether an operand is used as it lies or with rows and columns exchanged.
enum class transpose : bool { no, yes };

/// Whether the product replaces what C holds or is added to it.
enum class update : bool { overwrite, accumulate };

namespace detail {

template <class T>
constexpr void plain_gemm(matrix<const T> a, matrix<const T> b, matrix<T> c, transpose ta, transpose tb, update how, T alpha,
                          std::size_t depth) noexcept {
    for (std::size_t i = 0; i < c.rows(); ++i) {
        for (std::size_t j = 0; j < c.cols(); ++j) {
            T total{};
            for (std::size_t k = 0; k < depth; ++k)
                total = static_cast<T>(total + (ta == transpose::yes ? a(k, i) : a(i, k)) * (tb == transpose::yes ? b(j, k) : b(k, j)));
            c(i, j) = static_cast<T>(alpha * total + (how == update::accumulate ? c(i, j) : T{}));
        }
    }
}

/// Rows of B added up: what element types get that hardly occur, in a tenth of the code of the blocked product.
template <class T>
void row_gemm(matrix<const T> a, matrix<const T> b, matrix<T> c, transpose ta, transpose tb, update how, T alpha,
              std::size_t depth) noexcept {
    for (std::size_t i = 0; i < c.rows(); ++i) {
        if (how == update::overwrite)
            for (std::size_t j = 0; j < c.cols(); ++j) c(i, j) = T{};
        for (std::size_t k = 0; k < depth; ++k) {
            const T factor = static_cast<T>(alpha * (ta == transpose::yes ? a(k, i) : a(i, k)));
            for (std::size_t j = 0; j < c.cols(); ++j)
                c(i, j) = static_cast<T>(c(i, j) + factor * (tb == transpose::yes ? b(j, k) : b(k, j)));
        }
    }
}

}  // namespace detail

/// The built-in matrix product: blocked, explicit vectors; float chooses AVX-512, AVX2 or the baseline at run time on x86-64.
/// A gemm backend is a policy of this kind with a `name` and this `multiply`; Eigen and CBLAS ones live in wherry/interop.
struct portable {
    using kind = kinds::gemm;
    static constexpr std::string_view name = "portable";

    /// C = alpha op(A) op(B), or C += alpha op(A) op(B), by instructions of `most` at most.
    /// Shapes: op(A) [M, K], op(B) [K, N], C [M, N], any of them 0; K = 0 gives zeros or leaves C alone. C must not overlap A or B. Pointers may
    /// have any alignment. Does not allocate; up to 45 KB of stack (7 KB without AVX), next to nothing for M or N = 1.
    template <class T>
        requires std::is_arithmetic_v<T>
    static constexpr void multiply(matrix<const T> a, matrix<const T> b, matrix<T> c, transpose ta = transpose::no,
                                   transpose tb = transpose::no, update how = update::overwrite, T alpha = T(1),
                                   [[maybe_unused]] instruction_set most = instruction_set::avx512) noexcept {
        const std::size_t depth = ta == transpose::yes ? a.rows() : a.cols();
        if (std::is_constant_evaluated()) return detail::plain_gemm<T>(a, b, c, ta, tb, how, alpha, depth);
        if (c.rows() == 0 || c.cols() == 0) return;
        if (depth == 0) {
            if (how == update::overwrite) detail::plain_gemm<T>(a, b, c, ta, tb, how, alpha, 0);
            return;
        }
        if constexpr (std::is_same_v<T, float>) {
            const auto run = [&]<class Product>(Product) {
                Product::multiply(typename Product::template task<T>{c.rows(), c.cols(), depth, a.data(), a.stride(), ta == transpose::yes,
                                                                     b.data(), b.stride(), tb == transpose::yes, c.data(), c.stride(),
                                                                     how == update::accumulate, alpha});
            };
#if defined(__x86_64__)
            if (most >= instruction_set::avx512 && has_instructions<instruction_set::avx512>()) return run(detail::avx512::product{});
            if (most >= instruction_set::avx2 && has_instructions<instruction_set::avx2>()) return run(detail::avx2::product{});
#endif
            run(detail::plain::product{});
        } else {
            detail::row_gemm<T>(a, b, c, ta, tb, how, alpha, depth);
        }
    }
};

/// A type that multiplies matrices: what `portable` offers, for float at least.
template <class B>
concept GemmBackend = Named<B> && requires(matrix<const float> in, matrix<float> out) {
    { B::multiply(in, in, out, transpose::no, transpose::yes, update::overwrite, 1.0f) }
    noexcept->std::same_as<void>;
};
static_assert(GemmBackend<portable>);

}  // namespace wherry::inline WHERRY_ABI::kernel

namespace wherry::inline WHERRY_ABI::kinds {
/// How matrices are multiplied: a `kernel::GemmBackend`.
struct gemm {
    template <class B>
    static constexpr bool check() noexcept {
        using kernel::matrix, kernel::transpose, kernel::update;
        constexpr bool there = requires(matrix<const float> in, matrix<float> out) {
            { B::multiply(in, in, out, transpose::no, transpose::yes, update::overwrite, 1.0f) } -> std::same_as<void>;
        };
        static_assert(there,
                      "wherry: gemm: needs `template <class T> static void multiply(matrix<const T> a, matrix<const T> b, matrix<T> c, "
                      "transpose, transpose, update, T alpha) noexcept` (see wherry/kernel/gemm.hpp)");
        static_assert(!there || kernel::GemmBackend<B>, "wherry: gemm: multiply must be noexcept");
        return kernel::GemmBackend<B>;
    }
};
}  // namespace wherry::inline WHERRY_ABI::kinds

namespace wherry::inline WHERRY_ABI::kernel {

/// C = alpha op(A) op(B), or C += alpha op(A) op(B), by a backend of your choice.
/// Shapes: op(A) [M, K], op(B) [K, N], C [M, N]. T follows from C; A and B convert. See portable::multiply.
/// Source: paddle operators `mul`, `matmul` and their gradients (dX = dOut Y^T, dY = X^T dOut).
template <class Backend = portable, class T, std::size_t Rows, std::size_t Cols>
constexpr void gemm(matrix<const std::type_identity_t<T>> a, matrix<const std::type_identity_t<T>> b, matrix<T, Rows, Cols> c,
                    transpose ta = transpose::no, transpose tb = transpose::no, update how = update::overwrite,
                    std::type_identity_t<T> alpha = T(1)) noexcept {
    if constexpr (policy_set<policies<portable>, Backend>::accepted) Backend::template multiply<T>(a, b, matrix<T>(c), ta, tb, how, alpha);
}

}  // namespace wherry::inline WHERRY_ABI::kernel

#endif
