"""Writes golden/fluid18_inference with the reference itself, fluid 1.8.5: PYTHON make_fluid18_inference.py OUT_DIR

What save_inference_model makes of programs with several targets, feeds that are left out or given in another order,
shared parameters, optimizers, control flow and statistics. A case is a folder: `main.pdmodel` before the call,
`after.pdmodel` after it (the call appends to the program), `model` and `params` as saved, `feed/` and `fetch/` as the
saved model ran, and `case.json`. A case without `fetch/` is saved and compared only.
"""
from __future__ import print_function
import json, os, sys, traceback
import numpy as np
import paddle.fluid as fluid

_stack = traceback.extract_stack  # file names only in `op_callstack`, and one line
traceback.extract_stack = lambda *a, **k: [(os.path.basename(f[0]),) + tuple(f)[1:] for f in _stack(*a, **k)][-1:]

out = sys.argv[1]
L, O = fluid.layers, fluid.optimizer
rng = np.random.RandomState(7)


def write(path, data):
    if not os.path.isdir(os.path.dirname(path)):
        os.makedirs(os.path.dirname(path))
    with open(path, "wb") as f:
        f.write(data)


def array(path, value):
    if not os.path.isdir(os.path.dirname(path)):
        os.makedirs(os.path.dirname(path))
    np.save(path, np.asarray(value))


def case(name, make, feeds, feed_names, optimizer=None, run=True, saves=1, **options):
    """make() returns (loss or None, targets)."""
    d = os.path.join(out, name)
    main, startup = fluid.Program(), fluid.Program()
    main.random_seed = startup.random_seed = 3
    with fluid.scope_guard(fluid.Scope()), fluid.program_guard(main, startup), fluid.unique_name.guard():
        loss, targets = make()
        if optimizer:
            optimizer().minimize(loss)
        exe = fluid.Executor(fluid.CPUPlace())
        exe.run(startup)
        if optimizer and run:
            exe.run(main, feed=feeds, fetch_list=[])
        for _ in range(saves):
            write(d + "/main.pdmodel", main.desc.serialize_to_string())
            names = fluid.io.save_inference_model(d, feed_names, targets, exe, main, model_filename="model",
                                                  params_filename="params", **options)
        write(d + "/after.pdmodel", main.desc.serialize_to_string())
        info = {"feeds": feed_names, "targets": [t.name for t in targets], "fetches": [str(n) for n in names], "saves": saves}
        if run:
            params = "params" if os.path.exists(d + "/params") else None
            program, feed, fetch = fluid.io.load_inference_model(d, exe, "model", params)
            info["loaded_feeds"] = [str(n) for n in feed]
            for n in feed:
                array(d + "/feed/%s.npy" % n, feeds[n])
            for i, v in enumerate(exe.run(program, feed={n: feeds[n] for n in feed}, fetch_list=fetch)):
                array(d + "/fetch/%d.npy" % i, v)
        write(d + "/case.json", json.dumps(info, indent=1, sort_keys=True).encode())
        print(name, len(open(d + "/model", "rb").read()), info["fetches"])


def f32(*shape):
    return rng.randn(*shape).astype("float32")


def ids(n, high):
    return rng.randint(0, high, (n, 1)).astype("int64")


def x_label(width=6):
    return fluid.data("x", [None, width]), fluid.data("label", [None, 1], "int64")


def several_targets():
    x, label = x_label()
    hidden = L.fc(x, 5, act="tanh")
    predict = L.fc(hidden, 3, act="softmax")
    loss = L.mean(L.cross_entropy(predict, label))
    return loss, [predict, hidden, loss, L.accuracy(predict, label)]


def shared():
    x, label = x_label()
    w, b = fluid.ParamAttr(name="w"), fluid.ParamAttr(name="b")
    a = L.fc(x, 6, act="tanh", param_attr=w, bias_attr=b)
    c = L.fc(a, 6, act="relu", param_attr=w, bias_attr=b)
    predict = L.fc(L.elementwise_add(a, c), 3, act="softmax", bias_attr=False)
    return L.mean(L.cross_entropy(predict, label)), [predict]


def inner_feed():
    x, label = x_label()
    hidden = L.fc(x, 5, act="relu", name="hidden")
    predict = L.fc(hidden, 3, act="softmax")
    return L.mean(L.cross_entropy(predict, label)), [predict]


def decayed():
    x, label = x_label()
    hidden = L.dropout(L.fc(x, 5, act="sigmoid"), 0.4, dropout_implementation="upscale_in_train")
    predict = L.fc(L.reshape(hidden, [-1, 5]), 3, act="softmax")
    return L.mean(L.cross_entropy(predict, label)), [predict]


def scheduled():
    return O.Momentum(L.exponential_decay(0.1, 10, 0.5), 0.9, regularization=fluid.regularizer.L2Decay(0.01))


def normed():
    image = fluid.data("image", [None, 1, 6, 6])
    label = fluid.data("label", [None, 1], "int64")
    c = L.batch_norm(L.conv2d(image, 2, 3, act="relu"))
    predict = L.fc(L.pool2d(c, 2, "max", 2), 3, act="softmax")
    return L.mean(L.cross_entropy(predict, label)), [predict]


def tower():
    word = [fluid.data("word%d" % i, [None, 1], "int64") for i in range(3)]
    label = fluid.data("label", [None, 1], "int64")
    table = fluid.ParamAttr(name="table")
    joined = L.concat([L.embedding(w, [9, 4], param_attr=table) for w in word], axis=1)
    predict = L.fc(joined, 9, act="softmax")
    other = L.fc(joined, 2, act="relu")
    return L.mean(L.cross_entropy(predict, label)), [other, predict]


def gradient():
    x, label = x_label()
    x.stop_gradient = False
    predict = L.fc(x, 3, act="softmax")
    loss = L.mean(L.cross_entropy(predict, label))
    return loss, [predict, fluid.gradients([loss], [x])[0]]


def fed_target():
    x, _ = x_label()
    return None, [x, L.fc(x, 2)]


def twice_the_same():
    x, _ = x_label()
    y = L.fc(x, 2, act="relu")
    return None, [y, y]


def no_parameters():
    a, b = fluid.data("a", [None, 4]), fluid.data("b", [None, 4])
    return None, [L.elementwise_mul(L.relu(a), L.sigmoid(b)), L.reduce_sum(b)]


def constants():
    return None, [L.scale(L.fill_constant([2, 3], "float32", 1.5), 2.0)]


def in_place():
    x, _ = x_label()
    y = L.fc(x, 4)
    count = L.create_global_var([1], 0.0, "float32", persistable=True, name="count")
    L.increment(count)
    y = L.relu(L.elementwise_add(y, count))
    return None, [y]


def loop():
    x, _ = x_label()
    i, n = L.fill_constant([1], "int64", 0), L.fill_constant([1], "int64", 3)
    total = L.fc(x, 6, name="before")
    unused = L.fc(x, 2, name="unused")
    more = L.less_than(i, n)
    loop = L.While(more)
    with loop.block():
        step = L.fc(total, 6, act="tanh", name="inside")
        L.scale(step, 3.0)  # nobody reads it
        L.assign(step, total)
        L.increment(i)
        L.less_than(i, n, cond=more)
    return None, [L.fc(total, 2, name="behind")]


def branches():
    x, _ = x_label()
    positive = L.greater_than(L.reduce_sum(x), L.fill_constant([1], "float32", 0.0))
    first = L.cond(positive, lambda: L.fc(x, 3, name="yes"), lambda: L.fc(x, 3, name="no"))
    second = L.cond(positive, lambda: L.scale(x, 2.0), lambda: L.scale(x, 3.0))
    return None, [L.relu(second)]


def nested():
    x, _ = x_label()
    i, n = L.fill_constant([1], "int64", 0), L.fill_constant([1], "int64", 2)
    three = L.fill_constant([1], "int64", 3)
    total = L.fc(x, 6, name="before")

    def outer(i, total):
        def inner(j, t):
            return [L.increment(j), L.fc(t, 6, act="relu", name="deep")]
        j = L.fill_constant([1], "int64", 0)
        return [L.increment(i), L.while_loop(lambda j, t: L.less_than(j, three), inner, [j, total])[1]]

    ignored = L.while_loop(lambda i, t: L.less_than(i, n), outer, [L.fill_constant([1], "int64", 0), L.scale(x, 0.5)])
    made = L.while_loop(lambda i, t: L.less_than(i, n), outer, [i, total])
    return None, [made[1]]


def trained_loop():
    x, _ = x_label()
    y = fluid.data("y", [None, 1])
    i, n = L.fill_constant([1], "int64", 0), L.fill_constant([1], "int64", 2)
    state = L.fc(x, 4, act="tanh", name="state")
    memory = L.create_array("float32")
    L.array_write(state, i, memory)
    more = L.less_than(i, n)
    loop = L.While(more)
    with loop.block():
        last = L.array_read(memory, i)
        L.increment(i)
        L.array_write(L.fc(last, 4, act="tanh", name="step"), i, memory)
        L.less_than(i, n, cond=more)
    predict = L.fc(L.array_read(memory, i), 1, name="predict")
    return L.mean(L.square_error_cost(predict, y)), [predict]


data = {"x": f32(4, 6), "label": ids(4, 3), "y": f32(4, 1)}
case("several_targets", several_targets, data, ["label", "x"], lambda: O.Adam(0.01))
case("shared", shared, data, ["x"], lambda: O.SGD(0.1))
case("unused_feed", several_targets, data, ["x"], lambda: O.Momentum(0.1, 0.9), run=False)
case("inner_feed", inner_feed, dict(data, **{"hidden.tmp_2": f32(4, 5)}), ["hidden.tmp_2"], lambda: O.Adagrad(0.1))
case("decayed", decayed, data, ["x"], scheduled)
case("normed", normed, {"image": f32(3, 1, 6, 6), "label": ids(3, 3)}, ["image"], lambda: O.Adam(0.01))
words = dict([("word%d" % i, ids(5, 9)) for i in range(3)] + [("label", ids(5, 9))])
case("tower", tower, words, ["word2", "word0", "word1"], lambda: O.SGD(0.1, grad_clip=fluid.clip.GradientClipByGlobalNorm(0.5)))
case("gradient", gradient, data, ["x", "label"], lambda: O.SGD(0.1))
case("fed_target", fed_target, data, ["x"])
case("twice_the_same", twice_the_same, data, ["x"])
case("second_save", twice_the_same, data, ["x"], saves=2)
case("no_parameters", no_parameters, {"a": f32(2, 4), "b": f32(2, 4)}, ["b", "a"])
case("constants", constants, {}, [])
case("in_place", in_place, data, ["x"])
case("loop", loop, data, ["x"])
case("branches", branches, data, ["x"])
case("nested", nested, data, ["x"])
case("trained_loop", trained_loop, data, ["x"], lambda: O.SGD(0.1))
print("written by fluid", __import__("paddle").__version__)
