#ifndef WHERRY_KERNEL_VIEW_HPP
#define WHERRY_KERNEL_VIEW_HPP

#include <wherry/version.hpp>

#include <concepts>
#include <cstddef>
#include <span>
#include <type_traits>

namespace wherry::inline WHERRY_ABI::kernel {

/// A read-only argument whose element type follows from the outputs: `relu(x, out)` deduces T from `out`.
template <class T>
using input = std::span<const std::type_identity_t<T>>;

namespace detail {

/// A size: known at compile time (takes no storage) or kept at run time. `Tag` keeps two equal ones apart.
template <std::size_t Value, int Tag>
struct extent {
    constexpr extent() noexcept = default;
    constexpr explicit extent(std::size_t) noexcept {}
    static constexpr std::size_t get() noexcept { return Value; }
};

template <int Tag>
struct extent<std::dynamic_extent, Tag> {
    std::size_t value = 0;
    constexpr extent() noexcept = default;
    constexpr explicit extent(std::size_t n) noexcept : value(n) {}
    constexpr std::size_t get() const noexcept { return value; }
};

/// The distance of two rows: kept at run time only when the row length is.
template <std::size_t Cols>
struct pitch {
    constexpr pitch() noexcept = default;
    constexpr explicit pitch(std::size_t) noexcept {}
    static constexpr std::size_t get() noexcept { return Cols; }
};

template <>
struct pitch<std::dynamic_extent> {
    std::size_t value = 0;
    constexpr pitch() noexcept = default;
    constexpr explicit pitch(std::size_t n) noexcept : value(n) {}
    constexpr std::size_t get() const noexcept { return value; }
};

constexpr bool extent_fits(std::size_t from, std::size_t to) noexcept { return to == std::dynamic_extent || from == to; }

}  // namespace detail

/// A row-major matrix that somebody else owns: pointer, rows, columns and the distance of two rows in elements.
/// Shapes: [Rows, Cols]; an extent given as a template argument takes no storage, a static `Cols` also fixes stride == Cols.
/// `data` may have any alignment when the view is handed to gemm. Converts to a view of const and to one with dynamic extents.
template <class T, std::size_t Rows = std::dynamic_extent, std::size_t Cols = std::dynamic_extent>
class matrix : detail::extent<Rows, 0>, detail::extent<Cols, 1>, detail::pitch<Cols> {
    using rows_type = detail::extent<Rows, 0>;
    using cols_type = detail::extent<Cols, 1>;
    using pitch_type = detail::pitch<Cols>;

  public:
    using element_type = T;

    constexpr matrix() noexcept = default;

    /// A view whose two extents are known at compile time.
    constexpr explicit matrix(T* data) noexcept requires(Rows != std::dynamic_extent && Cols != std::dynamic_extent) : data_(data) {}

    /// A view of `rows` x `cols` elements without gaps. Static extents must agree with the arguments.
    constexpr matrix(T* data, std::size_t rows, std::size_t cols) noexcept : matrix(data, rows, cols, cols) {}

    /// A view whose rows begin `stride` elements apart, stride >= cols.
    constexpr matrix(T* data, std::size_t rows, std::size_t cols, std::size_t stride) noexcept
        : rows_type(rows), cols_type(cols), pitch_type(stride), data_(data) {}

    /// float -> const float, static -> dynamic.
    template <class U, std::size_t R, std::size_t C>
        requires(std::is_convertible_v<U (*)[], T (*)[]>&& detail::extent_fits(R, Rows) && detail::extent_fits(C, Cols))
    constexpr matrix(const matrix<U, R, C>& other) noexcept  // NOLINT: meant to be implicit
        : matrix(other.data(), other.rows(), other.cols(), other.stride()) {}

    constexpr T* data() const noexcept { return data_; }
    constexpr std::size_t rows() const noexcept { return rows_type::get(); }
    constexpr std::size_t cols() const noexcept { return cols_type::get(); }
    constexpr std::size_t stride() const noexcept { return pitch_type::get(); }
    constexpr T* row(std::size_t r) const noexcept { return data_ + r * stride(); }
    constexpr T& operator()(std::size_t r, std::size_t c) const noexcept { return data_[r * stride() + c]; }

  private:
    T* data_ = nullptr;
};

}  // namespace wherry::inline WHERRY_ABI::kernel

#endif
