#!/usr/bin/env python3
"""What compiling wherry costs, beside nlohmann json, in one interleaved run.

    benchmarks/compile_time.py                      about 12 minutes
    benchmarks/compile_time.py --rounds 1           about 4
    benchmarks/compile_time.py --cxx clang++-14 --markdown f.md

The unit is a program that parses a text and dumps it again with nlohmann json. In each round all programs are compiled once, in a shuffled
order, at -O2; x is the median over rounds of CPU seconds over those of the unit in the same round, so that other work on the machine
counts little. With g++ the table also has all that the compiler allocated (`-ftime-report`), which is the same every time.
"""
import argparse
import pathlib
import random
import re
import resource
import statistics
import subprocess
import tempfile

top = pathlib.Path(__file__).resolve().parent.parent
json_unit = """#include <nlohmann/json.hpp>
#include <iostream>
int main(int, char** arguments) { std::cout << nlohmann::json::parse(arguments[1]).dump(2) << '\\n'; }
"""
programs = [
    ("json: parses and dumps", None, []),
    ("saves parameters to memory", "tests/size/save_to_memory.cpp", []),
    ("loads a model and runs its five operators", "tests/size/five_operators.cpp", []),
    ("the quickstart", "examples/quickstart.cpp", []),
    ("the quickstart, compiled mode", "examples/quickstart.cpp", ["-DWHERRY_COMPILED"]),
    ("the library of the compiled mode, once", "include/wherry/compiled.cpp", []),
]


def compiled(cxx, source, flags):
    """CPU seconds, and what g++ allocated in MB."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    said = subprocess.run([*cxx, "-std=c++20", "-O2", f"-I{top}/include", *flags, "-c", source, "-o", "/dev/null"], check=True, stderr=subprocess.PIPE, text=True).stderr
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    total = re.search(r"^ *TOTAL .* (\d+)([kM]) *$", said, re.MULTILINE)
    allocated = None if not total else int(total[1]) // (1 if total[2] == "M" else 1024)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, allocated


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--cxx", default="g++")
    p.add_argument("--rounds", type=int, default=3)
    p.add_argument("--markdown", metavar="FILE")
    args = p.parse_args()
    version = subprocess.run([args.cxx, "--version"], check=True, capture_output=True, text=True).stdout.splitlines()[0]
    cxx = [args.cxx] if "clang" in version else [args.cxx, "-ftime-report"]
    seconds = {name: [] for name, _, _ in programs}
    allocated = {}
    with tempfile.TemporaryDirectory() as folder:
        unit = pathlib.Path(folder) / "json.cpp"
        unit.write_text(json_unit)
        for _ in range(args.rounds):
            for name, source, flags in random.sample(programs, len(programs)):
                took, allocated[name] = compiled(cxx, unit if source is None else top / source, flags)
                seconds[name].append(took)
    lines = [f"{version}, -O2, {args.rounds} rounds", "", "| program | x json | CPU seconds | MB allocated |", "|---|---|---|---|"]
    for name, took in seconds.items():
        ratio = statistics.median(a / b for a, b in zip(took, seconds[programs[0][0]]))
        lines.append(f"| {name} | {ratio:.2f} | {statistics.median(took):.1f} | {allocated[name] or ''} |")
    text = "\n".join(lines)
    print(text)
    if args.markdown:
        pathlib.Path(args.markdown).write_text(text + "\n")


main()
