"""Every benchmark runs, small, and prints a number for each side that it compares."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from gazemap.serving.built import PAGE

CHROMIUM = any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome")))
BENCHMARKS = Path(__file__).parents[1] / "benchmarks"

# Benchmark -> its arguments beside --quick, and the lines that its table must have, each with a number.
RUNS = {
    "adaptation": (
        [],
        [
            r"5 images: [-+]\d\.\d+ bits .*, KLD",
            r"5 images: .* KLD \d\.\d+ ->",
            r"5 images: .* CC -?\d\.\d+ ->",
        ],
    ),
    "attacks": (
        ["--images", "300", "--others", "1000", "--seed", "2", "--show"],  # none may fail
        [
            "images",
            "data sets",
            "importers' files",
            "weights",
            "recipes",
            "archives",
            "all: [\\d,]+ files, failed:",
        ],
    ),
    "cache": ([], ["build, \\d+ cores", "open again", "an epoch of batches", "an epoch decoded plainly"]),
    "check_noise": (
        [],
        [
            r"JPEG of quality 90, shares from 1% \|",
            r"3 pixels larger, shares from 1% \|",
            r"moved by 1 pixel, shares from 1% \|",
        ],
    ),
    "cluster": ([], ["plain, 1", "processes, 2", "ray, 2"]),
    "evaluation": (
        [],
        [
            "evaluate, 5 images:",
            "closed form, \\d+ threads",
            "5 random splits",
            "ratio",
            "auc_borji: difference in standard errors, rms",
        ],
    ),
    "faults": (
        [],
        [
            *("train", "import", "prepare", "predict", "evaluate", "sweep", "cross-validate", "reproduce"),
            *("download", "all"),
        ],
    ),
    "importing": ([], ["10 images:", "20 images:"]),
    "large_images": ([], ["16-bit TIFF", "progressive JPEG", "JPEG 2000"]),
    "manifest": ([], ["10,000 images made:", "10,000 images listed:", "100,000 images listed:"]),
    "metrics": (
        [],
        [
            *(
                "auc_judd",
                "auc_borji",
                "sauc",
                "nss",
                "cc",
                "sim",
                "kld",
                "information_gain",
                "all, one by one",
                "all in one call, mit",
                "a user's loop, mit",
                "a user's loop, exact",
            )
        ],
    ),
    "models": (["--threads", "1"], [r"\| `gazenet` \| 64 x 96 \|", r"\| `shallow` \| 96 x 96 \|"]),
    "output_precision": ([], ["saliency: mean", "saliency16: mean", "reduced JPEG: mean"]),
    "page": ([], ["API +median", "static +median", "single file +median", "static files", "runtime.wasm.gz"]),
    "peer_maps": (["PEER", "DATA", "OUT"], []),
    "pillow_images": ([], ["files:", "predicted:", "failed:", "named or counted:"]),
    "predict": (
        ["--peer", "PEER", "--engines", "torch", "--threads", "1"],
        ["one image, torch:", "one image, peer:", "10 images, torch:"],
    ),
    "pysaliency_roundtrip": ([], ["written and imported:"]),
    "screenshots": ([], ["the page as one picture:", "fold by fold:", "correlation:", "mean difference:"]),
    "scaling": ([], ["64", "128", "In all"]),
    "serve": (
        [],
        [
            "predict of a folder:",
            *(f" *{clients} clients:" for clients in (1, 4, 16)),
            "requests: 100, malformed: 20, wrong answers:",
            "memory:",
        ],
    ),
    "starting": (
        [],
        ["packages", "MB", "python -c .import gazemap.", "gazemap --help", r"gazemap predict photo\.jpg"],
    ),
    "unlike": (
        [],
        [
            r"photographs: .* \| 20 \|",
            r"white noise \(Gaussian\) \| 12 \|",
            r"charts and diagrams \| 12 \|",
            r"panoramas of 360 degrees \| 12 \|",
            r"even \|",
        ],
    ),
    "training_step": ([], ["plain loop", "gazemap", "ratio"]),
}
PARTS = {
    "arguments",
    "attacks_doors",
    "attacks_mutations",
    "attacks_texts",
    "attacks_values",
    "faults_cases",
    "metrics_cases",
    "metrics_loop",
    "metrics_peers",
    "metrics_table",
    "page_photos",
    "pysaliency_peer",
    "serve_load",
    "serve_requests",
    "unlike_pictures",
}
NUMBER = r"\s+(\d[\d,]*(\.\d+)?)(?![\d.])"


@pytest.fixture(scope="module")
def peer(tmp_path_factory):
    """A network of another maker: the mean over the colors of a (1, 3, 24, 32) image."""
    entry = helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, 24, 32])
    saliency = helper.make_tensor_value_info("saliency", TensorProto.FLOAT, [1, 1, 24, 32])
    axes = helper.make_tensor("axes", TensorProto.INT64, [1], [1])
    mean = helper.make_node("ReduceMean", ["image", "axes"], ["saliency"], keepdims=1)
    graph = helper.make_graph([mean], "mean", [entry], [saliency], [axes])
    path = tmp_path_factory.mktemp("peer") / "mean.onnx"
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    onnx.save(model, path)
    return path


def test_every_benchmark_is_run():
    assert {path.stem for path in BENCHMARKS.glob("*.py")} == RUNS.keys() | PARTS


@pytest.mark.slow
@pytest.mark.parametrize("name", RUNS)
def test_quick_runs_measure_both_sides(name, peer, popout_set, tmp_path):
    if name == "page" and not (CHROMIUM and (PAGE / "index.html").is_file()):
        pytest.skip("the page is not built (make page), or there is no Chromium")
    arguments, lines = RUNS[name]
    places = {"PEER": peer, "DATA": popout_set.path, "OUT": tmp_path / "maps"}
    command = [sys.executable, BENCHMARKS / f"{name}.py", "--quick", *(places.get(a, a) for a in arguments)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}  # two test processes share two cores
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-5000:]
    assert "its numbers mean nothing" in done.stdout.splitlines()[0]
    for line in lines:
        assert re.search(f"^ *{line}{NUMBER}", done.stdout, re.M), f"{line} is not in\n{done.stdout}"
    if name == "peer_maps":
        assert_means_of_colors(popout_set, tmp_path / "maps")


def assert_means_of_colors(dataset, folder):
    files = sorted(folder.iterdir())
    samples = dataset.split("val").samples[:2]
    assert [file.name for file in files] == [f"{sample.file.name}.saliency.npy" for sample in samples]
    for sample, file in zip(samples, files, strict=True):
        found = np.load(file)
        assert found.shape == (24, 32)
        # resizing by averages keeps the mean, but for rounding to 8 bits
        assert found.mean() == pytest.approx(sample.image.mean() / 255, abs=0.01)
