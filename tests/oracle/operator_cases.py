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


def cases():
    for family in (unary,):
        for made in family():
            yield made
