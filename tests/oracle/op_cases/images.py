# Operators of op::images. See ../op_cases.py.


def refuse(op, inputs, outputs, **attributes):
    """What the reference may take, and is refused here."""
    case(op, inputs, outputs, attributes, refused=True)


def conv(x, w, op="conv2d", dtype="float32", **attributes):
    n = len(x) - 2
    a = dict(strides=[1] * n, paddings=[0] * n, dilations=[1] * n, groups=1)
    a.update(attributes)
    case(op, {"Input": some(*x, dtype=dtype), "Filter": some(*w, dtype=dtype)}, ["Output"], a, name="%s %s %s %s %s" % (op, x, w, dtype, attributes))


for strides in ([1, 1], [2, 1], [1, 3], [2, 2]):
    for paddings in ([0, 0], [1, 2], [1, 0, 2, 1]):
        conv((2, 3, 9, 11), (4, 3, 3, 2), strides=strides, paddings=paddings)
for algorithm in ("SAME", "VALID", "EXPLICIT"):
    for strides in ([1, 1], [2, 3]):
        conv((1, 2, 7, 10), (3, 2, 3, 4), padding_algorithm=algorithm, paddings=[1, 1], strides=strides)
        conv((1, 4, 7, 10), (4, 1, 3, 4), op="depthwise_conv2d", groups=4, padding_algorithm=algorithm, paddings=[1, 1], strides=strides, dilations=[2, 1])
        conv((1, 7, 10, 2), (3, 2, 3, 4), padding_algorithm=algorithm, paddings=[2, 0, 1, 1], strides=strides, data_format="NHWC")
conv((2, 3, 20, 37), (5, 3, 3, 3), dilations=[2, 3], paddings=[2, 3])
conv((2, 6, 8, 8), (4, 3, 3, 3), groups=2, paddings=[1, 1])
conv((2, 6, 8, 8), (12, 1, 3, 3), groups=6, paddings=[1, 1])
conv((1, 40, 13, 17), (33, 40, 1, 1))
conv((1, 40, 13, 17), (33, 40, 1, 1), strides=[2, 2])
conv((3, 24, 1, 1), (17, 24, 1, 1))
conv((1, 3, 64, 96), (16, 3, 3, 3), strides=[2, 2], paddings=[1, 1])
conv((1, 70, 9, 9), (20, 70, 3, 3), paddings=[1, 1])
conv((1, 5, 50, 300), (7, 5, 7, 7), strides=[2, 2], paddings=[3, 3])
conv((1, 3, 6, 6), (2, 3, 2, 2), dtype="float64", paddings=[1, 1])
conv((1, 3, 6, 6), (3, 1, 2, 2), dtype="float64", paddings=[1, 1], op="depthwise_conv2d", groups=3)
conv((1, 2, 6, 6), (2, 2, 5, 5), paddings=[6, 6])
for k in (3, 5, 7):
    for s in (1, 2, 3):
        for width in (5, 16, 65, 150):
            if width + k // 2 * 2 >= k:
                conv((2, 3, 10, width), (3, 1, k, k), op="depthwise_conv2d", groups=3, strides=[s, s], paddings=[k // 2, k // 2])
conv((1, 3, 20, 40), (3, 1, 3, 3), op="depthwise_conv2d", groups=3, dilations=[3, 2], paddings=[3, 2])
conv((1, 3, 20, 40), (3, 1, 3, 3), op="depthwise_conv2d", groups=3, dilations=[3, 2], paddings=[3, 2], strides=[2, 3])
conv((1, 3, 20, 40), (6, 1, 3, 3), op="depthwise_conv2d", groups=3, paddings=[1, 1], strides=[1, 2])
conv((1, 20, 40, 3), (6, 1, 3, 3), op="depthwise_conv2d", groups=3, paddings=[1, 1], strides=[1, 2], data_format="NHWC")
conv((1, 2, 40, 3000), (2, 1, 31, 31), op="depthwise_conv2d", groups=2, paddings=[15, 15])
conv((1, 2, 5, 3000), (2, 1, 3, 3), op="depthwise_conv2d", groups=2, paddings=[1, 1])
conv((1, 2, 20, 10), (2, 1, 1, 9), op="depthwise_conv2d", groups=2, paddings=[0, 4])
conv((2, 3, 5, 6, 7), (4, 3, 2, 3, 3), op="conv3d", paddings=[1, 0, 1], strides=[1, 2, 1])
conv((2, 4, 5, 6, 7), (4, 2, 2, 3, 3), op="conv3d", paddings=[1, 0, 1, 1, 0, 2], strides=[2, 2, 1], groups=2, dilations=[1, 1, 2])
conv((1, 5, 6, 7, 3), (4, 3, 2, 3, 3), op="conv3d", padding_algorithm="SAME", strides=[1, 2, 3], data_format="NDHWC")
if V2:  # 1.8.5 dies of no images
    conv((0, 3, 6, 6), (2, 3, 2, 2))
# what should be refused
conv((1, 3, 6, 6), (2, 3, 2, 2), strides=[0, 1])
conv((1, 3, 6, 6), (2, 3, 2, 2), strides=[-1, 1])
conv((1, 3, 6, 6), (2, 3, 2, 2), strides=[1, 1, 1])
refuse("conv2d", {"Input": some(1, 3, 6, 6), "Filter": some(2, 3, 2, 2)}, ["Output"], strides=[1, 1], paddings=[0, 0], dilations=[0, 1], groups=1)
conv((1, 3, 6, 6), (2, 3, 2, 2), groups=0)
conv((1, 3, 6, 6), (2, 3, 2, 2), groups=-1)
conv((1, 3, 6, 6), (2, 1, 2, 2), groups=3)
conv((1, 3, 6, 6), (2, 2, 2, 2))
refuse("conv2d", {"Input": some(1, 3, 6, 6), "Filter": some(2, 3, 7, 2)}, ["Output"], strides=[1, 1], paddings=[0, 0], dilations=[1, 1], groups=1)
conv((1, 3, 6, 6), (2, 3, 2))
conv((1, 3, 6, 6), (2, 3, 2, 2), paddings=[1, 1, 1])
refuse("conv2d", {"Input": some(1, 3, 6, 6), "Filter": some(2, 3, 2, 2)}, ["Output"], strides=[1, 1], paddings=[-1, 0], dilations=[1, 1], groups=1)
refuse("conv2d", {"Input": some(1, 3, 6, 6), "Filter": some(2, 3, 2, 2), "Bias": some(2)}, ["Output"], strides=[1, 1], paddings=[0, 0], dilations=[1, 1], groups=1)
refuse("conv2d", {"Input": some(1, 3, 6, 6), "Filter": some(2, 3, 2, 2, dtype="float64")}, ["Output"], strides=[1, 1], paddings=[0, 0], dilations=[1, 1], groups=1)
