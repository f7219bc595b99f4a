#ifndef WHERRY_INTEROP_DETAIL_SAFETENSORS_HEADER_HPP
#define WHERRY_INTEROP_DETAIL_SAFETENSORS_HEADER_HPP

#include <wherry/base/allocate.hpp>
#include <wherry/base/bytes.hpp>
#include <wherry/base/dtype.hpp>
#include <wherry/base/limits.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/format/numpy.hpp>
#include <wherry/record/any_reader.hpp>
#include <wherry/record/whole_record.hpp>
#include <wherry/version.hpp>
#include <wherry/wire/sniff.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

/// The header of a safetensors file.
namespace wherry::inline WHERRY_ABI::safetensors {

/// A longer header is refused before it is read.
inline constexpr std::uint64_t header_cap_bytes = 100'000'000;

struct metadata_entry {
    std::string key;
    std::string value;
};

namespace detail {
struct dtype_row {
    std::string_view name;
    DType dtype;
};
/// In the order of the format: elements of the last ones come first in a file, so that all are aligned.
inline constexpr auto dtypes = std::to_array<dtype_row>({
    {"BOOL", DType::BOOL},
    {"U8", DType::UINT8},
    {"I8", DType::INT8},
    {"F8_E5M2", DType::FP8_E5M2},
    {"F8_E4M3", DType::FP8_E4M3FN},
    {"I16", DType::INT16},
    {"U16", DType::UINT16},
    {"F16", DType::FP16},
    {"BF16", DType::BF16},
    {"I32", DType::INT32},
    {"U32", DType::UINT32},
    {"F32", DType::FP32},
    {"C64", DType::COMPLEX64},
    {"F64", DType::FP64},
    {"I64", DType::INT64},
    {"U64", DType::UINT64},
});
/// The row of an element type; nothing for COMPLEX128.
constexpr std::optional<std::size_t> row_of(DType dtype) noexcept {
    if (dtype == DType::SIZE_T) dtype = DType::UINT64;
    for (std::size_t i = 0; i < dtypes.size(); ++i)
        if (dtypes[i].dtype == dtype) return i;
    return std::nullopt;
}

inline failure bad(const char* message, std::string_view name = {}, std::string_view found = {}) {
    return failure(errc::bad_safetensors, message).of_variable(name.substr(0, 256)).found(found.substr(0, 80));
}

struct tensor_info {
    std::string name;
    DType dtype = DType::FP32;
    Shape dims{};
    std::uint64_t begin = 0;  ///< of its elements, after the header; from `read_header`, in the file
    std::uint64_t end = 0;
};

/// Takes the header as it is parsed; no tree of it is made. Every function answers false once something is wrong.
class header_reader : public nlohmann::json_sax<nlohmann::json> {
  public:
    [[nodiscard]] sequence<tensor_info>& tensors() noexcept { return tensors_; }
    [[nodiscard]] sequence<metadata_entry>& metadata() noexcept { return metadata_; }
    [[nodiscard]] error&& failure() noexcept { return std::move(failure_); }

    bool null() override { return skipped() || misplaced(); }
    bool boolean(bool) override { return skipped() || misplaced(); }
    bool number_integer(std::int64_t n) override { return skipped() || fail("a number is negative", decimal(n)); }
    bool number_float(double, const std::string& digits) override {
        return skipped() || fail("a number is not an integer of 64 bits", digits);
    }
    bool number_unsigned(std::uint64_t n) override {
        if (skipped()) return true;
        if (at_ != place::numbers) return misplaced();
        if (numbers_.size() == number_cap) return too_many();
        return numbers_.push_back(n), true;
    }
    bool string(std::string& chars) override {
        if (skipped()) return true;
        if (at_ == place::metadata) return metadata_.push_back({std::move(key_), std::move(chars)}), true;
        if (at_ != place::tensor || key_ != "dtype") return misplaced();
        for (const auto& row : dtypes)
            if (row.name == chars) return tensors_.back().dtype = row.dtype, true;
        fail("a tensor has an element type that is not known", chars);
        failure_.code = errc::bad_dtype;
        return false;
    }
    bool binary(binary_t&) override { return misplaced(); }

    bool start_object(std::size_t) override {
        if (entered()) return deep_enough();
        switch (at_) {
            case place::before: return at_ = place::top, true;
            case place::top:
                if (key_ == "__metadata__") {
                    if (std::exchange(has_metadata_, true)) return fail("the metadata occur twice");
                    return at_ = place::metadata, true;
                }
                tensors_.emplace_back().name = std::move(key_);
                seen_ = 0;
                return at_ = place::tensor, true;
            default: return fail("an object where none may be");
        }
    }
    bool key(std::string& chars) override {
        if (ignored_depth_ > 0) return true;
        key_ = std::move(chars);
        if (at_ != place::tensor) return true;
        constexpr std::string_view known[] = {"dtype", "shape", "data_offsets"};
        const auto which = static_cast<unsigned>(std::find(std::begin(known), std::end(known), key_) - std::begin(known));
        if (which == std::size(known)) return ignore_next_ = true;
        if ((seen_ & 1U << which) != 0) return fail("a tensor says something twice", key_);
        seen_ |= 1U << which;
        return true;
    }
    bool end_object() override {
        if (left()) return true;
        if (at_ == place::tensor && seen_ != 7) return fail("a tensor lacks its dtype, shape or data_offsets");
        at_ = at_ == place::top ? place::after : place::top;
        return true;
    }
    bool start_array(std::size_t) override {
        if (entered()) return deep_enough();
        if (at_ != place::tensor || key_ == "dtype") return fail("a list where none may be");
        numbers_.clear();
        return at_ = place::numbers, true;
    }
    bool end_array() override {
        if (left()) return true;
        at_ = place::tensor;
        return key_ == "shape" ? take_shape() : take_offsets();
    }
    bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception& why) override {
        failure_ = bad("the header is not JSON", {}, why.what());
        failure_.offset = 8 + position;
        return false;
    }

  private:
    enum class place : std::uint8_t { before, top, metadata, tensor, numbers, after };
    static constexpr std::size_t number_cap = 64;
    static constexpr std::size_t depth_cap = 64;

    bool fail(const char* message, std::string_view found = {}) {
        failure_ = bad(message, tensors_.empty() ? std::string_view(key_) : std::string_view(tensors_.back().name), found);
        return false;
    }
    bool too_many() {
        failure_ = {
            .code = errc::bad_dims, .message = "a tensor has too many dims", .variable = tensors_.back().name, .expected = "at most 9"};
        return false;
    }
    bool misplaced() { return fail("a value where none may be", key_); }

    // The value of a key that is not known is stepped over, however deep it is.
    bool skipped() noexcept { return ignored_depth_ > 0 || std::exchange(ignore_next_, false); }
    bool entered() noexcept {
        if (!skipped()) return false;
        ++ignored_depth_;
        return true;
    }
    bool deep_enough() { return ignored_depth_ <= depth_cap || fail("the header is nested too deep"); }
    bool left() noexcept {
        if (ignored_depth_ == 0) return false;
        --ignored_depth_;
        return true;
    }

    bool take_shape() {
        auto& tensor = tensors_.back();
        if (numbers_.size() > max_rank) return too_many();
        for (const auto n : numbers_) {
            if (!std::in_range<std::int64_t>(n)) return fail("a dim is too large", decimal(n));
            tensor.dims.push_back(static_cast<std::int64_t>(n));
        }
        return true;
    }
    bool take_offsets() {
        if (numbers_.size() != 2) return fail("data_offsets are two numbers");
        tensors_.back().begin = numbers_[0];
        tensors_.back().end = numbers_[1];
        return true;
    }

    place at_ = place::before;
    std::string key_;
    unsigned seen_ = 0;  ///< bits of the keys of a tensor
    bool ignore_next_ = false;
    bool has_metadata_ = false;
    std::size_t ignored_depth_ = 0;
    sequence<std::uint64_t> numbers_;
    sequence<tensor_info> tensors_;
    sequence<metadata_entry> metadata_;
    error failure_{};
};

/// Sizes, order, holes, overlaps, names. The elements must cover all of the data, one tensor after the other.
inline result<void> check_tensors(sequence<tensor_info>& tensors, std::uint64_t data_bytes, const limits& caps) {
    std::sort(tensors.begin(), tensors.end(), [](const tensor_info& a, const tensor_info& b) { return a.name < b.name; });
    for (std::size_t i = 0; i < tensors.size(); ++i) {
        const auto& name = tensors[i].name;
        if (name.empty() || name.size() > caps.name_bytes || name.find('\0') != std::string::npos)
            return failure(errc::bad_name, "a tensor's name is empty, too long or holds a NUL").of_variable(name.substr(0, 64));
        if (i > 0 && tensors[i - 1].name == name) return failure(errc::duplicate_name, "a header holds a name twice").of_variable(name);
    }
    std::sort(tensors.begin(), tensors.end(), [](const tensor_info& a, const tensor_info& b) {
        return a.begin != b.begin ? a.begin < b.begin : a.end != b.end ? a.end < b.end : a.name < b.name;
    });
    std::uint64_t covered = 0;
    for (const auto& tensor : tensors) {
        if (tensor.begin != covered || tensor.end < tensor.begin)
            return failure(errc::bad_safetensors, "the elements of a tensor do not follow those before them")
                .of_variable(tensor.name)
                .expected(covered)
                .found(tensor.begin);
        const auto size = numpy::data_bytes(tensor.dtype, tensor.dims);
        if (!size) return size.failure().of_variable(tensor.name);
        if (*size != tensor.end - tensor.begin)
            return failure(errc::shape_mismatch, "the data_offsets of a tensor are not what its shape needs")
                .of_variable(tensor.name)
                .expected(*size)
                .found(tensor.end - tensor.begin);
        if (tensor.end > data_bytes)
            return failure(errc::truncated, "the elements of a tensor are cut short")
                .of_variable(tensor.name)
                .expected(tensor.end)
                .found(data_bytes);
        covered = tensor.end;
    }
    if (covered == data_bytes) return {};
    return failure(errc::trailing_bytes, "the file goes on after the last tensor").expected(covered).found(data_bytes);
}

/// The size of the header, from the first bytes of a file. Errors: truncated, too_large, bad_safetensors.
inline result<std::uint64_t> header_size(std::string_view start, std::uint64_t file_bytes) {
    byte_cursor in(start);
    const auto size = in.read<std::uint64_t>("a file is too short for a header size");
    if (!size) return size.failure();
    const auto kind = wire::foreign_kind(start);
    if (*size > header_cap_bytes || !fits(*size, file_bytes - 8))
        return failure(!kind.empty()              ? errc::bad_safetensors
                       : *size > header_cap_bytes ? errc::too_large
                                                  : errc::truncated,
                       "the header is longer than the limit or the file")
            .at(0)
            .expected(kind.empty() ? std::string(decimal(std::min(header_cap_bytes, file_bytes - 8)).view()) : "safetensors")
            .found(kind.empty() ? decimal(*size).view() : kind);
    return *size;
}

struct parsed_header {
    sequence<tensor_info> tensors;
    sequence<metadata_entry> metadata;
};
inline result<parsed_header> parse_header(std::string_view text, std::uint64_t data_bytes, const limits& caps) {
    if (!text.starts_with('{')) return bad("the header does not begin with {");
    if (text.find('\0') != std::string_view::npos) return bad("the header holds a NUL");  // where the JSON parser would stop
    header_reader reader;
    if (!nlohmann::json::sax_parse(text.begin(), text.end(), &reader)) return reader.failure();
    if (auto checked = check_tensors(reader.tensors(), data_bytes, caps); !checked) return checked.failure();
    return parsed_header{std::move(reader.tensors()), std::move(reader.metadata())};
}

/// A JSON string; the text is known to be UTF-8.
inline std::string quoted(std::string_view text) { return nlohmann::json(text).dump(); }

/// The header of a file, checked as a whole. Errors: bad_safetensors, too_large, truncated, trailing_bytes, those of a tensor's entry.
inline result<parsed_header> read_header(any_reader& reader, const limits& caps) {
    const auto file_bytes = reader.size_bytes();
    const auto start = read_head(reader, 32);
    if (!start) return start.failure();
    const auto size = header_size(*start, file_bytes);
    if (!size) return size.failure();
    std::string text;
    if (!try_reserve(text, static_cast<std::size_t>(*size))) return out_of_memory(*size);
    text.resize(static_cast<std::size_t>(*size));
    if (auto read = reader.read_at(8, std::as_writable_bytes(std::span(text))); !read) return read.failure();
    auto header = parse_header(text, file_bytes - 8 - *size, caps);
    if (!header) return header;
    for (auto& info : header->tensors) {
        info.begin += 8 + *size;
        info.end += 8 + *size;
    }
    return header;
}
}  // namespace detail

}  // namespace wherry::inline WHERRY_ABI::safetensors

#endif
