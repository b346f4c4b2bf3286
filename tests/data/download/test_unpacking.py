import tarfile

import numpy as np
import pytest
from support.faulty_archives import linked_zip, locked, tarred, twice, zipped

from gazemap.data.download import unpacking
from gazemap.errors import DataError

CONTENT = np.random.default_rng(0).bytes(300_000)
ARCHIVE = zipped(**{"top/points.mat": CONTENT, "top/images/1.jpg": b"image"})


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (lambda: zipped(**{"good": b"1", "../evil": b"2"}), r"'../evil' leads out of the folder"),
        (lambda: zipped(**{"a/../../evil": b"2"}), "leads out of the folder"),
        (lambda: zipped(**{"/etc/evil": b"2"}), "leads out of the folder"),
        (lambda: zipped(**{"..\\evil": b"2"}), "leads out of the folder"),
        (lambda: zipped(**{"C:\\evil": b"2"}), "leads out of the folder"),
        (linked_zip, "'link' is a link or device"),
        (lambda: tarred(("link", tarfile.SYMTYPE, b"")), "'link' is a link or device"),
        (lambda: tarred(("hard", tarfile.LNKTYPE, b"")), "'hard' is a link or device"),
        (lambda: tarred(("pipe", tarfile.FIFOTYPE, b"")), "'pipe' is a link or device"),
        (lambda: tarred(("../evil", tarfile.REGTYPE, b"1")), "leads out of the folder"),
        (lambda: zipped(zeros=bytes(2**26 + 1)), "must unpack to at most 67,108,864 bytes"),
        (lambda: tarred(("zeros", tarfile.REGTYPE, bytes(2**26 + 1))), "must unpack to at most"),
        (twice, "has 'a' twice"),
        (locked, "damaged, or protected by a password"),
        (lambda: zipped(), "holds no file"),
        (lambda: zipped(**{".DS_Store": b"1"}), "holds no file"),
        (lambda: b"no archive", "neither a zip nor a tar file"),
        (lambda: ARCHIVE[:-100], "neither a zip nor a tar file, or its end is missing"),
        (lambda: ARCHIVE[:1000] + bytes(1000) + ARCHIVE[2000:], "is damaged"),
        (lambda: tarred(("a", tarfile.REGTYPE, CONTENT))[:-9000], "is damaged"),
    ],
)
def test_an_archive_that_is_not_to_be_trusted_is_refused(tmp_path, content, message):
    archive = tmp_path / "a" / "b" / "archive"
    archive.parent.mkdir(parents=True)
    archive.write_bytes(content())
    with pytest.raises(DataError, match=message) as error:
        unpacking.unpack(archive, tmp_path / "a" / "b" / "out")
    assert str(archive) in str(error.value)
    written = [path for path in tmp_path.rglob("*") if not path.is_dir() and path != archive]
    assert all("damaged" in message and (tmp_path / "a" / "b" / "out") in path.parents for path in written)


def test_a_tar_is_unpacked_and_the_limit_holds(tmp_path):
    (tmp_path / "a.tar.gz").write_bytes(
        tarred(("top", tarfile.DIRTYPE, b""), ("top/a.mat", tarfile.REGTYPE, CONTENT), ("top/b", b"0", b"b"))
    )
    unpacking.unpack(tmp_path / "a.tar.gz", tmp_path / "out", strip=1)
    written = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    assert written == {"a.mat": CONTENT, "b": b"b"}
    with pytest.raises(DataError, match="must unpack to at most 300,000 bytes"):
        unpacking.unpack(tmp_path / "a.tar.gz", tmp_path / "other", limit=300_000)
    assert not (tmp_path / "other").exists()
