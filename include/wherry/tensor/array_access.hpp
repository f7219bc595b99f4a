#ifndef WHERRY_TENSOR_ARRAY_ACCESS_HPP
#define WHERRY_TENSOR_ARRAY_ACCESS_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/version.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>

namespace wherry::inline WHERRY_ABI {

namespace detail {
/// The element type and the inner dims of `std::array`s and C arrays in each other.
template <class T>
struct nested {
    using element = T;
    static constexpr void add_dims(Shape&) noexcept {}
};
template <class T, std::size_t N>
struct nested<std::array<T, N>> : nested<T> {
    static constexpr void add_dims(Shape& dims) noexcept {
        dims.push_back(static_cast<std::int64_t>(N));
        nested<T>::add_dims(dims);
    }
};
template <class T, std::size_t N>
struct nested<T[N]> : nested<std::array<T, N>> {};  // NOLINT: C arrays are what is meant

template <class A>
concept SpanLike = requires(const A& array) {
    std::span(array);
};
template <class A>
struct span_access {};
template <SpanLike A>
struct span_access<A> {
    using row = typename decltype(std::span(std::declval<const A&>()))::value_type;
    using element = typename nested<row>::element;
    static constexpr bool by_count = std::same_as<row, element>;
    template <class Held>
        requires std::same_as<std::remove_const_t<Held>, A>
    static auto data(Held& array) noexcept {
        const auto rows = std::span(array);
        using held_row = typename std::remove_const_t<decltype(rows)>::element_type;
        using pointer = std::conditional_t<std::is_const_v<held_row>, const element*, element*>;
        return reinterpret_cast<pointer>(rows.data());  // NOLINT: arrays in arrays lie without gaps
    }
    static result<Shape> dims(const A& array) {
        Shape made{static_cast<std::int64_t>(std::span(array).size())};
        nested<row>::add_dims(made);
        return made;
    }
};
}  // namespace detail

/// How arrays of a type, which is not const, are seen. This one is for whatever a `std::span` can be made of: vectors, spans, `std::array`, C arrays,
/// and arrays in arrays. Those of xtensor and Eigen are in `interop/`. Your own matrix is a specialisation with
/// - `element`, and `result<Shape> dims(const A&)`
/// - `by_count`: whether a load compares the number of elements alone, since the type has no dims
/// - `data(A&)` and `data(const A&)`, where the elements lie in row order; or else `copy(const A&, element*)` out of it and
///   `assign(A&, const element*)` into it
template <class A>
struct array_access : detail::span_access<A> {};

/// How an array of a type that may be const is seen.
template <class A>
using access_of = array_access<std::remove_const_t<A>>;

namespace detail {
template <class A>
concept AccessibleData = requires(A& array) {
    { access_of<A>::data(array) } -> std::convertible_to<const typename access_of<A>::element*>;
};
template <class A>
concept Copyable = requires(const A& array, typename access_of<A>::element* into) {
    access_of<A>::copy(array, into);
};
template <class A>
concept Assignable = requires(A& array, const typename access_of<A>::element* from) {
    access_of<A>::assign(array, from);
};
template <class A>
concept WritableData = requires(A& array) {
    { access_of<A>::data(array) } -> std::same_as<typename access_of<A>::element*>;
};
template <class A>
concept HasDims = Element<typename access_of<A>::element> && requires(const A& array) {
    { access_of<A>::dims(array) } -> std::same_as<result<Shape>>;
    { access_of<A>::by_count } -> std::convertible_to<bool>;
};
}  // namespace detail

/// Something to save: elements with dims.
template <class A>
concept ReadableArray = detail::HasDims<A> &&(detail::AccessibleData<A> || detail::Copyable<A>);

/// Something to load into, which keeps its dims.
template <class A>
concept WritableArray = detail::HasDims<A> &&(detail::WritableData<A> || detail::Assignable<A>);

static_assert(ReadableArray<const std::array<float, 3>> && WritableArray<std::span<double>> && !WritableArray<const std::array<float, 3>>);
static_assert(ReadableArray<const std::span<const float>> && !WritableArray<std::span<const float>> && !ReadableArray<std::span<char>>);

}  // namespace wherry::inline WHERRY_ABI

#endif
