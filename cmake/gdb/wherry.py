"""Printers of gdb for wherry: `source .../cmake/gdb/wherry.py` in gdb or in ~/.gdbinit.

    (gdb) print tensor
    $1 = float32 [2, 3] = {1, 2, 3, 4, 5, 6}
"""
import re

import gdb
import gdb.printing

# Names and sizes as in base/dtype.hpp; how an element is read, where gdb has a type for it.
DTYPES = {
    "BOOL": ("bool", 1, "unsigned char"), "INT8": ("int8", 1, "signed char"), "UINT8": ("uint8", 1, "unsigned char"),
    "INT16": ("int16", 2, "short"), "UINT16": ("uint16", 2, "unsigned short"), "INT32": ("int32", 4, "int"),
    "UINT32": ("uint32", 4, "unsigned int"), "INT64": ("int64", 8, "long long"), "UINT64": ("uint64", 8, "unsigned long long"),
    "SIZE_T": ("size_t", 8, "unsigned long long"), "FP32": ("float32", 4, "float"), "FP64": ("float64", 8, "double"),
    "FP16": ("float16", 2, None), "BF16": ("bfloat16", 2, None), "COMPLEX64": ("complex64", 8, "float"),
    "COMPLEX128": ("complex128", 16, "double"), "FP8_E4M3FN": ("float8_e4m3fn", 1, None), "FP8_E5M2": ("float8_e5m2", 1, None),
}
SHOWN = 200  # as gdb's own `print elements`


def dims_of(shape):
    """The dims of a Shape. A std::array is its one member."""
    numbers = shape["dims_"]
    elements = numbers[numbers.type.fields()[0]]
    return [int(elements[axis]) for axis in range(int(shape["rank_"]))]


def array_text(dtype, dims, data, initialized=True):
    if not initialized:
        return "not initialized"
    name, _, c_type = DTYPES.get(str(dtype).split("::")[-1], (str(dtype), 0, None))
    text = "%s %s" % (name, dims)
    count = 1
    for dim in dims:
        count *= dim
    if name.startswith("complex"):
        count *= 2  # parts
    if c_type is None or count <= 0 or int(data) == 0:
        return text
    elements = data.cast(gdb.lookup_type(c_type).pointer())
    shown = []
    for i in range(min(count, SHOWN)):
        one = elements[i]
        shown.append(str(int(one)) if "char" in c_type else str(one))
    return "%s = {%s%s}" % (text, ", ".join(shown), "..." if count > SHOWN else "")


class Shape:
    def __init__(self, value):
        self.value = value

    def to_string(self):
        return str(dims_of(self.value))


class Tensor:
    def __init__(self, value):
        self.value = value

    def to_string(self):
        v = self.value
        return array_text(v["dtype_"], dims_of(v["dims_"]), v["memory_"]["data_"], bool(v["initialized_"]))


class TensorRef:
    def __init__(self, value):
        self.value = value

    def to_string(self):
        v = self.value
        return "%s: %s" % (v["name"].format_string(), array_text(v["dtype"], dims_of(v["dims"]), v["bytes"]["_M_ptr"]))


class Text:
    def __init__(self, value):
        self.value = value

    def to_string(self):
        data = self.value["data_"]  # null, or the size, least byte first, and then the characters
        if not int(data):
            return ""
        width = data.type.sizeof
        size = sum((int(data[i]) & 0xFF) << 8 * i for i in range(width))
        return (data + width).string(length=size)

    def display_hint(self):
        return "string"


class Error:
    """As `to_string(error)`: the code, the sentence, then every field that is set."""

    def __init__(self, value):
        self.value = value

    def to_string(self):
        v = self.value
        fields = []
        for label in ("file", "offset", "variable", "op", "expected", "found"):
            if label == "offset":
                if int(v["offset"]) != 2**64 - 1:
                    fields.append("offset %d" % int(v["offset"]))
            elif int(v[label]["data_"]):
                fields.append("%s %s" % ("operator" if label == "op" else label, Text(v[label]).to_string()))
        text = "%s: %s" % (str(v["code"]).split("::")[-1], Text(v["message"]).to_string())
        return text + (" [%s]" % ", ".join(fields) if fields else "")


class Result:
    def __init__(self, value):
        self.value = value

    def to_string(self):
        v = self.value
        if "value_" not in [f.name for f in v.type.strip_typedefs().fields()] and str(v.type.strip_typedefs()).endswith("result<void>"):
            holds = int(v["error_"]["held_"]) == 0
            return "success" if holds else Error(v["error_"]["held_"].dereference()).to_string()
        if bool(v["holds_"]):
            return "success: " + v["value_"].format_string()
        return Error(v["error_"]["held_"].dereference()).to_string()


class Sequence:
    def __init__(self, value):
        self.value = value

    def to_string(self):
        return "sequence of %d" % int(self.value["end_"] - self.value["begin_"])

    def children(self):
        begin, end = self.value["begin_"], self.value["end_"]
        for i in range(int(end - begin)):
            yield "[%d]" % i, begin[i]

    def display_hint(self):
        return "array"


class Scope:
    def __init__(self, value):
        self.value = value

    def entries(self):
        held = self.value["held_"]["entries_"]
        return held["begin_"], int(held["end_"] - held["begin_"])

    def to_string(self):
        return "Scope of %d variables" % self.entries()[1]

    def children(self):
        begin, count = self.entries()
        for i in range(count):
            pointer = begin[i]["value"]["tensor"]
            # A std::unique_ptr, opened by the printer of the standard library.
            held = gdb.default_visualizer(pointer)
            target = next(iter(held.children()))[1].dereference() if held is not None else pointer
            yield begin[i]["name"].format_string().strip('"'), target


def printers():
    made = gdb.printing.RegexpCollectionPrettyPrinter("wherry")
    for name, printer in (("Shape", Shape), ("Tensor", Tensor), ("tensor_ref", TensorRef), ("text", Text), ("error", Error),
                          ("result<.*>", Result), ("sequence<.*>", Sequence), ("Scope", Scope)):
        made.add_printer(name, r"^wherry::v\d+\w*::" + name + "$", printer)
    return made


gdb.printing.register_pretty_printer(None, printers(), replace=True)
