#ifndef WHERRY_BASE_SHAPE_HPP
#define WHERRY_BASE_SHAPE_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/limits.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/version.hpp>

#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace wherry::inline WHERRY_ABI {

/// Dims of a tensor, at most `max_rank` of them, without a heap. No dims at all is a scalar of one element.
/// In a program a dim of -1 is unknown until the first feed.
class Shape {
  public:
    constexpr Shape() noexcept = default;
    constexpr Shape(std::initializer_list<std::int64_t> dims) noexcept {
        assert(dims.size() <= max_rank);
        for (const auto dim : dims) push_back(dim);
    }

    /// Errors: bad_dims for more than `max_rank` dims.
    static constexpr result<Shape> from(std::span<const std::int64_t> dims) {
        if (dims.size() > max_rank) return failure(errc::bad_dims, "too many dims").expected("at most 9").found(dims.size());
        Shape shape;
        for (const auto dim : dims) shape.push_back(dim);
        return shape;
    }

    [[nodiscard]] constexpr std::size_t rank() const noexcept { return rank_; }
    [[nodiscard]] constexpr std::span<const std::int64_t> dims() const noexcept { return {dims_.data(), rank_}; }
    [[nodiscard]] constexpr std::int64_t operator[](std::size_t axis) const noexcept { return assert(axis < rank_), dims_[axis]; }
    [[nodiscard]] constexpr std::int64_t& operator[](std::size_t axis) noexcept { return assert(axis < rank_), dims_[axis]; }
    [[nodiscard]] constexpr std::int64_t back() const noexcept { return assert(rank_ > 0), dims_[rank_ - 1]; }
    [[nodiscard]] constexpr auto begin() const noexcept { return dims_.begin(); }
    [[nodiscard]] constexpr auto end() const noexcept { return dims_.begin() + static_cast<std::ptrdiff_t>(rank_); }
    constexpr void push_back(std::int64_t dim) noexcept { assert(rank_ < max_rank), dims_[rank_++] = dim; }
    constexpr void pop_back() noexcept { assert(rank_ > 0), dims_[--rank_] = 0; }

    /// True when every dim is known, that is, not negative.
    [[nodiscard]] constexpr bool is_concrete() const noexcept {
        for (const auto dim : dims())
            if (dim < 0) return false;
        return true;
    }

    /// Elements, 1 for a scalar; nothing when a dim is negative or the product of the dims that are not zero does not
    /// fit 63 bits (a zero among them would otherwise hide a stride that overflows).
    [[nodiscard]] constexpr std::optional<std::uint64_t> element_count() const noexcept {
        std::uint64_t product = 1;
        bool empty = false;
        for (const auto dim : dims()) {
            if (dim < 0) return std::nullopt;
            if (dim == 0) {
                empty = true;
                continue;
            }
            const auto next = checked_product(product, static_cast<std::uint64_t>(dim));
            if (!next || *next > std::uint64_t{1} << 62U) return std::nullopt;
            product = *next;
        }
        return empty ? 0 : product;
    }

    /// Elements of a shape that is known to be valid.
    [[nodiscard]] constexpr std::size_t count() const noexcept { return static_cast<std::size_t>(element_count().value_or(0)); }

    /// Product of the dims in [first, last); 1 for none. Negative when one of them is unknown or the product does not fit.
    [[nodiscard]] constexpr std::int64_t product(std::size_t first, std::size_t last) const noexcept {
        std::int64_t n = 1;
        for (std::size_t i = first; i < last; ++i)
            if (dims_[i] < 0 || __builtin_mul_overflow(n, dims_[i], &n)) return -1;
        return n;
    }

    friend constexpr bool operator==(const Shape& a, const Shape& b) noexcept {
        if (a.rank_ != b.rank_) return false;
        for (std::size_t i = 0; i < a.rank_; ++i)
            if (a.dims_[i] != b.dims_[i]) return false;
        return true;
    }

  private:
    std::array<std::int64_t, max_rank> dims_{};
    std::size_t rank_ = 0;
};

/// Bytes of the elements of an array: 0 when a dim is 0. Nothing for an unknown element type, a negative dim, or dims that multiply past
/// what this target can address; zeros are left out of that product, since they would hide a stride that overflows. Every size of an
/// array that a file, a program or a feed decides is computed here, so what is saved can be loaded.
constexpr std::optional<std::size_t> byte_count(DType dtype, const Shape& dims) noexcept {
    std::uint64_t product = size_of(dtype);
    if (product == 0) return std::nullopt;
    bool empty = false;
    for (const auto dim : dims) {
        if (dim < 0) return std::nullopt;
        empty |= dim == 0;
        const auto next = checked_product(product, dim == 0 ? 1 : static_cast<std::uint64_t>(dim));
        if (!next) return std::nullopt;
        product = *next;
    }
    const auto size = checked_size(product);
    return size && empty ? std::optional<std::size_t>(0) : size;
}

/// Whether an array of these dims is what a variable declares: as many dims, and the same where it knows one.
constexpr bool agrees(std::span<const std::int64_t> declared, const Shape& dims) noexcept {
    if (declared.size() != dims.rank()) return false;
    for (std::size_t axis = 0; axis < declared.size(); ++axis)
        if (declared[axis] >= 0 && declared[axis] != dims[axis]) return false;
    return true;
}

/// "2, 3" between the given brackets: "[2, 3]" as C++ messages of the reference show dims.
[[gnu::noinline, gnu::cold]] inline std::string to_string(std::span<const std::int64_t> dims, char open = '[', char close = ']') {
    std::string shown(1, open);
    for (std::size_t i = 0; i < dims.size(); ++i) {
        if (i != 0) shown += ", ";
        shown += decimal(dims[i]).view();
    }
    shown += close;
    return shown;
}
[[gnu::noinline, gnu::cold]] inline std::string to_string(const Shape& shape) { return to_string(shape.dims()); }

/// "(2, 3)", "(2,)" and "()": dims as the reference's Python messages show them.
inline std::string to_tuple(std::span<const std::int64_t> dims) {
    auto shown = to_string(dims, '(', ')');
    if (dims.size() == 1) shown.insert(shown.size() - 1, ",");
    return shown;
}

static_assert(Shape{}.count() == 1 && Shape{2, 3}.count() == 6 && Shape{0, 7}.count() == 0);
static_assert(!Shape{0, std::int64_t{1} << 62, 4}.element_count() && !Shape{-1, 4}.element_count());

}  // namespace wherry::inline WHERRY_ABI

#endif
