"""Writes golden/pickle: PYTHON make_pickles.py OUT_DIR NAME. Runs under Python 2 and 3, NumPy 1 and 2.

NAME-p2.pdparams, -p3, -p4: one dict of arrays as `pickle.dump` of that Python writes it (Python 2: protocol 2 alone).
NAME-big-p2: one array cut into slices, as paddle.save does beyond 1 GiB. NAME-ordered-p2: an OrderedDict with structured names.
"""
import collections
import os
import pickle
import sys

import numpy as np

out, name = sys.argv[1], sys.argv[2]
python2 = sys.version_info[0] == 2
U = (lambda s: s.decode("ascii")) if python2 else (lambda s: s.encode("ascii").decode("ascii"))  # as names come out of Paddle

arrays = [
    ("w", np.array([[1, 2]], "f4")),
    ("fc_0.b_0", np.array([0.5, -3], "f4")),
    ("i", np.array([3, -1, 1 << 40], "i8")),
    ("flag", np.array([True])),
    ("flag2", np.array([True])),
    ("empty", np.zeros((0, 3), "f4")),
    ("empty2", np.zeros((2, 0), "f8")),
    ("scalar", np.array(7, "f4")),
    ("half", np.array([1.5, 65504], "f2")),
    ("u1", np.arange(250, 256).astype("u1")),
    ("i2", np.array([[[-2]]], "i2")),
    ("c8", np.array([1 + 2j], "c8")),
    ("bits", np.array([0x3f80, 0xc000], "u2")),
    ("i1", np.array([-128, 127], "i1")),
    ("i4", np.arange(70, dtype="i4").reshape(7, 2, 5)),
    ("z", np.array([2 - 1j], "c16")),
    ("more.half", np.arange(300).astype("f2")),
]


def write(case, value, protocols):
    for protocol in protocols:
        with open(os.path.join(out, "%s-p%d.pdparams" % (case, protocol)), "wb") as f:
            pickle.dump(value, f, protocol=protocol)


made = dict((U(k), v) for k, v in arrays)
protocols = [2] if python2 else [2, 3, 4]
write(name, made, protocols)

whole = np.arange(10, dtype="f4").reshape(2, 5)
parts = collections.OrderedDict() if python2 else {}
parts[U("b")] = np.array([9], "f4")
names = [U("w@@.%d" % i) for i in range(3)]
for i, part in enumerate(names):
    parts[part] = whole.flatten()[4 * i:4 * i + 4]
parts[U("UnpackBigParamInfor@@")] = {U("w"): {"OriginShape": whole.shape, "slices": names}}
write(name + "-big", parts, protocols[:1])

ordered = collections.OrderedDict([("linear.weight", np.ones((2, 2), "f4")), ("linear.bias", np.zeros(2, "f4")),
                                   ("LR_Scheduler", {"last_epoch": 3, "last_lr": 0.5}),
                                   ("StructuredToParameterName@@", {"linear.weight": "linear_0.w_0", "linear.bias": "linear_0.b_0"})])
write(name + "-ordered", ordered, protocols[:1])
fortran = {"f": np.asfortranarray(np.arange(6, dtype=">f4").reshape(2, 3)), "big": np.arange(3, dtype=">i2")}
write(name + "-fortran", fortran, protocols[:1] if python2 else protocols[-1:])
