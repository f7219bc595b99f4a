"""The cases of compare_operators.py: one operator each, with inputs, attributes and the outputs that are compared.

An input is an array, (array, LoD as lengths), or a list of these; an output is how many variables its slot has, or "hidden".
"""
import numpy as np


def some(*shape, **options):
    """Numbers that differ, of both signs, none 0."""
    count = int(np.prod(shape)) if shape else 1
    wave = np.sin(options.get("phase", 0.3) + 1.7 * np.arange(count))
    return (wave + np.where(wave < 0, -0.5, 0.5)).reshape(shape).astype(options.get("dtype", "float32")) * np.float32(options.get("by", 1))


def count(*shape, **options):
    made = np.arange(int(np.prod(shape)) if shape else 1).reshape(shape) + options.get("start", 0)
    return made.astype(options.get("dtype", "float32"))


def ints(*numbers, **options):
    return np.array(numbers, options.get("dtype", "int32"))


def case(op, inputs, outputs, **attrs):
    options = {k[1:]: attrs.pop(k) for k in list(attrs) if k.startswith("_")}
    return dict(op=op, inputs=inputs, outputs=outputs, attrs=attrs, **options)


def unary():
    wide = np.array([-90, -20.5, -6, -3, -2.5, -1.5, -0.5, -0.0, 0.0, 0.5, 1.5, 2.5, 3, 5.9, 6, 7.5, 21, 90], "float32")
    positive = np.array([1e-30, 0.25, 1, 2, 1e10], "float32")
    few = wide[2:-3]
    one = lambda op, x, **attrs: case(op, {"X": x}, {"Out": 1}, **attrs)
    for x in (wide, wide.astype("float64"), some(2, 3, 5)):
        for op in ("relu6", "leaky_relu", "hard_sigmoid", "hard_swish", "swish", "silu", "mish", "gelu", "elu", "softplus", "abs", "reciprocal",
                   "floor", "ceil", "round", "sin", "cos", "erf"):
            yield one(op, x)
        yield one("gelu", x, approximate=True)
        yield one("leaky_relu", x, alpha=0.1)
        yield one("leaky_relu", x, alpha=0.0)
        yield one("elu", x, alpha=0.5)
        yield one("hard_sigmoid", x, slope=1.0 / 6, offset=0.25)
        yield one("hard_swish", x, threshold=5.0, scale=4.0, offset=2.0)
        yield one("softplus", x, beta=2.0, threshold=3.0, _since="2.6", _tolerance=1e-6)
        yield one("pow", x, factor=2.0)
        yield one("pow", x, factor=3.0)
    for x in (few, few.astype("float64")):
        yield one("exp", x)
    for x in (positive, positive.astype("float64")):
        for op in ("log", "rsqrt"):
            yield one(op, x)
        yield one("pow", x, factor=0.5)
        yield case("pow", {"X": x, "FactorTensor": np.array([1.5], "float32")}, {"Out": 1}, factor=2.0, _tolerance=1e-5)
    for dtype in ("int32", "int64"):
        yield one("abs", ints(-3, 0, 7, dtype=dtype))
        yield one("pow", ints(-3, 0, 7, dtype=dtype), factor=2.0)
    yield one("exp", np.zeros((0, 3), "float32"), _since="2.6")


X = {"Out": 1, "XShape": "hidden"}


def transposes():
    x = count(2, 3, 4)
    for axis in ([0, 1, 2], [2, 0, 1], [1, 0, 2], [2, 1, 0]):
        for dtype in ("float32", "float64", "int32", "int64"):
            yield case("transpose2", {"X": x.astype(dtype)}, X, axis=axis)
        yield case("transpose", {"X": x}, {"Out": 1}, axis=axis)
    yield case("transpose2", {"X": x.astype("uint8")}, X, axis=[2, 0, 1], _since="2.6")
    yield case("transpose2", {"X": x > 4}, X, axis=[2, 0, 1], _since="2.6")
    yield case("transpose2", {"X": count(2, 5, 7, 3)}, X, axis=[0, 2, 3, 1])
    yield case("transpose2", {"X": count(2, 5, 7, 3)}, X, axis=[0, 3, 1, 2])
    yield case("transpose2", {"X": count(2, 37, 41)}, X, axis=[0, 2, 1])
    yield case("transpose2", {"X": count(2, 3, 4, 3, 2)}, X, axis=[2, 0, 3, 1, 4])
    yield case("transpose2", {"X": count(0, 3, 4)}, X, axis=[2, 0, 1], _since="2.6")
    for axis in ([-1, 0, 1], [], [0, 0, 1], [0, 1], [0, 1, 3], [-4, 0, 1]):
        yield case("transpose2", {"X": x}, X, axis=axis, _since="2.6")


def same_elements():
    x = count(1, 2, 3, 4)
    for axis in (0, 1, 2, 4, 5, -1):
        yield case("flatten2", {"X": x}, X, axis=axis)
        yield case("flatten", {"X": x}, {"Out": 1}, axis=axis)
    for start, stop in ((1, 3), (0, 3), (1, 2), (-3, -1), (2, 2), (2, 1)):
        yield case("flatten_contiguous_range", {"X": x}, X, start_axis=start, stop_axis=stop)
    scalar = np.float32(3).reshape(())
    yield case("flatten2", {"X": scalar}, X, axis=0, _since="2.6")
    yield case("flatten_contiguous_range", {"X": scalar}, X, start_axis=0, stop_axis=0)
    yield case("squeeze2", {"X": scalar}, X, axes=[0], _since="2.6")
    x = count(1, 2, 1, 3, 1)
    for axes in ([], [0], [0, 2], [-1], [0, 0], [0, 2, 4], [5], [-6]):
        yield case("squeeze2", {"X": x}, X, axes=axes)
        yield case("squeeze", {"X": x}, {"Out": 1}, axes=axes)
    yield case("squeeze2", {"X": x}, X, axes=[1], _since="2.6")
    for axes in ([0], [0, 2], [-1], [3], [1, 2], [0, 0], [2, 0], [-4, 0], [4], [0, 1, 2, 3]):
        yield case("unsqueeze2", {"X": count(2, 3, 4)}, X, axes=axes)
        yield case("unsqueeze", {"X": count(2, 3, 4)}, {"Out": 1}, axes=axes)
    for dims in ([24], [2, -1], [0, 0, 4], [-1], [4, 3, 2]):
        yield case("reshape", {"X": count(2, 3, 4)}, {"Out": 1}, shape=dims)
    yield case("shape", {"Input": x}, {"Out": 1}, _dtype="int32")
    yield case("shape", {"Input": scalar}, {"Out": 1}, _dtype="int32", _since="2.6")
    yield case("size", {"Input": x}, {"Out": 1}, _dtype="int64")


def slices():
    x = count(2, 3, 4)
    one = lambda **attrs: case("slice", {"Input": x}, {"Out": 1}, **attrs)
    for axes, starts, ends in (([0], [0], [1]), ([1], [-2], [100]), ([2], [1], [-1]), ([0, 2], [1, 0], [2, 3]), ([1], [-100], [-1]),
                               ([], [], []), ([1], [5], [100]), ([1], [2], [1]), ([1], [0], [-100]), ([3], [1], [3]), ([1], [1, 2], [2])):
        yield one(axes=axes, starts=starts, ends=ends)
    for axes, starts, ends, gone in (([1], [1], [2], [1]), ([0, 1, 2], [0, 1, 2], [1, 2, 3], [0, 1, 2]), ([0, 2], [1, 1], [2, 3], [0]),
                                     ([1], [1], [3], [1]), ([1], [1], [2], [0]), ([1], [1], [2], [7]), ([1], [-1], [0], [1])):
        yield one(axes=axes, starts=starts, ends=ends, decrease_axis=gone)
    for dtype in ("int32", "int64", "float64"):
        yield case("slice", {"Input": x.astype(dtype)}, {"Out": 1}, axes=[1], starts=[1], ends=[3])
    for start, end, step in ((0, 3, 2), (1, 3, 1), (-1, -100, -1), (2, 0, -1), (2, -1, -1), (-1, -3, -2), (100, -100, -2), (-1, -4, -1), (0, 3, 0),
                             (0, 2, -1), (-2, 100, 1)):
        yield case("strided_slice", {"Input": x}, {"Out": 1}, axes=[1], starts=[start], ends=[end], strides=[step], infer_flags=[1])
    yield case("strided_slice", {"Input": count(5, 6)}, {"Out": 1}, axes=[0, 1], starts=[4, 1], ends=[0, 6], strides=[-2, 2], infer_flags=[1, 1])
    yield case("strided_slice", {"Input": x}, {"Out": 1}, axes=[1], starts=[1], ends=[2], strides=[1], infer_flags=[1], decrease_axis=[1])


def cases():
    for family in (unary, transposes, same_elements, slices):
        for made in family():
            yield made
