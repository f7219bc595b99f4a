#ifndef WHERRY_RECORD_SAVE_PLAN_HPP
#define WHERRY_RECORD_SAVE_PLAN_HPP

#include <wherry/base/bytes.hpp>
#include <wherry/base/dtype.hpp>
#include <wherry/base/limits.hpp>
#include <wherry/base/lod.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/policy/layout.hpp>
#include <wherry/policy/sink.hpp>
#include <wherry/record/byte_order.hpp>
#include <wherry/record/held_elements.hpp>
#include <wherry/record/record_check.hpp>
#include <wherry/tensor/selected_rows.hpp>
#include <wherry/tensor/tensor.hpp>
#include <wherry/version.hpp>
#include <wherry/wire/selected_rows.hpp>
#include <wherry/wire/tensor_stream.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI {

/// Checks that a tensor can be written so that it can be read again.
/// Errors: bad_dtype, bad_dims, overflow, shape_mismatch when bytes and dims disagree, bad_lod, bad_rows.
inline result<void> check_tensor(const tensor_ref& tensor, const limits& caps = {}) {
    const auto wrong = [&](errc code, const char* message, std::string_view expected, std::string_view found) {
        return failure(code, message).of_variable(tensor.name).expected(expected).found(found);
    };
    if (!is_dtype(tensor.dtype))
        return wrong(errc::bad_dtype, "no element type has this number", {}, decimal(static_cast<std::int32_t>(tensor.dtype)));
    if (!tensor.dims.is_concrete()) return wrong(errc::bad_dims, "a dim is negative", {}, to_string(tensor.dims));
    const auto size = byte_count(tensor.dtype, tensor.dims);
    if (!size) return wrong(errc::overflow, "the dims of a tensor multiply past 64 bits", {}, to_string(tensor.dims));
    if (tensor.source == nullptr && *size != tensor.bytes.size())
        return wrong(errc::shape_mismatch, "the bytes of a tensor are not as many as its dims say", decimal(*size),
                     decimal(tensor.bytes.size()));
    if (tensor.rows != nullptr) {
        auto checked = wire::check_rows(tensor.rows->rows, tensor.rows->height);
        if (!checked) return checked.failure().of_variable(tensor.name);
        if (tensor.dims.rank() == 0 || !std::cmp_equal(tensor.dims[0], tensor.rows->rows.size()))
            return wrong(errc::bad_dims, "the values of SelectedRows are not one per row", decimal(tensor.rows->rows.size()),
                         to_string(tensor.dims));
    }
    if (tensor.lod == nullptr) return {};
    if (tensor.lod->size() > caps.lod_levels)
        return wrong(errc::bad_lod, "more LoD levels than the limit", decimal(caps.lod_levels), decimal(tensor.lod->size()));
    const auto rows = tensor.dims.rank() > 0 ? static_cast<std::uint64_t>(tensor.dims[0]) : 1;
    auto lod = check_lod(*tensor.lod, rows);
    return lod ? result<void>() : result<void>(lod.failure().of_variable(tensor.name));
}

/// Writes the header of a tensor whose stream starts at `offset` of its record; its bytes are in the order of the file.
using header_maker = void (*)(byte_buffer& out, const tensor_ref& tensor, std::uint64_t offset);

/// The reference's header.
inline void plain_header(byte_buffer& out, const tensor_ref& tensor, std::uint64_t) {
    const LoD none;
    wire::append_tensor_header(out, tensor.dtype, tensor.dims, tensor.lod != nullptr ? *tensor.lod : none);
}

namespace detail {
/// The records of these tensors. Errors: those of `records_of` and `check_tensor`.
template <Layout L>
result<sequence<record>> checked_records(std::span<const tensor_ref> tensors, const L& layout, const limits& caps) {
    sequence<std::string_view> names;
    names.reserve(tensors.size());
    for (const auto& tensor : tensors) names.push_back(tensor.name);
    auto records = records_of<L>(names, layout, caps);
    if (!records) return records;
    for (const auto& tensor : tensors)
        if (auto checked = check_tensor(tensor, caps); !checked) return checked.failure();
    return records;
}
inline failure rows_among_others(std::string_view name) {
    return failure(errc::mixed_kinds, "SelectedRows have a record of their own")
        .of_variable(name)
        .expected("LOD_TENSOR")
        .found("SELECTED_ROWS");
}
}  // namespace detail

class save_plan;

namespace detail {
/// The elements of a plan that are still to come.
struct later_plan {
    sequence<later_elements> elements;
    std::size_t visits = 0;
    std::shared_ptr<const error> failure{};
    result<void> (*write)(const save_plan& plan, const record_writer& out) = nullptr;
};
/// What a plan does with a tensor that has a source.
struct later_calls {
    void (*add)(save_plan& into, const tensor_ref& tensor, header_maker make_header);  ///< null for no header
    void (*print)(save_plan& into, const later_elements& elements, std::uint64_t printed_bytes);
    void (*visit)(save_plan& into, const tensor_ref& tensor, void* called, void (*use)(void* called, piece bytes));

    std::uint64_t (*measure)(save_plan& into, const later_elements& elements);
    void (*share)(save_plan& into);

    static void add_now(save_plan& into, const tensor_ref& tensor, header_maker make_header);
    static void print_now(save_plan& into, const later_elements& elements, std::uint64_t printed_bytes);
    static void visit_now(save_plan& into, const tensor_ref& tensor, void* called, void (*use)(void* called, piece bytes));
    static std::uint64_t measure_now(save_plan& into, const later_elements& elements);
    static void share_now(save_plan& into);
    static bool hold(save_plan& into, const tensor_ref& tensor, held_elements& held);
    static result<void> write(const save_plan& plan, const record_writer& out);
};
}  // namespace detail

/// Records ready to be written: what belongs to a format is made, elements are only pointed at or, those with a source, fetched when it is
/// their turn. All sizes are known before the first byte moves; whether they follow from element types and dims alone, so that several
/// writers can share the work, is up to the format.
/// Guarantee: the tensors must outlive the plan; nothing of them is copied on a little-endian machine.
class save_plan {
  public:
    save_plan() = default;
    save_plan(save_plan&&) noexcept = default;
    save_plan& operator=(save_plan&&) noexcept = default;
    save_plan(const save_plan&) = delete;  // parts point into the plan
    save_plan& operator=(const save_plan&) = delete;
    ~save_plan() = default;

    /// Paddle's streams. Errors: those of `check_tensor` and `records_of`; mixed_kinds for SelectedRows with
    /// others in a record; overflow.
    template <Layout L>
    static result<save_plan> make(std::span<const tensor_ref> tensors, const L& layout = {}, const limits& caps = {},
                                  header_maker make_header = plain_header) {
        auto records = detail::checked_records(tensors, layout, caps);
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
        parts_.push_back({bytes.data(), 0, bytes.size(), no_source});
        grow(bytes.size());
    }
    /// Adds a stream of Paddle's: a header, then elements.
    void add_stream(tensor_ref tensor, header_maker make_header = plain_header) {
        if (tensor.source != nullptr) return tensor.source->how->add(*this, tensor, make_header);
        tensor.bytes = in_file_order(tensor.dtype, tensor.bytes);
        add_header(tensor, make_header);
        point_at(tensor.bytes);
    }
    /// Adds the elements of a tensor in the order of the file: a copy on big-endian machines.
    void add_elements(const tensor_ref& tensor) {
        if (tensor.source != nullptr) tensor.source->how->add(*this, tensor, nullptr);
        else point_at(in_file_order(tensor.dtype, tensor.bytes));
    }
    /// Adds elements of a tensor that has a source; they are printed when they are written, and have `printed_bytes` then.
    void print_later(const later_elements& elements, std::uint64_t printed_bytes) {
        elements.tensor.source->how->print(*this, elements, printed_bytes);
    }
    /// The bytes that elements of a tensor that has a source are printed as. Errors of the source are those of `checked`.
    [[nodiscard]] std::uint64_t printed_bytes(const later_elements& elements) {
        return elements.tensor.source->how->measure(*this, elements);
    }
    /// Calls `use(bytes)` with the elements in the order of the file. Errors of a source are those of `checked`.
    template <class Use>
    void visit(const tensor_ref& tensor, Use use) {
        if (tensor.source == nullptr) return use(in_file_order(tensor.dtype, tensor.bytes));
        tensor.source->how->visit(*this, tensor, &use, [](void* called, piece bytes) { (*static_cast<Use*>(called))(bytes); });
    }
    /// A format has written the elements of this tensor already, those of another one with the same source.
    void share(const tensor_ref& tensor) {
        if (tensor.source != nullptr) tensor.source->how->share(*this);
    }
    /// How often a tensor with a source was asked for: a format that takes `tensor_ref::bytes` would miss its elements.
    [[nodiscard]] std::size_t visits() const noexcept { return later_ != nullptr ? later_->visits : 0; }
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
    /// Errors: overflow when a record is larger than 64 bits can say; those of sources that were asked already.
    [[nodiscard]] result<void> checked() const {
        if (later_ != nullptr && later_->failure != nullptr) return error(*later_->failure);
        if (overflowed_) return failure(errc::overflow, "a record is larger than 64 bits can say");
        return {};
    }

    /// Names and sizes; the names point into the plan.
    [[nodiscard]] sequence<record_size> records() const {
        sequence<record_size> sizes;
        sizes.reserve(records_.size());
        for (const auto& one : records_) sizes.push_back({one.name, one.size_bytes});
        return sizes;
    }
    /// The pieces of a record, in order; of one whose elements are all in memory.
    [[nodiscard]] sequence<piece> pieces(std::size_t record) const {
        const auto end = end_of(record);
        sequence<piece> made;
        made.reserve(end - records_[record].first_part);
        for (auto at = records_[record].first_part; at < end; ++at) made.push_back(piece_of(parts_[at]));
        return made;
    }
    /// Writes all of a record in order; elements with a source are fetched one tensor at a time, and let go.
    /// Errors: those of the sink and of the sources; shape_mismatch for elements that are not what they were when the plan was made.
    template <Sink S>
    result<void> write_record(std::size_t record, S& sink) const {
        if (later_ == nullptr) return sink.write_at(record, 0, pieces(record));
        return later_->write(*this, {&sink, record, [](void* to, std::size_t at, std::uint64_t offset, std::span<const piece> pieces) {
                                         return static_cast<S*>(to)->write_at(at, offset, pieces);
                                     }});
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
        std::size_t source = no_source;
    };
    static constexpr std::size_t no_source = ~std::size_t{0};
    [[nodiscard]] std::size_t end_of(std::size_t record) const noexcept {
        return record + 1 < records_.size() ? records_[record + 1].first_part : parts_.size();
    }
    [[nodiscard]] piece piece_of(const part& one) const noexcept {
        return one.outside != nullptr ? piece(one.outside, one.size) : as_bytes(view_of(made_).substr(one.begin, one.size));
    }
    static result<save_plan> of_streams(std::span<const tensor_ref> tensors, sequence<record> records, bool single,
                                        header_maker make_header) {
        save_plan plan;
        plan.records_.reserve(records.size());
        plan.parts_.reserve(2 * tensors.size());
        plan.made_.reserve(32 * tensors.size());  // the header of a matrix
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
    void add_header(const tensor_ref& tensor, header_maker make_header) {
        const auto before = made_.size();
        if (tensor.rows != nullptr)
            wire::append_selected_rows_header(made_, tensor.rows->rows, tensor.rows->height, tensor.dtype, tensor.dims);
        else make_header(made_, tensor, size_bytes());
        made_part(made_.size() - before);
    }
    /// The last bytes of `made_` are part of the record.
    void made_part(std::size_t size) {
        if (size == 0) return;
        const bool follows =
            parts_.size() > records_.back().first_part && parts_.back().outside == nullptr && parts_.back().source == no_source;
        if (follows) parts_.back().size += size;
        else parts_.push_back({nullptr, made_.size() - size, size, no_source});
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
    friend struct detail::later_calls;
    std::shared_ptr<detail::later_plan> later_{};  ///< what it needs comes from the tensors' sources
    bool overflowed_ = false;
};

namespace detail {
inline void later_calls::share_now(save_plan& into) {
    if (into.later_ == nullptr) into.later_ = std::make_shared<later_plan>();
    into.later_->write = write;
    ++into.later_->visits;
}
inline void later_calls::print_now(save_plan& into, const later_elements& elements, std::uint64_t printed_bytes) {
    share_now(into);
    into.later_->elements.push_back(elements);
    into.parts_.push_back({nullptr, 0, static_cast<std::size_t>(printed_bytes), into.later_->elements.size() - 1});
    into.grow(printed_bytes);
}
/// Errors are kept in the plan; the answer is whether there was none.
inline bool later_calls::hold(save_plan& into, const tensor_ref& tensor, held_elements& held) {
    share_now(into);
    auto made = held_elements::of(tensor);
    if (made) held = *std::move(made);
    else if (into.later_->failure == nullptr) into.later_->failure = std::make_shared<const error>(std::move(made).error());
    return held.bytes().data() != nullptr || tensor.size_bytes() == 0;
}
inline void later_calls::visit_now(save_plan& into, const tensor_ref& tensor, void* called, void (*use)(void* called, piece bytes)) {
    held_elements held;
    if (!hold(into, tensor, held)) return;
    if constexpr (!native_is_little_endian) reverse_numbers(tensor.dtype, held.own_bytes());
    use(called, held.bytes());
}
inline std::uint64_t later_calls::measure_now(save_plan& into, const later_elements& elements) {
    held_elements held;
    if (!hold(into, elements.tensor, held)) return 0;
    std::uint64_t total = 0;
    const record_writer count{&total, 0, [](void* sum, std::size_t, std::uint64_t, std::span<const piece> pieces) {
                                  *static_cast<std::uint64_t*>(sum) += pieces.front().size();
                                  return result<void>();
                              }};
    const auto chosen = held.bytes().subspan(static_cast<std::size_t>(elements.first), static_cast<std::size_t>(elements.count));
    (void)write_elements(elements, chosen, ~std::uint64_t{0}, 0, count);
    return total;
}
inline void later_calls::add_now(save_plan& into, const tensor_ref& tensor, header_maker make_header) {
    if (make_header == plain_header) into.add_header(tensor, make_header);
    else if (make_header != nullptr)
        into.visit(tensor, [&](piece elements) {
            auto held = tensor;
            held.bytes = elements;
            into.add_header(held, make_header);
        });
    print_now(into, {tensor, 0, tensor.size_bytes(), nullptr}, tensor.size_bytes());
}
inline result<void> later_calls::write(const save_plan& plan, const record_writer& out) {
    std::uint64_t offset = 0;
    held_elements held;
    const element_source* of = nullptr;  // slices of one tensor follow each other
    for (auto at = plan.records_[out.record].first_part, end = plan.end_of(out.record); at < end; offset += plan.parts_[at++].size) {
        const auto& one = plan.parts_[at];
        if (one.source == save_plan::no_source) {
            const auto bytes = plan.piece_of(one);
            if (auto written = out(offset, std::span<const piece>(&bytes, 1)); !written) return written;
            continue;
        }
        const auto& from = plan.later_->elements[one.source];
        if (of != from.tensor.source || of == nullptr) {
            held = {};  // before the next
            auto fetched = held_elements::of(from.tensor);
            if (!fetched) return fetched.failure();
            held = *std::move(fetched);
            of = from.tensor.source;
        }
        const auto elements = held.bytes().subspan(static_cast<std::size_t>(from.first), static_cast<std::size_t>(from.count));
        if (auto written = write_elements(from, elements, one.size, offset, out); !written) return written;
    }
    return {};
}
inline constexpr later_calls fetches_later{later_calls::add_now, later_calls::print_now, later_calls::visit_now, later_calls::measure_now,
                                           later_calls::share_now};
}  // namespace detail

/// Elements that `fetch(state, at)` answers whenever they are needed, as a Tensor has them. A save asks once or twice.
inline element_source elements_from(element_source::function fetch, std::shared_ptr<const void> state, std::size_t at = 0) {
    return {fetch, std::move(state), at, &detail::fetches_later};
}

/// Writes a plan. Errors: those of the sink.
template <Sink S>
auto write(const save_plan& plan, S& sink, durability_steps how) -> decltype(sink.finish()) {
    const auto records = plan.records();
    if (auto started = sink.start(records, how); !started) return started.failure();
    for (std::size_t at = 0; at < records.size(); ++at) {
        if (auto written = plan.write_record(at, sink); !written) return written.failure();
        if (auto done = sink.commit(at); !done) return done.failure();
    }
    return sink.finish();
}

}  // namespace wherry::inline WHERRY_ABI

#endif
