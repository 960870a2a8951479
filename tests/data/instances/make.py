"""Makes truth.json, results.json and expected.json: a few images of random polygons and runs, evaluated by pycocotools.

pip install pycocotools==2.0.11 numpy
"""

import io
import json
import random
from contextlib import redirect_stdout
from importlib.metadata import version
from pathlib import Path

import numpy as np
from pycocotools import mask as coding
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

HERE = Path(__file__).parent
WIDTH, HEIGHT = 160, 120
KEYS = ["ap", "ap50", "ap75", "ap_small", "ap_medium", "ap_large", "ar_1", "ar_10", "ar_100", "ar_small", "ar_medium", "ar_large"]


def blob(rng, cx, cy, radius):
    points = []
    for step in range(9):
        angle = 2 * np.pi * step / 9
        r = radius * (0.7 + 0.6 * rng.random())
        points += [round(cx + r * np.cos(angle), 2), round(cy + r * np.sin(angle), 2)]
    return points


def encoded(rings):
    runs = coding.merge(coding.frPyObjects(rings, HEIGHT, WIDTH))
    return {"size": runs["size"], "counts": runs["counts"].decode()}


def uncompressed(rings):
    flat = coding.decode(coding.merge(coding.frPyObjects(rings, HEIGHT, WIDTH))).flatten(order="F")
    counts, last = [], 0
    run = 0
    for value in flat:
        if value == last:
            run += 1
        else:
            counts.append(run)
            run, last = 1, value
    counts.append(run)
    return {"size": [HEIGHT, WIDTH], "counts": [int(c) for c in counts]}


def main():
    rng = random.Random(3)
    images = [{"id": i, "file_name": f"{i}.png", "width": WIDTH, "height": HEIGHT} for i in (3, 1, 7, 9)]
    categories = [{"id": 2, "name": "leaf"}, {"id": 5, "name": "stone"}, {"id": 6, "name": "shell"}]
    annotations, results = [], []
    for image in images:
        for _ in range(7):
            cx, cy, radius = rng.uniform(0, WIDTH), rng.uniform(0, HEIGHT), rng.uniform(6, 48)
            rings = [blob(rng, cx, cy, radius)]
            if rng.random() < 0.3:
                rings.append(blob(rng, cx + 20, cy + 10, radius / 2))
            category = rng.choice([2, 5, 6])
            crowd = int(rng.random() < 0.12)
            area = float(coding.area(coding.merge(coding.frPyObjects(rings, HEIGHT, WIDTH))))
            xs, ys = sum((r[0::2] for r in rings), []), sum((r[1::2] for r in rings), [])
            annotations.append({
                "id": len(annotations) + 1, "image_id": image["id"], "category_id": category, "iscrowd": crowd, "area": area,
                "bbox": [min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)],
                "segmentation": uncompressed(rings) if crowd else rings,
            })
            for _ in range(rng.choice([0, 1, 1, 2])):
                shift = rng.uniform(0, radius / 2)
                seen = [blob(rng, cx + shift, cy - shift / 2, radius * rng.uniform(0.8, 1.2))]
                results.append({
                    "image_id": image["id"], "category_id": category if rng.random() < 0.8 else rng.choice([2, 5, 6]),
                    "score": round(rng.random(), 3), "segmentation": encoded(seen),
                })
    truth = {"images": images, "annotations": annotations, "categories": categories}
    (HERE / "truth.json").write_text(json.dumps(truth) + "\n")
    (HERE / "results.json").write_text(json.dumps(results) + "\n")
    with redirect_stdout(io.StringIO()):
        coco = COCO(str(HERE / "truth.json"))
        evaluation = COCOeval(coco, coco.loadRes(str(HERE / "results.json")), "segm")
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    numbers = {key: None if value == -1 else float(value) for key, value in zip(KEYS, evaluation.stats)}
    expected = {"reference": f"pycocotools {version('pycocotools')}, segm", "summary": numbers}
    (HERE / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")


main()
