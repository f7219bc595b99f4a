"""Instructions, allocations and system calls of fixed work, against the numbers in kept.txt, to 3 %: what a clock cannot tell on a busy machine.

    python3 tests/counts/check.py FOLDER          # builds and counts there
    python3 tests/counts/check.py FOLDER --keep   # and writes kept.txt

Instructions are those of the program itself: callgrind counts them, without those of libc and libstdc++, on its own processor, which has AVX2 and
no AVX-512. One compiler: g++ 12.
"""
import concurrent.futures
import pathlib
import re
import subprocess
import sys

here = pathlib.Path(__file__).resolve().parent
source = here.parent.parent
kept_file = here / "kept.txt"
room = 0.03
programs = ("files", "programs")
kinds = ("instructions", "allocations", "system calls")


def build(name, folder):
    subprocess.run(["g++-12", "-std=c++20", "-O2", f"-I{source}/include", f"-I{source}/tests", f"{here}/{name}.cpp", "-o", folder / name], check=True)
    return [(folder / name, part) for part in subprocess.run([folder / name], check=True, capture_output=True, text=True).stdout.split()]


def own_instructions(profile, program):
    """The cost that a profile of callgrind gives to functions of the program: lines `POSITION COST` below its `ob=`, but for the calls."""
    objects, ours, after_call, total = {}, False, False, 0
    for line in profile.read_text().splitlines():
        if found := re.match(r"ob=\((\d+)\)(?: (.*))?$", line):
            objects.setdefault(found[1], found[2])
            ours = objects[found[1]] == str(program)
        elif found := re.match(r"cob=\((\d+)\) (.*)$", line):
            objects.setdefault(found[1], found[2])
        elif line.startswith("calls="):
            after_call = True  # the next line is what the called function cost
        elif found := re.match(r"[\d+*-]\S* (\d+)$", line):
            total += int(found[1]) if ours and not after_call else 0
            after_call = False
    return total


def count(program, part, folder):
    profile, log = folder / f"{part}.callgrind", folder / f"{part}.log"
    ran = subprocess.run(["valgrind", "--tool=callgrind", "--toggle-collect=measured", "--trace-syscalls=yes", f"--callgrind-out-file={profile}",
                          f"--log-file={log}", program, part], check=True, capture_output=True, text=True, cwd=folder, env={"PATH": "/usr/bin:/bin"})
    calls = [call for call in re.findall(r"^SYSCALL\[.*?\]\( *\d+\) (\w+)", log.read_text(errors="replace"), re.M) if call != "sys_brk"]  # of malloc
    first, last = (at for at, call in enumerate(calls) if call == "sys_getppid")
    return own_instructions(profile, program), int(ran.stdout), last - first - 1


def main():
    folder = pathlib.Path(sys.argv[1]).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    with concurrent.futures.ThreadPoolExecutor(2) as two:
        parts = [part for built in two.map(lambda name: build(name, folder), programs) for part in built]
        counted = dict(zip((part for _, part in parts), two.map(lambda part: count(*part, folder), parts)))
    if "--keep" in sys.argv:
        kept_file.write_text("".join(f"{part}: " + ", ".join(f"{n} {kind}" for n, kind in zip(numbers, kinds)) + "\n"
                                     for part, numbers in counted.items()))
    kept = {part: tuple(map(int, re.findall(r"\d+", numbers))) for part, numbers in re.findall(r"^(\w+): (.*)$", kept_file.read_text(), re.M)}
    wrong = [f"kept.txt has {' '.join(kept)}, and there are {' '.join(counted)}"] if kept.keys() != counted.keys() else []
    for part, numbers in counted.items():
        for kind, number, was in zip(kinds, numbers, kept.get(part, numbers)):
            print(f"{part:14} {number:12,} {kind}")
            if abs(number - was) > room * was:
                wrong.append(f"{part}: {number:,} {kind}, kept.txt says {was:,}" + (": fewer, so keep it" if number < was else ""))
    sys.exit("\n".join(wrong) or None)


main()
