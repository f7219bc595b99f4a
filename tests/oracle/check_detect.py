"""What examples/detect finds, against the real Paddle: check_detect.py DETECT FOLDER PICTURE

FOLDER is PicoDet/ckpt of the unpacked package paddlelabel-ml. Classes must be equal, confidences within 0.01, corners within two pixels:
stb and OpenCV decode a JPEG to slightly different pixels.
"""

import subprocess
import sys

import cv2  # Pillow would meet the zlib of Paddle
import numpy as np
import paddle

detect, folder, file = sys.argv[1:]
paddle.enable_static()
exe = paddle.static.Executor()
program, _, fetches = paddle.static.load_inference_model(f"{folder}/model", exe)
picture = cv2.imread(file)
height, width = picture.shape[:2]
pixels = (cv2.resize(picture, (416, 416))[:, :, ::-1] / np.float32(255) - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]
feeds = {
    "image": pixels.transpose(2, 0, 1)[None].astype("float32"),
    "scale_factor": np.array([[416 / height, 416 / width]], "float32"),
}
rows = np.array(exe.run(program, feed=feeds, fetch_list=fetches)[0])
rows = rows[rows[:, 1] >= 0.5]
labels = open(f"{folder}/infer_cfg.yml").read().split("label_list:\n")[1].split("NMS:")[0].replace("- ", "").splitlines()
printed = subprocess.run([detect, folder, file], check=True, capture_output=True, text=True).stdout.splitlines()
found = [(float(words[0]), " ".join(words[1:-4]), [float(word) for word in words[-4:]]) for words in map(str.split, printed)]
if not len(rows) or [labels[int(row[0])] for row in rows] != [name for _, name, _ in found]:
    sys.exit(f"other things: {rows}, {found}")
worst = max(abs(confidence - row[1]) for (confidence, _, _), row in zip(found, rows))
off = max(abs(a - b) for (_, _, corners), row in zip(found, rows) for a, b in zip(corners, row[2:]))
if worst > 0.01 or off > 2:
    sys.exit(f"confidences differ by {worst}, corners by {off}")
print(f"{len(found)} boxes, confidences within {worst:.5f} and corners within {off:.2f} pixels: Paddle")
