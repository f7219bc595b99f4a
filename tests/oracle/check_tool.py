"""What a file of `wherry convert` holds for its own client, and what a model of `wherry infer-model` computes in onnxruntime.

  check_tool.py arrays VALUES FILE...                VALUES: a folder of .npy files, as Paddle reads the variables. FILE: .safetensors, .npz,
                                                     .pdparams by paddle.load, .pickle by pickle alone, a folder of safetensors shards
  check_tool.py text VALUES DIR                      DIR: a folder of NAME.txt, read by numpy.loadtxt
  check_tool.py savetxt VALUES DIR                   writes such a folder by numpy.savetxt: every second file with a header and commas
  check_tool.py shards VALUES DIR                    writes two shards and their index by the safetensors package
  check_tool.py onnx DIR OUT NAME=FILE.npy ...       DIR/m.pdmodel and DIR/m.pdiparams; the outputs become OUT/0.npy, ...
Exit status 1 where a value differs in one bit.
"""
import json
import os
import pickle
import sys

import numpy as np


def opened(path):
    if os.path.isdir(path):  # of shards
        from safetensors import safe_open

        with open(os.path.join(path, "model.safetensors.index.json")) as f:
            index = json.load(f)
        found = {}
        for name, file in index["weight_map"].items():
            with safe_open(os.path.join(path, file), framework="np") as shard:
                found[name] = shard.get_tensor(name)
        if sum(value.nbytes for value in found.values()) != index["metadata"]["total_size"]:
            sys.exit("%s: the index tells another total_size" % path)
        return found
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


def shards(values, folder):
    from safetensors import numpy as st

    os.makedirs(folder, exist_ok=True)
    held, weight_map = read_values(values), {}
    for i, part in enumerate((sorted(held)[::2], sorted(held)[1::2])):
        file = "model-%05d-of-00002.safetensors" % (i + 1)
        st.save_file({name: held[name] for name in part}, os.path.join(folder, file))
        weight_map.update({name: file for name in part})
    with open(os.path.join(folder, "model.safetensors.index.json"), "w") as f:
        json.dump({"metadata": {"total_size": sum(value.nbytes for value in held.values())}, "weight_map": weight_map}, f, indent=2)
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
elif sys.argv[1] in ("text", "savetxt", "shards"):
    print({"text": text, "savetxt": savetxt, "shards": shards}[sys.argv[1]](sys.argv[2], sys.argv[3]))
else:
    print(onnx(sys.argv[2], sys.argv[3], sys.argv[4:]))
