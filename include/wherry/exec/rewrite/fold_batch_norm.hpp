#ifndef WHERRY_EXEC_REWRITE_FOLD_BATCH_NORM_HPP
#define WHERRY_EXEC_REWRITE_FOLD_BATCH_NORM_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/exec/rewrite/rewriter.hpp>
#include <wherry/program/attribute.hpp>
#include <wherry/tensor/tensor.hpp>
#include <wherry/version.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI::rewrite {

/// A batch_norm that uses given statistics, after a convolution that nothing else reads: its scale goes into a copy of the filter, and an
/// elementwise_add of one number for each channel is left.
struct fold_batch_norm {
    static void apply(rewriter& r) {
        for (std::size_t i = 0; i < r.ops().size(); ++i) {
            const auto& type = r.ops()[i].type;
            if (type == "conv2d" || type == "depthwise_conv2d") fold(r, r.ops()[i]);
        }
    }

  private:
    static void fold(rewriter& r, rewriter::op& conv) {
        const auto at = r.only_reader(r.output(conv, "Output"));
        if (at == rewriter::none || r.ops()[at].type != "batch_norm") return;
        auto& norm = r.ops()[at];
        const bool given = r.attribute(norm, "use_global_stats", false) ||
                           (r.attribute(norm, "is_test", false) && !r.attribute(norm, "trainable_statistics", false));
        for (const auto* layout : {"data_format", "data_layout"})
            for (const auto* op : {&conv, &norm})
                if (const auto found = r.attribute(*op, layout, std::string()); found == "NHWC") return;
        const auto* filter = r.weight(r.input(conv, "Filter"));
        const auto *scale = r.weight(r.input(norm, "Scale")), *bias = r.weight(r.input(norm, "Bias"));
        const auto *mean = r.weight(r.input(norm, "Mean"), at), *variance = r.weight(r.input(norm, "Variance"), at);
        if (!given || filter == nullptr || filter->dims().rank() != 4 || filter->dims()[0] < 1) return;
        const auto filters = static_cast<std::size_t>(filter->dims()[0]);
        for (const auto* one : {scale, bias, mean, variance})
            if (one == nullptr || one->count() != filters) return;
        for (const auto& slot : norm.outputs)
            for (const auto& name : slot.arguments)
                if (slot.parameter != "Y" && r.is_read_besides(name, at)) return;

        Tensor folded = *filter, shift(DType::FP32, Shape{filter->dims()[0]});
        const auto numbers = folded.elements<float>();
        const auto each = numbers.size() / filters;
        const auto epsilon = static_cast<double>(r.attribute(norm, "epsilon", 1e-5F));
        for (std::size_t k = 0; k < filters; ++k) {
            const double by =
                static_cast<double>(scale->elements<float>()[k]) / std::sqrt(static_cast<double>(variance->elements<float>()[k]) + epsilon);
            if (!std::isfinite(by)) return;
            for (std::size_t n = 0; n < each; ++n)
                numbers[k * each + n] = static_cast<float>(static_cast<double>(numbers[k * each + n]) * by);
            shift.elements<float>()[k] =
                static_cast<float>(static_cast<double>(bias->elements<float>()[k]) - static_cast<double>(mean->elements<float>()[k]) * by);
        }
        const std::string out(r.output(norm, "Y")), name = out + "@filter", shift_name = out + "@bias";
        r.add_weight(name, std::move(folded));
        r.add_weight(shift_name, std::move(shift));
        r.set(conv.inputs, "Filter", name);
        rewriter::op add;
        add.type = "elementwise_add";
        r.set(add.inputs, "X", r.output(conv, "Output"));
        r.set(add.inputs, "Y", shift_name);
        r.set(add.outputs, "Out", out);
        add.attrs.push_back(make_attr("axis", std::int32_t{1}));
        norm = std::move(add);
    }
};

}  // namespace wherry::inline WHERRY_ABI::rewrite

#endif
