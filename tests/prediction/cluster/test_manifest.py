import io
import subprocess
import sys
import tarfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support.killing import environment

from gazemap.errors import DataError, InputError
from gazemap.prediction.cluster import manifest as manifests
from gazemap.prediction.cluster.listing import Listing
from gazemap.prediction.cluster.make_manifest import make_manifest
from gazemap.prediction.cluster.manifest import Manifest, Row, write_manifest
from gazemap.prediction.cluster.sources import sources


def bytes_of(source):
    found = source()
    return found if isinstance(found, bytes) else found.read_bytes()


def contents(listing):
    return {row.image_id: bytes_of(source) for row, source in sources(list(listing))}


@pytest.mark.parametrize(("images", "size", "in_group"), [(10, 3, 6), (12, 3, 6), (5, 7, 6), (20, 1, 4)])
def test_a_shard_is_what_its_number_says(tmp_path, monkeypatch, images, size, in_group):
    monkeypatch.setattr(manifests, "_ROWS", in_group)
    rows = [Row(str(index), f"/{index}.jpg") for index in range(images)]
    assert write_manifest(iter(rows), tmp_path / "m.parquet", shard_size=size) == images
    manifest = Manifest(str(tmp_path / "m.parquet"))
    assert [manifest.shard(number) for number in range(len(manifest))] == [
        rows[start : start + size] for start in range(0, images, size)
    ]
    shards = pq.read_table(tmp_path / "m.parquet")["shard"].to_pylist()
    assert shards == [index // size for index in range(images)]


def test_a_manifest_knows_itself_by_its_rows(tmp_path):
    digests = []
    for names in ("ab", "ab", "ba"):
        write_manifest([Row(name, name) for name in names], tmp_path / "m.parquet")
        digests.append(Manifest(str(tmp_path / "m.parquet")).digest)
    assert digests[0] == digests[1] != digests[2]


def test_images_of_a_folder(tmp_path, photos):
    (photos / "notes.txt").write_text("no image")
    (photos / "deep").mkdir()
    (photos / "deep" / "a.png").write_bytes((photos / "0.jpg").read_bytes())
    made = make_manifest([photos], tmp_path / "m.parquet", shard_size=5)
    assert (made.images, made.shards) == (12, 3)
    assert made.besides == ("1 other file was passed over.",)
    manifest = Manifest(str(made.file))
    rows = [row for number in range(3) for row in manifest.shard(number)]
    assert {row.image_id: row.path for row in rows} == {
        path.relative_to(photos).as_posix(): str(path) for path in photos.rglob("*.*g")
    }


def test_images_of_tar_files(tmp_path):
    kept = {}
    for shard in range(2):
        with tarfile.open(tmp_path / f"{shard}.tar", "w", format=tarfile.PAX_FORMAT) as archive:
            for name, content in (("a.jpg", b"one"), ("a.json", b"{}"), (f"{'long' * 40}.png", b"two" * 999)):
                entry = tarfile.TarInfo(name)
                entry.size = len(content)
                archive.addfile(entry, io.BytesIO(content))
                if not name.endswith("json"):
                    kept[f"{shard}.tar/{name}"] = content
    listing = Listing([str(tmp_path / "*.tar")])
    assert contents(listing) == kept
    assert listing.notes() == ["2 files in tar files or buckets are no images and were passed over."]


def test_a_tar_file_that_was_cut_off(tmp_path):
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        entry = tarfile.TarInfo("a.jpg")
        entry.size = 9000
        archive.addfile(entry, io.BytesIO(bytes(9000)))
    rows = list(Listing([str(tmp_path / "a.tar")]))
    (tmp_path / "a.tar").write_bytes((tmp_path / "a.tar").read_bytes()[:5000])
    with pytest.raises(DataError, match="ends before the image does"):
        bytes_of(next(sources(rows))[1])


@pytest.mark.parametrize("as_struct", [False, True])
def test_images_in_a_parquet_file(tmp_path, as_struct):
    images = [f"image {index}".encode() for index in range(100)]
    column = [{"bytes": image, "path": None} for image in images] if as_struct else images
    table = pa.table({"id": [f"k{index}" for index in range(100)], "image": column, "label": [0] * 100})
    pq.write_table(table, tmp_path / "a.parquet", row_group_size=7)
    rows = list(Listing([str(tmp_path / "a.parquet")]))
    assert contents(rows) == {f"k{index}": image for index, image in enumerate(images)}
    assert contents(rows[33:61]) == {f"k{index}": images[index] for index in range(33, 61)}


def test_rows_that_a_parquet_file_no_longer_has(tmp_path):
    pq.write_table(pa.table({"image": [b"a", b"b", b"c"]}), tmp_path / "a.parquet")
    rows = list(Listing([str(tmp_path / "a.parquet")]))
    pq.write_table(pa.table({"image": [b"a", None]}), tmp_path / "a.parquet")
    first, *rest = [source for _, source in sources(rows)]
    assert bytes_of(first) == b"a"
    for source, reason in zip(rest, ("holds no bytes", "fewer rows"), strict=True):
        with pytest.raises(DataError, match=reason):
            source()


def test_paths_and_addresses(tmp_path, photos):
    names = tmp_path / "list.txt"
    names.write_text("photos/0.jpg\ns3://bucket/a.jpg\n")
    table = pa.table({"url": ["https://there/b.jpg"], "width": [3]})
    pq.write_table(table, tmp_path / "urls.parquet")
    rows = list(Listing([f"@{names}", str(tmp_path / "urls.parquet")]))
    assert [row.path for row in rows] == [str(photos / "0.jpg"), "s3://bucket/a.jpg", "https://there/b.jpg"]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda folder: folder, "no images"),
        (lambda folder: folder / "a.tar.gz", "Unpack it"),
        (lambda folder: f"@{folder / 'none.txt'}", "list .*none.txt cannot be read"),
        (lambda folder: _table(folder, {"x": [1]}), "--column"),
        (lambda folder: _table(folder, {"a": [b""], "b": [b""]}), "may be in a, b"),
        (lambda folder: _damaged(folder / "a.parquet"), "cannot be read as a Parquet file"),
        (lambda folder: _damaged(folder / "a.tar"), "cannot be read as a tar file"),
    ],
)
def test_sources_that_are_refused(tmp_path, make, message):
    (tmp_path / "in").mkdir()
    with pytest.raises(InputError, match=message):
        make_manifest([make(tmp_path / "in")], tmp_path / "m.parquet")
    assert not list(tmp_path.glob("*.parquet"))


def _table(folder, columns):
    pq.write_table(pa.table(columns), folder / "a.parquet")
    return folder / "a.parquet"


def _damaged(path):
    path.write_bytes(b"damaged" * 200)
    return path


def test_what_is_no_manifest(tmp_path):
    for path in (tmp_path / "none.parquet", _damaged(tmp_path / "a.parquet"), _table(tmp_path, {"x": [1]})):
        with pytest.raises(DataError, match="gazemap manifest SOURCE"):
            Manifest(str(path))


@pytest.mark.slow
def test_memory_does_not_grow_with_the_rows(tmp_path):
    code = """
import resource, sys; from pathlib import Path
from gazemap.prediction.cluster.manifest import Manifest, Row, write_manifest
count = int(sys.argv[1])
write_manifest((Row(f"{i:09d}.jpg", f"s3://bucket/{i:09d}.jpg") for i in range(count)), Path(sys.argv[2]))
manifest = Manifest(sys.argv[2])
assert [row.image_id for row in manifest.shard(len(manifest) - 1)][-1] == f"{count - 1:09d}.jpg"
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
    peaks = []
    for count in (300_000, 3_000_000):
        command = [sys.executable, "-c", code, str(count), str(tmp_path / "m.parquet")]
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment())
        peaks.append(int(done.stdout) / (1024 if sys.platform == "linux" else 2**20))
    assert peaks[1] < peaks[0] + 64  # MiB
