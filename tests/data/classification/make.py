"""Writes small.json: odd little sets with the values of scikit-learn and scipy. Run: python make.py > small.json"""
import json, math, sys, warnings
import numpy as np, scipy, sklearn
from scipy.special import expit, softmax
from sklearn import metrics as m
from sklearn.metrics._base import _average_multiclass_ovo_score
from sklearn.metrics._ranking import _binary_roc_auc_score

warnings.simplefilter("ignore")
rng = np.random.default_rng(20)


def number(x):
    x = float(x)
    return None if math.isnan(x) else x


def auc(y, s):
    return float(m.roc_auc_score(y, s)) if 0 < sum(y) < len(y) else None


def ap(y, s):
    return float(m.average_precision_score(y, s)) if sum(y) > 0 else None


def mean(values, weights=None):
    kept = [(v, w) for v, w in zip(values, weights if weights is not None else [1] * len(values)) if v is not None]
    return sum(v * w for v, w in kept) / sum(w for _, w in kept) if kept and sum(w for _, w in kept) else None


def rates(y, p, average, **more):
    got = m.precision_recall_fscore_support(y, p, average=average, zero_division=0, **more)[:3]
    return dict(zip(["precision", "recall", "f1"], map(float, got)))


def ranks(Y, S, support):
    aucs = [auc(Y[:, c], S[:, c]) for c in range(S.shape[1])]
    aps = [ap(Y[:, c], S[:, c]) for c in range(S.shape[1])]
    std = float(np.std([a for a in aucs if a is not None])) if any(a is not None for a in aucs) else None
    return {
        "roc_auc": aucs, "average_precision": aps,
        "roc_auc_macro": mean(aucs), "roc_auc_weighted": mean(aucs, support), "roc_auc_std": std,
        "roc_auc_micro": auc(Y.ravel(), S.ravel()),
        "average_precision_macro": mean(aps), "average_precision_weighted": mean(aps, support),
        "average_precision_micro": ap(Y.ravel(), S.ravel()),
    }


def ece(y, P, answer, bins=15):
    """15 bins (lo, hi], the first closed below, by comparison with the edges."""
    top = P.max(1)
    total, worst = 0.0, 0.0
    for b in range(bins):
        inside = (top > b / bins) & (top <= (b + 1) / bins) | ((b == 0) & (top == 0))
        if inside.any():
            gap = abs((answer == y)[inside].mean() - top[inside].mean())
            total, worst = total + gap * inside.mean(), max(worst, gap)
    return float(total), float(worst)


def single(name, y, scores, logits=False):
    S = softmax(scores, axis=1) if logits else scores
    K = S.shape[1]
    labels = list(range(K))
    sums = S.sum(1, keepdims=True)
    P = np.where(sums == 0, 1 / K, S / np.where(sums == 0, 1, sums))
    answer = S.argmax(1)
    Y = np.eye(K, dtype=int)[y]
    support = np.bincount(y, minlength=K)
    e, worst = ece(y, P, answer)
    expected = {
        "accuracy": float(m.accuracy_score(y, answer)),
        "balanced_accuracy": float(m.balanced_accuracy_score(y, answer)),
        "mcc": float(m.matthews_corrcoef(y, answer)),
        "cohen_kappa": number(m.cohen_kappa_score(y, answer, labels=labels)),
        "cohen_kappa_linear": number(m.cohen_kappa_score(y, answer, labels=labels, weights="linear")),
        "cohen_kappa_quadratic": number(m.cohen_kappa_score(y, answer, labels=labels, weights="quadratic")),
        "confusion_matrix": m.confusion_matrix(y, answer, labels=labels).tolist(),
        "micro": rates(y, answer, "micro", labels=labels),
        "macro": rates(y, answer, "macro", labels=labels),
        "weighted": rates(y, answer, "weighted", labels=labels),
        "macro_present": rates(y, answer, "macro"),
        "log_loss": float(-np.log(np.clip(P, np.finfo(float).eps, 1 - np.finfo(float).eps))[range(len(y)), y].mean())
        if K == 1 else float(m.log_loss(y, P, labels=labels)),
        "brier": float(((P - Y) ** 2).sum(1).mean()),
        "ece": e, "mce": worst,
        "tied": int(sum((row == row.max()).sum() > 1 for row in S)),
        "zero": int((S == 0).all(1).sum()),
        "not_one": int((abs(S.sum(1) - 1) > 1e-3).sum()),
        **ranks(Y, S, support),
    }
    for k in (1, 2, 3, 5):
        expected[f"top{k}"] = float(m.top_k_accuracy_score(y, S, k=k, labels=labels)) if k < K and K > 2 else None
    if len(set(y)) > 1:
        for average in ("macro", "weighted"):
            expected[f"roc_auc_ovo_{average}"] = float(
                _average_multiclass_ovo_score(_binary_roc_auc_score, y, S, average=average))
    means = [S[y == c].mean(0).tolist() if (y == c).any() else None for c in labels]
    expected["mean_probabilities"] = means
    return {"name": name, "labels": [[int(c)] for c in y], "scores": scores.tolist(), "expected": expected}


def multi(name, Y, scores, thresholds, logits=False):
    S = expit(scores) if logits else scores
    P = (S >= np.array(thresholds)).astype(int)
    K = S.shape[1]
    some = Y.any(1)
    both = some & ~Y.all(1)
    expected = {
        "micro": rates(Y, P, "micro"), "macro": rates(Y, P, "macro"), "weighted": rates(Y, P, "weighted"),
        "samples": rates(Y, P, "samples"),
        "subset_accuracy": float(m.accuracy_score(Y, P)), "hamming_loss": float(m.hamming_loss(Y, P)),
        "jaccard_samples": float(m.jaccard_score(Y, P, average="samples", zero_division=0)),
        "multilabel_confusion_matrix": m.multilabel_confusion_matrix(Y, P).tolist(),
        # Both only over the items for which they are defined.
        "roc_auc_samples": mean([auc(y, s) for y, s in zip(Y[both], S[both])]),
        "average_precision_samples": mean([ap(y, s) for y, s in zip(Y[some], S[some])]),
        "label_ranking_average_precision": float(m.label_ranking_average_precision_score(Y, S)),
        "label_ranking_loss": float(m.label_ranking_loss(Y, S)),
        "coverage_error": float(m.coverage_error(Y, S)),
        "cooccurrence": (Y.T @ Y).tolist(),
        **ranks(Y, S, Y.sum(0)),
    }
    labels = [[int(c) for c in np.flatnonzero(row)] for row in Y]
    return {"name": name, "labels": labels, "scores": scores.tolist(), "thresholds": thresholds, "expected": expected}


def coarse(items, classes):
    """Few different scores: ties within rows and columns; some rows of zeros, most do not add up to 1."""
    S = rng.integers(0, 6, (items, classes)) / 5
    S[rng.random(items) < 0.1] = 0
    return S


def rows(items, classes):
    return rng.dirichlet(np.full(classes, 0.4), items).round(4)


y = rng.integers(0, 5, 60)
y6 = rng.integers(0, 6, 80)
Y = (rng.random((40, 5)) < 0.3).astype(int)
Y[:, 3] = 0
Y[0] = 1
Y[1] = 0
full = (rng.random((30, 4)) < 0.4).astype(int)
sets = {
    "versions": {"scikit-learn": sklearn.__version__, "scipy": scipy.__version__, "numpy": np.__version__},
    "single": [
        single("ties, zero rows, the last of seven classes never true", y6, coarse(80, 7)),
        single("a class that is neither true nor said", np.where(y == 2, 1, y), np.insert(rows(60, 4), 2, 0.0, axis=1)),
        single("two classes", rng.integers(0, 2, 30), rows(30, 2)),
        single("every item of one class", np.ones(12, dtype=int), rows(12, 3)),
        single("one class declared", np.zeros(5, dtype=int), np.array([[1.0], [0.5], [0.0], [1.0], [0.25]])),
        single("logits", y, (rng.normal(0, 3, (60, 5))).astype(np.float32).astype(float), logits=True),
    ],
    "multi": [
        multi("ties, no labels, all labels, a class without items", Y, coarse(40, 5), [0.4, 0.4, 0.4, 0.4, 0.4]),
        multi("a threshold a class", full, rng.random((30, 4)).round(3), [0.2, 0.5, 0.8, 1.1]),
        multi("logits", full, rng.normal(0, 2, (30, 4)).astype(np.float32).astype(float), [0.5] * 4, logits=True),
    ],
}
json.dump(sets, sys.stdout, indent=0)
