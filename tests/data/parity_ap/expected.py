"""Makes small detection sets full of edge cases and evaluates them, and those of ../parity, with the reference libraries.

    pip install pycocotools==2.0.11 tidecv==1.0.1
    python tests/data/parity_ap/expected.py

writes NAME.truth.json, NAME.results.json and expected.json beside this file. The sets are random with fixed seeds.
"""

import contextlib
import io
import json
import random
from importlib.metadata import version
from pathlib import Path

import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval
from tidecv import TIDE
from tidecv.data import Data

HERE = Path(__file__).parent


def make(seed, images, classes, truths, results, places, sizes, scores, crowd, own_area):
    """Boxes on a coarse grid: equal overlaps, equal scores and areas on the borders of the ranges are frequent."""
    pick = random.Random(seed)
    image_ids = pick.sample(range(1, 10 * images), images)
    class_ids = pick.sample(range(1, 91), classes)

    def box():
        return [pick.choice(places), pick.choice(places), pick.choice(sizes), pick.choice(sizes)]

    # The last image and the last class have no truth, the last but one class no result.
    annotations = []
    for number in range(truths):
        b = box()
        area = b[2] * b[3] if pick.random() < own_area else pick.choice([1024, 9216, 900, 5000, 20000])
        annotations.append({
            "id": number + 1,
            "image_id": pick.choice(image_ids[:-1]),
            "category_id": pick.choice(class_ids[:-1]),
            "bbox": b,
            "area": area,
            "iscrowd": int(pick.random() < crowd),
        })
    wrong_classes = class_ids[:-2] + class_ids[-1:]

    def detection():
        # Half of them stand on a truth, more or less, and mostly name its class.
        truth = pick.choice(annotations)
        if pick.random() < 0.5 and truth["category_id"] != class_ids[-2]:
            nudged = [max(0, n + pick.choice([-4, 0, 0, 0, 4])) for n in truth["bbox"]]
            label = truth["category_id"] if pick.random() < 0.8 else pick.choice(wrong_classes)
            image, where = truth["image_id"], nudged
        else:
            image, label, where = pick.choice(image_ids), pick.choice(wrong_classes), box()
        return {"image_id": image, "category_id": label, "bbox": where, "score": pick.choice(scores)}

    detections = [detection() for _ in range(results)]
    return {
        "images": [{"id": i, "file_name": f"{i}.jpg", "width": 400, "height": 400} for i in image_ids],
        "categories": [{"id": c, "name": f"class {c}"} for c in class_ids],
        "annotations": annotations,
    }, detections


TENTHS = [n / 10 for n in range(1, 10)]
SETS = {
    "ties": make(1, 6, 4, 40, 220, range(0, 32, 4), [32, 36, 40, 48], TENTHS, 0.1, 1.0),
    "sizes": make(2, 5, 3, 40, 200, range(0, 48, 8), [8, 31, 32, 33, 95, 96, 97, 140], TENTHS, 0.05, 0.7),
    "crowds": make(3, 4, 3, 30, 200, range(0, 64, 8), [24, 32, 48, 200], [n / 50 for n in range(1, 50)], 0.4, 1.0),
    "many": make(4, 3, 3, 60, 900, range(0, 240, 5), [20, 25, 30, 100], [n / 200 for n in range(1, 200)], 0.1, 1.0),
}


def pycocotools_values(truth_file, results_file):
    truth = COCO(str(truth_file))
    evaluation = COCOeval(truth, truth.loadRes(str(results_file)), "bbox")
    evaluation.evaluate()
    evaluation.accumulate()
    evaluation.summarize()
    names = ["AP", "AP50", "AP75", "APs", "APm", "APl", "AR1", "AR10", "AR100", "ARs", "ARm", "ARl"]
    precision, recall = evaluation.eval["precision"], evaluation.eval["recall"]

    def mean(values):
        defined = values[values > -1]
        return float(np.mean(defined)) if defined.size else -1.0

    by_id = {}
    for k, category in enumerate(evaluation.params.catIds):
        values = {"AP": mean(precision[:, :, k, 0, 2]), "AP50": mean(precision[0, :, k, 0, 2])}
        values |= {"AP75": mean(precision[5, :, k, 0, 2])}
        values |= {"AR100": mean(recall[:, k, 0, 2]), "AR50": mean(recall[0, k, 0, 2])}
        for a, size in enumerate(["small", "medium", "large"], 1):
            values |= {f"AP_{size}": mean(precision[:, :, k, a, 2]), f"AR_{size}": mean(recall[:, k, a, 2])}
        by_id[int(category)] = values
    per_class = [{"category_id": c["id"], "name": c["name"], **by_id[c["id"]]} for c in truth.dataset["categories"]]
    return dict(zip(names, map(float, evaluation.stats))), per_class


def tidecv_values(truth, results):
    gt, detections = Data("truth", max_dets=100), Data("results")
    for image in truth["images"]:
        gt.add_image(image["id"], image["file_name"])
    for category in truth["categories"]:
        gt.add_class(category["id"], category["name"])
    for a in truth["annotations"]:
        add = gt.add_ignore_region if a["iscrowd"] else gt.add_ground_truth
        add(a["image_id"], a["category_id"], a["bbox"], None)
    for r in results:
        detections.add_detection(r["image_id"], r["category_id"], r["score"], r["bbox"], None)
    run = TIDE().evaluate(gt, detections, mode=TIDE.BOX)
    costs = run.fix_main_errors() | run.fix_special_errors()
    percent = {"AP50": float(run.ap)} | {kind.short_name: float(cost) for kind, cost in costs.items()}
    return percent, {kind.short_name: count for kind, count in run.count_errors().items()}


def main():
    for name, contents in SETS.items():
        for part, content in zip(["truth", "results"], contents):
            text = json.dumps(content, separators=(",", ":"))
            (HERE / f"{name}.{part}.json").write_text(text + "\n")
    expected = []
    for stem in [HERE / name for name in SETS] + [HERE.parent / "parity" / name for name in ["grid", "dense"]]:
        truth_file, results_file = stem.with_suffix(".truth.json"), stem.with_suffix(".results.json")
        truth, results = json.loads(truth_file.read_text()), json.loads(results_file.read_text())
        with contextlib.redirect_stdout(io.StringIO()):
            coco, per_class = pycocotools_values(truth_file, results_file)
            percent, counts = tidecv_values(truth, results)
        expected.append({
            "name": f"{stem.parent.name}/{stem.name}",
            "coco": coco,
            "per_class": per_class,
            "tide_percent": percent,
            "tide_counts": counts,
        })
    versions = {name: version(name) for name in ["pycocotools", "tidecv", "numpy"]}
    text = json.dumps({"versions": versions, "sets": expected}, indent=1)
    (HERE / "expected.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
