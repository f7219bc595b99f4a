#ifndef WHERRY_INTEROP_CBLAS_HPP
#define WHERRY_INTEROP_CBLAS_HPP

#include <wherry/kernel/gemm.hpp>
#include <wherry/version.hpp>

#include <cblas.h>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <string_view>
#include <type_traits>

namespace wherry::inline WHERRY_ABI {

/// Matrix products by the BLAS that is linked (OpenBLAS, MKL, BLIS, the reference): `Executor exe(op::every::with_gemm<cblas_gemm>{})`.
/// Element types that BLAS does not know, empty products and those beyond its 32-bit sizes are left to `kernel::portable`.
/// How many threads work is the library's own setting.
struct cblas_gemm {
    using kind = kinds::gemm;
    static constexpr std::string_view name = "cblas";

    /// As `kernel::portable::multiply`.
    template <class T>
        requires std::is_arithmetic_v<T>
    static void multiply(kernel::matrix<const T> a, kernel::matrix<const T> b, kernel::matrix<T> c,
                         kernel::transpose ta = kernel::transpose::no, kernel::transpose tb = kernel::transpose::no,
                         kernel::update how = kernel::update::overwrite, T alpha = T(1)) noexcept {
        const auto depth = ta == kernel::transpose::yes ? a.rows() : a.cols();
        if constexpr (std::is_same_v<T, float> || std::is_same_v<T, double>) {
            const auto largest = std::max({a.rows(), a.stride(), b.rows(), b.stride(), c.rows(), c.stride()});
            if (c.rows() > 0 && c.cols() > 0 && depth > 0 && largest <= static_cast<std::size_t>(std::numeric_limits<int>::max())) {
                const auto as_int = [](std::size_t n) { return static_cast<int>(n); };
                const auto turned = [](kernel::transpose t) { return t == kernel::transpose::yes ? CblasTrans : CblasNoTrans; };
                const T beta = how == kernel::update::accumulate ? T(1) : T(0);
                const auto run = [&](auto gemm) {
                    gemm(CblasRowMajor, turned(ta), turned(tb), as_int(c.rows()), as_int(c.cols()), as_int(depth), alpha, a.data(),
                         as_int(a.stride()), b.data(), as_int(b.stride()), beta, c.data(), as_int(c.stride()));
                };
                if constexpr (std::is_same_v<T, float>) run(::cblas_sgemm);
                else run(::cblas_dgemm);
                return;
            }
        }
        kernel::portable::multiply<T>(a, b, c, ta, tb, how, alpha);
    }
};
static_assert(kernel::GemmBackend<cblas_gemm>);

}  // namespace wherry::inline WHERRY_ABI

#endif
