"""Writes confident.json: confident learning by cleanlab, on items drawn here and on real outputs.

python make.py [DATA]  (numpy, cleanlab; the versions are written into the file; DATA holds cifar10-sample and banking77)
"""

import csv
import json
import pathlib
import sys

import numpy

# By NumPy's own sort the order of equal numbers depends on the processor.
unstable = numpy.argsort
numpy.argsort = lambda values, *rest, **named: unstable(values, kind="stable")

import cleanlab  # noqa: E402
from cleanlab.count import compute_confident_joint, get_confident_thresholds  # noqa: E402
from cleanlab.filter import find_label_issues  # noqa: E402
from cleanlab.multilabel_classification.filter import find_multilabel_issues_per_class  # noqa: E402
from cleanlab.rank import get_normalized_margin_for_each_label, get_self_confidence_for_each_label  # noqa: E402

rng = numpy.random.default_rng(5)
FILTERS = {"noise_rate": "prune_by_noise_rate", "counted": "confident_learning"}


def learnt(labels, probabilities):
    """Everything that is compared; indices of items ascending."""
    masks = {
        name: find_label_issues(labels, probabilities, filter_by=by, n_jobs=1) for name, by in FILTERS.items()
    }
    ranked = {
        by: find_label_issues(labels, probabilities, return_indices_ranked_by=by, n_jobs=1).tolist()
        for by in ["normalized_margin", "self_confidence"]
    }
    return {
        "thresholds": get_confident_thresholds(labels, probabilities).tolist(),
        "joint": compute_confident_joint(labels, probabilities, calibrate=False).tolist(),
        "calibrated": compute_confident_joint(labels, probabilities, calibrate=True).tolist(),
        "ranked": ranked,
        **{name: numpy.where(mask)[0].tolist() for name, mask in masks.items()},
    }


def drawn(sizes, noise, sharpness):
    """Items of classes of these sizes, a share of them labelled otherwise, and what an unsure model says of them."""
    true = numpy.repeat(numpy.arange(len(sizes)), sizes)
    logits = sharpness * numpy.eye(len(sizes))[true] + rng.normal(size=(len(true), len(sizes)))
    probabilities = numpy.exp(logits) / numpy.exp(logits).sum(axis=1, keepdims=True)
    other = (true + rng.integers(1, len(sizes), len(true))) % len(sizes)
    labels = numpy.where(rng.uniform(size=len(true)) < noise, other, true)
    return labels, probabilities.round(4)


def single(sizes, noise, sharpness, labels=None):
    drawn_labels, probabilities = drawn(sizes, noise, sharpness)
    labels = drawn_labels if labels is None else numpy.array(labels(drawn_labels))
    return {"labels": labels.tolist(), "rows": probabilities.tolist(), "expected": learnt(labels, probabilities)}


def several(items, classes):
    """Items with several labels: by class the items that its one-against-rest table suspects."""
    has = rng.uniform(size=(items, classes)) < 0.35
    probabilities = numpy.clip(has * 0.55 + 0.2 + rng.normal(0, 0.17, has.shape), 0.01, 0.99).round(3)
    has ^= rng.uniform(size=has.shape) < 0.08
    has[:, -1] = False
    labels = [numpy.where(row)[0].tolist() for row in has]
    return {
        "labels": labels,
        "rows": probabilities.tolist(),
        "expected": {
            name: [
                numpy.where(mask)[0].tolist()
                for mask in find_multilabel_issues_per_class(labels, probabilities, filter_by=by, n_jobs=1).T
            ]
            for name, by in FILTERS.items()
        },
    }


def real(path, identity, label, first):
    """Sets of items by id, and the numbers of the confident joint that tell it from another."""
    rows = list(csv.reader(open(path, newline="")))
    head, rows = rows[0], rows[1:]
    classes = sorted(head[first:])
    column = [head.index(name) for name in classes]
    labels = numpy.array([classes.index(row[head.index(label)]) for row in rows])
    probabilities = numpy.array([[float(row[at]) for at in column] for row in rows])
    ids = [row[head.index(identity)] for row in rows]
    found = learnt(labels, probabilities)
    joint, calibrated = numpy.array(found["joint"]), numpy.array(found["calibrated"])
    return {
        "joint_total": int(joint.sum()),
        "joint_diagonal": int(numpy.trace(joint)),
        "joint_rows": joint.sum(axis=1).tolist(),
        "joint_columns": joint.sum(axis=0).tolist(),
        "calibrated_diagonal": numpy.diagonal(calibrated).tolist(),
        "noise_rate": sorted(ids[at] for at in found["noise_rate"]),
        "counted": sorted(ids[at] for at in found["counted"]),
        "surest": [ids[at] for at in found["ranked"]["normalized_margin"][:10]],
    }


data = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "../../../../shared/data")
written = {
    "libraries": {"cleanlab": cleanlab.__version__, "numpy": numpy.__version__},
    "single": {
        "four classes": single([40, 25, 12, 8], 0.15, 2.0),
        "two classes": single([30, 20], 0.2, 1.5),
        "unsure": single([20, 20, 20, 20, 20], 0.3, 0.6),
        "a class without items": single([20, 15, 5], 0.1, 2.0, lambda labels: numpy.where(labels == 2, 0, labels)),
        "a class of one item": single([20, 15, 1], 0.0, 1.5),
    },
    "several": several(60, 5),
    "real": {
        "cifar10-sample/efflite0-logreg": real(
            data / "cifar10-sample/predictions/efflite0-logreg/test.csv", "image", "label", 2
        ),
        "cifar10-sample/rf-handcrafted": real(
            data / "cifar10-sample/predictions/rf-handcrafted/test.csv", "image", "label", 2
        ),
        "banking77/tfidf-logreg": real(data / "banking77/predictions/tfidf-logreg/test.csv", "id", "true", 3),
    },
}
text = json.dumps(written, separators=(",", ":"))
pathlib.Path(__file__).with_name("confident.json").write_text(text.replace('"single"', '\n"single"') + "\n")
