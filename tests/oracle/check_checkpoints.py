"""Checkpoints that `wherry convert` wrote, loaded by the real Paddle (2.6.2 or 3.3.1), which goes on training from them.

  check_checkpoints.py write DIR                       trains a model with a shared parameter: DIR/net.pdparams, opt.pdopt, nested.pdparams,
                                                       list.pdparams, one.pdtensor, master.pdopt, number.pdparams, text.pdparams, and by
                                                       paddle.jit.save DIR/jit.pdiparams
  check_checkpoints.py equal A B                       both hold the same Python object
  check_checkpoints.py resume PARAMS OPT [NESTED]      the losses of five steps more; PARAMS and OPT - for what NESTED holds of them
  write_half DIR, resume_half PARAMS OPT               the same in bfloat16 with master weights as AMP of level O2 has them: DIR/half.pdparams,
                                                       half.pdopt; the sums of the master weights that the optimizer took, then the losses
Exit status 1 where an object differs or a parameter is not matched.
"""
import os
import pickle
import sys

import numpy as np
import paddle


class Net(paddle.nn.Layer):
    def __init__(self):
        super().__init__()
        self.enc = paddle.nn.Linear(4, 4)
        self.dec = paddle.nn.Linear(4, 4)
        self.dec.weight = self.enc.weight
        self.norm = paddle.nn.BatchNorm1D(4)
        self.head = paddle.nn.Linear(4, 2)

    def forward(self, x):
        return self.head(self.norm(paddle.tanh(self.dec(self.enc(x)))))

    def forward_half(self, x):  # a CPU multiplies no matrices of bfloat16
        def of(layer, x):
            return paddle.nn.functional.linear(x, layer.weight.astype("float32"), layer.bias.astype("float32"))
        return of(self.head, self.norm(paddle.tanh(of(self.dec, of(self.enc, x)))))


half = sys.argv[1].endswith("_half")


def fresh():
    paddle.seed(len(sys.argv))
    net = Net()
    scheduler = paddle.optimizer.lr.StepDecay(0.05, 2, 0.5)
    if not half:
        return net, paddle.optimizer.Adam(scheduler, parameters=net.parameters()), scheduler
    for layer in (net.enc, net.dec, net.head):  # as amp.decorate does on a GPU
        layer.to(dtype="bfloat16")
    # SGD alone has a step in bfloat16 on a CPU
    return net, paddle.optimizer.SGD(scheduler, parameters=net.parameters(), multi_precision=True), scheduler


def steps(net, opt, scheduler, first, count):
    losses = []
    for i in range(first, first + count):
        x = paddle.to_tensor(np.sin(np.arange(24, dtype="float32") + i).reshape(6, 4))
        loss = (((net.forward_half if half else net)(x) - 1) ** 2).mean()
        loss.backward()
        opt.step()
        opt.clear_grad()
        scheduler.step()
        losses.append(float(loss))
    return losses


def write(out):
    os.makedirs(out, exist_ok=True)
    net, opt, scheduler = fresh()
    steps(net, opt, scheduler, 0, 3)
    paddle.save(net.state_dict(), out + "/net.pdparams")
    paddle.save(opt.state_dict(), out + "/opt.pdopt")
    paddle.save({"epoch": 3, "model": net.state_dict(), "opt": opt.state_dict(), "log": [{"best": 0.9}, None, "x"]}, out + "/nested.pdparams")
    paddle.save([net.enc.weight, {"w": net.head.weight}, 3], out + "/list.pdparams")
    paddle.save(net.head.weight, out + "/one.pdtensor")
    paddle.save({**opt.state_dict(), "master_weights": {"linear_0.w_0": net.enc.weight}}, out + "/master.pdopt")
    paddle.save(3, out + "/number.pdparams")
    paddle.save("a text", out + "/text.pdparams")
    net.eval()
    spec = [paddle.static.InputSpec([None, 4], "float32", "x")]
    paddle.jit.save(paddle.jit.to_static(net, input_spec=spec), out + "/jit")
    return "written"


def write_half(out):
    net, opt, scheduler = fresh()
    steps(net, opt, scheduler, 0, 3)
    if set(opt.state_dict()["master_weights"]) != {p.name for p in net.parameters() if p.dtype == paddle.bfloat16}:
        sys.exit("the optimizer has other master weights")
    paddle.save(net.state_dict(), out + "/half.pdparams")
    paddle.save(opt.state_dict(), out + "/half.pdopt")
    return "written"


def same(a, b):
    if isinstance(a, (np.ndarray, np.generic)):
        return type(a) is type(b) and a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, dict):
        return type(a) is type(b) and list(map(str, a)) == list(map(str, b)) and all(k in b and same(v, b[k]) for k, v in a.items())
    if isinstance(a, (list, tuple)):
        return type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
    return type(a) is type(b) and a == b


def equal(a, b):
    held = []
    for path in (a, b):
        with open(path, "rb") as f:
            held.append(pickle.load(f))
    if not same(*held):
        sys.exit("%s and %s differ" % (a, b))
    return "the same object"


def resume(params, opt_file, nested=None):
    net, opt, scheduler = fresh()
    whole = paddle.load(nested) if nested else None
    missing, unexpected = net.set_state_dict(whole["model"] if params == "-" else paddle.load(params))
    if missing or unexpected:
        sys.exit("%s: missing %s, unexpected %s" % (params, missing, unexpected))
    opt.set_state_dict(whole["opt"] if opt_file == "-" else paddle.load(opt_file))
    held = [float(w.sum()) for _, w in sorted(opt.state_dict()["master_weights"].items())] if half else []
    return " ".join("%.17g" % number for number in held + steps(net, opt, scheduler, 3, 5))


if __name__ == "__main__":
    print({"write": write, "write_half": write_half, "equal": equal, "resume": resume, "resume_half": resume}[sys.argv[1]](*sys.argv[2:]))
