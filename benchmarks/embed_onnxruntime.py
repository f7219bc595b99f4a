"""One inference of the same small network (784-100-100-10, batch 1, one thread): wherry's type against onnxruntime, side by side.

  python benchmarks/embed_onnxruntime.py WHERRY      WHERRY: the wherry command; needs onnxruntime, onnx, numpy and g++

Rounds of both take turns and the best round of each counts, so that a busy machine slows both. onnxruntime is called as cheaply as Python
can, with bound arrays; how long it takes for a network that does nothing is told too. Exit status 1 when wherry takes more than 0.45 of its time.
"""
import os
import subprocess
import sys
import tempfile
import time

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
golden = os.path.join(root, "tests", "golden", "embed", "mlp")

PROGRAM = """
#include "mlp_model.hpp"
#include <wherry/embed.hpp>
#include <chrono>
#include <cstdio>
static float x[784], y[10];
int main() {
    for (float& v : x) if (std::scanf("%f", &v) != 1) return 1;
    for (char go; std::scanf(" %c", &go) == 1;) {
        const auto start = std::chrono::steady_clock::now();
        for (int i = 0; i < 1000; ++i) {
            wherry::embed::network<mlp>::run(x, y);
            asm volatile("" : : "r"(y) : "memory");
        }
        const std::chrono::duration<double, std::micro> spent = std::chrono::steady_clock::now() - start;
        std::printf("%.4f", spent.count() / 1000);
        for (const float v : y) std::printf(" %.9g", static_cast<double>(v));
        std::printf("\\n");
        std::fflush(stdout);
    }
}
"""


def build(wherry, folder):
    subprocess.run([wherry, "embed", golden, "--params-file", "params", "--name", "mlp", "--align", "64",
                    "--out", os.path.join(folder, "mlp_model.hpp")], check=True)
    source = os.path.join(folder, "run.cpp")
    with open(source, "w") as file:
        file.write(PROGRAM)
    program = os.path.join(folder, "run")
    subprocess.run(["g++", "-std=c++20", "-O3", "-march=native", "-I", os.path.join(root, "include"), "-I", folder, source, "-o", program], check=True)
    return subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def parameters():
    """Tensors of the combined file, in order: headers without LoD."""
    with open(os.path.join(golden, "params"), "rb") as file:
        data = file.read()
    at, found = 0, []
    for dims in ((100,), (784, 100), (100,), (100, 100), (10,), (100, 10)):
        at += 20 + int.from_bytes(data[at + 16:at + 20], "little")
        count = int(np.prod(dims))
        found.append(np.frombuffer(data, "<f4", count, at).reshape(dims))
        at += 4 * count
    assert at == len(data)
    return found


def session(nodes, weights, width):
    graph = helper.make_graph(nodes, "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 784])],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, width])], weights)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(made.SerializeToString(), options, providers=["CPUExecutionProvider"])


def bound(made, x, width):
    """A call of the session without arguments to convert, and what must live as long as it is called."""
    x, y = (onnxruntime.OrtValue.ortvalue_from_numpy(v) for v in (x, np.zeros((1, width), "float32")))
    binding = made.io_binding()
    binding.bind_ortvalue_input("x", x)
    binding.bind_ortvalue_output("y", y)
    return lambda: made.run_with_iobinding(binding), y, x


def microseconds(run, times=1000):
    start = time.perf_counter()
    for _ in range(times):
        run()
    return (time.perf_counter() - start) * 1e6 / times


x = np.load(os.path.join(golden, "0.x.npy"))[:1]
b0, w0, b1, w1, b2, w2 = parameters()
weights = [numpy_helper.from_array(v, n) for n, v in zip(("b0", "w0", "b1", "w1", "b2", "w2"), (b0, w0, b1, w1, b2, w2))]
node = helper.make_node
layers = [node("Gemm", ["x", "w0", "b0"], ["p"]), node("Relu", ["p"], ["q"]), node("Gemm", ["q", "w1", "b1"], ["r"]), node("Relu", ["r"], ["s"]),
          node("Gemm", ["s", "w2", "b2"], ["t"]), node("Softmax", ["t"], ["y"], axis=1)]
network, y, _held = bound(session(layers, weights, 10), x, 10)
nothing, *_kept = bound(session([node("Identity", ["x"], ["y"])], [], 784), x, 784)

with tempfile.TemporaryDirectory() as folder:
    ours = build(sys.argv[1], folder)
    ours.stdin.write(" ".join(str(v) for v in x[0]) + "\n")
    best = {"wherry": 1e9, "onnxruntime": 1e9, "nothing": 1e9}
    for _ in range(60):
        ours.stdin.write("g\n")
        ours.stdin.flush()
        said = ours.stdout.readline().split()
        best["wherry"] = min(best["wherry"], float(said[0]))
        best["onnxruntime"] = min(best["onnxruntime"], microseconds(network))
        best["nothing"] = min(best["nothing"], microseconds(nothing))
    ours.stdin.close()

difference = np.abs(np.array(said[1:], "float32") - y.numpy()[0]).max()
ratio = best["wherry"] / best["onnxruntime"]
print(f"wherry {best['wherry']:.2f} us, onnxruntime {onnxruntime.__version__} {best['onnxruntime']:.2f} us (a call that does nothing {best['nothing']:.2f} us): "
      f"ratio {ratio:.2f}, bar 0.45; largest difference {difference:.1e}")
sys.exit(0 if ratio <= 0.45 and difference <= 1e-6 else 1)
