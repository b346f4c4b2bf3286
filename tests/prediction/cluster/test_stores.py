"""Images, manifests and parts in a local S3; what goes wrong there is in test_faults.py."""

import io
import tarfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import gazemap
from gazemap.errors import DataError, InputError, OutputError
from gazemap.prediction.cluster import stores
from gazemap.prediction.cluster.listing import Listing
from gazemap.prediction.cluster.make_manifest import make_manifest
from gazemap.prediction.cluster.predict_manifest import predict_manifest
from gazemap.prediction.cluster.sources import sources
from gazemap.reports.predict_sources import predict_sources


def test_a_bucket_gives_the_parts_that_a_folder_gives(tmp_path, stored, manifest, photos):
    stored.objects["images/notes.txt"] = b"no image"
    made = make_manifest(["s3://bucket/images/"], "s3://bucket/bucket.parquet", shard_size=3)
    assert (made.images, made.besides) == (
        11,
        ("1 files in tar files or buckets are no images and were passed over.",),
    )
    outcome = predict_manifest("s3://bucket/bucket.parquet", "s3://bucket/maps", workers=1)
    assert (outcome.made, outcome.images, outcome.failed) == (4, 11, 1)
    predict_manifest(manifest, tmp_path / "local", workers=1)
    for number in range(4):
        ours, theirs = (
            pq.read_table(source)
            for source in (
                io.BytesIO(stored.objects[f"maps/part-{number:06d}.parquet"]),
                tmp_path / "local" / f"part-{number:06d}.parquet",
            )
        )
        columns = [name for name in ours.column_names if name not in ("image_id", "error")]
        assert ours.select(columns).equals(theirs.select(columns))
    again = predict_manifest("s3://bucket/bucket.parquet", "s3://bucket/maps", workers=1)
    assert again.made == 0
    table = gazemap.read_predictions("s3://bucket/maps").to_table(columns=["image_id", "width"])
    assert dict(zip(*table.to_pydict().values(), strict=True)) == {
        **{f"{index}.jpg": 80 + index for index in range(10)},
        "broken.jpg": None,
    }
    read = [key for method, key in stored.asked if method == "GET" and key.startswith("images/")]
    assert len(read) == len(set(read)) == 11  # none twice


def test_objects_larger_than_an_image_may_be_are_not_read(stored):
    with pytest.raises(DataError, match="up to 10 bytes"):
        stores.read_object("s3://bucket/images/0.jpg", most=10)


def test_archives_and_tables_in_a_bucket(s3):
    buffer, kept = io.BytesIO(), {}
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for index in range(3):
            entry, content = tarfile.TarInfo(f"{index}.jpg"), bytes([index]) * (1000 + index)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
            kept[f"a.tar/{index}.jpg"] = content
    s3.objects["a.tar"] = buffer.getvalue()
    buffer = io.BytesIO()
    pq.write_table(pa.table({"image": [b"x" * 50, b"y"]}), buffer)
    s3.objects["t.parquet"] = buffer.getvalue()
    rows = list(Listing(["s3://bucket/a.tar", "s3://bucket/t.parquet"]))
    found = {row.image_id: source() for row, source in sources(rows)}
    assert found == {**kept, "t.parquet/0": b"x" * 50, "t.parquet/1": b"y"}


def test_what_is_there_is_not_written_again(s3):
    stores.write_object("s3://bucket/a", b"first", replace=False)
    stores.write_object("s3://bucket/a", b"second", replace=False)
    assert s3.objects["a"] == b"first"
    stores.write_object("s3://bucket/a", b"third", replace=True)
    assert s3.objects["a"] == b"third"
    assert [stores.object_exists(f"s3://bucket/{name}") for name in "ab"] == [True, False]


def test_what_cannot_be_read_or_written_is_said(s3):
    with pytest.raises(DataError, match=r"nothing at s3://bucket/none\.jpg"):
        stores.read_object("s3://bucket/none.jpg")
    with pytest.raises(InputError, match="cannot be used"):
        stores.read_object("nowhere://bucket/a.jpg")
    with pytest.raises(InputError, match="has a query"):
        stores.read_object("https://there/a.jpg?token=1")
    s3.fault = lambda method, key, count: 403
    with pytest.raises(OutputError, match="s3://bucket/a cannot be written"):
        stores.write_object("s3://bucket/a", b"", replace=False)


def test_failed_images_of_a_bucket_are_tried_again(tmp_path, stored):
    make_manifest(["s3://bucket/images/"], tmp_path / "m.parquet", shard_size=6)
    predict_manifest(tmp_path / "m.parquet", "s3://bucket/maps", workers=1)
    stored.objects["images/broken.jpg"] = stored.objects["images/0.jpg"]
    outcome = predict_manifest(tmp_path / "m.parquet", "s3://bucket/maps", workers=1, retry_failed=True)
    assert (outcome.made, outcome.images, outcome.failed) == (1, 1, 0)


def test_addresses_where_none_may_stand_are_refused(tmp_path, photos):
    with pytest.raises(
        InputError, match=r"List its images first: gazemap manifest s3://bucket/images/ --out"
    ):
        predict_sources(["s3://bucket/images/"], tmp_path / "out")
    with pytest.raises(InputError, match="made of a manifest goes to an address, got s3://bucket/maps"):
        predict_sources([str(photos)], "s3://bucket/maps")
