#ifndef WHERRY_FORMAT_NPY_HPP
#define WHERRY_FORMAT_NPY_HPP

#include <wherry/base/bytes.hpp>
#include <wherry/base/dtype.hpp>
#include <wherry/base/limits.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/format/format.hpp>
#include <wherry/format/numpy.hpp>
#include <wherry/record/save_plan.hpp>
#include <wherry/record/whole_record.hpp>
#include <wherry/tensor/tensor.hpp>
#include <wherry/version.hpp>
#include <wherry/wire/sniff.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

/// `.npy`: one NumPy array. Source: numpy.lib.format, versions 1.0 to 3.0.
namespace wherry::inline WHERRY_ABI::npy {

/// A header longer than this is refused before it is read, as NumPy refuses it.
inline constexpr std::uint64_t header_cap_bytes = 10'000;

namespace detail {

inline failure bad_npy(const char* message, std::string_view found = {}) {
    return failure(errc::bad_npy, message).expected("a .npy file as NumPy writes it").found(found.substr(0, 80));
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
    /// The text between quotes; escapes are not known, no header holds one.
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
    /// A number that is not negative; Python 2 writes an L after large ones.
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

inline result<void> read_descr(literal_reader& in, numpy::array_layout& header) {
    if (in.skip("[")) return failure(errc::bad_dtype, "a structured .npy array is not a tensor");
    const auto descr = in.string();
    if (!descr || descr->empty()) return bad_npy("the element type of a .npy header is not a string");
    const bool ordered = std::string_view("<>|=").find(descr->front()) != std::string_view::npos;
    const auto order = ordered ? descr->front() : '=';
    const auto kind = descr->substr(ordered ? 1 : 0);
    const auto dtype = numpy::dtype_of_kind(kind);
    if (!dtype) return failure(errc::bad_dtype, "no tensor has the element type of this .npy file").found(descr->substr(0, 80));
    header.dtype = *dtype;
    header.big_endian = order == '>' || (order != '<' && !native_is_little_endian);
    return {};
}

inline result<void> read_shape(literal_reader& in, numpy::array_layout& header) {
    if (!in.skip("(")) return bad_npy("the shape of a .npy header is not a tuple", in.rest());
    while (!in.skip(")")) {
        const auto dim = in.number();
        if (!dim) return bad_npy("a dim of a .npy header is not a number", in.rest());
        if (header.dims.rank() == max_rank)
            return failure(errc::bad_dims, "a .npy array has more dims than a tensor can have").expected("at most 9");
        header.dims.push_back(*dim);
        const bool comma = in.skip(",");
        if (comma) continue;
        if (in.skip(")")) break;
        return bad_npy("the shape of a .npy header is not a tuple", in.rest());
    }
    return {};
}

inline result<void> read_order(literal_reader& in, numpy::array_layout& header) {
    const auto order = in.boolean();
    if (!order) return bad_npy("fortran_order of a .npy header is neither True nor False", in.rest());
    header.fortran_order = *order;
    return {};
}

inline result<numpy::array_layout> parse_header(std::string_view text) {
    struct entry {
        std::string_view key;
        result<void> (*read)(literal_reader&, numpy::array_layout&);
        bool seen = false;
    };
    std::array entries{entry{"descr", read_descr}, entry{"fortran_order", read_order}, entry{"shape", read_shape}};
    literal_reader in(text);
    numpy::array_layout header;
    if (!in.skip("{")) return bad_npy("a .npy header is not a dict", in.rest());
    while (!in.skip("}")) {
        const auto key = in.string();
        const auto at = std::find_if(entries.begin(), entries.end(), [&](const entry& e) { return key && e.key == *key && !e.seen; });
        if (at == entries.end() || !in.skip(":")) return bad_npy("a .npy header has an unknown or repeated key", key.value_or(in.rest()));
        at->seen = true;
        if (auto read = at->read(in, header); !read) return read.failure();
        if (in.skip(",")) continue;
        if (in.skip("}")) break;
        return bad_npy("a .npy header is not a dict", in.rest());
    }
    in.skip("");
    if (!in.rest().empty()) return bad_npy("something follows the dict of a .npy header", in.rest());
    for (const auto& held : entries)
        if (!held.seen) return failure(errc::missing_required, "a .npy header lacks a key").of_variable(held.key);
    return header;
}

/// The header's text, after magic, version and length. `at` is then at the elements.
inline result<std::string_view> take_header(byte_cursor& in) {
    constexpr std::string_view magic = "\x93NUMPY";
    if (!in.rest().starts_with(magic))
        return failure(errc::bad_npy, "this is not a .npy file").expected("a NumPy array").found(wire::foreign_kind(in.rest()));
    (void)in.take(magic.size(), {});
    const auto major = in.read<std::uint8_t>("the version of a .npy file is cut short");
    const auto minor = in.read<std::uint8_t>("the version of a .npy file is cut short");
    if (!major || !minor) return major ? minor.error() : major.error();
    if (*major < 1 || *major > 3 || *minor != 0)
        return failure(errc::bad_version, "a .npy file has a version that is not known").at(6).expected("1 to 3").found(*major);
    std::uint64_t size_bytes = 0;
    if (*major == 1) {
        const auto size = in.read<std::uint16_t>("the header size of a .npy file is cut short");
        if (!size) return size.failure();
        size_bytes = *size;
    } else {
        const auto size = in.read<std::uint32_t>("the header size of a .npy file is cut short");
        if (!size) return size.failure();
        size_bytes = *size;
    }
    if (size_bytes > header_cap_bytes)
        return failure(errc::too_large, "the header of a .npy file is larger than the limit")
            .at(8)
            .expected(header_cap_bytes)
            .found(size_bytes);
    return in.take(size_bytes, "the header of a .npy file is cut short");
}
}  // namespace detail

/// The array of a file of so many bytes, by its first bytes, of which `head_bytes` are enough; nothing else is in the file.
/// Errors: bad_npy, bad_version, truncated, trailing_bytes, too_large, bad_dtype, bad_dims, overflow, missing_required.
inline result<numpy::stored_array> parse_head(std::string_view head, std::uint64_t file_bytes) {
    byte_cursor in(head);
    const auto text = detail::take_header(in);
    if (!text) return text.failure();
    auto layout = detail::parse_header(*text);
    if (!layout) return layout.failure();
    const auto size_bytes = numpy::data_bytes(layout->dtype, layout->dims);
    if (!size_bytes) return size_bytes.failure();
    const auto left = file_bytes - in.offset();
    if (left < *size_bytes) return cut_short("the elements of a .npy file are cut short", in.offset(), *size_bytes, left);
    if (left > *size_bytes)
        return failure(errc::trailing_bytes, "a .npy file goes on after its elements")
            .at(in.offset() + *size_bytes)
            .found(left - *size_bytes);
    return numpy::stored_array{*std::move(layout), in.offset(), *size_bytes};
}
/// Bytes of a file that `parse_head` looks at.
inline constexpr std::size_t head_bytes = 12 + header_cap_bytes;

/// The array in the bytes of a .npy file: row-major and in the machine's byte order, whatever the file's are. Errors: as `parse_head`.
inline result<Tensor> parse(std::string_view file) {
    const auto found = parse_head(file, file.size());
    if (!found) return found.failure();
    Tensor made(found->layout.dtype, found->layout.dims);
    auto filled = numpy::fill_tensor(found->layout, made, [&](std::span<std::byte> into) {
        std::copy_n(as_bytes(file).begin() + static_cast<std::ptrdiff_t>(found->data_offset), into.size(), into.begin());
        return result<void>();
    });
    if (!filled) return filled.failure();
    return made;
}

/// The bytes before the elements in a .npy file of version 1.0, byte for byte as NumPy writes it on a little-endian machine: padded so that the
/// elements start at a multiple of 64, with room for the first dim to grow.
inline std::string header_bytes(DType dtype, const Shape& dims) {
    constexpr std::size_t growth_digits = 21;
    const char order = number_bytes(dtype) == 1 ? '|' : '<';
    std::string text = "{'descr': '";
    text += order;
    text += numpy::kind_of(dtype);
    text += "', 'fortran_order': False, 'shape': " + to_tuple(dims.dims()) + ", }";
    if (dims.rank() > 0) text.append(growth_digits - decimal(dims[0]).view().size(), ' ');
    const auto unpadded = 10 + text.size() + 1;
    text.append(64 - unpadded % 64, ' ');  // never none, as NumPy
    text += '\n';
    const auto size = text.size();
    return std::string("\x93NUMPY\x01\x00", 8) + static_cast<char>(size & 0xffU) + static_cast<char>(size >> 8U) + text;
}

}  // namespace wherry::inline WHERRY_ABI::npy

namespace wherry::inline WHERRY_ABI::format {

/// `.npy`: a file per array, which does not hold its name: `archive<format::npy>::save({{"x", x.ref()}}, disk{"x.npy"})`, or a folder of
/// NAME.npy with `layout::per_file`. bfloat16 and float8 go out as unsigned numbers of their bits.
struct npy {
    using kind = kinds::format;
    static constexpr std::string_view name = "npy";
    static constexpr format_facts facts{.holds_names = false, .holds_many = false, .fills_many_records = true, .suffix = ".npy"};

    static constexpr bool recognises(std::string_view head, std::uint64_t size_bytes) noexcept {
        return wire::kind_of(head, size_bytes) == wire::file_kind::npy;
    }
    /// Errors: those of `npy::parse_head` and of the reader.
    static result<record_listing> index(any_reader& reader, const listing_request&) {
        const auto head = read_head(reader, wherry::npy::head_bytes);
        if (!head) return head.failure();
        const auto found = wherry::npy::parse_head(*head, reader.size_bytes());
        if (!found) return found.failure();
        record_listing made;
        made.arrays.push_back(numpy::listed({}, *found));
        return made;
    }
    /// Errors: none; tensors are checked before.
    static result<void> plan(save_plan& into, std::span<const tensor_ref> tensors, const limits&) {
        for (const auto& one : tensors) {
            into.append(wherry::npy::header_bytes(one.dtype, one.dims));
            into.add_elements(one);
        }
        return {};
    }
};

static_assert(WritableFormat<npy>);

}  // namespace wherry::inline WHERRY_ABI::format

#endif
