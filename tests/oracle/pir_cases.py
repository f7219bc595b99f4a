"""PYTHON pir_cases.py WHERRY [NAME...]: programs of Paddle 3 (PIR), an operator or a layer each, saved by the real Paddle 3.3.1, run by it
and by `wherry run`. Prints what differs, then how many were equal; NAME: only the cases whose names hold it.
"""
import os, subprocess, sys, tempfile, warnings

warnings.filterwarnings("ignore")
os.environ.setdefault("GLOG_minloglevel", "3")
import numpy as np
import paddle
import paddle.nn.functional as F
from paddle import _C_ops
from paddle.vision import ops as boxes

paddle.enable_static()
cases = []


def case(name, build, *arrays):
    """build: of variables that are fed the arrays; a variable, or several."""
    cases.append((name, build, arrays))


def some(*dims, low=-1.0, high=1.0, dtype="float32"):
    r = np.random.RandomState(len(cases) * 7 + len(dims))
    return r.randint(int(low), int(high), size=dims).astype(dtype) if dtype.startswith("int") else r.uniform(low, high, size=dims).astype(dtype)


def corners(count, size=60.0):
    """Boxes: left, top, right, bottom."""
    at, by = some(count, 2, low=0, high=size), some(count, 2, low=2, high=size / 2)
    return np.concatenate([at, at + by], axis=1)


image, volume = some(2, 4, 9, 8), some(1, 4, 6, 7, 5)
for how in (dict(), dict(padding="SAME"), dict(padding="VALID", stride=2), dict(padding=[1, 2, 0, 1], dilation=2), dict(groups=2, padding=1)):
    case("conv2d %s" % how, lambda x, w, how=how: F.conv2d(x, w, **how), image, some(6, 4 // how.get("groups", 1), 3, 3))
    if how.get("padding") != [1, 2, 0, 1]:
        case("conv3d %s" % how, lambda x, w, how=how: F.conv3d(x, w, **how), volume, some(6, 4 // how.get("groups", 1), 3, 3, 3))
case("conv2d NHWC", lambda x, w: F.conv2d(x, w, data_format="NHWC"), some(1, 7, 6, 4), some(5, 4, 3, 3))
case("depthwise_conv2d", lambda x, w: F.conv2d(x, w, groups=4, padding=1), image, some(4, 1, 3, 3))
for how in (dict(), dict(stride=2, padding=1, output_padding=1), dict(groups=2), dict(stride=2, output_size=[20, 18])):
    case("conv2d_transpose %s" % how, lambda x, w, how=how: F.conv2d_transpose(x, w, **how), image, some(4, 6 // how.get("groups", 1), 3, 3))
case("depthwise_conv2d_transpose", lambda x, w: F.conv2d_transpose(x, w, groups=4, stride=2), image, some(4, 1, 3, 3))
for how in (dict(), dict(stride=1, padding=1), dict(ceil_mode=True, stride=3)):
    for kind in ("max", "avg"):
        case("%s_pool2d %s" % (kind, how), lambda x, kind=kind, how=how: getattr(F, kind + "_pool2d")(x, 2, **how), image)
        case("%s_pool3d %s" % (kind, how), lambda x, kind=kind, how=how: getattr(F, kind + "_pool3d")(x, 2, **how), volume)
case("adaptive_avg_pool2d", lambda x: F.adaptive_avg_pool2d(x, [3, 2]), image)
case("adaptive_max_pool2d", lambda x: F.adaptive_max_pool2d(x, 3), image)
case("adaptive_avg_pool3d", lambda x: F.adaptive_avg_pool3d(x, [3, 2, 2]), volume)
case("max_pool2d_with_index", lambda x: F.max_pool2d(x, 2, return_mask=True), image)
case("batch_norm", lambda x, m, v, w, b: F.batch_norm(x, m, v, w, b), image, some(4), some(4, low=0.5, high=2), some(4), some(4))
case("layer_norm", lambda x, w, b: F.layer_norm(x, [9, 8], w, b), image, some(72), some(72))
case("layer_norm bare", lambda x: F.layer_norm(x, 8), image)
case("group_norm", lambda x, w, b: F.group_norm(x, 2, 1e-5, w, b), image, some(4), some(4))
case("group_norm bare", lambda x: F.group_norm(x, 4), image)
case("instance_norm", lambda x, w, b: F.instance_norm(x, weight=w, bias=b), image, some(4), some(4))

case("transpose", lambda x: paddle.transpose(x, [0, 2, 3, 1]), image)
case("slice", lambda x: x[:, 1:3, ::2, -3:], image)
case("shape", lambda x: paddle.shape(x), image)
case("flatten", lambda x: paddle.flatten(x, 1, -2), image)
case("squeeze", lambda x: paddle.squeeze(x, 1), some(3, 1, 2))
case("unsqueeze", lambda x: paddle.unsqueeze(x, [0, -1]), image)
case("reshape", lambda x: paddle.reshape(x, [0, -1, 6]), image)
case("stack", lambda x, y: paddle.stack([x, y], 1), image, image)
case("unstack", lambda x: paddle.unstack(x, 1), image)
case("unbind", lambda x: paddle.unbind(x, 1), image)
case("split", lambda x: paddle.split(x, [1, 2, -1], 2), image)
case("split of equal parts", lambda x: paddle.split(x, 2, 1), image)
case("chunk", lambda x: paddle.chunk(x, 3, 2), image)
case("expand", lambda x: paddle.expand(x, [3, 4, 5]), some(4, 1))
case("expand_as", lambda x, y: paddle.expand_as(x, y), some(4, 1), some(3, 4, 5))
case("tile", lambda x: paddle.tile(x, [2, 1, 3]), some(2, 3))
case("pad", lambda x: F.pad(x, [1, 0, 2, 1], value=0.5), image)
case("pad reflect", lambda x: F.pad(x, [1, 2, 2, 1], mode="reflect"), image)
case("pad3d replicate", lambda x: F.pad(x, [1, 2, 2, 1, 0, 1], mode="replicate", data_format="NCDHW"), volume)
case("pad all dims", lambda x: F.pad(x, [0, 1, 1, 0, 0, 0, 2, 0]), image)
case("gather", lambda x, i: paddle.gather(x, i, 1), image, np.array([2, 0, 3], "int64"))
case("gather_nd", lambda x, i: paddle.gather_nd(x, i), image, np.array([[0, 1], [1, 3]], "int64"))
case("index_select", lambda x, i: paddle.index_select(x, i, 1), image, np.array([3, 0], "int32"))
case("one_hot", lambda x: F.one_hot(x, 5), np.array([0, 4, 2], "int64"))
case("arange", lambda x: x + paddle.arange(0, 8, 1, dtype="float32"), image)
case("arange of a tensor", lambda n: paddle.arange(0, n, 2, dtype="int64"), np.array([9], "int64"))
case("where", lambda c, x, y: paddle.where(c > 0, x, y), image, image, -image)
case("nonzero", lambda x: paddle.nonzero(x > 0.5), image)
case("set_value", lambda x: paddle.static.setitem(x, (slice(None), slice(1, 3)), 0.5), image)
case("set_value of a tensor", lambda x, v: paddle.static.setitem(x, (slice(None), slice(0, 4, 2)), v), image, some(2, 2, 9, 8))
case("flip", lambda x: paddle.flip(x, [1, -1]), image)
case("roll", lambda x: paddle.roll(x, [1, -2], [1, 3]), image)
case("pixel_shuffle", lambda x: F.pixel_shuffle(x, 2), image)
case("cumsum", lambda x: paddle.cumsum(x, 2), image)
case("assign_value", lambda x: x + paddle.assign(np.arange(8, dtype="float32")), image)
case("full_like", lambda x: paddle.full_like(x, 1.5), image)
case("zeros_like", lambda x: paddle.zeros_like(x), image)
case("full of a batch", lambda x: paddle.full([paddle.shape(x)[0], 3], 2.5), image)
case("full of a tensor", lambda n: paddle.full(n, 2.5), np.array([2, 3], "int32"))
case("increment", lambda x: paddle.increment(x, 2.0), some(1))
case("meshgrid", lambda x, y: paddle.meshgrid(x, y), some(3), some(4))
case("tril", lambda x: paddle.tril(x, -1), image)
case("triu", lambda x: paddle.triu(x, 1), image)
case("numel", lambda x: paddle.numel(x), image)

for name in "relu relu6 leaky_relu hardsigmoid hardswish swish silu mish gelu elu softplus sigmoid tanh softmax log_softmax".split():
    case(name, lambda x, f=getattr(F, name): f(x), image * 3)
case("gelu approximate", lambda x: F.gelu(x, approximate=True), image)
case("prelu", lambda x, a: F.prelu(x, a), image, some(4))
for name in "exp abs floor ceil round sin cos erf square".split():
    case(name, lambda x, f=getattr(paddle, name): f(x), image)
for name in "log rsqrt sqrt reciprocal".split():
    case(name, lambda x, f=getattr(paddle, name): f(x), np.abs(image) + 0.1)
case("pow", lambda x: paddle.pow(x, 3.0), image)
for name in "add subtract multiply divide pow maximum minimum mod floor_divide equal not_equal less_than greater_equal".split():
    case(name + " of two", lambda x, y, f=getattr(paddle, name): f(x, y), np.abs(image) + 0.5, np.abs(some(4, 1, 8)) + 0.5)
for name in "logical_and logical_or logical_xor".split():
    case(name, lambda x, y, f=getattr(paddle, name): f(x > 0, y > 0), image, -image * 2)
for name in "argmax argmin".split():
    case(name, lambda x, f=getattr(paddle, name): f(x, axis=-2), image)
    case(name + " of all", lambda x, f=getattr(paddle, name): f(x), image)
case("argsort", lambda x: paddle.argsort(x, axis=1, descending=True), image)
case("sort", lambda x: paddle.sort(x, axis=2), image)
case("topk", lambda x: paddle.topk(x, 3), image)
case("topk of an axis", lambda x: paddle.topk(x, 2, axis=1, largest=False), image)
for name in "mean sum max min prod".split():
    case(name, lambda x, f=getattr(paddle, name): f(x, axis=[1, -1], keepdim=True), image)
    case(name + " of all", lambda x, f=getattr(paddle, name): f(x), image)
for name in "any all".split():
    case(name, lambda x, f=getattr(paddle, name): f(x > -0.5, axis=1), image)
for how in (dict(p=2, axis=1), dict(p=1, axis=-1, keepdim=True), dict(p=float("inf"), axis=2), dict(p=0, axis=1), dict(p=3)):
    case("norm %s" % how, lambda x, how=how: paddle.linalg.norm(x, **how), image)
case("normalize", lambda x: F.normalize(x), image)
case("bmm", lambda x, y: paddle.bmm(x, y), some(2, 3, 4), some(2, 4, 5))
case("matmul", lambda x, y: paddle.matmul(x, y, transpose_y=True), some(2, 3, 4), some(5, 4))
case("add_n", lambda x, y, z: paddle.add_n([x, y, z]), image, image, -image * 3)
case("clip", lambda x: paddle.clip(x, -0.3, 0.4), image)
case("cast", lambda x: paddle.cast(x * 9, "int32"), image)
case("embedding", lambda i, w: F.embedding(i, w), np.array([[1, 0], [2, 3]], "int64"), some(4, 3))
case("linear", lambda x, w, b: F.linear(x, w, b), image, some(8, 3), some(3))

for mode, x in (("nearest", image), ("bilinear", image), ("bicubic", image), ("linear", some(2, 3, 7)), ("trilinear", volume)):
    sizes = [13, 6, 9][: x.ndim - 2]
    case("interpolate " + mode, lambda x, mode=mode, s=sizes: F.interpolate(x, s, mode=mode, data_format={3: "NCW", 4: "NCHW", 5: "NCDHW"}[x.ndim]), x)
    if mode != "nearest":
        case("interpolate corners " + mode, lambda x, mode=mode: F.interpolate(
            x, scale_factor=2, mode=mode, align_corners=True, data_format={3: "NCW", 4: "NCHW", 5: "NCDHW"}[x.ndim]), x)
case("interpolate NHWC", lambda x: F.interpolate(x, [5, 11], mode="bilinear", data_format="NHWC"), image)
case("pool NHWC", lambda x: F.max_pool2d(x, 2, data_format="NHWC"), image)
case("group_norm NHWC", lambda x: F.group_norm(x, 2, data_format="NHWC"), image)
case("pixel_shuffle NHWC", lambda x: F.pixel_shuffle(x, 2, data_format="NHWC"), image)
case("prelu NHWC", lambda x, a: F.prelu(x, a, "NHWC"), image, some(8))
case("batch_norm NHWC", lambda x, m, v, w, b: F.batch_norm(x, m, v, w, b, data_format="NHWC"), image, some(8), some(8, low=0.5, high=2), some(8), some(8))
case("interpolate as another", lambda x, y: F.interpolate(x, size=paddle.shape(y)[2:]), image, some(1, 1, 5, 11))
case("grid_sample", lambda x, g: F.grid_sample(x, g), image, some(2, 5, 6, 2))
case("grid_sample nearest", lambda x, g: F.grid_sample(x, g, mode="nearest", padding_mode="border", align_corners=False), image, some(2, 5, 6, 2, low=-1.5, high=1.5))
case("prior_box", lambda x, y: boxes.prior_box(x, y, [8.0], [16.0], [1.0, 2.0], flip=True, clip=True), image, some(2, 3, 32, 32))
for code in ("encode_center_size", "decode_center_size"):
    target = corners(5) if code[0] == "e" else some(5, 7, 4)
    case("box_coder " + code, lambda p, v, t, code=code: boxes.box_coder(p, v, t, code), corners(7) / 60, some(7, 4, low=0.1, high=0.3), target)
case("box_coder of four numbers", lambda p, t: boxes.box_coder(p, [0.1, 0.1, 0.2, 0.2], t, "decode_center_size", axis=1), corners(5), some(5, 7, 4))
case("yolo_box", lambda x, s: boxes.yolo_box(x, s, [10, 13, 16, 30], 3, 0.01, 32), some(2, 16, 4, 4), np.array([[128, 96], [100, 128]], "int32"))
case("matrix_nms", lambda b, s: boxes.matrix_nms(b, s, 0.05, 0.1, 20, 10, return_index=True), corners(12)[None], some(1, 3, 12, low=0, high=1))
case("generate_proposals", lambda s, d, i, a, v: boxes.generate_proposals(s, d, i, a, v, 50, 10, min_size=2, return_rois_num=True), some(1, 3, 4, 4, low=0, high=1),
     some(1, 12, 4, 4, low=-0.2, high=0.2), np.array([[64, 64]], "float32"), corners(48).reshape(4, 4, 3, 4), np.ones((4, 4, 3, 4), "float32"))
case("distribute_fpn_proposals", lambda r, n: (lambda got: got[0] + [got[1]] + got[2])(boxes.distribute_fpn_proposals(r, 2, 5, 4, 60, rois_num=n)), corners(9, 300.0), np.array([9], "int32"))
case("roi_align", lambda x, b, n: boxes.roi_align(x, b, n, 3, 0.5, 2), image, corners(3, 8.0), np.array([2, 1], "int32"))
levels = [corners(5, 90.0), corners(4, 90.0)]
case("collect_fpn_proposals", lambda a, b, s, t, n, m: _C_ops.collect_fpn_proposals([a, b], [s, t], [n, m], 6)[0], *levels, some(5, 1, low=0, high=1), some(4, 1, low=0, high=1), np.array([5], "int32"), np.array([4], "int32"))
case("affine_channel", lambda x, s, b: _C_ops.affine_channel(x, s, b, "NCHW"), image, some(4), some(4))
case("anchor_generator", lambda x: list(_C_ops.anchor_generator(x, [8.0, 16.0], [0.5, 1.0], [0.1, 0.1, 0.2, 0.2], [8.0, 8.0], 0.5)), image)
case("full_batch_size_like", lambda x: _C_ops.full_batch_size_like(x, [-1, 3], paddle.float32, 2.0, 0, 0, paddle.CPUPlace()), image)
for held in (float("inf"), -float("inf")):  # NaN Paddle 3.3.1 does not read back
    case("full of %s" % held, lambda x, held=held: paddle.where(x > 0, x, paddle.full([1], held)), image)
    case("a list with %s" % held, lambda x, held=held: x + paddle.assign(np.array([held] + [1.0] * 7, "float32")), image)
    case("clip to %s" % held, lambda x, held=held: paddle.clip(x, min(-0.5, held), max(0.5, held)), image)
    case("scale by %s" % held, lambda x, held=held: paddle.scale(x, 2.0, held), image)
case("in place", lambda x: (lambda y: _C_ops.relu_(y) + y)(x * 2), image)
case("multiclass_nms3", lambda b, s: _C_ops.multiclass_nms3(b, s, None, 0.05, 20, 10, 0.4, True, 1.0, -1), corners(12)[None], some(1, 3, 12, low=0, high=1))
for kind in ("LSTM", "GRU", "SimpleRNN"):
    for way in ("forward", "bidirect"):
        case("%s %s" % (kind, way), lambda x, kind=kind, way=way: getattr(paddle.nn, kind)(4, 5, num_layers=2, direction=way)(x)[0], some(2, 6, 4))


def one(wherry, name, build, arrays, folder):
    main, startup = paddle.static.Program(), paddle.static.Program()
    with paddle.static.program_guard(main, startup):
        fed = [paddle.static.data("x%d" % i, a.shape, str(a.dtype)) for i, a in enumerate(arrays)]
        made = build(*fed)
        made = [v for v in (made if isinstance(made, (list, tuple)) else [made]) if v is not None]
        exe = paddle.static.Executor(paddle.CPUPlace())
        exe.run(startup)
        model = os.path.join(folder, "m")
        paddle.static.save_inference_model(model, fed, made, exe, program=main)
    feeds = {"x%d" % i: a for i, a in enumerate(arrays)}
    program, _, fetched = paddle.static.load_inference_model(model, exe)
    want = [np.array(v) for v in exe.run(program, feed=feeds, fetch_list=fetched, return_numpy=False)]
    arguments = []
    for held, a in feeds.items():
        np.save(os.path.join(folder, held + ".npy"), a)
        arguments.append("%s=%s" % (held, os.path.join(folder, held + ".npy")))
    if not os.path.exists(model + ".pdiparams"):
        open(model + ".pdiparams", "wb").close()
    done = subprocess.run([wherry, "run", "--quiet", model, os.path.join(folder, "out"), "--feed", *arguments], capture_output=True, text=True)
    if done.returncode:
        return done.stderr.strip()
    for k, w in enumerate(want):
        got = np.load(os.path.join(folder, "out", "%d.npy" % k))
        if got.dtype != w.dtype or got.shape != w.shape:
            return "output %d: %s %s instead of %s %s" % (k, got.dtype, got.shape, w.dtype, w.shape)
        if w.dtype.kind in "iub" and not np.array_equal(w, got):
            return "output %d: %d of %d differ" % (k, np.count_nonzero(w != got), w.size)
        if w.dtype.kind == "f" and not np.array_equal(np.isfinite(w), np.isfinite(got)):
            return "output %d: infinities or NaN elsewhere" % k
        there = np.isfinite(w) if w.dtype.kind == "f" else np.zeros(w.shape, bool)
        if there.any() and not np.max(np.abs(w - got)[there]) <= 1e-5 * max(1e-3, np.max(np.abs(w[there]))):
            return "output %d: off by %.2g of %.2g" % (k, np.max(np.abs(w - got)[there]), np.max(np.abs(w[there])))
    return ""


wherry, names = sys.argv[1], sys.argv[2:]
good = total = 0
for name, build, arrays in cases:
    if names and not any(n in name for n in names):
        continue
    total += 1
    with tempfile.TemporaryDirectory() as folder:
        try:
            with paddle.static.scope_guard(paddle.static.Scope()):
                said = one(wherry, name, build, arrays, folder)
        except Exception as error:
            said = "Paddle itself: %s" % (str(error).strip().splitlines() or [type(error).__name__])[-1][-200:]
    good += not said
    if said:
        print("%s: %s" % (name, said), flush=True)
print("%d of %d programs of Paddle 3 give what they give there" % (good, total))
sys.exit(0 if total and good == total else 1)
