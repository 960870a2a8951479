"""Invented panoptic pictures, and what panopticapi (commit 1ad5afa) makes of them: `panoptic.json`.

Run with numpy, Pillow, and panopticapi on the path.
"""

import json
import tempfile
from pathlib import Path

import numpy as np
from panopticapi.evaluation import pq_compute_single_core
from PIL import Image

WIDTH, HEIGHT, CLASSES = 16, 12, 5


def segments(ids, classes, crowd):
    """One of each id that is there; some of the truth are crowds."""
    found = [int(i) for i in np.unique(ids) if i != 0]
    return [
        {"id": i, "category_id": classes[i % 97], "iscrowd": int(crowd and i % 7 == 0), "area": int((ids == i).sum())}
        for i in found
    ]


def scene(rng):
    """Boxes over each other, ids beyond a byte, some void; the prediction moved, cut and partly called otherwise."""
    truth = np.zeros((HEIGHT, WIDTH), np.uint32)
    for _ in range(9):
        x, y, w, h = rng.integers(0, WIDTH), rng.integers(0, HEIGHT), rng.integers(3, 9), rng.integers(3, 7)
        truth[y : y + h, x : x + w] = rng.integers(1, 70_000)
    predicted = np.roll(truth, rng.integers(-1, 2), 1)
    for _ in range(3):
        x, y = rng.integers(0, WIDTH), rng.integers(0, HEIGHT)
        predicted[y : y + 3, x : x + 4] = rng.choice([0, *rng.integers(1, 70_000, 2)])
    classes = rng.integers(0, CLASSES - 1, 97).tolist()
    other = [c if rng.random() < 0.85 else int(rng.integers(0, CLASSES - 1)) for c in classes]
    return truth, segments(truth, classes, True), predicted, segments(predicted, other, False)


def save(folder, name, ids):
    Image.fromarray(np.dstack([ids % 256, ids // 256 % 256, ids // 65536]).astype(np.uint8)).save(Path(folder, name))


def main():
    rng = np.random.default_rng(3)
    pictures, annotations = [], []
    with tempfile.TemporaryDirectory() as folder:
        for n in range(20):
            truth, of_truth, predicted, of_prediction = scene(rng)
            save(folder, f"{n}.t.png", truth)
            save(folder, f"{n}.p.png", predicted)
            plain = lambda found: [[s["id"], s["category_id"], s["iscrowd"]] for s in found]
            pictures.append({
                "truth": truth.ravel().tolist(), "of_truth": plain(of_truth),
                "predicted": predicted.ravel().tolist(), "of_prediction": plain(of_prediction),
            })
            annotations.append((
                {"image_id": n, "file_name": f"{n}.t.png", "segments_info": of_truth},
                {"image_id": n, "file_name": f"{n}.p.png", "segments_info": of_prediction},
            ))
        categories = {c: {"isthing": 1} for c in range(CLASSES)}
        counts = pq_compute_single_core(0, annotations, folder, folder, categories)
    mean, _ = counts.pq_average(categories, None)
    per_class = [[float(counts[c].iou), counts[c].tp, counts[c].fp, counts[c].fn] for c in range(CLASSES)]
    expected = {"mean": {k: float(v) for k, v in mean.items()}, "iou_tp_fp_fn": per_class, "pictures": pictures}
    Path(__file__).with_name("panoptic.json").write_text(json.dumps(expected, separators=(",", ":")) + "\n")


main()
