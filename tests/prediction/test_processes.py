"""One image gives the same numbers alone, in a batch, from threads, after a fork and in a new process."""

import multiprocessing
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from support.other_process import density, images, in_child

from gazemap.errors import InputError
from gazemap.prediction.engines import openvino as openvino_engine
from gazemap.prediction.predictor import load_predictor

TOLERANCE = 1e-4  # of a density, in shares of its highest value; docs/how-to/gpu.md states it
ENGINES = ("onnx", "torch", "openvino")


def assert_same(found, expected, tolerance=TOLERANCE):
    for own, other in zip(found, expected, strict=True):
        assert own.shape == other.shape
        assert np.abs(own - other).max() <= tolerance * other.max()


def of_process(method, engine):
    """What another process predicts; it is ended where it hangs."""
    ours, theirs = multiprocessing.get_context(method).Pipe()
    process = multiprocessing.get_context(method).Process(target=in_child, args=(engine, theirs))
    process.start()
    theirs.close()  # so that a process that ends without an answer is no wait
    try:
        assert ours.poll(120), "it hangs"
        return ours.recv()
    finally:
        process.kill()
        process.join()


def test_eight_threads_predict_what_one_does():
    expected = [density(image) for image in images(8)]
    with ThreadPoolExecutor(8) as pool:
        assert_same(pool.map(density, images(8)), expected)


@pytest.mark.slow
@pytest.mark.parametrize("engine", ENGINES)
def test_eight_threads_predict_what_one_does_with_every_engine(engine):
    if engine == "openvino":
        pytest.importorskip("openvino")
    expected = [density(image) for image in images(16)]
    with ThreadPoolExecutor(8) as pool:
        assert_same(pool.map(lambda image: density(image, engine), images(16)), expected)


FIRST_USE = """
import sys
from concurrent.futures import ThreadPoolExecutor
from support.other_process import density, images

sys.setswitchinterval(1e-6)  # threads take turns so often that two of them are in the same place
with ThreadPoolExecutor(8) as pool:
    assert len([*pool.map(lambda image: density(image, "openvino"), images(16))]) == 16
"""


@pytest.mark.slow
def test_the_first_use_of_openvino_may_be_by_several_threads():
    """Its first array waited for ever where two threads made it, in three of eight processes."""
    pytest.importorskip("openvino")
    tests = str(Path(__file__).parents[1])
    path = os.pathsep.join([tests, *filter(None, sys.path)])
    for _ in range(4):
        subprocess.run(
            [sys.executable, "-c", FIRST_USE], env={**os.environ, "PYTHONPATH": path}, timeout=60, check=True
        )


@pytest.mark.slow
@pytest.mark.parametrize("method", ["fork", "spawn"])
@pytest.mark.parametrize("engine", ENGINES)
def test_other_processes_predict_the_same(engine, method):
    if engine == "openvino":
        pytest.importorskip("openvino")
    expected = [density(image) for image in images()]
    assert_same([density(image, engine) for image in images()], expected)  # the engine is in use here
    assert_same(of_process(method, engine), expected)


def test_a_forked_process_is_told_that_openvino_cannot_open_a_model(monkeypatch):
    pytest.importorskip("openvino")
    monkeypatch.setattr(openvino_engine, "_opened_by", {-1})  # of its parent
    with pytest.raises(InputError, match=r"forked from one that uses it\. Open it before"):
        load_predictor("shipped:gazenet", engine="openvino", threads=7)


@pytest.mark.parametrize("engine", ["onnx", *(pytest.param(e, marks=pytest.mark.slow) for e in ENGINES[1:])])
def test_a_batch_is_what_its_images_are_alone(engine):
    if engine == "openvino":
        pytest.importorskip("openvino")
    predictor = load_predictor(engine=engine)
    frames = np.random.default_rng(0).integers(0, 256, (5, 3, *predictor.input_size), dtype=np.uint8)
    together = predictor.grids(frames)
    alone = np.concatenate([predictor.grids(frame[None]) for frame in frames])
    assert np.abs(np.exp(together) - np.exp(alone)).max() <= TOLERANCE * np.exp(alone).max()
