#ifndef WHERRY_EXEC_REWRITE_FUSE_CONVOLUTION_HPP
#define WHERRY_EXEC_REWRITE_FUSE_CONVOLUTION_HPP

#include <wherry/base/sequence.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/exec/rewrite/rewriter.hpp>
#include <wherry/program/attribute.hpp>
#include <wherry/tensor/tensor.hpp>
#include <wherry/version.hpp>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI::rewrite {

/// A convolution, the bias that is added to it and the activation after that become one `fused_conv2d`, which finishes each part of its
/// result while that is in the cache. An executor has to name that operator: `op::inference` does.
struct fuse_convolution {
    static void apply(rewriter& r) {
        for (std::size_t i = 0; i < r.ops().size(); ++i) {
            const auto& type = r.ops()[i].type;
            if (type == "conv2d" || type == "depthwise_conv2d") fuse(r, i);
        }
    }

  private:
    static void fuse(rewriter& r, std::size_t i) {
        auto& conv = r.ops()[i];
        const auto* filter = r.weight(r.input(conv, "Filter"));
        if (filter == nullptr || filter->dims().rank() != 4 || r.attribute(conv, "data_format", std::string()) == "NHWC") return;
        bool changed = false;
        if (const auto at = r.only_reader(r.output(conv, "Output")); at != rewriter::none && r.ops()[at].type == "elementwise_add") {
            auto& add = r.ops()[at];
            const auto* bias = r.weight(r.input(add, "Y"));
            const auto axis = r.attribute(add, "axis", std::int32_t{-1});
            if (bias != nullptr && r.input(add, "X") == r.output(conv, "Output") && is_bias(*bias, *filter, axis) &&
                r.is_written_once(r.output(add, "Out"))) {
                r.set(conv.inputs, "Bias", r.input(add, "Y"));
                r.set(conv.outputs, "Output", r.output(add, "Out"));
                r.drop(at);
                changed = true;
            }
        }
        if (const auto at = r.only_reader(r.output(conv, "Output")); at != rewriter::none) {
            auto& act = r.ops()[at];
            sequence<float> numbers;
            if (is_activation(r, act, numbers) && r.input(act, "X") == r.output(conv, "Output") &&
                r.is_written_once(r.output(act, "Out"))) {
                r.set_attribute(conv, "fuse_activation", act.type);
                r.set_attribute(conv, "fuse_numbers", numbers);
                r.set(conv.outputs, "Output", r.output(act, "Out"));
                r.drop(at);
                changed = true;
            }
        }
        if (changed) conv.type = "fused_conv2d";
    }
    /// One number for each filter, along axis 1.
    static bool is_bias(const Tensor& bias, const Tensor& filter, std::int32_t axis) {
        const auto& dims = bias.dims();
        const auto filters = filter.dims()[0];
        if (dims.rank() == 1) return axis == 1 && dims[0] == filters;
        return dims.rank() == 4 && (axis == -1 || axis == 0) && dims == Shape{1, filters, 1, 1};
    }
    static bool is_activation(const rewriter& r, const rewriter::op& act, sequence<float>& numbers) {
        const auto take = [&](std::initializer_list<std::pair<std::string_view, float>> attributes) {
            for (const auto& [name, otherwise] : attributes) numbers.push_back(r.attribute(act, name, otherwise));
            return true;
        };
        if (act.type == "relu" || act.type == "sigmoid") return true;
        if (act.type == "relu6") return take({{"threshold", 6.0F}});
        if (act.type == "leaky_relu") return take({{"alpha", 0.02F}});
        if (act.type == "hard_sigmoid") return take({{"slope", 0.2F}, {"offset", 0.5F}});
        if (act.type == "swish") return take({{"beta", 1.0F}});
        if (act.type == "silu") return numbers.push_back(1.0F), true;
        if (act.type != "hard_swish") return false;
        if (r.program_version() < 2'000'000) return take({{"threshold", 6.0F}, {"scale", 6.0F}, {"offset", 3.0F}});
        for (const float number : {6.0F, 6.0F, 3.0F}) numbers.push_back(number);
        return true;
    }
};

}  // namespace wherry::inline WHERRY_ABI::rewrite

#endif
