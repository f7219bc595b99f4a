# Operators of detectors, of recurrent layers and of shapes that depend on values. See ../op_cases.py.
import numpy as np


def boxes(*dims, **options):
    """Corners of boxes within a square of that size."""
    size = options.get("size", 60.0)
    first = some(*(dims + (2,)), low=0, high=size * 0.7, dtype=options.get("dtype", "float32"))
    return np.concatenate([first, first + some(*(dims + (2,)), low=1, high=size * 0.5, seed=5, dtype=options.get("dtype", "float32"))], -1)


def distinct(*dims, **options):
    """Scores of which no two are alike."""
    count = int(np.prod(dims))
    return (np.random.RandomState(len(cases)).permutation(count).reshape(dims) / float(count)).astype(options.get("dtype", "float32"))


# ---- shapes that depend on values
for x in (np.array([[0, 1, 0], [2, 0, 3]]), np.zeros((2, 3)), np.array([5, 0, 1])):
    for dtype in ("float32", "float64", "int32", "int64", "bool"):
        case("where_index", {"Condition": x.astype(dtype)}, ["Out"], only=None if x.any() else "2.6", name="where_index %s %s" % (x.tolist(), dtype))
case("where_index", {"Condition": np.array(1.0, "float32")}, ["Out"])
for dtype in ("float32", "int64", "float64", "int32"):
    case("meshgrid", {"X": [some(2, low=-9, high=9, dtype=dtype), some(3, low=-9, high=9, dtype=dtype)]}, ["Out*2"], name="meshgrid " + dtype)
case("meshgrid", {"X": [some(2), some(3), some(1), some(4)]}, ["Out*4"], name="meshgrid of 4")
case("meshgrid", {"X": [some(2), some(3, 1)]}, ["Out*2"], name="meshgrid of a matrix")


def set_value(x, value, axes, starts, ends, steps, **attributes):
    a = dict(axes=[int(i) for i in axes], starts=starts, ends=ends, steps=steps, decrease_axes=[], none_axes=[], shape=[1], dtype=5)
    a.update(attributes)
    case("set_value", {"Input": x, "ValueTensor": value}, ["Out"], a, only="2.6", name="set_value %s %s %s" % (x.shape, value.shape, a))


x = some(4, 5, 6)
set_value(x, some(1), [0], [1], [3], [1])
set_value(x, some(5, 6), [0], [0], [4], [2])
set_value(x, some(2, 1, 6), [0, 1], [1, 0], [3, 5], [1, 2])
set_value(x, some(1), [1], [-2], [100], [1])
set_value(x, some(6), [0, 1], [2, 1], [3, 4], [1, 1], decrease_axes=[0])
set_value(x, some(1), [0, 1, 2], [2, 1, 3], [3, 2, 4], [1, 1, 1], decrease_axes=[0, 1, 2])
set_value(x, some(3, 1, 6), [0, 1], [2, 1], [3, 4], [1, 1], decrease_axes=[0], none_axes=[1])
set_value(x, some(4), [0], [3], [-5], [-1], decrease_axes=[])
set_value(x, some(2, 5, 6), [0], [3], [0], [-2])
set_value(x, some(4), [1], [1], [3], [1])
set_value(x, some(5, 6), [3], [0], [1], [1])
set_value(some(4, 5, 6, dtype="int64", low=0, high=9), some(1, dtype="int64", low=0, high=9), [0], [1], [3], [1], dtype=3)

# ---- sampling
for dims, grid in (((2, 3, 5, 6), (2, 4, 7, 2)), ((2, 3, 5, 6), (2, 5, 6, 2)), ((1, 1, 1, 1), (1, 1, 1, 2))):
    case("grid_sampler", {"X": some(*dims), "Grid": some(*grid, low=-1.4, high=1.4)}, ["Output"], name="grid_sampler %s %s" % (dims, grid))
if V2:
    for mode in ("bilinear", "nearest"):
        for padding in ("zeros", "border", "reflection"):
            for corners in (True, False):
                a = dict(mode=mode, padding_mode=padding, align_corners=corners)
                case("grid_sampler", {"X": some(2, 3, 5, 6), "Grid": some(2, 4, 7, 2, low=-2.6, high=2.6)}, ["Output"], a)
                if (mode, padding) != ("nearest", "zeros"):  # there the reference leaves what is outside a volume unset
                    case("grid_sampler", {"X": some(1, 2, 3, 4, 5), "Grid": some(1, 3, 3, 4, 3, low=-1.7, high=1.7)}, ["Output"], a, name="grid_sampler of a volume %s" % a)
    for mode, padding in (("bicubic", "zeros"), ("bilinear", "wrap")):  # the reference computes nothing, or something
        case("grid_sampler", {"X": some(2, 3, 5, 6), "Grid": some(2, 4, 7, 2)}, ["Output"], dict(mode=mode, padding_mode=padding), refused=True)
    case("grid_sampler", {"X": some(2, 3, 5, 6, dtype="float64"), "Grid": some(2, 4, 7, 2, low=-2, high=2, dtype="float64")}, ["Output"], {"align_corners": False})
    case("grid_sampler", {"X": some(2, 3, 5, 6), "Grid": some(1, 4, 7, 2)}, ["Output"], name="grid_sampler of other images")

# ---- pools that tell places
for dims in ((2, 3, 9, 12), (1, 2, 5, 6, 7)):
    n = len(dims) - 2
    op = "max_pool%dd_with_index" % n
    for k, s, p in ((3, 2, 1), (2, 2, 0), (3, 1, 1), (2, 3, 0)):
        case(op, {"X": some(*dims)}, ["Out", "Mask"], dict(ksize=[k] * n, strides=[s] * n, paddings=[p] * n, global_pooling=False, adaptive=False))
    case(op, {"X": some(*dims, dtype="float64")}, ["Out", "Mask"], dict(ksize=[3, 4, 2][:n], strides=[1] * n, paddings=[0] * n, global_pooling=False, adaptive=True))
    case(op, {"X": some(*dims)}, ["Out", "Mask"], dict(ksize=[1] * n, strides=[1] * n, paddings=[0] * n, global_pooling=False, adaptive=True))
    case(op, {"X": some(*dims)}, ["Out", "Mask"], dict(ksize=[2] * n, strides=[1] * n, paddings=[0] * n, global_pooling=True, adaptive=False))

# ---- boxes of a map
for sizes, ratios in (([32.0, 64.0], [0.5, 1.0, 2.0]), ([100.0], [1.0])):
    for offset in (0.5, 0.0):
        case("anchor_generator", {"Input": some(1, 2, 3, 4)}, ["Anchors", "Variances"],
             dict(anchor_sizes=sizes, aspect_ratios=ratios, variances=[0.1, 0.1, 0.2, 0.2], stride=[16.0, 8.0], offset=offset))
for clip in (True, False):
    for flat in (True, False):
        for step in (0.0, 8.0):
            case("density_prior_box", {"Input": some(1, 2, 3, 4), "Image": some(1, 3, 20, 30)}, ["Boxes", "Variances"],
                 dict(variances=[0.1, 0.1, 0.2, 0.2], clip=clip, flatten_to_2d=flat, step_w=step, step_h=step, offset=0.5, fixed_sizes=[16.0, 4.0],
                      fixed_ratios=[1.0, 2.0], densities=[2, 3]))
case("density_prior_box", {"Input": some(1, 2, 3, 4), "Image": some(1, 3, 20, 30)}, ["Boxes", "Variances"],
     dict(variances=[0.1, 0.1, 0.2, 0.2], clip=False, flatten_to_2d=False, step_w=0.0, step_h=0.0, offset=0.5, fixed_sizes=[16.0, 4.0], fixed_ratios=[1.0], densities=[2]), name="density_prior_box of too few densities")

# ---- overlaps
for normalized in (True, False):
    for dtype in ("float32", "float64"):
        case("iou_similarity", {"X": boxes(5, dtype=dtype), "Y": boxes(4, dtype=dtype)}, ["Out"], dict(box_normalized=normalized))
case("iou_similarity", {"X": lod(boxes(5), [2, 3]), "Y": boxes(4)}, ["Out"], name="iou_similarity with LoD")
case("box_clip", {"Input": lod(boxes(5, size=90.0) - 10, [2, 3]), "ImInfo": np.array([[50, 60, 1], [40, 30, 0.7]], "float32")}, ["Output"])

# ---- suppression
for gaussian in (True, False):
    for normalized in (True, False):
        for top, keep in ((-1, -1), (4, 5), (6, 3)):
            for post in (0.0, 0.3):
                a = dict(background_label=0, score_threshold=0.1, post_threshold=post, nms_top_k=top, keep_top_k=keep, normalized=normalized, use_gaussian=gaussian, gaussian_sigma=2.0)
                case("matrix_nms", {"BBoxes": boxes(2, 12), "Scores": distinct(2, 3, 12)}, ["Out", "Index"], a)
                if V2:
                    case("matrix_nms", {"BBoxes": boxes(2, 12), "Scores": distinct(2, 3, 12)}, ["Out", "Index", "RoisNum"], a, name="matrix_nms RoisNum %s" % a)
case("matrix_nms", {"BBoxes": boxes(1, 4), "Scores": distinct(1, 2, 4)}, ["Out", "Index"],
     dict(background_label=-1, score_threshold=5.0, post_threshold=0.0, nms_top_k=-1, keep_top_k=-1, normalized=True, use_gaussian=False, gaussian_sigma=2.0), only="2.6", name="matrix_nms of none")  # 1.8.5 gives nothing of any type


def proposals(op, info, **attributes):
    n, a, h, w = 2, 3, 4, 5
    at = dict(pre_nms_topN=40, post_nms_topN=20, nms_thresh=0.6, min_size=2.0, eta=1.0)
    at.update(attributes)
    outputs = ["RpnRois", "RpnRoiProbs"] + (["RpnRoisNum"] if V2 else [])
    case(op, {"Scores": distinct(n, a, h, w), "BboxDeltas": some(n, 4 * a, h, w), ("ImShape" if op.endswith("v2") else "ImInfo"): info,
              "Anchors": boxes(h, w, a), "Variances": some(h, w, a, 4, low=0.5, high=1.5)}, outputs, at, name="%s %s" % (op, at),
         only="2.6" if op.endswith("v2") else None)


info = np.array([[50, 60, 1], [40, 45, 0.7]], "float32")
for eta in (1.0, 0.7):
    for pre, post in ((40, 20), (1000, 5), (0, 0)):
        proposals("generate_proposals", info, eta=eta, pre_nms_topN=pre, post_nms_topN=post)
        for pixel in (True, False):
            proposals("generate_proposals_v2", info[:, :2].copy(), eta=eta, pre_nms_topN=pre, post_nms_topN=post, pixel_offset=pixel)
if V2:  # 1.8.5 gives nothing of any type
    proposals("generate_proposals", info, min_size=1000.0)
    proposals("generate_proposals_v2", info[:, :2].copy(), min_size=1000.0, pixel_offset=False)

# ---- levels of a pyramid
levels = dict(min_level=2, max_level=5, refer_level=4, refer_scale=20)
rois = np.concatenate([boxes(7, size=30.0), boxes(6, size=90.0)])
# 1.8.5 leaves a level without boxes untyped
case("distribute_fpn_proposals", {"FpnRois": lod(rois, [5, 8])}, ["MultiFpnRois*4", "RestoreIndex"], levels, only="2.6")
if V2:
    for pixel in (True, False):
        case("distribute_fpn_proposals", {"FpnRois": rois, "RoisNum": np.array([5, 8], "int32")}, ["MultiFpnRois*4", "RestoreIndex", "MultiLevelRoIsNum*4"],
             dict(levels, pixel_offset=pixel))
    case("collect_fpn_proposals", {"MultiLevelRois": [boxes(5), boxes(4)], "MultiLevelScores": [distinct(5, 1), distinct(4, 1) + np.float32(0.03)],
                                   "MultiLevelRoIsNum": [np.array([2, 3], "int32"), np.array([1, 3], "int32")]}, ["FpnRois", "RoisNum"], dict(post_nms_topN=6))
for top in (6, 100):
    case("collect_fpn_proposals", {"MultiLevelRois": [lod(boxes(5), [2, 3]), lod(boxes(4), [1, 3])],
                                   "MultiLevelScores": [lod(distinct(5, 1), [2, 3]), lod(distinct(4, 1) + np.float32(0.03), [1, 3])]}, ["FpnRois"], dict(post_nms_topN=top))
for ratio in (-1, 2):
    for scale in (1.0, 0.25):
        for aligned in (True, False) if V2 else (False,):
            a = dict(pooled_height=3, pooled_width=2, spatial_scale=scale, sampling_ratio=ratio)
            if V2:
                a["aligned"] = aligned
            case("roi_align", {"X": some(2, 3, 20, 24), "ROIs": lod(boxes(5, size=25.0), [2, 3])}, ["Out"], a)
            if V2:
                case("roi_align", {"X": some(2, 3, 20, 24), "ROIs": boxes(5, size=90.0) - 20, "RoisNum": np.array([1, 4], "int32")}, ["Out"], a, name="roi_align RoisNum %s" % a)
case("roi_align", {"X": some(2, 3, 20, 24), "ROIs": lod(boxes(5), [5])}, ["Out"], dict(pooled_height=3, pooled_width=2, spatial_scale=1.0, sampling_ratio=-1), name="roi_align of other images")

# ---- tags and recurrent layers
for tags in (1, 4):
    w = some(tags + 2, tags)
    case("crf_decoding", {"Emission": lod(some(7, tags), [3, 4]), "Transition": w}, ["ViterbiPath"], name="crf_decoding of %d tags" % tags)
    case("crf_decoding", {"Emission": lod(some(7, tags), [3, 4]), "Transition": w, "Label": lod(some(7, 1, dtype="int64", low=0, high=tags), [3, 4])}, ["ViterbiPath"], name="crf_decoding with labels, %d tags" % tags)
    case("crf_decoding", {"Emission": some(2, 5, tags), "Transition": w, "Length": np.array([[3], [5]], "int64")}, ["ViterbiPath"], name="crf_decoding with lengths, %d tags" % tags)
case("crf_decoding", {"Emission": lod(some(7, 4, dtype="float64"), [3, 4]), "Transition": some(6, 4, dtype="float64")}, ["ViterbiPath"], name="crf_decoding of doubles")


def rnn(mode, layers, both, lengths=None, dtype="float32"):
    steps, batch, width, hidden = 4, 3, 5, 6
    ways, gates = 2 if both else 1, {"LSTM": 4, "GRU": 3}.get(mode, 1)
    weights, biases = [], []
    for layer in range(layers):
        for _ in range(ways):
            weights += [some(gates * hidden, width if layer == 0 else ways * hidden, dtype=dtype, seed=layer), some(gates * hidden, hidden, dtype=dtype, seed=len(weights) + 1)]
            biases += [some(gates * hidden, dtype=dtype, seed=layer + 9), some(gates * hidden, dtype=dtype, seed=len(biases) + 3)]
    count = 2 if mode == "LSTM" else 1
    inputs = {"Input": some(steps, batch, width, dtype=dtype), "PreState": [some(layers * ways, batch, hidden, dtype=dtype, seed=i) for i in range(count)], "WeightList": weights + biases}
    if lengths:
        inputs["SequenceLength"] = np.array(lengths, "int32")
    case("rnn", inputs, ["Out", "-DropoutState", "State*%d" % count, "-Reserve"],
         dict(dropout_prob=0.0, is_bidirec=both, input_size=width, hidden_size=hidden, num_layers=layers, mode=mode, seed=0, is_test=True), only="2.6", name="rnn %s %d %s %s %s" % (mode, layers, both, lengths, dtype))


for mode in ("LSTM", "GRU", "RNN_TANH", "RNN_RELU"):
    for layers in (1, 3):
        for both in (False, True):
            for lengths in (None, [4, 2, 1]):
                rnn(mode, layers, both, lengths)
    rnn(mode, 2, True, [1, 4, 3], "float64")
