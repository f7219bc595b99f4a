#ifndef WHERRY_EXEC_OP_SOFTMAX_WITH_CROSS_ENTROPY_HPP
#define WHERRY_EXEC_OP_SOFTMAX_WITH_CROSS_ENTROPY_HPP

#include <wherry/base/sequence.hpp>
#include <wherry/exec/op/check.hpp>
#include <wherry/exec/op/softmax.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/kernel/cross_entropy.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace wherry::inline v0::op {

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
inline result<Shape> softmax_loss_dims(const infer_context& c, const softmax_with_cross_entropy_attributes& a, const Shape& logits,
                                       const Shape& label) {
    if (!a.use_softmax) return c.fail(errc::unsupported, "softmax_with_cross_entropy without its softmax (use_softmax) is not supported");
    if (auto checked = check_axis(c, a.axis, logits, "Logits"); !checked) return checked.error();
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

/// [outer, axis, inner] as [outer, inner, axis], and back: the kernels of losses work on rows.
template <class T>
sequence<T> axis_last(kernel::axis_split s, std::span<const T> x) {
    sequence<T> rows(x.size());
    for (std::size_t o = 0, at = 0; o < s.outer; ++o)
        for (std::size_t i = 0; i < s.inner; ++i)
            for (std::size_t k = 0; k < s.axis; ++k) rows[at++] = x[(o * s.axis + k) * s.inner + i];
    return rows;
}
template <class T>
void axis_back(kernel::axis_split s, std::span<const T> rows, std::span<T> x) {
    for (std::size_t o = 0, at = 0; o < s.outer; ++o)
        for (std::size_t i = 0; i < s.inner; ++i)
            for (std::size_t k = 0; k < s.axis; ++k) x[(o * s.axis + k) * s.inner + i] = rows[at++];
}

}  // namespace detail

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
        const auto loss = detail::softmax_loss_dims(c, a, logits.dims, c.in(1).dims);
        if (!loss) return loss.error();
        if (auto checked = detail::must_hold(c, 1, a.soft_label ? logits.dtype : DType::INT64); !checked) return checked;
        c.set_out(0, logits.with(logits.dims));
        c.set_out(1, logits.with(*loss));
        return {};
    }
    static void gradient(gradient_maker& g) {
        g.append("softmax_with_cross_entropy_grad").reads("Softmax").reads("Label").reads_grad("Loss").makes_grad("Logits");
    }
    static result<void> run(const attributes& a, run_context& c) {
        const auto split = kernel::split_at(c.in_dims(0).dims(), a.axis);
        if (!a.soft_label)
            if (auto checked = detail::check_softmax_labels(c, c.in<std::int64_t>(1), split.axis, a.ignore_index); !checked) return checked;
        return for_float(c, c.in_dtype(0), [&]<class T>() -> result<void> {
            sequence<T> spare(split.count());  // for an output the program dropped
            const auto softmax = c.has_out(0) ? c.out<T>(0) : std::span<T>(spare);
            const auto loss = c.has_out(1) ? c.out<T>(1) : std::span<T>(spare).first(split.outer * split.inner);
            const auto of_rows = [&](std::span<const T> logits, std::span<const T> soft, std::span<T> probabilities) {
                if (a.soft_label) kernel::softmax_with_cross_entropy_soft<T>(split.axis, logits, soft, probabilities, loss);
                else
                    kernel::softmax_with_cross_entropy_hard<T>(split.axis, logits, c.in<std::int64_t>(1), a.ignore_index, probabilities,
                                                               loss);
            };
            if (split.inner == 1) {
                of_rows(c.in<T>(0), a.soft_label ? c.in<T>(1) : std::span<const T>(), softmax);
                return {};
            }
            const auto logits = detail::axis_last(split, c.in<T>(0));
            const auto soft = a.soft_label ? detail::axis_last(split, c.in<T>(1)) : sequence<T>();
            sequence<T> probabilities(logits.size());
            of_rows(logits, soft, probabilities);
            detail::axis_back<T>(split, probabilities, softmax);
            return {};
        });
    }
};

/// dLogits = (Softmax - Label) dLoss, a hard label being 1 at its class; ignored rows are 0.
struct softmax_with_cross_entropy_grad {
    static constexpr std::string_view type = "softmax_with_cross_entropy_grad";
    static constexpr std::array inputs = {slot{"Softmax"}, slot{"Label"}, slot{"Loss@GRAD"}};
    static constexpr std::array outputs = {slot{"Logits@GRAD"}};
    using attributes = softmax_with_cross_entropy_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        const auto& softmax = c.in(0);
        const auto loss = detail::softmax_loss_dims(c, a, softmax.dims, c.in(1).dims);
        if (!loss) return loss.error();
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
        return for_float(c, c.in_dtype(0), [&]<class T>() -> result<void> {
            const auto of_rows = [&](std::span<const T> softmax, std::span<const T> soft, std::span<T> dlogits) {
                if (a.soft_label) kernel::softmax_with_cross_entropy_soft_grad<T>(split.axis, softmax, soft, c.in<T>(2), dlogits);
                else
                    kernel::softmax_with_cross_entropy_hard_grad<T>(split.axis, softmax, c.in<std::int64_t>(1), a.ignore_index, c.in<T>(2),
                                                                    dlogits);
            };
            if (split.inner == 1) {
                of_rows(c.in<T>(0), a.soft_label ? c.in<T>(1) : std::span<const T>(), c.out<T>(0));
                return {};
            }
            const auto softmax = detail::axis_last(split, c.in<T>(0));
            const auto soft = a.soft_label ? detail::axis_last(split, c.in<T>(1)) : sequence<T>();
            sequence<T> dlogits(softmax.size());
            of_rows(softmax, soft, dlogits);
            detail::axis_back<T>(split, dlogits, c.out<T>(0));
            return {};
        });
    }
};

}  // namespace wherry::inline v0::op

#endif
