"""Maps of a gaze data set by another project's network, for `gazemap evaluate` and `gazemap compare`.

    python benchmarks/peer_maps.py PEER.onnx gaze/osie runs/peer [--split val]
    gazemap evaluate runs/peer --data gaze/osie

The network must take one image, float32 (1, 3, H, W) in [0, 1], RGB, and return one map of any scale. The
maps are written as NPY files at the network's own size; `gazemap evaluate` resizes them.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime
from arguments import benchmark_parser, read_arguments
from PIL import Image
from rich.progress import track

from gazemap.data.dataset import load_dataset


def main() -> None:
    """Predict every image of the split."""
    parser = benchmark_parser(__doc__)
    parser.add_argument("peer", help="an ONNX file")
    parser.add_argument("data", type=Path, help="a gaze data set's folder")
    parser.add_argument("out", type=Path, help="a folder for the maps")
    parser.add_argument("--split", default="val", help="the images to predict")
    parser.add_argument("--images", type=int, help="how many of them; default: all")
    options = read_arguments(parser, images=2)
    session = onnxruntime.InferenceSession(options.peer, providers=["CPUExecutionProvider"])
    entry = session.get_inputs()[0]
    height, width = entry.shape[2:]
    options.out.mkdir(parents=True, exist_ok=True)
    samples = load_dataset(options.data).split(options.split).samples[: options.images]
    for sample in track(samples, "Predicting", transient=True):
        assert sample.file is not None
        image = Image.fromarray(sample.image).resize((width, height), Image.Resampling.BILINEAR)
        frame = np.asarray(image, np.float32).transpose(2, 0, 1)[None] / 255
        saliency = session.run(None, {entry.name: frame})[0].reshape(session.get_outputs()[0].shape[-2:])
        np.save(options.out / f"{sample.file.name}.saliency.npy", saliency)
    print(f"{len(samples)} maps of {width} x {height} by {options.peer} are in {options.out}.")


if __name__ == "__main__":
    main()
