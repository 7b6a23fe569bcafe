"""Draws delivery-note.png and writes what stands in it beside it: python examples/ocr/draw-note.py

Needs pillow, and the DejaVu fonts (Debian package fonts-dejavu-core, free to use and to pass on).
The same version of pillow draws the same picture.
"""

from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

HERE = Path(__file__).parent
INK, PAPER = (32, 36, 48), (250, 248, 240)

# Text, left, top, size, font, degrees by which it is turned anticlockwise; in the order in which one reads it.
LINES = [
    ("Northwind Harbour Supplies", 40, 30, 40, "DejaVuSerif-Bold", 0),
    ("Delivery note 2026-0417", 40, 100, 26, "DejaVuSans", 0),
    ("Tuesday, 14 April 2026", 560, 100, 22, "DejaVuSans", 0),
    ("12 x Brass shackle, 8 mm", 40, 180, 24, "DejaVuSans", 0),
    ("EUR 54.60", 720, 180, 24, "DejaVuSansMono", 0),
    ("3 x Mooring line, 20 m", 40, 225, 24, "DejaVuSans", 0),
    ("EUR 117.00", 705, 225, 24, "DejaVuSansMono", 0),
    ("1 x Signal lamp", 40, 270, 24, "DejaVuSans", 0),
    ("EUR 39.95", 720, 270, 24, "DejaVuSansMono", 0),
    ("Total", 40, 330, 30, "DejaVuSans-Bold", 0),
    ("EUR 211.55", 680, 330, 28, "DejaVuSansMono-Bold", 0),
    ("PAID IN FULL", 520, 375, 44, "DejaVuSans-Bold", 9),
    ("Handle with care", 60, 470, 28, "DejaVuSans-Oblique", 0),
    ("This side up", 60, 530, 34, "DejaVuSans-Bold", 180),
    ("Goods remain our property until paid for in full", 40, 595, 20, "DejaVuSans", 0),
]


def main() -> None:
    note = Image.new("RGB", (920, 650), PAPER)
    for text, left, top, size, font_name, degrees in LINES:
        font = ImageFont.truetype(f"{font_name}.ttf", size)
        words = Image.new("RGB", tuple(round(side) + 12 for side in font.getbbox(text)[2:]), PAPER)
        ImageDraw.Draw(words).text((6, 6), text, INK, font)
        note.paste(words.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=PAPER), (left, top))
    draw = ImageDraw.Draw(note)
    for top in (160, 315):
        draw.line((40, top, 880, top), INK, 2)
    note.quantize(32).save(HERE / "delivery-note.png", optimize=True)
    (HERE / "delivery-note.txt").write_text("".join(f"{text}\n" for text, *_ in LINES), "utf-8")


if __name__ == "__main__":
    main()
