"""What `inspect` and `convert` take of large files: memory in bytes, time against that of a file with the same headers and few elements.

  large_files.py WHERRY SCRATCH MEBIBYTES     a sparse file of so many MiB in each form; exit status 1 where a line says TOO MUCH

`inspect` may take 16 MiB and three times as long as for the small file. `convert` may take 16 MiB more than the largest tensor. An archive
is unpacked first, so that its time is compared with that of copying it.
"""
import json
import os
import shutil
import struct
import subprocess
import sys
import time
import zlib

wherry, scratch, mebibytes = sys.argv[1], sys.argv[2], int(sys.argv[3])
COUNT, MIB = 32, 1 << 20
SPARE = 16 * MIB
failed = False


class Sparse:
    """A file whose elements are holes."""

    def __init__(self, path):
        self.file = open(path, "wb")

    def put(self, data):
        self.file.write(data)

    def hole(self, size):
        self.file.seek(size, os.SEEK_CUR)

    def close(self):
        self.file.truncate(self.file.tell())
        self.file.close()

    def at(self):
        return self.file.tell()


def varint(value):
    made = b""
    while value > 127:
        made, value = made + bytes([value & 127 | 128]), value >> 7
    return made + bytes([value])


NAMES = ["w%02d" % i for i in range(COUNT)]


def put_stream(file, size):
    desc = b"\x08\x05\x10" + varint(size // 4)
    file.put(struct.pack("<IQIi", 0, 0, 0, len(desc)) + desc)
    file.hole(size)


def streams(folder, size):
    os.makedirs(folder)
    for name in NAMES:
        file = Sparse(os.path.join(folder, name))
        put_stream(file, size)
        file.close()


def combined(path, size):
    file = Sparse(path)
    for _ in NAMES:
        put_stream(file, size)
    file.close()


def put_safetensors(file, size):
    header = {name: {"dtype": "F32", "shape": [size // 4], "data_offsets": [i * size, (i + 1) * size]} for i, name in enumerate(NAMES)}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    file.put(struct.pack("<Q", len(text)) + text)
    file.hole(size * COUNT)


def safetensors(path, size):
    file = Sparse(path)
    put_safetensors(file, size)
    file.close()


def npy_header(elements):
    text = "{'descr': '<f4', 'fortran_order': False, 'shape': (%d,), }" % elements
    text += " " * (-(10 + len(text) + 1) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode()


def npy(path, size):
    file = Sparse(path)
    file.put(npy_header(size * COUNT // 4))
    file.hole(size * COUNT)
    file.close()


def npz(path, size):
    file, central = Sparse(path), b""
    for name in NAMES:
        head, member = npy_header(size // 4), (name + ".npy").encode()
        crc, left = zlib.crc32(head), size
        while left:
            piece = min(left, MIB)
            crc, left = zlib.crc32(bytes(piece), crc), left - piece
        fields = struct.pack("<HHHHHIIIHH", 20, 0, 0, 0, 33, crc, len(head) + size, len(head) + size, len(member), 0)
        central += b"PK\x01\x02" + struct.pack("<H", 20) + fields + struct.pack("<HHHII", 0, 0, 0, 0, file.at()) + member
        file.put(b"PK\x03\x04" + fields + member + head)
        file.hole(size)
    at = file.at()
    file.put(central + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, COUNT, COUNT, len(central), at, 0))
    file.close()


def pickled(path, size, protocol=4):
    """As pickle.dumps(dict of arrays, protocol) without frames. Protocol 2 has a text of as many characters in place of bytes."""
    text = lambda word: b"X" + struct.pack("<I", len(word)) + word.encode()
    number = lambda value: b"J" + struct.pack("<i", value)
    file = Sparse(path)
    file.put(b"\x80" + bytes([protocol]) + b"}(")
    for name in NAMES:
        file.put(text(name) + b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85C\x01b\x87R(K\x01" + number(size // 4) + b"\x85")
        file.put(b"cnumpy\ndtype\n" + text("f4") + b"\x89\x88\x87R(K\x03" + text("<") + b"NNN" + number(-1) + number(-1) + b"K\x00tb\x89")
        file.put(b"\x8e" + struct.pack("<Q", size) if protocol > 2 else b"c_codecs\nencode\nX" + struct.pack("<I", size))
        file.hole(size)
        file.put(b"tb" if protocol > 2 else text("latin1") + b"\x86Rtb")
    file.put(b"u.")
    file.close()


def tar(path, size):
    inside = path + ".size"
    safetensors(inside, size)
    bytes_inside = os.path.getsize(inside)
    os.remove(inside)
    header = bytearray(512)
    for at, field in ((0, b"w.safetensors"), (100, b"0000644\0"), (124, b"%011o\0" % bytes_inside), (148, b" " * 8), (156, b"0"), (257, b"ustar\00000")):
        header[at:at + len(field)] = field
    header[148:156] = b"%06o\0 " % sum(header)
    file = Sparse(path)
    file.put(bytes(header))
    put_safetensors(file, size)
    file.hole(-bytes_inside % 512 + 1024)
    file.close()


def measured(*arguments):
    """Seconds and the most memory that a run of the command had; the fastest of three for what is short."""
    best = None
    for _ in range(3):
        began = time.monotonic()
        child = subprocess.Popen([wherry, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        said = child.stderr.read().decode(errors="replace")
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = status
        if status:
            sys.exit("wherry %s: %s" % (" ".join(arguments), said.strip()))
        seconds = time.monotonic() - began
        best = (min(seconds, best[0]), max(usage.ru_maxrss * 1024, best[1])) if best else (seconds, usage.ru_maxrss * 1024)
        if seconds > 1:
            break
    return best


def told(form, what, seconds, most_seconds, memory, most_memory):
    global failed
    wrong = seconds > most_seconds or memory > most_memory
    failed = failed or wrong
    print("%-12s %-8s %6.2f s of %6.2f, %12d bytes of %12d%s" %
          (form, what, seconds, most_seconds, memory, most_memory, " TOO MUCH" if wrong else ""))


own_memory = measured("--version")[1]
each = mebibytes * MIB // COUNT
forms = [("streams", "streams", streams), ("combined", "w.pdiparams", combined), ("safetensors", "w.safetensors", safetensors),
         ("npy", "w.npy", npy), ("npz", "w.npz", npz), ("pickle", "w.pdparams", pickled),
         ("pickle of 2", "w.pdparams", lambda path, size: pickled(path, size, 2)), ("tar", "w.tar", tar)]
os.environ["TMPDIR"] = scratch
os.makedirs(scratch, exist_ok=True)
names = os.path.join(scratch, "names.txt")
with open(names, "w") as f:
    f.writelines("%s %s\n" % (name, name) for name in NAMES)
for form, file, make in forms:
    work = os.path.join(scratch, "large")
    shutil.rmtree(work, ignore_errors=True)
    os.makedirs(os.path.join(work, "small"))
    small, large = os.path.join(work, "small", file), os.path.join(work, file)
    make(small, 64)
    make(large, each)
    largest = each * (COUNT if form == "npy" else 1)
    small_seconds, _ = measured("inspect", small)
    most_seconds = 3 * small_seconds + 0.2
    if form == "tar":
        began = time.monotonic()
        subprocess.run(["cp", "--sparse=never", large, large + ".copy"], check=True)
        most_seconds += 10 * (time.monotonic() - began)
        os.remove(large + ".copy")
    seconds, memory = measured("inspect", large)
    told(form, "inspect", seconds, most_seconds, memory - own_memory, SPARE)
    to = os.path.join(work, "out.npz" if form in ("safetensors", "tar") else "out.safetensors")
    seconds, memory = measured("convert", large, to, "--quiet", *(["--names-from", names] if form == "combined" else []),
                               *(["--drop"] if form.startswith("pickle") else []))
    told(form, "convert", seconds, 60 + mebibytes / 20, memory - own_memory, largest + SPARE)
    shutil.rmtree(work)
sys.exit(1 if failed else 0)
