#include "embed_stream.hpp"

#include <wherry/wire/tensor_stream.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace tool {

namespace {

using wherry::byte_buffer;
using wherry::DType;
namespace wire = wherry::wire;

/// The field of a TensorDesc that Paddle skips: what it holds is padding.
constexpr std::uint32_t padding_field = 101;

/// Appends a tensor whose values start at a multiple of `align`.
void append_tensor(combined_stream& to, DType dtype, const wherry::Shape& dims, const wherry::LoD& lod, std::string_view values,
                   std::size_t align) {
    byte_buffer header;
    wire::append_tensor_header(header, dtype, dims, lod);
    auto past = (to.bytes.size() + header.size()) % align;
    if (past != 0) {
        byte_buffer inner, desc, padding;
        wire::append_inner_header(inner, dtype, dims);
        wherry::append(desc, wherry::view_of(inner).substr(8));  // after version and size
        auto missing = align - past;
        if (missing < 3) missing += align;  // tag and length take three bytes
        for (std::size_t fill = missing - 3;; ++fill) {
            padding.clear();
            wire::append_bytes_field(padding, padding_field, std::string(fill, '\0'));
            if ((to.bytes.size() + header.size() + padding.size()) % align == 0) break;
        }
        wherry::append(desc, wherry::view_of(padding));
        header.resize(header.size() - inner.size());
        wherry::append_little_endian(header, std::uint32_t{0});
        wherry::append_little_endian(header, static_cast<std::int32_t>(desc.size()));
        wherry::append(header, wherry::view_of(desc));
    }
    to.bytes.append(header.data(), header.size());
    to.offsets.push_back(to.bytes.size());
    to.bytes += values;
}

/// Each column by its largest value: w = q * scale, q in [-127, 127].
void append_quantized(combined_stream& to, const wherry::Shape& dims, std::string_view values, std::size_t align) {
    const auto columns = static_cast<std::size_t>(dims[dims.rank() - 1]);
    std::vector<float> weights(values.size() / sizeof(float));
    std::memcpy(weights.data(), values.data(), values.size());
    std::vector<float> scales(columns, 0.0F);
    for (std::size_t i = 0; i < weights.size(); ++i) scales[i % columns] = std::max(scales[i % columns], std::fabs(weights[i]) / 127);
    std::string quantized(weights.size(), '\0');
    for (std::size_t i = 0; i < weights.size(); ++i) {
        const auto scale = scales[i % columns];
        quantized[i] = static_cast<char>(static_cast<std::int8_t>(scale == 0 ? 0 : std::lround(weights[i] / scale)));
    }
    append_tensor(to, DType::INT8, dims, {}, quantized, align);
    wherry::Shape row;
    row.push_back(static_cast<std::int64_t>(columns));
    append_tensor(to, DType::FP32, row, {}, {reinterpret_cast<const char*>(scales.data()), columns * sizeof(float)}, align);
}

}  // namespace

result<combined_stream> rewrite_stream(std::string_view stream, std::span<const std::string> names, const stream_options& options) {
    combined_stream made;
    wherry::byte_cursor in(stream);
    for (const auto& name : names) {
        const auto header = wire::read_tensor_header(in);
        if (!header) return wherry::error(header.error()).of_variable(name);
        const auto values = in.take(header->data_bytes, "the elements of a tensor are cut short");
        if (!values) return wherry::error(values.error()).of_variable(name);
        if (options.align == 1 && options.int8.empty()) {
            made.offsets.push_back(static_cast<std::size_t>(header->data_offset));
            continue;
        }
        const bool int8 = std::find(options.int8.begin(), options.int8.end(), name) != options.int8.end();
        if (int8 && (header->dtype != DType::FP32 || header->dims.rank() < 2))
            return error{.code = errc::dtype_mismatch, .message = "only float32 matrices become int8", .variable = name};
        if (int8) append_quantized(made, header->dims, *values, options.align);
        else append_tensor(made, header->dtype, header->dims, header->lod, *values, options.align);
    }
    if (!in.at_end())
        return error{.code = errc::trailing_bytes, .message = "the stream goes on after the last variable", .offset = in.offset()};
    if (options.align == 1 && options.int8.empty()) made.bytes = stream;
    return made;
}

std::string as_literal(std::string_view bytes) {
    constexpr std::string_view named = "\a\b\t\n\v\f\r\"\\", letters = "abtnvfr\"\\";
    std::string made = "\"";
    std::size_t line = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const auto c = static_cast<unsigned char>(bytes[i]);
        const auto at = named.find(bytes[i]);
        const auto before = made.size();
        if (at != std::string_view::npos) {
            made += '\\';
            made += letters[at];
        } else if (c >= ' ' && c < 0x7f && c != '?') {  // two question marks would start a trigraph
            made += static_cast<char>(c);
        } else {
            const bool digit_follows = i + 1 < bytes.size() && bytes[i + 1] >= '0' && bytes[i + 1] <= '7';
            made += '\\';
            if (c >= 0100U || digit_follows) made += static_cast<char>('0' + (c >> 6U));
            if (c >= 010U || digit_follows) made += static_cast<char>('0' + (c >> 3U & 7U));
            made += static_cast<char>('0' + (c & 7U));
        }
        line += made.size() - before;
        if (line > 500 && i + 1 < bytes.size()) {
            made += "\"\n        \"";
            line = 0;
        }
    }
    return made + "\"";
}

}  // namespace tool
