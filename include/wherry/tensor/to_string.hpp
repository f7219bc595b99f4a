#ifndef WHERRY_TENSOR_TO_STRING_HPP
#define WHERRY_TENSOR_TO_STRING_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/lod.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/tensor/element_text.hpp>
#include <wherry/tensor/tensor.hpp>
#include <wherry/version.hpp>

#include <cstddef>
#include <string>

namespace wherry::inline WHERRY_ABI {

namespace detail {
/// Arrays of more elements are shown by the first and the last few of each axis, as NumPy does.
inline constexpr std::size_t shown_whole = 1000;
inline constexpr std::size_t shown_edge = 3;

/// The elements from one axis on; `at` is the first of them.
inline void append_axis(std::string& out, const tensor_ref& array, std::size_t axis, std::size_t at, bool whole) {
    if (axis == array.dims.rank()) {
        append_number(out, array.dtype, array.bytes.data() + at * size_of(array.dtype));
        return;
    }
    const auto extent = static_cast<std::size_t>(array.dims[axis]);
    const auto step = static_cast<std::size_t>(array.dims.product(axis + 1, array.dims.rank()));
    const bool last = axis + 1 == array.dims.rank();
    out += '[';
    for (std::size_t i = 0; i < extent; ++i) {
        if (i != 0) out += last ? std::string(", ") : ",\n" + std::string(axis + 1, ' ');
        if (!whole && extent > 2 * shown_edge && i == shown_edge) {
            out += "...";
            i = extent - shown_edge - 1;
            continue;
        }
        append_axis(out, array, axis + 1, at + i * step, whole);
    }
    out += ']';
}
inline void append_lod(std::string& out, const LoD& lod) {
    out += ", lod [";
    for (std::size_t level = 0; level < lod.size(); ++level) {
        out += level == 0 ? "[" : ", [";
        for (std::size_t i = 0; i < lod[level].size(); ++i) out.append(i == 0 ? "" : ", ").append(decimal(lod[level][i]));
        out += ']';
    }
    out += ']';
}
}  // namespace detail

/// Element type, dims, LoD and elements for people: "float32 [2, 2]\n[[1, 2],\n [3, 4]]". Of more than 1000 elements the first and the last
/// three of each axis are shown. What does not fit its dims is shown without elements.
inline std::string to_string(const tensor_ref& array) {
    std::string out(name_of(array.dtype));
    out.append(" ").append(to_string(array.dims));
    if (array.lod != nullptr && !array.lod->empty()) detail::append_lod(out, *array.lod);
    const auto size_bytes = byte_count(array.dtype, array.dims);
    if (!size_bytes || *size_bytes != array.bytes.size()) return out + ", " + std::string(decimal(array.bytes.size()).view()) + " bytes";
    out += '\n';
    if (array.bytes.empty()) return out + "[]";  // dims with a 0 may have any others
    detail::append_axis(out, array, 0, 0, array.dims.count() <= detail::shown_whole);
    return out;
}
/// As above; "not initialized" for a Tensor without a value.
inline std::string to_string(const Tensor& tensor) { return tensor.is_initialized() ? to_string(tensor.ref({})) : "not initialized"; }

}  // namespace wherry::inline WHERRY_ABI

#endif
