#ifndef WHERRY_INTEROP_NPZ_HPP
#define WHERRY_INTEROP_NPZ_HPP

#include <wherry/base/sequence.hpp>
#include <wherry/format/npy.hpp>
#include <wherry/interop/detail/zip.hpp>
#include <wherry/interop/detail/zlib_stream.hpp>
#include <wherry/policy/file_name.hpp>
#include <wherry/record/save_plan.hpp>
#include <wherry/record/whole_record.hpp>
#include <wherry/tensor/state_dict.hpp>
#include <wherry/version.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

/// `.npz`: NumPy arrays by name in a zip archive. Links with zlib (`-lz`). Source: numpy.savez, numpy.load.
namespace wherry::inline WHERRY_ABI::npz {

struct write_options {
    int level = 0;  ///< 0: stored, as numpy.savez; 1 to 9 or -1: deflated, as numpy.savez_compressed
};

struct contents {
    state_dict arrays;
    sequence<std::string> others;  ///< members that are no `.npy`
};

namespace detail {
inline constexpr std::string_view suffix = ".npy";

inline std::uint32_t crc_of(std::uint32_t before, std::string_view bytes) noexcept {
    if (bytes.empty()) return before;  // zlib answers 0 for a null pointer
    return static_cast<std::uint32_t>(::crc32_z(before, wherry::detail::zlib_bytes(bytes), bytes.size()));
}

/// The bytes of one member, and what stands before them.
struct written_member {
    wherry::detail::zip::member entry;
    byte_buffer zip_header;
    std::string npy_header;
    byte_buffer packed;  ///< of deflated members: header and elements
    piece elements;      ///< of stored ones
};

inline result<written_member> make_member(const tensor_ref& tensor, int level, std::uint64_t offset) {
    written_member made;
    made.entry.name = std::string(tensor.name) + std::string(suffix);
    made.npy_header = npy::header_bytes(tensor.dtype, tensor.dims);
    made.entry.crc = crc_of(crc_of(0, made.npy_header), as_chars(tensor.bytes));
    made.entry.size_bytes = made.npy_header.size() + tensor.bytes.size();
    made.entry.packed_bytes = made.entry.size_bytes;
    made.entry.header_offset = offset;
    if (level == 0) {
        made.elements = tensor.bytes;
    } else {
        made.entry.method = 8;
        wherry::detail::deflater out(level, wherry::detail::deflate_wrapper::none);
        if (auto added = out.add(made.npy_header); !added) return added.failure();
        if (auto added = out.add(as_chars(tensor.bytes)); !added) return added.failure();
        auto packed = out.finish();
        if (!packed) return packed.failure();
        made.packed = *std::move(packed);
        made.entry.packed_bytes = made.packed.size();
        made.npy_header.clear();
    }
    made.zip_header = wherry::detail::zip::local_header(made.entry);
    return made;
}

inline result<void> check(std::span<const tensor_ref> tensors) {
    sequence<std::string_view> names;
    for (const auto& tensor : tensors) {
        names.push_back(tensor.name);
        if (const auto why = wherry::detail::why_bad_file_name(tensor.name); !why.empty())
            return error{.code = errc::bad_name, .message = why, .variable = tensor.name.substr(0, 256)};
        if (auto checked = check_tensor(tensor); !checked) return checked;
    }
    if (tensors.size() > wherry::detail::zip::member_cap)
        return error{.code = errc::too_large, .message = "more arrays than a zip archive takes", .found = decimal(tensors.size())};
    return check_tensor_names(names);
}

/// Inflates, or points at, the bytes of a member, and checks them.
inline result<Tensor> read_member(const wherry::detail::zip::member& m, std::string_view file, std::uint64_t cap_bytes) {
    auto bytes = file.substr(static_cast<std::size_t>(m.data_offset), static_cast<std::size_t>(m.packed_bytes));
    byte_buffer inflated;
    if (m.method != 0) {
        wherry::detail::inflater in(bytes, wherry::detail::deflate_wrapper::none);
        if (auto done = in.append_to(inflated, std::min(cap_bytes, m.size_bytes)); !done)
            return std::move(done).error().shifted(m.data_offset);
        if (inflated.size() != m.size_bytes || in.position() != bytes.size())
            return error{.code = errc::bad_zip,
                         .message = "a zip member does not inflate to the size it has",
                         .offset = m.data_offset,
                         .expected = decimal(m.size_bytes),
                         .found = decimal(inflated.size())};
        bytes = view_of(inflated);
    }
    if (crc_of(0, bytes) != m.crc)
        return error{
            .code = errc::bad_checksum, .message = "the bytes of a zip member are not those that were written", .offset = m.data_offset};
    auto array = npy::parse(bytes);
    if (!array) return m.method == 0 ? std::move(array).error().shifted(m.data_offset) : std::move(array).error();
    return array;
}
}  // namespace detail

/// All arrays in the bytes of a `.npz` file, in its order. Errors: bad_zip, truncated, duplicate_name, bad_name, unsupported,
/// bad_checksum, bad_deflate, too_large beyond `inflated_bytes` in total; those of `npy::parse` with the array's name.
inline result<contents> parse(std::string_view bytes, const limits& caps = {}) {
    auto members = wherry::detail::zip::reader(bytes).members();
    if (!members) return members.failure();
    contents made;
    auto left = caps.inflated_bytes;
    for (auto& m : *members) {
        if (!m.name.ends_with(detail::suffix)) {
            made.others.push_back(std::move(m.name));
            continue;
        }
        m.name.resize(m.name.size() - detail::suffix.size());
        if (const auto why = wherry::detail::why_bad_file_name(m.name, caps); !why.empty())
            return error{.code = errc::bad_name, .message = why, .offset = m.header_offset, .variable = m.name.substr(0, 256)};
        auto array = detail::read_member(m, bytes, left);
        if (!array) return std::move(array).error().of_variable(m.name);
        if (m.method != 0) left -= m.size_bytes;
        made.arrays.add(std::move(m.name), *std::move(array));
    }
    return made;
}

/// Writes arrays, stored byte for byte as numpy.savez does. bfloat16 goes out as the uint16 of its bits; LoD is not kept.
/// Errors: bad_name, duplicate_name, too_large (65,535 arrays), those of `check_tensor` and of the sink.
template <Sink S>
auto save(std::span<const tensor_ref> tensors, S&& sink, const write_options& options = {}, durability_steps how = {})
    -> decltype(sink.finish()) {
    if (auto checked = detail::check(tensors); !checked) return checked.failure();
    sequence<detail::written_member> members;
    members.reserve(tensors.size());
    std::uint64_t offset = 0;
    for (const auto& tensor : tensors) {
        auto made = detail::make_member(tensor, options.level, offset);
        if (!made) return std::move(made).error().of_variable(tensor.name);
        offset += made->zip_header.size() + made->entry.packed_bytes;
        members.push_back(*std::move(made));
    }
    sequence<wherry::detail::zip::member> entries;
    sequence<piece> pieces;
    for (const auto& m : members) {
        entries.push_back(m.entry);
        for (const piece part : {as_bytes(view_of(m.zip_header)), as_bytes(m.npy_header), as_bytes(view_of(m.packed)), m.elements})
            if (!part.empty()) pieces.push_back(part);
    }
    const auto directory = wherry::detail::zip::directory(entries, offset);
    pieces.push_back(as_bytes(view_of(directory)));
    return write_record(pieces, sink, how);
}

/// Reads all arrays. Errors: those of the source and of `parse`, with the file.
template <Source S>
result<contents> load(S&& source, const limits& caps = {}) {
    return with_record(source, [&](std::string_view bytes) { return parse(bytes, caps); });
}

}  // namespace wherry::inline WHERRY_ABI::npz

#endif
