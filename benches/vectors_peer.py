"""A map by umap-learn or openTSNE with its time and trustworthiness (k = 15), as a program of its own.

python vectors_peer.py {umap|tsne} ROWS.npy  (one thread where random_state asks for it; openTSNE on all cores)
The second of two calls is timed, so that compilation is left out.
"""

import sys
import time

import numpy

how, path = sys.argv[1:]
rows = numpy.load(path).astype(numpy.float32)


def project():
    if how == "umap":
        import umap

        return umap.UMAP(random_state=0).fit_transform(rows)
    import openTSNE

    return numpy.asarray(openTSNE.TSNE(random_state=0, n_jobs=-1).fit(rows))


if how == "umap":
    project()
start, work = time.perf_counter(), time.process_time()
points = project()
took, work = time.perf_counter() - start, time.process_time() - work
print(f"{how}, {rows.shape[0]} × {rows.shape[1]}: {took:.2f} s, {work:.2f} CPU s")
if len(rows) <= 20_000:
    from sklearn.manifold import trustworthiness

    print(f"trustworthiness {trustworthiness(rows, points, n_neighbors=15):.4f}")
