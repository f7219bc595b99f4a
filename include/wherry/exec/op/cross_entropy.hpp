#ifndef WHERRY_EXEC_OP_CROSS_ENTROPY_HPP
#define WHERRY_EXEC_OP_CROSS_ENTROPY_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/base/text.hpp>
#include <wherry/exec/op/check.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/kernel/cross_entropy.hpp>
#include <wherry/version.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI::op {

/// Attributes of `cross_entropy`, and their defaults.
struct cross_entropy_attributes {
    bool soft_label = false;
    std::int32_t ignore_index = -100;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("soft_label", self.soft_label);
        attr("ignore_index", self.ignore_index);
    }
};

/// Attributes of `cross_entropy2`, and their defaults.
struct cross_entropy2_attributes {
    std::int32_t ignore_index = -100;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("ignore_index", self.ignore_index);
    }
};

namespace detail {

/// Dims of the loss of X and Label, or what the reference says of those that do not fit.
[[gnu::cold]] inline result<Shape> cross_entropy_dims(const infer_context& c, const Shape& x, const Shape& label, bool soft_label) {
    const auto rank = x.rank();
    if (rank == 0 || label.rank() == 0) return c.fail(errc::shape_mismatch, "Input(X) and Input(Label) need a dim", {}, to_string(x));
    const bool all_known = x.is_concrete() && label.is_concrete();
    const auto differ = [&] {
        return c.fail(
            errc::shape_mismatch,
            {"Input(X) and Input(Label) shall have the same shape except the last dimension. But received: the shape of Input(X) is ",
             to_string(x), ", the shape of Input(Label) is ", to_string(label), "."},
            to_string(x), to_string(label));
    };
    const bool one_vector = rank == 1 && label.rank() == 1;  // X [C], Label [1]
    if (all_known && !one_vector) {
        for (std::size_t i = 0; i + 1 < rank; ++i)
            if (i >= label.rank() || x[i] != label[i]) return differ();
    }
    Shape loss = label;
    if (soft_label) {
        if (label.rank() != rank)
            return c.fail(errc::shape_mismatch,
                          {"If Attr(soft_label) == true, Input(X) and Input(Label) shall have the same dimensions. But received: "
                           "the dimensions of Input(X) is [",
                           decimal(rank), "],the shape of Input(X) is ", to_string(x), ", the dimensions of Input(Label) is [",
                           decimal(label.rank()), "], the shape ofInput(Label) is ", to_string(label)});
        if (all_known && x.back() != label.back())
            return c.fail(errc::shape_mismatch,
                          {"If Attr(soft_label) == true, the last dimension of Input(X) and Input(Label) should be "
                           "equal. But received: thelast dimension "
                           "of Input(X) is [",
                           decimal(x.back()), "], the shape of Input(X) is ", to_string(x), ",the last dimension of Input(Label) is [",
                           decimal(label.back()), "], the shape of Input(Label)is ", to_string(label), ", the last dimension is [",
                           decimal(rank - 1), "]."});
    } else if (label.rank() == rank) {
        if (label.back() != 1)
            return c.fail(errc::shape_mismatch,
                          {"the last dimension of Input(Label) should be 1.But received: the last dimension of Input(Label) is [",
                           decimal(label.back()), "],the last dimension is [", decimal(rank - 1), "]"});
    } else if (label.rank() + 1 != rank) {
        return c.fail(errc::shape_mismatch,
                      {"ShapeError: The rank of Input(X) should be equal to Input(Label) plus 1.But received: The dimension of "
                       "Input(X) is [",
                       decimal(rank), "], the shape of Input(X) is ", to_string(x), ",the dimension of Input(Label) is [",
                       decimal(label.rank()), "], the shape of Input(Label) is ", to_string(label)});
    }
    if (!c.building() && x.back() == 0) return c.fail(errc::shape_mismatch, "Input(X) has no classes", "at least 1", "0");
    if (label.rank() == rank) loss[rank - 1] = 1;
    return loss;
}

/// Every hard label is ignore_index or a class.
inline result<void> check_labels(const run_context& c, std::span<const std::int64_t> labels, std::size_t classes,
                                 std::int64_t ignore_index) {
    const auto bad = kernel::first_bad_label(labels, classes, ignore_index);
    if (!bad) return {};
    return c.fail(errc::label_out_of_range,
                  {"Variable value (label) of OP(fluid.layers.cross_entropy) expected >= 0 and < ", decimal(classes), ", but got ",
                   decimal(labels[*bad]), ". Please check label value."},
                  text{"[0, ", decimal(classes), ")"}, decimal(labels[*bad]));
}

/// Hard labels that were checked; none for soft ones.
inline result<std::span<const std::int64_t>> hard_labels(const run_context& c, std::size_t slot, std::size_t classes, bool soft_label,
                                                         std::int64_t ignore_index) {
    if (soft_label) return std::span<const std::int64_t>();
    const auto labels = c.in<std::int64_t>(slot);
    if (auto checked = check_labels(c, labels, classes, ignore_index); !checked) return checked.failure();
    return labels;
}

inline std::size_t last_dim(const Shape& dims) { return static_cast<std::size_t>(dims.back()); }

}  // namespace detail

/// dX = -Label / X * dY; for hard labels -dY / X at the label and 0 elsewhere.
struct cross_entropy_grad {
    static constexpr std::string_view type = "cross_entropy_grad";
    static constexpr std::array inputs = {slot{"X"}, slot{"Label"}, slot{"Y@GRAD"}};
    static constexpr std::array outputs = {slot{"X@GRAD"}};
    using attributes = cross_entropy_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        auto loss = detail::cross_entropy_dims(c, c.in(0).dims, c.in(1).dims, a.soft_label);
        if (!loss) return loss.failure();
        if (auto checked = detail::must_hold(c, 1, a.soft_label ? c.in(0).dtype : DType::INT64); !checked) return checked;
        if (auto checked = detail::must_hold(c, 2, c.in(0).dtype); !checked) return checked;
        if (auto checked = detail::must_have_dims(c, 2, *loss); !checked) return checked;
        c.set_out(0, c.in(0).with(c.in(0).dims));
        return {};
    }
    static result<void> run(const attributes& a, run_context& c) {
        const auto classes = detail::last_dim(c.in_dims(0));
        auto labels = detail::hard_labels(c, 1, classes, a.soft_label, a.ignore_index);
        if (!labels) return labels.failure();
        sequence<std::byte> room;
        if (auto made = c.make_room(room, a.soft_label ? 0 : c.in_bytes(2).size()); !made) return made;
        return for_float(c, c.in_dtype(0), [&]<class T>() -> result<void> {
            const auto x = c.in<T>(0);
            const auto g = c.in<T>(2);
            if (a.soft_label) return kernel::cross_entropy_soft_grad<T>(classes, x, c.in<T>(1), g, c.out<T>(0)), result<void>();
            const auto match = elements_of<T>(std::span<std::byte>(room));
            kernel::cross_entropy_hard<T>(classes, x, *labels, a.ignore_index, std::span<T>(), match);
            kernel::cross_entropy_hard_grad<T>(classes, match, *labels, a.ignore_index, g, c.out<T>(0));
            return {};
        });
    }
};

/// Loss of each row of probabilities, by class labels or by soft ones.
/// Shapes: X [..., C]; hard Label [..., 1] or [...] int64 in [0, C) or ignore_index, soft Label like X; Y like Label with a last dim of 1.
/// Errors: shape_mismatch, dtype_mismatch; label_out_of_range (nothing is written).
/// Source: paddle operators `cross_entropy`, `cross_entropy_grad`.
struct cross_entropy {
    static constexpr std::string_view type = "cross_entropy";
    static constexpr std::array inputs = {slot{"X"}, slot{"Label"}};
    static constexpr std::array outputs = {slot{"Y"}};
    using attributes = cross_entropy_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        auto loss = detail::cross_entropy_dims(c, c.in(0).dims, c.in(1).dims, a.soft_label);
        if (!loss) return loss.failure();
        if (auto checked = detail::must_hold(c, 1, a.soft_label ? c.in(0).dtype : DType::INT64); !checked) return checked;
        c.set_out(0, c.in(0).with(*loss));
        return {};
    }
    [[gnu::cold]] static void gradient(gradient_maker& g) {
        g.append<cross_entropy_grad>().reads("X").reads("Label").reads_grad("Y").makes_grad("X");
    }
    static result<void> run(const attributes& a, run_context& c) {
        const auto classes = detail::last_dim(c.in_dims(0));
        auto labels = detail::hard_labels(c, 1, classes, a.soft_label, a.ignore_index);
        if (!labels) return labels.failure();
        return for_float(c, c.in_dtype(0), [&]<class T>() -> result<void> {
            if (a.soft_label) kernel::cross_entropy_soft<T>(classes, c.in<T>(0), c.in<T>(1), c.out<T>(0));
            else kernel::cross_entropy_hard<T>(classes, c.in<T>(0), *labels, a.ignore_index, c.out<T>(0), {});
            return {};
        });
    }
};

/// dX = -dY / MatchX at the label, 0 elsewhere. The dims of dX are those of XShape without its last.
struct cross_entropy_grad2 {
    static constexpr std::string_view type = "cross_entropy_grad2";
    static constexpr std::array inputs = {slot{"Label"}, slot{"MatchX"}, slot{"XShape"}, slot{"Y@GRAD"}};
    static constexpr std::array outputs = {slot{"X@GRAD"}};
    using attributes = cross_entropy2_attributes;

    [[gnu::cold]] static result<void> infer(const attributes&, infer_context& c) {
        const auto& x_shape = c.in(2);
        if (x_shape.dims.rank() == 0) return c.fail(errc::shape_mismatch, "Input(XShape) needs a dim");
        auto x = x_shape.dims;
        x.pop_back();
        auto loss = detail::cross_entropy_dims(c, x, c.in(0).dims, false);
        if (!loss) return loss.failure();
        const auto dtype = c.in(3).dtype;
        if (auto checked = detail::must_hold(c, 0, DType::INT64); !checked) return checked;
        if (auto checked = detail::must_hold(c, 1, dtype); !checked) return checked;
        auto match = x;
        match[match.rank() - 1] = 1;
        if (auto checked = detail::must_have_dims(c, 1, match); !checked) return checked;
        if (auto checked = detail::must_have_dims(c, 3, *loss); !checked) return checked;
        c.set_out(0, x_shape.with(dtype, x));
        return {};
    }
    static result<void> run(const attributes& a, run_context& c) {
        const auto classes = detail::last_dim(c.out_dims(0));
        auto labels = detail::hard_labels(c, 0, classes, false, a.ignore_index);
        if (!labels) return labels.failure();
        return for_float(c, c.in_dtype(3), [&]<class T>() -> result<void> {
            kernel::cross_entropy_hard_grad<T>(classes, c.in<T>(1), *labels, a.ignore_index, c.in<T>(3), c.out<T>(0));
            return {};
        });
    }
};

/// Loss of each row of probabilities by class labels; keeps what the gradient needs instead of X.
/// Shapes: X [..., C], Label [..., 1] or [...] int64; Y like Label, MatchX [..., 1], XShape [..., C, 0].
/// Errors: as `cross_entropy`. Source: paddle operators `cross_entropy2`, `cross_entropy_grad2`.
struct cross_entropy2 {
    static constexpr std::string_view type = "cross_entropy2";
    static constexpr std::array inputs = {slot{"X"}, slot{"Label"}};
    static constexpr std::array outputs = {slot{"Y"}, slot{"MatchX"}, slot{"XShape"}};
    using attributes = cross_entropy2_attributes;

    [[gnu::cold]] static result<void> infer(const attributes&, infer_context& c) {
        const auto& x = c.in(0);
        auto loss = detail::cross_entropy_dims(c, x.dims, c.in(1).dims, false);
        if (!loss) return loss.failure();
        if (x.dims.rank() == max_rank) return c.fail(errc::bad_dims, "XShape would have too many dims");
        if (auto checked = detail::must_hold(c, 1, DType::INT64); !checked) return checked;
        auto match = x.dims;
        match[match.rank() - 1] = 1;
        auto x_shape = x.dims;
        x_shape.push_back(0);
        c.set_out(0, x.with(*loss));
        c.set_out(1, {x.dtype, match});
        c.set_out(2, x.with(x_shape));
        return {};
    }
    [[gnu::cold]] static void gradient(gradient_maker& g) {
        g.append<cross_entropy_grad2>().reads("Label").reads("MatchX").reads("XShape").reads_grad("Y").makes_grad("X");
    }
    static result<void> run(const attributes& a, run_context& c) {
        const auto classes = detail::last_dim(c.in_dims(0));
        auto labels = detail::hard_labels(c, 1, classes, false, a.ignore_index);
        if (!labels) return labels.failure();
        return for_float(c, c.in_dtype(0), [&]<class T>() -> result<void> {
            kernel::cross_entropy_hard<T>(classes, c.in<T>(0), *labels, a.ignore_index, c.out<T>(0), c.out<T>(1));
            return {};
        });
    }
};

}  // namespace wherry::inline WHERRY_ABI::op

#endif
