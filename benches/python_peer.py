"""COCO's twelve numbers by one of the Python libraries that share pycocotools' interface.

    python benches/python_peer.py pycocotools|ultrafast_pycocotools|hotcoco TRUTH.json DETECTIONS.json
"""

import importlib
import sys

library, truth, detections = sys.argv[1:]
if library == "hotcoco":
    COCO, COCOeval = (getattr(importlib.import_module(library), name) for name in ("COCO", "COCOeval"))
else:
    COCO = importlib.import_module(f"{library}.coco").COCO
    COCOeval = importlib.import_module(f"{library}.cocoeval").COCOeval
ground_truth = COCO(truth)
evaluation = COCOeval(ground_truth, ground_truth.loadRes(detections), "bbox")
evaluation.evaluate()
evaluation.accumulate()
evaluation.summarize()
