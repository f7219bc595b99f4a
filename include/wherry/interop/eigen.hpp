#ifndef WHERRY_INTEROP_EIGEN_HPP
#define WHERRY_INTEROP_EIGEN_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/kernel/gemm.hpp>
#include <wherry/tensor/array_access.hpp>
#include <wherry/version.hpp>

#if __has_include(<Eigen/Core>)
#include <Eigen/Core>
#else
#include <eigen3/Eigen/Core>
#endif

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

namespace wherry::inline WHERRY_ABI {

/// Matrix products by Eigen: `Executor exe(op::every::with_gemm<eigen_gemm>{})`. Header-only; Eigen allocates for large products, so the
/// process ends where memory does.
struct eigen_gemm {
    using kind = kinds::gemm;
    static constexpr std::string_view name = "eigen";

    /// As `kernel::portable::multiply`, for every arithmetic element type.
    template <class T>
        requires std::is_arithmetic_v<T>
    static void multiply(kernel::matrix<const T> a, kernel::matrix<const T> b, kernel::matrix<T> c,
                         kernel::transpose ta = kernel::transpose::no, kernel::transpose tb = kernel::transpose::no,
                         kernel::update how = kernel::update::overwrite, T alpha = T(1)) noexcept {
        if (c.rows() == 0 || c.cols() == 0) return;
        const auto left = rows_of(a);
        const auto right = rows_of(b);
        auto out = rows_of(c);
        if (how == kernel::update::overwrite) out.setZero();
        if ((ta == kernel::transpose::yes ? a.rows() : a.cols()) == 0) return;
        if (ta == kernel::transpose::yes) {
            if (tb == kernel::transpose::yes) out.noalias() += alpha * left.transpose() * right.transpose();
            else out.noalias() += alpha * left.transpose() * right;
        } else {
            if (tb == kernel::transpose::yes) out.noalias() += alpha * left * right.transpose();
            else out.noalias() += alpha * left * right;
        }
    }

  private:
    template <class T>
    static auto rows_of(kernel::matrix<T> m) noexcept {
        using plain_matrix = Eigen::Matrix<std::remove_const_t<T>, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
        using seen = std::conditional_t<std::is_const_v<T>, const plain_matrix, plain_matrix>;
        const auto index = [](std::size_t n) { return static_cast<Eigen::Index>(n); };
        return Eigen::Map<seen, Eigen::Unaligned, Eigen::OuterStride<>>(m.data(), index(m.rows()), index(m.cols()),
                                                                        Eigen::OuterStride<>(index(m.stride())));
    }
};
static_assert(kernel::GemmBackend<eigen_gemm>);

/// Matrices, vectors, arrays, blocks and expressions of Eigen, to save and to load into: `archive<>::save({{"w", matrix}}, sink)`. A file is
/// in row order, so a matrix in column order, as Eigen's are by default, is copied once. A vector has one dim, a matrix two.
template <class M>
    requires std::derived_from<M, Eigen::DenseBase<M>>
struct array_access<M> {
    using element = typename M::Scalar;
    static constexpr bool by_count = bool(M::IsVectorAtCompileTime);

    static result<Shape> dims(const M& m) {
        if constexpr (by_count) return Shape{static_cast<std::int64_t>(m.size())};
        else return Shape{static_cast<std::int64_t>(m.rows()), static_cast<std::int64_t>(m.cols())};
    }
    /// Not copied: what lies in row order already.
    template <class Held>
        requires std::derived_from<M, Eigen::PlainObjectBase<M>> &&
            (bool(M::IsRowMajor) || bool(M::IsVectorAtCompileTime)) static auto data(Held& m) noexcept {
            return m.data();
        }
        static void copy(const M& m, element* into) { Eigen::Map<rows>(into, m.rows(), m.cols()) = m; }
        static void assign(M& m, const element* from) requires((M::Flags & Eigen::LvalueBit) != 0) {
            m = Eigen::Map<const rows>(from, m.rows(), m.cols());
        }

      private:
        /// Of the same extents at compile time, so that a row of Eigen's stays one.
        using rows = Eigen::Matrix<element, M::RowsAtCompileTime, M::ColsAtCompileTime,
                                   M::ColsAtCompileTime == 1 ? Eigen::ColMajor : Eigen::RowMajor>;
};

}  // namespace wherry::inline WHERRY_ABI

#endif
