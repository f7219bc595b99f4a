"""Real models, made by others, through the command: what it shows, and every form there and back.

  sweep_real.py WHERRY DIR SCRATCH [MOST]     DIR: ../shared/real, or any folder of models; MOST: with more bytes of parameters, the forms
                                              of FEW alone

Every program is inspected, as text and as JSON, and drawn. Its parameters become every form, which `diff` finds equal, and come back with
the bytes that they had, or the form says in a typed error what it has no place for. A program without parameters gets made-up ones.
Exit status 1 where one of these does not hold; each is a line.
"""
import json
import os
import shutil
import struct
import subprocess
import sys

wherry, real, scratch = sys.argv[1:4]
most = int(sys.argv[4]) if len(sys.argv) > 4 else 1 << 40
failures, counts = [], {}
os.makedirs(scratch, exist_ok=True)


def told(where, what):
    failures.append("%s: %s" % (os.path.relpath(where, real), what))


def tool(*arguments):
    return subprocess.run([wherry, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def counted(what):
    counts[what] = counts.get(what, 0) + 1


def succeeds(where, *arguments):
    done = tool(*arguments)
    if done.returncode != 0 or done.stderr:
        told(where, "%s: status %d: %s" % (" ".join(arguments), done.returncode, done.stderr.decode(errors="replace").strip()))
        return None
    counted(arguments[0])
    return done.stdout


def shown(where, path):
    """What `inspect --json` says, where all three ways to look succeed."""
    succeeds(where, "inspect", path)
    said = succeeds(where, "inspect", "--json", path)
    return None if said is None else json.loads(said)


def read(path):
    with open(path, "rb") as f:
        return f.read()


TYPES = {"bool": (0, 1), "int16": (1, 2), "int32": (2, 4), "int64": (3, 8), "float16": (4, 2), "float32": (5, 4), "float64": (6, 8),
         "uint8": (20, 1), "int8": (21, 1), "bfloat16": (22, 2), "complex64": (23, 8), "complex128": (24, 16)}


def varint(value):
    made = b""
    while value > 127:
        made, value = made + bytes([value & 127 | 128]), value >> 7
    return made + bytes([value])


def stream(dtype, dims, lod=()):
    """A tensor as Paddle saves it, its elements a pattern of bits that no NaN has."""
    kind, size = TYPES[dtype]
    count = 1
    for dim in dims:
        count *= dim
    desc = b"\x08" + varint(kind) + b"".join(b"\x10" + varint(dim) for dim in dims)
    levels = b"".join(struct.pack("<Q%dQ" % len(level), 8 * len(level), *level) for level in lod)
    pattern = bytes(i % (2 if dtype == "bool" else 101) for i in range(997))
    elements = (pattern * (count * size // len(pattern) + 1))[:count * size]
    return struct.pack("<IQ", 0, len(lod)) + levels + struct.pack("<Ii", 0, len(desc)) + desc + elements


def persistables(program):
    found = {}
    for block in program["blocks"]:
        for var in block["variables"]:
            if var.get("persistable") and var["kind"] in ("LOD_TENSOR", "DENSE_TENSOR") and var["name"] not in ("feed", "fetch"):
                found[var["name"]] = var
    return [found[name] for name in sorted(found, key=lambda name: name.encode())]


FORMS = {
    "combined": ["--out-filename", "all"],
    "combined with names, checksums, aligned": ["--out-filename", "all", "--names", "--checksum", "--align", "64"],
    "per file": ["--to", "paddle"],
    "combined in gzip": ["--out-filename", "all.gz", "--gzip"],
    "pdparams": ["--to", "pdparams"],
    "pdparams of protocol 3": ["--to", "pdparams", "--protocol", "3"],
    "pdparams of protocol 4": ["--to", "pdparams", "--protocol", "4"],
    "npz": ["--to", "npz"],
    "safetensors": ["--to", "safetensors"],
    "shards": ["--shard-size", "200KB"],
    "text": ["--to", "text"],
}
FEW = ["combined", "per file", "pdparams", "safetensors"]
# what a form has no place for: form, words of the error
REFUSALS = [("npz", "NumPy has no such element type"), ("s", "safetensors has no such element type"), ("", "LoD has no place in this form")]


def round_trip(where, program, params, is_folder, forms):
    work = os.path.join(scratch, "trip")
    for name in forms:
        options = FORMS[name]
        shutil.rmtree(work, ignore_errors=True)
        os.makedirs(work)
        out = os.path.join(work, "out")
        there = tool("convert", program, params, out, "--quiet", *options)
        if there.returncode != 0:
            error = there.stderr.decode(errors="replace").strip()
            if not any(name.startswith(form) and words in error for form, words in REFUSALS) or error.count("\n"):
                told(where, "to %s: %s" % (name, error))
            elif os.path.exists(out):
                told(where, "to %s: refused, and something is left" % name)
            else:
                counted("refused")
            continue
        if there.stderr:
            told(where, "to %s: %s" % (name, there.stderr.decode(errors="replace").strip()))
        held = next((os.path.join(out, f) for f in ("all", "all.gz") if os.path.exists(os.path.join(out, f))), out)
        difference = tool("diff", params, held, "--program", program)
        if difference.returncode != 0:
            told(where, "diff of %s: status %d: %s" % (name, difference.returncode, (difference.stderr or difference.stdout).decode(errors="replace")[:300].strip()))
        if not (name.startswith("text") and sum(os.path.getsize(os.path.join(held, f)) for f in os.listdir(held)) > 1 << 20):
            shown(where, held)
        back = os.path.join(work, "back")
        if succeeds(where, "convert", program, held, back, "--quiet", *([] if is_folder else ["--out-filename", "all"])) is None:
            continue
        names = sorted(os.listdir(back)) if is_folder else [None]
        if is_folder and names != sorted(v for v in names if os.path.exists(os.path.join(params, v))):
            told(where, "back from %s: %s" % (name, names))
            continue
        for one in names:
            ours, theirs = (os.path.join(back, one), os.path.join(params, one)) if one else (os.path.join(back, "all"), params)
            if read(ours) != read(theirs):
                told(where, "back from %s: %s has other bytes" % (name, one or "the file"))
        counted("there and back")


def parameters_of(folder, program, variables):
    """The one file, or the folder of a file each, or None."""
    base = os.path.splitext(program)[0]
    for path in (base + ".pdiparams", os.path.join(folder, "__params__"), os.path.join(folder, "params")):
        if os.path.exists(path):
            return path, False
    if variables and all(os.path.exists(os.path.join(folder, var["name"])) for var in variables):
        return folder, True
    return None, False


def programs():
    for folder, _, files in sorted(os.walk(real)):
        for file in sorted(files):
            path = os.path.join(folder, file)
            if file in ("__model__", "model") or file.endswith((".pdmodel", ".json")):
                yield folder, path


for folder, program in programs():
    said = shown(program, program)
    succeeds(program, "dot", program)
    if said is None or said["kind"] not in ("program", "Paddle 3 program"):
        told(program, "is told to be %s" % (said or {}).get("kind"))
        continue
    variables = persistables(said)
    params, is_folder = parameters_of(folder, program, variables)
    if params is None and not variables:
        told(program, "has no persistable variable")
        continue
    if params is None:
        params, is_folder = os.path.join(scratch, "params"), False
        with open(params, "wb") as f:
            for var in variables:
                dims = [abs(dim) for dim in var["dims"]]
                f.write(stream(var["dtype"], dims, [[0, dims[0]] if level + 1 == var["lod_level"] else [0, 1] for level in range(var["lod_level"])]))
        counted("with made-up parameters")
    size = sum(os.path.getsize(os.path.join(params, var["name"])) for var in variables) if is_folder else os.path.getsize(params)
    round_trip(program, program, params, is_folder, FORMS if size <= most else FEW)
for folder, _, files in sorted(os.walk(real)):
    if files and folder != real:
        shown(folder, folder)
for folder, _, files in sorted(os.walk(real)):
    for file in sorted(files):
        if file.endswith((".info", ".pdparams", ".pdopt")):
            shown(os.path.join(folder, file), os.path.join(folder, file))

print("\n".join(failures) if failures else ", ".join("%s %d" % item for item in sorted(counts.items())))
sys.exit(1 if failures else 0)
