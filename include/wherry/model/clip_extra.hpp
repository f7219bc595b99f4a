#ifndef WHERRY_MODEL_CLIP_EXTRA_HPP
#define WHERRY_MODEL_CLIP_EXTRA_HPP

#include <wherry/program/program.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <iterator>
#include <span>
#include <string>
#include <string_view>

namespace wherry::inline WHERRY_ABI {

namespace detail {
/// Attributes that `clip_extra` leaves out: they choose a backend or describe how a program was made, and never change
/// what an operator computes. An operator named here keeps its attribute, or is the only one to lose it.
/// Source: Paddle 2.6.2, op_compat.yaml (`extra`), Program._remove_training_info.
struct extra_part {
    std::string_view name;
    std::string_view only_of = {};  ///< operators, a space around each; empty: all
    std::string_view kept_by = {};  ///< likewise
};
inline constexpr extra_part extra_attrs[] = {
    {"op_callstack"},
    {"with_quant_attr"},
    {"use_mkldnn", {}, " matmul sum cast fc "},
    {"mkldnn_data_type", {}, " matmul sum fc "},
    {"use_quantizer", {}, " matmul fc "},
    {"force_fp32_output", {}, " matmul fc "},
    {"Scale_x", {}, " matmul "},
    {"Scale_y", {}, " matmul "},
    {"Scale_out", {}, " matmul fc "},
    {"Scale_in_eltwise"},
    {"Scale_in", " depthwise_conv2d "},
    {"Scale_weights", " depthwise_conv2d "},
    {"scale_x"},
    {"scale_y"},
    {"scale_out"},
    {"x_data_format"},
    {"y_data_format"},
    {"data_format", " softmax transpose2 "},
    {"use_cudnn", {}, " pool2d "},
    {"is_test", " softmax conv2d depthwise_conv2d pool2d layer_norm gru "},
    {"exhaustive_search"},
    {"workspace_size_MB"},
    {"use_addto"},
    {"fuse_activation"},
    {"fuse_alpha"},
    {"fuse_beta"},
    {"fuse_relu"},
    {"fuse_relu_before_depthwise_conv"},
    {"fuse_residual_connection"},
    {"fuse_with_relu"},
    {"seed", " dropout "},
    {"fix_seed", " dropout "},
};
/// Output slots that only backward operators read. The variables in them stay declared, as in 2.6.2.
inline constexpr extra_part extra_outputs[] = {
    {"ReserveSpace", " batch_norm "},
    {"Mask", " dropout "},
    {"XShape", " flatten2 squeeze2 transpose2 unsqueeze2 flatten_contiguous_range "},
};
inline bool is_extra(std::span<const extra_part> table, std::string_view op, std::string_view name) {
    const auto holds = [op](std::string_view ops) { return ops.find(" " + std::string(op) + " ") != std::string_view::npos; };
    return std::any_of(table.begin(), table.end(), [&](const extra_part& row) {
        return row.name == name && (row.only_of.empty() || holds(row.only_of)) && !holds(row.kept_by);
    });
}
}  // namespace detail

/// Takes attributes that choose a backend and outputs that only training needs out of every operator, as Paddle 2.x does
/// to inference models. What is computed stays the same. Source: Paddle 2.6.2, Program._remove_training_info.
inline void clip_extra(Program& program) {
    for (auto& block : program.blocks())
        for (auto& op : block.ops()) {
            auto& desc = op.desc();
            erase_if(desc.attrs, [&](const Attr& attr) { return detail::is_extra(detail::extra_attrs, desc.type, attr.name); });
            erase_if(desc.outputs,
                     [&](const wire::Slot<>& slot) { return detail::is_extra(detail::extra_outputs, desc.type, slot.parameter); });
        }
}

}  // namespace wherry::inline WHERRY_ABI

#endif
