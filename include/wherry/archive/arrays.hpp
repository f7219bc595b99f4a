#ifndef WHERRY_ARCHIVE_ARRAYS_HPP
#define WHERRY_ARCHIVE_ARRAYS_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/require.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/record/wanted.hpp>
#include <wherry/tensor/array_access.hpp>
#include <wherry/tensor/tensor.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

/// Arrays of one's own under names: `archive<>::save({{"a", a}, {"b", b}}, sink)`, `archive<>::load_into({{"a", a}}, source)`.
namespace wherry::inline WHERRY_ABI {

/// An array to save. Borrowed, so it must outlive this; an array that does not lie in row order is copied once.
class named_array {
  public:
    template <class A>
        requires ReadableArray<const A> named_array(std::string_view name, const A& array) {
            using access = access_of<const A>;
            using element = typename access::element;
            auto dims = access::dims(array);
            if (!dims) {
                wrong_ = dims.failure().of_variable(name);
                return;
            }
            ref_.name = name;
            ref_.dtype = dtype_of<element>;
            ref_.dims = *dims;
            if constexpr (detail::AccessibleData<const A>) {
                ref_.bytes = std::as_bytes(std::span<const element>(access::data(array), dims->count()));
            } else {
                copy_ = Tensor(dtype_of<element>, *dims);
                access::copy(array, copy_.elements<element>().data());
                ref_.bytes = copy_.bytes();
            }
        }
    /// With dims other than the array's own: a vector that holds a matrix, `{"w", w, {28, 28}}`.
    template <class A>
        requires ReadableArray<const A> named_array(std::string_view name, const A& array, const Shape& dims) : named_array(name, array) {
            ref_.dims = dims;
        }
        named_array(std::string_view name, const Tensor& tensor) : ref_(tensor.ref(name)) {
            if (!tensor.is_initialized()) wrong_ = failure(errc::not_initialized, "the tensor holds no value").of_variable(name);
        }
        named_array(const named_array&) = delete;  // ref_ may point into copy_
        named_array& operator=(const named_array&) = delete;
        ~named_array() = default;

        /// Errors: bad_dims for more than 9 dims, not_initialized for a Tensor without a value.
        [[nodiscard]] result<tensor_ref> ref() const { return wrong_ ? result<tensor_ref>(ref_) : result<tensor_ref>(wrong_.failure()); }

      private:
        tensor_ref ref_;
        Tensor copy_;
        result<void> wrong_;
};

/// An array to load into: an lvalue, or a view such as a span. It keeps its dims.
class target_array {
  public:
    template <class A>
        requires WritableArray<std::remove_reference_t<A>> target_array(std::string_view name, A&& array)
            : name_(name), array_(const_cast<void*>(static_cast<const void*>(std::addressof(array)))) {  // NOLINT: cast back in `assign`
            using held = std::remove_reference_t<A>;
            using access = access_of<held>;
            using element = typename access::element;
            auto dims = access::dims(array);
            require(dims.has_value(), "wherry: an array has more than 9 dims");
            form_ = {dtype_of<element>, *dims, access::by_count};
            assign_ = [](void* into, const Tensor& from) {
                auto& held_array = *static_cast<held*>(into);
                const auto elements = from.elements<element>();
                if constexpr (detail::WritableData<held>) std::copy(elements.begin(), elements.end(), access::data(held_array));
                else access::assign(held_array, elements.data());
            };
        }
        /// With dims, which the file's array must have: `{"w", w, {28, 28}}`.
        template <class A>
            requires WritableArray<std::remove_reference_t<A>> target_array(std::string_view name, A&& array, const Shape& dims)
                : target_array(name, std::forward<A>(array)) {
                require(dims.count() == form_.dims.count(), "wherry: the dims of a target are not those of its array");
                form_.dims = dims;
                form_.by_count = false;
            }

            [[nodiscard]] std::string_view name() const noexcept { return name_; }
            /// The form that the file's array must have.
            [[nodiscard]] const array_form& form() const noexcept { return form_; }
            /// Copies the elements of a tensor of that form.
            void assign(const Tensor& from) const { assign_(array_, from); }

          private:
            std::string_view name_;
            array_form form_{};
            void* array_;
            void (*assign_)(void*, const Tensor&) = nullptr;
};

}  // namespace wherry::inline WHERRY_ABI

#endif
