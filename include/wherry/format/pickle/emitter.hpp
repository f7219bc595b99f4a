#ifndef WHERRY_FORMAT_PICKLE_EMITTER_HPP
#define WHERRY_FORMAT_PICKLE_EMITTER_HPP

#include <wherry/base/bytes.hpp>
#include <wherry/base/dtype.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/format/numpy.hpp>
#include <wherry/format/pickle/elements.hpp>
#include <wherry/format/pickle/value.hpp>
#include <wherry/policy/sink.hpp>
#include <wherry/record/byte_order.hpp>
#include <wherry/record/held_elements.hpp>
#include <wherry/record/save_plan.hpp>
#include <wherry/tensor/tensor.hpp>
#include <wherry/version.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI::pickle {

namespace detail {
/// Emits what Python's pickler emits for arrays and the objects around them, object by object, memo slot by memo slot.
class emitter {
  public:
    static constexpr std::uint32_t none = ~std::uint32_t{0};
    emitter(const write_options& options, save_plan& plan) : options_(options), plan_(&plan) {
        single_texts_.fill(none);
        single_bytes_.fill(none);
        code(opcode::proto);
        out_.push_back(static_cast<char>(options.protocol));
        framing_ = options.protocol >= 4;
    }

    /// Begins a dict of so many items; answers what `end_dict` of it wants.
    /// Python 3 fills a dict of one item without a mark, and larger ones by a thousand. So does Python 2, but not with an
    /// empty last batch; and so does Python 3 with an OrderedDict.
    dict_state begin_dict(std::size_t count, bool ordered = false) {
        boundary();
        if (ordered) global("collections", "OrderedDict", ordered_dict_), boundary(), code(opcode::empty_tuple), code(opcode::reduce);
        else code(opcode::empty_dict);
        memoize();
        if (count > 1) code(opcode::mark);
        return std::exchange(dict_, {count, 0, count == 1, ordered || options_.python2});
    }
    void end_item() {
        --dict_.left;
        if (dict_.alone) return code(opcode::set_item);
        const bool full = ++dict_.batch == batch_size;
        if (dict_.left == 0 || full) code(opcode::set_items);
        if (!full) return;
        dict_.batch = 0;
        if (dict_.fetched && dict_.left == 0) return;
        dict_.alone = dict_.fetched && dict_.left == 1;
        if (!dict_.alone) code(opcode::mark);
        if (dict_.left == 0) code(opcode::set_items);
    }
    void end_dict(dict_state outer) noexcept { dict_ = outer; }

    /// Answers the memo slot, or none for a string that was there.
    std::uint32_t text(std::string_view chars) {
        boundary();
        const auto one = single_character(chars);
        auto* const single = one < single_texts_.size() ? &single_texts_[one] : nullptr;
        if (single != nullptr && *single != none) return get(*single), *single;
        if (options_.protocol >= 4 && chars.size() < 256) code(opcode::short_bin_unicode), number<std::uint8_t>(chars.size());
        else code(opcode::bin_unicode), number<std::uint32_t>(chars.size());
        append(out_, chars);
        const auto slot = memoize();
        if (single != nullptr) *single = slot;
        return slot;
    }
    void text_once(std::string_view chars, std::uint32_t& slot) {
        if (slot != none) return boundary(), get(slot);
        if (options_.python2) return string(chars), void(slot = memo_ - 1);
        slot = text(chars);
    }
    void got(std::uint32_t slot) { boundary(), get(slot); }
    void shape(const Shape& dims) {
        boundary();
        if (dims.rank() == 0) return code(opcode::empty_tuple);
        if (dims.rank() > 3) code(opcode::mark);
        for (const auto dim : dims) integer(dim);
        end_tuple(dims.rank());
    }
    /// A list of so many items, which `item` emits. Answers the memo slot.
    template <class F>
    std::uint32_t list(std::size_t count, const F& item) {
        boundary(), code(opcode::empty_list);
        const auto slot = memoize();
        if (count == 1) return item(0), code(opcode::append), slot;
        for (std::size_t i = 0; i < count; ++i) {
            if (i % batch_size == 0) code(opcode::mark);
            item(i);
            if ((i + 1) % batch_size == 0 || i + 1 == count) code(opcode::appends);
        }
        return slot;
    }
    /// A tuple. `called`: as a call of `tuple`. Answers the memo slot, none where there is none.
    template <class F>
    std::uint32_t tuple(std::size_t count, bool called, const F& item) {
        boundary();
        if (called) global(options_.protocol >= 3 ? "builtins" : "__builtin__", "tuple", tuple_), boundary(), boundary();
        if (count > 3) code(opcode::mark);
        for (std::size_t i = 0; i < count; ++i) item(i);
        if (count == 0) code(opcode::empty_tuple);
        else end_tuple(count);
        if (called) end_tuple(1), code(opcode::reduce), memoize();
        return count == 0 && !called ? none : last_slot();
    }
    [[nodiscard]] const write_options& options() const noexcept { return options_; }
    [[nodiscard]] std::uint32_t last_slot() const noexcept { return memo_ - 1; }
    void nothing() { boundary(), code(opcode::none); }
    void boolean(bool held) { boundary(), code(held ? opcode::new_true : opcode::new_false); }
    /// The bits of a double, big-endian.
    void real(std::uint64_t bits) {
        boundary(), code(opcode::bin_float);
        for (unsigned shift = 64; shift > 0; shift -= 8) out_.push_back(static_cast<char>(static_cast<unsigned char>(bits >> (shift - 8))));
    }
    /// An integer of more than 64 bits, in two's complement.
    void big_integer(std::string_view bytes) {
        boundary();
        if (bytes.size() < 256) code(opcode::long1), number<std::uint8_t>(bytes.size());
        else code(opcode::long4), number<std::uint32_t>(bytes.size());
        append(out_, bytes);
    }
    /// A scalar of NumPy. Answers its memo slot.
    std::uint32_t scalar(DType dtype, const array_data& data) {
        boundary();
        global("numpy.core.multiarray", "scalar", scalar_);
        boundary();
        element_type(dtype);
        elements(data);
        end_tuple(2);
        code(opcode::reduce);
        return memoize();
    }

    /// An array with these elements. Answers its memo slot.
    std::uint32_t array(DType dtype, const Shape& dims, const array_data& data) {
        boundary();
        global("numpy.core.multiarray", "_reconstruct", reconstruct_);
        boundary();  // the tuple (ndarray, (0,), b"b")
        global("numpy", "ndarray", ndarray_);
        boundary(), integer(0), end_tuple(1);
        bytes(as_bytes("b"));
        end_tuple(3);
        code(opcode::reduce);
        const auto slot = memoize();
        boundary(), code(opcode::mark), integer(1);
        shape(dims);
        element_type(dtype);
        boundary(), code(opcode::new_false);
        elements(data);
        code(opcode::tuple), memoize();
        code(opcode::build);
        return slot;
    }

    void integer(std::int64_t n) {
        boundary();
        if (n >= 0 && n < 256) return code(opcode::bin_int1), number<std::uint8_t>(static_cast<std::uint64_t>(n));
        if (n >= 0 && n < 65536) return code(opcode::bin_int2), number<std::uint16_t>(static_cast<std::uint64_t>(n));
        if (n == static_cast<std::int32_t>(n)) return code(opcode::bin_int), number<std::uint32_t>(static_cast<std::uint64_t>(n));
        if (options_.python2) return code(opcode::int_line), append(out_, decimal(n)), append(out_, "\n");
        byte_buffer digits;  // two's complement in as few bytes as it takes
        append_little_endian(digits, n);
        while (digits.size() > 1 && digits.back() == '\0' && static_cast<signed char>(digits[digits.size() - 2]) >= 0) digits.pop_back();
        code(opcode::long1), number<std::uint8_t>(digits.size());
        append(out_, view_of(digits));
    }
    /// Bytes. Answers the memo slot.
    std::uint32_t bytes(piece data) {
        boundary();
        // Python keeps one object for no byte, and one for each single byte.
        auto* const slot = data.empty() ? &no_bytes_ : data.size() == 1 ? &single_bytes_[std::to_integer<std::size_t>(data[0])] : nullptr;
        if (slot != nullptr && *slot != none) return get(*slot), *slot;
        if (options_.protocol >= 3) raw_bytes(data);
        else if (options_.python2) string(as_chars(data));
        else encoded_bytes(data);
        if (slot != nullptr) *slot = last_slot();
        return last_slot();
    }
    void element_type(DType dtype) {
        const auto kind = numpy::kind_of(dtype);
        auto& slot = dtypes_[static_cast<std::size_t>(numpy::dtype_of_kind(kind).value_or(dtype))];
        boundary();
        if (slot != none) return get(slot);
        global("numpy", "dtype", dtype_);
        boundary();  // the tuple ("f4", False, True)
        if (options_.python2) string(kind), integer(0), integer(1);
        else text(kind), boundary(), code(opcode::new_false), boundary(), code(opcode::new_true);
        end_tuple(3);
        code(opcode::reduce);
        slot = memoize();
        boundary(), code(opcode::mark), integer(3);
        const std::string_view order = number_bytes(dtype) == 1 ? "|" : "<";
        if (options_.python2) string(order);
        else text(order);
        for (int i = 0; i < 3; ++i) boundary(), code(opcode::none);
        integer(-1), integer(-1), integer(0);
        code(opcode::tuple), memoize();
        code(opcode::build);
    }

    /// All of it, once the last object is written.
    sequence<stretch> finish() {
        code(opcode::stop);
        close_frame();
        close_stretch();
        return std::move(stretches_);
    }
    [[nodiscard]] byte_buffer take_buffer() { return std::move(out_); }

  private:
    static constexpr std::size_t batch_size = 1000;
    static constexpr std::size_t frame_bytes = std::size_t{64} << 10U;
    static constexpr std::size_t frame_header_bytes = 9;
    static constexpr std::size_t no_frame = ~std::size_t{0};

    void code(opcode c) {
        if (framing_ && frame_ == no_frame) {
            frame_ = out_.size();
            out_.push_back(static_cast<char>(opcode::frame));
            left_out_ = 0;
            append_little_endian(out_, std::uint64_t{0});
        }
        out_.push_back(static_cast<char>(c));
    }
    template <class U>
    void number(std::uint64_t n) {
        append_little_endian(out_, static_cast<U>(n));
    }
    /// At the beginning of an object Python ends a frame that has grown to 64 KiB.
    void boundary() {
        if (frame_ != no_frame && in_frame() >= frame_bytes) close_frame();
    }
    [[nodiscard]] std::uint64_t in_frame() const noexcept { return out_.size() - frame_ - frame_header_bytes + left_out_; }
    void close_frame() {
        if (frame_ == no_frame) return;
        const auto size = in_frame();
        const auto header = out_.begin() + static_cast<std::ptrdiff_t>(frame_);
        if (size < 4) out_.erase(header, header + static_cast<std::ptrdiff_t>(frame_header_bytes));
        else
            for (std::size_t i = 0; i < 8; ++i) out_[frame_ + 1 + i] = static_cast<char>(static_cast<unsigned char>(size >> (8U * i)));
        frame_ = no_frame;
        left_out_ = 0;
    }
    void close_stretch() {
        if (out_.size() > stretch_begin_) stretches_.push_back({stretch_begin_, out_.size(), {}});
        stretch_begin_ = out_.size();
    }

    std::uint32_t memoize() {
        if (options_.protocol >= 4) code(opcode::memoize);
        else if (memo_ < 256) code(opcode::bin_put), number<std::uint8_t>(memo_);
        else code(opcode::long_bin_put), number<std::uint32_t>(memo_);
        return memo_++;
    }
    void get(std::uint32_t slot) {
        if (slot < 256) code(opcode::bin_get), number<std::uint8_t>(slot);
        else code(opcode::long_bin_get), number<std::uint32_t>(slot);
    }

    void end_tuple(std::size_t size) {
        constexpr std::array short_forms{opcode::tuple1, opcode::tuple2, opcode::tuple3};
        code(size <= 3 ? short_forms[size - 1] : opcode::tuple);
        memoize();
    }
    void global(std::string_view module, std::string_view name, std::uint32_t& slot) {
        boundary();
        if (slot != none) return get(slot);
        if (options_.protocol >= 4) {
            if (module == "numpy") text_once(module, numpy_);
            else if (module == "numpy.core.multiarray") text_once(module, multiarray_);
            else text(module);
            text(name);
            code(opcode::stack_global);
        } else {
            code(opcode::global);
            for (const auto part : {module, std::string_view("\n"), name, std::string_view("\n")}) append(out_, part);
        }
        slot = memoize();
    }

    /// A str of Python 2.
    void string(std::string_view chars) {
        boundary();
        string_length(chars.size());
        append(out_, chars);
        memoize();
    }
    void string_length(std::uint64_t size) {
        if (size < 256) code(opcode::short_bin_string), number<std::uint8_t>(size);
        else code(opcode::bin_string), number<std::uint32_t>(size);
    }
    /// Those of a source are left out here, and fetched when the plan is written; a single byte may be in the memo.
    void elements(const array_data& data) {
        const auto& tensor = *data.tensor;
        if (tensor.source == nullptr) {
            const auto held = tensor.bytes.subspan(static_cast<std::size_t>(data.first), static_cast<std::size_t>(data.count));
            return void(bytes(plan_->in_file_order(tensor.dtype, held)));
        }
        if (data.count < 2) {
            plan_->visit(tensor, [&](piece few) { bytes(few.first(static_cast<std::size_t>(data.count))); });
            return;
        }
        boundary();
        const bool as_text = options_.protocol == 2 && !options_.python2;
        later_elements later{tensor, data.first, data.count, as_text ? print_latin1 : nullptr};
        const auto size_bytes = as_text ? plan_->printed_bytes(later) : data.count;
        if (as_text) {
            global("_codecs", "encode", encode_);
            boundary(), code(opcode::bin_unicode), number<std::uint32_t>(size_bytes);
            leave_out(later, size_bytes);
            memoize();
            text_once("latin1", latin1_);
            end_tuple(2);
            return code(opcode::reduce), void(memoize());
        }
        const bool outside = framing_ && data.count >= frame_bytes;
        if (outside) close_frame(), framing_ = false;
        if (options_.python2) string_length(data.count);
        else bytes_length(data.count);
        leave_out(later, size_bytes);
        framing_ = framing_ || outside;
        memoize();
    }
    void leave_out(const later_elements& later, std::uint64_t size_bytes) {
        close_stretch();
        stretches_.push_back({0, 0, {}, later, size_bytes});
        left_out_ += size_bytes;
    }
    /// Protocol 2 has no bytes; Python 3 writes a text and how it is to be encoded.
    void encoded_bytes(piece data) {
        if (data.empty()) {
            global("__builtin__", "bytes", bytes_);
            boundary(), code(opcode::empty_tuple);
        } else {
            global("_codecs", "encode", encode_);
            boundary();
            byte_buffer utf8;
            utf8.reserve(2 * data.size());
            append_latin1(utf8, data);
            text(view_of(utf8));
            text_once("latin1", latin1_);
            end_tuple(2);
        }
        code(opcode::reduce), memoize();
    }
    void bytes_length(std::uint64_t size) {
        if (size < 256) code(opcode::short_bin_bytes), number<std::uint8_t>(size);
        else if (size <= std::numeric_limits<std::uint32_t>::max()) code(opcode::bin_bytes), number<std::uint32_t>(size);
        else code(opcode::bin_bytes8), number<std::uint64_t>(size);
    }
    /// Large ones are outside of frames, where they are only pointed at.
    void raw_bytes(piece data) {
        const bool outside = framing_ && data.size() >= frame_bytes;
        if (outside) close_frame(), framing_ = false;
        bytes_length(data.size());
        if (data.size() >= frame_bytes) close_stretch(), stretches_.push_back({0, 0, data, {}, 0});
        else append(out_, as_chars(data));
        framing_ = framing_ || outside;
        memoize();
    }

    write_options options_;
    save_plan* plan_;
    byte_buffer out_;
    sequence<stretch> stretches_;
    std::size_t stretch_begin_ = 0;
    std::size_t frame_ = no_frame;
    std::uint64_t left_out_ = 0;  ///< bytes of the frame that are fetched later
    bool framing_ = false;
    std::uint32_t memo_ = 0;
    dict_state dict_;
    std::uint32_t reconstruct_ = none, ndarray_ = none, dtype_ = none, encode_ = none, bytes_ = none, latin1_ = none, numpy_ = none;
    std::uint32_t ordered_dict_ = none, tuple_ = none, scalar_ = none, multiarray_ = none;
    std::uint32_t no_bytes_ = none;
    std::array<std::uint32_t, 256> single_texts_{};
    std::array<std::uint32_t, 256> single_bytes_{};
    std::array<std::uint32_t, 64> dtypes_ = [] {
        std::array<std::uint32_t, 64> unset{};
        unset.fill(none);
        return unset;
    }();
};
}  // namespace detail

}  // namespace wherry::inline WHERRY_ABI::pickle

#endif
