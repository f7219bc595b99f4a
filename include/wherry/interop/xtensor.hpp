#ifndef WHERRY_INTEROP_XTENSOR_HPP
#define WHERRY_INTEROP_XTENSOR_HPP

#include <wherry/archive/archive.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/tensor/array_access.hpp>
#include <wherry/tensor/scope.hpp>
#include <wherry/tensor/tensor.hpp>
#include <wherry/version.hpp>

#if __has_include(<xtensor/containers/xarray.hpp>)
#include <xtensor/containers/xadapt.hpp>
#include <xtensor/containers/xarray.hpp>
#include <xtensor/core/xnoalias.hpp>
#else
#include <xtensor/xadapt.hpp>
#include <xtensor/xarray.hpp>
#include <xtensor/xnoalias.hpp>
#endif

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

/// xtensor's arrays go in and come out: borrowed where they lie in row order, computed once into place where they do not.
namespace wherry::inline WHERRY_ABI::xtensor {

/// Anything of xtensor that has elements.
template <class E>
concept Expression =
    xt::is_xexpression<std::remove_cvref_t<E>>::value && Element<std::remove_cvref_t<typename std::remove_cvref_t<E>::value_type>>;

/// An array that lies in row order without gaps, as xarray, xtensor, xtensor_fixed and adaptors do by default. A view does not, even of
/// neighbours: its `data()` is that of the whole array.
template <class E>
concept Contiguous = Expression<E> && std::derived_from<std::remove_cvref_t<E>, xt::xcontainer<std::remove_cvref_t<E>>> &&
    requires(const std::remove_cvref_t<E>& array) {
    { array.data() } -> std::convertible_to<const typename std::remove_cvref_t<E>::value_type*>;
    requires std::remove_cvref_t<E>::static_layout == xt::layout_type::row_major;
    requires std::remove_cvref_t<E>::contiguous_layout;
};

/// The element type of an expression.
template <Expression E>
using element_of = std::remove_cvref_t<typename std::remove_cvref_t<E>::value_type>;

namespace detail {
template <class E>
result<Shape> dims_of(const E& expression) {
    if (expression.dimension() > max_rank)
        return failure(errc::bad_dims, "an array has more dims than a tensor can have").expected("at most 9").found(expression.dimension());
    Shape dims;
    for (std::size_t axis = 0; axis < expression.dimension(); ++axis) dims.push_back(static_cast<std::int64_t>(expression.shape()[axis]));
    return dims;
}
template <class T>
auto adapt(T* data, std::size_t count, const Shape& dims) {
    std::vector<std::size_t> shape;  // the container xtensor knows how to rebind
    for (const auto dim : dims) shape.push_back(static_cast<std::size_t>(dim));
    return xt::adapt<xt::layout_type::row_major>(data, count, xt::no_ownership(), shape);
}
template <class S>
inline constexpr bool is_fixed_shape = false;
template <std::size_t... N>
inline constexpr bool is_fixed_shape<xt::fixed_shape<N...>> = true;

/// Whether a container can take these dims: one of a rank or shape in its type takes no other.
template <class E>
bool can_take(const E& array, const Shape& dims) {
    constexpr bool fixed = is_fixed_shape<typename E::shape_type>;
    if constexpr (fixed || requires { requires E::rank != std::numeric_limits<std::size_t>::max(); })
        if (array.dimension() != dims.rank()) return false;
    if constexpr (fixed)
        for (std::size_t axis = 0; axis < dims.rank(); ++axis)
            if (std::cmp_not_equal(array.shape()[axis], dims[axis])) return false;
    return true;
}

/// Errors: dtype_mismatch, shape_mismatch.
template <class E>
result<void> check_arrival(std::string_view name, const E& array, const Tensor& tensor) {
    constexpr auto wanted = dtype_of<element_of<E>>;
    if (tensor.dtype() != wanted)
        return failure(errc::dtype_mismatch, "the file's array has another element type")
            .of_variable(name)
            .expected(name_of(wanted))
            .found(name_of(tensor.dtype()));
    if (can_take(array, tensor.dims())) return {};
    return failure(errc::shape_mismatch, "a container of a fixed rank or shape cannot take the file's array")
        .of_variable(name)
        .expected(array.dimension())
        .found(to_string(tensor.dims()));
}
}  // namespace detail

/// The elements of a Tensor as an array that borrows them: writing to it writes to the Tensor, which must outlive it and
/// keep its dims. Errors: dtype_mismatch, not_initialized.
template <Element T, class Held>
    requires std::same_as<std::remove_const_t<Held>, Tensor>
auto view(Held& tensor) -> result<decltype(detail::adapt(tensor.template elements<T>().data(), std::size_t{}, Shape()))> {
    if (!tensor.is_initialized()) return failure(errc::not_initialized, "a tensor without a value has no elements");
    if (tensor.dtype() != dtype_of<T>)
        return failure(errc::dtype_mismatch, "a tensor is viewed as another element type than it has")
            .expected(name_of(tensor.dtype()))
            .found(name_of(dtype_of<T>));
    const auto elements = tensor.template elements<T>();
    return detail::adapt(elements.data(), elements.size(), tensor.dims());
}
template <Element T>
auto view(Tensor&&) = delete;  // the view would outlive it

/// An array to feed or to save, not copied; it must outlive the result. Errors: bad_dims beyond 9 dims.
template <Contiguous E>
result<tensor_ref> borrow(std::string_view name, const E& array) {
    const auto dims = detail::dims_of(array);
    if (!dims) return dims.failure();
    return tensor_ref{name, dtype_of<element_of<E>>, *dims, nullptr, std::as_bytes(std::span(array.data(), array.size()))};
}
template <Contiguous E>
    requires(!std::is_lvalue_reference_v<E>)
result<tensor_ref> borrow(std::string_view, E&&)
= delete;  // the elements would be gone

/// Any expression as a Tensor: its elements are computed once, into the Tensor's memory. Errors: bad_dims beyond 9 dims.
template <Expression E>
result<Tensor> to_tensor(const E& expression) {
    using T = element_of<E>;
    const auto dims = detail::dims_of(expression);
    if (!dims) return dims.failure();
    Tensor made(dtype_of<T>, *dims);
    auto into = detail::adapt(made.elements<T>().data(), made.count(), *dims);
    xt::noalias(into) = expression;
    return made;
}

/// A copy of a Tensor's elements in a container of its own: `to_array<float>(tensor)`. Errors: dtype_mismatch, not_initialized.
template <Element T>
result<xt::xarray<T>> to_array(const Tensor& tensor) {
    const auto seen = view<T>(tensor);
    if (!seen) return seen.failure();
    return xt::xarray<T>(*seen);
}

/// An array under a name, for `save` and `load`.
template <class E>
struct named {
    std::string_view name;
    E& array;
};
template <class E>
named(std::string_view, E&) -> named<E>;

/// Saves arrays as an archive does, without copying them: `save(disk{"file"}, named{"w", w}, named{"b", b})`.
/// Errors: bad_dims; those of `archive::save`.
template <class Archive = archive<>, class S, Contiguous... E>
auto save(S&& sink, named<E>... arrays) -> typename Archive::template saved<S> {
    std::array<result<tensor_ref>, sizeof...(E)> borrowed{borrow(arrays.name, std::as_const(arrays.array))...};
    sequence<tensor_ref> refs;
    for (auto& one : borrowed) {
        if (!one) return one.failure();
        refs.push_back(*one);
    }
    return Archive::save(std::span<const tensor_ref>(refs), std::forward<S>(sink));
}

/// Loads arrays by name into containers, which take the dims of the file. Element types must agree, and rank or shape where
/// the container's type fixes them. Nothing is changed on failure. Errors: dtype_mismatch, shape_mismatch; those of `archive::load`.
template <class Archive = archive<>, class S, Expression... E>
result<load_report> load(S&& source, named<E>... arrays) {
    const std::array<std::string_view, sizeof...(E)> names{arrays.name...};
    Scope scope;
    auto report = Archive::load(std::span<const std::string_view>(names), scope, source);
    if (!report) return report;
    result<void> checked;
    (void)((checked = detail::check_arrival(arrays.name, arrays.array, *scope.find_var(arrays.name))) && ...);
    if (!checked) return checked.failure();
    ((arrays.array = *view<element_of<E>>(*scope.find_var(arrays.name))), ...);
    return report;
}

}  // namespace wherry::inline WHERRY_ABI::xtensor

namespace wherry::inline WHERRY_ABI {

/// Arrays, views and expressions of xtensor, among others to save: `archive<>::save({{"w", w}}, sink)`. Loading into one keeps its dims;
/// `xtensor::load` gives it those of the file.
template <class E>
    requires xtensor::Expression<E>
struct array_access<E> {
    using element = xtensor::element_of<E>;
    static constexpr bool by_count = false;

    static result<Shape> dims(const E& expression) { return xtensor::detail::dims_of(expression); }
    /// Not copied: what lies in row order already.
    template <class Held>
        requires xtensor::Contiguous<E>
    static auto data(Held& array) noexcept { return array.data(); }
    static void copy(const E& expression, element* into) {
        xt::noalias(xtensor::detail::adapt(into, expression.size(), *dims(expression))) = expression;
    }
    static void assign(E& array, const element* from) requires std::derived_from<E, xt::xsemantic_base<E>> {
        xt::noalias(array) = xtensor::detail::adapt(from, array.size(), *dims(array));
    }
};

}  // namespace wherry::inline WHERRY_ABI

#endif
