"""What check_classify.py and check_detect.py share: what the real Paddle answers for a picture, and what an example prints."""

import subprocess

import numpy as np
import paddle

paddle.enable_static()


def run(prefix, feeds):
    exe = paddle.static.Executor()
    with paddle.static.scope_guard(paddle.static.Scope()):
        program, _, fetches = paddle.static.load_inference_model(prefix, exe)
        return exe.run(program, feed=feeds, fetch_list=fetches)


def planes(pixels):
    """Pixels as OpenCV has them as the networks want them: [1, 3, height, width], less ImageNet's mean over its deviation."""
    pixels = (pixels[:, :, ::-1] / np.float32(255) - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]
    return pixels.transpose(2, 0, 1)[None].astype("float32")


def printed(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
