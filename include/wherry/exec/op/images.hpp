#ifndef WHERRY_EXEC_OP_IMAGES_HPP
#define WHERRY_EXEC_OP_IMAGES_HPP

#include <wherry/exec/op/anchors.hpp>
#include <wherry/exec/op/box_overlap.hpp>
#include <wherry/exec/op/boxes.hpp>
#include <wherry/exec/op/convolution.hpp>
#include <wherry/exec/op/convolution_transpose.hpp>
#include <wherry/exec/op/fpn_proposals.hpp>
#include <wherry/exec/op/fused_convolution.hpp>
#include <wherry/exec/op/grid_sampler.hpp>
#include <wherry/exec/op/group_norm.hpp>
#include <wherry/exec/op/interpolation.hpp>
#include <wherry/exec/op/matrix_nms.hpp>
#include <wherry/exec/op/multiclass_nms.hpp>
#include <wherry/exec/op/normalization.hpp>
#include <wherry/exec/op/pool.hpp>
#include <wherry/exec/op/pool_with_index.hpp>
#include <wherry/exec/op/proposals.hpp>
#include <wherry/exec/op/roi_align.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/version.hpp>

namespace wherry::inline WHERRY_ABI::op {

/// Convolution, pooling, normalisation, resizing and boxes.
using images =
    op_list<conv2d, fused_conv2d, depthwise_conv2d, conv3d, pool2d, pool3d, batch_norm, sync_batch_norm, layer_norm, group_norm,
            instance_norm, affine_channel, conv2d_transpose, depthwise_conv2d_transpose, conv3d_transpose, nearest_interp, linear_interp,
            bilinear_interp, trilinear_interp, bicubic_interp, nearest_interp_v2, linear_interp_v2, bilinear_interp_v2, trilinear_interp_v2,
            bicubic_interp_v2, prior_box, box_coder, yolo_box, multiclass_nms, multiclass_nms2, multiclass_nms3, grid_sampler,
            max_pool2d_with_index, max_pool3d_with_index, anchor_generator, density_prior_box, iou_similarity, box_clip, matrix_nms,
            generate_proposals, generate_proposals_v2, distribute_fpn_proposals, collect_fpn_proposals, roi_align>;

}  // namespace wherry::inline WHERRY_ABI::op

#endif
