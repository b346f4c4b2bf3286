"""Foreign predictions: every container, lazily, and what is refused before and while scoring."""

import struct
from concurrent.futures import ThreadPoolExecutor

import h5py
import numpy as np
import pytest
from scipy.special import logsumexp
from support.stored_maps import (
    CONTAINERS,
    FILES,
    KINDS,
    SIZE,
    mat_5,
    npy,
    picture,
    write,
    write_folder,
    write_tar,
    write_zip,
)

from gazemap.errors import DataError, InputError, WeightsError
from gazemap.evaluation.evaluate import evaluate
from gazemap.evaluation.interchange import archives
from gazemap.evaluation.interchange.stored import open_model_or_maps, open_predictions
from gazemap.evaluation.predictions import Maps


@pytest.fixture(scope="module")
def val(popout_set):
    return popout_set.split("val")


@pytest.fixture(scope="module")
def grids(val):
    """16-bit levels, so that every format but the 8-bit ones can hold them without loss."""
    return np.random.default_rng(0).integers(1, 65535, (len(val), *SIZE)).astype(np.uint16)


@pytest.fixture(params=KINDS)
def container(request, val, grids, tmp_path):
    named = {sample.image_id: grid / 65535 for sample, grid in zip(val, grids, strict=True)}
    return write(request.param, named, tmp_path / "theirs")


def test_every_container_and_format_gives_the_scores_of_the_arrays(popout_set, val, grids, tmp_path):
    exact = {sample.image_id: grid / 65535 for sample, grid in zip(val, grids, strict=True)}
    rows = {kind: open_predictions(write(kind, exact, tmp_path / kind), val) for kind in KINDS}
    for name, (suffix, encode, scale) in FILES.items():
        files = {f"{s.image_id}{suffix}": encode(grid) for s, grid in zip(val, grids, strict=True)}
        if scale in (None, 65535):
            rows[name] = open_predictions(write_zip(files, tmp_path / name), val)
    scores = evaluate({"arrays": Maps(grids / 65535), **rows}, popout_set, "val", "exact").per_image
    for name in rows:
        for metric, values in scores["arrays"].items():
            # only the files of float32 differ at all
            np.testing.assert_allclose(scores[name][metric], values, atol=1e-6, err_msg=f"{name} {metric}")


def test_maps_of_other_images_are_counted(container, val):
    stored = open_predictions(container, val)
    assert (stored.output, stored.ignored) == ("saliency", 1)


def test_maps_are_read_from_several_threads(container, val, grids):
    stored = open_predictions(container, val)
    order = np.random.default_rng(0).integers(0, len(val), 60).tolist()
    with ThreadPoolExecutor(8) as pool:
        for index, grid in zip(order, pool.map(stored.grid, order), strict=True):
            np.testing.assert_array_equal(grid, grids[index] / 65535)


@pytest.mark.parametrize("suffix", [".npy", ".mat", ".png"])
def test_only_the_first_map_is_read_at_the_opening(suffix, val, grids, tmp_path):
    encode = {".npy": npy, ".mat": mat_5, ".png": lambda grid: picture(grid, "PNG")}[suffix]
    files = {f"{sample.image_id}{suffix}": encode(grid) for sample, grid in zip(val, grids, strict=True)}
    last = f"{val[-1].image_id}{suffix}"
    files[last] = files[last][:200]
    stored = open_predictions(write_zip(files, tmp_path / "maps.zip"), val)
    stored.grid(0)
    with pytest.raises(DataError, match=rf"maps\.zip: {last} is damaged and cannot be decoded"):
        stored.grid(len(val) - 1)


def test_a_smaller_grid_is_accepted(val, tmp_path):
    files = {f"{sample.image_id}.npy": npy(np.ones((24, 32))) for sample in val}
    assert open_predictions(write_folder(files, tmp_path / "maps"), val).grid(1).shape == (24, 32)


def test_log_densities_and_saliency_maps_are_told_apart(val, tmp_path):
    logs = np.random.default_rng(0).normal(size=(len(val), 24, 32))
    logs -= logsumexp(logs, axis=(1, 2), keepdims=True)

    def maps(name, values):
        files = {f"{s.image_id}.npy": npy(value) for s, value in zip(val, values, strict=True)}
        return write_folder(files, tmp_path / name)

    stored = open_predictions(maps("logs", logs), val, "log_density")
    np.testing.assert_array_equal(stored.grid(2), logs[2])
    with pytest.raises(DataError, match=r"00.*\.npy is a log density .*--holds log_density"):
        open_predictions(tmp_path / "logs", val)
    with pytest.raises(
        DataError, match=r"\.npy is no log density: its logsumexp must be 0 within 0\.001, got 0\.002"
    ):
        open_predictions(maps("near", logs + 0.002), val, "log_density")
    with pytest.raises(DataError, match="is a density, not its logarithm"):
        open_predictions(maps("density", np.exp(logs)), val, "log_density")
    with pytest.raises(
        DataError, match=r"looks like a log map\. Subtract its logsumexp \(1\).*--holds log_d"
    ):
        open_predictions(maps("negative", logs + 1), val)
    assert open_predictions(maps("constant", np.full_like(logs, -1.0)), val).output == "saliency"
    with pytest.raises(InputError, match="Maps is a masked array"):
        Maps(np.ma.masked_less(logs, -1))
    with pytest.raises(InputError, match="holds must be saliency or log_density, got 'density'"):
        open_predictions(tmp_path / "density", val, "density")


def test_transposed_maps_are_refused_in_any_size(val, tmp_path):
    for size in ((128, 96), (64, 48)):
        files = {f"{sample.image_id}.npy": npy(np.ones(size)) for sample in val}
        with pytest.raises(DataError, match=r"height and width are swapped\. Transpose the maps"):
            open_predictions(write_folder(files, tmp_path / str(size[0])), val)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (np.ones((2, 3, 4)), r"shape \(2, 3, 4\)"),
        (np.float64(3), r"shape \(\)"),
        (h5py.Empty("f8"), r"shape \(\)"),
        (np.array([[b"a"]]), "must hold real numbers"),
        (np.full(SIZE, np.nan), "12,288 of 12,288 are NaN"),
    ],
)
def test_what_is_no_map_in_hdf5_is_refused(content, message, val, tmp_path):
    with h5py.File(tmp_path / "maps.h5", "w") as file:
        for sample in val:
            file[sample.file.name] = content
    with pytest.raises(DataError, match=message):
        open_predictions(tmp_path / "maps.h5", val)


def test_an_hdf5_file_cannot_show_other_files(val, tmp_path):
    with h5py.File(tmp_path / "secret.h5", "w") as file:
        file["x"] = np.ones(SIZE)
    (tmp_path / "secret.bin").write_bytes(bytes(8 * 96 * 128))
    layout = h5py.VirtualLayout(SIZE, "f8")
    layout[:] = h5py.VirtualSource(tmp_path / "secret.h5", "x", SIZE)
    with h5py.File(tmp_path / "maps.h5", "w") as file:
        file["own"] = np.ones(SIZE)
        file["linked.jpg"] = h5py.ExternalLink(str(tmp_path / "secret.h5"), "x")
        file.create_virtual_dataset("virtual.jpg", layout)
        file.create_dataset("raw.jpg", SIZE, "f8", external=[(str(tmp_path / "secret.bin"), 0, 8 * 96 * 128)])
    assert archives.open_archive(tmp_path / "maps.h5").keys == ("own",)


def test_members_too_large_are_refused_before_they_are_read(val, tmp_path, monkeypatch):
    bomb = {f"{sample.image_id}.npy": npy(np.zeros((1000, 200))) for sample in val}
    monkeypatch.setattr(archives, "MAX_BYTES", 1_000_000)
    for kind, write_container in CONTAINERS.items():
        path = write_container(bomb, tmp_path / kind)
        with pytest.raises(DataError, match="is 1,600,128 bytes long; the limit is 1,000,000"):
            open_predictions(path, val)
    monkeypatch.setattr(archives, "MAX_TAR_BYTES", 1_000_000)
    with pytest.raises(DataError, match="unpacks to more than 1,000,000 bytes"):
        open_predictions(write_tar(bomb, tmp_path / "bomb", "w:gz"), val)


def test_what_a_zip_says_of_its_size_is_all_that_is_read(val, tmp_path):
    name = f"{val[0].image_id}.npy"
    path = write_zip({name: npy(np.zeros((1000, 200)))}, tmp_path / "lies.zip")
    content = path.read_bytes().replace(struct.pack("<I", 1_600_128), struct.pack("<I", 1000))
    path.write_bytes(content)
    archive = archives.open_archive(path)
    with pytest.raises(DataError, match="is damaged"):
        archive.read(name)


@pytest.mark.parametrize("kind", ["zip", "tar", "tar.gz", "tar.xz"])
def test_damaged_archives_are_refused(kind, val, grids, tmp_path):
    files = {f"{sample.image_id}.npy": npy(grid) for sample, grid in zip(val, grids, strict=True)}
    path = CONTAINERS[kind](files, tmp_path / "maps")
    path.write_bytes(path.read_bytes()[:-60_000])
    with pytest.raises(DataError, match=f"{path}.*damaged"):
        open_predictions(path, val)


def test_flipped_bits_and_passwords_are_refused(val, grids, tmp_path):
    files = {f"{sample.image_id}.npy": npy(grid) for sample, grid in zip(val, grids, strict=True)}
    path = write_zip(files, tmp_path / "maps.zip")
    content = bytearray(path.read_bytes())
    content[2000] ^= 255
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"maps\.zip: \d+\.npy cannot be read: it is damaged or protected"):
        open_predictions(path, val)
    locked = bytearray(write_zip(files, tmp_path / "locked.zip").read_bytes())
    start = locked.index(b"PK\x01\x02")
    locked[start + 8] |= 1  # the flag of encryption, in the central directory and at the member
    locked[6] |= 1
    path.write_bytes(locked)
    with pytest.raises(DataError, match=r"damaged or protected .*password"):
        open_predictions(path, val)


def test_other_paths_are_refused(val, tmp_path, popout_set):
    (tmp_path / "empty").mkdir()
    (tmp_path / "text.txt").write_text("hello")
    (tmp_path / "nothing").touch()
    for path, message in (
        ("none", "There is no file or folder .*none"),
        ("empty", "empty holds no map. Give a folder, zip or tar of .png, .jpg"),
        ("text.txt", "is damaged or of another kind"),
        ("nothing", "is damaged or of another kind"),
    ):
        with pytest.raises(DataError, match=message):
            open_predictions(tmp_path / path, val)
    with pytest.raises(DataError, match="5 of 5 images have no prediction"):
        open_predictions(write_folder({"a.npy": npy(np.ones(SIZE))}, tmp_path / "maps"), val)


def test_a_run_and_maps_are_told_apart(val, grids, tmp_path):
    files = {f"{sample.image_id}.npy": npy(grid) for sample, grid in zip(val, grids, strict=True)}
    maps = write_folder(files, tmp_path / "maps")
    assert open_model_or_maps(maps, val).output == "saliency"
    (maps / "best.safetensors").write_bytes(b"no weights")
    for path in (maps, maps / "best.safetensors", tmp_path / "none"):
        with pytest.raises(WeightsError):
            open_model_or_maps(path, val)
