"""The cases of op_cases/operators.py: one operator each, with inputs, attributes and the outputs that are compared.

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
    for axes, starts, ends in (([0], [0], [1]), ([1], [-2], [100]), ([2], [1], [-1]), ([0, 2], [1, 0], [2, 3]), ([1], [-100], [-1]), ([1], [5], [100]), ([1], [2], [1]), ([1], [0], [-100]), ([3], [1], [3]), ([1], [1, 2], [2])):
        yield one(axes=axes, starts=starts, ends=ends)
    yield one(axes=[], starts=[], ends=[], _since="2.6")
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


def assembly():
    x = count(2, 3, 4)
    for axis in (0, 1, -1, 3, 4, -4, -5):
        yield case("stack", {"X": [x, x + 100, x + 200]}, {"Y": 1}, axis=axis)
    yield case("stack", {"X": [ints(1), ints(2)]}, {"Y": 1}, axis=0, _dtype="int32")
    yield case("stack", {"X": [x, count(2, 3)]}, {"Y": 1}, axis=0)
    for axis, n in ((0, 2), (1, 3), (-1, 4), (3, 2)):
        yield case("unstack", {"X": x}, {"Y": n}, axis=axis, num=n)
        yield case("unbind", {"X": x}, {"Out": n}, axis=axis, _since="2.6" if axis == 3 else "1.8")
    for axis, num, sections in ((0, 2, []), (2, 2, []), (1, 3, []), (1, 0, [1, 2]), (2, 0, [1, -1, 1]), (2, 3, []), (1, 0, [1, 1]), (3, 2, [])):
        yield case("split", {"X": x}, {"Out": len(sections) or num}, axis=axis, num=num, sections=sections, _since="2.6" if axis == 3 else "1.8")
    yield case("split", {"X": x.astype("int64")}, {"Out": 2}, axis=0, num=2, _dtype="int64")
    yield case("split", {"X": x, "AxisTensor": ints(2)}, {"Out": 2}, axis=0, num=2, _since="2.7")
    for times in ([1, 1, 1], [2, 1, 3], [1, 4, 1], [2, 2], [0, 1, 1], [-1, 1, 1]):
        yield case("expand", {"X": x}, {"Out": 1}, expand_times=times)
    for times in ([1, 1, 1], [2, 1, 3], [2], [3, 2], [2, 1, 1, 1], [0, 1, 1], [-2, 1, 1]):
        yield case("tile", {"X": x}, {"Out": 1}, repeat_times=times)
    thin = count(1, 3, 1)
    for shape in ([2, 3, 4], [-1, 3, 5], [2, 2, 3, 1], [1, 3, 1], [2, 4, 1], [3, 1], [-1, -1, -1], [5, -1, 3, 2]):
        yield case("expand_v2", {"X": thin}, {"Out": 1}, shape=shape)
        yield case("expand_as_v2", {"X": thin}, {"Out": 1}, target_shape=shape) if -1 not in shape else case("expand_v2", {"X": x}, {"Out": 1}, shape=shape)
    yield case("expand_as_v2", {"X": thin, "Y": x}, {"Out": 1}, target_shape=[2, 3, 4])
    yield case("expand_as", {"X": thin, "target_tensor": x}, {"Out": 1})
    yield case("expand_as", {"X": x, "target_tensor": count(4, 3, 8)}, {"Out": 1})


def padding():
    x = count(2, 3)
    for dtype in ("float32", "float64", "int32", "int64"):
        yield case("pad", {"X": x.astype(dtype)}, {"Out": 1}, paddings=[0, 1, 2, 0], pad_value=7.0, _since="2.6", _dtype=dtype)
    yield case("pad", {"X": x}, {"Out": 1}, paddings=[0, 1, 2, 0], pad_value=7.5)
    yield case("pad", {"X": count(2, 3, 2, 2)}, {"Out": 1}, paddings=[0, 0, 1, 1, 2, 0, 0, 3])
    yield case("pad", {"X": x}, {"Out": 1}, paddings=[0, 0, 0])
    for mode in ("constant", "reflect", "edge"):
        for layout, image in (("NCHW", count(2, 2, 3, 4)), ("NHWC", count(2, 3, 4, 2))):
            yield case("pad2d", {"X": image}, {"Out": 1}, paddings=[1, 2, 2, 1], mode=mode, data_format=layout, pad_value=3.0, _until="1.8")
            yield case("pad2d", {"X": image}, {"Out": 1}, paddings=[0, 0, 3, 0], mode=mode, data_format=layout, _until="1.8")
    yield case("pad2d", {"X": count(2, 2, 3, 4)}, {"Out": 1}, paddings=[3, 0, 0, 0], mode="reflect", data_format="NCHW", _since="2.6")
    for mode in ("constant", "reflect", "replicate", "circular"):
        for layout, volume in (("NCDHW", count(1, 2, 3, 4, 3)), ("NDHWC", count(1, 3, 4, 3, 2))):
            yield case("pad3d", {"X": volume}, {"Out": 1}, paddings=[1, 2, 2, 1, 0, 2], mode=mode, data_format=layout, value=3.0)
    yield case("pad3d", {"X": count(1, 2, 3, 4, 3)}, {"Out": 1}, paddings=[4, 0, 0, 0, 0, 0], mode="reflect", data_format="NCDHW")


def choosing():
    x = count(4, 3, 2)
    for dtype in ("int32", "int64"):
        yield case("gather", {"X": x, "Index": ints(2, 0, 2, dtype=dtype)}, {"Out": 1})
        yield case("gather", {"X": x, "Index": ints(2, 0, dtype=dtype)}, {"Out": 1}, axis=1, _since="2.6")
        yield case("index_select", {"X": x, "Index": ints(2, 0, 2, dtype=dtype)}, {"Out": 1}, dim=1)
        yield case("gather_nd", {"X": x, "Index": ints(2, 0, 1, 2, dtype=dtype).reshape(2, 2)}, {"Out": 1})
    yield case("gather", {"X": x, "Index": ints(2, 0).reshape(2, 1)}, {"Out": 1})
    yield case("gather", {"X": x, "Index": np.int64(2).reshape(())}, {"Out": 1}, axis=1, _since="2.6")
    yield case("gather", {"X": x, "Index": ints(1, 0), "Axis": ints(2)}, {"Out": 1}, _since="2.7")
    yield case("gather", {"X": x.astype("int64"), "Index": ints(3)}, {"Out": 1}, _dtype="int64")
    yield case("gather", {"X": x, "Index": ints(-1)}, {"Out": 1}, _since="2.6")
    yield case("index_select", {"X": x, "Index": ints(-1, 1)}, {"Out": 1}, dim=-1, _since="2.6")
    yield case("index_select", {"X": x, "Index": ints(0, 1)}, {"Out": 1}, dim=-1)
    yield case("index_select", {"X": x, "Index": ints(4, 1)}, {"Out": 1}, dim=0)
    yield case("gather_nd", {"X": x, "Index": ints(1, 2, 1).reshape(1, 3)}, {"Out": 1})
    yield case("gather_nd", {"X": x, "Index": ints(1)}, {"Out": 1}, _since="2.6")
    yield case("gather_nd", {"X": x, "Index": ints(-1, 0).reshape(1, 2)}, {"Out": 1}, _since="2.6")
    yield case("gather_nd", {"X": x, "Index": ints(4, 0).reshape(1, 2)}, {"Out": 1}, _since="2.6")


def constants():
    x = count(3, 2)
    for dtype, number in (("float32", 5), ("int32", 2), ("int64", 3)):
        yield case("fill_constant_batch_size_like", {"Input": x}, {"Out": 1}, shape=[-1, 4], dtype=number, value=2.0, _dtype=dtype)
        yield case("fill_any_like", {"X": x}, {"Out": 1}, dtype=number, value=2.0, _dtype=dtype)
    yield case("fill_constant_batch_size_like", {"Input": x}, {"Out": 1}, shape=[4, 7], input_dim_idx=1, output_dim_idx=1, dtype=5, value=0.5)
    yield case("fill_constant_batch_size_like", {"Input": x}, {"Out": 1}, shape=[4, 7], input_dim_idx=5, output_dim_idx=1, dtype=5)
    yield case("fill_any_like", {"X": x}, {"Out": 1}, value=2.5)
    yield case("fill_zeros_like", {"X": x}, {"Out": 1})
    yield case("assign_value", {}, {"Out": 1}, shape=[2, 2], dtype=5, fp32_values=[1.0, 2.5, -3.0, 4.0])
    yield case("assign_value", {}, {"Out": 1}, shape=[2], dtype=2, int32_values=[1, -2], _dtype="int32")
    yield case("assign_value", {}, {"Out": 1}, shape=[2], dtype=3, int64_values=[1, -2], _dtype="int64")
    yield case("assign_value", {}, {"Out": 1}, shape=[2], dtype=0, bool_values=[1, 0], _dtype="bool")
    for dtype in ("float32", "int32", "int64"):
        yield case("increment", {"X": np.array([3], dtype)}, {"Out": 1}, step=2.0, _dtype=dtype)
    yield case("increment", {"X": x}, {"Out": 1}, step=2.0)


def comparisons():
    x, y = np.array([[1, 2, 3], [3, 2, 1]], "float32"), np.array([[1, 3, 2], [3, 3, 3]], "float32")
    for op in ("equal", "not_equal", "less_than", "less_equal", "greater_than", "greater_equal"):
        for dtype in ("float32", "float64", "int32", "int64"):
            yield case(op, {"X": x.astype(dtype), "Y": y.astype(dtype)}, {"Out": 1}, _dtype="bool")
        yield case(op, {"X": x, "Y": y[0]}, {"Out": 1}, _dtype="bool")
        yield case(op, {"X": x, "Y": x[:, 0]}, {"Out": 1}, axis=0, _dtype="bool", _since="1.8")
        yield case(op, {"X": x, "Y": np.array([2], "float32")}, {"Out": 1}, _dtype="bool")
    yield case("equal", {"X": x > 1, "Y": y > 2}, {"Out": 1}, _dtype="bool", _since="2.6")
    for op in ("logical_and", "logical_or", "logical_xor"):
        yield case(op, {"X": x > 1, "Y": y > 2}, {"Out": 1}, _dtype="bool")
        yield case(op, {"X": x.astype("int64") - 1, "Y": y.astype("int64") - 2}, {"Out": 1}, _dtype="bool", _since="2.6")
    yield case("logical_not", {"X": x > 1}, {"Out": 1}, _dtype="bool")
    yield case("where", {"Condition": x > 1, "X": x, "Y": y}, {"Out": 1})
    yield case("where", {"Condition": x > 1, "X": x.astype("int64"), "Y": y.astype("int64")}, {"Out": 1}, _dtype="int64")


def places():
    x = some(3, 4, 2)
    ties = np.array([[2, 5, 5, 1], [3, 3, 3, 3]], "float32")
    for op in ("arg_max", "arg_min"):
        for axis in (0, 1, -1, 3, -4):
            yield case(op, {"X": x}, {"Out": 1}, axis=axis, dtype=3, _dtype="int64")
        yield case(op, {"X": x}, {"Out": 1}, axis=1, keepdims=True, dtype=2, _dtype="int32")
        yield case(op, {"X": x}, {"Out": 1}, axis=0, flatten=True, dtype=3, _dtype="int64", _since="2.6")
        yield case(op, {"X": ties}, {"Out": 1}, axis=1, dtype=3, _dtype="int64")
        yield case(op, {"X": ties[0]}, {"Out": 1}, axis=0, dtype=3, _dtype="int64", _since="2.6")  # 1.8.5 gives []
        yield case(op, {"X": ties.astype("int64")}, {"Out": 1}, axis=1, dtype=3, _dtype="int64")
    for down in (False, True):
        for axis in (0, 1, -1):
            yield case("argsort", {"X": x}, {"Out": 1, "Indices": 1}, axis=axis, descending=down)
            yield case("argsort", {"X": x.astype("float64")}, {"Out": 1, "Indices": 1}, axis=axis, descending=down)
        yield case("argsort", {"X": np.array([3, 1, 2], "int64")}, {"Out": 1, "Indices": 1}, descending=down)
        yield case("argsort", {"X": ties}, {"Out": 1, "Indices": 1}, descending=down, _since="2.6")
    for largest in (True, False):
        for axis, k in ((-1, 2), (0, 2), (1, 3), (1, 4), (1, 5), (1, 0), (3, 1)):
            yield case("top_k_v2", {"X": x}, {"Out": 1, "Indices": 1}, axis=axis, k=k, largest=largest)
    yield case("top_k_v2", {"X": np.array([3, 1, 2], "int64")}, {"Out": 1, "Indices": 1}, k=2)


def rearranging():
    x = count(2, 3, 4)
    for axes in ([0], [1, 2], [-1], [3]):
        yield case("flip", {"X": x}, {"Out": 1}, axis=axes, _since="2.6")
        yield case("flip", {"X": x}, {"Out": 1}, dims=axes, _until="1.8")
    for shifts, axes in (([1], [1]), ([-5, 2], [0, 2]), ([7], []), ([1, 2], [1, 1]), ([1], [3])):
        yield case("roll", {"X": x}, {"Out": 1}, shifts=shifts, axis=axes, _since="2.6")
    for layout, image in (("NCHW", count(2, 8, 2, 3)), ("NHWC", count(2, 2, 3, 8))):
        yield case("pixel_shuffle", {"X": image}, {"Out": 1}, upscale_factor=2, data_format=layout, _since="2.6")
        yield case("pixel_shuffle", {"X": image}, {"Out": 1}, upscale_factor=3, data_format=layout, _since="2.6")
    yield case("pixel_shuffle", {"X": count(2, 9, 2, 3)}, {"Out": 1}, upscale_factor=3)
    for diagonal in (-1, 0, 1, 5):
        for lower in (True, False):
            yield case("tril_triu", {"X": x}, {"Out": 1}, diagonal=diagonal, lower=lower)
    for dtype in ("float32", "float64", "int32", "int64"):
        for axis in (0, 1, -1):
            for exclusive in (False, True):
                for reverse in (False, True):
                    yield case("cumsum", {"X": x.astype(dtype)}, {"Out": 1}, axis=axis, exclusive=exclusive, reverse=reverse, _since="2.6")
    yield case("cumsum", {"X": x}, {"Out": 1}, flatten=True, _since="2.6")
    yield case("cumsum", {"X": x}, {"Out": 1}, axis=3, _since="2.6")


def reducing():
    x = some(2, 3, 4)
    for op in ("reduce_max", "reduce_min", "reduce_prod"):
        for dim in ([0], [1], [-1], [0, 2], [3]):
            yield case(op, {"X": x}, {"Out": 1}, dim=dim)
        yield case(op, {"X": x}, {"Out": 1}, dim=[1], keep_dim=True)
        yield case(op, {"X": x}, {"Out": 1}, reduce_all=True)
        yield case(op, {"X": count(3, 2, start=-2, dtype="int64")}, {"Out": 1}, dim=[0], _dtype="int64")
        yield case(op, {"X": count(3, 2, start=-2, dtype="int32")}, {"Out": 1}, dim=[0], _dtype="int32")
    for op in ("reduce_any", "reduce_all"):
        yield case(op, {"X": x > 0}, {"Out": 1}, dim=[1], _dtype="bool")
        yield case(op, {"X": x > 0}, {"Out": 1}, reduce_all=True, _dtype="bool")
    for p in (2.0, 1.0, 3.0, 0.0, float("inf"), float("-inf")):
        since = "1.8" if 0 < p < 10 else "2.6"
        yield case("p_norm", {"X": x}, {"Out": 1}, porder=p, axis=1, _since=since)
        yield case("p_norm", {"X": x}, {"Out": 1}, porder=p, axis=-1, keepdim=True, _since=since)
    yield case("p_norm", {"X": x}, {"Out": 1}, asvector=True, _since="2.6")
    for axis in (0, 1, -1, 3):
        yield case("log_softmax", {"X": x}, {"Out": 1}, axis=axis)
    yield case("bmm", {"X": some(2, 3, 4), "Y": some(2, 4, 5)}, {"Out": 1}, _tolerance=1e-5)
    yield case("bmm", {"X": some(2, 3, 4), "Y": some(1, 4, 5)}, {"Out": 1})
    yield case("bmm", {"X": some(3, 4), "Y": some(4, 5)}, {"Out": 1})


def rare_binary():
    x, y = np.array([7, -7, 7, -7, 6, -6], "float32"), np.array([3, 3, -3, -3, 2, 2], "float32")
    for op in ("elementwise_mod", "elementwise_floordiv", "elementwise_pow"):
        for dtype in ("float32", "float64", "int32", "int64"):
            yield case(op, {"X": x.astype(dtype), "Y": y.astype(dtype)}, {"Out": 1}, _dtype=dtype, _since="2.6" if dtype[0] == "f" else "1.8")
        yield case(op, {"X": x.reshape(2, 3), "Y": y[:3]}, {"Out": 1}, _since="2.6")
        yield case(op, {"X": x.reshape(2, 3), "Y": y[1:3]}, {"Out": 1}, axis=0, _since="2.6")
    yield case("elementwise_mod", {"X": ints(5), "Y": ints(0)}, {"Out": 1}, _since="2.6")
    yield case("elementwise_floordiv", {"X": ints(5), "Y": ints(0)}, {"Out": 1}, _since="2.6")


def encoding():
    i = ints(1, 0, 3, dtype="int64")
    yield case("one_hot_v2", {"X": i}, {"Out": 1}, depth=4, dtype=5)
    yield case("one_hot_v2", {"X": i.astype("int32").reshape(3, 1)}, {"Out": 1}, depth=4, dtype=3, _dtype="int64")
    yield case("one_hot_v2", {"X": i}, {"Out": 1}, depth=2, _since="2.6")
    yield case("one_hot_v2", {"X": i}, {"Out": 1}, depth=2, allow_out_of_range=True)
    yield case("one_hot", {"X": i.reshape(3, 1)}, {"Out": 1}, depth=4)
    image = some(2, 3, 2, 2)
    yield case("prelu", {"X": image, "Alpha": np.array([0.1], "float32")}, {"Out": 1}, mode="all")
    yield case("prelu", {"X": image, "Alpha": some(3)}, {"Out": 1}, mode="channel", _since="2.6")
    yield case("prelu", {"X": image, "Alpha": some(2)}, {"Out": 1}, mode="channel", data_format="NHWC", _since="2.6")
    yield case("prelu", {"X": image, "Alpha": some(1, 3, 2, 2)}, {"Out": 1}, mode="element", _since="2.6")
    yield case("prelu", {"X": image, "Alpha": some(2)}, {"Out": 1}, mode="channel", _since="2.6")


def sequences():
    x, lod = some(6, 3), [[2, 0, 3, 1]]
    full = [[2, 3, 1]]
    for kind in ("AVERAGE", "SUM", "SQRT", "MAX", "LAST", "FIRST"):
        yield case("sequence_pool", {"X": (x, full)}, {"Out": 1, "MaxIndex": "hidden"}, pooltype=kind, is_test=True)
        yield case("sequence_pool", {"X": (x, lod)}, {"Out": 1, "MaxIndex": "hidden"}, pooltype=kind, is_test=True, pad_value=7.0)
        yield case("sequence_pool", {"X": (x, [[1, 2], [2, 3, 1]])}, {"Out": 1, "MaxIndex": "hidden"}, pooltype=kind, is_test=True)
    yield case("sequence_softmax", {"X": (some(6, 1), full)}, {"Out": 1})
    for length, start in ((3, -1), (4, -2), (1, 0), (2, 1), (3, 0)):
        yield case("sequence_conv", {"X": (x, full), "Filter": some(3 * length, 4)}, {"Out": 1}, contextLength=length, contextStart=start,
                   contextStride=1, _tolerance=1e-5)
    yield case("sequence_expand", {"X": some(3, 2), "Y": (some(6, 1), full)}, {"Out": 1}, ref_level=0)
    yield case("sequence_expand", {"X": (some(4, 2), [[1, 2, 1]]), "Y": (some(6, 1), full)}, {"Out": 1}, ref_level=-1)
    yield case("sequence_expand", {"X": (some(4, 2), [[3, 1]]), "Y": (some(6, 1), [[2, 1], [2, 3, 1]])}, {"Out": 1}, ref_level=0)
    yield case("sequence_expand_as", {"X": some(3, 2), "Y": (some(6, 1), full)}, {"Out": 1})
    yield case("sequence_concat", {"X": [(x, full), (some(5, 3), [[1, 2, 2]])]}, {"Out": 1})
    yield case("lod_reset", {"X": x}, {"Out": 1}, target_lod=[0, 4, 6])
    yield case("lod_reset", {"X": (x, full), "Y": (some(6, 1), [[5, 1]])}, {"Out": 1})
    for d in (1, 4):
        for back in (False, True):
            for peepholes in (False, True):
                yield case("lstm", {"Input": (some(6, 4 * d), full), "Weight": some(d, 4 * d, by=0.3), "Bias": some(1, (7 if peepholes else 4) * d, by=0.2)},
                           {"Hidden": 1, "Cell": 1, "BatchGate": "hidden", "BatchCellPreAct": "hidden"}, use_peepholes=peepholes, is_reverse=back, _tolerance=1e-5)
            yield case("gru", {"Input": (some(6, 3 * d), full), "Weight": some(d, 3 * d, by=0.3), "Bias": some(1, 3 * d, by=0.2)},
                       {"Hidden": 1, "BatchGate": "hidden", "BatchResetHiddenPrev": "hidden", "BatchHidden": "hidden"}, is_reverse=back, origin_mode=back, _tolerance=1e-5)
    yield case("gru", {"Input": (some(6, 6), full), "Weight": some(2, 6, by=0.3), "H0": some(3, 2)},
               {"Hidden": 1, "BatchGate": "hidden", "BatchResetHiddenPrev": "hidden", "BatchHidden": "hidden"}, _tolerance=1e-5)
    yield case("lstm", {"Input": (some(6, 8), full), "Weight": some(2, 8, by=0.3), "Bias": some(1, 8), "H0": some(3, 2), "C0": some(3, 2, phase=1)},
               {"Hidden": 1, "Cell": 1, "BatchGate": "hidden", "BatchCellPreAct": "hidden"}, use_peepholes=False, gate_activation="sigmoid",
               cell_activation="relu", candidate_activation="tanh", _tolerance=1e-5)


def cases():
    for family in (sequences, rearranging, reducing, rare_binary, encoding, unary, transposes, same_elements, slices, assembly, padding, choosing, constants, comparisons, places):
        for made in family():
            yield made
