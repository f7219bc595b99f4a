"""PYTHON compare_calls.py THEIRS THEIR_DIR OURS OUR_DIR: compares, case by case, what same_calls.py and same_calls.cpp printed and left.

What a call returned or threw, what it said, what was warned of, what the scope held and which operators the program had then, and every
file byte for byte; of programs their content, since the reference writes their variables in the order of a hash and the place in the
source of each call. What differs must stand in `deviations`, with what is different there, and what stands there must differ.
Exit status 1 otherwise.
"""
from __future__ import print_function
import json, os, pickle, re, sys
import numpy as np
from paddle.fluid.proto import framework_pb2


def content(data):
    """What two files are compared by when their bytes differ."""
    program = framework_pb2.ProgramDesc()
    try:
        program.ParseFromString(data)
    except Exception:
        return arrays(data)
    for block in program.blocks:
        block.vars.sort(key=lambda var: var.name)
        for op in block.ops:
            kept = sorted((a for a in op.attrs if a.name != "op_callstack"), key=lambda a: a.name)
            del op.attrs[:]
            op.attrs.extend(kept)
            op.inputs.sort(key=lambda slot: slot.parameter)
            op.outputs.sort(key=lambda slot: slot.parameter)
    return program.SerializeToString()


def arrays(data):
    """A pickled dict of arrays, which Python 2 writes in the order of a hash."""
    if not data.startswith(b"\x80\x02"):
        return data
    return sorted((name, a.dtype.str, a.shape, a.tobytes()) for name, a in pickle.loads(data).items())


def files(folder):
    found = {}
    for root, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(root, name)
            with open(path, "rb") as f:
                found[os.path.relpath(path, folder)] = f.read()
    return found


def answers(lines, folder):
    found = {}
    for line in open(lines):
        answer = json.loads(line)
        name = answer.pop("case")
        if name in found:
            sys.exit("%s: two cases of this name" % name)
        answer["warnings"] = sorted(answer["warnings"])
        answer["message"] = re.sub(r"^\[Errno \d+\] ", "", re.sub(r" \[operator < \w+ > error\]$", "", answer["message"]))
        answer["files"] = files(os.path.join(folder, name))
        found[name] = answer
    return found


def same(field, theirs, ours):
    if field != "files" or theirs == ours:
        return theirs == ours
    return sorted(theirs) == sorted(ours) and all(theirs[n] == ours[n] or content(theirs[n]) == content(ours[n]) for n in theirs)


def brief(field, value):
    if field == "files":
        return ", ".join("%s (%d bytes)" % (name, len(value[name])) for name in sorted(value))
    return value if field in ("message", "outcome") else json.dumps(value, sort_keys=True)


deviations = {}

if __name__ == "__main__":
    theirs, ours = answers(*sys.argv[1:3]), answers(*sys.argv[3:5])
    wrong = ["%s: only one side has this case" % name for name in sorted(set(theirs) ^ set(ours))]
    for name in sorted(set(theirs) & set(ours)):
        for field in sorted(theirs[name]):
            a, b = theirs[name][field], ours[name][field]
            if not same(field, a, b):
                wrong.append("%s: %s\n  fluid 1.8.5: %s\n  wherry:      %s" % (name, field, brief(field, a), brief(field, b)))
    print("\n".join(wrong))
