#ifndef WHERRY_FORMAT_TEXT_FILE_HPP
#define WHERRY_FORMAT_TEXT_FILE_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/limits.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/format/format.hpp>
#include <wherry/format/npy.hpp>
#include <wherry/format/text_number.hpp>
#include <wherry/record/any_reader.hpp>
#include <wherry/record/record_index.hpp>
#include <wherry/record/save_plan.hpp>
#include <wherry/record/whole_record.hpp>
#include <wherry/tensor/element_text.hpp>
#include <wherry/tensor/tensor.hpp>
#include <wherry/version.hpp>
#include <wherry/wire/file_kind.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

/// Numbers in text, a file an array: what `numpy.savetxt` and a loop of `printf` write, and `numpy.loadtxt` reads.
///
///     # float32 [2, 3]
///     0.5 -1 2e-10
///     1 2 nan
///
/// The first line is wherry's own, and a comment to everybody else. Without it an array is float32 of rows x columns, and a
/// single row or column has one dim. Source: numpy.savetxt, numpy.loadtxt.
namespace wherry::inline WHERRY_ABI::text_file {

/// Element type and dims of an array that does not have them itself.
struct assumed {
    DType dtype = DType::FP32;
    std::optional<Shape> dims{};  ///< none: those of its lines
};

/// The file of an array: NAME.txt.
inline std::string file_name_of(std::string_view name) { return std::string(name) + ".txt"; }

/// The name of the array in a file: without .txt or .csv, and .gz after them.
inline std::string_view name_in(std::string_view file) noexcept {
    if (file.ends_with(".gz")) file.remove_suffix(3);
    if (file.ends_with(".txt") || file.ends_with(".csv")) file.remove_suffix(4);
    return file;
}

namespace detail {
/// A number, or the word in its place.
struct word {
    std::string_view chars;
    std::uint64_t offset = 0;
    std::uint64_t line = 1;
};

/// Goes through words, which blanks or one comma separate. A # starts a comment. Of a file a window is held: a word is there until the next.
class word_reader {
  public:
    explicit word_reader(std::string_view text) noexcept : text_(text) {}
    /// Borrows the reader.
    explicit word_reader(any_reader& file) : file_(&file), left_(file.size_bytes()) {
        if (!file.is_view()) return;
        text_ = file.bytes();
        left_ = 0;
    }

    std::optional<word> next() {
        bool comma = false;
        bool comment = false;
        for (; at_ < text_.size() || fill(); ++at_) {
            const char c = text_[at_];
            if (c == '\n') ++line_, follows_ = comma = comment = false;
            else if (c == '#' || comment) comment = true;
            else if (c == ',' && follows_ && !comma) comma = true;
            else if (c != ' ' && c != '\t' && c != '\r') break;
        }
        if (at_ == text_.size()) return std::nullopt;
        auto end = end_of_word();
        while (end == std::string_view::npos && fill()) end = end_of_word();
        if (failed_) return std::nullopt;
        end = std::min(end, text_.size());
        const word found{text_.substr(at_, end - at_), start_ + at_, line_};
        at_ = end;
        follows_ = true;
        return found;
    }
    /// What went wrong, where `next` has ended for that. Errors: those of the reader; bad_text.
    [[nodiscard]] result<void> status() const { return failed_ ? result<void>(*failed_) : result<void>(); }
    [[nodiscard]] std::uint64_t offset() const noexcept { return start_ + at_; }

  private:
    static constexpr std::size_t window_bytes = std::size_t{1} << 16U;

    [[nodiscard]] std::size_t end_of_word() const noexcept { return text_.find_first_of(" \t\r\n,#", at_ + 1); }
    /// More of the file after what is left of the window. False where there is no more.
    bool fill() {
        if (left_ == 0 || failed_) return false;
        held_.erase(0, at_);
        start_ += at_;
        at_ = 0;
        const auto before = held_.size();
        if (before >= window_bytes)
            return fail({.code = errc::bad_text,
                         .message = "a word is longer than any number",
                         .offset = start_,
                         .found = {std::string_view(held_).substr(0, 40), " in line ", decimal(line_)}});
        const auto more = static_cast<std::size_t>(std::min<std::uint64_t>(window_bytes, left_));
        held_.resize(before + more);
        if (auto read = file_->read_at(start_ + before, std::as_writable_bytes(std::span(held_).subspan(before))); !read)
            return fail(std::move(read).error());
        left_ -= more;
        text_ = held_;
        return true;
    }
    bool fail(error what) {
        failed_ = std::move(what);
        text_ = {};
        return false;
    }

    any_reader* file_ = nullptr;
    std::string held_;         ///< the window
    std::uint64_t start_ = 0;  ///< of it, in the file
    std::uint64_t left_ = 0;   ///< after it
    std::string_view text_;
    std::size_t at_ = 0;
    std::uint64_t line_ = 1;
    bool follows_ = false;  ///< a word of the same line
    std::optional<error> failed_;
};

/// How many numbers there are, and whether they form rows and columns.
struct extent {
    std::uint64_t count = 0;
    std::uint64_t rows = 0;
    std::uint64_t columns = 0;      ///< of the first row
    std::optional<error> ragged{};  ///< the first row of another length
};

inline extent extent_of(word_reader& words) {
    extent seen;
    std::uint64_t columns = 0;
    word row{{}, 0, 0};
    const auto end_row = [&] {
        if (seen.rows == 1) seen.columns = columns;
        if (seen.rows <= 1 || columns == seen.columns || seen.ragged) return;
        seen.ragged = error{.code = errc::bad_text,
                            .message = "rows of numbers have different lengths",
                            .offset = row.offset,
                            .expected = {decimal(seen.columns), " numbers"},
                            .found = {decimal(columns), " in line ", decimal(row.line)}};
    };
    while (const auto found = words.next()) {
        if (found->line != row.line) {
            end_row();
            row = {{}, found->offset, found->line};
            ++seen.rows;
            columns = 0;
        }
        ++columns;
        ++seen.count;
    }
    end_row();
    return seen;
}

/// The first line, "# float32 [2, 3]"; any other comment is not one. Errors: bad_dims for such a line with impossible dims.
inline result<std::optional<assumed>> own_line(std::string_view text) {
    auto line = text.substr(0, text.find('\n'));
    if (!line.starts_with("# ")) return std::optional<assumed>();
    line.remove_prefix(2);
    const auto dtype = dtype_named(line.substr(0, line.find(' ')));
    npy::detail::literal_reader in(line.substr(std::min(line.find(' '), line.size())));
    if (!dtype || !in.skip("[")) return std::optional<assumed>();
    const error bad{.code = errc::bad_dims,
                    .message = "the first line of a file of numbers gives impossible dims",
                    .offset = 0,
                    .expected = "# float32 [2, 3]",
                    .found = line.substr(0, 80)};
    Shape dims;
    for (bool more = !in.skip("]"); more;) {
        const auto dim = in.number();
        if (!dim || dims.rank() == max_rank) return bad;
        dims.push_back(*dim);
        more = in.skip(",");
        if (!more && !in.skip("]")) return bad;
    }
    in.skip("");
    if (!in.rest().empty() || !byte_count(*dtype, dims)) return bad;
    return std::optional(assumed{*dtype, dims});
}

/// Dims of numbers without any: as numpy.loadtxt makes them, but for a single number, which is [1].
inline result<Shape> dims_of(const extent& seen) {
    if (seen.ragged) return *seen.ragged;
    if (seen.rows == 1 || seen.columns == 1) return Shape{static_cast<std::int64_t>(seen.count)};
    return Shape{static_cast<std::int64_t>(seen.rows), static_cast<std::int64_t>(seen.columns)};
}

inline failure wrong_count(errc code, const char* message, const Shape& dims, std::uint64_t found) {
    return failure(code, message).expected({decimal(dims.count()), " numbers for ", to_string(dims)}).found(found);
}

/// The array's dims, which have as many elements as there are numbers.
inline result<Shape> checked_dims(const std::optional<assumed>& own, const assumed& otherwise, const extent& seen) {
    const auto& wanted = own ? own->dims : otherwise.dims;
    if (!wanted) return dims_of(seen);
    const auto count = wanted->element_count();
    if (count && *count == seen.count) return *wanted;
    if (!own) return wrong_count(errc::shape_mismatch, "a file holds another number of numbers than the variable", *wanted, seen.count);
    return seen.count < *count ? wrong_count(errc::truncated, "a file of numbers ends before its dims do", *wanted, seen.count)
                               : wrong_count(errc::trailing_bytes, "a file of numbers goes on after its dims", *wanted, seen.count);
}
}  // namespace detail

namespace detail {
/// `first`: the first line, or more of the text; `words`: of all of it.
inline result<assumed> head_of(std::string_view first, word_reader& words, const assumed& otherwise) {
    const auto own = own_line(first);
    if (!own) return own.failure();
    if (!*own && !is_dtype(otherwise.dtype))  // of a variable that a program describes
        return failure(errc::bad_dtype, "no element type has this number").found(static_cast<std::int32_t>(otherwise.dtype));
    const auto seen = extent_of(words);
    if (auto status = words.status(); !status) return status.failure();
    if (seen.count == 0 && !*own) return failure(errc::bad_text, "there is no number").at(words.offset());
    const auto dims = checked_dims(*own, otherwise, seen);
    if (!dims) return dims.failure();
    return assumed{*own ? (*own)->dtype : otherwise.dtype, *dims};
}
inline result<void> fill(word_reader& words, Tensor& into) {
    const auto width = size_of(into.dtype());
    auto to = into.bytes();
    for (auto found = words.next(); found; found = words.next(), to = to.subspan(width))
        if (to.empty() || !wherry::detail::store_number(into.dtype(), found->chars, to.data()))
            return failure(errc::bad_text, "a word is not a number of the element type")
                .at(found->offset)
                .expected(name_of(into.dtype()))
                .found({found->chars.substr(0, 40), " in line ", decimal(found->line)});
    if (auto status = words.status(); !status) return status;
    if (to.empty()) return {};
    return failure(errc::truncated, "a file of numbers ends before its dims do").at(words.offset());
}
}  // namespace detail

/// The element type and the dims of the array in a text. Errors: as `parse`, but for words that are not numbers.
inline result<assumed> parse_head(std::string_view text, const assumed& otherwise = {}) {
    detail::word_reader words(text);
    return detail::head_of(text, words, otherwise);
}
/// The same of a file, of which a window is held. Errors: those of the reader, too.
inline result<assumed> parse_head(any_reader& file, const assumed& otherwise = {}) {
    const auto first = read_head(file, 512);
    if (!first) return first.failure();
    detail::word_reader words(file);
    return detail::head_of(*first, words, otherwise);
}

/// Reads the numbers of a text into a Tensor that has the type and the dims of `parse_head`. Errors: bad_text, with offset and line.
inline result<void> fill(std::string_view text, Tensor& into) {
    detail::word_reader words(text);
    return detail::fill(words, into);
}

/// The array in a text. Numbers are separated by blanks or commas; in place of an integer "3.0e+00" is one, too.
/// Errors: bad_text (a word that is not such a number, or one out of range; rows of different lengths where nobody gives dims; no number
/// at all), with offset and line; bad_dtype where `otherwise` is asked and names none; truncated and trailing_bytes where the dims of the
/// first line say otherwise, bad_dims; shape_mismatch where those of `otherwise` do. Memory is reserved only for numbers that are there.
inline result<Tensor> parse(std::string_view text, const assumed& otherwise = {}) {
    const auto head = parse_head(text, otherwise);
    if (!head) return head.failure();
    Tensor made(head->dtype, *head->dims);
    if (auto filled = fill(text, made); !filled) return filled.failure();
    return made;
}

namespace detail {
inline std::string title_of(const tensor_ref& array) {
    return "# " + std::string(name_of(array.dtype)) + " " + to_string(array.dims) + "\n";
}
/// Elements from the byte `first` of the array on.
inline void print_rows(std::string& into, const tensor_ref& array, std::uint64_t first, piece elements) {
    const auto columns = array.dims.rank() < 2 ? 1 : static_cast<std::uint64_t>(array.dims.back());
    const auto width = size_of(array.dtype);
    auto number = first / width;
    for (std::size_t at = 0; at < elements.size(); at += width) {
        wherry::append_number(into, array.dtype, elements.data() + at);
        into += ++number % columns == 0 ? '\n' : ' ';
    }
}
inline void print_later(byte_buffer& into, const tensor_ref& array, std::uint64_t first, piece elements) {
    std::string rows;
    print_rows(rows, array, first, elements);
    append(into, rows);
}
}  // namespace detail

/// An array as text: the line that says what it is, then a line per row of its last dim; with one dim, a line per number. Numbers are the
/// shortest that are read back as the same elements; what a NaN carries and LoD are not kept.
/// The array must pass `check_tensor`.
inline std::string print(const tensor_ref& array) {
    auto made = detail::title_of(array);
    detail::print_rows(made, array, 0, array.bytes);
    return made;
}

}  // namespace wherry::inline WHERRY_ABI::text_file

namespace wherry::inline WHERRY_ABI::format {

/// Numbers in text, for numpy.loadtxt and for eyes: a file per array, which does not hold its name. `archive<format::text,
/// layout::per_file>::save(program, scope, disk{"folder"})` writes NAME.txt each.
struct text {
    using kind = kinds::format;
    static constexpr std::string_view name = "text";
    static constexpr format_facts facts{
        .holds_names = false, .holds_many = false, .fills_many_records = true, .known_sizes = false, .lends = false, .suffix = ".txt"};

    static constexpr bool recognises(std::string_view head, std::uint64_t size_bytes) noexcept {
        return wire::kind_of(head, size_bytes) == wire::file_kind::text;
    }
    /// A text that does not say what it is has the type, and as far as they are known the dims, of `request.variable`.
    /// Errors: those of `text_file::parse_head` and of the reader.
    static result<record_listing> index(any_reader& reader, const listing_request& request) {
        text_file::assumed otherwise;
        if (request.variable && request.variable.tensor_desc() != nullptr) {
            const auto dims = Shape::from(request.variable.shape());
            otherwise.dtype = request.variable.dtype();
            if (dims && dims->is_concrete()) otherwise.dims = *dims;
        }
        const auto head = text_file::parse_head(reader, otherwise);
        if (!head) return head.failure();
        record_listing made;
        auto& one = made.arrays.emplace_back();
        one.header = {head->dtype, *head->dims, {}, head->dims->count() * size_of(head->dtype), 0};
        one.decoder = {[](const void*, std::size_t, any_reader& file, Tensor& into) {
                           text_file::detail::word_reader words(file);
                           return text_file::detail::fill(words, into);
                       },
                       nullptr};
        return made;
    }
    /// Errors: none; tensors are checked before.
    static result<void> plan(save_plan& into, std::span<const tensor_ref> tensors, const limits&) {
        for (const auto& one : tensors) {
            if (one.source == nullptr) {
                into.append(text_file::print(one));
                continue;
            }
            const later_elements all{one, 0, one.size_bytes(), text_file::detail::print_later};
            into.append(text_file::detail::title_of(one));
            into.print_later(all, into.printed_bytes(all));
        }
        return {};
    }
};

static_assert(WritableFormat<text>);

}  // namespace wherry::inline WHERRY_ABI::format

#endif
