"""What examples/detect finds, against the real Paddle: check_detect.py DETECT FOLDER PICTURE

FOLDER is PicoDet/ckpt of the unpacked package paddlelabel-ml. Classes must be equal, confidences within 0.01, corners within two pixels:
stb and OpenCV decode a JPEG to slightly different pixels.
"""

import sys

import cv2  # Pillow would meet the zlib of Paddle
import numpy as np

from pictures import planes, printed, run

detect, folder, file = sys.argv[1:]
picture = cv2.imread(file)
height, width = picture.shape[:2]
feeds = {
    "image": planes(cv2.resize(picture, (416, 416))),
    "scale_factor": np.array([[416 / height, 416 / width]], "float32"),
}
rows = np.array(run(f"{folder}/model", feeds)[0])
rows = rows[rows[:, 1] >= 0.5]
labels = open(f"{folder}/infer_cfg.yml").read().split("label_list:\n")[1].split("NMS:")[0].replace("- ", "").splitlines()
lines = printed(detect, folder, file)
found = [(float(words[0]), " ".join(words[1:-4]), [float(word) for word in words[-4:]]) for words in map(str.split, lines)]
if not len(rows) or [labels[int(row[0])] for row in rows] != [name for _, name, _ in found]:
    sys.exit(f"other things: {rows}, {found}")
worst = max(abs(confidence - row[1]) for (confidence, _, _), row in zip(found, rows))
off = max(abs(a - b) for (_, _, corners), row in zip(found, rows) for a, b in zip(corners, row[2:]))
if worst > 0.01 or off > 2:
    sys.exit(f"confidences differ by {worst}, corners by {off}")
print(f"{len(found)} boxes, confidences within {worst:.5f} and corners within {off:.2f} pixels: Paddle")
