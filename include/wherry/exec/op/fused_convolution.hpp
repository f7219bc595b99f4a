#ifndef WHERRY_EXEC_OP_FUSED_CONVOLUTION_HPP
#define WHERRY_EXEC_OP_FUSED_CONVOLUTION_HPP

#include <wherry/base/error.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/exec/op/check.hpp>
#include <wherry/exec/op/convolution.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/kernel/activation.hpp>
#include <wherry/kernel/convolution.hpp>
#include <wherry/kernel/scale.hpp>
#include <wherry/kernel/unary.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI::op {

/// Attributes of `fused_conv2d`: those of conv2d, the type of an activation, and the numbers of its function.
struct fused_convolution_attributes : convolution_attributes<2> {
    std::string fuse_activation;
    sequence<float> fuse_numbers;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        convolution_attributes<2>::visit(self, attr);
        attr("fuse_activation", self.fuse_activation);
        attr("fuse_numbers", self.fuse_numbers);
    }
};

/// conv2d, a number that is added to each channel, and an activation: what rewrite::fuse_convolution makes. Programs from files do not hold
/// it. Shapes: Input [N, C, H, W], Filter [M, C / groups, h, w], Bias of M numbers; Output [N, M, H', W'].
/// Errors: those of conv2d, and bad_attribute for an activation that it does not know.
struct fused_conv2d {
    static constexpr std::string_view type = "fused_conv2d";
    static constexpr std::array inputs = {slot{"Input"}, slot{"Filter"}, slot{"Bias", slot_arity::optional}};
    static constexpr std::array outputs = {slot{"Output"}};
    using attributes = fused_convolution_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        if (channels_last(a.data_format)) return c.fail(errc::bad_attribute, "fused_conv2d takes channels first", "NCHW", a.data_format);
        const auto* const act = find(a.fuse_activation);
        if (act == nullptr || a.fuse_numbers.size() != act->numbers)
            return c.fail(errc::bad_attribute, "fused_conv2d does not know this activation with these numbers", {}, a.fuse_activation);
        if (auto inferred = conv2d::infer(a, c); !inferred || !c.has_in(2) || c.building()) return inferred;
        if (auto checked = detail::must_hold(c, 2, c.in(0).dtype); !checked) return checked;
        if (!std::cmp_equal(c.in(2).dims.count(), c.in(1).dims[0]))
            return c.fail(errc::shape_mismatch, "Bias should hold a number for each filter", decimal(c.in(1).dims[0]),
                          to_string(c.in(2).dims));
        return {};
    }
    static result<void> run(const attributes& a, run_context& c) {
        const auto walk = detail::convolution_walk(c, a, c.in_dims(0), c.in_dims(1));
        if (!walk) return walk.failure();
        const auto size = [](std::int64_t n) { return static_cast<std::size_t>(n); };
        const kernel::convolution_shape shape{size(c.in_dims(0)[0]), size(c.in_dims(0)[1]), size(c.in_dims(1)[0]), size(a.groups),
                                              walk->window};
        const auto* const act = find(a.fuse_activation);
        if (act == nullptr) return c.fail(errc::bad_attribute, "unknown activation", {}, a.fuse_activation);
        return for_float(c, c.in_dtype(0), [&]<class T>() -> result<void> {
            std::array<double, 3> n{};
            std::copy_n(a.fuse_numbers.begin(), std::min<std::size_t>(a.fuse_numbers.size(), 3), n.begin());
            const ending<T> how{c.has_in(2) ? c.in<T>(2).data() : nullptr, act, {n[0], n[1], n[2]}};
            const kernel::convolution_end<T> end{finish<T>, &how};
            kernel::convolution<T>(shape, c.in<T>(0), c.in<T>(1), c.out<T>(0), kernel::instruction_set::avx512, &end);
            return {};
        });
    }

  private:
    enum class function : unsigned char { none, relu, sigmoid, other };
    struct activation_row {
        std::string_view type;
        function of;
        kernel::unary kind;
        std::size_t numbers;
    };
    static const activation_row* find(std::string_view name) {
        using kernel::unary;
        static constexpr std::array<activation_row, 9> rows{{{"", function::none, unary::exp, 0},
                                                             {"relu", function::relu, unary::exp, 0},
                                                             {"sigmoid", function::sigmoid, unary::exp, 0},
                                                             {"relu6", function::other, unary::relu6, 1},
                                                             {"leaky_relu", function::other, unary::leaky_relu, 1},
                                                             {"hard_sigmoid", function::other, unary::hard_sigmoid, 2},
                                                             {"hard_swish", function::other, unary::hard_swish, 3},
                                                             {"swish", function::other, unary::swish, 1},
                                                             {"silu", function::other, unary::swish, 1}}};
        const auto at = std::find_if(rows.begin(), rows.end(), [&](const auto& row) { return row.type == name; });
        return at != rows.end() ? &*at : nullptr;
    }
    template <class T>
    struct ending {
        const T* bias;
        const activation_row* act;
        kernel::unary_numbers numbers;
    };
    template <class T>
    static void finish(const void* how, T* part, std::size_t filters, std::size_t count, std::size_t stride, std::size_t first) noexcept {
        const auto& end = *static_cast<const ending<T>*>(how);
        for (std::size_t k = 0; end.bias != nullptr && k < filters; ++k) {
            const std::span<T> row(part + k * stride, count);
            kernel::scale<T>(row, T(1), end.bias[first + k], row);
        }
        const bool whole = stride == count;  // rows without gaps are one
        for (std::size_t k = 0; k < (whole ? 1 : filters); ++k) {
            const std::span<T> row(part + k * stride, whole ? filters * count : count);
            if (end.act->of == function::relu) kernel::relu<T>(row, row);
            else if (end.act->of == function::sigmoid) kernel::sigmoid<T>(row, row);
            else if (end.act->of == function::other) kernel::apply<T>(end.act->kind, end.numbers, row, row);
        }
    }
};

}  // namespace wherry::inline WHERRY_ABI::op

#endif
