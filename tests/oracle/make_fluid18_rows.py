"""Writes golden/fluid18_rows with the reference itself, fluid 1.8.5: PYTHON make_fluid18_rows.py OUT_DIR

One step of a sparse embedding whose gradient is persistable: `save_persistables` writes it as SelectedRows, the rows in the order of the
fed ids, one id twice.
"""
import os, sys, traceback
import numpy as np
import paddle.fluid as fluid

traceback.extract_stack = lambda *a, **k: [("file", 1, "function", "")]  # `op_callstack` names no folders
out = sys.argv[1]
main, startup = fluid.Program(), fluid.Program()
main.random_seed = startup.random_seed = 5
with fluid.program_guard(main, startup), fluid.unique_name.guard():
    x = fluid.data("x", [-1, 1], "int64")
    scale = fluid.data("scale", [-1, 3])
    made = fluid.layers.embedding(x, [9, 3], is_sparse=True, param_attr=fluid.ParamAttr(name="w"))
    loss = fluid.layers.mean(fluid.layers.elementwise_mul(made, scale))
    fluid.optimizer.SGD(0.1).minimize(loss)
    main.global_block().var("w@GRAD").persistable = True
    exe = fluid.Executor(fluid.CPUPlace())
    exe.run(startup)
    fed = {"x": np.array([[7], [1], [7], [4]], "int64"), "scale": np.arange(12).reshape(4, 3).astype("float32")}
    fluid.io.save_params(exe, os.path.join(out, "start"))
    exe.run(main, feed=fed)
    fluid.io.save_persistables(exe, os.path.join(out, "saved"))
    for name, array in fed.items():
        np.save(os.path.join(out, name + ".npy"), array)
    with open(os.path.join(out, "main.pdmodel"), "wb") as f:
        f.write(main.desc.serialize_to_string())
