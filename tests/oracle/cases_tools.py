"""What check_cases.py and check_siblings.py have in common: the command, and what Paddle 2.6.2 computes."""
import json
import os
import pickle
import subprocess
import sys

import numpy as np
import paddle

from check_checkpoints import same as same_object

wherry, scratch = sys.argv[1], sys.argv[3]


def out(*parts):
    path = os.path.join(scratch, *parts)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    return path


def called(*arguments):
    return subprocess.run([wherry, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def tool(*arguments):
    done = called(*arguments)
    assert done.returncode == 0 and not done.stderr, "%s: %s" % (" ".join(arguments), done.stderr.decode(errors="replace").strip())
    return done.stdout.decode()


def refused(*arguments, status=1):
    done = called(*arguments)
    said = done.stderr.decode()
    assert done.returncode == status and said.count("\n") == 1, "%s: status %d: %s" % (" ".join(arguments), done.returncode, said)
    return said


def has(text, *parts):
    for part in parts:
        assert part in text, "'%s' lacks '%s'" % (text.strip(), part)


def read(path):
    with open(path, "rb") as f:
        return f.read()


def write(path, data):
    with open(path, "wb") as f:
        f.write(data)


def array(path):
    return np.load(path)


def inspected(path):
    return json.loads(tool("inspect", "--json", path))


def close(a, b):
    assert a.dtype == b.dtype and a.shape == b.shape and np.allclose(a, b, rtol=1e-5, atol=1e-6), "%s and %s" % (a, b)


def same_pickle(path, to, *options):
    """The pickle at `to` that the command makes is the same object as that at `path`."""
    tool("convert", path, to, "--to", "pdparams", *options)
    held = []
    for one in (path, to):
        with open(one, "rb") as f:
            held.append(pickle.load(f))
    assert same_object(*held), "%s is another object than %s" % (to, path)


def paddle_runs(model, *fed):
    """What Paddle computes: model.pdmodel with model.pdiparams, or a folder's __model__ without parameters. Inputs in the program's order."""
    paddle.enable_static()
    exe, scope = paddle.static.Executor(paddle.CPUPlace()), paddle.static.Scope()
    try:
        with paddle.static.scope_guard(scope):
            if os.path.isdir(model):
                program = paddle.static.Program.parse_from_string(read(os.path.join(model, "__model__")))
                targets = [program.global_block().var(op.input("X")[0]) for op in program.global_block().ops if op.type == "fetch"]
                feed = [op.output("Out")[0] for op in program.global_block().ops if op.type == "feed"]
            else:
                program, feed, targets = paddle.static.load_inference_model(model, exe)
            return exe.run(program, feed=dict(zip(feed, fed)), fetch_list=targets)
    finally:
        paddle.disable_static()
