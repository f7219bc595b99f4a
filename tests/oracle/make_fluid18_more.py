"""Writes golden/fluid18_more with the reference itself, fluid 1.8.5: PYTHON make_fluid18_more.py OUT_DIR

Programs that exercise what the other golden cases do not: shared parameters, per-parameter rates and decay, clipping,
soft labels, dropout, every initializer, two optimizers on one program, element-by-element maths, padded and sparse embeddings.
`test.pdmodel` is main.clone(for_test=True).
"""
from __future__ import print_function
import os, sys, traceback, numpy as np
import paddle.fluid as fluid

_stack = traceback.extract_stack  # file names only in `op_callstack`
traceback.extract_stack = lambda *a, **k: [(os.path.basename(f[0]),) + tuple(f)[1:] for f in _stack(*a, **k)][-1:]
out=sys.argv[1]
L=fluid.layers
def run(case, make, opt, feeds, steps=4, seed=5):
    main,startup=fluid.Program(),fluid.Program()
    main.random_seed=startup.random_seed=seed
    d=os.path.join(out,case)
    for s in('','start','persistables','feed','fetch'):
        p=os.path.join(d,s)
        if not os.path.isdir(p): os.makedirs(p)
    with fluid.scope_guard(fluid.Scope()), fluid.program_guard(main,startup), fluid.unique_name.guard():
        loss=make()
        if opt: opt().minimize(loss)
        exe=fluid.Executor(fluid.CPUPlace())
        exe.run(startup)
        open(d+'/main.pdmodel','wb').write(main.desc.serialize_to_string())
        open(d+'/startup.pdmodel','wb').write(startup.desc.serialize_to_string())
        open(d+'/test.pdmodel','wb').write(main.clone(for_test=True).desc.serialize_to_string())
        fluid.io.save_persistables(exe,d+'/start',main)
        for n,a in feeds.items(): np.save(d+'/feed/%s.npy'%n,a)
        rows=[exe.run(main,feed=feeds,fetch_list=[loss])[0] for _ in range(steps)]
        np.save(d+'/fetch/loss.npy',np.stack(rows))
        open(d+'/case.json','w').write('{"fetch": {"loss": "%s"}}'%loss.name)
        fluid.io.save_persistables(exe,d+'/persistables',main)
        print(case,[float(r) for r in rows])
rng=np.random.RandomState(3)
def f32(*s): return rng.randn(*s).astype('float32')
def ids(n,h): return rng.randint(0,h,(n,1)).astype('int64')
def xl(w=6): return fluid.data('x',[None,w]), fluid.data('label',[None,1],'int64')
def shared():
    x,l=xl()
    a=L.fc(x,6,act='tanh',param_attr=fluid.ParamAttr(name='w'),bias_attr=fluid.ParamAttr(name='b'))
    b=L.fc(a,6,act='relu',param_attr=fluid.ParamAttr(name='w'),bias_attr=fluid.ParamAttr(name='b'))
    c=L.fc(L.elementwise_add(a,b),3,act='softmax',bias_attr=False)
    return L.mean(L.cross_entropy(c,l))
def rates():
    x,l=xl()
    a=L.fc(x,6,act='sigmoid',param_attr=fluid.ParamAttr(learning_rate=0.5,regularizer=fluid.regularizer.L2Decay(0.1)),bias_attr=fluid.ParamAttr(trainable=False))
    c=L.fc(a,3,num_flatten_dims=1)
    return L.mean(L.softmax_with_cross_entropy(c,l))
def clip():
    x,l=xl()
    a=L.fc(x,6,act='relu')
    c=L.fc(a,3,act='softmax')
    return L.mean(L.cross_entropy(c,l))
def soft():
    x=fluid.data('x',[None,6]); l=fluid.data('label',[None,3])
    c=L.fc(x,3,act='softmax')
    return L.mean(L.cross_entropy(c,l,soft_label=True))
def drop():
    x,l=xl()
    a=L.dropout(L.fc(x,6,act='relu'),0.3,seed=3)
    a=L.scale(a,2.0,bias=1.0)
    a=L.reshape(a,[-1,3,2]); a=L.reshape(a,[-1,6])
    c=L.softmax(L.fc(a,3))
    return L.mean(L.cross_entropy(c,l))
def inits():
    x,l=xl()
    I=fluid.initializer
    a=L.fc(x,6,param_attr=fluid.ParamAttr(initializer=I.Normal(0.,0.5)),bias_attr=fluid.ParamAttr(initializer=I.Constant(0.25)))
    a=L.fc(a,6,param_attr=fluid.ParamAttr(initializer=I.TruncatedNormal(0.,0.5,seed=9)),bias_attr=fluid.ParamAttr(initializer=I.Uniform(-.5,.5)))
    a=L.fc(a,6,param_attr=fluid.ParamAttr(initializer=I.MSRA()),act='relu')
    a=L.fc(a,6,param_attr=fluid.ParamAttr(initializer=I.MSRA(uniform=False)),act='relu')
    a=L.fc(a,6,param_attr=fluid.ParamAttr(initializer=I.Xavier(uniform=False)),act='relu')
    c=L.fc(a,3,act='softmax')
    return L.mean(L.cross_entropy(c,l))
def twice():
    x,l=xl()
    c=L.fc(x,3,act='softmax')
    m=L.mean(L.cross_entropy(c,l))
    fluid.optimizer.SGD(0.1).minimize(m)
    return m
def maths():
    x=fluid.data('x',[None,6]); l=fluid.data('label',[None,6])
    a=L.fc(x,6); b=L.fc(x,6)
    c=L.elementwise_mul(a,b); c=L.elementwise_sub(c,L.elementwise_max(a,b)); c=L.elementwise_div(c,L.sqrt(L.scale(L.square(b),1.0,1.0)))
    c=L.elementwise_min(c,a); c=L.clip(c,-2.,2.); c=L.sums([c,a,b])
    c=L.matmul(c,L.fc(x,6),transpose_y=True)
    return L.reduce_mean(L.square(c))
def emb():
    x,l=fluid.data('x',[None,1],'int64'), fluid.data('label',[None,1],'int64')
    e=L.embedding(x,[9,6],padding_idx=-2,is_sparse=False)
    c=L.fc(e,3,act='softmax')
    return L.mean(L.cross_entropy(c,l,ignore_index=1))
o=fluid.optimizer
F={'x':f32(5,6),'label':ids(5,3)}
run('shared',shared,lambda:o.SGD(0.1),F)
run('rates',rates,lambda:o.Momentum(0.1,0.9,use_nesterov=True,regularization=fluid.regularizer.L2Decay(0.01)),F)
run('clip',clip,lambda:o.Adam(0.1,grad_clip=fluid.clip.GradientClipByGlobalNorm(0.1)),F)
p=rng.rand(5,3).astype('float32')+.1
run('soft',soft,lambda:o.SGD(0.1),{'x':F['x'],'label':p/p.sum(1,keepdims=True)})
run('drop',drop,lambda:o.SGD(0.1),F)
run('inits',inits,lambda:o.Adam(0.01),F)
run('twice',twice,lambda:o.SGD(0.2),F)
run('maths',maths,lambda:o.SGD(0.01),{'x':F['x'],'label':f32(5,6)})
run('emb',emb,lambda:o.SGD(0.5),{'x':ids(5,9),'label':F['label']})
def sparse():
    x,y=fluid.data('x',[None,1],'int64'), fluid.data('y',[None,1],'int64'); l=fluid.data('label',[None,1],'int64')
    a=[L.embedding(v,[9,6],is_sparse=True,param_attr=fluid.ParamAttr(name='w')) for v in (x,y)]
    a+=[L.embedding(v,[9,4],is_sparse=v is x,param_attr=fluid.ParamAttr(name='v')) for v in (x,y)]
    c=L.fc(L.concat(a,axis=1),3,act='softmax')
    return L.mean(L.cross_entropy(c,l))
S={'x':ids(5,9),'y':ids(5,9),'label':F['label']}
run('sparse',sparse,lambda:o.Momentum(0.1,0.9,regularization=fluid.regularizer.L2Decay(0.01)),S)
run('sparse_clip',sparse,lambda:o.Adam(0.1,grad_clip=fluid.clip.GradientClipByGlobalNorm(0.1)),S)
run('sparse_lazy',sparse,lambda:o.Adam(0.1,lazy_mode=True),S)
