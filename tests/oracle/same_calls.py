"""PYTHON same_calls.py CASES OUT_DIR: makes the calls of same_calls.txt in the real fluid 1.8.5.

Prints one line of JSON a case, as same_calls.cpp does: what the last call returned or a call threw, what was warned of, what the scope
holds then and which operators the program has. Files stay in OUT_DIR/CASE; bytes that were returned are the file `returned` there.
"""
from __future__ import print_function
import binascii, json, logging, os, re, sys, traceback, warnings
import numpy as np
import paddle.fluid as fluid

traceback.extract_stack = lambda *a, **k: [("file", 1, "function", "")]  # `op_callstack` names no folders
core, io, T = fluid.core, fluid.io, fluid.core.VarDesc.VarType
place = fluid.CPUPlace()


def read(path):
    with open(path, "rb") as f:
        return f.read()


def write(path, data):
    if os.path.dirname(path) and not os.path.isdir(os.path.dirname(path)):
        os.makedirs(os.path.dirname(path))
    with open(path, "wb") as f:
        f.write(data)


def numbers(text):
    return [int(n) for n in text.split(",")]


def names_of(variables):
    return [v.name for v in variables]


def shown(array, lod=()):
    array = np.asarray(array)
    return "%s %s lod %s %s" % (array.dtype.name, tuple(int(n) for n in array.shape), json.dumps([list(level) for level in lod]),
                                binascii.hexlify(array.tobytes()))


class World(object):
    """Programs and a scope of one case's own; its methods are the steps of the cases."""

    def __init__(self):
        self.main, self.startup, self.others, self.exe = fluid.Program(), fluid.Program(), fluid.Program(), fluid.Executor(place)
        self.bytes = self.loaded = None
        self.fresh()

    # what a word of a step means

    def find(self, word):
        if word in ("y", "hidden", "loss", "first"):
            return getattr(self, word)
        if word.startswith("other:"):
            return self.others.global_block().var(word[len("other:"):])
        return self.main.global_block().var(word)

    def options(self, words):
        given = dict(word.split("=", 1) for word in words)
        if "vars" in given:
            given["vars"] = [self.find(name) for name in listed(given["vars"])]
        if "predicate" in given:
            given["predicate"] = io.is_persistable if given["predicate"] == "persistable" else lambda v: False
        if "program" in given:
            made = {"other": lambda: self.others, "clone": lambda: self.main.clone(for_test=True), "parsed": self.parsed}
            given["main_program"] = made[given.pop("program")]()
        for name in ("model_filename", "params_filename"):
            if given.get(name, "").startswith("@"):
                given[name] = read(given[name][1:])
        for name in ("program_only", "export_for_deployment", "executor"):
            if name in given:
                given[name] = given[name] == "yes"
        return given

    def parsed(self):
        return fluid.Program.parse_from_string(self.main.desc.serialize_to_string())

    # worlds

    def net(self, bare=None):
        self.y = fluid.layers.fc(fluid.data("x", [-1, 4]), 2)
        self.loss = fluid.layers.mean(self.y)
        fluid.optimizer.SGD(0.1).minimize(self.loss)
        if not bare:
            self.start()

    def deep(self):
        self.hidden = fluid.layers.fc(fluid.data("x", [-1, 4]), 3, act="relu")
        self.y = fluid.layers.fc(self.hidden, 2, act="softmax")
        self.loss = fluid.layers.mean(self.y)
        fluid.optimizer.Momentum(0.1, 0.9).minimize(self.loss)
        self.start()

    def two_inputs(self):
        a, b = fluid.data("a", [-1, 3]), fluid.data("b", [-1, 2])
        self.first = fluid.layers.fc(a, 2)
        self.y = fluid.layers.elementwise_add(self.first, fluid.layers.fc(b, 2))
        self.start()

    def relu(self):
        self.y = fluid.layers.relu(fluid.data("x", [-1, 4]))

    def start(self):
        self.exe.run(self.startup)
        for i, var in enumerate(sorted(io.get_program_persistable_vars(self.main), key=lambda v: v.name)):
            self.count(var.name, ",".join(str(n) for n in var.shape), 100 * i)

    def fresh(self):
        self.scope = core.Scope()
        fluid.executor._switch_scope(self.scope)

    def count(self, name, dims, first, dtype="float32", lod=None):
        dims, first = numbers(dims), int(first)
        tensor = self.scope.var(name).get_tensor()
        tensor.set(np.arange(first, first + int(np.prod(dims))).reshape(dims).astype(dtype), place)
        if lod:
            tensor.set_lod([numbers(level) for level in lod.split("/")])

    def rows(self, name):
        held = self.scope.var(name).get_selected_rows()
        held.set_rows([7, 1, 7])
        held.set_height(10)
        held.get_tensor().set(np.arange(6).reshape(3, 2).astype("float32"), place)

    def var(self, name, kind="LOD_TENSOR", dtype="float32"):
        given = {"shape": [2], "dtype": dtype} if kind in ("LOD_TENSOR", "SELECTED_ROWS") else {}
        self.main.global_block().create_var(name=name, type=getattr(T, kind), persistable=True, **given)

    def other(self, name, dims):
        with fluid.program_guard(self.others, fluid.Program()):
            fluid.layers.create_parameter(numbers(dims), "float32", name)

    def saved(self):
        self.net()
        io.save_persistables(self.exe, "d")
        io.save_persistables(self.exe, "", filename="all")
        self.bytes = io.save_persistables(self.exe, None)
        self.fresh()

    # files

    def write(self, path, text):
        write(path, text)

    def append(self, path, text):
        write(path, read(path) + text)

    def put(self, path, at, digits):
        good, at, data = read(path), int(at), binascii.unhexlify(digits)
        write(path, good[:at] + data + good[at + len(data):])

    def cut(self, path, size):
        write(path, read(path)[:int(size)])

    def remove(self, path):
        os.remove(path)

    def more(self, text):
        self.bytes += text

    # calls

    def lists(self, which):
        program = self.main if which == "main" else self.parsed()
        order = sorted if which == "parsed" else list  # the order of a parsed program is that of a hash
        optimizer = filter(io.is_belong_to_optimizer, program.list_vars())
        return [order(names_of(v)) for v in (io.get_program_parameter(program), io.get_program_persistable_vars(program), optimizer)]

    def save_variables(self, call, dirname, words):
        returned = getattr(io, call)(self.exe, none(dirname), **self.options(words))
        if returned is None:
            return None
        self.bytes = returned
        write("returned", returned)
        return "bytes"

    def load_variables(self, call, dirname, words):
        given = self.options(words)
        if dirname == "None":
            given["filename"] = self.bytes
        getattr(io, call)(self.exe, none(dirname), **given)

    def get_parameter_value(self, name):
        return shown(io.get_parameter_value(self.find(name), self.exe))

    def get_parameter_value_by_name(self, name):
        return shown(io.get_parameter_value_by_name(name, self.exe))

    def save_inference_model(self, dirname, feeds, targets, *words):
        feeds = listed(feeds) if feeds.startswith("[") else feeds
        targets = [self.find(t) for t in listed(targets)] if targets.startswith("[") else self.find(targets)
        return io.save_inference_model(dirname, feeds, targets, self.exe, **self.options(words))

    def load_inference_model(self, dirname, *words):
        program, feeds, fetches = io.load_inference_model(none(dirname), self.exe, **self.options(words))
        return [feeds, names_of(fetches), [op.type for op in program.global_block().ops], sorted(names_of(program.list_vars()))]

    def save(self, path):
        fluid.save(self.main, path)

    def load(self, path, *words):
        given = self.options(words)
        fluid.load(given.get("main_program", self.main), path, self.exe if given.get("executor") else None, given.get("vars"))

    def load_program_state(self, path, *words):
        self.loaded = fluid.load_program_state(path, self.options(words).get("vars"))
        return [[name, shown(self.loaded[name])] for name in sorted(self.loaded)]

    def drop(self, name):
        del self.loaded[name]

    def zeros(self, name, dims, dtype):
        self.loaded[name] = np.zeros(numbers(dims), dtype)

    def set_program_state(self):
        fluid.set_program_state(self.main, self.loaded)

    # afterwards

    def held(self):
        found = {}
        for name in names_of(self.main.list_vars()):
            var = self.scope.find_var(name)
            if var is None:
                continue
            try:
                tensor, rows = var.get_tensor(), None
            except Exception:  # it is of another kind
                try:
                    rows = var.get_selected_rows()
                    tensor = rows.get_tensor()
                except Exception:
                    continue
            if not tensor._is_initialized():
                continue
            if rows is None:
                found[name] = shown(tensor, tensor.lod())
            else:
                found[name] = "rows %s of %d: %s" % ([int(r) for r in rows.rows()], rows.height(), shown(tensor))
        return found


def none(word):
    return None if word == "None" else word


def listed(word):
    return [name for name in word.strip("[]").split(",") if name]


def take(world, step):
    """One step; what it returns."""
    words = ["" if word == '""' else word for word in step.split()]
    call = words[0].replace("loaded.", "")
    if re.match("(save|load)_(vars|params|persistables)$", call):
        return (world.save_variables if call.startswith("save") else world.load_variables)(call, words[1], words[2:])
    return getattr(world, call)(*words[1:])


def sentence(e):
    """What an exception says, without where in Paddle's sources it was raised and without how Python 2 and C++ spell types."""
    text = str(e)
    if "Error Message Summary:" in text:
        text = text.split("Error Message Summary:")[1].lstrip("\n-")
    for furniture in ("\n  [Hint:", " at (/", "\n  [operator <"):
        text = text.split(furniture)[0]
    return plain(text)


def plain(text):
    text = re.sub(r"\b(\d+)L\b", r"\1", text.strip())
    return re.sub(r"N6paddle9framework\d+(\w+)E", r"\1", text)


class Log(logging.Handler):
    """Keeps warnings of fluid.io's log; errors there are exceptions too."""
    kept = []

    def emit(self, record):
        if record.levelno == logging.WARNING:
            self.kept.append(["Warning", plain(record.getMessage())])


def run(name, steps):
    world, Log.kept = World(), []
    answer = {"case": name, "outcome": "ok", "message": "", "returned": None}
    with warnings.catch_warnings(record=True) as caught, fluid.program_guard(world.main, world.startup), fluid.unique_name.guard():
        warnings.simplefilter("always")
        try:
            for step in steps.split(";"):
                answer["returned"] = take(world, step)
        except Exception as e:
            answer.update(outcome=type(e).__name__, message=sentence(e), returned=None)
    said = [[w.category.__name__, str(w.message)] for w in caught]
    answer["warnings"] = [w for w in said if w[1] != "The following exception is not an EOF exception."] + Log.kept
    answer["operators"] = [op.type for op in world.main.global_block().ops]
    answer["scope"] = world.held()
    print(json.dumps(answer, sort_keys=True))


logging.getLogger("paddle.fluid.io").handlers = [Log()]
out = os.path.abspath(sys.argv[2])
with open(sys.argv[1]) as cases:
    lines = [line.strip().split(": ", 1) for line in cases if line.strip() and not line.startswith("#")]
for name, steps in lines:
    os.makedirs(os.path.join(out, name))
    os.chdir(os.path.join(out, name))
    run(name, steps)
