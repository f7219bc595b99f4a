"""What examples/classify prints, against the real Paddle: check_classify.py CLASSIFY FOLDER PICTURE

FOLDER is PPLCNetV2 of the unpacked package paddlelabel-ml. Classes must be equal, confidences within 0.01:
stb and OpenCV decode a JPEG to slightly different pixels.
"""

import sys

import cv2  # Pillow would meet the zlib of Paddle
import numpy as np

from pictures import planes, printed, run

classify, folder, file = sys.argv[1:]
picture = cv2.imread(file)
height, width = picture.shape[:2]
by = 256 / min(height, width)
small = cv2.resize(picture, (round(width * by), round(height * by)))
top, left = (small.shape[0] - 224) // 2, (small.shape[1] - 224) // 2
(scores,) = run(f"{folder}/ckpt/inference", {"x": planes(small[top : top + 224, left : left + 224])})
names = [line.split(" ", 1)[1] for line in open(f"{folder}/labels.txt").read().splitlines()]
best = [(names[i], scores[0, i]) for i in np.argsort(-scores[0], kind="stable")[:5]]
found = [line.split(" ", 1) for line in printed(classify, folder, file)]
if [name for name, _ in best] != [name for _, name in found]:
    sys.exit(f"other classes: {best}, {found}")
worst = max(abs(float(text) - confidence) for (text, _), (_, confidence) in zip(found, best))

if worst > 0.01:
    sys.exit(f"confidences differ by {worst}")
print(f"the five best classes, confidences within {worst:.5f}: Paddle")
