"""Writes golden/numpy/official.safetensors with the package itself: PYTHON make_safetensors.py OUT_DIR"""
import os
import sys

import numpy as np
from safetensors.numpy import save_file

arrays = {name: np.array([1, 0], dtype) for name, dtype in (
    ("u8", "u1"), ("i8", "i1"), ("i16", "i2"), ("u16", "u2"), ("f16", "f2"), ("i32", "i4"), ("u32", "u4"), ("f32", "f4"), ("f64", "f8"),
    ("i64", "i8"), ("u64", "u8"), ("bool", "?"), ("c64", "c8"))}
arrays["scalar"] = np.array(3, "f4")
arrays["empty"] = np.zeros((0, 2), "f4")
arrays[u'q"\u00fc\n\u0001\\/'] = np.arange(6, dtype="f4").reshape(2, 3)
save_file(arrays, os.path.join(sys.argv[1], "official.safetensors"), metadata={"format": "np"})
