#ifndef WHERRY_ARCHIVE_LOAD_MATCHING_HPP
#define WHERRY_ARCHIVE_LOAD_MATCHING_HPP

#include <wherry/archive/select.hpp>
#include <wherry/base/budget.hpp>
#include <wherry/base/error.hpp>
#include <wherry/base/order.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/program/program.hpp>
#include <wherry/program/variable.hpp>
#include <wherry/tensor/converted.hpp>
#include <wherry/tensor/copied.hpp>
#include <wherry/tensor/scope.hpp>
#include <wherry/tensor/tensor.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI {

/// How `load_matching` takes arrays of other element types.
struct matching_options {
    bool convert = false;  ///< a floating element type becomes the program's; otherwise such an array is skipped
};

/// The outcome of a lenient load.
struct matching_report {
    std::size_t tensor_count = 0;
    sequence<error> skipped;       ///< variables that keep what they have: missing_record, shape_mismatch, dtype_mismatch
    sequence<std::string> unused;  ///< arrays that no variable took
};

namespace detail {
/// Dims that a variable takes: those it holds, else those of the program, where a negative one takes any.
inline bool takes_dims(const Variable& var, const Tensor* held, const Shape& dims) {
    if (held != nullptr && held->is_initialized()) return held->dims() == dims;
    return agrees(var.shape(), dims);
}

/// The array as a variable takes it. Errors: shape_mismatch, dtype_mismatch; bad_desc.
inline result<Tensor> fitted(const Variable& var, const Tensor* held, const tensor_ref& array, const matching_options& options) {
    const bool has_value = held != nullptr && held->is_initialized();
    if (!takes_dims(var, held, array.dims))
        return failure(errc::shape_mismatch, "the array has another shape")
            .of_variable(var.name())
            .expected(has_value ? to_string(held->dims()) : to_tuple(var.shape()))
            .found(to_string(array.dims));
    const auto dtype = has_value ? held->dtype() : var.dtype();
    if (array.dtype != dtype && !(options.convert && is_floating(array.dtype) && is_floating(dtype)))
        return failure(errc::dtype_mismatch, "the array has another element type")
            .of_variable(var.name())
            .expected(name_of(dtype))
            .found(name_of(array.dtype));
    return array.dtype == dtype ? copied(array) : converted(array, dtype);
}
}  // namespace detail

/// Loads what fits and says what does not: for fine-tuning, where a head has other classes. Every variable of the program that
/// passes the filter takes the array of its name when shape and element type agree; others keep what they have.
/// The arrays come from anywhere: `weights(path)`, `load_program_state`, npz, safetensors, each through `refs()`; under
/// other names through `renamed`.
/// Errors: duplicate_name for two arrays of one name, out_of_memory; nothing is changed then.
template <VariablePredicate F = filter::persistables>
result<matching_report> load_matching(const Program& program, Scope& scope, std::span<const tensor_ref> arrays,
                                      const matching_options& options = {}, const F& keep = {}) {
    return caught([&]() -> result<matching_report> {
        sequence<std::string_view> names;
        names.reserve(arrays.size());
        for (const auto& array : arrays) names.push_back(array.name);
        const auto order = order_of(names);
        if (const auto twice = find_repeated(names, order); twice != names.size())
            return failure(errc::duplicate_name, "two arrays have one name").of_variable(names[twice]);

        sequence<detail::arriving_tensor> arrivals;
        matching_report report;
        sequence<bool> used(arrays.size(), false);
        for (const auto& var : select(program, keep)) {
            if (var.kind() != VarKind::LOD_TENSOR) continue;
            const auto at = std::lower_bound(order.begin(), order.end(), std::string_view(var.name()),
                                             [&](std::size_t i, std::string_view name) { return names[i] < name; });
            if (at == order.end() || names[*at] != var.name()) {
                report.skipped.push_back(
                    {.code = errc::missing_record, .message = "there is no array of this name", .variable = var.name()});
                continue;
            }
            if (used[*at]) continue;  // a name of two blocks
            used[*at] = true;
            auto* const held = scope.find_var(var.name());
            auto value = detail::fitted(var, held, arrays[*at], options);
            if (!value && value.error().code == errc::out_of_memory) return value.failure();
            if (!value) {
                report.skipped.push_back(std::move(value).error());
                continue;
            }
            arrivals.push_back({var.name(), held, *std::move(value)});
            ++report.tensor_count;
        }
        for (const auto at : order)
            if (!used[at]) report.unused.emplace_back(names[at]);
        detail::hand_over(arrivals, scope);
        return report;
    });
}

}  // namespace wherry::inline WHERRY_ABI

#endif
