import hashlib
import json
import resource
import shutil
import signal
import subprocess
import sys
import tarfile
import time
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pytest
from support import faulty_server
from support.faulty_archives import tarred, zipped
from support.faulty_server import page, stalling, status, whole, without_range
from support.miniatures import MINIATURES

from gazemap.data.download import unpacking
from gazemap.data.download.catalogue import SOURCES, PublicSource, RemoteFile, sources
from gazemap.data.download.download import download_dataset
from gazemap.data.download.fetching import Patience
from gazemap.data.importers import IMPORTERS, import_dataset
from gazemap.errors import DataError, InputError, OutputError
from gazemap.system.checking import checked_options
from gazemap.system.locks import only_one_file

HASTY = Patience(stall=10, tries=3, pause=0.001, longest_pause=0.002)
FIDGETY = replace(HASTY, stall=0.3)
CONTENT = np.random.default_rng(0).bytes(300_000)
CUT = 200_000  # bytes until a connection ends; a client keeps whole pieces of 65,536


ARCHIVE = zipped(**{"top/points.mat": CONTENT, "top/images/1.jpg": b"image", "__MACOSX/top/1.jpg": b"junk"})


def digest(content, algorithm="sha256"):
    return f"{algorithm}:{hashlib.new(algorithm, content).hexdigest()}"


@pytest.fixture
def server():
    with faulty_server.running() as running:
        yield running


@pytest.fixture
def offer(server, monkeypatch):
    """A public source named "tiny", of one file that is answered as told."""

    def make(*answers, checksum=None, path="/tiny.zip", members=None, note="", **fields):
        file = RemoteFile(server.serve(path, *answers), checksum, **fields)
        source = PublicSource(
            files=(file,),
            page="https://example.org/tiny",
            format="osie",
            note=note,
            members=members or {},
        )
        monkeypatch.setitem(SOURCES, "tiny", source)

    return make


def files(folder):
    """All files below a folder, without what says that a download is whole."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != ".download.json"
    }


WHOLE = {"top/points.mat": CONTENT, "top/images/1.jpg": b"image"}


def test_a_whole_archive_is_checked_unpacked_and_cleared_away(offer, tmp_path):
    offer(whole(ARCHIVE), checksum=digest(ARCHIVE, "md5"))
    got = download_dataset("tiny", tmp_path / "raw", patience=HASTY)
    assert files(tmp_path) == {f"raw/{name}": content for name, content in WHOLE.items()}
    assert got.digests == {}
    assert (got.name, got.folder, got.format, got.options) == ("tiny", tmp_path / "raw", "osie", {})
    assert got.info == IMPORTERS["osie"].info


def test_an_unpinned_file_is_told_with_its_digest(offer, tmp_path):
    expected = hashlib.sha256(ARCHIVE).hexdigest()
    offer(whole(ARCHIVE, etag=""))
    got = download_dataset("tiny", tmp_path / "raw", patience=HASTY)
    assert got.digests == {"tiny.zip": expected}
    assert json.loads(json.dumps(got.as_json())) == {
        "name": "tiny",
        "folder": str(tmp_path / "raw"),
        "format": "osie",
        "options": {},
        "license": "MIT (NUS-VIP/predicting-human-gaze-beyond-pixels)",
        "citation": IMPORTERS["osie"].info.citation,
        "digests": {"tiny.zip": expected},
    }


def test_files_go_where_their_importer_looks(server, tmp_path, monkeypatch):
    named = RemoteFile(server.serve("/get", whole(b"plain")) + "?id=1", None, into="b", name="train.json")
    archive = RemoteFile(server.serve("/a.zip", whole(ARCHIVE)), None, into="fixations", strip=1)
    source = PublicSource(files=(named, archive), page="page", format="osie")
    monkeypatch.setitem(SOURCES, "tiny", source)
    (tmp_path / "raw").mkdir()  # an empty folder may stand there
    download_dataset("tiny", tmp_path / "raw", patience=HASTY)
    assert files(tmp_path / "raw") == {
        "fixations/points.mat": CONTENT,
        "fixations/images/1.jpg": b"image",
        "b/train.json": b"plain",
    }


@pytest.mark.parametrize(
    ("answers", "starts"),
    [
        ([whole(ARCHIVE, sent=CUT), whole(ARCHIVE)], [None, 196608]),
        ([whole(ARCHIVE, sent=CUT), without_range(ARCHIVE)], [None, 196608]),
        ([whole(ARCHIVE, sent=CUT, etag=""), whole(ARCHIVE)], [None, None]),
        ([whole(ARCHIVE, sent=CUT, etag='W/"1"'), whole(ARCHIVE)], [None, None]),
        ([whole(ARCHIVE[::-1], sent=CUT, etag='"old"'), whole(ARCHIVE)], [None, 196608]),
        ([whole(ARCHIVE, sent=CUT), status(416), whole(ARCHIVE)], [None, 196608, None]),
        ([status(503), status(503, Retry_After=0), whole(ARCHIVE)], [None, None, None]),
        ([status(302, Location="/other"), whole(ARCHIVE)], [None, None]),
    ],
    ids=[
        "closes early",
        "ignores Range",
        "says nothing by which to go on",
        "says too little by which to go on",
        "changes between tries",
        "refuses the range",
        "is busy twice",
        "redirects",
    ],
)
def test_a_host_that_comes_round_is_asked_until_all_is_there(offer, server, tmp_path, answers, starts):
    offer(*answers, checksum=digest(ARCHIVE))
    server.answers["/other"] = [whole(ARCHIVE)]
    download_dataset("tiny", tmp_path / "raw", patience=HASTY)
    assert files(tmp_path) == {f"raw/{name}": content for name, content in WHOLE.items()}
    asked = [headers.get("Range") for headers in server.requests]
    assert asked == [None if start is None else f"bytes={start}-" for start in starts]
    assert all(("If-Range" in headers) == ("Range" in headers) for headers in server.requests)


@pytest.mark.parametrize(
    ("answers", "message", "requests_made"),
    [
        ([status(404)], "the host answers 404 Not Found", 1),
        ([status(410)], "the host answers 410 Gone", 1),
        ([status(403)], "the host answers 403 Forbidden", 1),
        ([status(503)], "the host answers 503 Service Unavailable; 3 tries in a row failed", 3),
        ([page], "is a web page, not the file: a form, a login or a confirmation", 1),
        ([whole(ARCHIVE, announced=len(ARCHIVE) + 10)], "Connection broken", 3),
        ([whole(ARCHIVE, announced=len(ARCHIVE) - 10)], "sent another file than the one with", 1),
        ([whole(ARCHIVE[::-1])], "sent another file than the one with sha256:", 1),
        ([status(302, Location="ftp://127.0.0.1/x")], "No connection adapters were found for 'ftp:", 1),
        ([status(302, Location="file:///etc/passwd")], "No connection adapters were found for 'file:", 1),
        ([status(302, Location="/tiny.zip")], "Exceeded 30 redirects", 31),
        ([whole(ARCHIVE, announced=2**50)], "bytes, announces 1,125,899,906,842,624", 1),
    ],
)
def test_a_host_that_does_not_come_round_ends_in_manual_steps(
    offer, server, tmp_path, answers, message, requests_made
):
    offer(*answers, checksum=digest(ARCHIVE), note="The host is often down.")
    with pytest.raises(DataError) as error:
        download_dataset("tiny", tmp_path / "raw", patience=HASTY)
    path = tmp_path / "raw.download" / "tiny.zip"
    for part in (
        message,
        f"http://127.0.0.1:{server.server_address[1]}/tiny.zip",
        "The host is often down. To go on by hand: get that file",
        f"with {digest(ARCHIVE)} from https://example.org/tiny",
        f"save it as {path} and run the same command again.",
    ):
        assert part in str(error.value)
    assert not (tmp_path / "raw").exists()
    assert not path.exists()
    assert len(server.requests) == requests_made
    path.write_bytes(ARCHIVE)
    download_dataset("tiny", tmp_path / "raw", patience=HASTY)
    assert files(tmp_path / "raw") == WHOLE
    assert len(server.requests) == requests_made


def test_a_host_that_stalls_is_asked_again(offer, server, tmp_path):
    offer(whole(ARCHIVE, sent=CUT, then=stalling), whole(ARCHIVE), checksum=digest(ARCHIVE))
    download_dataset("tiny", tmp_path / "raw", patience=FIDGETY)
    assert files(tmp_path) == {f"raw/{name}": content for name, content in WHOLE.items()}
    assert [headers.get("Range") for headers in server.requests][:2] == [None, "bytes=196608-"]


def test_a_host_that_only_stalls_is_given_up(offer, server, tmp_path):
    offer(whole(b"", then=stalling, announced=10))
    with pytest.raises(DataError, match=r"Read timed out; 3 tries in a row failed\. *To go on by hand"):
        download_dataset("tiny", tmp_path / "raw", patience=FIDGETY)
    assert not (tmp_path / "raw").exists()
    assert len(server.requests) == 3


def test_hosts_that_are_no_longer_there(monkeypatch, tmp_path, server):
    free = server.serve("/x", status(404))
    server.server_close()
    for address, message in (
        (free, "Connection refused"),
        ("https://gone.invalid/x.zip", "gone.invalid"),
    ):
        source = PublicSource(files=(RemoteFile(address, None),), page="page", format="osie")
        monkeypatch.setitem(SOURCES, "tiny", source)
        with pytest.raises(DataError, match=message) as error:
            download_dataset("tiny", tmp_path / "raw", patience=HASTY)
        assert "To go on by hand" in str(error.value)
        assert not (tmp_path / "raw").exists()


def test_a_killed_download_goes_on_where_it_was(offer, server, tmp_path, monkeypatch):
    offer(whole(ARCHIVE, sent=CUT, then=stalling), whole(ARCHIVE), checksum=digest(ARCHIVE))
    part = tmp_path / "raw.download" / ".tiny.zip.part"
    part.parent.mkdir()
    address = SOURCES["tiny"].files[0].address
    code = f"import pathlib, gazemap.data.download.fetching as f; f.fetch({address!r}, pathlib.{part!r})"
    process = subprocess.Popen([sys.executable, "-c", code])
    deadline = time.monotonic() + 30
    while not (part.exists() and part.stat().st_size == 196608):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    download_dataset("tiny", tmp_path / "raw", patience=HASTY)
    assert [headers.get("Range") for headers in server.requests] == [None, "bytes=196608-"]
    assert files(tmp_path) == {f"raw/{name}": content for name, content in WHOLE.items()}


def test_a_file_put_there_by_hand_must_be_the_right_one(offer, server, tmp_path):
    offer(whole(ARCHIVE), checksum=digest(ARCHIVE))
    path = tmp_path / "raw.download" / "tiny.zip"
    path.parent.mkdir()
    path.write_bytes(b"another")
    with pytest.raises(
        DataError, match=r"tiny.zip is not the data set's file, which has sha256:.*Remove or replace"
    ):
        download_dataset("tiny", tmp_path / "raw")
    assert (path.read_bytes(), server.requests) == (b"another", [])
    assert not (tmp_path / "raw").exists()


def test_a_download_that_is_whole_is_found_again(offer, server, tmp_path):
    """As after a kill at its very end; what it had kept meanwhile goes."""
    offer(whole(ARCHIVE, etag=""))
    first = download_dataset("tiny", tmp_path / "raw", patience=HASTY)
    (tmp_path / "raw.download").mkdir()
    (tmp_path / "raw.download" / "tiny.zip").write_bytes(ARCHIVE)
    assert download_dataset("tiny", tmp_path / "raw", patience=HASTY) == first
    assert files(tmp_path) == {f"raw/{name}": content for name, content in WHOLE.items()}
    assert len(server.requests) == 1
    with pytest.raises(OutputError, match="exists already"):
        download_dataset("osie", tmp_path / "raw", patience=HASTY)


def test_two_downloads_into_one_folder_do_not_mix(offer, server, tmp_path):
    offer(whole(ARCHIVE))
    said = "raw is in use by process .* downloading tiny since"
    with only_one_file(tmp_path / "raw", "downloading tiny"), pytest.raises(OutputError, match=said):
        download_dataset("tiny", tmp_path / "raw", patience=HASTY)
    assert server.requests == []


def test_members_tell_whether_an_unpinned_archive_is_the_data_set(offer, tmp_path):
    offer(whole(ARCHIVE), members={"top/points.mat": digest(CONTENT)})
    download_dataset("tiny", tmp_path / "right", patience=HASTY)
    assert files(tmp_path / "right") == WHOLE
    for number, members in enumerate(({"top/points.mat": digest(b"")}, {"top/none.mat": digest(b"")})):
        offer(whole(ARCHIVE), members=members)
        with pytest.raises(DataError, match=r"\.mat is missing in .*tiny.zip, or is another file"):
            download_dataset("tiny", tmp_path / f"wrong{number}", patience=HASTY)
        assert not (tmp_path / f"wrong{number}").exists()


def test_an_unknown_name_and_a_folder_in_use_are_refused_before_anything_is_asked(offer, server, tmp_path):
    offer(whole(ARCHIVE))
    with pytest.raises(InputError, match="no public source named 'mit1004'"):
        download_dataset("mit1004", tmp_path / "raw")
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "mine.txt").write_text("mine")
    with pytest.raises(OutputError, match="exists already"):
        download_dataset("tiny", tmp_path / "raw")
    assert files(tmp_path) == {"raw/mine.txt": b"mine"}
    assert server.requests == []


def test_a_folder_that_cannot_be_written_is_an_output_error(offer, tmp_path):
    offer(whole(ARCHIVE))
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(OutputError, match="Not a directory"):
        download_dataset("tiny", tmp_path / "file" / "raw", patience=HASTY)


@contextmanager
def room(size):
    """No file may grow beyond `size` bytes, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_download_that_fills_the_disk_goes_on_when_there_is_room(offer, server, tmp_path):
    offer(whole(ARCHIVE), checksum=digest(ARCHIVE))
    with (
        room(100_000),
        pytest.raises(OutputError, match=r"File too large.*What was downloaded is kept in .*raw.download"),
    ):
        download_dataset("tiny", tmp_path / "raw", patience=HASTY)
    assert not (tmp_path / "raw").exists()
    download_dataset("tiny", tmp_path / "raw", patience=HASTY)
    assert files(tmp_path) == {f"raw/{name}": content for name, content in WHOLE.items()}
    assert [headers.get("Range") for headers in server.requests] == [None, "bytes=100000-"]


def test_unpacking_that_fills_the_disk_starts_again_without_a_download(offer, server, tmp_path):
    offer(whole(ARCHIVE), checksum=digest(ARCHIVE))
    (tmp_path / "raw.download").mkdir()
    (tmp_path / "raw.download" / "tiny.zip").write_bytes(ARCHIVE)
    with room(290_000), pytest.raises(OutputError, match="File too large"):
        download_dataset("tiny", tmp_path / "raw", patience=HASTY)
    assert not (tmp_path / "raw").exists()
    download_dataset("tiny", tmp_path / "raw", patience=HASTY)
    assert files(tmp_path) == {f"raw/{name}": content for name, content in WHOLE.items()}
    assert server.requests == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (lambda: zipped(**{"good": CONTENT, "../../evil": b"2"}), "leads out of the folder"),
        (lambda: tarred(("good", tarfile.REGTYPE, CONTENT), ("link", tarfile.SYMTYPE, b"")), "is a link"),
        (lambda: zipped(zeros=bytes(2**26 + 1)), "must unpack to at most"),
        (lambda: ARCHIVE[:-100], "neither a zip nor a tar file, or its end is missing"),
    ],
    ids=["leads out", "link", "bomb", "cut off"],
)
def test_an_archive_that_is_not_to_be_trusted_leaves_nothing(offer, tmp_path, content, message):
    offer(whole(content()))
    with pytest.raises(DataError, match=message) as error:
        download_dataset("tiny", tmp_path / "raw", patience=HASTY)
    assert str(tmp_path / "raw.download" / "tiny.zip") in str(error.value)
    assert list(files(tmp_path)) == ["raw.download/tiny.zip"]
    assert not (tmp_path.parent / "evil").exists()


@pytest.mark.parametrize("name", ["osie", "scene"])
def test_what_comes_from_a_repository_can_be_imported(server, tmp_path, monkeypatch, name):
    folder = MINIATURES[name](tmp_path / f"{name}-master")
    shutil.make_archive(str(tmp_path / "made"), "zip", tmp_path, folder.name)
    address = server.serve("/archive/master.zip", whole((tmp_path / "made.zip").read_bytes()))
    files = tuple(replace(file, address=address) for file in SOURCES[name].files)
    (member,) = SOURCES[name].members
    members = {member: digest((folder / member).read_bytes())}
    monkeypatch.setitem(SOURCES, name, replace(SOURCES[name], files=files, members=members))
    got = download_dataset(name, tmp_path / "raw", patience=HASTY)
    assert (got.format, got.folder) == (name, tmp_path / "raw")
    assert len(import_dataset(tmp_path / "raw", tmp_path / "gaze", format=name)) > 0


@pytest.mark.parametrize("name", SOURCES)
def test_every_source_is_complete_and_safe(name):
    source = SOURCES[name]
    assert source.page.startswith("http")
    assert checked_options("the import", IMPORTERS[source.format].read, source.options) == source.options
    assert not source.note or source.note.endswith(".")
    places = [(file.into, file.filename) for file in source.files]
    assert len({filename for _, filename in places}) == len(places) > 0
    for file in source.files:
        assert file.address.startswith("https://") or (file.address.startswith("http://") and file.checksum)
        assert "/" not in file.filename
        assert file.filename.endswith((*unpacking.ARCHIVES, ".mat", ".json"))
    for checksum in [*(file.checksum for file in source.files), *source.members.values()]:
        algorithm, _, value = (checksum or "none:").partition(":")
        assert len(value) == {"md5": 32, "sha256": 64, "none": 0}[algorithm]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["osie", "scene"])
def test_pinned_members_are_those_of_the_real_data(shared_data, name):
    for member, checksum in SOURCES[name].members.items():
        assert digest((shared_data / name / member).read_bytes()) == checksum


def test_sources_are_listed_with_their_terms(offer):
    offer(whole(ARCHIVE), checksum="md5:0")
    assert sources() == SOURCES
    told = {name: source.as_json() for name, source in sources().items()}
    assert json.loads(json.dumps(told)) == told
    (file,) = told["tiny"]["files"]
    assert (file["name"], file["checksum"]) == ("tiny.zip", "md5:0")
    assert told["tiny"]["license"] == IMPORTERS["osie"].info.license
    assert told["salicon-2015"]["format"] == "salicon"
    assert told["salicon-2015"]["options"] == {"edition": "2015"}
    assert sources("tiny") == {"tiny": SOURCES["tiny"]}
    with pytest.raises(InputError, match="Did you mean 'tiny'"):
        sources("tinny")
