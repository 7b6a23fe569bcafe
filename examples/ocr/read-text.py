"""Reads the text in a picture with three served models of PP-OCR: where is text, which way up is it, what does it say.

    pip install "tritonclient[http]" pillow
    python examples/ocr/read-text.py examples/ocr/delivery-note.png
CLUSTER_AI_URL names another server than http://localhost:8000.
"""

import argparse
import math
import os
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import numpy as np
import tritonclient.http as triton
from PIL import Image, ImageDraw

CHARACTERS = Path(__file__).parents[2] / ".cache" / "ocr" / "ppocr_keys_v1.txt"
LINE_HEIGHT, BATCH_LINES = 48, 6


class Line(NamedTuple):
    text: str
    confidence: float
    box: np.ndarray  # four corners, clockwise from where the text begins


class Reader:
    def __init__(self, client: triton.InferenceServerClient, characters: Path) -> None:
        self.client = client
        # What stands for no character comes first, the space last.
        self.characters = ["", *characters.read_text("utf-8").splitlines(), " "]

    def read(self, picture: Image.Image) -> list[Line]:
        """The lines of text in a picture, from top to bottom, and from left to right where they stand side by side."""
        boxes = self.find(picture)
        cuts = [cut_out(picture, box) for box in boxes]
        lines = [Line(*spelled, box) for spelled, box in zip(self.recognize(cuts), boxes)]
        # Classification: which are upside down. At times it is wrong: both ways are read, and the surer one counts.
        heads = [normalized(cut.resize((min(cut.width, 192), LINE_HEIGHT)), 192) for cut in cuts]
        for index in np.flatnonzero(self.ask("pp-ocr-angle", heads)[:, 1] > 0.9) if cuts else []:
            turned = Line(*self.recognize([cuts[index].rotate(180)])[0], np.roll(boxes[index], 2, axis=0))
            lines[index] = max(lines[index], turned, key=lambda line: line.confidence)
        return in_reading_order([line for line in lines if line.confidence > 0.5])

    def ask(self, model: str, images: list[np.ndarray]) -> np.ndarray:
        """Sends images of one size to a model with one input and one output, in binary form both ways."""
        batch = np.stack(images).astype(np.float32)
        answer = self.client.infer(model, [triton.InferInput("x", batch.shape, "FP32").set_data_from_numpy(batch)])
        return answer.as_numpy(answer.get_response()["outputs"][0]["name"])

    def find(self, picture: Image.Image) -> list[np.ndarray]:
        """Boxes around lines: detection says of each pixel how likely it is text, and what hangs together is a line."""
        width, height = picture.size
        scale = min(max(1, 736 / min(width, height)), 1536 / max(width, height))
        columns, rows = (max(1, round(side * scale / 32)) * 32 for side in (width, height))
        likely = self.ask("pp-ocr-detection", [normalized(picture.resize((columns, rows)), columns)])[0, 0]
        blobs = [blob for blob in connected(likely > 0.3) if len(blob) > 20 and likely[tuple(blob.T)].mean() > 0.6]
        return [box_around(blob[:, ::-1] * (width / columns, height / rows)) for blob in blobs]

    def recognize(self, cuts: list[Image.Image]) -> list[tuple[str, float]]:
        """Text and confidence of each. Lines of like length share a request, which is as wide as the longest."""
        order = sorted(range(len(cuts)), key=lambda index: cuts[index].width)
        spelled = {}
        for start in range(0, len(order), BATCH_LINES):
            batch = order[start : start + BATCH_LINES]
            width = max(320, cuts[batch[-1]].width)
            scores = self.ask("pp-ocr-recognition", [normalized(cuts[index], width) for index in batch])
            spelled.update(zip(batch, map(self.spell, scores)))
        return [spelled[index] for index in range(len(cuts))]

    def spell(self, scores: np.ndarray) -> tuple[str, float]:
        """The likeliest character of each column; a repeated one counts once, unless none stands between (CTC)."""
        best = scores.argmax(axis=1)
        kept = (best > 0) & (best != np.concatenate(([0], best[:-1])))
        confidence = float(scores.max(axis=1)[kept].mean()) if kept.any() else 0.0
        return "".join(self.characters[index] for index in best[kept]), confidence


def normalized(picture: Image.Image, width: int) -> np.ndarray:
    """Colours from -1 to 1 as the models want them: blue, green, red, each a plane; filled up at the right."""
    planes = (np.asarray(picture, np.float32) / 127.5 - 1)[:, :, ::-1].transpose(2, 0, 1)
    return np.pad(planes, ((0, 0), (0, 0), (0, width - planes.shape[2])))


def connected(mask: np.ndarray) -> list[np.ndarray]:
    """The pixels (row, column) of each part of the mask that hangs together."""
    todo, blobs = set(map(tuple, np.argwhere(mask))), []
    while todo:
        blob = [todo.pop()]
        for row, column in blob:
            around = {(row + down, column + right) for down in (-1, 0, 1) for right in (-1, 0, 1)} & todo
            todo -= around
            blob.extend(around)
        blobs.append(np.array(blob))
    return blobs


def box_around(points: np.ndarray) -> np.ndarray:
    """The smallest turned rectangle around the points (in steps of half a degree), and PP-OCR's margin around it."""
    angles = np.radians(np.arange(-45, 45, 0.5))
    turns = [np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]]) for angle in angles]
    turn = min(turns, key=lambda turn: np.prod(np.ptp(points @ turn, axis=0) + 1))
    low, high = (points @ turn).min(axis=0), (points @ turn).max(axis=0) + 1
    margin = 1.6 * np.prod(high - low) / (2 * np.sum(high - low))
    (left, top), (right, bottom) = low - margin, high + margin
    corners = np.array([(left, top), (right, top), (right, bottom), (left, bottom)]) @ turn.T
    # Text that runs upwards or downwards is laid flat.
    return np.roll(corners, -1, axis=0) if bottom - top >= 1.5 * (right - left) else corners


def cut_out(picture: Image.Image, box: np.ndarray) -> Image.Image:
    """What is in the box, upright and as high as the models want it."""
    width, height = (max(1, round(math.dist(box[0], box[corner]))) for corner in (1, 3))
    cut = picture.transform((width, height), Image.Transform.QUAD, box[[0, 3, 2, 1]].ravel(), Image.Resampling.BICUBIC)
    return cut.resize((math.ceil(LINE_HEIGHT * width / height), LINE_HEIGHT))


def in_reading_order(lines: list[Line]) -> list[Line]:
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: line.box[:, 1].mean()):
        # Where its middle is below all of the line before, a new row begins.
        if not rows or line.box[:, 1].mean() > rows[-1][0].box[:, 1].max():
            rows.append([])
        rows[-1].append(line)
    return [line for row in rows for line in sorted(row, key=lambda line: line.box[0, 0])]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("picture", type=Path)
    parser.add_argument("--characters", type=Path, default=CHARACTERS, help="what can be recognized")
    parser.add_argument("--boxes", type=Path, help="writes the picture with what was found drawn into it")
    arguments = parser.parse_args()
    url = urlsplit(os.environ.get("CLUSTER_AI_URL", "http://localhost:8000"))
    picture = Image.open(arguments.picture).convert("RGB")
    with triton.InferenceServerClient(url.netloc, ssl=url.scheme == "https") as client:
        lines = Reader(client, arguments.characters).read(picture)
    draw = ImageDraw.Draw(picture)
    for line in lines:
        print(f"{line.confidence:.3f}  {line.text}")
        draw.polygon(line.box.ravel().tolist(), outline="red", width=2)
    if arguments.boxes:
        picture.save(arguments.boxes)


if __name__ == "__main__":
    main()
