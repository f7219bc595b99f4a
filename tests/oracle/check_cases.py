"""Every folder of ../shared/cases: the command gives what cases/README.md calls right.

  check_cases.py WHERRY CASES SCRATCH         with the Python of Paddle 2.6.2; exit status 1 where one does not hold, or has no check here
"""
import os
import struct
import sys

import numpy as np
import paddle

from cases_tools import array, called, close, has, inspected, out, paddle_runs, read, refused, same_pickle, tool

cases = sys.argv[2]
checks = {}


def case(function):
    checks[function.__name__.replace("_", "-")] = function
    return function


def at(*parts):
    return os.path.join(cases, *parts)


@case
def bool_attribute_as_int():
    folder = at("bool-attribute-as-int")
    tool("run", folder, out("int"), "--feed", "x=" + folder + "/x.npy")
    close(array(out("int/0.npy")), paddle_runs(folder, array(folder + "/x.npy"))[0])
    attrs = [a for op in inspected(folder + "/__model__")["blocks"][0]["operators"] for a in op["attributes"] if a["name"] == "is_test"]
    assert [a["type"] for a in attrs] == ["INT"], attrs


@case
def callstack():
    model = at("structured-names", "dyn")
    whole, stripped = out("stacks/whole.pdmodel"), out("stacks/stripped.pdmodel")
    for path, options in ((whole, []), (stripped, ["--strip"])):
        tool("convert", model + ".pdmodel", model + ".pdiparams", out("stacks"), "--out-filename", "w", "--program-out", path, *options)
    assert read(whole) == read(model + ".pdmodel")
    assert b"op_callstack" in read(whole) and b"op_callstack" not in read(stripped) and len(read(stripped)) < len(read(whole)) // 2
    tool("infer-model", model + ".pdmodel", model + ".pdiparams", out("stacks/model"), "--targets", "linear_1.tmp_1", "--strip")
    assert b"op_callstack" not in read(out("stacks/model/__model__"))


@case
def convert_dims_misfit():
    folder = at("convert-dims-misfit")
    said = refused("convert", folder + "/dyn.pdmodel", folder + "/head5.npz", out("misfit"), "--out-filename", "h")
    has(said, "shape_mismatch", "variable linear_1.", "expected [", "found [")
    assert not os.path.exists(out("misfit"))


@case
def dim_below_minus_one():
    folder = at("dim-below-minus-one")
    has(tool("inspect", folder + "/__model__"), "[-3]")
    has(tool("dot", folder + "/__model__"), "scale")
    x = np.arange(6, dtype=np.float32).reshape(2, 3)
    np.save(out("x23.npy"), x)
    tool("run", folder, out("dim"), "--feed", "x=" + out("x23.npy"))
    close(array(out("dim/0.npy")), paddle_runs(folder, x)[0])


@case
def infer_model_without_feeds():
    folder = at("infer-model-without-feeds")
    tool("infer-model", folder + "/dyn.pdmodel", folder + "/dyn.pdiparams", out("cut"), "--targets", "linear_1.tmp_1")
    tool("run", out("cut"), out("cut-out"), "--feed", "x=" + folder + "/x.npy")
    tool("run", folder + "/dyn.pdmodel", out("whole-out"), "--feed", "x=" + folder + "/x.npy", "--fetch", "linear_1.tmp_1")
    close(array(out("cut-out/0.npy")), array(out("whole-out/0.npy")))


@case
def nested_checkpoint():
    folder = at("nested-checkpoint")
    shown = tool("inspect", folder + "/ckpt.pdparams")
    has(shown, "model/", "opt/", "epoch")
    for file in ("ckpt.pdparams", "one.pdtensor"):
        same_pickle(at("nested-checkpoint", file), out("nested", file))
        tool("diff", at("nested-checkpoint", file), out("nested", file))
    tool("convert", folder + "/ckpt.pdparams", out("nested/new.pdparams"), "--rename", "model/scale=model/w")
    whole = paddle.load(out("nested/new.pdparams"))
    assert "w" in whole["model"] and "scale" not in whole["model"] and "opt" in whole and "epoch" in whole


@case
def pdopt_lr_scheduler():
    path = at("pdopt-lr-scheduler", "a.pdopt")
    same_pickle(path, out("lr/a.pdopt"))
    assert "LR_Scheduler" in paddle.load(out("lr/a.pdopt"))
    has(refused("convert", path, out("lr/a.npz")), "LR_Scheduler")


@case
def pir_unknown_operator():
    program = at("pir-unknown-operator", "inference.json")
    has(tool("inspect", program), "conv2d")
    has(tool("dot", program), "conv2d")
    desc = b"\x08\x05" + b"".join(b"\x10" + bytes([dim]) for dim in (16, 3, 3, 3))
    with open(out("pir/inference.pdiparams"), "wb") as f:
        f.write(struct.pack("<IQIi", 0, 0, 0, len(desc)) + desc + np.arange(432, dtype="<f4").tobytes())
    tool("convert", program, out("pir/inference.pdiparams"), out("pir/w.npz"))
    assert list(np.load(out("pir/w.npz"))) == ["conv2d_0.w_0"]
    unknown = out("pir/unknown/inference.json")
    text = read(program)
    with open(unknown, "wb") as f:
        f.write(text.replace(b'"1.conv2d"', b'"1.conv9d"'))
    assert read(unknown) != text
    has(tool("inspect", unknown), "cannot be run here: pd_op.conv9d")
    tool("dot", unknown)
    tool("convert", unknown, out("pir/inference.pdiparams"), out("pir/unknown.npz"))
    has(refused("run", os.path.dirname(unknown), out("pir/o")), "conv9d")


@case
def rename_cast_program_out():
    model = at("rename-cast-program-out", "sw")
    feed = ["--feed", "x=" + at("rename-cast-program-out", "x.npy")]
    tool("run", model, out("sw-before"), *feed)
    tool("convert", model + ".pdmodel", model + ".pdiparams", out("sw"), "--rename", "linear_0.*=z.*", "--out-filename", "r.pdiparams",
         "--program-out", out("sw/r.pdmodel"))
    tool("run", out("sw/r"), out("sw-after"), *feed)
    close(array(out("sw-after/0.npy")), array(out("sw-before/0.npy")))
    close(paddle_runs(out("sw/r"), array(feed[1][2:]))[0], array(out("sw-before/0.npy")))
    cast = called("convert", model + ".pdmodel", model + ".pdiparams", out("sw-cast"), "--cast", "float32=float64",
                  "--out-filename", "r.pdiparams", "--program-out", out("sw-cast/r.pdmodel"))
    if cast.returncode == 0:  # the program's types have changed, too
        types = {v["name"]: v["dtype"] for v in inspected(out("sw-cast/r.pdmodel"))["blocks"][0]["variables"] if v["persistable"]}
        assert all(dtype == "float64" for name, dtype in types.items() if name not in ("feed", "fetch")), types


@case
def run_command():
    names = at("structured-names")
    x = at("infer-model-without-feeds", "x.npy")
    tool("run", names + "/dyn.pdmodel", out("found/by-file"), "--feed", "x=" + x)
    answer = array(out("found/by-file/0.npy"))
    for program, params in (("model", "params"), ("__model__", "__params__"), ("n.pdmodel", "n.pdparams"), ("n.pdmodel", "weights")):
        folder = out("found", program + params)
        os.makedirs(folder, exist_ok=True)
        for source, to in (("dyn.pdmodel", program), ("net.pdparams" if params.endswith(".pdparams") else "dyn.pdiparams", params)):
            with open(os.path.join(folder, to), "wb") as f:
                f.write(read(os.path.join(names, source)))
        for model in [folder] + ([os.path.join(folder, program)] if program.endswith(".pdmodel") else []):
            tool("run", model, out("found/out"), "--feed", "x=" + x)
            close(array(out("found/out/0.npy")), answer)
    np.save(out("found/double.npy"), array(x).astype("float64"))
    has(refused("run", names + "/dyn.pdmodel", out("found/o"), "--feed", "x=" + out("found/double.npy")), "x", "double.npy")


@case
def safetensors_metadata():
    from safetensors import safe_open

    path = at("safetensors-metadata", "meta.safetensors")
    tool("convert", path, out("meta.safetensors"))
    held = [safe_open(one, framework="np").metadata() for one in (path, out("meta.safetensors"))]
    assert held[0] and held[0] == held[1], held
    tool("convert", at("structured-names", "net.pdparams"), out("new.safetensors"))
    assert "format" in safe_open(out("new.safetensors"), framework="np").metadata()


@case
def safetensors_shards():
    from safetensors import numpy as st

    folder = at("safetensors-shards")
    whole = {}
    for shard in sorted(os.listdir(folder)):
        if shard.endswith(".safetensors"):
            whole.update(st.load_file(os.path.join(folder, shard)))
    tool("convert", folder, out("shards.pdparams"))
    tool("convert", folder + "/model.safetensors.index.json", out("shards.npz"))
    for found in (paddle.load(out("shards.pdparams"), return_numpy=True), np.load(out("shards.npz"))):
        assert {k: v.tobytes() for k, v in found.items()} == {k: v.tobytes() for k, v in whole.items()}
    tool("diff", folder, out("shards.npz"))


@case
def structured_names():
    folder = at("structured-names")
    tool("diff", folder + "/net.pdparams", folder + "/dyn.pdiparams", "--program", folder + "/dyn.pdmodel")
    tool("diff", folder + "/net.pdparams", folder + "/dyn.pdiparams", "--names-from", folder + "/net.pdparams")
    same_pickle(folder + "/net.pdparams", out("names/net.pdparams"))
    has(tool("inspect", folder + "/dyn.pdiparams.info"), "linear_0.w_0", "fc1.weight")
    tool("convert", folder + "/dyn.pdiparams", out("names/back.pdparams"))
    ours, theirs = paddle.load(out("names/back.pdparams"), return_numpy=True), paddle.load(folder + "/net.pdparams", return_numpy=True)
    assert {k: v.tobytes() for k, v in ours.items()} == {k: v.tobytes() for k, v in theirs.items()}


@case
def tar_and_others():
    archive = at("tar-and-others", "m.tar")
    has(tool("inspect", archive), "program")
    np.save(out("x23.npy"), np.arange(6, dtype=np.float32).reshape(2, 3))
    tool("run", archive, out("tar"), "--feed", "x=" + out("x23.npy"))
    for name, held, word in (("m.onnx", b"\x08\x07\x12\x07pytorch\x1a\x042.11", "ONNX"), ("m.h5", b"\x89HDF\r\n\x1a\n" + bytes(64), "HDF5"),
                              ("m.zip", b"PK\x03\x04" + bytes(60), "zip"), ("lfs", b"version https://git-lfs.github.com/spec/v1\n", "LFS"),
                              ("page", b"<!DOCTYPE html><html>", "HTML")):
        with open(out("others", name), "wb") as f:
            f.write(held)
        assert word.lower() in refused("inspect", out("others", name)).lower(), name


@case
def text_dtype_of_program():
    folder = at("text-dtype-of-program")
    for number in ("7", "99"):
        said = refused("convert", folder + "/program_" + number, folder + "/text", out("dtype"), "--to", "npz")
        has(said, "bad_dtype", "variable w", "found " + number)


there = sorted(name for name in os.listdir(cases) if os.path.isdir(at(name)))
failed = ["%s: no check" % name for name in there if name not in checks] + ["%s: is not there" % name for name in checks if name not in there]
for name, check in checks.items():
    try:
        check()
    except (AssertionError, KeyError, OSError, TypeError, ValueError) as wrong:
        failed.append("%s: %s" % (name, wrong))
print("\n".join(failed) if failed else "%d cases give what is right" % len(checks))
sys.exit(1 if failed else 0)
