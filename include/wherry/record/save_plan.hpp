#ifndef WHERRY_RECORD_SAVE_PLAN_HPP
#define WHERRY_RECORD_SAVE_PLAN_HPP

#include <wherry/base/bytes.hpp>
#include <wherry/base/lod.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/policy/sink.hpp>
#include <wherry/record/byte_order.hpp>
#include <wherry/record/record_check.hpp>
#include <wherry/tensor/selected_rows.hpp>
#include <wherry/version.hpp>
#include <wherry/wire/selected_rows.hpp>
#include <wherry/wire/tensor_stream.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
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

/// Tensors laid out in records, ready to be written: headers are made, elements only pointed at. Sizes and positions are
/// known before the first byte moves, so several writers can share the work.
/// Guarantee: the tensors must outlive the plan; nothing of them is copied on a little-endian machine.
class save_plan {
  public:
    /// Errors: those of `check_tensor`, `check_tensor_names` and `records_of`; mixed_kinds for SelectedRows with others in a record;
    /// overflow.
    template <Layout L>
    static result<save_plan> make(std::span<const tensor_ref> tensors, const L& layout = {}, const limits& caps = {},
                                  header_maker make_header = plain_header) {
        sequence<std::string_view> names;
        names.reserve(tensors.size());
        for (const auto& tensor : tensors) names.push_back(tensor.name);
        if (auto checked = detail::check_tensors(tensors, names, caps); !checked) return std::move(checked).failure();
        auto records = records_of<L>(names, layout);
        if (!records) return std::move(records).failure();
        return of_records(tensors, *std::move(records), L::single_record, make_header);
    }
    /// One record: a head, then the elements in `order`, as formats have it that keep all headers in one place. The tensors must pass
    /// `check_tensor`, and the head must be of the format of the caller. Errors: overflow.
    static result<save_plan> headed(byte_buffer head, std::span<const tensor_ref> tensors, sequence<std::size_t> order) {
        save_plan plan;
        plan.headed_ = true;
        plan.records_.push_back({{}, std::move(order)});
        if (!plan.make_headers(
                tensors, [](byte_buffer&, const tensor_ref&, std::uint64_t) {}, head.size()))
            return error{.code = errc::overflow, .message = "a record is larger than 64 bits can say"};
        plan.headers_ = std::move(head);
        return plan;
    }
    save_plan(save_plan&&) noexcept = default;
    save_plan& operator=(save_plan&&) noexcept = default;
    save_plan(const save_plan&) = delete;
    save_plan& operator=(const save_plan&) = delete;
    ~save_plan() = default;

    [[nodiscard]] std::span<const record_size> records() const noexcept { return sizes_; }

    /// The pieces of a record, in order: header, elements, header, elements, ...
    [[nodiscard]] sequence<piece> pieces(std::size_t record) const {
        const auto& tensors = records_[record].tensors;
        sequence<piece> made;
        made.reserve(2 * tensors.size() + 1);
        if (headed_) made.push_back(as_bytes(view_of(headers_)));
        for (const auto at : tensors) {
            if (!headed_) made.push_back(header(at));
            if (!elements_[at].empty()) made.push_back(elements_[at]);
        }
        return made;
    }

  private:
    save_plan() = default;

    static result<save_plan> of_records(std::span<const tensor_ref> tensors, sequence<record> records, bool single,
                                        header_maker make_header) {
        for (const auto& held : records)
            for (const auto at : held.tensors)
                if (tensors[at].rows != nullptr && (single || held.tensors.size() > 1)) return detail::rows_among_others(tensors[at].name);
        save_plan plan;
        plan.records_ = std::move(records);
        if (!plan.make_headers(tensors, make_header))
            return error{.code = errc::overflow, .message = "a record is larger than 64 bits can say"};
        return plan;
    }

    /// Goes by records, since what a header holds may depend on where it lies. False: a record's size does not fit 64 bits.
    bool make_headers(std::span<const tensor_ref> tensors, header_maker make_header, std::uint64_t head_bytes = 0) {
        headers_at_.resize(tensors.size());
        elements_.resize(tensors.size());
        turned_.reserve(native_is_little_endian ? 0 : tensors.size());
        sizes_.reserve(records_.size());
        for (const auto& held : records_) {
            std::uint64_t total = head_bytes;
            for (const auto at : held.tensors) {
                auto tensor = tensors[at];
                tensor.bytes = elements_[at] = in_file_order(tensor);
                const auto start = headers_.size();
                if (tensor.rows != nullptr)
                    wire::append_selected_rows_header(headers_, tensor.rows->rows, tensor.rows->height, tensor.dtype, tensor.dims);
                else make_header(headers_, tensor, total);
                headers_at_[at] = {start, headers_.size() - start};
                for (const std::uint64_t more : {headers_at_[at].size_bytes, elements_[at].size()}) {
                    if (total + more < total) return false;
                    total += more;
                }
            }
            sizes_.push_back({held.name, total});
        }
        return true;
    }
    piece in_file_order(const tensor_ref& tensor) {
        if constexpr (native_is_little_endian) return tensor.bytes;
        auto& copy = turned_.emplace_back(tensor.bytes.begin(), tensor.bytes.end());
        reverse_numbers(tensor.dtype, copy);
        return copy;
    }
    [[nodiscard]] piece header(std::size_t at) const noexcept {
        return as_bytes(view_of(headers_).substr(headers_at_[at].offset, headers_at_[at].size_bytes));
    }

    struct stretch {
        std::size_t offset = 0;
        std::size_t size_bytes = 0;
    };

    bool headed_ = false;  ///< all of headers_ comes first
    sequence<record> records_;
    sequence<record_size> sizes_;  ///< their names point into records_
    byte_buffer headers_;
    sequence<stretch> headers_at_;  ///< of each tensor, in headers_
    sequence<piece> elements_;
    sequence<sequence<std::byte>> turned_;  ///< copies in the order of the file, on big-endian machines
};

/// Writes a plan. Errors: those of the sink.
template <Sink S>
auto write(const save_plan& plan, S& sink, durability_steps how) -> decltype(sink.finish()) {
    if (auto started = sink.start(plan.records(), how); !started) return std::move(started).failure();
    for (std::size_t at = 0; at < plan.records().size(); ++at) {
        if (auto written = sink.write_at(at, 0, plan.pieces(at)); !written) return std::move(written).failure();
        if (auto done = sink.commit(at); !done) return std::move(done).failure();
    }
    return sink.finish();
}

}  // namespace wherry::inline WHERRY_ABI

#endif
