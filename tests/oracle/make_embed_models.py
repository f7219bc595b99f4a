"""Writes the models of tests/golden/embed with the real Paddle 2.6.2, from fixed seeds.

  python make_models.py OUT DIGITS.csv     one folder per model: __model__, params, N.x.npy (inputs), N.y.npy (what Paddle computes)
"""
import os
import re
import sys

import numpy as np
import paddle
import paddle.nn.functional as F
from paddle import static

paddle.enable_static()
out_dir, digits_csv = sys.argv[1:3]


def without_paths(program):
    """The same bytes, but that the call stacks Paddle writes into every operator name no folder of this machine."""
    return re.sub(rb'File "(/[^"]*/)', lambda at: b'File "' + b"." * len(at[1]), program)


def save(name, feeds, fetches, exe, program, samples, with_params=True):
    folder = os.path.join(out_dir, name)
    os.makedirs(folder, exist_ok=True)
    prefix = os.path.join(folder, "m")
    static.save_inference_model(prefix, feeds, fetches, exe, program=program)
    with open(prefix + ".pdmodel", "rb") as saved, open(os.path.join(folder, "__model__"), "wb") as kept:
        kept.write(without_paths(saved.read()))
    os.remove(prefix + ".pdmodel")
    if with_params:
        os.replace(prefix + ".pdiparams", os.path.join(folder, "params"))
    else:
        os.remove(prefix + ".pdiparams")
    run = program.clone(for_test=True)
    results = exe.run(run, feed={v.name: s for v, s in zip(feeds, samples)}, fetch_list=fetches) if samples else []
    for i, sample in enumerate(samples):
        np.save(os.path.join(folder, f"{i}.x.npy"), sample)
    for i, result in enumerate(results):
        np.save(os.path.join(folder, f"{i}.y.npy"), result)


def model(name, build, seed=7, with_params=True):
    main, startup = static.Program(), static.Program()
    main.random_seed = startup.random_seed = seed
    paddle.seed(seed)
    with static.program_guard(main, startup), paddle.utils.unique_name.guard():
        feeds, fetches, samples = build()
    exe = static.Executor(paddle.CPUPlace())
    with static.scope_guard(static.Scope()):
        exe.run(startup)
        # biases start at 0 and would hide a kernel that forgets them
        rng = np.random.RandomState(seed)
        for p in main.all_parameters():
            tensor = static.global_scope().find_var(p.name).get_tensor()
            value = np.array(tensor)
            if not value.any():
                tensor.set(rng.uniform(-0.1, 0.1, value.shape).astype(value.dtype), paddle.CPUPlace())
        save(name, feeds, fetches, exe, main, samples, with_params)


def uniform(*dims):
    return np.random.RandomState(1).uniform(0, 1, dims).astype("float32")


def mlp():
    x = static.data("x", [-1, 784])
    h = static.nn.fc(x, 100, activation="relu")
    h = static.nn.fc(h, 100, activation="relu")
    return [x], [static.nn.fc(h, 10, activation="softmax")], [uniform(4, 784)]


def deep():
    x = h = static.data("x", [-1, 32])
    for _ in range(19):
        h = static.nn.fc(h, 32, activation="relu")
    return [x], [static.nn.fc(h, 10, activation="softmax")], [uniform(2, 32)]


def linear():
    """paddle.nn.Linear (matmul_v2), an odd width, a batch of three."""
    x = static.data("x", [-1, 13])
    h = F.tanh(paddle.nn.Linear(13, 37)(x))
    return [x], [F.sigmoid(paddle.nn.Linear(37, 3)(h))], [uniform(3, 13)]


def words():
    """Two inputs of ids and one of numbers, a shared table, two outputs."""
    first, second = static.data("first", [-1, 1], "int64"), static.data("second", [-1, 3], "int64")
    extra = static.data("extra", [-1, 4])
    attr = paddle.ParamAttr(name="table")
    a = static.nn.embedding(first, [50, 8], param_attr=attr)
    b = static.nn.embedding(second, [50, 8], param_attr=attr, padding_idx=7)
    joined = paddle.concat([paddle.reshape(a, [-1, 8]), paddle.reshape(b, [-1, 24]), extra], axis=1)
    hidden = static.nn.fc(joined, 16, activation="tanh")
    ids = [np.array([[3], [49]], "int64"), np.array([[0, 7, 12], [7, 7, 1]], "int64"), uniform(2, 4)]
    return [first, second, extra], [static.nn.fc(hidden, 5, activation="softmax"), hidden], ids


def operators():
    """Every operator that is not an fc."""
    x, y = static.data("x", [-1, 6]), static.data("y", [-1, 6])
    row = static.create_parameter([6], "float32", name="row", default_initializer=paddle.nn.initializer.Uniform(0.5, 1.5))
    a = paddle.sqrt(paddle.square(x) + y * row)
    b = paddle.maximum(paddle.minimum(x, y), row - 0.75)
    c = paddle.clip(paddle.scale(a / (b + 2.0), 3.0, 0.25), 0.5, 1.75)
    d = F.dropout(c, 0.5, mode="downscale_in_infer", training=False)
    e = F.softmax(paddle.reshape(d, [-1, 2, 3]), axis=-1)
    f = paddle.concat([e, paddle.reshape(F.relu(x - 0.5), [-1, 2, 3])], axis=2)
    g = paddle.matmul(f, f, transpose_y=True)
    return [x, y], [f, paddle.mean(c), paddle.sum(c, axis=1), g], [uniform(3, 6), uniform(3, 6)[::-1].copy() + 0.1]


def vision():
    """A large real program; only the program is kept."""
    image = static.data("image", [1, 3, 224, 224])
    return [image], [paddle.vision.models.resnet101()(image)], []


def digits():
    """64-64-10, trained with Adam on the digits that examples/quickstart.cpp trains on."""
    rows = np.loadtxt(digits_csv, delimiter=",", dtype="float32")
    held = np.array([i * 7919 % 1797 < 297 for i in range(len(rows))])
    pixels, labels = rows[:, :64] / 16, rows[:, 64:].astype("int64")
    main, startup = static.Program(), static.Program()
    main.random_seed = startup.random_seed = 7
    paddle.seed(7)
    with static.program_guard(main, startup), paddle.utils.unique_name.guard():
        x, label = static.data("pixels", [-1, 64]), static.data("label", [-1, 1], "int64")
        h = static.nn.fc(x, 64, activation="relu")
        scores = static.nn.fc(h, 10, activation="softmax")
        loss = paddle.mean(F.cross_entropy(scores, label, use_softmax=False))
        test = main.clone(for_test=True)
        paddle.optimizer.Adam(0.01).minimize(loss)
    exe = static.Executor(paddle.CPUPlace())
    with static.scope_guard(static.Scope()):
        exe.run(startup)
        train, its = pixels[~held], labels[~held]
        for _ in range(40):
            for first in range(0, len(train), 100):
                exe.run(main, feed={"pixels": train[first:first + 100], "label": its[first:first + 100]})
        save("digits", [x], [scores], exe, test, [])
        values, = exe.run(test, feed={"pixels": pixels[held], "label": labels[held]}, fetch_list=[scores])
        print("held-out accuracy", (values.argmax(1) == labels[held][:, 0]).mean())
        np.save(os.path.join(out_dir, "digits", "0.y.npy"), values)


def finetune(steps=12):
    """A training program that leaves its first layer alone; the values before and after, and the loss of every step."""
    folder = os.path.join(out_dir, "finetune")
    main, startup = static.Program(), static.Program()
    main.random_seed = startup.random_seed = 7
    paddle.seed(7)
    frozen = paddle.ParamAttr(trainable=False)
    with static.program_guard(main, startup), paddle.utils.unique_name.guard():
        x, label = static.data("x", [-1, 12]), static.data("label", [-1, 1], "int64")
        h = static.nn.fc(x, 20, activation="relu", weight_attr=frozen, bias_attr=frozen)
        h = F.tanh(paddle.nn.Linear(20, 9)(h))
        logits = paddle.nn.Linear(9, 4)(h)
        loss = paddle.mean(F.softmax_with_cross_entropy(logits, label))
        paddle.optimizer.SGD(0.5).minimize(loss)
    names = sorted(v.name for v in main.list_vars() if v.persistable)
    samples = {"x": np.random.RandomState(2).uniform(-1, 1, (6, 12)).astype("float32"), "label": np.arange(6).reshape(6, 1) % 4}
    exe = static.Executor(paddle.CPUPlace())
    with static.scope_guard(static.Scope()):
        exe.run(startup)
        def keep(where):
            os.makedirs(os.path.join(folder, where), exist_ok=True)
            static.save_vars(exe, os.path.join(folder, where), main, vars=[main.global_block().var(n) for n in names])
        keep("start")
        losses = [exe.run(main, feed=samples, fetch_list=[loss])[0] for _ in range(steps)]
        keep("end")
    with open(os.path.join(folder, "main.pdmodel"), "wb") as file:
        file.write(without_paths(main.desc.serialize_to_string()))
    np.save(os.path.join(folder, "loss.npy"), np.array(losses, "float32").reshape(-1))
    for name, value in samples.items():
        np.save(os.path.join(folder, name + ".npy"), value)
    print("finetune", loss.name, losses[0], losses[-1])


if len(sys.argv) > 3:  # only some of them
    finetune()
    sys.exit()
for made in (mlp, deep, linear, words, operators):
    model(made.__name__, made)
model("vision", vision, with_params=False)
digits()
finetune()
