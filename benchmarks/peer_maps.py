"""Another network's maps of a gaze data set, for `gazemap evaluate` and `gazemap compare`.

    python benchmarks/peer_maps.py PEER.onnx gaze/osie runs/peer [--split val]
    gazemap evaluate runs/peer --data gaze/osie

The network takes one image, float32 (1, 3, H, W) in [0, 1], RGB, and gives one map of any scale. The maps
are written as NPY files at the network's own grid; evaluation resizes them.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image
from rich.progress import track

from gazemap.data.dataset import load_dataset


def main() -> None:
    """Predict every image of the split."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("peer")
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--split", default="val")
    options = parser.parse_args()
    session = onnxruntime.InferenceSession(options.peer, providers=["CPUExecutionProvider"])
    entry = session.get_inputs()[0]
    height, width = entry.shape[2:]
    options.out.mkdir(parents=True, exist_ok=True)
    for sample in track(load_dataset(options.data).split(options.split).samples, "Predicting"):
        image = Image.fromarray(sample.image).resize((width, height), Image.Resampling.BILINEAR)
        frame = np.asarray(image, np.float32).transpose(2, 0, 1)[None] / 255
        saliency = session.run(None, {entry.name: frame})[0].reshape(session.get_outputs()[0].shape[-2:])
        np.save(options.out / f"{sample.file.name}.saliency.npy", saliency)


if __name__ == "__main__":
    main()
