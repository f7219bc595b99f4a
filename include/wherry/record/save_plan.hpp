#ifndef WHERRY_RECORD_SAVE_PLAN_HPP
#define WHERRY_RECORD_SAVE_PLAN_HPP

#include <wherry/base/bytes.hpp>
#include <wherry/base/dtype.hpp>
#include <wherry/base/limits.hpp>
#include <wherry/base/lod.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/policy/sink.hpp>
#include <wherry/record/byte_order.hpp>
#include <wherry/record/record_check.hpp>
#include <wherry/tensor/selected_rows.hpp>
#include <wherry/tensor/tensor.hpp>
#include <wherry/version.hpp>
#include <wherry/wire/selected_rows.hpp>
#include <wherry/wire/tensor_stream.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI {

/// Checks that a tensor can be written so that it can be read again.
/// Errors: bad_dtype, bad_dims, overflow, shape_mismatch when bytes and dims disagree, bad_lod, bad_rows.
inline result<void> check_tensor(const tensor_ref& tensor, const limits& caps = {}) {
    const auto wrong = [&](errc code, std::string_view message, std::string_view expected, std::string_view found) {
        return error{.code = code, .message = message, .variable = tensor.name, .expected = expected, .found = found};
    };
    if (!is_dtype(tensor.dtype))
        return wrong(errc::bad_dtype, "no element type has this number", {}, decimal(static_cast<std::int32_t>(tensor.dtype)));
    if (!tensor.dims.is_concrete()) return wrong(errc::bad_dims, "a dim is negative", {}, to_string(tensor.dims));
    const auto size = byte_count(tensor.dtype, tensor.dims);
    if (!size) return wrong(errc::overflow, "the dims of a tensor multiply past 64 bits", {}, to_string(tensor.dims));
    if (*size != tensor.bytes.size())
        return wrong(errc::shape_mismatch, "the bytes of a tensor are not as many as its dims say", decimal(*size),
                     decimal(tensor.bytes.size()));
    if (tensor.rows != nullptr) {
        auto checked = wire::check_rows(tensor.rows->rows, tensor.rows->height);
        if (!checked) return std::move(checked).error().of_variable(tensor.name);
        if (tensor.dims.rank() == 0 || !std::cmp_equal(tensor.dims[0], tensor.rows->rows.size()))
            return wrong(errc::bad_dims, "the values of SelectedRows are not one per row", decimal(tensor.rows->rows.size()),
                         to_string(tensor.dims));
    }
    if (tensor.lod == nullptr) return {};
    if (tensor.lod->size() > caps.lod_levels)
        return wrong(errc::bad_lod, "more LoD levels than the limit", decimal(caps.lod_levels), decimal(tensor.lod->size()));
    const auto rows = tensor.dims.rank() > 0 ? static_cast<std::uint64_t>(tensor.dims[0]) : 1;
    auto lod = check_lod(*tensor.lod, rows);
    return lod ? result<void>() : result<void>(std::move(lod).error().of_variable(tensor.name));
}

/// Writes the header of a tensor whose stream starts at `offset` of its record; its bytes are in the order of the file.
using header_maker = void (*)(byte_buffer& out, const tensor_ref& tensor, std::uint64_t offset);

/// The reference's header.
inline void plain_header(byte_buffer& out, const tensor_ref& tensor, std::uint64_t) {
    const LoD none;
    wire::append_tensor_header(out, tensor.dtype, tensor.dims, tensor.lod != nullptr ? *tensor.lod : none);
}

namespace detail {
inline result<void> check_tensors(std::span<const tensor_ref> tensors, std::span<const std::string_view> names, const limits& caps) {
    if (auto checked = check_tensor_names(names, caps); !checked) return checked;
    for (const auto& tensor : tensors)
        if (auto checked = check_tensor(tensor, caps); !checked) return checked;
    return {};
}
inline error rows_among_others(std::string_view name) {
    return {.code = errc::mixed_kinds,
            .message = "SelectedRows have a record of their own",
            .variable = name,
            .expected = "LOD_TENSOR",
            .found = "SELECTED_ROWS"};
}
}  // namespace detail

/// Records ready to be written: what belongs to a format is made, elements are only pointed at. All sizes are known before the first
/// byte moves; whether they follow from element types and dims alone, so that several writers can share the work, is up to the format.
/// Guarantee: the tensors must outlive the plan; nothing of them is copied on a little-endian machine.
class save_plan {
  public:
    save_plan() = default;
    save_plan(save_plan&&) noexcept = default;
    save_plan& operator=(save_plan&&) noexcept = default;
    save_plan(const save_plan&) = delete;  // parts point into the plan
    save_plan& operator=(const save_plan&) = delete;
    ~save_plan() = default;

    /// Paddle's streams. Errors: those of `check_tensor`, `check_tensor_names` and `records_of`; mixed_kinds for SelectedRows with
    /// others in a record; overflow.
    template <Layout L>
    static result<save_plan> make(std::span<const tensor_ref> tensors, const L& layout = {}, const limits& caps = {},
                                  header_maker make_header = plain_header) {
        sequence<std::string_view> names;
        names.reserve(tensors.size());
        for (const auto& tensor : tensors) names.push_back(tensor.name);
        if (auto checked = detail::check_tensors(tensors, names, caps); !checked) return checked.failure();
        auto records = records_of<L>(names, layout);
        if (!records) return records.failure();
        return of_streams(tensors, *std::move(records), L::single_record, make_header);
    }

    /// Begins a record; what is added from here on is part of it.
    void begin_record(std::string name = {}) { records_.push_back({std::move(name), parts_.size(), 0}); }
    /// Adds bytes that the plan keeps.
    void append(std::string_view bytes) {
        wherry::append(made_, bytes);
        made_part(bytes.size());
    }
    /// Adds bytes that somebody else keeps.
    void point_at(piece bytes) {
        if (bytes.empty()) return;
        parts_.push_back({bytes.data(), 0, bytes.size()});
        grow(bytes.size());
    }
    /// Adds a stream of Paddle's: a header, then elements.
    void add_stream(tensor_ref tensor, header_maker make_header = plain_header) {
        const auto before = made_.size();
        tensor.bytes = in_file_order(tensor.dtype, tensor.bytes);
        if (tensor.rows != nullptr)
            wire::append_selected_rows_header(made_, tensor.rows->rows, tensor.rows->height, tensor.dtype, tensor.dims);
        else make_header(made_, tensor, size_bytes());
        made_part(made_.size() - before);
        point_at(tensor.bytes);
    }
    /// Adds elements in the order of the file: a copy on big-endian machines.
    void add_elements(DType dtype, piece elements) { point_at(in_file_order(dtype, elements)); }
    piece in_file_order(DType dtype, piece elements) {
        if constexpr (native_is_little_endian) return elements;
        byte_buffer turned(as_chars(elements).begin(), as_chars(elements).end());
        reverse_numbers(dtype, std::as_writable_bytes(std::span(turned)));
        return as_bytes(keep(std::move(turned)));
    }
    /// Keeps bytes as long as the plan, for `point_at`.
    std::string_view keep(byte_buffer bytes) { return view_of(kept_.emplace_back(std::move(bytes))); }
    /// Bytes of the last record so far.
    [[nodiscard]] std::uint64_t size_bytes() const noexcept { return records_.back().size_bytes; }
    /// Errors: overflow when a record is larger than 64 bits can say.
    [[nodiscard]] result<void> checked() const {
        if (overflowed_) return error{.code = errc::overflow, .message = "a record is larger than 64 bits can say"};
        return {};
    }

    /// Names and sizes; the names point into the plan.
    [[nodiscard]] sequence<record_size> records() const {
        sequence<record_size> sizes;
        sizes.reserve(records_.size());
        for (const auto& one : records_) sizes.push_back({one.name, one.size_bytes});
        return sizes;
    }
    /// The pieces of a record, in order.
    [[nodiscard]] sequence<piece> pieces(std::size_t record) const {
        const auto end = record + 1 < records_.size() ? records_[record + 1].first_part : parts_.size();
        sequence<piece> made;
        made.reserve(end - records_[record].first_part);
        for (auto at = records_[record].first_part; at < end; ++at) {
            const auto& one = parts_[at];
            made.push_back(one.outside != nullptr ? piece(one.outside, one.size) : as_bytes(view_of(made_).substr(one.begin, one.size)));
        }
        return made;
    }

  private:
    struct planned_record {
        std::string name;
        std::size_t first_part = 0;
        std::uint64_t size_bytes = 0;
    };
    /// Bytes that are kept elsewhere, or a stretch of `made_`.
    struct part {
        const std::byte* outside = nullptr;
        std::size_t begin = 0;
        std::size_t size = 0;
    };

    static result<save_plan> of_streams(std::span<const tensor_ref> tensors, sequence<record> records, bool single,
                                        header_maker make_header) {
        save_plan plan;
        plan.records_.reserve(records.size());
        plan.parts_.reserve(2 * tensors.size());
        for (auto& held : records) {
            plan.begin_record(std::move(held.name));
            for (const auto at : held.tensors) {
                if (tensors[at].rows != nullptr && (single || held.tensors.size() > 1)) return detail::rows_among_others(tensors[at].name);
                plan.add_stream(tensors[at], make_header);
            }
        }
        if (auto checked = plan.checked(); !checked) return checked.failure();
        return plan;
    }
    /// The last bytes of `made_` are part of the record.
    void made_part(std::size_t size) {
        if (size == 0) return;
        const bool follows = parts_.size() > records_.back().first_part && parts_.back().outside == nullptr;
        if (follows) parts_.back().size += size;
        else parts_.push_back({nullptr, made_.size() - size, size});
        grow(size);
    }
    void grow(std::uint64_t more) noexcept {
        auto& total = records_.back().size_bytes;
        overflowed_ = overflowed_ || total + more < total;
        total += more;
    }

    sequence<planned_record> records_;
    sequence<part> parts_;
    byte_buffer made_;
    sequence<byte_buffer> kept_;
    bool overflowed_ = false;
};

/// Writes a plan. Errors: those of the sink.
template <Sink S>
auto write(const save_plan& plan, S& sink, durability_steps how) -> decltype(sink.finish()) {
    const auto records = plan.records();
    if (auto started = sink.start(records, how); !started) return started.failure();
    for (std::size_t at = 0; at < records.size(); ++at) {
        if (auto written = sink.write_at(at, 0, plan.pieces(at)); !written) return written.failure();
        if (auto done = sink.commit(at); !done) return done.failure();
    }
    return sink.finish();
}

}  // namespace wherry::inline WHERRY_ABI

#endif
