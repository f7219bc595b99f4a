#ifndef WHERRY_BASE_ERROR_HPP
#define WHERRY_BASE_ERROR_HPP

#include <wherry/base/number.hpp>
#include <wherry/base/text.hpp>
#include <wherry/base/utf8.hpp>
#include <wherry/version.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace wherry::inline WHERRY_ABI {

/// Every cause of failure, one code per cause. Closed: nothing in wherry fails with anything else.
enum class errc : std::uint8_t {
    // bytes
    truncated,          ///< a length in the data points past its end
    trailing_bytes,     ///< data is left over after the last wanted byte
    overflow,           ///< a size or product does not fit
    too_large,          ///< a cap of `limits` is exceeded
    out_of_memory,      ///< the system has no memory for as much
    bad_protobuf,       ///< not protobuf: varint, wire type, field number
    missing_required,   ///< a required field of a message is absent
    not_a_paddle_file,  ///< the bytes are of another kind, which `found` names
    bad_version,        ///< a version field holds a number no reader knows
    bad_dtype,          ///< no element type has this number, or it does not fit here
    bad_dims,           ///< negative or too many dims
    bad_lod,            ///< level-of-detail offsets that do not start at 0, fall, or do not end at the rows
    bad_desc,           ///< the length of a TensorDesc is impossible
    bad_rows,           ///< row indices of SelectedRows outside its height
    bad_checksum,       ///< bytes differ from those that a checksum was made of
    bad_pickle,         ///< no pickle of arrays, or one that contradicts itself
    forbidden_global,   ///< a pickle names a callable or way to make objects that is not on the list; nothing was called
    bad_npy,            ///< a .npy header that NumPy would not write
    bad_safetensors,    ///< a safetensors header that breaks a rule of the format
    bad_zip,            ///< a zip archive that contradicts itself
    bad_deflate,        ///< compressed bytes that cannot be inflated
    bad_text,           ///< a word in place of a number, or rows of different lengths
    // programs
    bad_block,         ///< block numbers that form no tree
    bad_name,          ///< a name that cannot be a variable or a file
    duplicate_name,    ///< one name twice where one is meant
    no_such_variable,  ///< a name that the program or block does not hold
    unknown_op,        ///< an operator the given list does not name
    missing_slot,      ///< an operator without an input or output it needs
    bad_attribute,     ///< an attribute of another type or outside its range
    bad_argument,      ///< a caller's value that the function cannot take
    argument_dtype,    ///< an array given to a layer has an element type the layer cannot take
    no_gradient,       ///< an operator on the way to the loss has no gradient
    unsupported,       ///< known, and refused
    // running
    not_initialized,     ///< a variable without a value
    shape_mismatch,      ///< dims differ from what is needed
    dtype_mismatch,      ///< element type differs from what is needed
    label_out_of_range,  ///< a class label outside [0, classes)
    index_out_of_range,  ///< a row id outside [0, rows)
    lod_mismatch,        ///< LoD where a plain array is wanted
    feed_mismatch,       ///< fed names differ from the program's feed operators
    fetch_mismatch,      ///< fetched names differ from the program's fetch operators
    closed,              ///< a closed Executor was used
    cancelled,           ///< whoever is told of the progress asked to stop
    // files
    not_found,          ///< no such file
    not_regular_file,   ///< a folder, device or pipe where a file is meant
    cannot_open,        ///< the system refused to open, with its own words in `found`
    cannot_read,        ///< the system failed while reading
    cannot_write,       ///< the system failed while writing; the old file is whole, or empty where it was written in place
    locked,             ///< another process has been renaming files in the folder for too long, or again and again
    mixed_generations,  ///< files of one folder are of different saves
    buffer_too_small,   ///< a fixed sink or caller's span cannot take the bytes
    missing_record,     ///< fewer tensors in the file than wanted
    extra_record,       ///< more tensors in the file than wanted
    nothing_to_save,    ///< no variable passed the filter: there is nothing to save, or to load
    mixed_kinds,        ///< a variable kind that this layout cannot hold
};

namespace detail {
struct errc_row {
    errc code;
    std::string_view name;
};
// clang-format off
inline constexpr std::array errc_rows = std::to_array<errc_row>({
    {errc::truncated, "truncated"}, {errc::trailing_bytes, "trailing_bytes"}, {errc::overflow, "overflow"},
    {errc::too_large, "too_large"}, {errc::out_of_memory, "out_of_memory"}, {errc::bad_protobuf, "bad_protobuf"}, {errc::missing_required, "missing_required"},
    {errc::not_a_paddle_file, "not_a_paddle_file"}, {errc::bad_version, "bad_version"}, {errc::bad_dtype, "bad_dtype"},
    {errc::bad_dims, "bad_dims"}, {errc::bad_lod, "bad_lod"}, {errc::bad_desc, "bad_desc"}, {errc::bad_rows, "bad_rows"},
    {errc::bad_checksum, "bad_checksum"}, {errc::bad_pickle, "bad_pickle"}, {errc::forbidden_global, "forbidden_global"},
    {errc::bad_npy, "bad_npy"}, {errc::bad_safetensors, "bad_safetensors"}, {errc::bad_zip, "bad_zip"},
    {errc::bad_deflate, "bad_deflate"}, {errc::bad_text, "bad_text"}, {errc::bad_block, "bad_block"}, {errc::bad_name, "bad_name"},
    {errc::duplicate_name, "duplicate_name"}, {errc::no_such_variable, "no_such_variable"}, {errc::unknown_op, "unknown_op"},
    {errc::missing_slot, "missing_slot"}, {errc::bad_attribute, "bad_attribute"}, {errc::bad_argument, "bad_argument"},
    {errc::argument_dtype, "argument_dtype"}, {errc::no_gradient, "no_gradient"}, {errc::unsupported, "unsupported"},
    {errc::not_initialized, "not_initialized"}, {errc::shape_mismatch, "shape_mismatch"}, {errc::dtype_mismatch, "dtype_mismatch"},
    {errc::label_out_of_range, "label_out_of_range"}, {errc::index_out_of_range, "index_out_of_range"},
    {errc::lod_mismatch, "lod_mismatch"}, {errc::feed_mismatch, "feed_mismatch"}, {errc::fetch_mismatch, "fetch_mismatch"},
    {errc::closed, "closed"}, {errc::cancelled, "cancelled"},
    {errc::not_found, "not_found"}, {errc::not_regular_file, "not_regular_file"},
    {errc::cannot_open, "cannot_open"}, {errc::cannot_read, "cannot_read"}, {errc::cannot_write, "cannot_write"},
    {errc::locked, "locked"}, {errc::mixed_generations, "mixed_generations"},
    {errc::buffer_too_small, "buffer_too_small"}, {errc::missing_record, "missing_record"}, {errc::extra_record, "extra_record"},
    {errc::nothing_to_save, "nothing_to_save"}, {errc::mixed_kinds, "mixed_kinds"},
});
// clang-format on
static_assert(
    [] {
        std::size_t at = 0;
        for (const auto& row : errc_rows)
            if (static_cast<std::size_t>(row.code) != at++) return false;
        return at == static_cast<std::size_t>(errc::mixed_kinds) + 1;
    }(),
    "one row per code, in order of the codes");
}  // namespace detail

/// The code as it is spelled in C++, for messages and tests.
constexpr std::string_view name_of(errc code) noexcept { return detail::errc_rows[static_cast<std::size_t>(code)].name; }

/// Marks an error that no position in a file belongs to.
inline constexpr std::uint64_t no_offset = ~std::uint64_t{0};

/// An error with all that is known about it. Fields that do not apply stay empty.
struct error {
    errc code{};
    text message{};                    ///< one sentence; the reference's own words where it has some
    text file{};                       ///< path or record the bytes came from
    std::uint64_t offset = no_offset;  ///< byte position in `file`
    text variable{};                   ///< name of the variable or attribute concerned
    text op{};                         ///< type of the operator concerned
    text expected{};
    text found{};

    /// Fills a field that is still empty.
    [[gnu::noinline, gnu::cold]] constexpr void fill(text error::*field, std::string_view what) noexcept {
        if ((this->*field).empty()) this->*field = what;
    }
    /// The same error, placed: fields that are still empty are filled.
    constexpr error&& in_file(std::string_view path) && { return fill(&error::file, path), static_cast<error&&>(*this); }
    constexpr error&& of_variable(std::string_view name) && { return fill(&error::variable, name), static_cast<error&&>(*this); }
    constexpr error&& of_op(std::string_view type) && { return fill(&error::op, type), static_cast<error&&>(*this); }
    constexpr error&& shifted(std::uint64_t by) && {
        if (offset != no_offset) offset += by;
        return static_cast<error&&>(*this);
    }
};

/// One clear line: code, sentence, then every field that is set.
inline std::string to_string(const error& e) {
    std::string line(name_of(e.code));
    if (!e.message.empty()) line.append(": ").append(printable(e.message));
    std::string fields;
    const auto add = [&fields](std::string_view label, std::string_view value) {
        if (value.empty()) return;
        fields.append(fields.empty() ? " [" : ", ").append(label).append(" ").append(printable(value));
    };
    add("file", e.file);
    if (e.offset != no_offset) add("offset", decimal(e.offset));
    add("variable", e.variable);
    add("operator", e.op);
    add("expected", e.expected);
    add("found", e.found);
    return fields.empty() ? line : line + fields + "]";
}

}  // namespace wherry::inline WHERRY_ABI

#endif
