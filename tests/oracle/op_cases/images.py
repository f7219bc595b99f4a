# Operators of op::images. See ../op_cases.py.


def refuse(op, inputs, outputs, **attributes):
    """What the reference may take, and is refused here."""
    case(op, inputs, outputs, attributes, refused=True)


def conv(x, w, op="conv2d", dtype="float32", **attributes):
    n = len(x) - 2
    a = dict(strides=[1] * n, paddings=[0] * n, dilations=[1] * n, groups=1)
    a.update(attributes)
    case(op, {"Input": some(*x, dtype=dtype), "Filter": some(*w, dtype=dtype)}, ["Output"], a, name="%s %s %s %s %s" % (op, x, w, dtype, attributes))


for strides in ([1, 1], [2, 1], [1, 3], [2, 2]):
    for paddings in ([0, 0], [1, 2], [1, 0, 2, 1]):
        conv((2, 3, 9, 11), (4, 3, 3, 2), strides=strides, paddings=paddings)
for algorithm in ("SAME", "VALID", "EXPLICIT"):
    for strides in ([1, 1], [2, 3]):
        conv((1, 2, 7, 10), (3, 2, 3, 4), padding_algorithm=algorithm, paddings=[1, 1], strides=strides)
        conv((1, 4, 7, 10), (4, 1, 3, 4), op="depthwise_conv2d", groups=4, padding_algorithm=algorithm, paddings=[1, 1], strides=strides, dilations=[2, 1])
        conv((1, 7, 10, 2), (3, 2, 3, 4), padding_algorithm=algorithm, paddings=[2, 0, 1, 1], strides=strides, data_format="NHWC")
conv((2, 3, 20, 37), (5, 3, 3, 3), dilations=[2, 3], paddings=[2, 3])
conv((2, 6, 8, 8), (4, 3, 3, 3), groups=2, paddings=[1, 1])
conv((2, 6, 8, 8), (12, 1, 3, 3), groups=6, paddings=[1, 1])
conv((1, 40, 13, 17), (33, 40, 1, 1))
conv((1, 40, 13, 17), (33, 40, 1, 1), strides=[2, 2])
conv((3, 24, 1, 1), (17, 24, 1, 1))
conv((1, 3, 64, 96), (16, 3, 3, 3), strides=[2, 2], paddings=[1, 1])
conv((1, 70, 9, 9), (20, 70, 3, 3), paddings=[1, 1])
conv((1, 5, 50, 300), (7, 5, 7, 7), strides=[2, 2], paddings=[3, 3])
conv((1, 3, 6, 6), (2, 3, 2, 2), dtype="float64", paddings=[1, 1])
conv((1, 3, 6, 6), (3, 1, 2, 2), dtype="float64", paddings=[1, 1], op="depthwise_conv2d", groups=3)
conv((1, 2, 6, 6), (2, 2, 5, 5), paddings=[6, 6])
for k in (3, 5, 7):
    for s in (1, 2, 3):
        for width in (5, 16, 65, 150):
            if width + k // 2 * 2 >= k:
                conv((2, 3, 10, width), (3, 1, k, k), op="depthwise_conv2d", groups=3, strides=[s, s], paddings=[k // 2, k // 2])
conv((1, 3, 20, 40), (3, 1, 3, 3), op="depthwise_conv2d", groups=3, dilations=[3, 2], paddings=[3, 2])
conv((1, 3, 20, 40), (3, 1, 3, 3), op="depthwise_conv2d", groups=3, dilations=[3, 2], paddings=[3, 2], strides=[2, 3])
conv((1, 3, 20, 40), (6, 1, 3, 3), op="depthwise_conv2d", groups=3, paddings=[1, 1], strides=[1, 2])
conv((1, 20, 40, 3), (6, 1, 3, 3), op="depthwise_conv2d", groups=3, paddings=[1, 1], strides=[1, 2], data_format="NHWC")
conv((1, 2, 40, 3000), (2, 1, 31, 31), op="depthwise_conv2d", groups=2, paddings=[15, 15])
conv((1, 2, 5, 3000), (2, 1, 3, 3), op="depthwise_conv2d", groups=2, paddings=[1, 1])
conv((1, 2, 20, 10), (2, 1, 1, 9), op="depthwise_conv2d", groups=2, paddings=[0, 4])
conv((2, 3, 5, 6, 7), (4, 3, 2, 3, 3), op="conv3d", paddings=[1, 0, 1], strides=[1, 2, 1])
conv((2, 4, 5, 6, 7), (4, 2, 2, 3, 3), op="conv3d", paddings=[1, 0, 1, 1, 0, 2], strides=[2, 2, 1], groups=2, dilations=[1, 1, 2])
conv((1, 5, 6, 7, 3), (4, 3, 2, 3, 3), op="conv3d", padding_algorithm="SAME", strides=[1, 2, 3], data_format="NDHWC")
if V2:  # 1.8.5 dies of no images
    conv((0, 3, 6, 6), (2, 3, 2, 2))
# what should be refused
conv((1, 3, 6, 6), (2, 3, 2, 2), strides=[0, 1])
conv((1, 3, 6, 6), (2, 3, 2, 2), strides=[-1, 1])
conv((1, 3, 6, 6), (2, 3, 2, 2), strides=[1, 1, 1])
refuse("conv2d", {"Input": some(1, 3, 6, 6), "Filter": some(2, 3, 2, 2)}, ["Output"], strides=[1, 1], paddings=[0, 0], dilations=[0, 1], groups=1)
conv((1, 3, 6, 6), (2, 3, 2, 2), groups=0)
conv((1, 3, 6, 6), (2, 3, 2, 2), groups=-1)
conv((1, 3, 6, 6), (2, 1, 2, 2), groups=3)
conv((1, 3, 6, 6), (2, 2, 2, 2))
refuse("conv2d", {"Input": some(1, 3, 6, 6), "Filter": some(2, 3, 7, 2)}, ["Output"], strides=[1, 1], paddings=[0, 0], dilations=[1, 1], groups=1)
conv((1, 3, 6, 6), (2, 3, 2))
conv((1, 3, 6, 6), (2, 3, 2, 2), paddings=[1, 1, 1])
refuse("conv2d", {"Input": some(1, 3, 6, 6), "Filter": some(2, 3, 2, 2)}, ["Output"], strides=[1, 1], paddings=[-1, 0], dilations=[1, 1], groups=1)
refuse("conv2d", {"Input": some(1, 3, 6, 6), "Filter": some(2, 3, 2, 2, dtype="float64")}, ["Output"], strides=[1, 1], paddings=[0, 0], dilations=[1, 1], groups=1)


def pool(x, op="pool2d", dtype="float32", **attributes):
    n = len(x) - 2
    a = dict(pooling_type="max", ksize=[2] * n, strides=[1] * n, paddings=[0] * n, global_pooling=False, exclusive=True, adaptive=False, ceil_mode=False, data_format="NCHW" if n == 2 else "NCDHW")
    a.update(attributes)
    case(op, {"X": some(*x, dtype=dtype)}, ["Out"], a, name="%s %s %s %s" % (op, x, dtype, attributes))


for kind in ("max", "avg"):
    for exclusive in (True, False):
        if kind == "max" and not exclusive:
            continue
        for ceil in (False, True):
            for k, s, p in (([3, 2], [2, 2], [1, 1]), ([2, 3], [1, 2], [0, 1]), ([3, 3], [2, 3], [1, 0, 2, 1])):
                pool((2, 3, 9, 12), pooling_type=kind, exclusive=exclusive, ceil_mode=ceil, ksize=k, strides=s, paddings=p)
        pool((2, 3, 9, 12), pooling_type=kind, exclusive=exclusive, adaptive=True, ksize=[4, 5])
        pool((2, 3, 9, 12), pooling_type=kind, exclusive=exclusive, global_pooling=True, ksize=[1, 1], paddings=[1, 1])
        for algorithm in ("SAME", "VALID"):
            pool((1, 2, 9, 12), pooling_type=kind, exclusive=exclusive, padding_algorithm=algorithm, ksize=[3, 4], strides=[2, 3], paddings=[1, 1])
        pool((1, 9, 12, 2), pooling_type=kind, exclusive=exclusive, data_format="NHWC", ksize=[3, 4], strides=[2, 3], paddings=[1, 0, 0, 2])
    pool((1, 2, 7, 1500), pooling_type=kind, ksize=[3, 3], strides=[2, 2], paddings=[1, 1])
    pool((1, 2, 2, 2500), pooling_type=kind, ksize=[2, 2000], strides=[1, 100])
    pool((1, 2, 5, 2500), pooling_type=kind, adaptive=True, ksize=[1, 1])
    pool((1, 2, 5, 2500), pooling_type=kind, adaptive=True, ksize=[7, 3])
    pool((2, 3, 5, 6), pooling_type=kind, dtype="float64", ksize=[3, 2], paddings=[1, 1])
    pool((2, 3, 4, 5, 6), op="pool3d", pooling_type=kind, ksize=[2, 3, 2], strides=[1, 2, 2], paddings=[1, 1, 0])
    pool((2, 3, 4, 5, 6), op="pool3d", pooling_type=kind, ksize=[2, 3, 2], strides=[1, 2, 2], paddings=[1, 1, 0], ceil_mode=True, exclusive=False)
    pool((2, 3, 4, 5, 6), op="pool3d", pooling_type=kind, ksize=[3, 2, 4], adaptive=True)
    pool((2, 4, 5, 6, 3), op="pool3d", pooling_type=kind, ksize=[2, 3, 2], strides=[1, 2, 2], padding_algorithm="SAME", data_format="NDHWC")
pool((1, 1, 4, 4), ksize=[7, 2])
pool((1, 1, 4, 4), ksize=[2])
for wrong in (dict(ksize=[0, 2]), dict(ksize=[-2, 2]), dict(strides=[0, 1]), dict(strides=[-1, 1]), dict(adaptive=True, ksize=[0, 1]), dict(paddings=[2, 0]), dict(paddings=[-1, 0]), dict(pooling_type="zzz")):
    a = dict(pooling_type="max", ksize=[2, 2], strides=[1, 1], paddings=[0, 0], global_pooling=False)
    a.update(wrong)
    refuse("pool2d", {"X": some(1, 1, 4, 4)}, ["Out"], **a)


def norm(op, x, outputs, channels=None, extra=(), dtype="float32", parts=("Scale", "Bias"), **attributes):
    inputs = {"X": some(*x, dtype=dtype)}
    for k, slot in enumerate(parts + tuple(extra)):
        inputs[slot] = some(channels, low=0.2, high=1.5, seed=k + 1, dtype=dtype)
    case(op, inputs, outputs, attributes, name="%s %s %s %s %s" % (op, x, dtype, parts, attributes))


tests, trains = ["Y", "MeanOut=Mean", "VarianceOut=Variance", "-SavedMean", "-SavedVariance"], ["Y", "MeanOut=Mean", "VarianceOut=Variance", "SavedMean", "SavedVariance"]
if V2:  # asked for in training
    trains.append("-ReserveSpace")
for op in ("batch_norm",):
    for x, layout in (((2, 3, 5, 6), "NCHW"), ((2, 5, 6, 3), "NHWC"), ((4, 3), "NCHW"), ((2, 3, 7), "NCHW"), ((2, 3, 2, 3, 4), "NCHW"), ((3, 200), "NCHW"), ((2, 150, 2, 9), "NCHW")):
        channels = x[-1] if layout == "NHWC" else x[1]
        norm(op, x, tests, channels, ("Mean", "Variance"), is_test=True, data_layout=layout)
        norm(op, x, trains, channels, ("Mean", "Variance"), is_test=False, data_layout=layout, momentum=0.7, epsilon=1e-3)
    norm(op, (2, 3, 5, 6), tests, 3, ("Mean", "Variance"), is_test=False, use_global_stats=True)
    norm(op, (2, 3, 5, 6), trains, 3, ("Mean", "Variance"), is_test=True, trainable_statistics=True)
norm("batch_norm", (2, 3, 5, 6), tests, 3, ("Mean", "Variance"), dtype="float64", is_test=True)
norm("batch_norm", (2, 3, 5, 6), tests, 2, ("Mean", "Variance"), is_test=True)
norm("batch_norm", (3,), tests, 3, ("Mean", "Variance"), is_test=True)
norm("batch_norm", (2, 3, 5, 6), tests, 3, ("Mean", "Variance"), is_test=True, epsilon=-1e-4)
norm("batch_norm", (2, 3, 5, 6), tests, 3, ("Mean", "Variance"), is_test=True, epsilon=0.01)
for parts in (("Scale", "Bias"), ("Scale",), ("Bias",), ()):
    norm("layer_norm", (3, 4, 5), ["Y", "Mean", "Variance"], 20, parts=parts, begin_norm_axis=1)
    norm("layer_norm", (3, 4, 50), ["Y", "Mean", "Variance"], 50, parts=parts, begin_norm_axis=2, epsilon=1e-3)
    norm("group_norm", (2, 6, 5, 4), ["Y", "Mean", "Variance"], 6, parts=parts, groups=3)
    norm("instance_norm", (2, 6, 5, 4), ["Y", "SavedMean", "SavedVariance"], 6, parts=parts)
norm("layer_norm", (3, 4, 5), ["Y", "Mean", "Variance"], 20, begin_norm_axis=0)
norm("layer_norm", (3, 4, 5), ["Y", "Mean", "Variance"], 20, begin_norm_axis=3)
norm("layer_norm", (3, 4, 5), ["Y", "Mean", "Variance"], 19, begin_norm_axis=1)
norm("layer_norm", (3, 4, 5), ["Y", "Mean", "Variance"], 20, begin_norm_axis=1, epsilon=0.1)
norm("group_norm", (2, 5, 4, 6), ["Y", "Mean", "Variance"], 6, groups=2, data_layout="NHWC")
if V2:  # 1.8.5 takes the next numbers in memory for dims
    norm("group_norm", (2, 6), ["Y", "Mean", "Variance"], 6, groups=2)
    norm("group_norm", (2, 6, 3), ["Y", "Mean", "Variance"], 6, groups=6)
norm("group_norm", (2, 6, 5, 4), ["Y", "Mean", "Variance"], 6, groups=0)
norm("group_norm", (2, 6, 5, 4), ["Y", "Mean", "Variance"], 6, groups=7)
norm("instance_norm", (2, 6, 7), ["Y", "SavedMean", "SavedVariance"], 6)
norm("instance_norm", (2, 6, 3, 2, 4), ["Y", "SavedMean", "SavedVariance"], 6)
norm("affine_channel", (2, 6, 5, 4), ["Out"], 6, data_layout="NCHW")
norm("affine_channel", (2, 5, 4, 6), ["Out"], 6, data_layout="NHWC")
norm("affine_channel", (2, 6), ["Out"], 6, data_layout="NCHW")


def conv_transpose(x, w, op="conv2d_transpose", dtype="float32", **attributes):
    n = len(x) - 2
    a = dict(strides=[1] * n, paddings=[0] * n, dilations=[1] * n, groups=1)
    a.update(attributes)
    case(op, {"Input": some(*x, dtype=dtype), "Filter": some(*w, dtype=dtype)}, ["Output"], a, name="%s %s %s %s %s" % (op, x, w, dtype, attributes))


for strides in ([1, 1], [2, 1], [3, 2]):
    for paddings in ([0, 0], [1, 2], [1, 0, 2, 1]):
        conv_transpose((2, 3, 5, 7), (3, 4, 3, 3), strides=strides, paddings=paddings)
        conv_transpose((2, 4, 5, 7), (4, 3, 3, 3), strides=strides, paddings=paddings, groups=2, dilations=[2, 1])
    for algorithm in ("SAME", "VALID"):
        conv_transpose((2, 3, 5, 7), (3, 4, 3, 3), strides=strides, paddings=[1, 1], padding_algorithm=algorithm)
conv_transpose((1, 24, 20, 30), (24, 16, 2, 2), strides=[2, 2])
conv_transpose((1, 2, 3, 3), (2, 2, 9, 9), strides=[2, 2])
conv_transpose((1, 5, 7, 3), (3, 4, 3, 3), strides=[2, 1], data_format="NHWC")
conv_transpose((2, 6, 5, 7), (6, 1, 4, 4), strides=[2, 2], paddings=[1, 1], groups=6, op="depthwise_conv2d_transpose")
conv_transpose((2, 3, 5, 7), (3, 4, 3, 3), strides=[2, 2], output_size=[11, 16])
conv_transpose((2, 3, 5, 7), (3, 4, 3, 3), strides=[2, 2], output_size=[11, 18])
conv_transpose((2, 3, 5, 7), (3, 4, 3, 3), strides=[2, 2], output_size=[9, 16])
if V2:
    conv_transpose((2, 3, 5, 7), (3, 4, 3, 3), strides=[2, 2], output_padding=[1, 0])
    conv_transpose((2, 3, 5, 7), (3, 4, 3, 3), strides=[2, 2], output_padding=[2, 0])
conv_transpose((2, 3, 5, 7), (3, 4, 3, 3), dtype="float64")
conv_transpose((1, 3, 3, 4, 5), (3, 2, 2, 3, 2), op="conv3d_transpose", strides=[2, 1, 2], paddings=[0, 1, 0])
conv_transpose((2, 3, 5, 7), (4, 4, 3, 3))


def resize(op, x, sizes={}, dtype="float32", **attributes):
    inputs = {"X": some(*x, dtype=dtype)}
    inputs.update(sizes)
    a = dict(out_d=-1, out_h=-1, out_w=-1, interp_method=op.split("_")[0], data_layout="NCHW")
    a.update(attributes)
    case(op, inputs, ["Out"], a, name="%s %s %s %s %s" % (op, x, dtype, sorted(sizes), attributes))


for method, dims in (("nearest", 2), ("bilinear", 2), ("bicubic", 2)) + ((("linear", 1), ("trilinear", 3))):
    x = {1: (2, 3, 9), 2: (2, 3, 5, 7), 3: (1, 2, 3, 4, 5)}[dims]
    for version in ("", "_v2"):
        if version and not V2:
            continue
        for corners in (True, False):
            for mode in (0, 1):
                for size in (dict(out_w=14, out_h=4, out_d=5), dict(out_w=300, out_h=1, out_d=1)):
                    size = {k: v for k, v in size.items() if k in ("out_w", "out_h", "out_d")[:dims]}
                    resize(method + "_interp" + version, x, align_corners=corners, align_mode=mode, **size)
                for scale in (2.0, 0.6, 1.0, 1.7):
                    resize(method + "_interp" + version, x, align_corners=corners, align_mode=mode, scale=[scale] * dims if version else scale)
        size = {1: [14], 2: [4, 14], 3: [5, 4, 14]}[dims]
        resize(method + "_interp" + version, x, {"OutSize": constant(np.array(size, "int32"))}, align_corners=False)
        resize(method + "_interp" + version, x, {"SizeTensor": [constant(np.array([n], "int32")) for n in size]}, align_corners=False)
        resize(method + "_interp" + version, x, {"Scale": constant(np.array([1.6], "float32"))}, align_corners=False)
        resize(method + "_interp" + version, x, dtype="float64", align_corners=False, out_w=11, out_h=9, out_d=8)
    if dims == 2:
        for version in ("", "_v2")[:1 + V2]:
            resize(method + "_interp" + version, (1, 5, 7, 3), data_layout="NHWC", out_h=8, out_w=3)
if V2:
    resize("bilinear_interp_v2", (2, 3, 5, 7), scale=[2.0, 3.0], align_corners=False)
    resize("bilinear_interp_v2", (2, 3, 5, 7), scale=[2.0])
    resize("trilinear_interp_v2", (1, 2, 3, 4, 5), scale=[2.0, 1.0, 1.5], data_layout="NCDHW")  # it means channels last there
    resize("nearest_interp_v2", (1, 2, 3, 4, 5), scale=[2.0, 1.0, 1.5], align_corners=False)
    resize("bilinear_interp_v2", (2, 3, 5, 7), scale=[-2.0, 1.0])
resize("bilinear_interp", (2, 3, 5, 7))
resize("bilinear_interp", (2, 3, 5, 7), out_h=3, out_w=-4)
resize("bilinear_interp", (2, 3, 5), out_h=3, out_w=4)


for order in (False, True):
    for flip, clip in ((True, True), (False, False)):
        case("prior_box", {"Input": some(1, 2, 4, 5), "Image": some(1, 3, 40, 70)}, ["Boxes", "Variances"],
             dict(min_sizes=[8.0, 20.0], max_sizes=[16.0, 30.0], aspect_ratios=[1.0, 2.0, 0.5], variances=[0.1, 0.1, 0.2, 0.2], flip=flip, clip=clip, min_max_aspect_ratios_order=order))
        case("prior_box", {"Input": some(1, 2, 4, 5), "Image": some(1, 3, 40, 70)}, ["Boxes", "Variances"],
             dict(min_sizes=[8.0], aspect_ratios=[3.0], variances=[0.1, 0.1, 0.2, 0.2], flip=flip, clip=clip, step_w=9.0, step_h=8.0, offset=0.3, min_max_aspect_ratios_order=order))
for wrong in (dict(min_sizes=[-1.0]), dict(max_sizes=[2.0]), dict(variances=[0.1]), dict(step_w=-1.0), dict(max_sizes=[16.0, 30.0])):
    a = dict(min_sizes=[8.0], aspect_ratios=[3.0], variances=[0.1, 0.1, 0.2, 0.2])
    a.update(wrong)
    refuse("prior_box", {"Input": some(1, 2, 4, 5), "Image": some(1, 3, 40, 70)}, ["Boxes", "Variances"], **a)


def corners(*dims):
    boxes = some(*(dims + (4,)), low=0.0, high=10.0)
    boxes[..., 2:] = boxes[..., :2] + 1 + boxes[..., 2:]
    return boxes


for normalized in (True, False):
    for more in ({"PriorBoxVar": some(5, 4, low=0.1, high=1.0)}, {}, "variance"):
        inputs, a = {"PriorBox": corners(5)}, dict(box_normalized=normalized)
        if more == "variance":
            a["variance"] = [0.1, 0.2, 0.3, 0.4]
        else:
            inputs.update(more)
        name = " %s %s" % (normalized, more if more == "variance" else sorted(more))
        case("box_coder", dict(inputs, TargetBox=corners(3)), ["OutputBox"], dict(a, code_type="encode_center_size"), name="box_coder encode" + name)
        case("box_coder", dict(inputs, TargetBox=some(3, 5, 4)), ["OutputBox"], dict(a, code_type="decode_center_size"), name="box_coder decode" + name)
        case("box_coder", dict(inputs, TargetBox=some(5, 3, 4)), ["OutputBox"], dict(a, code_type="decode_center_size", axis=1), name="box_coder decode along 1" + name)
case("box_coder", {"PriorBox": corners(5), "TargetBox": some(3, 4, 4)}, ["OutputBox"], dict(code_type="decode_center_size"), name="box_coder of other boxes")
for a in (dict(), dict(clip_bbox=False), dict(scale_x_y=1.2, conf_thresh=0.4), dict(downsample_ratio=16)) + ((dict(iou_aware=True, iou_aware_factor=0.4),) if V2 else ()):
    a = dict(dict(anchors=[10, 13, 16, 30], class_num=3, conf_thresh=0.5, downsample_ratio=32), **a)
    case("yolo_box", {"X": some(2, 2 * (9 if a.get("iou_aware") else 8), 3, 4, low=-2.0, high=2.0), "ImgSize": np.array([[100, 80], [50, 90]], "int32")}, ["Boxes", "Scores"], a)
for op, outputs in (("multiclass_nms", ["Out"]), ("multiclass_nms2", ["Out", "Index"])) + ((("multiclass_nms3", ["Out", "Index", "NmsRoisNum"]),) if V2 else ()):
    for a in (dict(), dict(nms_top_k=5), dict(keep_top_k=4), dict(nms_eta=0.9, nms_threshold=0.6), dict(background_label=-1, normalized=False), dict(score_threshold=2.0), dict(score_threshold=0.95, keep_top_k=3)):
        a = dict(dict(background_label=0, score_threshold=0.1, nms_top_k=-1, nms_threshold=0.3, nms_eta=1.0, keep_top_k=-1, normalized=True), **a)
        # 1.8.5's second one leaves its output without elements and without a type when it keeps no box
        untyped = op == "multiclass_nms2" and a["score_threshold"] > 1
        case(op, {"BBoxes": corners(2, 20), "Scores": some(2, 4, 20, low=0.0, high=1.0)}, outputs, a, only="2.6" if untyped else None)
refuse("yolo_box", {"X": some(2, 15, 3, 4), "ImgSize": np.array([[100, 80], [50, 90]], "int32")}, ["Boxes", "Scores"], anchors=[10, 13, 16, 30], class_num=3)
refuse("yolo_box", {"X": some(2, 16, 3, 4), "ImgSize": np.array([[100, 80], [50, 90]], "int32")}, ["Boxes", "Scores"], anchors=[10, 13, 16], class_num=3)
