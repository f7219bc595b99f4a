"""Writes golden/paddle33 cases with Paddle 3.3.1 itself: PYTHON make_paddle33_more.py OUT_DIR

Each case is OUT_DIR/CASE/inference.json (+ .pdiparams), what it was fed (x.npy, l.npy) and what it gave (0.npy, 1.npy, ...).
"""
import os, sys
import numpy as np
import paddle

paddle.enable_static()
F = paddle.nn.functional
rng = np.random.RandomState(3)
f32 = lambda *s: rng.randn(*s).astype("float32")
floats = {"x": f32(5, 4)}


def case(name, make, feed, seed=7):
    paddle.seed(seed)
    folder = os.path.join(sys.argv[1], name)
    os.makedirs(folder, exist_ok=True)
    main, startup = paddle.static.Program(), paddle.static.Program()
    with paddle.static.program_guard(main, startup):
        inputs = [paddle.static.data(k, [None] + list(v.shape[1:]), str(v.dtype)) for k, v in feed.items()]
        outputs = make(*inputs)
        outputs = list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]
        exe = paddle.static.Executor(paddle.CPUPlace())
        exe.run(startup)
        paddle.static.save_inference_model(folder + "/inference", inputs, outputs, exe, program=main)
    program, names, fetched = paddle.static.load_inference_model(folder + "/inference", exe)
    for k, v in feed.items():
        np.save("%s/%s.npy" % (folder, k), v)
    for i, value in enumerate(exe.run(program, feed=feed, fetch_list=fetched)):
        np.save("%s/%d.npy" % (folder, i), np.asarray(value))


case("activations", lambda x: F.sigmoid(paddle.tanh(paddle.sqrt(paddle.square(F.relu(x))))), floats)
case("elementwise", lambda x: paddle.minimum(paddle.maximum((x + x) * x - x / (paddle.square(x) + 2.0), x), x * 3.0 + 1.0), floats)
case("reductions", lambda x: [paddle.mean(x), paddle.mean(x, axis=1, keepdim=True), paddle.sum(x), paddle.sum(x, axis=[0])], floats)
case("shapes", lambda x: [paddle.reshape(x, [-1, 2, 2]), paddle.concat([x, F.relu(x)], axis=1)], floats)
case("values", lambda x: [paddle.scale(x, 2.0, 1.0), paddle.scale(x, 2.0, 1.0, bias_after_scale=False), paddle.clip(x, -0.5, 0.25),
                          paddle.cast(x, "float64"), paddle.cast(x, "int32"), paddle.assign(x)], floats)
case("dropout", lambda x: [F.dropout(x, 0.5, training=False), F.dropout(x, 0.5, training=False, mode="downscale_in_infer")], floats)
case("constants", lambda x: x + paddle.full([4], 2.0) + paddle.full([1], 0.5), floats)
case("matmul", lambda x: paddle.matmul(x, x, transpose_y=True), floats)
case("top_k", lambda x: list(paddle.topk(x, 2)), floats)
case("loss", lambda x, l: F.cross_entropy(x, l), {"x": floats["x"], "l": rng.randint(0, 4, (5, 1)).astype("int64")})
case("embedding", lambda x: paddle.nn.Embedding(10, 4, padding_idx=1)(x), {"x": rng.randint(0, 10, (5, 3)).astype("int64")})
case("fc", lambda x: paddle.static.nn.fc(paddle.static.nn.fc(x, 5, num_flatten_dims=2, activation="relu"), 3, activation="softmax"), {"x": f32(5, 3, 4)})
case("moved", lambda x: F.gelu(paddle.transpose(x, [1, 0])), floats)
case("unknown", lambda x: paddle.lgamma(paddle.digamma(x)), floats)
case("strided", lambda x: [paddle.stack([x, x + 1], axis=1)[:, 0, 1:3], paddle.reshape(x, paddle.stack([paddle.shape(x)[1], paddle.shape(x)[0]])),
                           paddle.unsqueeze(paddle.squeeze(paddle.unsqueeze(x, 0), 0), [0, 2]), paddle.flatten(paddle.expand(x, [2, 5, 4]), 1)], floats)
case("functions", lambda x: [F.hardswish(x), F.hardsigmoid(x), F.swish(x), F.silu(x), F.leaky_relu(x, 0.2), F.elu(x), F.mish(x), F.softplus(x),
                             F.relu6(x * 4), paddle.exp(x), paddle.abs(x), paddle.pow(x, 2.0)], floats)
case("encoded", lambda x: [F.one_hot(paddle.argmax(x, axis=1), 5), paddle.roll(x, 1, axis=1), paddle.any(x > 0, axis=1), paddle.full_like(x, 2.5),
                           paddle.max(x, axis=1), paddle.argsort(x, axis=1), paddle.where(x > 0, x, x * 2), paddle.cumsum(x, axis=1),
                           paddle.tile(x, [1, 2]), paddle.gather(x, paddle.argmax(x, axis=0), axis=0), paddle.flip(x, [1])], floats)
case("lists", lambda x: [paddle.split(x, 2, axis=1)[1], paddle.split(x, [1, 3], axis=1)[1] * 2.0, paddle.unbind(x, axis=1)[2],
                         paddle.unstack(x, axis=1)[1], paddle.topk(x, 2, axis=0)[0], paddle.topk(x, 2, largest=False)[1]], floats)
case("layers", lambda x: [F.group_norm(x, 2) + 3.0, F.instance_norm(x) + 3.0, F.avg_pool3d(paddle.unsqueeze(x, 1), 2), *F.max_pool2d(x, 2, return_mask=True),
                          F.interpolate(paddle.unsqueeze(x, 1), [3, 4, 3], mode="trilinear", data_format="NCDHW"), F.interpolate(x, [3, 7], data_format="NHWC"), paddle.tril(x), paddle.triu(x, 1),
                          paddle.linalg.norm(x, 2, axis=1), paddle.add_n([x, x, x]), paddle.expand_as(x[:, :1], x),
                          paddle.static.setitem(x, (slice(None), slice(1, 3)), 0.5), paddle.static.setitem(x, (0, slice(0, 4, 2)), x[0, :2]),
                          x + paddle.assign(np.arange(3, dtype="float32")), x + paddle.arange(0.5, 3.5, 1, dtype="float32"),
                          paddle.full([paddle.shape(x)[1], 2], 1.5), 1.0 / paddle.where(x > 0, x + 1.0, paddle.full([1], float("-inf")))], {"x": f32(2, 4, 5, 3)})
case("recurrent", lambda x: paddle.nn.GRU(4, 2, direction="bidirect")(x)[0], {"x": f32(2, 3, 4)})
boxes = paddle.vision.ops
corners = lambda at: paddle.concat([F.sigmoid(at) * 8, F.sigmoid(at) * 8 + 3], axis=-1)
case("boxes", lambda x: [*boxes.prior_box(x, x, [4.0], aspect_ratios=[1.0, 2.0], clip=True), *boxes.yolo_box(x, paddle.full([1, 2], 32, "int32"), [4, 6], 3, 0.1, 8),
                         boxes.box_coder(paddle.assign(np.array([[0, 0, 2, 2], [1, 1, 3, 4]], "float32")), [0.1, 0.1, 0.2, 0.2], paddle.reshape(x, [-1, 2, 4]), "decode_center_size"),
                         boxes.roi_align(x, corners(paddle.reshape(x, [-1, 2]))[:3], paddle.full([1], 3, "int32"), 2),
                         boxes.matrix_nms(corners(paddle.reshape(x[:, 0], [1, -1, 2])), F.sigmoid(paddle.reshape(x[:, 1:3], [1, 2, -1]))[:, :, :2], 0.1, 0.1, 4, 4)[0]],
     {"x": f32(1, 8, 2, 2)})
