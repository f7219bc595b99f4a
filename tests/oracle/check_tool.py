"""What a file of `wherry convert` holds for its own client, and what a model of `wherry infer-model` computes in onnxruntime.

  check_tool.py arrays VALUES FILE...                VALUES: a folder of .npy files, as Paddle reads the variables. FILE: .safetensors, .npz,
                                                     .pdparams by paddle.load, .pickle by pickle alone
  check_tool.py text VALUES DIR                      DIR: a folder of NAME.txt, read by numpy.loadtxt
  check_tool.py savetxt VALUES DIR                   writes such a folder by numpy.savetxt: every second file with a header and commas
  check_tool.py onnx DIR OUT NAME=FILE.npy ...       DIR/m.pdmodel and DIR/m.pdiparams; the outputs become OUT/0.npy, ...
Exit status 1 where a value differs in one bit.
"""
import os
import pickle
import sys

import numpy as np


def opened(path):
    ending = os.path.splitext(path)[1]
    if ending == ".safetensors":
        from safetensors import numpy as st

        return st.load_file(path)
    if ending == ".npz":
        return dict(np.load(path))
    if ending == ".pickle":
        with open(path, "rb") as f:
            return pickle.load(f)
    import paddle

    return paddle.load(path, return_numpy=True)


def read_values(values):
    return {f[:-4].replace("%2F", "/"): np.load(os.path.join(values, f)) for f in os.listdir(values) if not f.endswith(".lod.npy")}


def arrays(values, files):
    expected = read_values(values)
    for path in files:
        found = opened(path)
        if sorted(found) != sorted(expected):
            sys.exit("%s holds %s, not %s" % (path, sorted(found), sorted(expected)))
        for name, value in expected.items():
            other = np.asarray(found[name])
            if other.dtype != value.dtype or other.shape != value.shape or other.tobytes() != value.tobytes():
                sys.exit("%s: %s differs" % (path, name))
    return "%d arrays, the same" % len(expected)


def text(values, folder):
    expected = read_values(values)
    for name, value in expected.items():
        found = np.loadtxt(os.path.join(folder, name + ".txt"), dtype=value.dtype, ndmin=min(value.ndim, 2))
        lines = value.reshape(-1, value.shape[-1]) if value.ndim > 1 else value
        if value.size == 0 and found.size == 0:
            continue  # loadtxt knows no dims without numbers
        if found.shape != lines.shape or found.tobytes() != value.tobytes():
            sys.exit("%s: %s differs" % (folder, name))
    return "%d arrays of loadtxt, the same" % len(expected)


def savetxt(values, folder):
    for i, (name, value) in enumerate(sorted(read_values(values).items())):
        path = os.path.join(folder, name + ".txt")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        rows = value.reshape(-1, value.shape[-1]) if value.ndim > 1 else value.reshape(-1)
        np.savetxt(path, rows, **({"header": "the values of\n%s" % name, "delimiter": ", "} if i % 2 else {}))
    return "written"


def onnx(model, out, feeds):
    import onnxruntime
    import paddle2onnx

    paddle2onnx.export(model + "/m.pdmodel", model + "/m.pdiparams", model + "/m.onnx", opset_version=13)
    session = onnxruntime.InferenceSession(model + "/m.onnx", providers=["CPUExecutionProvider"])
    given = {f.split("=", 1)[0]: np.load(f.split("=", 1)[1]) for f in feeds}
    os.makedirs(out, exist_ok=True)
    for i, value in enumerate(session.run(None, {i.name: given[i.name] for i in session.get_inputs()})):
        np.save(os.path.join(out, "%d.npy" % i), value)
    return "run by onnxruntime %s" % onnxruntime.__version__


if sys.argv[1] == "arrays":
    print(arrays(sys.argv[2], sys.argv[3:]))
elif sys.argv[1] in ("text", "savetxt"):
    print({"text": text, "savetxt": savetxt}[sys.argv[1]](sys.argv[2], sys.argv[3]))
else:
    print(onnx(sys.argv[2], sys.argv[3], sys.argv[4:]))
