"""Makes the small detection sets of this folder and what other programs count on them.

    pip install numpy pycocotools==2.0.11 supervision==0.31.2 torch ultralytics==8.4.190
    python make.py            # writes SET.truth.json, SET.results.json and expected.json

The sets are synthetic. `grid` has whole-numbered boxes and scores in steps of 0.05: ties in score and overlap, and
overlaps of exactly 0.5. `dense` has many boxes on few places, so that wrong classes and right ones fight for a truth.
Both have crowds, empty images, images without truth or without detections, duplicate detections, zero-sized boxes, a
class without truth, one without detections, category ids with gaps, and results in no order.

`two-pass` and `class-agnostic` are counted by the program below, written from their definition without regard to
speed, on overlaps by pycocotools; `coco`, `supervision` and `ultralytics` by the libraries themselves.
"""

import contextlib
import io
import json
import random
import sys
from fractions import Fraction

import numpy
import pycocotools
import supervision
import torch
import ultralytics
from pycocotools import mask
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval
from ultralytics.utils.metrics import ConfusionMatrix

CONFIDENCES = [0.0, 0.1, 0.25, 0.3, 0.5, 0.55, 0.75, 0.95]
IOUS = [0.3, 0.5, 0.75]


def box(rng, whole):
    x, y = rng.uniform(0, 80), rng.uniform(0, 80)
    w, h = rng.uniform(8, 40), rng.uniform(8, 40)
    return [float(round(v)) for v in (x, y, w, h)] if whole else [round(v, 2) for v in (x, y, w, h)]


def shaken(rng, b, whole):
    if whole:
        return [b[0] + rng.choice([0, 0, 0, 1, -2]), b[1] + rng.choice([0, 0, 1]),
                max(1.0, b[2] * rng.choice([1, 1, 1, 1, 2, 0.5])), max(1.0, b[3] + rng.choice([0, 0, 2, -1]))]
    return [round(v + rng.gauss(0, 1.5), 2) for v in b[:2]] + [round(abs(v + rng.gauss(0, 2)) + 0.5, 2) for v in b[2:]]


def make(name, seed, images, objects, copies, whole):
    rng = random.Random(seed)
    categories = [{"id": i, "name": n} for i, n in
                  [(7, "gear"), (2, "bolt"), (11, "nut"), (3, "washer"), (20, "never drawn"), (5, "never found")]]
    drawn, found = [7, 2, 11, 3, 5], [7, 2, 11, 3, 20]
    truth = {"images": [], "categories": categories, "annotations": []}
    results = []
    for number in rng.sample(range(1, 10 * images), images):
        truth["images"].append({"id": number, "file_name": f"{number:04}.png", "width": 120, "height": 120})
        fate = rng.random()
        boxes = [] if fate < 0.1 else [box(rng, whole) for _ in range(rng.randint(1, objects))]
        # Neighbours that a detection could as well belong to.
        boxes += [shaken(rng, b, whole) for b in boxes if rng.random() < 0.4]
        if boxes and rng.random() < 0.1:
            boxes.append(boxes[0][:2] + [0.0, 0.0])
        if boxes and rng.random() < 0.3:
            boxes.append(list(boxes[0]))
        for b in boxes:
            crowd = rng.random() < 0.12
            truth["annotations"].append({
                "id": len(truth["annotations"]) + 1, "image_id": number, "category_id": rng.choice(drawn),
                "bbox": [v * 1.5 for v in b] if crowd else b, "area": b[2] * b[3] * (2.25 if crowd else 1),
                "iscrowd": int(crowd)})
        if fate > 0.92:
            continue
        of_image = [a for a in truth["annotations"] if a["image_id"] == number]
        for a in of_image:
            for _ in range(rng.randint(0, copies)):
                right = rng.random() < 0.6 and a["category_id"] in found
                results.append([number, a["category_id"] if right else rng.choice(found), shaken(rng, a["bbox"], whole)])
        for _ in range(rng.randint(0, 3)):
            results.append([number, rng.choice(found), box(rng, whole)])
        if results and rng.random() < 0.5:
            results.append([number, results[-1][1], list(results[-1][2])])
    rng.shuffle(results)
    score = (lambda: rng.randint(1, 20) / 20) if whole else (lambda: round(rng.betavariate(1, 1.5), 3))
    results = [{"image_id": i, "category_id": c, "bbox": b, "score": score()} for i, c, b in results]
    for kind, value in (("truth", truth), ("results", results)):
        with open(f"{name}.{kind}.json", "w") as f:
            json.dump(value, f, separators=(",", ":"))
            f.write("\n")
    return truth, results


class Counted:
    """Truths and detections by image, and the matrix that a matching fills: rows truth, columns detection."""

    def __init__(self, truth, results):
        self.truth, self.results = truth, results
        self.names = [c["id"] for c in truth["categories"]]
        self.images = [i["id"] for i in truth["images"]]

    def of(self, image, confidence):
        truths = [a for a in self.truth["annotations"] if a["image_id"] == image]
        kept = [r for r in self.results if r["image_id"] == image and r["score"] >= confidence]
        return truths, sorted(kept, key=lambda r: -r["score"])

    def matrix(self):
        return numpy.zeros((len(self.names) + 1,) * 2, dtype=int)

    def place(self, thing):
        return len(self.names) if thing is None else self.names.index(thing["category_id"])

    def matching(self, confidence, u, passes):
        """`passes`: for each pass, whether a detection and a truth may be paired."""
        matrix = self.matrix()
        for image in self.images:
            truths, kept = self.of(image, confidence)
            crowd = [a["iscrowd"] for a in truths]
            overlap = mask.iou([r["bbox"] for r in kept], [a["bbox"] for a in truths], crowd) if truths and kept else None
            of_detection, taken = {}, set()
            for allowed in passes:
                for d, detection in enumerate(kept):
                    if d in of_detection:
                        continue
                    best = None
                    for t, a in enumerate(truths):
                        free = t not in taken and not crowd[t] and allowed(detection, a)
                        if free and overlap[d][t] >= u and (best is None or overlap[d][t] > overlap[d][best]):
                            best = t
                    if best is not None:
                        of_detection[d] = best
                        taken.add(best)
            for d, detection in enumerate(kept):
                if d in of_detection:
                    matrix[self.place(truths[of_detection[d]]), self.place(detection)] += 1
                elif not any(crowd[t] and a["category_id"] == detection["category_id"] and overlap[d][t] >= u
                             for t, a in enumerate(truths)):
                    matrix[-1, self.place(detection)] += 1
            for t, a in enumerate(truths):
                if t not in taken and not crowd[t]:
                    matrix[self.place(a), -1] += 1
        return matrix

    def two_pass(self, confidence, u):
        return self.matching(confidence, u, [lambda d, t: d["category_id"] == t["category_id"], lambda d, t: True])

    def class_agnostic(self, confidence, u):
        return self.matching(confidence, u, [lambda d, t: True])

    def coco(self, confidence, u):
        matrix = self.matrix()
        kept = [r for r in self.results if r["score"] >= confidence]
        with contextlib.redirect_stdout(io.StringIO()):
            truth = COCO()
            truth.dataset = json.loads(json.dumps(self.truth))
            truth.createIndex()
            if kept:
                run = COCOeval(truth, truth.loadRes(kept), "bbox")
                run.params.iouThrs, run.params.maxDets = numpy.array([u]), [10**6]
                run.params.areaRng, run.params.areaRngLbl = [[0, 1e10]], ["all"]
                run.evaluate()
        counted = [a for a in self.truth["annotations"] if not a["iscrowd"]]
        if not kept:
            for a in counted:
                matrix[self.place(a), -1] += 1
            return matrix
        for e in filter(None, run.evalImgs):
            c = self.names.index(e["category_id"])
            ignored, matched = e["dtIgnore"][0].astype(bool), e["dtMatches"][0] > 0
            matrix[c, c] += int((matched & ~ignored).sum())
            matrix[-1, c] += int((~matched & ~ignored).sum())
            matrix[c, -1] += int(((e["gtMatches"][0] == 0) & (e["gtIgnore"] == 0)).sum())
        return matrix

    def corners(self, things):
        return [[t["bbox"][0], t["bbox"][1], t["bbox"][0] + t["bbox"][2], t["bbox"][1] + t["bbox"][3]] for t in things]

    def supervision(self, confidence, u):
        def detections(things, scored):
            return supervision.Detections(
                xyxy=numpy.array(self.corners(things), dtype=float).reshape(-1, 4),
                class_id=numpy.array([self.place(t) for t in things], dtype=int),
                confidence=numpy.array([t["score"] for t in things], dtype=float) if scored else None)

        def of(things, image):
            return [t for t in things if t["image_id"] == image]
        matrix = supervision.metrics.detection.ConfusionMatrix.from_detections(
            predictions=[detections(of(self.results, i), True) for i in self.images],
            targets=[detections(of(self.truth["annotations"], i), False) for i in self.images],
            classes=[str(n) for n in self.names], conf_threshold=confidence, iou_threshold=u)
        return matrix.matrix

    def ultralytics(self, confidence, u):
        run = ConfusionMatrix(names=dict(enumerate(map(str, self.names))))

        def tensors(things):
            return {"bboxes": torch.tensor(self.corners(things), dtype=torch.float64).reshape(-1, 4).float(),
                    "cls": torch.tensor([self.place(t) for t in things], dtype=torch.float32)}
        for image in self.images:
            truths = [a for a in self.truth["annotations"] if a["image_id"] == image]
            found = [r for r in self.results if r["image_id"] == image]
            detections = tensors(found) | {"conf": torch.tensor([r["score"] for r in found], dtype=torch.float32)}
            run.process_batch(detections, tensors(truths), conf=confidence, iou_thres=u)
        return run.matrix.T.astype(int)

    def optima(self, u):
        """Highest score with the largest F1: of all objects, of the mean of the classes, of each class."""
        support = self.two_pass(2.0, u)[:-1].sum(axis=1)
        best = {}
        for score in sorted({r["score"] for r in self.results}, reverse=True):
            matrix = self.two_pass(score, u)
            correct, kept = matrix.diagonal()[:-1], matrix[:, :-1].sum(axis=0)
            of_class = [Fraction(int(2 * c), int(k + s)) if k + s else None for c, k, s in zip(correct, kept, support)]
            values = {"pooled": Fraction(int(2 * correct.sum()), int(kept.sum() + support.sum())),
                      "macro": sum(f or 0 for f in of_class) / len(of_class)}
            for name, f, s in zip(self.names, of_class, support):
                if s and f:
                    values[name] = f
            for key, f in values.items():
                if key not in best or f > best[key][0]:
                    best[key] = (f, score)
        found = {k: {"confidence": s, "f1": float(f)} for k, (f, s) in best.items()}
        return {"iou": u, "pooled": found["pooled"], "macro": found["macro"],
                "classes": [found.get(name) for name in self.names]}


def main():
    sets = []
    for name, seed, *shape in [("grid", 1, 30, 5, 4, True), ("dense", 2, 30, 6, 5, False)]:
        counted = Counted(*make(name, seed, *shape))
        at = [{"confidence": t, "iou": u} | {m.replace("_", "-"): getattr(counted, m)(t, u).tolist() for m in
              ("two_pass", "coco", "class_agnostic", "supervision", "ultralytics")} for u in IOUS for t in CONFIDENCES]
        sets.append({"name": name, "at": at, "optima": [counted.optima(u) for u in IOUS]})
    versions = {m.__name__: m.__version__ for m in (numpy, supervision, torch, ultralytics)}
    versions |= {"python": sys.version.split()[0], "pycocotools": "2.0.11"}
    with open("expected.json", "w") as f:
        rows = ",\n ".join(json.dumps(s, separators=(",", ":")) for s in sets)
        f.write('{"rows":"truth","columns":"detection, the last background","versions":%s,"sets":[\n %s]}\n'
                % (json.dumps(versions), rows))


main()
