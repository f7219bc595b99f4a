#ifndef WHERRY_MODEL_OP_COMPATIBLE_MAP_HPP
#define WHERRY_MODEL_OP_COMPATIBLE_MAP_HPP

#include <wherry/version.hpp>
#include <wherry/wire/framework.hpp>

#include <algorithm>
#include <string>
#include <string_view>

namespace wherry::inline WHERRY_ABI {

namespace detail {
/// Operators whose meaning changed in 1.6.0, by how an older reader fares. Source: fluid 1.8.5, op_compatible_info.cc.
inline constexpr std::string_view possibly_compatible_ops[] = {
    "bilinear_interp",
    "chunk_eval",
    "conditional_block",
    "conditional_block_infer",
    "conv2d",
    "conv2d_transpose",
    "conv3d",
    "conv3d_transpose",
    "crf_decoding",
    "ctc_align",
    "data_norm",
    "depthwise_conv2d",
    "depthwise_conv2d_transpose",
    "edit_distance",
    "expand",
    "fc",
    "fused_embedding_seq_pool",
    "group_norm",
    "hash",
    "leaky_relu",
    "linear_chain_crf",
    "lod_reset",
    "matmul",
    "mul",
    "nearest_interp",
    "one_hot",
    "pow",
    "prior_box",
    "reshape2",
    "slice",
    "uniform_random",
    "uniform_random_batch_size_like",
    "warpctc",
};
inline constexpr std::string_view incompatible_ops[] = {
    "center_loss",
    "coalesce_tensor",
    "crop_tensor",
    "deformable_conv",
    "deformable_conv_v1",
    "dpsgd",
    "eye",
    "fill_any_like",
    "filter_by_instag",
    "gather_nd",
    "hard_swish",
    "instance_norm",
    "lookup_table_v2",
    "match_matrix_tensor",
    "multiclass_nms2",
    "one_hot_v2",
    "prroi_pool",
    "pull_box_sparse",
    "scatter_nd_add",
    "sequence_pad",
    "sequence_topk_avg_pooling",
    "sequence_unpad",
    "shard_index",
    "size",
    "strided_slice",
    "trilinear_interp",
    "unfold",
    "unique",
    "unique_with_counts",
    "var_conv_2d",
};
inline constexpr std::string_view bug_fixed_ops[] = {"layer_norm"};
}  // namespace detail

/// The table that fluid 1.8.5 writes into every inference model: from which version on an operator may be read differently, sorted
/// by operator. Readers may ignore it. Source: fluid 1.8.5, save_op_compatible_info.
inline wire::OpCompatibleMap<> op_compatible_map() {
    using kind = wire::CompatibleInfo<>::Type;
    wire::OpCompatibleMap<> made;
    made.default_required_version = "1.5.0";
    const auto add = [&made](auto& names, kind type) {
        for (const auto name : names) {
            auto& pair = made.pair.emplace_back();
            pair.op_name = name;
            pair.compatible_info.version = "1.6.0";
            pair.compatible_info.type = type;
        }
    };
    add(detail::possibly_compatible_ops, kind::POSSIBLE);
    add(detail::incompatible_ops, kind::DEFINITELY_NOT);
    add(detail::bug_fixed_ops, kind::BUG_FIX);
    std::sort(made.pair.begin(), made.pair.end(), [](const auto& a, const auto& b) { return a.op_name < b.op_name; });
    return made;
}

}  // namespace wherry::inline WHERRY_ABI

#endif
