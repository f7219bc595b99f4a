#ifndef WHERRY_INTEROP_SAFETENSORS_HPP
#define WHERRY_INTEROP_SAFETENSORS_HPP

#include <wherry/base/bytes.hpp>
#include <wherry/base/dtype.hpp>
#include <wherry/base/limits.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/base/utf8.hpp>
#include <wherry/format/format.hpp>
#include <wherry/interop/detail/safetensors_header.hpp>
#include <wherry/record/any_reader.hpp>
#include <wherry/record/kept_extra.hpp>
#include <wherry/record/save_plan.hpp>
#include <wherry/tensor/tensor.hpp>
#include <wherry/version.hpp>
#include <wherry/wire/file_kind.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <string>
#include <string_view>
#include <utility>

/// safetensors: a header of JSON, then the elements without gaps. Source: the Rust crate `safetensors` 0.8, tensor.rs.
namespace wherry::inline WHERRY_ABI::safetensors {

/// Text by name: `__metadata__`.
struct metadata {
    sequence<metadata_entry> entries;
};

namespace detail {
/// Lays out tensors that passed all checks. Errors: bad_name (also of metadata), too_large (header).
inline result<void> lay_out(save_plan& into, std::span<const tensor_ref> tensors, std::span<const metadata_entry> metadata) {
    for (const auto& one : tensors)
        if (!is_utf8(one.name) || one.name == "__metadata__")
            return failure(errc::bad_name, "safetensors cannot hold this name").of_variable(one.name.substr(0, 64));
    sequence<std::size_t> order(tensors.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        const auto left = *detail::row_of(tensors[a].dtype);
        const auto right = *detail::row_of(tensors[b].dtype);
        return left != right ? left > right : tensors[a].name < tensors[b].name;
    });

    std::string text = "{";
    if (!metadata.empty()) {
        std::string pairs;
        for (const auto& [key, value] : metadata) {
            if (!is_utf8(key) || !is_utf8(value)) return failure(errc::bad_name, "metadata must be UTF-8").of_variable(key.substr(0, 64));
            pairs += (pairs.empty() ? "" : ",") + detail::quoted(key) + ":" + detail::quoted(value);
        }
        text += "\"__metadata__\":{" + pairs + "}";
    }
    std::uint64_t offset = 0;
    for (const auto at : order) {
        const auto& tensor = tensors[at];
        std::string dims;
        for (const auto dim : tensor.dims.dims()) dims += (dims.empty() ? "" : ",") + std::string(decimal(dim).view());
        text += (text.size() > 1 ? "," : "") + detail::quoted(tensor.name) + ":{\"dtype\":\"" +
                std::string(detail::dtypes[*detail::row_of(tensor.dtype)].name) + "\",\"shape\":[" + dims + "],\"data_offsets\":[" +
                std::string(decimal(offset).view()) + "," + std::string(decimal(offset + tensor.size_bytes()).view()) + "]}";
        offset += tensor.size_bytes();
    }
    text += "}";
    text.append((8 - text.size() % 8) % 8, ' ');
    if (text.size() > header_cap_bytes)
        return failure(errc::too_large, "the header is longer than the limit").expected(header_cap_bytes).found(text.size());
    byte_buffer size;
    append_little_endian(size, std::uint64_t{text.size()});
    into.append(view_of(size));
    into.append(text);
    for (const auto at : order) into.add_elements(tensors[at]);
    return {};
}
}  // namespace detail

}  // namespace wherry::inline WHERRY_ABI::safetensors

namespace wherry::inline WHERRY_ABI::format {

/// safetensors, byte for byte as the official packages write it: wider elements first, then by name:
/// `archive<format::safetensors, filter::parameters>::save(program, scope, disk{"m.safetensors"})`. LoD is not kept. Files of others
/// have their elements at any multiple of 8, so `mapped` lends few of them and copies the rest. `load_report::extra` is a
/// `safetensors::metadata`, which a format that is handed to `save` writes again.
struct safetensors {
    using kind = kinds::format;
    static constexpr std::string_view name = "safetensors";
    static constexpr format_facts facts{};
    wherry::safetensors::metadata metadata{};

    static constexpr bool recognises(std::string_view head, std::uint64_t size_bytes) noexcept {
        return wire::kind_of(head, size_bytes) == wire::file_kind::safetensors;
    }
    /// COMPLEX128 has no name there.
    static constexpr bool holds(DType dtype) noexcept { return wherry::safetensors::detail::row_of(dtype).has_value(); }

    /// The header is checked as a whole. Errors: bad_safetensors (no such file, no JSON, a hole or overlap), too_large (a header beyond
    /// 100 MB), truncated, trailing_bytes, bad_dtype, bad_dims, overflow, shape_mismatch, bad_name, duplicate_name.
    static result<record_listing> index(any_reader& reader, const listing_request& request) {
        auto header = wherry::safetensors::detail::read_header(reader, request.caps);
        if (!header) return header.failure();
        record_listing made;
        made.arrays.reserve(header->tensors.size());
        for (auto& one : header->tensors)
            made.arrays.push_back({std::move(one.name), {one.dtype, one.dims, {}, one.end - one.begin, one.begin}});
        made.extra = kept_extra(wherry::safetensors::metadata{std::move(header->metadata)});
        return made;
    }
    /// Errors: bad_name, for metadata, too; too_large (header).
    result<void> plan(save_plan& into, std::span<const tensor_ref> tensors, const limits&) const {
        return wherry::safetensors::detail::lay_out(into, tensors, metadata.entries);
    }
};

static_assert(WritableFormat<safetensors>);

}  // namespace wherry::inline WHERRY_ABI::format

#endif
