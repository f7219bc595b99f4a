"""Checkpoints as people make them: python make_checkpoints.py OUT, with Paddle 2.6.2 or 3.3.1. Wrote golden/paddle26/checkpoints and
golden/paddle33/checkpoints."""
import os
import pickle
import sys

import numpy as np
import paddle


class Tied(paddle.nn.Layer):
    """enc and dec share a weight: one parameter with two structured names. scale has no dims in Paddle 2.6 and 3."""

    def __init__(self):
        super().__init__()
        self.enc = paddle.nn.Linear(4, 4)
        self.dec = paddle.nn.Linear(4, 4)
        self.dec.weight = self.enc.weight
        self.head = paddle.nn.Linear(4, 2)
        self.norm = paddle.nn.BatchNorm1D(4)

    def forward(self, x):
        return self.head(self.norm(self.dec(self.enc(x))))


def trained(net):
    scheduler = paddle.optimizer.lr.StepDecay(0.01, 2)
    opt = paddle.optimizer.AdamW(scheduler, parameters=net.parameters())
    x = paddle.to_tensor(np.linspace(-1, 1, 24, dtype="float32").reshape(6, 4))
    for _ in range(3):
        (net(x) ** 2).mean().backward()
        opt.step()
        opt.clear_grad()
        scheduler.step()
    return opt


out = sys.argv[1]
os.makedirs(out, exist_ok=True)
paddle.seed(1)
np.random.seed(1)
net = Tied()
opt = trained(net)
paddle.save(net.state_dict(), out + "/tied.pdparams")
paddle.save(opt.state_dict(), out + "/tied.pdopt")
state = {"epoch": 3, "model": net.state_dict(), "opt": opt.state_dict(), "best": 0.9, "note": "first \u00e9poch", "flags": [True, None]}
paddle.save(state, out + "/nested.pdparams")
paddle.save(state, out + "/nested-p2.pdparams", protocol=2)
more = {"step": 1 << 40, "big": -(1 << 70), "seen": np.float64(0.5), "pair": (1, 2.5), "empty": [{}, (), []]}
more.update({"history": [{"loss": float(i), "at": np.arange(i)} for i in range(3)], 7: net.head.weight, "half": (net.head.bias, 1)})
paddle.save(more, out + "/more.pdparams")
for protocol in (2, 4):  # what paddle.save refuses but pickle does not
    more = {"raw": b"\x00\xff", "none": b"", "dtype": np.dtype("int32"), "set": np.bool_(True), "w": np.ones(2, "float32")}
    with open(out + "/plain-p%d.pdparams" % protocol, "wb") as f:
        pickle.dump(more, f, protocol)
paddle.save([net.head.weight, net.head.bias], out + "/list.pdparams")
paddle.save(net.head.weight, out + "/one.pdtensor")
paddle.save(np.arange(3, dtype="int32"), out + "/array.pdtensor")
net.eval()
spec = [paddle.static.InputSpec([None, 4], "float32", "x")]
paddle.jit.save(paddle.jit.to_static(net, input_spec=spec), out + "/tied")
small = paddle.nn.Linear(2, 2)
small.to(dtype="bfloat16")
amp = paddle.optimizer.Adam(parameters=small.parameters(), multi_precision=True)
sum((p.astype("float32") ** 2).sum() for p in small.parameters()).backward()
try:
    amp.step()
except Exception:  # a CPU has no step of bfloat16; the master weights are there by then
    pass
paddle.save(small.state_dict(), out + "/half.pdparams")
paddle.save(amp.state_dict(), out + "/half.pdopt")
paddle.enable_static()
if os.path.exists(out + "/tied.pdmodel"):  # call stacks name folders
    with open(out + "/tied.pdmodel", "rb") as f:
        program = paddle.static.Program.parse_from_string(f.read())
    for op in program.global_block().ops:
        op._remove_attr("op_callstack")
    with open(out + "/tied.pdmodel", "wb") as f:
        f.write(program.desc.serialize_to_string())
tensor = paddle.static.global_scope().var("lod").get_tensor()
tensor.set(np.ones((2, 2), "float32"), paddle.CPUPlace())
paddle.save([tensor, {"again": tensor}], out + "/static.pdparams")
