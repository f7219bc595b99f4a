#ifndef WHERRY_EXEC_OP_CHECK_HPP
#define WHERRY_EXEC_OP_CHECK_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/exec/infer.hpp>
#include <wherry/version.hpp>

#include <cstddef>
#include <cstdint>
#include <string>

/// Checks that the `infer` of many operators shares. A kernel reads its operands as one element type and walks them by the dims of one of
/// them, so a program from a file may not reach it with anything else. While a program is built nothing of this is asked, as in the
/// reference: a gradient may then still be [1].
namespace wherry::inline WHERRY_ABI::op::detail {

/// From 2.0 on a full reduction has no dims, where 1.8 gives [1].
constexpr bool is_2x(std::int64_t program_version) noexcept { return program_version >= 2'000'000; }
/// The dims of one number.
[[gnu::cold]] inline Shape scalar_dims(const infer_context& c) { return is_2x(c.program_version()) ? Shape{} : Shape{1}; }

/// The reference's words for an operand of another element type than the kernel reads.
[[gnu::cold]] inline failure wrong_dtype(const infer_context& c, DType found, DType desired) {
    const auto shown = [](DType dtype) { return std::string(find_dtype(dtype) != nullptr ? find_dtype(dtype)->cpp_name : "unknown"); };
    return c.fail(errc::dtype_mismatch,
                  {"Tensor holds the wrong type, it holds ", shown(found), ", but desires to be ", shown(desired), "."}, name_of(desired),
                  name_of(found));
}

/// An input must have this element type.
[[gnu::cold]] inline result<void> must_hold(const infer_context& c, std::size_t slot, DType dtype) {
    if (c.building() || c.in(slot).dtype == dtype) return {};
    return wrong_dtype(c, c.in(slot).dtype, dtype);
}

/// An input must have these dims. A number may be [1] or [] alike.
[[gnu::cold]] inline result<void> must_have_dims(const infer_context& c, std::size_t slot, const Shape& dims) {
    const auto& found = c.in(slot).dims;
    if (c.building() || found == dims || (found.count() == 1 && dims.count() == 1)) return {};
    return c.fail(errc::shape_mismatch, {"the dims of Input(", c.in_name(slot), ") do not fit the other operands"}, to_string(dims),
                  to_string(found));
}

/// An input must have the element type and the dims of another one.
[[gnu::cold]] inline result<void> must_match(const infer_context& c, std::size_t slot, std::size_t other) {
    if (auto checked = must_hold(c, slot, c.in(other).dtype); !checked) return checked;
    return must_have_dims(c, slot, c.in(other).dims);
}

}  // namespace wherry::inline WHERRY_ABI::op::detail

#endif
