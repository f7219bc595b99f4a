#ifndef WHERRY_INTEROP_NPZ_HPP
#define WHERRY_INTEROP_NPZ_HPP

#include <wherry/base/bytes.hpp>
#include <wherry/base/limits.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/format/format.hpp>
#include <wherry/format/npy.hpp>
#include <wherry/format/numpy.hpp>
#include <wherry/interop/detail/zip.hpp>
#include <wherry/interop/detail/zlib_stream.hpp>
#include <wherry/policy/file_name.hpp>
#include <wherry/record/record_index.hpp>
#include <wherry/record/save_plan.hpp>
#include <wherry/record/whole_record.hpp>
#include <wherry/tensor/tensor.hpp>
#include <wherry/version.hpp>
#include <wherry/wire/file_kind.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

/// `.npz`: NumPy arrays by name in a zip archive. Links with zlib (`-lz`). Source: numpy.savez, numpy.load.
namespace wherry::inline WHERRY_ABI::detail::npz {

inline constexpr std::string_view suffix = ".npy";

inline std::uint32_t crc_of(std::uint32_t before, std::string_view bytes) noexcept {
    if (bytes.empty()) return before;  // zlib answers 0 for a null pointer
    return static_cast<std::uint32_t>(::crc32_z(before, zlib_bytes(bytes), bytes.size()));
}
inline failure other_bytes(std::uint64_t offset) {
    return failure(errc::bad_checksum, "the bytes of a zip member are not those that were written").at(offset);
}
/// The CRC of a member, of whose bytes the elements are the last.
inline result<void> check_member(std::string_view bytes, const element_check& wanted, std::uint64_t offset) {
    if (crc_of(wanted.before, bytes) == wanted.sum) return {};
    return other_bytes(offset);
}

/// Adds a member: what comes before its bytes, then they; answers its entry in the directory.
inline result<zip::member> add_member(save_plan& into, const tensor_ref& tensor, int level) {
    zip::member made;
    made.name = std::string(tensor.name) + std::string(suffix);
    const auto header = wherry::npy::header_bytes(tensor.dtype, tensor.dims);
    made.size_bytes = header.size() + tensor.size_bytes();
    made.packed_bytes = made.size_bytes;
    made.header_offset = into.size_bytes();
    std::optional<deflater> out;
    result<void> added;
    if (level != 0) added = out.emplace(level, deflate_wrapper::none).add(header);
    into.visit(tensor, [&](piece elements) {
        made.crc = crc_of(crc_of(0, header), as_chars(elements));
        if (out && added) added = out->add(as_chars(elements));
    });
    if (!out) {
        into.append(view_of(zip::local_header(made)));
        into.append(header);
        into.add_elements(tensor);
        return made;
    }
    made.method = 8;
    if (!added) return added.failure();
    auto packed = out->finish();
    if (!packed) return packed.failure();
    made.packed_bytes = packed->size();
    into.append(view_of(zip::local_header(made)));
    into.point_at(as_bytes(into.keep(*std::move(packed))));
    return made;
}

/// A zip member that is an array which cannot be read as it is. The offsets of the array are those of the `.npy` file.
struct packed_array {
    zip::member member;
    numpy::stored_array array;
};

/// Inflates, or reads, a member, and checks it. Errors: bad_checksum, bad_zip, those of zlib and of the reader.
inline result<byte_buffer> read_member(const zip::member& m, any_reader& reader) {
    byte_buffer bytes;
    if (!bytes.try_resize(static_cast<std::size_t>(m.packed_bytes))) return out_of_memory(m.packed_bytes);
    if (auto read = reader.read_at(m.data_offset, std::as_writable_bytes(std::span(bytes))); !read) return read.failure();
    if (m.method != 0) {
        byte_buffer made;
        inflater in(view_of(bytes), deflate_wrapper::none);
        if (auto done = in.append_to(made, m.size_bytes); !done) return done.failure().shifted(m.data_offset);
        if (made.size() != m.size_bytes || in.position() != bytes.size())
            return failure(errc::bad_zip, "a zip member does not inflate to the size it has")
                .at(m.data_offset)
                .expected(m.size_bytes)
                .found(made.size());
        bytes = std::move(made);
    }
    if (crc_of(0, view_of(bytes)) != m.crc) return other_bytes(m.data_offset);
    return bytes;
}
inline result<void> decode(const void* state, std::size_t, any_reader& reader, Tensor& into) {
    const auto& packed = *static_cast<const packed_array*>(state);
    const auto bytes = read_member(packed.member, reader);
    if (!bytes) return bytes.failure();
    return numpy::fill_tensor(packed.array.layout, into, [&](std::span<std::byte> elements) {
        const auto held = view_of(*bytes).substr(static_cast<std::size_t>(packed.array.data_offset), elements.size());
        std::copy(as_bytes(held).begin(), as_bytes(held).end(), elements.begin());
        return result<void>();
    });
}

/// The kind of an archive that is not an npz, and what to do; empty where it has arrays, or no member at all.
inline std::string_view kind_without_arrays(std::span<const zip::member> members) noexcept {
    const auto any = [&](auto is) { return std::any_of(members.begin(), members.end(), [&](const auto& m) { return is(m.name); }); };
    if (members.empty() || any([](std::string_view name) { return name.ends_with(suffix); })) return {};
    if (any([](std::string_view name) { return name == "data.pkl" || name.ends_with("/data.pkl"); }))
        return "a PyTorch checkpoint: save its tensors by safetensors.torch.save_file, safetensors are read here";
    if (any([](std::string_view name) { return name == "model.weights.h5"; }))
        return "a Keras model: save its arrays with numpy.savez, .npz is read here";
    if (any([](std::string_view name) {
            return name.ends_with("__model__") || name.ends_with(".pdmodel") || name.ends_with(".pdiparams") || name.ends_with(".pdparams");
        }))
        return "a zip archive of a model of Paddle: unpack it with unzip";
    return "a zip archive of other files: unpack it with unzip";
}

/// The first bytes of the `.npy` file that a member is. Errors: those of zlib and of the reader.
inline result<byte_buffer> head_of(const zip::member& m, any_reader& reader) {
    constexpr std::uint64_t packed_cap = std::uint64_t{4} * wherry::npy::head_bytes;  // deflated text is not longer
    const auto size = std::min<std::uint64_t>(m.packed_bytes, m.method == 0 ? wherry::npy::head_bytes : packed_cap);
    byte_buffer bytes;
    if (!bytes.try_resize(static_cast<std::size_t>(size))) return out_of_memory(size);
    if (auto read = reader.read_at(m.data_offset, std::as_writable_bytes(std::span(bytes))); !read) return read.failure();
    if (m.method == 0) return bytes;
    auto made = inflater(view_of(bytes), deflate_wrapper::none).head(std::min<std::uint64_t>(m.size_bytes, wherry::npy::head_bytes));
    if (!made) return made.failure().shifted(m.data_offset);
    return made;
}

/// The array that a member is; nothing is inflated but its header, which says how large the rest must be.
/// Errors: those of `head_of` and of `npy::parse_head`; bad_zip for more bytes than the compressed ones can become.
inline result<indexed_array> list_member(zip::member m, any_reader& reader) {
    constexpr std::uint64_t most_inflated = 1032;  // times, by deflate
    if (m.method != 0 && m.size_bytes / most_inflated > m.packed_bytes)
        return failure(errc::bad_zip, "a zip member does not inflate to the size it has")
            .at(m.data_offset)
            .expected(m.size_bytes)
            .found({decimal(m.packed_bytes), " bytes compressed"});
    const auto head = head_of(m, reader);
    if (!head) return head.failure();
    auto found = wherry::npy::parse_head(view_of(*head), m.size_bytes);
    if (!found) return m.method == 0 ? std::move(found).error().shifted(m.data_offset) : std::move(found).error();
    auto stored = *found;
    stored.data_offset += m.data_offset;
    auto made = numpy::listed(m.name.substr(0, m.name.size() - suffix.size()), stored);
    if (m.method == 0 && made.decoder.run == nullptr) {
        const auto before = view_of(*head).substr(0, static_cast<std::size_t>(found->data_offset));
        made.check = {check_member, m.crc, crc_of(0, before)};
    } else {
        made.decoder = {decode, std::make_shared<const packed_array>(packed_array{std::move(m), *std::move(found)})};
    }
    return made;
}

}  // namespace wherry::inline WHERRY_ABI::detail::npz

namespace wherry::inline WHERRY_ABI::format {

/// `.npz`, byte for byte as numpy.savez writes it, or deflated as numpy.savez_compressed. LoD is not kept; bfloat16 and float8 go out as
/// unsigned numbers of their bits. Names are those of files. Level: 0 (stored) to 9, -1 for zlib's own.
template <int Level = 0>
    requires(Level >= -1 && Level <= 9)
struct npz {
    using kind = kinds::format;
    static constexpr std::string_view name = "npz";
    static constexpr format_facts facts{.known_sizes = Level == 0};

    static constexpr bool recognises(std::string_view head, std::uint64_t size_bytes) noexcept {
        return wire::kind_of(head, size_bytes) == wire::file_kind::npz;
    }
    /// Errors: bad_zip, truncated, duplicate_name, bad_name, unsupported, too_large beyond `inflated_bytes` in total; those of
    /// `npy::parse_head` with the array's name; not_a_paddle_file for an archive of anything else.
    static result<record_listing> index(any_reader& reader, const listing_request& request) {
        auto members = detail::zip::directory_reader(reader).members();
        if (!members) return members.failure();
        if (const auto kind = detail::npz::kind_without_arrays(*members); !kind.empty())
            return failure(errc::not_a_paddle_file, "this zip archive holds no arrays").expected("NAME.npy members").found(kind);
        record_listing made;
        auto left = std::min(request.caps.inflated_bytes, request.caps.total_bytes);
        for (auto& m : *members) {
            if (!m.name.ends_with(detail::npz::suffix)) {
                made.others.push_back(std::move(m.name));
                continue;
            }
            const std::string array(m.name, 0, m.name.size() - detail::npz::suffix.size());
            if (const auto why = detail::why_bad_file_name(array, request.caps); !why.empty())
                return failure(errc::bad_name, why).at(m.header_offset).of_variable(array.substr(0, 256));
            if (m.method != 0 && m.size_bytes > left)
                return failure(errc::too_large, "compressed bytes become more than the limit")
                    .of_variable(array)
                    .expected(std::min(request.caps.inflated_bytes, request.caps.total_bytes));
            if (m.method != 0) left -= m.size_bytes;
            auto listed = detail::npz::list_member(std::move(m), reader);
            if (!listed) return listed.failure().of_variable(array);
            made.arrays.push_back(*std::move(listed));
        }
        return made;
    }
    /// Errors: bad_name for a name that is not one of a file; too_large (65,535 arrays).
    static result<void> plan(save_plan& into, std::span<const tensor_ref> tensors, const limits&) {
        if (tensors.size() > detail::zip::member_cap)
            return failure(errc::too_large, "more arrays than a zip archive takes").found(tensors.size());
        sequence<detail::zip::member> members;
        members.reserve(tensors.size());
        for (const auto& one : tensors) {
            if (const auto why = detail::why_bad_file_name(one.name); !why.empty())
                return failure(errc::bad_name, why).of_variable(one.name.substr(0, 256));
            auto added = detail::npz::add_member(into, one, Level);
            if (!added) return added.failure().of_variable(one.name);
            members.push_back(*std::move(added));
        }
        into.append(view_of(detail::zip::directory(members, into.size_bytes())));
        return {};
    }
};

static_assert(WritableFormat<npz<>> && WritableFormat<npz<9>>);

}  // namespace wherry::inline WHERRY_ABI::format

#endif
