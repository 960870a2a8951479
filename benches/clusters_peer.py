"""HDBSCAN by scikit-learn, beside `cargo run --release --example cluster_rows`.

python clusters_peer.py draw COUNT ROWS.f32          draws points: 60 balls of several densities, a tenth strewn
python clusters_peer.py single ARRAY.npy ROWS.f32    writes an array as raw singles
python clusters_peer.py ROWS.f32 DIMENSIONS MIN_CLUSTER_SIZE LABELS.txt
                                                     clusters, and compares with the labels of the other program
"""

import sys
import time

import numpy
from sklearn.cluster import HDBSCAN
from sklearn.cluster._hdbscan import hdbscan
from sklearn.metrics import adjusted_rand_score

if sys.argv[1] == "draw":
    rng, count = numpy.random.default_rng(0), int(sys.argv[2])
    centres, spreads = rng.uniform(-10, 10, (60, 2)), rng.uniform(0.05, 0.6, 60)
    ball = rng.integers(0, 60, count)
    rows = centres[ball] + spreads[ball][:, None] * rng.normal(size=(count, 2))
    strewn = rng.random(count) < 0.1
    rows[strewn] = rng.uniform(-12, 12, (strewn.sum(), 2))
    rows.astype("<f4").tofile(sys.argv[3])
    sys.exit()
if sys.argv[1] == "single":
    numpy.load(sys.argv[2]).astype("<f4").tofile(sys.argv[3])
    sys.exit()

file, dimensions, size, labels = sys.argv[1:]
rows = numpy.fromfile(file, "<f4").reshape(-1, int(dimensions))
found = numpy.loadtxt(labels, dtype=int)


def run(what):
    wall, cpu = time.perf_counter(), time.process_time()
    expected = HDBSCAN(min_cluster_size=int(size), copy=True).fit(rows).labels_
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    same = adjusted_rand_score(expected, found)
    print(f"{what}: {cpu:.2f} CPU s, {wall:.2f} s; adjusted Rand {same:.4f}, {(expected != found).sum()} labels differ")
    return expected


usual = run("scikit-learn")
# NumPy's sort leaves edges of equal length in an order that depends on the processor; here in the order they were found.
hdbscan._process_mst = lambda tree: hdbscan.make_single_linkage(tree[numpy.argsort(tree["distance"], kind="stable")])
stable = run("scikit-learn, stable sort")
print(f"adjusted Rand of the two: {adjusted_rand_score(usual, stable):.4f}")
