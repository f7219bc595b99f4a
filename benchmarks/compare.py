#!/usr/bin/env python3
"""wherry beside its peers, in one interleaved run.

    benchmarks/compare.py --quick                    about 3 minutes
    benchmarks/compare.py --json f.json --markdown f.md --charts folder
    benchmarks/compare.py --sweep --charts folder    one array of 4 KiB to 4 GiB, and 1 to 100,000 arrays, as lines, too
    benchmarks/compare.py --cold --writers 4 --percentiles --shapes mine.txt --folder /mnt/disk
    benchmarks/compare.py --paddle                   Paddle 2.6.2, too, up to 1,000 arrays (450 MB are installed)

Builds benchmarks/compare.cpp (g++ -O2) and installs the peers into build-compare/venv: NumPy, safetensors, onnxruntime. In each round all
ways to do one thing take their turns in a shuffled order; what is shown is the median of the ratios to the limit within a round, and their
quartiles. Below the limit is possible: writev may beat write. The limit of a save is one write(2) of ready-made bytes to a fresh file, of a
load one pread(2) into pages that were touched before. Peers are driven from Python, as their users do, so their bindings count.

Settings: wherry `archive<fast>`, `archive<>`, `mapped` over aligned files, a prepared run; safetensors save_file, load_file, safe_open;
numpy savez and load of all arrays; pickle protocol 5; onnxruntime with all optimisations and one thread; NumPy as it is; Paddle save and
load of persistables in one file, through an Executor.
"""
import argparse
import json
import mmap
import multiprocessing
import os
import pathlib
import pickle
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import time

here = pathlib.Path(__file__).resolve().parent
build = here.parent / "build-compare"


def arguments():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--quick", action="store_true", help="fewer rounds, no 1 GiB")
    p.add_argument("--rounds", type=int, help="rounds for each workload (quick 7, otherwise 15)")
    p.add_argument("--folder", help="where files are written (default: $TMPDIR or /tmp)")
    p.add_argument("--shapes", help="a workload of your own: a file of one array per line, dims with spaces between")
    p.add_argument("--durable", action="store_true", help="saves with fsync, too")
    p.add_argument("--cold", action="store_true", help="each load finds its file outside the page cache (posix_fadvise)")
    p.add_argument("--writers", type=int, metavar="N", help="saves of N processes at once, too")
    p.add_argument("--percentiles", action="store_true", help="columns of the 90th and 99th percentile of the time (more --rounds!)")
    p.add_argument("--sweep", action="store_true", help="against bytes and against the number of arrays, too, as far as memory allows")
    p.add_argument("--paddle", action="store_true", help="Paddle 2.6.2, too")
    p.add_argument("--json", metavar="FILE")
    p.add_argument("--markdown", metavar="FILE")
    p.add_argument("--charts", metavar="FOLDER", help="SVG files, by matplotlib")
    p.add_argument("--runner", help="a built compare.cpp (default: it is built)")
    return p.parse_args()


def in_environment(args):
    """Runs this again by the Python that has the peers."""
    python = build / "venv/bin/python"
    if pathlib.Path(sys.executable) == python:
        return
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", build / "venv"], check=True)
    packages = ["numpy<2", "safetensors", "onnxruntime", "onnx"]
    packages += ["matplotlib"] if args.charts else []
    packages += ["paddlepaddle==2.6.2", "setuptools"] if args.paddle else []
    subprocess.run([python, "-m", "pip", "install", "-q", "--disable-pip-version-check", *packages], check=True)
    os.execv(python, [python, *sys.argv])


def runner(args):
    if args.runner:
        return args.runner
    made = build / "compare"
    subprocess.run(["g++", "-std=c++20", "-O2", "-DNDEBUG", "-I", here.parent / "include", here / "compare.cpp", "-o", made], check=True)
    return made


def resnet():
    made = []

    def convolution(out, into, k):
        made.append((out, into, k, k))
        made.extend([(out,)] * 4)

    convolution(64, 3, 7)
    into, width = 64, 64
    for blocks in (3, 4, 6, 3):
        for block in range(blocks):
            convolution(width, into, 1)
            convolution(width, width, 3)
            convolution(4 * width, width, 1)
            if block == 0:
                convolution(4 * width, into, 1)
            into = 4 * width
        width *= 2
    return made + [(2048, 1000), (1000,)]


def workloads(args):
    if args.shapes:
        lines = pathlib.Path(args.shapes).read_text().splitlines()
        return {"shapes": [tuple(map(int, line.split())) for line in lines]}
    made = {
        "mlp, 0.36 MB": [(784, 100), (100,), (100, 100), (100,), (100, 10), (10,)],
        "1,000 x 4 KiB": [(1024,)] * 1000,
        "10,000 x 256 B": [(64,)] * 10_000,
        "ResNet-50, 102 MB": resnet(),
    }
    if not args.quick:
        made["8 x 128 MiB"] = [(8192, 4096)] * 8
    if args.sweep:
        made.update(sweep())
    return made


def sweep():
    """Workloads that differ in one number; there are six copies of the arrays at most."""
    available = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    made = {f"one array of {size >> 10} KiB": [(size // 4,)] for size in (1 << power for power in range(12, 33, 2)) if 6 * size < available}
    made.update({f"arrays of 256 B: {count}": [(64,)] * count for count in (1, 10, 100, 1000, 10_000, 100_000)})
    return made


class Wherry:
    """compare.cpp, which measures by itself; `ask` and `answer` are the halves of a call."""

    def __init__(self, program, shapes, folder):
        listed = folder / f"shapes_{len(list(folder.glob('shapes_*')))}"  # one each: another may still read its own
        listed.write_text("".join(" ".join(map(str, dims)) + "\n" for dims in shapes))
        self.process = subprocess.Popen([program, listed], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, what, value):
        self.process.stdin.write(f"{what} {value}\n")
        self.process.stdin.flush()

    def answer(self):
        taken = int(self.process.stdout.readline())
        if taken < 0:
            raise RuntimeError("wherry failed")
        return taken

    def __call__(self, what, value):
        self.ask(what, value)
        return self.answer()

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def timed(work):
    start = time.perf_counter_ns()
    work()
    return time.perf_counter_ns() - start


def take_turns(ways, limit, rounds):
    """{way: [median, first and third quartile of the ratio, median nanoseconds]}; each way answers with its own nanoseconds."""
    taken = {name: [] for name in ways}
    for round_number in range(rounds + 1):
        order = list(ways)
        random.shuffle(order)
        now = {name: ways[name]() for name in order}
        if round_number > 0:  # the first one warms up
            for name, ns in now.items():
                taken[name].append((ns / now[limit], ns))
    made = {}
    for name, pairs in taken.items():
        first, median, third = statistics.quantiles([ratio for ratio, _ in pairs], n=4)
        times = sorted(ns for _, ns in pairs)
        made[name] = {"median": median, "first": first, "third": third, "ns": statistics.median(times),
                      **{f"p{percent}": times[-(-len(times) * percent // 100) - 1] for percent in (90, 99)}}
    return made


def storage(args, name, shapes, program, folder):
    import numpy as np
    import safetensors
    import safetensors.numpy

    arrays = {f"var_{i}": np.full(dims, i, np.float32) for i, dims in enumerate(shapes)}
    data = b"".join(array.tobytes() for array in arrays.values())
    touched = mmap.mmap(-1, len(data))
    touched.write(data)
    wherry = Wherry(program, shapes, folder)
    path = {way: folder / way for way in ("limit", "wherry", "aligned", "safetensors", "npz", "pickle", "paddle")}

    def fresh(way):
        if path[way].exists():
            path[way].unlink()
        return path[way]

    def write_all(target):
        file = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        left = memoryview(data)
        while left:
            left = left[os.write(file, left):]
        os.close(file)

    def write_and_sync(target):
        file = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        left = memoryview(data)
        while left:
            left = left[os.write(file, left):]
        os.fsync(file)
        os.close(file)

    def read_all():
        file = os.open(path["limit"], os.O_RDONLY)
        view = memoryview(touched)
        at = 0
        while at < len(data):
            at += os.preadv(file, [view[at:]], at)
        os.close(file)

    def save_pickle(target):
        with open(target, "wb") as file:
            pickle.dump(arrays, file, protocol=5)

    def load_pickle():
        with open(path["pickle"], "rb") as file:
            pickle.load(file)

    def load_npz():
        with np.load(path["npz"]) as held:
            for key in held.files:
                held[key]

    def opened():
        with safetensors.safe_open(path["safetensors"], "np") as held:
            held.keys()

    def peer(way, work):
        def turn():
            target = fresh(way)
            return timed(lambda: work(target))
        return turn

    saves = {
        "write(2)": peer("limit", write_all),
        "wherry, fast": lambda: wherry("save", fresh("wherry")),
        "wherry, atomic": lambda: wherry("save_atomic", fresh("wherry")),
        "safetensors": peer("safetensors", lambda target: safetensors.numpy.save_file(arrays, target)),
        "NumPy savez": peer("npz", lambda target: np.savez(open(target, "wb"), **arrays)),
        "pickle": peer("pickle", save_pickle),
    }
    loads = {
        "pread(2)": lambda: timed(read_all),
        "wherry, fresh scope": lambda: wherry("load", path["wherry"]),
        "wherry, existing tensors": lambda: wherry("load_existing", path["wherry"]),
        "wherry, mapped": lambda: wherry("mapped", path["aligned"]),
        "safetensors load_file": lambda: timed(lambda: safetensors.numpy.load_file(path["safetensors"])),
        "safetensors safe_open": lambda: timed(opened),
        "NumPy load": lambda: timed(load_npz),
        "pickle": lambda: timed(load_pickle),
    }
    if args.durable:
        saves["write(2) and fsync"] = peer("limit", write_and_sync)
        saves["wherry, durable"] = lambda: wherry("save_durable", fresh("wherry"))
    if len(shapes) > 10_000:  # it takes minutes
        del saves["NumPy savez"], loads["NumPy load"]
    if args.paddle and len(shapes) <= 1000:
        saves["Paddle"], loads["Paddle"] = paddle_ways(shapes, folder)
    rounds = args.rounds or (7 if args.quick else 15)
    wherry("save_aligned", fresh("aligned"))
    if args.cold:
        read_from = {"pread(2)": "limit", "wherry, mapped": "aligned", "NumPy load": "npz", "pickle": "pickle", "Paddle": "paddle"}
        for way, work in loads.items():
            used = path[read_from.get(way, way.split()[0].rstrip(","))]
            loads[way] = lambda work=work, used=used: (drop_from_cache(used), work())[1]
    made = [{"what": f"save: {name}", "limit": "write(2)", "bytes": len(data), "tensors": len(shapes),
             "ways": take_turns(saves, "write(2)", rounds)},
            {"what": f"load: {name}", "limit": "pread(2)", "bytes": len(data), "tensors": len(shapes),
             "ways": take_turns(loads, "pread(2)", rounds)}]
    wherry.close()
    for used in path.values():
        used.unlink(missing_ok=True)
    if args.writers:
        made.append({"what": f"save: {name}, {args.writers} writers at once", "limit": "write(2)", "bytes": len(data), "tensors": len(shapes),
                     "ways": at_once(args.writers, shapes, program, folder, write_all, rounds)})
    return made


def drop_from_cache(path):
    file = os.open(path, os.O_RDONLY)
    os.fsync(file)  # pages that are not written yet stay
    os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(file)


def at_once(count, shapes, program, folder, write_all, rounds):
    """Saves of `count` processes at the same time, and their limit: what the slowest one took."""
    path = [folder / f"writer_{i}" for i in range(count)]

    def serve(pipe):
        while target := pipe.recv():
            pipe.send(timed(lambda: write_all(target)))

    fork = multiprocessing.get_context("fork")  # the bytes are there already
    pipes = [fork.Pipe() for _ in path]
    limits = [fork.Process(target=serve, args=(theirs,), daemon=True) for _, theirs in pipes]
    for process in limits:
        process.start()
    writers = [Wherry(program, shapes, folder) for _ in path]

    def turn(ask, answers):
        for target in path:
            target.unlink(missing_ok=True)
        for i, target in enumerate(path):
            ask(i, target)
        return max([answer() for answer in answers])

    def ours(what):
        return lambda: turn(lambda i, target: writers[i].ask(what, target), [writer.answer for writer in writers])

    ways = {
        "write(2)": lambda: turn(lambda i, target: pipes[i][0].send(target), [mine.recv for mine, _ in pipes]),
        "wherry, fast": ours("save"),
        "wherry, atomic": ours("save_atomic"),
    }
    made = take_turns(ways, "write(2)", rounds)
    for mine, _ in pipes:
        mine.send(None)
    for process in limits:
        process.join()
    for writer in writers:
        writer.close()
    for target in path:
        target.unlink(missing_ok=True)
    return made


def paddle_ways(shapes, folder):
    import paddle
    paddle.enable_static()
    main, startup = paddle.static.Program(), paddle.static.Program()
    with paddle.static.program_guard(main, startup):
        held = [paddle.static.create_parameter(list(dims), "float32", name=f"var_{i}") for i, dims in enumerate(shapes)]
    exe = paddle.static.Executor(paddle.CPUPlace())
    exe.run(startup)
    target = folder / "paddle"

    def save_turn():
        target.unlink(missing_ok=True)
        return timed(lambda: paddle.distributed.io.save_persistables(exe, str(folder), main, filename="paddle"))

    def load_turn():
        return timed(lambda: paddle.static.io.load_vars(exe, str(folder), main, vars=held, filename="paddle"))

    return save_turn, load_turn


def inference(args, program, folder):
    import numpy as np
    import onnx
    import onnxruntime
    from onnx import TensorProto, helper, numpy_helper

    rng = np.random.default_rng(1)
    weights = [(rng.standard_normal((i, o)) * 0.05).astype(np.float32) for i, o in ((784, 100), (100, 100), (100, 10))]
    biases = [np.zeros(o, np.float32) for o in (100, 100, 10)]
    nodes, last = [], "x"
    for i in range(3):
        nodes.append(helper.make_node("Gemm", [last, f"w{i}", f"b{i}"], [f"h{i}"]))
        nodes.append(helper.make_node("Relu" if i < 2 else "Softmax", [f"h{i}"], [f"y{i}"]))
        last = f"y{i}"
    held = [numpy_helper.from_array(a, f"{letter}{i}") for letter, all_of in (("w", weights), ("b", biases)) for i, a in enumerate(all_of)]
    graph = helper.make_graph(nodes, "mlp", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, 784])],
                              [helper.make_tensor_value_info(last, TensorProto.FLOAT, [None, 10])], held)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.checker.check_model(model)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])

    def by_hand(x):
        h = np.maximum(x @ weights[0] + biases[0], 0)
        h = np.maximum(h @ weights[1] + biases[1], 0) @ weights[2] + biases[2]
        e = np.exp(h - h.max(1, keepdims=True))
        return e / e.sum(1, keepdims=True)

    wherry = Wherry(program, [(1,)], folder)
    made = []
    for batch in (1, 64):
        x = np.full((batch, 784), 0.5, np.float32)
        ways = {
            "wherry, prepared": lambda: wherry("infer", batch),
            "onnxruntime, Python": lambda: timed(lambda: session.run(None, {"x": x})),
            "NumPy by hand": lambda: timed(lambda: by_hand(x)),
        }
        made.append({"what": f"inference: 784-100-100-10, batch {batch}", "limit": "wherry, prepared", "batch": batch,
                     "ways": take_turns(ways, "wherry, prepared", 100 if args.quick else 500)})
    wherry.close()
    return made


def machine(args, program):
    import numpy
    import onnx
    import onnxruntime
    import safetensors
    cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
    comment = subprocess.run(["readelf", "-p", ".comment", program], capture_output=True, text=True).stdout  # of what really runs
    compiler = next((line.split("]")[1].strip() for line in comment.splitlines() if "]" in line), "unknown")
    load = os.getloadavg()[0]
    return {"cpu": cpu, "cores": os.cpu_count(), "system": platform.platform(), "compiler": compiler, "python": platform.python_version(), "files": args.folder or tempfile.gettempdir(),
            "numpy": numpy.__version__, **({"paddle": "2.6.2"} if args.paddle else {}), "safetensors": safetensors.__version__, "onnxruntime": onnxruntime.__version__,
            "onnx": onnx.__version__, "run as": " ".join(["compare.py", *(word for word in sys.argv[1:] if word.startswith("--"))]),
            "load average before": round(load, 1), "date": time.strftime("%Y-%m-%d")}


def shown(ns):
    return f"{ns / 1e3:.1f} us" if ns < 1e6 else f"{ns / 1e6:.1f} ms"


def markdown(found, args):
    lines = ["# wherry beside its peers", "", "`benchmarks/compare.py` made this page. x is the median of the ratios to the limit in a round,",
             "with its quartiles; below 1 a way is faster than the limit.", ""]
    lines += [f"- {key}: {value}" for key, value in found["machine"].items()]
    if found["machine"]["load average before"] > 0.5:
        lines += ["", "Other work kept the cores busy during this run: times are too long, and ratios of short work vary, as the quartiles show."]
    for row in found["rows"]:
        more = ("p90", "p99") if args.percentiles else ()
        lines += ["", f"## {row['what']}", "", f"| way | x {row['limit']} | quartiles | time |" + "".join(f" {key} |" for key in more),
                  "|---|---|---|---|" + "---|" * len(more)]
        for way, one in sorted(row["ways"].items(), key=lambda item: item[1]["median"]):
            lines.append(f"| {way} | {one['median']:.2f} | {one['first']:.2f} to {one['third']:.2f} | {shown(one['ns'])} |"
                         + "".join(f" {shown(one[key])} |" for key in more))
    if args.charts and args.markdown:
        beside = pathlib.Path(args.markdown).resolve().parent
        drawn = [pathlib.Path(os.path.relpath(chart, beside)).as_posix() for chart in charts(found, args.charts)]
        lines += ["", *(f"![{pathlib.Path(chart).stem}]({chart})" for chart in drawn)]
    return "\n".join(lines) + "\n"


def charts(found, folder):
    import matplotlib
    matplotlib.use("svg")
    matplotlib.rcParams["svg.fonttype"] = "none"
    matplotlib.rcParams["svg.hashsalt"] = "wherry"
    import matplotlib.pyplot as plt
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    swept = ("one array of ", "arrays of 256 B: ")
    made = []
    for kind in ("save", "load", "inference"):
        rows = [row for row in found["rows"] if row["what"].startswith(kind) and not any(part in row["what"] for part in swept)]
        if not rows:
            continue
        figure, axes = plt.subplots(1, len(rows), figsize=(3.2 * len(rows), 3), squeeze=False)
        for axis, row in zip(axes[0], rows):
            ways = sorted(row["ways"].items(), key=lambda item: -item[1]["median"])
            axis.barh([way for way, _ in ways], [one["median"] for _, one in ways],
                      color=["tab:blue" if way.startswith("wherry") else "tab:gray" for way, _ in ways])
            axis.set_xscale("log")
            axis.set_title(row["what"].split(": ")[1], fontsize=8)
            axis.set_xlabel(f"x {row['limit']}", fontsize=7)
            axis.tick_params(labelsize=6)
        figure.tight_layout()
        made.append(folder / f"{kind}.svg")
        figure.savefig(made[-1], metadata={"Date": None})
        plt.close(figure)
    for part, key in zip(swept, ("bytes", "tensors")):
        both = [[row for row in found["rows"] if row["what"].startswith(kind) and part in row["what"] and "writers" not in row["what"]]
                for kind in ("save", "load")]
        if not both[0]:
            continue
        figure, axes = plt.subplots(1, 2, figsize=(9, 3.5))
        for axis, rows in zip(axes, both):
            for way in rows[0]["ways"]:
                held = [(row[key], row["ways"][way]["ns"] / 1e3) for row in rows if way in row["ways"]]
                axis.plot(*zip(*held), marker=".", label=way, linewidth=2 if way.startswith("wherry") else 1)
            axis.set(xscale="log", yscale="log", xlabel=key, ylabel="us", title=rows[0]["what"].split(":")[0])
            axis.legend(fontsize=6)
        figure.tight_layout()
        made.append(folder / f"against_{key}.svg")
        figure.savefig(made[-1], metadata={"Date": None})
        plt.close(figure)
    return made


def main():
    args = arguments()
    build.mkdir(exist_ok=True)
    in_environment(args)
    program = runner(args)
    found = {"machine": machine(args, program), "rows": []}
    with tempfile.TemporaryDirectory(prefix="wherry-compare-", dir=args.folder) as scratch:
        folder = pathlib.Path(scratch)
        for name, shapes in workloads(args).items():
            found["rows"] += storage(args, name, shapes, program, folder)
        found["rows"] += inference(args, program, folder)
    page = markdown(found, args)
    print(page)
    if args.json:
        pathlib.Path(args.json).write_text(json.dumps(found, indent=1) + "\n")
    if args.markdown:
        pathlib.Path(args.markdown).write_text(page)
    if args.charts and not args.markdown:
        charts(found, args.charts)


if __name__ == "__main__":
    main()
