"""PYTHON read_more.py DIR: fluid 1.8.5 reads rows, LoD of four levels and a slice of a tensor that wherry wrote."""
from __future__ import print_function
import os, sys
import numpy as np
import paddle.fluid as fluid

folder = sys.argv[1]
exe = fluid.Executor(fluid.CPUPlace())
core = fluid.core


def loaded(name, kind, **attrs):
    program = fluid.Program()
    block = program.global_block()
    var = block.create_var(name=name, type=kind, persistable=True, dtype="float32", shape=[1])
    block.append_op(type="load", outputs={"Out": [var]}, attrs=dict(attrs, file_path=os.path.join(folder, name)))
    exe.run(program)
    return fluid.global_scope().find_var(name)


rows = loaded("rows", core.VarDesc.VarType.SELECTED_ROWS).get_selected_rows()
assert list(rows.rows()) == [7, 1, 7] and rows.height() == 10, (rows.rows(), rows.height())
assert np.array(rows.get_tensor()).tolist() == [[1, 2], [3, 4], [5, 6]]
deep = loaded("deep", core.VarDesc.VarType.LOD_TENSOR).get_tensor()
assert deep.lod() == [[0, 1], [0, 2], [0, 1, 3], [0, 1, 2, 5]], deep.lod()
assert np.array(deep).ravel().tolist() == [0, 1, 2, 3, 4]
wide = loaded("wide", core.VarDesc.VarType.LOD_TENSOR, seek=4, shape=[2, 4]).get_tensor()
assert np.array(wide).tolist() == [[4, 5, 6, 7], [8, 9, 10, 11]], np.array(wide)
print("rows, four LoD levels and a slice read")
