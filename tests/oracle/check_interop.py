"""PYTHON check_interop.py DIR: NumPy, pickle, the safetensors package and gunzip read what write_interop wrote into DIR.

Each also writes the same arrays itself: its bytes must be ours. Into DIR/theirs go files of theirs for write_interop to read.
"""
import glob
import io
import os
import pickle
import subprocess
import sys

import numpy as np
from safetensors import numpy as st

where = sys.argv[1]
mixed = {f[:-4].replace("%2F", "/"): np.load(os.path.join(where, "mixed", f)) for f in sorted(os.listdir(os.path.join(where, "mixed")))}
checks = 0


def path(*parts):
    return os.path.join(where, *parts)


def read(*parts):
    with open(path(*parts), "rb") as f:
        return f.read()


def same(what, found, expected=mixed):
    global checks
    checks += 1
    if sorted(found) != sorted(expected):
        sys.exit("%s: names differ" % what)
    for name, value in expected.items():
        value, other = np.asarray(value), np.asarray(found[name])
        if other.dtype != value.dtype or other.shape != value.shape or other.tobytes() != value.tobytes():
            sys.exit("%s: %s differs" % (what, name))


def same_bytes(what, ours, theirs):
    global checks
    checks += 1
    if ours != theirs:
        at = next((i for i, (a, b) in enumerate(zip(ours, theirs)) if a != b), min(len(ours), len(theirs)))
        sys.exit("%s: our bytes differ from byte %d on" % (what, at))


for kind in "stored", "deflated":
    same(kind + ".npz", dict(np.load(path(kind + ".npz"))))
ours = dict(np.load(path("stored.npz")))
buffer = io.BytesIO()
np.savez(buffer, **ours)
same_bytes("stored.npz", read("stored.npz"), buffer.getvalue())

same("mixed.safetensors", st.load_file(path("mixed.safetensors")))
same_bytes("mixed.safetensors", read("mixed.safetensors"), st.save(mixed, metadata={"format": "np"}))

for file in sorted(glob.glob(path("*.pdparams"))):
    name = os.path.basename(file)
    state = pickle.loads(read(name))
    same_bytes(name, read(name), pickle.dumps(state, protocol=int(name[-10])))
    if name.startswith("mixed"):
        same(name, state)

same_bytes("gunzip", subprocess.check_output(["gunzip", "-c", path("gzip", "persistables.gz")]), read("plain", "persistables"))

theirs = path("theirs")
os.makedirs(theirs, exist_ok=True)
np.savez(os.path.join(theirs, "stored.npz"), **mixed)
np.savez_compressed(os.path.join(theirs, "deflated.npz"), **mixed)
st.save_file(mixed, os.path.join(theirs, "mixed.safetensors"))
for protocol in 2, 3, 4:
    with open(os.path.join(theirs, "mixed-p%d.pdparams" % protocol), "wb") as f:
        pickle.dump(mixed, f, protocol=protocol)
print("%d files are the same to NumPy, pickle, safetensors and gunzip" % checks)
