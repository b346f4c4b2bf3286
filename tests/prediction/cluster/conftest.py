import numpy as np
import pytest
from PIL import Image

from gazemap.prediction.cluster import stores
from gazemap.prediction.cluster.make_manifest import make_manifest


@pytest.fixture
def photos(tmp_path):
    """Ten pictures, and one file that is none."""
    folder = tmp_path / "photos"
    folder.mkdir()
    random = np.random.default_rng(0)
    for index in range(10):
        small = Image.fromarray(random.integers(0, 256, (6, 8, 3), dtype=np.uint8))
        small.resize((80 + index, 60), Image.Resampling.BICUBIC).save(folder / f"{index}.jpg")
    (folder / "broken.jpg").write_bytes(b"no image")
    return folder


@pytest.fixture
def manifest(tmp_path, photos):
    """Four shards of the pictures, in the order of their names."""
    names = tmp_path / "list.txt"
    names.write_text("".join(f"photos/{path.name}\n" for path in sorted(photos.iterdir())))
    make_manifest([f"@{names}"], tmp_path / "m.parquet", shard_size=3)
    return tmp_path / "m.parquet"


@pytest.fixture(scope="session")
def moto_port():
    """Of a local S3, which all tests of a session share."""
    from support.s3_server import moto_server  # moto takes a second, and most tests do without

    with moto_server() as port:
        yield port


@pytest.fixture
def s3(moto_port, monkeypatch):
    """An empty bucket behind a gate of faults."""
    from support.s3_server import s3_server

    stores._stores.clear()
    with s3_server(moto_port, monkeypatch) as running:
        yield running
    stores._stores.clear()


@pytest.fixture
def stored(s3, photos):
    """The pictures in a bucket."""
    for path in photos.iterdir():
        s3.objects[f"images/{path.name}"] = path.read_bytes()
    return s3
