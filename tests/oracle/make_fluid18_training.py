"""Writes golden/fluid18_training with the reference itself, fluid 1.8.5: PYTHON make_fluid18_training.py OUT_DIR

Optimizers, schedules of the learning rate, clipping and decay: 20 steps each of a small network. Call stacks are empty.
"""
from __future__ import print_function
import contextlib, os, sys, traceback, numpy as np
import paddle.fluid as fluid

traceback.extract_stack = lambda *a, **k: []  # no call stacks
out = sys.argv[1]
L, O, steps = fluid.layers, fluid.optimizer, 20
rng = np.random.RandomState(3)
feeds = {'x': rng.randn(5, 4).astype('float32'), 'label': rng.randint(0, 3, (5, 1)).astype('int64')}


def network(averaged=True):
    x, label = fluid.data('x', [None, 4]), fluid.data('label', [None, 1], 'int64')
    hidden = L.fc(x, 3, act='tanh', param_attr=fluid.ParamAttr(learning_rate=0.5, do_model_average=averaged))
    return L.mean(L.cross_entropy(L.fc(hidden, 3, act='softmax'), label))


def write(path, data):
    open(path, 'wb').write(data)


@contextlib.contextmanager
def fresh(name):
    """Programs of a known seed, which are the default ones meanwhile, and the folder of the case."""
    main, startup = fluid.Program(), fluid.Program()
    main.random_seed = startup.random_seed = 5
    folder = os.path.join(out, name)
    if not os.path.isdir(folder):
        os.makedirs(folder)
    with fluid.scope_guard(fluid.Scope()), fluid.program_guard(main, startup), fluid.unique_name.guard():
        yield main, startup, folder


def case(name, minimize):
    with fresh(name) as (main, startup, folder):
        loss = network()
        rate = minimize(loss)
        exe = fluid.Executor(fluid.CPUPlace())
        exe.run(startup)
        write(folder + '/main.pdmodel', main.desc.serialize_to_string())
        write(folder + '/startup.pdmodel', startup.desc.serialize_to_string())
        fluid.io.save_persistables(exe, folder, main, filename='start.bin')
        fetch = [loss] + ([rate] if rate is not None else [])
        rows = [exe.run(main, feed=feeds, fetch_list=fetch) for _ in range(steps)]
        np.save(folder + '/loss.npy', np.array([row[0][0] for row in rows], 'float32'))
        if rate is not None:
            np.save(folder + '/rate.npy', np.array([row[1][0] for row in rows], 'float32'))
        fluid.io.save_persistables(exe, folder, main, filename='end.bin')
        print(name, [float(row[0][0]) for row in rows][::6], [float(row[-1][0]) for row in rows][::6])


def by(optimizer):
    def minimize(loss):
        optimizer.minimize(loss)
    return minimize


def scheduled(make):
    def minimize(loss):
        rate = make()
        O.SGD(rate).minimize(loss)
        return rate
    return minimize


if not os.path.isdir(out):
    os.makedirs(out)
for key, array in feeds.items():
    np.save(os.path.join(out, key + '.npy'), array)
case('adagrad', by(O.Adagrad(0.1, epsilon=1e-4, initial_accumulator_value=0.1)))
case('decayed_adagrad', by(O.DecayedAdagrad(0.05, decay=0.9, epsilon=1e-4)))
case('rmsprop', by(O.RMSProp(0.02, rho=0.9, epsilon=1e-4, momentum=0.5)))
case('rmsprop_centered', by(O.RMSProp(0.02, rho=0.9, epsilon=1e-4, centered=True)))
case('adamax', by(O.Adamax(0.05, beta1=0.8, beta2=0.95, epsilon=1e-4)))
case('adadelta', by(O.Adadelta(0.1, epsilon=1e-3, rho=0.9)))
case('ftrl', by(O.Ftrl(0.1, l1=0.01, l2=0.2)))
case('ftrl_power', by(O.Ftrl(0.1, l1=0.01, l2=0.2, lr_power=-0.7)))
case('lamb', by(O.Lamb(0.05, lamb_weight_decay=0.02, exclude_from_weight_decay_fn=lambda p: p.name.endswith('b_0'))))
case('clip_by_value', by(O.SGD(0.5, grad_clip=fluid.clip.GradientClipByValue(0.05, -0.02))))
case('clip_by_norm', by(O.SGD(0.5, grad_clip=fluid.clip.GradientClipByNorm(0.1))))
case('l1_decay', by(O.Momentum(0.1, 0.9, regularization=fluid.regularizer.L1Decay(0.02))))
case('exponential_decay', scheduled(lambda: L.exponential_decay(0.5, 4, 0.5)))
case('exponential_decay_staircase', scheduled(lambda: L.exponential_decay(0.5, 4, 0.5, True)))
case('natural_exp_decay', scheduled(lambda: L.natural_exp_decay(0.5, 4, 0.3)))
case('inverse_time_decay', scheduled(lambda: L.inverse_time_decay(0.5, 4, 0.3, True)))
case('polynomial_decay', scheduled(lambda: L.polynomial_decay(0.5, 9, 0.01, 2.0)))
case('polynomial_decay_cycle', scheduled(lambda: L.polynomial_decay(0.5, 6, 0.01, 1.0, cycle=True)))
case('noam_decay', scheduled(lambda: L.noam_decay(64, 7, 2.0)))
case('cosine_decay', scheduled(lambda: L.cosine_decay(0.5, 3, 5)))
case('piecewise_decay', scheduled(lambda: L.piecewise_decay([3, 9], [0.5, 0.1, 0.02])))
case('linear_lr_warmup', scheduled(lambda: L.linear_lr_warmup(0.5, 6, 0.1, 0.5)))
case('warmup_of_a_schedule', scheduled(lambda: L.linear_lr_warmup(L.piecewise_decay([8, 12], [0.5, 0.1, 0.02]), 6, 0.1, 0.5)))


def ema_case(name, thres_steps, decay, averaged=True):
    """The moving average of the parameters: programs, the average after 20 steps, applied and restored."""
    with fresh(name) as (main, startup, folder):
        loss = network(averaged)
        O.SGD(0.5).minimize(loss)
        ema = O.ExponentialMovingAverage(decay, thres_steps=thres_steps())
        ema.update()
        exe = fluid.Executor(fluid.CPUPlace())
        exe.run(startup)
        for file, program in (('main', main), ('startup', startup), ('apply', ema.apply_program), ('restore', ema.restore_program)):
            write('%s/%s.pdmodel' % (folder, file), program.desc.serialize_to_string())
        fluid.io.save_persistables(exe, folder, main, filename='start.bin')
        losses = [exe.run(main, feed=feeds, fetch_list=[loss])[0][0] for _ in range(steps)]
        np.save(folder + '/loss.npy', np.array(losses, 'float32'))
        fluid.io.save_persistables(exe, folder, main, filename='end.bin')
        with ema.apply(exe):
            fluid.io.save_persistables(exe, folder, main, filename='applied.bin')
        print(name, losses[::6])


ema_case('moving_average', lambda: None, 0.9)
ema_case('moving_average_of_count', lambda: L.autoincreased_step_counter(), 0.9)
ema_case('moving_average_of_steps', lambda: L.cast(L.autoincreased_step_counter(), 'float32'), 0.6)
ema_case('moving_average_of_some', lambda: None, 0.9, False)
