"""Writes logistic.json: minima of L2-penalised logistic regression by scikit-learn, on rows drawn here.

python make.py  (numpy, scikit-learn; the versions are written into the file)
"""

import json

import numpy
import sklearn
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

rng = numpy.random.default_rng(5)
classes, items, dimensions = 4, 120, 6
labels = rng.integers(0, classes, items)
centres = rng.normal(0, 1.2, (classes, dimensions))
rows = (centres[labels] + rng.normal(0, 1, (items, dimensions))) * [1, 10, 0.1, 1, 3, 1] + [0, 100, 0, -5, 0, 0]
rows[:, 5] = 2.5  # a dimension that says nothing
rows = rows.astype(numpy.float32)


def fit(kept, c):
    x, y = rows[kept].astype(float), labels[kept]
    scaler = StandardScaler().fit(x)
    model = LogisticRegression(C=c, tol=1e-11, max_iter=100000).fit(scaler.transform(x), y)
    return {
        "C": c,
        "classes": sorted(set(y.tolist())),
        "mean": scaler.mean_.tolist(),
        "scale": scaler.scale_.tolist(),
        "coefficients": model.coef_.tolist(),
        "intercepts": model.intercept_.tolist(),
        "probabilities": model.predict_proba(scaler.transform(x))[:5].tolist(),
    }


everything = numpy.ones(items, bool)
binary = labels < 2
fits = [fit(kept, c) for kept in (everything, binary) for c in (1.0, 0.01)]
with open("logistic.json", "w") as file:
    json.dump(
        {
            "reference": f"scikit-learn {sklearn.__version__} LogisticRegression(tol=1e-11) on StandardScaler",
            "dimensions": dimensions,
            "rows": rows.ravel().tolist(),
            "labels": labels.tolist(),
            "fits": fits,
        },
        file,
    )
    file.write("\n")
