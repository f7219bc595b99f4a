"""Writes golden/paddle26_training with Paddle 2.6.2: PYTHON make_paddle26_training.py OUT_DIR

Static programs of paddle.optimizer, 20 steps each of a small network. Call stacks are empty.
"""
import os, sys, traceback, numpy as np, paddle

traceback.extract_stack = lambda *a, **k: []
out, steps = sys.argv[1], 20
paddle.enable_static()
static, O = paddle.static, paddle.optimizer
rng = np.random.RandomState(3)
feeds = {'x': rng.randn(5, 4).astype('float32'), 'label': rng.randint(0, 3, (5, 1)).astype('int64')}


def case(name, optimizer, average=lambda: None):
    main, startup = static.Program(), static.Program()
    main.random_seed = startup.random_seed = 5
    folder = os.path.join(out, name)
    os.makedirs(folder, exist_ok=True)
    with static.scope_guard(static.Scope()), static.program_guard(main, startup), paddle.utils.unique_name.guard():
        x, label = static.data('x', [None, 4]), static.data('label', [None, 1], 'int64')
        hidden = static.nn.fc(x, 3, activation='tanh', weight_attr=paddle.ParamAttr(learning_rate=0.5))
        logits = static.nn.fc(hidden, 3)
        loss = paddle.mean(paddle.nn.functional.softmax_with_cross_entropy(logits, label))
        optimizer().minimize(loss)
        ema = average()
        if ema is not None:
            ema.update()
        exe = static.Executor(paddle.CPUPlace())
        exe.run(startup)
        open(folder + '/main.pdmodel', 'wb').write(main.desc.serialize_to_string())
        names = sorted(v.name for v in main.list_vars() if v.persistable and v.name not in ('feed', 'fetch'))
        keep = lambda file: static.save_vars(exe, folder, main, vars=[main.global_block().var(n) for n in names], filename=file)
        keep('start.bin')
        rows = [exe.run(main, feed=feeds, fetch_list=[loss])[0] for _ in range(steps)]
        np.save(folder + '/loss.npy', np.array(rows, 'float32').reshape(-1))
        keep('end.bin')
        if ema is not None:
            with ema.apply(exe):
                keep('applied.bin')
        open(folder + '/case.json', 'w').write('{"fetch": {"loss": "%s"}}' % loss.name)
        print(name, [float(r) for r in rows][::6])


os.makedirs(out, exist_ok=True)
for key, array in feeds.items():
    np.save(os.path.join(out, key + '.npy'), array)
case('adagrad', lambda: O.Adagrad(0.1, epsilon=1e-4, initial_accumulator_value=0.1))
case('rmsprop', lambda: O.RMSProp(0.02, rho=0.9, epsilon=1e-4, momentum=0.5, centered=True))
case('adamw', lambda: O.AdamW(0.05, weight_decay=0.1, apply_decay_param_fun=lambda n: n.endswith('w_0')))
case('adamax', lambda: O.Adamax(0.05, beta1=0.8, beta2=0.95, epsilon=1e-4))
case('adadelta', lambda: O.Adadelta(0.9, epsilon=1e-3, rho=0.9))
case('lamb', lambda: O.Lamb(0.05, lamb_weight_decay=0.02, exclude_from_weight_decay_fn=lambda p: p.name.endswith('b_0')))
case('clip_by_value', lambda: O.SGD(0.5, grad_clip=paddle.nn.ClipGradByValue(0.05, -0.02)))
case('clip_by_norm', lambda: O.SGD(0.5, grad_clip=paddle.nn.ClipGradByNorm(0.1)))
case('l1_decay', lambda: O.Momentum(0.1, 0.9, weight_decay=paddle.regularizer.L1Decay(0.02)))
case('moving_average', lambda: O.SGD(0.5), lambda: static.ExponentialMovingAverage(0.9))
