#ifndef WHERRY_INTEROP_SAFETENSORS_HPP
#define WHERRY_INTEROP_SAFETENSORS_HPP

#include <wherry/base/bytes.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/base/utf8.hpp>
#include <wherry/format/format.hpp>
#include <wherry/interop/detail/safetensors_header.hpp>
#include <wherry/record/any_reader.hpp>
#include <wherry/record/save_plan.hpp>
#include <wherry/record/whole_record.hpp>
#include <wherry/tensor/state_dict.hpp>
#include <wherry/version.hpp>

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

struct contents {
    state_dict arrays;  ///< in the order of their elements
    sequence<metadata_entry> metadata;
};

/// Reads all tensors. The header is checked as a whole before memory for elements is reserved, and each tensor is read
/// into its own. Errors: bad_safetensors (no such file, no JSON, a hole or overlap), too_large (a header beyond 100 MB), truncated,
/// trailing_bytes, bad_dtype, bad_dims, overflow, shape_mismatch, bad_name, duplicate_name; those of the source.
template <Source S>
result<contents> load(S&& source, const limits& caps = {}) {
    auto reader = open_record(source);
    if (!reader) return reader.failure();
    const std::string path(std::string_view(reader->path()));
    any_reader bytes(*reader);
    auto header = detail::read_header(bytes, caps);
    if (!header) return std::move(header).error().in_file(path);
    contents made{{}, std::move(header->metadata)};
    for (auto& info : header->tensors) {
        Tensor tensor(info.dtype, info.dims);
        if (auto read = reader->read_at(info.begin, tensor.bytes()); !read)
            return std::move(read).error().in_file(path).of_variable(info.name);
        elements_from_file(info.dtype, tensor.bytes());
        made.arrays.add(std::move(info.name), std::move(tensor));
    }
    return made;
}

namespace detail {
/// Whether the format can hold a tensor. Errors: bad_dtype (COMPLEX128 has no name there), bad_name.
inline result<void> check_held(const tensor_ref& tensor) {
    if (!row_of(tensor.dtype))
        return error{.code = errc::bad_dtype,
                     .message = "safetensors has no such element type",
                     .variable = tensor.name,
                     .found = name_of(tensor.dtype)};
    if (!is_utf8(tensor.name) || tensor.name == "__metadata__")
        return error{.code = errc::bad_name, .message = "safetensors cannot hold this name", .variable = tensor.name.substr(0, 64)};
    return {};
}

/// Lays out tensors that passed all checks. Errors: bad_name for metadata, too_large (header).
inline result<save_plan> laid_out(std::span<const tensor_ref> tensors, std::span<const metadata_entry> metadata = {}) {
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
            if (!is_utf8(key) || !is_utf8(value))
                return error{.code = errc::bad_name, .message = "metadata must be UTF-8", .variable = key.substr(0, 64)};
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
                std::string(decimal(offset).view()) + "," + std::string(decimal(offset + tensor.bytes.size()).view()) + "]}";
        offset += tensor.bytes.size();
    }
    text += "}";
    text.append((8 - text.size() % 8) % 8, ' ');
    if (text.size() > header_cap_bytes)
        return error{.code = errc::too_large,
                     .message = "the header is longer than the limit",
                     .expected = decimal(header_cap_bytes),
                     .found = decimal(text.size())};
    byte_buffer head;
    head.reserve(8 + text.size());
    append_little_endian(head, std::uint64_t{text.size()});
    append(head, text);
    return save_plan::headed(std::move(head), tensors, std::move(order));
}
}  // namespace detail

/// Tensors ready to be written, byte for byte as the official packages do: those of wider elements first, then by name. LoD is not kept.
/// Errors: bad_dtype (COMPLEX128 has no name there), bad_name, duplicate_name, too_large (header), those of `check_tensor`.
inline result<save_plan> plan(std::span<const tensor_ref> tensors, std::span<const metadata_entry> metadata = {}) {
    sequence<std::string_view> names;
    for (const auto& tensor : tensors) {
        names.push_back(tensor.name);
        if (auto checked = check_tensor(tensor); !checked) return checked.failure();
        if (auto checked = detail::check_held(tensor); !checked) return checked.failure();
    }
    if (auto checked = check_tensor_names(names); !checked) return checked.failure();
    return detail::laid_out(tensors, metadata);
}

/// Writes tensors. Errors: those of `plan` and of the sink.
template <Sink S>
auto save(std::span<const tensor_ref> tensors, S&& sink, std::span<const metadata_entry> metadata = {}, durability_steps how = {})
    -> decltype(sink.finish()) {
    const auto made = plan(tensors, metadata);
    if (!made) return made.failure();
    return write(*made, sink, how);
}

}  // namespace wherry::inline WHERRY_ABI::safetensors

namespace wherry::inline WHERRY_ABI::format {

/// safetensors as a policy: `archive<format::safetensors, filter::parameters>::save(program, scope, disk{"m.safetensors"})`.
/// LoD is not kept. Files of others have their elements at any multiple of 8, so `mapped` lends few of them and copies the rest.
struct safetensors {
    using kind = kinds::format;
    static constexpr std::string_view name = "safetensors";
    static constexpr bool annotates = false;

    /// Errors: those of `safetensors::plan`; names and tensors are checked before.
    static result<save_plan> plan(std::span<const tensor_ref> tensors, const limits&) {
        for (const auto& tensor : tensors)
            if (auto checked = wherry::safetensors::detail::check_held(tensor); !checked) return checked.failure();
        return wherry::safetensors::detail::laid_out(tensors);
    }
    /// Errors: those of `safetensors::load`.
    static result<sequence<indexed_array>> index(any_reader& reader, const limits& caps) {
        auto header = wherry::safetensors::detail::read_header(reader, caps);
        if (!header) return header.failure();
        sequence<indexed_array> made;
        made.reserve(header->tensors.size());
        for (auto& one : header->tensors) made.push_back({std::move(one.name), {one.dtype, one.dims, {}, one.end - one.begin, one.begin}});
        return made;
    }
};

static_assert(Format<safetensors>);

}  // namespace wherry::inline WHERRY_ABI::format

#endif
