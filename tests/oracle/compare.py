"""compare.py EXPECTED ACTUAL [TOLERANCE]: two .npy files, or two folders of them that hold the same names.

Without a tolerance every bit must agree; with one, |a - b| <= TOLERANCE * max(|b|, 0.01). Exit status 1 where they differ.
"""
import os
import sys

import numpy as np

expected, actual = sys.argv[1], sys.argv[2]
tolerance = float(sys.argv[3]) if len(sys.argv) > 3 else None


def compare(name, a, b):
    if a.dtype != b.dtype or a.size != b.size:
        sys.exit("%s: %s %s against %s %s" % (name, b.dtype, b.shape, a.dtype, a.shape))
    if tolerance is None:
        if a.tobytes() != b.tobytes():
            sys.exit("%s: values differ" % name)
        return 0.0
    error = np.max(np.abs(a.ravel() - b.ravel()) / np.maximum(np.abs(a.ravel()), 0.01)) if a.size else 0.0
    if not error <= tolerance:
        sys.exit("%s: relative error %g, allowed %g" % (name, error, tolerance))
    return float(error)


if os.path.isdir(expected):
    names = sorted(os.listdir(expected))
    found = sorted(n for n in os.listdir(actual) if not n.endswith(".lod.npy"))
    if names != found:
        sys.exit("%s holds %s, %s holds %s" % (expected, names, actual, found))
    worst = max(compare(n, np.load(os.path.join(expected, n)), np.load(os.path.join(actual, n))) for n in names)
else:
    worst = compare(actual, np.load(expected), np.load(actual))
print("the same" if tolerance is None else "relative error %.2g" % worst)
