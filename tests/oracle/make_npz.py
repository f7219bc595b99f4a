"""Writes golden/numpy: PYTHON make_npz.py OUT_DIR. stored.npz by numpy.savez, deflated.npz by numpy.savez_compressed."""
import os
import sys

import numpy as np

arrays = {
    "w": np.arange(6, dtype="f4").reshape(2, 3),
    "half": np.array([1.5, -2], "f2"),
    "flag": np.array([True, False]),
    "scalar": np.array(7, "i8"),
    "empty": np.zeros((0, 3), "f8"),
    "acc/w": np.arange(200, dtype="u1"),
    "columns": np.asfortranarray(np.arange(4, dtype="i2").reshape(2, 2)),
}
np.savez(os.path.join(sys.argv[1], "stored.npz"), **arrays)
np.savez_compressed(os.path.join(sys.argv[1], "deflated.npz"), **arrays)
