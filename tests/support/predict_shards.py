"""Predict a manifest by processes: to be killed."""

import sys

from gazemap.prediction.cluster.predict_manifest import predict_manifest

manifest, out, workers = sys.argv[1:]
predict_manifest(manifest, out, workers=int(workers))
