"""Predict a manifest by processes or by Ray: to be killed."""

import sys

from gazemap.prediction.cluster.predict_manifest import predict_manifest

manifest, out, workers, engine = sys.argv[1:]
cluster = "ray" if engine == "ray" else None
predict_manifest(manifest, out, workers=int(workers), cluster=cluster)
