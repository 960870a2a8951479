"""Five folds of scikit-learn's logistic regression on standardised embeddings, as a program of its own.

python crossval_peer.py EMBEDDINGS.npy LABELS.txt C  (one label a line)
"""

import sys

import numpy
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.preprocessing import StandardScaler

embeddings, labels, c = sys.argv[1:]
rows = numpy.load(embeddings).astype(numpy.float32)
classes = numpy.array(open(labels, encoding="utf-8").read().splitlines())
accuracies, steps = [], []
for train, held in StratifiedKFold(5, shuffle=True, random_state=0).split(rows, classes):
    scaler = StandardScaler().fit(rows[train])
    model = LogisticRegression(C=float(c), max_iter=2000).fit(scaler.transform(rows[train]), classes[train])
    accuracies.append(model.score(scaler.transform(rows[held]), classes[held]))
    steps.append(int(model.n_iter_[0]))
print(f"accuracy {numpy.mean(accuracies):.6f}, deviation {numpy.std(accuracies):.6f}, steps {steps}")
