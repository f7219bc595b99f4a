#ifndef WHERRY_WIRE_SELECTED_ROWS_HPP
#define WHERRY_WIRE_SELECTED_ROWS_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/limits.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/version.hpp>
#include <wherry/wire/tensor_stream.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

/// The SelectedRows stream: some rows of a tall array, as gradients of embeddings are. Nothing in the bytes tells it from
/// a LoDTensor stream, so a reader must know what it reads. Source: fluid 1.8.5, selected_rows.cc.
namespace wherry::inline WHERRY_ABI::wire {

/// The header before the values.
struct selected_rows_header {
    sequence<std::int64_t> rows;  ///< in stored order; one may come twice
    std::int64_t height = 0;      ///< rows of the whole array
    tensor_header value;          ///< dims [rows.size(), ...]; no LoD
};

/// Checks rows against a height. Errors: bad_rows.
constexpr result<void> check_rows(std::span<const std::int64_t> rows, std::int64_t height) {
    if (height < 0) return failure(errc::bad_rows, "the height of SelectedRows is negative").found(height);
    for (const auto row : rows)
        if (row < 0 || row >= height)
            return failure(errc::bad_rows, "a row of SelectedRows lies outside its height").expected(height).found(row);
    return {};
}

/// Reads a header; `in` is then at the values.
/// Errors: truncated, bad_version, not_a_paddle_file, bad_rows, bad_dims when the values are not one per row; those of
/// `read_inner_header`. Guarantee: nothing is reserved for rows that are not there.
constexpr result<selected_rows_header> read_selected_rows_header(byte_cursor& in, const limits& caps = {}) {
    if (auto version = detail::read_version(in, in.rest()); !version) return version.failure();
    const auto count_at = in.offset();
    const auto count = in.read<std::uint64_t>("the row count of SelectedRows is cut short");
    if (!count) return count.failure();
    if (!fits(*count, in.remaining() / sizeof(std::int64_t)))
        return failure(errc::truncated, "the rows of SelectedRows are cut short")
            .at(count_at)
            .expected(*count)
            .found(in.remaining() / sizeof(std::int64_t));
    selected_rows_header header;
    if (!header.rows.try_reserve(static_cast<std::size_t>(*count))) return out_of_memory(*count * sizeof(std::int64_t));
    const auto rows_at = in.offset();
    for (std::uint64_t i = 0; i < *count; ++i) header.rows.push_back(static_cast<std::int64_t>(*in.read<std::uint64_t>("")));
    const auto height = in.read<std::uint64_t>("the height of SelectedRows is cut short");
    if (!height) return height.failure();
    header.height = static_cast<std::int64_t>(*height);
    if (auto checked = check_rows(header.rows, header.height); !checked) {
        auto placed = std::move(checked).error();
        placed.offset = rows_at;
        return placed;
    }
    const auto value_at = in.offset();
    auto value = read_inner_header(in, caps);
    if (!value) return value.failure();
    header.value = *std::move(value);
    const auto& dims = header.value.dims;
    if (dims.rank() == 0 || !std::cmp_equal(dims[0], *count))
        return failure(errc::bad_dims, "the values of SelectedRows are not one per row")
            .at(value_at)
            .expected(*count)
            .found(dims.rank() == 0 ? text("no dims") : text(decimal(dims[0])));
    return header;
}

/// Writes a header; the values, little-endian and row-major, follow it.
constexpr void append_selected_rows_header(byte_buffer& out, std::span<const std::int64_t> rows, std::int64_t height, DType dtype,
                                           const Shape& value_dims) {
    append_little_endian(out, std::uint32_t{0});
    append_little_endian(out, std::uint64_t{rows.size()});
    for (const auto row : rows) append_little_endian(out, row);
    append_little_endian(out, height);
    append_inner_header(out, dtype, value_dims);
}

}  // namespace wherry::inline WHERRY_ABI::wire

#endif
