"""Draws the pictures that the OCR example is tried on: draw_pictures.py FOLDER [FONT]. Needs Pillow and Debian's fonts-noto-cjk."""

import sys

from PIL import Image, ImageDraw, ImageFont

NOTO = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"

TWELVE = [
    ("A wherry carries cargo", 34),
    ("and passengers on rivers.", 34),
    ("船在河上行驶", 36),
    ("Invoice No. 2026-1130", 30),
    ("Total: 1,284.50 EUR", 30),
    ("电话 0571-8765 4321", 30),
    ("图书馆开放时间", 40),
    ("Monday to Friday 09:00-17:30", 26),
    ("欢迎光临 Welcome", 34),
    ("3.14159 26535 89793", 28),
    ("THE QUICK BROWN FOX", 32),
    ("北京 上海 广州 深圳", 34),
]
CHINESE = ["白日依山尽", "黄河入海流", "欲穷千里目", "更上一层楼"]
LEFT = ["First column", "keeps its lines", "on the left."]
RIGHT = ["Second column", "stands beside it", "on the right."]


def page(width, height, lines, ink="black", paper="white"):
    """A picture with lines of (text, size, left, top)."""
    picture = Image.new("RGB", (width, height), paper)
    drawing = ImageDraw.Draw(picture)
    for text, size, left, top in lines:
        drawing.text((left, top), text, fill=ink, font=ImageFont.truetype(FONT, size, index=2))
    return picture


def twelve():
    lines, top = [], 24
    for text, size in TWELVE:
        lines.append((text, size, 40, top))
        top += size + 30
    return page(640, top + 10, lines)


def pictures():
    yield "twelve", twelve().quantize(16)
    yield "turned", page(600, 300, [("This page was put in", 36, 40, 40), ("with its head down", 36, 40, 120), ("倒过来的一页", 40, 40, 200)]).rotate(180)
    yield "small", page(160, 44, [("Exit 24", 24, 20, 2)])
    yield "dark", page(560, 280, [("White on black", 40, 40, 40), ("night shift 22:45", 36, 40, 120), ("夜间营业", 40, 40, 190)], "#e8e8e8", "#181820")
    rows = [(t, 30, 30, 30 + 70 * i) for i, t in enumerate(LEFT)] + [(t, 30, 400, 30 + 70 * i) for i, t in enumerate(RIGHT)]
    yield "columns", page(720, 250, rows)
    yield "chinese", page(480, 420, [(t, 52, 60, 30 + 96 * i) for i, t in enumerate(CHINESE)], "#203050", "#f4efe0")


FONT = sys.argv[2] if len(sys.argv) > 2 else NOTO
for name, picture in pictures():
    picture.save(f"{sys.argv[1]}/{name}.png", optimize=True)
