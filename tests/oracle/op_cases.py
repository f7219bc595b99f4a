"""PYTHON op_cases.py WHERRY CASES.py...: runs single operators in the real Paddle (1.8.5 or 2.6.2, whichever PYTHON has) and in
`wherry run`, and compares what comes out.

A file of cases calls `case(op, inputs, outputs, attributes)`, see op_cases/images.py. Each case is a program of one operator that is fed
and fetched; it runs in a process of its own, since the reference may die of it. What the reference refuses or dies of must be refused here
with a message; `refused=True` marks what is refused here alone.
"""
from __future__ import print_function
import os, re, shutil, subprocess, sys, tempfile, warnings

warnings.filterwarnings("ignore")
os.environ.setdefault("GLOG_minloglevel", "3")
os.environ.setdefault("FLAGS_call_stack_level", "0")
import numpy as np

try:
    import paddle.fluid as fluid
    V2 = False
    run_program = lambda program, feed, fetch: fluid.Executor(fluid.CPUPlace()).run(program, feed=feed, fetch_list=fetch, return_numpy=False)
except ImportError:
    import paddle
    import paddle.base as fluid
    paddle.enable_static()
    V2 = True
    run_program = lambda program, feed, fetch: fluid.Executor(fluid.CPUPlace()).run(program, feed=feed, fetch_list=fetch, return_numpy=False)
core, T = fluid.core, fluid.core.VarDesc.VarType
TYPES = {"float32": T.FP32, "float64": T.FP64, "int32": T.INT32, "int64": T.INT64, "bool": T.BOOL, "uint8": T.UINT8, "int8": T.INT8, "float16": T.FP16}
cases = []


class lod(object):
    """An array with LoD, given as lengths of sequences."""

    def __init__(self, array, *levels):
        self.array, self.levels = array, levels


class constant(object):
    """An input that the program makes itself, so that it is known before anything runs: what decides a shape."""

    def __init__(self, array):
        self.array = np.asarray(array)


def case(op, inputs, outputs, attributes=None, refused=False, only=None, name=None, tolerance=1e-5, each=False, **how):
    """inputs: slot -> array or list of arrays; outputs: slots, "Out*2" for two variables in one, "-Mean" for one that is not compared,
    "MeanOut=Mean" for one that is written over an input.
    only: "1.8" or "2.6" where the other has no such operator or attribute.
    each: the tolerance is for each number, of its own size or 1, and not of the largest.
    how: options of `build`."""
    if only is None or only == ("2.6" if V2 else "1.8"):
        cases.append((op, inputs, outputs, attributes or {}, refused, name or "%s %s" % (op, attributes or {}), tolerance, each, how))


def some(*dims, **options):
    """Numbers that differ from case to case but not from run to run."""
    r = np.random.RandomState(len(cases) * 7 + len(dims) + options.get("seed", 0))
    low, high = options.get("low", -1.0), options.get("high", 1.0)
    if np.issubdtype(np.dtype(options.get("dtype", "float32")), np.integer):
        return r.randint(int(low), int(high), size=dims).astype(options["dtype"])
    return r.uniform(low, high, size=dims).astype(options.get("dtype", "float32"))


operators = set()


def known_operators():
    if not operators:
        if V2:
            from paddle.base.proto import framework_pb2
        else:
            from paddle.fluid.proto import framework_pb2
        operators.update(framework_pb2.OpProto.FromString(bytes(held)).type for held in core.get_all_op_protos())
    return operators


def build(op, inputs, outputs, attributes, unchecked=False, open=(), dtype="float32"):
    """unchecked: the block is not asked what it thinks of the operator, which it would refuse before it runs.
    open: a program that knows no dims where it holds -1. dtype: of the outputs, as the program says it."""
    program = fluid.Program()
    block = program.global_block()
    feeds, ins, outs, fetched = [], {}, {}, []
    for slot, arrays in sorted(inputs.items()):
        ins[slot] = []
        for k, array in enumerate(arrays if isinstance(arrays, list) else [arrays]):
            if isinstance(array, constant):
                array, name = array.array, "%s_%d" % (slot, k)
                ins[slot].append(block.create_var(name=name, shape=array.shape, dtype=TYPES[array.dtype.name]))
                values = {"float32": "fp32_values", "int32": "int32_values", "int64": "int64_values"}[array.dtype.name]
                block.append_op(type="assign_value", outputs={"Out": [ins[slot][-1]]},
                                attrs={"shape": list(array.shape), "dtype": int(TYPES[array.dtype.name]), values: array.flatten().tolist()})
                continue
            levels = array.levels if isinstance(array, lod) else ()
            array = array.array if levels else np.asarray(array)
            name = "%s_%d" % (slot, k)
            shape = [-1] * array.ndim if -1 in open else array.shape
            ins[slot].append(block.create_var(name=name, shape=shape, dtype=str(array.dtype), lod_level=len(levels)))
            feeds.append((name, array, levels))
    for slot in outputs:
        hidden, slot = slot.startswith("-"), slot.lstrip("-")
        slot, over = slot.split("=") if "=" in slot else (slot, None)
        slot, count = slot.split("*") if "*" in slot else (slot, 1)
        outs[slot] = ins[over] if over else [block.create_var(name="%s_out_%d" % (slot, k), shape=[1], dtype=dtype) for k in range(int(count))]
        fetched += [] if hidden else outs[slot]
    if not unchecked:
        block.append_op(type=op, inputs=ins, outputs=outs, attrs=attributes)
        return program, feeds, fetched
    made = block.desc.append_op()
    made.set_type(op)
    for slot, held in ins.items():
        made.set_input(slot, [var.name for var in held])
    for slot, held in outs.items():
        made.set_output(slot, [var.name for var in held])
    for name, value in attributes.items():
        made._set_attr(name, value)
    made.check_attrs()
    return program, feeds, fetched


def offsets_of(lengths):
    return [0] + [int(n) for n in np.cumsum(lengths)]


def as_tensor(array, levels):
    if not levels:
        return array
    made = core.LoDTensor()
    made.set(array, core.CPUPlace())
    made.set_lod([offsets_of(level) for level in levels])
    return made


def save(program, feeds, fetched, folder):
    block = program.global_block()
    feed = block.create_var(name="feed", type=T.FEED_MINIBATCH, persistable=True)
    fetch = block.create_var(name="fetch", type=T.FETCH_LIST, persistable=True)
    for k, (name, _, _) in reversed(list(enumerate(feeds))):
        block._prepend_op(type="feed", inputs={"X": [feed]}, outputs={"Out": [block.var(name)]}, attrs={"col": k})
    for k, var in enumerate(fetched):
        block.append_op(type="fetch", inputs={"X": [var]}, outputs={"Out": [fetch]}, attrs={"col": k})
    for op in block.ops:
        if op.has_attr("op_callstack"):
            op._remove_attr("op_callstack")
    with open(os.path.join(folder, "m.pdmodel"), "wb") as f:
        f.write(program.desc.serialize_to_string())
    open(os.path.join(folder, "m.pdiparams"), "wb").close()


def reference(op, inputs, outputs, attributes, how, folder):
    """In a child: files of the case, and what the reference makes of it."""
    program, feeds, fetched = build(op, inputs, outputs, attributes, **how)
    for name, array, _ in feeds:
        np.save(os.path.join(folder, name + ".npy"), array)
    save(fluid.Program.parse_from_string(program.desc.serialize_to_string()), feeds, fetched, folder)
    got = run_program(program, {n: as_tensor(a, l) for n, a, l in feeds}, fetched)
    for k, value in enumerate(got):
        np.save(os.path.join(folder, "want%d.npy" % k), np.array(value))
        if value.lod():
            np.save(os.path.join(folder, "want%d.lod.npy" % k), np.array(value.lod()[-1]))
    open(os.path.join(folder, "done"), "w").close()


def compare(want, got, tolerance, each=False):
    if want.dtype != got.dtype or want.shape != got.shape:
        return "%s %s instead of %s %s" % (got.dtype, got.shape, want.dtype, want.shape)
    if want.dtype.kind in "iub":
        return "" if np.array_equal(want, got) else "%d of %d differ, first %s instead of %s" % (
            np.count_nonzero(want != got), want.size, got[want != got][0], want[want != got][0])
    if want.size == 0:
        return ""
    finite = np.isfinite(want)
    if not np.array_equal(finite, np.isfinite(got)) or not np.array_equal(np.isnan(want), np.isnan(got)) or not np.array_equal(want[np.isinf(want)], got[np.isinf(want)]):
        return "infinities or NaN elsewhere"
    if not finite.any():
        return ""
    w, g = want[finite].astype("float64"), got[finite].astype("float64")
    off = np.max(np.abs(w - g) / np.maximum(1.0, np.abs(w))) if each else np.max(np.abs(w - g)) / max(1e-3, np.max(np.abs(w)))
    return "" if off <= tolerance else "off by %.2g of %s" % (off, "a value" if each else "the largest value")


def check(wherry, held, folder):
    op, inputs, outputs, attributes, refused, name, tolerance, each, how = held
    child = os.fork()
    if child == 0:
        try:
            log = os.open(os.path.join(folder, "log"), os.O_WRONLY | os.O_CREAT)
            os.dup2(log, 1), os.dup2(log, 2)
            reference(op, inputs, outputs, attributes, how, folder)
        except BaseException as error:
            print(str(error)[-2000:])
            sys.stdout.flush()
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    said = open(os.path.join(folder, "log")).read().strip().splitlines()
    said = next((line for line in reversed(said) if re.search("Error: |not register|has not been registered|SIG", line)), said[-1] if said else "died")[:160]
    accepted = os.path.exists(os.path.join(folder, "done"))
    if not os.path.exists(os.path.join(folder, "m.pdmodel")):
        return None, said  # it could not even be built: nothing that a file could hold
    args = [wherry, "run", os.path.join(folder, "m"), os.path.join(folder, "out")]
    feeds = []
    for slot, arrays in sorted(inputs.items()):
        feeds += ["%s_%d=%s" % (slot, k, os.path.join(folder, "%s_%d.npy" % (slot, k)))
                 for k, array in enumerate(arrays if isinstance(arrays, list) else [arrays]) if not isinstance(array, constant)]
    args += ["--feed"] + feeds if feeds else []
    for slot, arrays in sorted(inputs.items()):
        for k, array in enumerate(arrays if isinstance(arrays, list) else [arrays]):
            if isinstance(array, lod):
                for level in array.levels:
                    args += ["--lod", "%s_%d=%s" % (slot, k, ",".join(map(str, offsets_of(level))))]
    done = subprocess.Popen(args, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    message = b"".join(done.communicate()).decode("utf-8", "replace").strip()
    if done.returncode not in (0, 1):
        return False, "the command ended with %d %s" % (done.returncode, message[:200])
    if done.returncode:
        return (True, "") if refused or not accepted else (False, message[:300])
    if not accepted:
        return False, "ran, where the reference says: " + said
    if refused:
        return False, "ran, though it should be refused"
    k = 0
    while os.path.exists(os.path.join(folder, "want%d.npy" % k)):
        wrong = compare(np.load(os.path.join(folder, "want%d.npy" % k)), np.load(os.path.join(folder, "out", "%d.npy" % k)), tolerance, each)
        if not wrong and os.path.exists(os.path.join(folder, "want%d.lod.npy" % k)):
            path = os.path.join(folder, "out", "%d.lod.npy" % k)
            wrong = "no LoD" if not os.path.exists(path) else compare(np.load(os.path.join(folder, "want%d.lod.npy" % k)).astype("int64"), np.load(path).astype("int64"), 0)
        if wrong:
            return False, "output %d: %s" % (k, wrong)
        k += 1
    return True, ""


def main():
    wherry, good, bad, skipped = sys.argv[1], 0, 0, 0
    for path in sys.argv[2:]:
        exec(compile(open(path).read(), path, "exec"), globals())
    only = os.environ.get("ONLY", "")
    for held in cases:
        if only and not re.search(only, held[5]):
            continue
        folder = tempfile.mkdtemp()
        ok, said = check(wherry, held, folder)
        shutil.rmtree(folder, ignore_errors=True)
        good, bad, skipped = good + (ok is True), bad + (ok is False), skipped + (ok is None)
        if ok is False or os.environ.get("VERBOSE"):
            print("%s: %s: %s" % ("ok" if ok else "skipped" if ok is None else "FAILED", held[5], said))
    print("%d operators alike%s%s" % (good, ", %d FAILED" % bad if bad else "", ", %d that the reference cannot write" % skipped if skipped else ""))
    sys.exit(1 if bad or not good else 0)


if __name__ == "__main__":
    main()
