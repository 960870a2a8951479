"""What scikit-learn and pandas need for the numbers of a classifier, each as a program of its own.

    python classification_peer.py metrics TRUTH.csv SCORES.npy   (columns id,label; a column of scores for each class, in order)
    python classification_peer.py csv SCORES.csv
    python classification_peer.py multilabel ITEMS CLASSES OUT   (makes a set: OUT.npy in single precision, OUT.csv with labels)
"""

import sys

import numpy
import pandas


def metrics(truth, scores):
    from sklearn import metrics as m

    labels = pandas.read_csv(truth, dtype=str)["label"].to_numpy()
    classes, y = numpy.unique(labels, return_inverse=True)
    rows = numpy.load(scores)
    said, every = rows.argmax(axis=1), numpy.arange(len(classes))
    out = {
        "accuracy": m.accuracy_score(y, said),
        "balanced_accuracy": m.balanced_accuracy_score(y, said),
        "mcc": m.matthews_corrcoef(y, said),
        "cohen_kappa": m.cohen_kappa_score(y, said),
        "top5_accuracy": m.top_k_accuracy_score(y, rows, k=5, labels=every),
        "log_loss": m.log_loss(y, rows, labels=every),
        "brier": m.brier_score_loss(y, rows, labels=every, scale_by_half=False),
        "roc_auc_macro": m.roc_auc_score(y, normal(rows), multi_class="ovr", average="macro", labels=every),
        "roc_auc_weighted": m.roc_auc_score(y, normal(rows), multi_class="ovr", average="weighted", labels=every),
        "average_precision_macro": m.average_precision_score(numpy.eye(len(classes), dtype=bool)[y], rows, average="macro"),
    }
    for average in ("macro", "micro", "weighted"):
        rates = m.precision_recall_fscore_support(y, said, labels=every, average=average, zero_division=0)
        out |= {f"{average}_{name}": rate for name, rate in zip(("precision", "recall", "f1"), rates)}
    out["confusion"] = int(m.confusion_matrix(y, said, labels=every).trace())
    print("\n".join(f"{name} {value!r}" for name, value in out.items()))


def normal(rows):
    """scikit-learn refuses rows whose sum is not 1 in double precision."""
    rows = rows.astype(numpy.float64)
    return rows / rows.sum(axis=1, keepdims=True)


def csv(scores):
    print(pandas.read_csv(scores).shape)


def multilabel(items, classes, out):
    """2 % of all pairs are labels; the logit of a pair is normal around -4, of a label four higher."""
    items, classes, rng = int(items), int(classes), numpy.random.default_rng(1)
    scores = numpy.empty((items, classes), numpy.float32)
    with open(out + ".csv", "w") as file:
        file.write("id,label\n")
        for first in range(0, items, 50_000):
            shape = (min(50_000, items - first), classes)
            true = rng.random(shape) < 0.02
            logits = rng.normal(-4, 1.5, shape) + true * rng.normal(4, 1.5, shape)
            scores[first : first + shape[0]] = 1 / (1 + numpy.exp(-logits))
            for item, labels in enumerate(true, first):
                file.write(f"{item:07d},{'|'.join(f'class {c}' for c in numpy.flatnonzero(labels))}\n")
    numpy.save(out + ".npy", scores)


{"metrics": metrics, "csv": csv, "multilabel": multilabel}[sys.argv[1]](*sys.argv[2:])
