# The cases of ../operator_cases.py that this Paddle has operators for; each number of a result is compared by itself. See ../op_cases.py.
import operator_cases

for made in operator_cases.cases():
    here = "2.6" if V2 else "1.8"
    if made["op"] not in known_operators() or not made.get("since", "1.8") <= here <= made.get("until", "9"):
        continue
    arrays = {slot: given if isinstance(given, list) else [given] for slot, given in made["inputs"].items()}
    shown = {slot: ["%s%s" % (a[0].dtype, a[0].shape) + " lod %s" % (a[1],) if isinstance(a, tuple) else "%s%s" % (a.dtype, a.shape) for a in given]
             for slot, given in arrays.items()}
    case(made["op"], {slot: [lod(a[0], *a[1]) if isinstance(a, tuple) else a for a in given] for slot, given in arrays.items()},
         ["-" + slot if n == "hidden" else "%s*%d" % (slot, n) for slot, n in sorted(made["outputs"].items())], made["attrs"],
         name="%s %s %s" % (made["op"], shown, made["attrs"]), tolerance=made.get("tolerance", 1e-6), each=True, unchecked=True,
         open=made.get("open", ()), dtype=made.get("dtype", "float32"))
