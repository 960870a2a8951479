"""Probabilities of a classifier that is too sure, or not sure enough, and the temperature that SciPy finds for them.

Python 3, NumPy 2.4.6, SciPy 1.17.1:
    python make.py
writes `expected.json` beside itself. The temperature is the root of the derivative of the log loss (scipy.optimize.brentq);
scipy.optimize.minimize_scalar of the loss agrees with it as far as a minimum can be located.
"""

import json
import pathlib

import numpy as np
from scipy.optimize import brentq, minimize_scalar
from scipy.special import log_softmax, softmax

HERE = pathlib.Path(__file__).parent
ITEMS, CLASSES, BINS = 240, 4, 15


def ece(probabilities, labels):
    """15 equal bins (low, high], the first closed below."""
    high, best = probabilities.max(1), probabilities.argmax(1)
    bins = np.clip(np.ceil(high * BINS).astype(int), 1, BINS)
    gaps = [abs((best[bins == b] == labels[bins == b]).sum() - high[bins == b].sum()) for b in range(1, BINS + 1)]
    return float(sum(gaps) / len(labels))


def log_loss(probabilities, labels):
    return float(-np.log(probabilities[np.arange(len(labels)), labels]).mean())


def case(seed, sharpness):
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 1.6, (ITEMS, CLASSES))
    labels = np.array([rng.choice(CLASSES, p=softmax(row)) for row in logits])
    # Six digits, as a file would hold them.
    rows = np.round(softmax(logits * sharpness, axis=1), 6)
    rows = np.maximum(rows, 1e-6)
    probabilities = rows / rows.sum(1, keepdims=True)
    logs = np.log(probabilities)

    def loss(temperature):
        return -log_softmax(logs / temperature, axis=1)[np.arange(ITEMS), labels].mean()

    def slope(beta):
        weights = softmax(logs * beta, axis=1)
        return float(((weights * logs).sum(1) - logs[np.arange(ITEMS), labels]).mean())

    temperature = 1 / brentq(slope, 0.01, 100, xtol=1e-15, rtol=1e-14)
    found = minimize_scalar(loss, bounds=(0.01, 100), method="bounded", options={"xatol": 1e-10}).x
    assert abs(found - temperature) < 1e-6, (found, temperature)
    scaled = softmax(logs / temperature, axis=1)
    return {
        "labels": labels.tolist(),
        "rows": rows.tolist(),
        "temperature": temperature,
        "ece": ece(probabilities, labels),
        "log_loss": log_loss(probabilities, labels),
        "confidence": float(probabilities.max(1).mean()),
        "accuracy": float((probabilities.argmax(1) == labels).mean()),
        "ece_scaled": ece(scaled, labels),
        "log_loss_scaled": log_loss(scaled, labels),
    }


def main():
    cases = {"over": case(1, 3.0), "under": case(2, 0.35), "fitting": case(3, 1.0)}
    text = {"made_with": {"NumPy": np.__version__, "SciPy": "1.17.1"}, "cases": cases}
    (HERE / "expected.json").write_text(json.dumps(text) + "\n")
    for name, of in cases.items():
        print(name, {key: value for key, value in of.items() if key not in ("labels", "rows")})


main()
