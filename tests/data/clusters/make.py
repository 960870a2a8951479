"""Writes small.json: clusters and silhouettes by scikit-learn, on rows drawn here.

python make.py  (numpy, scikit-learn; the versions are written into the file)
"""

import json
import warnings

import numpy
import sklearn
from sklearn.cluster import DBSCAN, HDBSCAN, KMeans
from sklearn.cluster._hdbscan import hdbscan
from sklearn.cluster._hdbscan._tree import _condense_tree, _do_labelling
from sklearn.datasets import make_moons
from sklearn.metrics import silhouette_samples, silhouette_score

warnings.simplefilter("ignore", FutureWarning)
rng = numpy.random.default_rng(11)


def in_order(tree):
    """The joining of the edges, equal ones in the order in which they were found; by scikit-learn's own sort their order
    depends on the processor."""
    return hdbscan.make_single_linkage(tree[numpy.argsort(tree["distance"], kind="stable")])


hdbscan._process_mst = in_order


def blobs(sizes, spreads, dimensions, noise):
    """Balls of several densities and rows strewn among them."""
    centres = rng.uniform(-4, 4, (len(sizes), dimensions))
    parts = [c + s * rng.normal(size=(n, dimensions)) for c, n, s in zip(centres, sizes, spreads)]
    rows = numpy.concatenate(parts + [rng.uniform(-6, 6, (noise, dimensions))])
    return rng.permutation(rows)


sets = {
    "blobs 2": blobs([90, 60, 40, 25], [0.3, 0.8, 0.15, 0.5], 2, 35),
    "moons": make_moons(160, noise=0.08, random_state=3)[0],
    "one ball": rng.normal(size=(70, 2)),
    "blobs 5": blobs([50, 40, 30], [0.5, 0.9, 0.3], 5, 15),
    "blobs 20": blobs([40, 30, 30], [0.5, 1.0, 1.5], 20, 12),
    "constant column": numpy.column_stack([blobs([30, 20], [0.3, 0.5], 1, 6), numpy.full(56, 2.5)]),
    "five": rng.normal(size=(5, 2)),
}
settings = [
    {"min_cluster_size": 10},
    {"min_cluster_size": 5},
    {"min_cluster_size": 5, "min_samples": 1},
    {"min_cluster_size": 8, "min_samples": 3, "cluster_selection_method": "leaf"},
    {"min_cluster_size": 5, "cluster_selection_epsilon": 0.5},
    {"min_cluster_size": 4, "min_samples": 2, "cluster_selection_epsilon": 0.4, "cluster_selection_method": "leaf"},
    {"min_cluster_size": 15, "min_samples": 5, "allow_single_cluster": True},
    {"min_cluster_size": 15, "min_samples": 5, "allow_single_cluster": True, "cluster_selection_epsilon": 0.6},
    {"min_cluster_size": 5, "max_cluster_size": 40},
]


def with_epsilon(rows, wanted):
    """Labels with cluster_selection_epsilon, which scikit-learn 1.9.1 fails to compute with NumPy 2.4 (it takes an array of
    one for a number): scikit-learn's tree and labelling, the choice of clusters and the ascent written out here."""
    wanted = dict(wanted)
    epsilon = wanted.pop("cluster_selection_epsilon")
    single = wanted.get("allow_single_cluster", False)
    model = HDBSCAN(**wanted).fit(rows)
    tree = _condense_tree(model._single_linkage_tree_, wanted["min_cluster_size"])
    root = len(rows)
    groups = {int(e["child"]): (int(e["parent"]), 1 / e["value"]) for e in tree if e["cluster_size"] > 1}
    born = {root: 0.0} | {c: 1 / distance for c, (_, distance) in groups.items()}
    below = {g: [c for c, (p, _) in groups.items() if p == g] for g in [root, *groups]}
    if wanted.get("cluster_selection_method") == "leaf":
        chosen = {g for g in groups if not below[g]}
    else:
        mass = {g: 0.0 for g in below}
        for e in tree:
            mass[e["parent"]] += (e["value"] - born[e["parent"]]) * e["cluster_size"]
        chosen = set()
        for g in sorted(below, reverse=True):
            if g == root and not single:
                continue
            under = sum(mass[c] for c in below[g])
            if under > mass[g]:
                mass[g] = under
                continue
            reached = [g]
            for r in reached:
                reached += below[r]
            chosen = (chosen - set(reached)) | {g}
    if not chosen - {root}:
        final = chosen
    else:
        final = set()
        for g in chosen:
            while born[g] > 1 / epsilon:  # it split off below epsilon
                if groups[g][0] == root:
                    g = root if single else g
                    break
                g = groups[g][0]
            final.add(g)
    names = {g: at for at, g in enumerate(sorted(final))}
    return _do_labelling(tree, final, names, single, epsilon).tolist()


def silhouettes(rows, labels):
    kept = labels >= 0
    if len(set(labels[kept])) < 2:
        return None
    rows, labels = rows[kept], labels[kept]
    each = silhouette_samples(rows, labels)
    return {
        "mean": silhouette_score(rows, labels),
        "clusters": [each[labels == c].mean() for c in range(labels.max() + 1)],
    }


def described(rows):
    rows = rows.astype(numpy.float32)
    runs = []
    for wanted in settings:
        if wanted.get("min_samples", wanted["min_cluster_size"]) > len(rows):
            continue  # refused
        if "cluster_selection_epsilon" in wanted:
            runs.append({"settings": wanted, "labels": with_epsilon(rows, wanted)})
            continue
        model = HDBSCAN(**wanted).fit(rows)
        runs.append({"settings": wanted, "labels": model.labels_.tolist(), "probabilities": [float(f"{p:.12g}") for p in model.probabilities_]})
    scans = []
    for eps, least in [(0.3, 5), (0.6, 4), (1.5, 3), (3.0, 8)]:
        labels = DBSCAN(eps=eps, min_samples=least).fit(rows).labels_
        scans.append(
            {"eps": eps, "min_points": least, "labels": labels.tolist(), "silhouette": silhouettes(rows.astype(float), labels)}
        )
    fits = [
        {"clusters": k, "inertia": KMeans(k, n_init=10, random_state=0).fit(rows.astype(float)).inertia_}
        for k in (1, 3, 5)
        if k < len(rows)
    ]
    values = [float(f"{v:.9g}") for v in rows.ravel()]
    return {"dimensions": rows.shape[1], "values": values, "hdbscan": runs, "dbscan": scans, "k-means": fits}


document = {
    "scikit-learn": sklearn.__version__,
    "numpy": numpy.__version__,
    "sets": {name: described(numpy.round(rows, 3)) for name, rows in sets.items()},
}
with open("small.json", "w") as file:
    json.dump(document, file, separators=(",", ":"))
    file.write("\n")
