#ifndef WHERRY_FORMAT_NPY_HPP
#define WHERRY_FORMAT_NPY_HPP

#include <wherry/base/bytes.hpp>
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

inline error bad_npy(std::string_view message, std::string_view found = {}) {
    return {.code = errc::bad_npy, .message = message, .expected = "a .npy file as NumPy writes it", .found = found.substr(0, 80)};
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

inline result<void> read_descr(literal_reader& in, numpy::array_layout& header) {
    if (in.skip("[")) return error{.code = errc::bad_dtype, .message = "a structured .npy array is not a tensor"};
    const auto descr = in.string();
    if (!descr || descr->empty()) return bad_npy("the element type of a .npy header is not a string");
    const bool ordered = std::string_view("<>|=").find(descr->front()) != std::string_view::npos;
    const auto order = ordered ? descr->front() : '=';
    const auto kind = descr->substr(ordered ? 1 : 0);
    const auto dtype = numpy::dtype_of_kind(kind);
    if (!dtype)
        return error{.code = errc::bad_dtype, .message = "no tensor has the element type of this .npy file", .found = descr->substr(0, 80)};
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
            return error{.code = errc::bad_dims, .message = "a .npy array has more dims than a tensor can have", .expected = "at most 9"};
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
    if (!in.rest().empty()) return bad_npy("something stands behind the dict of a .npy header", in.rest());
    for (const auto& held : entries)
        if (!held.seen) return error{.code = errc::missing_required, .message = "a .npy header lacks a key", .variable = held.key};
    return header;
}

/// The header's text: what follows magic, version and length. `at` then stands at the elements.
inline result<std::string_view> take_header(byte_cursor& in) {
    constexpr std::string_view magic = "\x93NUMPY";
    if (!in.rest().starts_with(magic))
        return error{.code = errc::bad_npy,
                     .message = "this is not a .npy file",
                     .expected = "a NumPy array",
                     .found = wire::foreign_kind(in.rest())};
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
    if (size_bytes > header_cap_bytes)
        return error{.code = errc::too_large,
                     .message = "the header of a .npy file is larger than the limit",
                     .offset = 8,
                     .expected = decimal(header_cap_bytes),
                     .found = decimal(size_bytes)};
    return in.take(size_bytes, "the header of a .npy file is cut short");
}
}  // namespace detail

/// The array in the bytes of a .npy file: row-major and in the machine's byte order, whatever the file's are.
/// Errors: bad_npy, bad_version, truncated, trailing_bytes, too_large, bad_dtype, bad_dims, overflow, missing_required. Memory is reserved only for elements that are there.
inline result<Tensor> parse(std::string_view file) {
    byte_cursor in(file);
    const auto text = detail::take_header(in);
    if (!text) return text.error();
    const auto header = detail::parse_header(*text);
    if (!header) return header.error();
    const auto size_bytes = numpy::data_bytes(header->dtype, header->dims);
    if (!size_bytes) return size_bytes.error();
    const auto data_offset = in.offset();
    const auto data = in.take(*size_bytes, "the elements of a .npy file are cut short");
    if (!data) return data.error();
    if (!in.at_end())
        return error{.code = errc::trailing_bytes,
                     .message = "a .npy file goes on after its elements",
                     .offset = data_offset + *size_bytes,
                     .found = decimal(in.remaining())};
    return numpy::make_tensor(*header, [&](std::span<std::byte> into) {
        std::copy(as_bytes(*data).begin(), as_bytes(*data).end(), into.begin());
        return result<void>();
    });
}

/// What stands before the elements in a .npy file of version 1.0, byte for byte as NumPy writes it: padded so that the
/// elements start at a multiple of 64, with room for the first dim to grow.
inline std::string header_bytes(DType dtype, const Shape& dims) {
    constexpr std::size_t growth_digits = 21;
    const char order = number_bytes(dtype) == 1 ? '|' : native_is_little_endian ? '<' : '>';
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

/// Writes one array. LoD is not kept. Errors: those of `check_tensor` and of the sink.
template <Sink S>
auto save(const tensor_ref& array, S&& sink, durability_steps how = {}) -> decltype(sink.finish()) {
    if (auto checked = check_tensor(array); !checked) return checked.failure();
    const auto header = header_bytes(array.dtype, array.dims);
    const std::array<piece, 2> pieces{as_bytes(header), array.bytes};
    return write_record(pieces, sink, how);
}

/// Reads one array. Errors: those of the source and of `parse`, with the file.
template <Source S>
result<Tensor> load(S&& source) {
    return with_record(source, [](std::string_view bytes) { return parse(bytes); });
}

}  // namespace wherry::inline WHERRY_ABI::npy

#endif
