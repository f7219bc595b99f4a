#!/usr/bin/env python
"""PYTHON compare_operators.py WHERRY [NAME...]: runs operators in the real Paddle and in `wherry run` and compares every output.

Each case of operator_cases.py becomes a program of one operator. Runs under Paddle 2.6.2 and under fluid 1.8.5; cases of operators that
one of them lacks are passed over there. With names, only the cases of these operators. Prints what differs; last line: N of M.
"""
from __future__ import print_function
import os, pickle, shutil, subprocess, sys, tempfile, warnings

warnings.filterwarnings("ignore")
os.environ["GLOG_minloglevel"] = "3"
import numpy as np

try:
    import paddle.fluid as fluid
    import paddle

    static, new_paddle = fluid, False
except ImportError:
    import paddle
    import paddle.static as static
    import paddle.base as fluid

    new_paddle = True
    paddle.enable_static()
from operator_cases import cases

core = fluid.core


def lod_of(given):
    return [[0] + list(np.cumsum(level)) for level in given]


def build(case):
    """The program, its feeds and the names of what it fetches."""
    program = static.Program()
    block, feeds = program.global_block(), {}
    block.create_var(name="feed", type=core.VarDesc.VarType.FEED_MINIBATCH, persistable=True)
    block.create_var(name="fetch", type=core.VarDesc.VarType.FETCH_LIST, persistable=True)
    inputs = {}
    for slot, given in sorted(case["inputs"].items()):
        arrays = given if isinstance(given, list) else [given]
        for k, array in enumerate(arrays):
            lod = []
            if isinstance(array, tuple):
                array, lod = array
            name = "%s_%d" % (slot, k)
            shape = [-1 if -1 in case.get("open", ()) else d for d in array.shape]
            block.create_var(name=name, shape=shape, dtype=str(array.dtype), lod_level=len(lod))
            block.append_op(type="feed", inputs={"X": [block.var("feed")]}, outputs={"Out": [block.var(name)]}, attrs={"col": len(feeds)})
            feeds[name] = (array, lod)
            inputs.setdefault(slot, []).append(name)
    outputs, fetches = {}, []
    for slot, count in sorted(case["outputs"].items()):
        hidden = count == "hidden"
        names = ["%s_%d" % (slot, k) for k in range(1 if hidden else count)]
        for name in names:
            block.create_var(name=name, dtype=case.get("dtype", "float32"))
            if not hidden:
                fetches.append(name)
        outputs[slot] = names
    op = block.desc.append_op()  # not by the block: that would refuse what is refused here when it runs
    op.set_type(case["op"])
    for slot, names in inputs.items():
        op.set_input(slot, names)
    for slot, names in outputs.items():
        op.set_output(slot, names)
    for name, value in case["attrs"].items():
        op._set_attr(name, value)
    op.check_attrs()
    return program, feeds, fetches


def tensor(array, lod):
    if not lod:
        return array
    made = core.LoDTensor()
    made.set(array, core.CPUPlace())
    made.set_lod(lod_of(lod))
    return made


def expected_of(program, feeds, fetches):
    """What the real Paddle answers; feeding is by hand, so that the program's own feed operators are not run."""
    scope = core.Scope()
    exe = static.Executor(core.CPUPlace())
    with static.scope_guard(scope):
        bare = static.Program.parse_from_string(program.desc.serialize_to_string())
        block = bare.global_block()
        for i in reversed(range(len(block.ops))):
            if block.ops[i].type == "feed":
                block._remove_op(i)
        values = exe.run(bare, feed={n: tensor(a, l) for n, (a, l) in feeds.items()}, fetch_list=fetches, return_numpy=False)
        return [(np.array(v), v.lod()) for v in values]


def in_child(make):
    """What make() returns, made in a process of its own: Paddle dies of some cases."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        try:
            said = ("made", make())
        except Exception as error:
            said = ("refused", said_of(error))
        with os.fdopen(write, "wb") as to:
            pickle.dump(said, to, 2)
        os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as made:
        said = made.read()
    os.waitpid(child, 0)
    kind, value = pickle.loads(said) if said else ("refused", "(it dies)")
    if kind == "refused":
        raise RuntimeError(value)
    return value


def run_wherry(wherry, program, feeds, fetches, folder):
    for col, name in enumerate(fetches):
        op = program.global_block().desc.append_op()
        op.set_type("fetch")
        op.set_input("X", [name])
        op.set_output("Out", ["fetch"])
        op._set_attr("col", col)
    with open(os.path.join(folder, "m.pdmodel"), "wb") as f:
        f.write(program.desc.serialize_to_string())
    open(os.path.join(folder, "m.pdiparams"), "wb").close()
    args, lods = [], []
    for name, (array, lod) in feeds.items():
        np.save(os.path.join(folder, name + ".npy"), array)
        args.append("%s=%s" % (name, os.path.join(folder, name + ".npy")))
        if lod:
            lods += [a for level in lod_of(lod) for a in ("--lod", "%s=%s" % (name, ",".join(str(n) for n in level)))]
    out = os.path.join(folder, "out")
    call = [wherry, "run", os.path.join(folder, "m"), out] + (["--feed"] + args if args else []) + lods
    done = subprocess.Popen(call, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    said = done.communicate()[0].decode("utf-8", "replace")
    if done.returncode:
        raise RuntimeError(said.strip())
    found = []
    for i in range(len(fetches)):
        beside = os.path.join(out, "%d.lod.npy" % i)
        found.append((np.load(os.path.join(out, "%d.npy" % i)), np.load(beside).tolist() if os.path.exists(beside) else None))
    return found


def difference(want, got, tolerance):
    want, lod = want
    got, got_lod = got
    if want.dtype != got.dtype or want.shape != got.shape:
        return "%s %s instead of %s %s" % (got.dtype, got.shape, want.dtype, want.shape)
    if lod and got_lod != list(lod[-1]):
        return "LoD %s instead of %s" % (got_lod, lod)
    if want.size == 0:
        return None
    if want.dtype.kind in "iub":
        return None if np.array_equal(want, got) else "%s instead of %s" % (got.tolist(), want.tolist())
    if not np.array_equal(np.isnan(want), np.isnan(got)):
        return "NaN at other places: %s instead of %s" % (got.tolist(), want.tolist())
    off = np.abs(np.nan_to_num(got.astype("float64")) - np.nan_to_num(want.astype("float64")))
    off = float(np.max(off / np.maximum(1.0, np.abs(np.nan_to_num(want.astype("float64"))))))
    return None if off <= tolerance else "off by %g: %s instead of %s" % (off, got.ravel()[:8].tolist(), want.ravel()[:8].tolist())


def main():
    wherry, names, good, total = sys.argv[1], sys.argv[2:], 0, 0
    for case in cases():
        if names and case["op"] not in names:
            continue
        if case["op"] not in known_operators() or case.get("since", "1.8") > ("2.6" if new_paddle else "1.8") or case.get(
                "until", "9") < ("2.6" if new_paddle else "1.8"):
            continue
        title = "%s %s %s" % (case["op"], {k: shown(v) for k, v in case["inputs"].items()}, case["attrs"])
        folder = tempfile.mkdtemp()
        try:
            program, feeds, fetches = build(case)
            try:
                want = in_child(lambda: expected_of(program, feeds, fetches))
                refused = None
            except Exception as error:
                refused = str(error)
            try:
                got = run_wherry(wherry, program, feeds, fetches, folder)
                problem = None if refused is None else "is run, and Paddle says: " + refused
            except RuntimeError as error:
                problem = None if refused is not None else str(error)
                if refused is not None and os.environ.get("SHOW"):
                    print("%s\n    Paddle: %s\n    wherry: %s" % (title, refused, error))
            else:
                if refused is None:
                    problem = next((d for d in (difference(w, g, case.get("tolerance", 1e-6)) for w, g in zip(want, got)) if d), None)
            total += 1
            good += problem is None
            if problem is not None:
                print("%s: %s" % (title, problem))
        except Exception as error:
            total += 1
            print("%s: the case itself: %s: %s" % (title, type(error).__name__, said_of(error)))
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        sys.stdout.flush()
    print("%d of %d" % (good, total))
    sys.exit(0 if total and good == total else 1)


def said_of(error):
    lines = [line.strip() for line in str(error).splitlines() if line.strip() and not line.startswith(" ")]
    wanted = [line for line in lines if "Error" in line and "Hint" not in line]
    return (wanted or lines or [type(error).__name__])[-1][:300]


def shown(given):
    arrays = given if isinstance(given, list) else [given]
    return [("%s%s" % (a[0].dtype, a[0].shape) + " lod %s" % (a[1],)) if isinstance(a, tuple) else "%s%s" % (a.dtype, a.shape) for a in arrays]


def known_operators():
    global operators
    if not operators:
        from_holder = core.get_all_op_protos()
        for bytes_of_proto in from_holder:
            proto = fluid.proto.framework_pb2.OpProto.FromString(bytes(bytes_of_proto)) if hasattr(fluid, "proto") else framework_pb2().OpProto.FromString(bytes(bytes_of_proto))
            operators.add(proto.type)
    return operators


def framework_pb2():
    from paddle.base.proto import framework_pb2 as found

    return found


operators = set()
main()
