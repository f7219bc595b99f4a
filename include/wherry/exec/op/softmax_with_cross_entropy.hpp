#ifndef WHERRY_EXEC_OP_SOFTMAX_WITH_CROSS_ENTROPY_HPP
#define WHERRY_EXEC_OP_SOFTMAX_WITH_CROSS_ENTROPY_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/base/text.hpp>
#include <wherry/exec/op/check.hpp>
#include <wherry/exec/op/softmax.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/kernel/cross_entropy.hpp>
#include <wherry/version.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI::op {

/// Attributes of `softmax_with_cross_entropy`, and their defaults.
struct softmax_with_cross_entropy_attributes {
    bool soft_label = false;
    std::int32_t ignore_index = -100;
    bool numeric_stable_mode = true;
    std::int32_t axis = -1;
    bool use_softmax = true;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("soft_label", self.soft_label);
        attr("ignore_index", self.ignore_index);
        attr("numeric_stable_mode", self.numeric_stable_mode);
        attr("axis", self.axis);
        attr("use_softmax", self.use_softmax, since_2x);
    }
};

namespace detail {

/// Dims of the loss: those of the logits with one element along the axis.
[[gnu::cold]] inline result<Shape> softmax_loss_dims(const infer_context& c, const softmax_with_cross_entropy_attributes& a,
                                                     const Shape& logits, const Shape& label) {
    if (!a.use_softmax) return c.fail(errc::unsupported, "softmax_with_cross_entropy without its softmax (use_softmax) is not supported");
    if (auto checked = check_axis(c, a.axis, logits, "Logits"); !checked) return checked.failure();
    const auto axis = *normalized_axis(a.axis, logits.rank());
    if (logits.rank() == label.rank()) {
        for (std::size_t i = 0; i < logits.rank(); ++i)
            if (i != axis && !c.agree(logits[i], label[i]))
                return c.fail(errc::shape_mismatch, "Input(Logits) and Input(Label) should in same shape in dimensions except axis.",
                              to_string(logits), to_string(label));
    }
    const auto wanted = a.soft_label ? logits[axis] : 1;
    const bool fits = logits.rank() == label.rank() && (a.soft_label ? c.agree(label[axis], wanted) : label[axis] == wanted);
    if (!fits)
        return c.fail(errc::shape_mismatch,
                      a.soft_label ? "If Attr(soft_label) == true,  the axis dimension of Input(X) and Input(Label) should be equal."
                                   : "If Attr(soft_label) == false, the axis dimension of Input(Label) should be 1.",
                      to_string(logits), to_string(label));
    if (!c.building() && logits[axis] == 0) return c.fail(errc::shape_mismatch, "Input(Logits) has no classes", "at least 1", "0");
    auto loss = logits;
    loss[axis] = 1;
    return loss;
}

/// Every hard label is ignore_index or a class.
inline result<void> check_softmax_labels(const run_context& c, std::span<const std::int64_t> labels, std::size_t classes,
                                         std::int64_t ignore_index) {
    const auto bad = kernel::first_bad_label(labels, classes, ignore_index);
    if (!bad) return {};
    const auto label = std::to_string(labels[*bad]);
    const auto ignored = "(" + label + ") not equal to ignore_index(" + std::to_string(ignore_index) + ")";
    return c.fail(errc::label_out_of_range,
                  labels[*bad] < 0
                      ? "label value should >= 0 when label value" + ignored
                      : "label value should less than the shape of axis dimension when label value" + ignored +
                            ", But received label value as " + label + " and shape of axis dimension is " + std::to_string(classes),
                  text{"[0, ", decimal(classes), ")"}, label);
}

/// [outer, rows, cols] as [outer, cols, rows].
template <class Word>
void transpose_words(std::size_t outer, std::size_t rows, std::size_t cols, std::span<const std::byte> from, std::span<std::byte> to) {
    const auto* x = from.data();
    for (std::size_t o = 0; o < outer; ++o)
        for (std::size_t r = 0; r < rows; ++r)
            for (std::size_t k = 0; k < cols; ++k, x += sizeof(Word))
                std::memcpy(to.data() + ((o * cols + k) * rows + r) * sizeof(Word), x, sizeof(Word));
}

/// The kernels of losses work on rows: tensors are brought to [outer, inner, axis] where the axis is not the last one, and back.
class loss_rows {
  public:
    explicit loss_rows(const run_context& c, kernel::axis_split split) : split_(split), wide_(size_of(c.in_dtype(0)) == 8), c_(&c) {}
    [[nodiscard]] bool as_they_lie() const noexcept { return split_.inner == 1; }
    result<std::span<const std::byte>> of(std::span<const std::byte> x, sequence<std::byte>& room) const {
        if (as_they_lie() || x.empty()) return x;
        if (auto made = c_->make_room(room, x.size()); !made) return made.failure();
        transposed(split_.axis, split_.inner, x, room);
        return std::span<const std::byte>(room);
    }
    /// The destination of rows of results: in `out`, or for `back` in `room`, also where the program dropped the output.
    result<std::span<std::byte>> place(std::span<std::byte> out, std::size_t bytes, sequence<std::byte>& room) const {
        if (as_they_lie() && !out.empty()) return out;
        if (auto made = c_->make_room(room, bytes); !made) return made.failure();
        return std::span<std::byte>(room);
    }
    void back(std::span<const std::byte> rows, std::span<std::byte> out) const {
        if (!as_they_lie() && !out.empty()) transposed(split_.inner, split_.axis, rows, out);
    }

  private:
    void transposed(std::size_t rows, std::size_t cols, std::span<const std::byte> from, std::span<std::byte> to) const {
        if (wide_) transpose_words<std::uint64_t>(split_.outer, rows, cols, from, to);
        else transpose_words<std::uint32_t>(split_.outer, rows, cols, from, to);
    }
    kernel::axis_split split_;
    bool wide_;
    const run_context* c_;
};

/// The element types of losses.
inline bool has_loss(DType dtype) noexcept { return dtype == DType::FP32 || dtype == DType::FP64; }

}  // namespace detail

/// dLogits = (Softmax - Label) dLoss, a hard label being 1 at its class; ignored rows are 0.
struct softmax_with_cross_entropy_grad {
    static constexpr std::string_view type = "softmax_with_cross_entropy_grad";
    static constexpr std::array inputs = {slot{"Softmax"}, slot{"Label"}, slot{"Loss@GRAD"}};
    static constexpr std::array outputs = {slot{"Logits@GRAD"}};
    using attributes = softmax_with_cross_entropy_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        const auto& softmax = c.in(0);
        auto loss = detail::softmax_loss_dims(c, a, softmax.dims, c.in(1).dims);
        if (!loss) return loss.failure();
        if (auto checked = detail::must_hold(c, 1, a.soft_label ? softmax.dtype : DType::INT64); !checked) return checked;
        if (auto checked = detail::must_hold(c, 2, softmax.dtype); !checked) return checked;
        if (auto checked = detail::must_have_dims(c, 2, *loss); !checked) return checked;
        c.set_out(0, {softmax.dtype, softmax.dims});
        return {};
    }
    static result<void> run(const attributes& a, run_context& c) {
        const auto split = kernel::split_at(c.in_dims(0).dims(), a.axis);
        if (!a.soft_label)
            if (auto checked = detail::check_softmax_labels(c, c.in<std::int64_t>(1), split.axis, a.ignore_index); !checked) return checked;
        if (!detail::has_loss(c.in_dtype(0))) return c.no_kernel(c.in_dtype(0));
        const detail::loss_rows rows(c, split);
        sequence<std::byte> softmax_room, soft_room, dlogits_room;
        const auto softmax = rows.of(c.in_bytes(0), softmax_room);
        if (!softmax) return softmax.failure();
        const auto soft = rows.of(a.soft_label ? c.in_bytes(1) : std::span<const std::byte>(), soft_room);
        if (!soft) return soft.failure();
        const auto labels = a.soft_label ? std::span<const std::int64_t>() : c.in<std::int64_t>(1);
        const auto dlogits = rows.place(c.out_bytes(0), softmax->size(), dlogits_room);
        if (!dlogits) return dlogits.failure();
        const auto done = for_float(c, c.in_dtype(0), [&]<class T>() -> result<void> {
            const auto p = elements_of<T>(*softmax);
            const auto dx = elements_of<T>(*dlogits);
            if (a.soft_label) kernel::softmax_with_cross_entropy_soft_grad<T>(split.axis, p, elements_of<T>(*soft), c.in<T>(2), dx);
            else kernel::softmax_with_cross_entropy_hard_grad<T>(split.axis, p, labels, a.ignore_index, c.in<T>(2), dx);
            return {};
        });
        rows.back(*dlogits, c.out_bytes(0));
        return done;
    }
};

/// Softmax of the logits along an axis and the loss of hard or soft labels on it.
/// Shapes: Logits and Softmax [..., C, ...]; Loss and a hard Label (int64) have 1 along the axis, a soft Label has C.
/// Errors: shape_mismatch, dtype_mismatch, bad_attribute, unsupported; label_out_of_range (nothing is written).
/// Allocates where the axis is not the last one. Source: paddle operators `softmax_with_cross_entropy`, `.._grad`.
struct softmax_with_cross_entropy {
    static constexpr std::string_view type = "softmax_with_cross_entropy";
    static constexpr std::array inputs = {slot{"Logits"}, slot{"Label"}};
    static constexpr std::array outputs = {slot{"Softmax"}, slot{"Loss"}};
    using attributes = softmax_with_cross_entropy_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        const auto& logits = c.in(0);
        auto loss = detail::softmax_loss_dims(c, a, logits.dims, c.in(1).dims);
        if (!loss) return loss.failure();
        if (auto checked = detail::must_hold(c, 1, a.soft_label ? logits.dtype : DType::INT64); !checked) return checked;
        c.set_out(0, logits.with(logits.dims));
        c.set_out(1, logits.with(*loss));
        return {};
    }
    [[gnu::cold]] static void gradient(gradient_maker& g) {
        g.append<softmax_with_cross_entropy_grad>().reads("Softmax").reads("Label").reads_grad("Loss").makes_grad("Logits");
    }
    static result<void> run(const attributes& a, run_context& c) {
        const auto split = kernel::split_at(c.in_dims(0).dims(), a.axis);
        if (!a.soft_label)
            if (auto checked = detail::check_softmax_labels(c, c.in<std::int64_t>(1), split.axis, a.ignore_index); !checked) return checked;
        if (!detail::has_loss(c.in_dtype(0))) return c.no_kernel(c.in_dtype(0));
        const detail::loss_rows rows(c, split);
        sequence<std::byte> logits_room, soft_room, softmax_room, loss_room;
        const auto logits = rows.of(c.in_bytes(0), logits_room);
        if (!logits) return logits.failure();
        const auto soft = rows.of(a.soft_label ? c.in_bytes(1) : std::span<const std::byte>(), soft_room);
        if (!soft) return soft.failure();
        const auto labels = a.soft_label ? std::span<const std::int64_t>() : c.in<std::int64_t>(1);
        const auto softmax = rows.place(c.out_bytes(0), logits->size(), softmax_room);
        if (!softmax) return softmax.failure();
        auto loss = c.out_bytes(1);
        if (!c.has_out(1)) {
            if (auto made = c.make_room(loss_room, split.axis == 0 ? 0 : logits->size() / split.axis); !made) return made;
            loss = loss_room;
        }
        const auto done = for_float(c, c.in_dtype(0), [&]<class T>() -> result<void> {
            const auto x = elements_of<T>(*logits);
            const auto probabilities = elements_of<T>(*softmax);
            const auto y = elements_of<T>(loss);
            if (a.soft_label) kernel::softmax_with_cross_entropy_soft<T>(split.axis, x, elements_of<T>(*soft), probabilities, y);
            else kernel::softmax_with_cross_entropy_hard<T>(split.axis, x, labels, a.ignore_index, probabilities, y);
            return {};
        });
        rows.back(*softmax, c.out_bytes(0));
        return done;
    }
};

}  // namespace wherry::inline WHERRY_ABI::op

#endif
