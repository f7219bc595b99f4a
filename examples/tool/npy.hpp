#ifndef WHERRY_TOOL_NPY_HPP
#define WHERRY_TOOL_NPY_HPP

#include <wherry/base/bytes.hpp>
#include <wherry/io/byte_order.hpp>
#include <wherry/tensor/tensor.hpp>
#include <wherry/wire/sniff.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

/// NumPy's array files. Source: numpy.lib.format, versions 1.0 to 3.0.
namespace tool {

using wherry::byte_cursor;
using wherry::decimal;
using wherry::DType;
using wherry::errc;
using wherry::error;
using wherry::result;
using wherry::Shape;
using wherry::Tensor;

/// What the header of a .npy file says.
struct npy_header {
    DType dtype = DType::FP32;
    bool big_endian = false;
    bool fortran_order = false;
    Shape dims;
};

/// A header longer than this is refused; NumPy itself refuses more than 10000 bytes.
inline constexpr std::uint64_t npy_header_cap_bytes = 64 * 1024;

namespace detail {

inline error bad_npy(std::string_view message, std::string_view found = {}) {
    return {.code = errc::bad_argument, .message = message, .expected = "a .npy file as NumPy writes it", .found = found.substr(0, 80)};
}

struct npy_type {
    std::string_view kind;  ///< without the byte order
    DType dtype;
};
inline constexpr auto npy_types = std::to_array<npy_type>({
    {"b1", DType::BOOL},
    {"i1", DType::INT8},
    {"i2", DType::INT16},
    {"i4", DType::INT32},
    {"i8", DType::INT64},
    {"u1", DType::UINT8},
    {"u2", DType::UINT16},
    {"u4", DType::UINT32},
    {"u8", DType::UINT64},
    {"f2", DType::FP16},
    {"f4", DType::FP32},
    {"f8", DType::FP64},
    {"c8", DType::COMPLEX64},
    {"c16", DType::COMPLEX128},
});

/// NumPy's element type for ours. It has no bfloat16 and no float8: as in Paddle, their bits are unsigned numbers.
constexpr std::string_view npy_kind(DType dtype) noexcept {
    if (dtype == DType::BF16) return "u2";
    if (dtype == DType::FP8_E4M3FN || dtype == DType::FP8_E5M2) return "u1";
    if (dtype == DType::SIZE_T) return "u8";
    for (const auto& row : npy_types)
        if (row.dtype == dtype) return row.kind;
    return {};
}

/// Reads the one Python literal that a header is: a dict of strings, bools and a tuple of numbers.
class literal_reader {
  public:
    explicit literal_reader(std::string_view text) noexcept : rest_(text) {}

    /// Steps over the token when it comes next.
    bool skip(std::string_view token) noexcept {
        rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size()));
        if (!rest_.starts_with(token)) return false;
        rest_.remove_prefix(token.size());
        return true;
    }
    /// What stands between quotes; escapes are not known, no header holds one.
    std::optional<std::string_view> string() noexcept {
        const std::string_view quote = skip("'") ? "'" : skip("\"") ? "\"" : "";
        const auto end = quote.empty() ? std::string_view::npos : rest_.find(quote);
        if (end == std::string_view::npos) return std::nullopt;
        const auto found = rest_.substr(0, end);
        rest_.remove_prefix(end + 1);
        return found;
    }
    std::optional<bool> boolean() noexcept {
        if (skip("True")) return true;
        if (skip("False")) return false;
        return std::nullopt;
    }
    /// A number that is not negative; Python 2 writes an L behind large ones.
    std::optional<std::int64_t> number() noexcept {
        skip("");
        std::uint64_t value = 0;
        const auto digits = std::min(rest_.find_first_not_of("0123456789"), rest_.size());
        if (digits == 0 || digits > 18) return std::nullopt;
        for (const char c : rest_.substr(0, digits)) value = value * 10 + static_cast<std::uint64_t>(c - '0');
        rest_.remove_prefix(digits);
        if (rest_.starts_with('L')) rest_.remove_prefix(1);
        return static_cast<std::int64_t>(value);
    }
    [[nodiscard]] std::string_view rest() const noexcept { return rest_; }

  private:
    std::string_view rest_;
};

inline result<void> read_descr(literal_reader& in, npy_header& header) {
    if (in.skip("[")) return error{.code = errc::unsupported, .message = "a structured .npy array is not a tensor"};
    const auto descr = in.string();
    if (!descr || descr->empty()) return bad_npy("the element type of a .npy header is not a string");
    const bool ordered = std::string_view("<>|=").find(descr->front()) != std::string_view::npos;
    const auto order = ordered ? descr->front() : '=';
    const auto kind = descr->substr(ordered ? 1 : 0);
    for (const auto& row : npy_types) {
        if (row.kind != kind) continue;
        header.dtype = row.dtype;
        header.big_endian = order == '>' || (order != '<' && !wherry::native_is_little_endian);
        return {};
    }
    return error{.code = errc::unsupported, .message = "no tensor has the element type of this .npy file", .found = *descr};
}

inline result<void> read_shape(literal_reader& in, npy_header& header) {
    if (!in.skip("(")) return bad_npy("the shape of a .npy header is not a tuple", in.rest());
    while (!in.skip(")")) {
        const auto dim = in.number();
        if (!dim) return bad_npy("a dim of a .npy header is not a number", in.rest());
        if (header.dims.rank() == wherry::max_rank)
            return error{.code = errc::bad_dims, .message = "a .npy array has more dims than a tensor can have", .expected = "at most 9"};
        header.dims.push_back(*dim);
        const bool comma = in.skip(",");
        if (comma) continue;
        if (in.skip(")")) break;
        return bad_npy("the shape of a .npy header is not a tuple", in.rest());
    }
    return {};
}

inline result<void> read_order(literal_reader& in, npy_header& header) {
    const auto order = in.boolean();
    if (!order) return bad_npy("fortran_order of a .npy header is neither True nor False", in.rest());
    header.fortran_order = *order;
    return {};
}

inline result<npy_header> parse_npy_header(std::string_view text) {
    struct entry {
        std::string_view key;
        result<void> (*read)(literal_reader&, npy_header&);
        bool seen = false;
    };
    std::array entries{entry{"descr", read_descr}, entry{"fortran_order", read_order}, entry{"shape", read_shape}};
    literal_reader in(text);
    npy_header header;
    if (!in.skip("{")) return bad_npy("a .npy header is not a dict", in.rest());
    while (!in.skip("}")) {
        const auto key = in.string();
        const auto at = std::find_if(entries.begin(), entries.end(), [&](const entry& e) { return key && e.key == *key && !e.seen; });
        if (at == entries.end() || !in.skip(":")) return bad_npy("a .npy header has an unknown or repeated key", key.value_or(in.rest()));
        at->seen = true;
        if (auto read = at->read(in, header); !read) return std::move(read).error();
        if (in.skip(",")) continue;
        if (in.skip("}")) break;
        return bad_npy("a .npy header is not a dict", in.rest());
    }
    in.skip("");
    if (!in.rest().empty()) return bad_npy("something stands behind the dict of a .npy header", in.rest());
    for (const auto& held : entries)
        if (!held.seen) return error{.code = errc::missing_required, .message = "a .npy header lacks a key", .variable = held.key};
    return header;
}

/// Element by element from column-major to row-major order.
inline void to_row_major(std::span<const std::byte> from, Tensor& into) {
    const auto& dims = into.dims();
    const auto width = wherry::size_of(into.dtype());
    std::array<std::size_t, wherry::max_rank> stride_bytes{};
    std::array<std::size_t, wherry::max_rank> extent{};
    std::array<std::size_t, wherry::max_rank> at{};
    for (std::size_t axis = 0, step = width; axis < dims.rank(); ++axis) {
        extent[axis] = static_cast<std::size_t>(dims[axis]);
        stride_bytes[axis] = step;
        step *= extent[axis];
    }
    std::size_t offset = 0;
    const auto bytes = into.bytes();
    for (std::size_t done = 0; done < bytes.size(); done += width) {
        std::copy_n(from.data() + offset, width, bytes.data() + done);
        for (std::size_t axis = dims.rank(); axis-- > 0;) {
            offset += stride_bytes[axis];
            if (++at[axis] < extent[axis]) break;
            offset -= stride_bytes[axis] * extent[axis];
            at[axis] = 0;
        }
    }
}

/// The header's text: what follows magic, version and length. `at` then stands at the elements.
inline result<std::string_view> take_npy_header(byte_cursor& in) {
    constexpr std::string_view magic = "\x93NUMPY";
    if (!in.rest().starts_with(magic))
        return error{.code = errc::bad_argument,
                     .message = "this is not a .npy file",
                     .expected = "a NumPy array",
                     .found = wherry::wire::foreign_kind(in.rest())};
    (void)in.take(magic.size(), {});
    const auto major = in.read<std::uint8_t>("the version of a .npy file is cut short");
    const auto minor = in.read<std::uint8_t>("the version of a .npy file is cut short");
    if (!major || !minor) return major ? minor.error() : major.error();
    if (*major < 1 || *major > 3 || *minor != 0)
        return error{.code = errc::bad_version,
                     .message = "a .npy file has a version that is not known",
                     .offset = 6,
                     .expected = "1 to 3",
                     .found = decimal(*major)};
    std::uint64_t size_bytes = 0;
    if (*major == 1) {
        const auto size = in.read<std::uint16_t>("the header size of a .npy file is cut short");
        if (!size) return size.error();
        size_bytes = *size;
    } else {
        const auto size = in.read<std::uint32_t>("the header size of a .npy file is cut short");
        if (!size) return size.error();
        size_bytes = *size;
    }
    if (size_bytes > npy_header_cap_bytes)
        return error{.code = errc::too_large,
                     .message = "the header of a .npy file is larger than the limit",
                     .offset = 8,
                     .expected = decimal(npy_header_cap_bytes),
                     .found = decimal(size_bytes)};
    return in.take(size_bytes, "the header of a .npy file is cut short");
}
}  // namespace detail

/// The array in the bytes of a .npy file: row-major and in the machine's byte order, whatever the file's are.
/// Errors: bad_version, truncated, trailing_bytes, too_large, unsupported (element type), bad_dims,
/// overflow, missing_required, bad_argument. Memory is reserved only for elements that are there.
inline result<Tensor> parse_npy(std::string_view file) {
    byte_cursor in(file);
    const auto text = detail::take_npy_header(in);
    if (!text) return text.error();
    const auto header = detail::parse_npy_header(*text);
    if (!header) return header.error();
    const auto count = header->dims.element_count();
    const auto size_bytes = count ? wherry::checked_product(*count, wherry::size_of(header->dtype)) : std::nullopt;
    if (!size_bytes)
        return error{.code = errc::overflow, .message = "the dims of a .npy file multiply past 64 bits", .found = to_string(header->dims)};
    const auto data_offset = in.offset();
    const auto data = in.take(*size_bytes, "the elements of a .npy file are cut short");
    if (!data) return data.error();
    if (!in.at_end())
        return error{.code = errc::trailing_bytes,
                     .message = "a .npy file goes on after its elements",
                     .offset = data_offset + *size_bytes,
                     .found = decimal(in.remaining())};
    Tensor made(header->dtype, header->dims);
    const auto bytes = wherry::as_bytes(*data);
    if (header->fortran_order) detail::to_row_major(bytes, made);
    else std::copy(bytes.begin(), bytes.end(), made.bytes().begin());
    if (header->big_endian) wherry::reverse_numbers(header->dtype, made.bytes());
    wherry::elements_from_file(header->dtype, made.bytes());
    return made;
}

/// What stands before the elements in a .npy file of version 1.0, byte for byte as NumPy writes it: padded so that the
/// elements start at a multiple of 64, with room for the first dim to grow.
inline std::string npy_header_bytes(DType dtype, const Shape& dims) {
    constexpr std::size_t growth_digits = 21;
    const char order = wherry::number_bytes(dtype) == 1 ? '|' : wherry::native_is_little_endian ? '<' : '>';
    std::string text = "{'descr': '";
    text += order;
    text += detail::npy_kind(dtype);
    text += "', 'fortran_order': False, 'shape': " + wherry::to_tuple(dims.dims()) + ", }";
    if (dims.rank() > 0) text.append(growth_digits - decimal(dims[0]).view().size(), ' ');
    const auto unpadded = 10 + text.size() + 1;
    text.append(64 - unpadded % 64, ' ');  // never none, as NumPy
    text += '\n';
    const auto size = text.size();
    return std::string("\x93NUMPY\x01\x00", 8) + static_cast<char>(size & 0xffU) + static_cast<char>(size >> 8U) + text;
}

}  // namespace tool

#endif
