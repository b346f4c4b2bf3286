"""What 8 and 16 bits per pixel, and JPEGs decoded at reduced scale, cost of a prediction.

    python benchmarks/output_precision.py --data gaze/osie [--model RUN] [--split val] [--images 100]

Each image is predicted as `gazemap predict` does it. Printed, mean and greatest over the images: the KL
divergence, in nats, of what is read back from the PNG, divided by its sum, from the density itself; and of
the density from the reduced JPEG from that of the whole one, for images enlarged four times.
"""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

import numpy as np
from arguments import benchmark_parser, gaze_set, read_arguments
from numpy.typing import NDArray
from PIL import Image

from gazemap.data.dataset import load_dataset
from gazemap.models.base import SaliencyModel
from gazemap.models.files import DEFAULT_MODEL
from gazemap.models.weights import load_model
from gazemap.prediction.files.outputs import OUTPUTS
from gazemap.prediction.files.predict_files import predict_files
from gazemap.prediction.predict import predict

ENLARGED = 4


def divergence(density: NDArray[np.floating], approximation: NDArray[np.floating]) -> float:
    """KL divergence in nats; pixels of 0 in the approximation count as half its least level."""
    other = np.maximum(approximation.astype(np.float64), 0.5)
    other /= other.sum()
    return float((density * (np.log(density) - np.log(other))).sum())


def main() -> None:
    """Measure and print."""
    parser = benchmark_parser(__doc__)
    parser.add_argument("--data", default="gaze/osie", type=Path, help="a gaze data set's folder")
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--split", default="val")
    parser.add_argument("--images", type=int, default=100)
    options = read_arguments(parser, data=None, images=2)
    model = load_model(options.model)
    costs: dict[str, list[float]] = {"saliency": [], "saliency16": [], "reduced JPEG": []}
    with gaze_set(options.data) as data, tempfile.TemporaryDirectory() as folder:
        for sample in load_dataset(data).split(options.split).samples[: options.images]:
            prediction = predict(sample.image, model)
            density = np.exp(prediction.log_density)
            for kind in ("saliency", "saliency16"):
                written = Path(folder, f"{kind}.png")
                OUTPUTS[kind].write(prediction, written)
                costs[kind].append(divergence(density, np.asarray(Image.open(written))))
            costs["reduced JPEG"].append(_reduced(model, sample.image, Path(folder)))
    print(f"{options.model} on {data} {options.split}, KL divergence in nats")
    for kind, values in costs.items():
        print(f"{kind}: mean {np.mean(values):.4f}, greatest {max(values):.4f}")


def _reduced(model: SaliencyModel, pixels: NDArray[np.uint8], folder: Path) -> float:
    """The divergence of a large JPEG predicted at reduced scale from its whole pixels'."""
    height, width = pixels.shape[:2]
    content = io.BytesIO()
    large = Image.fromarray(pixels).resize((ENLARGED * width, ENLARGED * height), Image.Resampling.BICUBIC)
    large.save(content, "JPEG", quality=90)
    file = folder / "large.jpg"
    file.write_bytes(content.getvalue())
    predict_files([file], folder / "out", model=model, write=["npy"])
    reduced = np.load(folder / "out" / "large.jpg.log_density.npy", allow_pickle=False)
    whole = predict(np.asarray(Image.open(content)), model).log_density
    return float((np.exp(whole) * (whole - reduced)).sum())


if __name__ == "__main__":
    main()
