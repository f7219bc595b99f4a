#ifndef WHERRY_RECORD_WANTED_HPP
#define WHERRY_RECORD_WANTED_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/program/variable.hpp>
#include <wherry/record/stream_index.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <string_view>

namespace wherry::inline WHERRY_ABI {

/// Element type and dims that an array must have.
struct array_form {
    DType dtype = DType::FP32;
    Shape dims{};
    bool by_count = false;  ///< any dims of as many elements will do
};

/// A tensor to be loaded.
struct wanted_tensor {
    std::string_view name;
    Variable variable{};               ///< when it is a Parameter: the file's dims must be its shape
    bool is_rows = false;              ///< SelectedRows, in a record of their own
    const array_form* form = nullptr;  ///< not null: of an array that is loaded into
};

namespace detail {
/// Errors: dtype_mismatch, shape_mismatch.
[[gnu::cold]] inline result<void> check_form(const wanted_tensor& want, const indexed_tensor& found, std::string_view path) {
    const auto& form = *want.form;
    const auto& header = found.header;
    const bool same_dims = form.by_count ? header.dims.element_count() == form.dims.element_count() : header.dims == form.dims;
    if (header.dtype == form.dtype && same_dims) return {};
    error other{.code = errc::dtype_mismatch,
                .message = "the file's array has another element type",
                .file = path,
                .offset = found.stream_offset,
                .variable = want.name,
                .expected = name_of(form.dtype),
                .found = name_of(header.dtype)};
    if (header.dtype != form.dtype) return other;
    other.code = errc::shape_mismatch;
    other.message = form.by_count ? "the file's array has another number of elements" : "the file's array has another shape";
    other.expected = to_string(form.dims);
    other.found = to_string(header.dims);
    return other;
}

}  // namespace detail

/// A tensor that was found is as it is wanted. Errors: shape_mismatch; dtype_mismatch for an array that is loaded into.
inline result<void> check_shape(const wanted_tensor& want, const indexed_tensor& found, std::string_view path) {
    if (want.form != nullptr) return detail::check_form(want, found, path);
    if (!want.variable || !want.variable.is_parameter()) return {};
    const auto shape = want.variable.shape();
    const auto dims = found.header.dims.dims();
    if (std::equal(shape.begin(), shape.end(), dims.begin(), dims.end())) return {};
    return failure(errc::shape_mismatch, "the program has a parameter of another shape")
        .in_file(path)
        .at(found.stream_offset)
        .of_variable(want.name)
        .expected(to_tuple(shape))
        .found(to_tuple(dims));
}

}  // namespace wherry::inline WHERRY_ABI

#endif
