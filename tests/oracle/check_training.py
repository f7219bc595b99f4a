"""Paddle 2.6.2 runs the training programs of golden/fluid18_training, which wherry builds operator by operator (tests/fluid/training.cpp),
from their first values: losses within 2e-5, rates within 1e-7 and last values are those of fluid 1.8.5.
PYTHON check_training.py GOLDEN_FLUID18_TRAINING
"""
import glob, os, sys, numpy as np, paddle

paddle.enable_static()
static, folder = paddle.static, sys.argv[1]
feeds = {name: np.load(os.path.join(folder, name + '.npy')) for name in ('x', 'label')}
# 2.6.2 cannot run these of 1.8, which lack a slot that it asks for; its own are golden/paddle26_training, and run here
OTHERS = ('adadelta', 'lamb')


def persistables(program):
    return sorted(v.name for v in program.list_vars() if v.persistable and v.name not in ('feed', 'fetch'))


def values_in(program, exe, file):
    names = persistables(program)
    with static.scope_guard(static.Scope()):
        static.load_vars(exe, os.path.dirname(file), program, vars=[program.global_block().var(n) for n in names], filename=os.path.basename(file))
        return {n: np.array(static.global_scope().find_var(n).get_tensor()) for n in names}


def farthest(ours, theirs):
    return float(np.max(np.abs(ours - theirs) / np.maximum(np.abs(theirs), 1e-2))) if ours.size else 0.0


ran = 0
for case in sorted(glob.glob(os.path.join(folder, '*', 'main.pdmodel'))):
    at = os.path.dirname(case)
    name = os.path.basename(at)
    if name in OTHERS:
        continue
    with open(case, 'rb') as f:
        program = static.Program.parse_from_string(f.read())
    exe = static.Executor(paddle.CPUPlace())
    losses = np.load(at + '/loss.npy')
    rates = np.load(at + '/rate.npy') if os.path.exists(at + '/rate.npy') else None
    with static.scope_guard(static.Scope()):
        start = values_in(program, exe, at + '/start.bin')
        for n, value in start.items():
            static.global_scope().var(n).get_tensor().set(value, paddle.CPUPlace())
        loss = next(o for o in program.global_block().ops if o.type == 'mean').output('Out')[0]
        fetch = [loss]
        if rates is not None:
            fetch.append(next(o for o in program.global_block().ops if o.type == 'sgd').input('LearningRate')[0])
        rows = [exe.run(program, feed=feeds, fetch_list=fetch) for _ in range(len(losses))]
        worst = float(np.max(np.abs(np.array([r[0] for r in rows]).reshape(-1) - losses) / np.abs(losses)))
        worst_rate = float(np.max(np.abs(np.array([r[1] for r in rows]).reshape(-1) - rates))) if rates is not None else 0
        end = values_in(program, exe, at + '/end.bin')
        worst_end = max(farthest(np.array(static.global_scope().find_var(n).get_tensor()), end[n]) for n in end)
    if worst > 2e-5 or worst_rate > 1e-7 or worst_end > 20 * 2e-5:
        sys.exit('%s: losses %g, rates %g, last values %g' % (name, worst, worst_rate, worst_end))
    ran += 1
print('%d programs' % ran if ran else '')
