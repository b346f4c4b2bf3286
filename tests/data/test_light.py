"""Data sets without the packages of the extras: what works, and what the rest says."""

import h5py
import numpy as np
import pytest
from support.light import run_python
from support.miniatures import MINIATURES

from gazemap.data.importers import IMPORTERS

FOREIGN = {"pascal-s", "psychopy", "pysaliency"}  # whose HDF5 files a package of the extra `data` reads

WORK = """
from gazemap import load_dataset
from gazemap.data.check import check_dataset
from gazemap.data.download.catalogue import sources
from gazemap.data.importers import formats
from gazemap.data.popout.generate import popout
from gazemap.data.subsets.duplicates import find_duplicates
from gazemap.data.subsets.new_sets import select_dataset, split_dataset

popout("set", images=10, size=(64, 64))
dataset = load_dataset("set")
sample = dataset.select(split="val", window=(0, 1), first=2)[0]
assert abs(sample.density((32, 32)).sum() - 1) < 1e-9
assert sample.fixation_map().sum() == len(sample.fixations) == 30
select_dataset("set", "part", observers=["01"])
split_dataset("set", "new", shares={"train": 0.5, "val": 0.5})
assert check_dataset("set").is_sound
find_duplicates("set", apply=True)
assert formats() and sources() and dataset.fingerprint and dataset.summary().as_json()
"""


def test_data_sets_are_worked_with(tmp_path):
    run_python(WORK, tmp_path, absent=True)


@pytest.mark.slow
def test_formats_are_imported(tmp_path):
    sources = {name: MINIATURES[name](tmp_path / name) for name in IMPORTERS}
    wanted = [
        (name, str(source), MINIATURES[name].options)
        for name, source in sources.items()
        if name not in FOREIGN
    ]
    code = (
        "from gazemap.data.importers import import_dataset\n"
        f"for name, source, options in {wanted!r}:\n"
        "    print(name, len(import_dataset(source, f'{name}-out', format=name, options=options)))"
    )
    listed = run_python(code, tmp_path, absent=True).split()
    assert listed[::2] == [name for name, _, _ in wanted]
    assert {"osie", "salicon", "salicon-folder", "coco-freeview", "table"} <= {*listed}
    assert min(map(int, listed[1::2])) >= 3


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("import_dataset('pascal-s', 'x', format='pascal-s')", "Reading HDF5 files needs the package h5py"),
        (
            "import_dataset('pysaliency', 'x', format='pysaliency')",
            "Reading HDF5 files needs the package h5py",
        ),
        (
            "export_dataset('set', 'x', format='pysaliency')",
            "Writing pysaliency's files needs the package h5py",
        ),
        (
            "decode_map(open('map.mat', 'rb').read(), 'map.mat')",
            "Reading MATLAB 7.3 files needs the package h5py",
        ),
        ("download_dataset('osie', 'x')", "Downloading data sets needs the package requests"),
    ],
)
@pytest.mark.slow
def test_what_needs_a_package_names_the_extra(tmp_path, popout_set, call, message):
    for name in ("osie", "pascal-s", "pysaliency"):
        MINIATURES[name](tmp_path / name)
    (tmp_path / "set").symlink_to(popout_set.path)
    with h5py.File(tmp_path / "map.mat", "w", userblock_size=512) as file:
        file["map"] = np.ones((3, 4))
    code = f"""
from gazemap.data.download.download import download_dataset
from gazemap.data.exporting import export_dataset
from gazemap.data.importers import import_dataset
from gazemap.errors import MissingPackageError
from gazemap.images.map_files import decode_map
try:
    {call}
except MissingPackageError as error:
    print(error)
"""
    expected = f"{message}, which is not installed. Install it: pip install 'gazemap[data]'.\n"
    assert run_python(code, tmp_path, absent=True) == expected
    assert not (tmp_path / "x").exists()
