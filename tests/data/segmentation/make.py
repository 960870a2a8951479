"""Two small masks with predictions and confidences, in every kind of file, and what scikit-learn and OpenCV make of them.

Invented pictures of three classes; index 3 is to be ignored. Run with numpy, Pillow, OpenCV, scikit-learn.
"""

import json
import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import sklearn
from PIL import Image
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score, jaccard_score, precision_score, recall_score

HERE = Path(__file__).parent
NAMES = ["Road", "Tree", "Car", "Void"]
COLOURS = np.array([[128, 64, 128], [128, 128, 0], [64, 0, 128], [0, 0, 0]], np.uint8)
IGNORE = 3


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def grey_png(path, mask, bits, interlaced=False):
    """Grey of so many bits, not scaled; Pillow writes only 8 and 16."""
    height, width = mask.shape
    passes = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]
    rows = b""
    for y, x, dy, dx in passes if interlaced else [(0, 0, 1, 1)]:
        part = mask[y::dy, x::dx]
        for row in part if part.shape[1] else []:
            text = "".join(format(v, f"0{bits}b") for v in row)
            text += "0" * (-len(text) % 8)
            rows += b"\0" + bytes(int(text[i : i + 8], 2) for i in range(0, len(text), 8))
    head = struct.pack(">IIBBBBB", width, height, bits, 0, 0, 0, int(interlaced))
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + body)


def with_palette(mask, order):
    """Position `order[i]` of the palette is class i."""
    image = Image.fromarray(np.array(order, np.uint8)[mask], "P")
    colours = np.zeros((len(order), 3), np.uint8)
    colours[order] = COLOURS
    image.putpalette(colours.tobytes())
    return image


def scene(rng, width, height):
    """Areas with straight and round borders, a frame to be ignored, and a prediction that is off by some pixels."""
    y, x = np.mgrid[:height, :width]
    truth = np.where(y > height * 0.6, 0, 1)
    truth[(x - width * 0.6) ** 2 + (y - height * 0.55) ** 2 < (height * 0.25) ** 2] = 2
    truth[:, -2:] = IGNORE
    predicted = np.roll(np.where(truth == IGNORE, 1, truth), (1, -2), (0, 1))
    wrong = rng.random(truth.shape) < 0.05
    predicted[wrong] = rng.integers(0, 3, wrong.sum())
    predicted[0, :3] = 9
    confidence = np.clip(rng.normal(0.8, 0.2, truth.shape), 0, 1)
    return truth.astype(np.uint8), predicted.astype(np.uint8), confidence


def boundary(mask, ratio=0.02):
    """mask_to_boundary of boundary-iou-api."""
    height, width = mask.shape
    dilation = max(1, int(round(ratio * np.sqrt(height**2 + width**2))))
    padded = cv2.copyMakeBorder(mask, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    eroded = cv2.erode(padded, np.ones((3, 3), np.uint8), iterations=dilation)
    return mask - eroded[1 : height + 1, 1 : width + 1]


def main():
    rng = np.random.default_rng(7)
    truths, predictions, levels = [], [], []
    boundaries = np.zeros((3, 2), int)
    for name, (width, height) in {"a": (24, 18), "b": (83, 61)}.items():
        truth, predicted, confidence = scene(rng, width, height)
        byte = np.round(confidence * 255).astype(np.uint8)
        grey_png(HERE / f"{name}.index.png", truth, 8)
        grey_png(HERE / f"{name}.predicted.png", predicted, 4)
        grey_png(HERE / f"{name}.two_bits.png", truth, 2)
        grey_png(HERE / f"{name}.interlaced.png", truth, 4, True)
        grey_png(HERE / f"{name}.road.png", (truth == 0).astype(np.uint8), 1)
        Image.fromarray(((truth == 0) * 255).astype(np.uint8)).save(HERE / f"{name}.road_white.png", optimize=True)
        Image.fromarray(truth.astype(np.uint16)).save(HERE / f"{name}.sixteen.png", optimize=True)
        with_palette(truth, [0, 1, 2, 3]).save(HERE / f"{name}.palette.png", optimize=True, bits=8)
        with_palette(truth, [2, 0, 3, 1]).save(HERE / f"{name}.shuffled.png", bits=8)
        with_palette(truth, [0, 1, 2, 3]).save(HERE / f"{name}.palette.bmp")
        colour = Image.fromarray(COLOURS[truth])
        colour.save(HERE / f"{name}.rgb.png", optimize=True)
        colour.save(HERE / f"{name}.rgb.webp", lossless=True)
        colour.save(HERE / f"{name}.rgb.bmp")
        opaque = np.full(truth.shape, 255, np.uint8)
        Image.fromarray(np.dstack([COLOURS[truth], opaque])).save(HERE / f"{name}.rgba.png", optimize=True)
        Image.fromarray(truth).save(HERE / f"{name}.grey.tiff", compression="tiff_lzw")
        Image.fromarray(byte).save(HERE / f"{name}.confidence.png", optimize=True)
        for kind in ("f2", "f4", "f8"):
            np.save(HERE / f"{name}.confidence.{kind}.npy", confidence.astype(kind))
        counted = truth != IGNORE
        truths.append(truth[counted])
        predictions.append(predicted[counted])
        levels.append(byte[counted])
        for c in range(3):
            t = boundary(((truth == c) & counted).astype(np.uint8))
            p = boundary(((predicted == c) & counted).astype(np.uint8))
            boundaries[c] += int((t & p).sum()), int((t | p).sum())
    # JPEG is refused.
    Image.fromarray(truth).save(HERE / "b.jpg")
    truth, predicted, level = map(np.concatenate, (truths, predictions, levels))
    classes, of = [0, 1, 2], {"labels": [0, 1, 2], "average": None}
    sure = np.where((level >= 200) & (predicted < 3), predicted, 9)
    iou = jaccard_score(truth, predicted, **of)
    values = {
        "reference": f"scikit-learn {sklearn.__version__}; boundaries with OpenCV {cv2.__version__}",
        "pixels": int(truth.size),
        "pixel_accuracy": accuracy_score(truth, predicted),
        "iou": iou.tolist(),
        "dice": f1_score(truth, predicted, **of).tolist(),
        "precision": precision_score(truth, predicted, **of).tolist(),
        "recall": recall_score(truth, predicted, **of).tolist(),
        "mean_iou": iou.mean(),
        "frequency_weighted_iou": jaccard_score(truth, predicted, labels=classes, average="weighted"),
        "matrix": confusion_matrix(truth, predicted, labels=classes + [9])[:3].tolist(),
        "matrix_from_level_200": confusion_matrix(truth, sure, labels=classes + [9])[:3].tolist(),
        "boundaries": boundaries.tolist(),
    }
    (HERE / "small.json").write_text(json.dumps(values, indent=1) + "\n")
    records = [{"index": i, "name": n, "colour": c.tolist()} for i, (n, c) in enumerate(zip(NAMES, COLOURS))]
    (HERE / "classes.json").write_text(json.dumps({"ignore_index": IGNORE, "classes": records}, indent=1) + "\n")


main()
