import numpy as np
import pytest
import requests
from support import faulty_server
from support.faulty_server import endless, status, whole

from gazemap.data.download import fetching
from gazemap.data.download.fetching import Patience, fetch
from gazemap.errors import DataError

HASTY = Patience(stall=10, tries=3, pause=0.001, longest_pause=0.002)
CONTENT = np.random.default_rng(0).bytes(300_000)
CUT = 200_000  # bytes until a connection ends; a client keeps whole pieces of 65,536


@pytest.fixture
def server():
    with faulty_server.running() as running:
        yield running


def test_a_server_that_goes_on_with_changed_content_is_not_believed(server, tmp_path):
    part = tmp_path / "part"

    def ignores_if_range(handler):
        handler.headers.replace_header("If-Range", '"new"') if "If-Range" in handler.headers else None
        whole(CONTENT[::-1], etag='"new"')(handler)

    address = server.serve("/x", whole(CONTENT, sent=CUT, etag='"old"'), ignores_if_range)
    fetch(address, part, patience=HASTY)
    assert part.read_bytes() == CONTENT[::-1]
    assert [headers.get("If-Range") for headers in server.requests] == [None, '"old"', None]
    assert list(tmp_path.iterdir()) == [part]


def test_more_bytes_than_the_limit_are_not_taken(server, tmp_path):
    with pytest.raises(DataError, match="sends more than the 1,000,000 bytes"):
        fetch(server.serve("/x", endless), tmp_path / "part", limit=1_000_000, patience=HASTY)
    assert list(tmp_path.iterdir()) == []


def test_more_bytes_than_a_resumed_range_announced_are_not_taken(server, tmp_path):
    def overlong(handler):
        headers = {"Content-Length": 10_000, "ETag": '"1"', "Content-Range": "bytes 65536-65545/65546"}
        handler.send(206, headers, bytes(10_000))

    address = server.serve("/x", whole(CONTENT, sent=70_000), overlong)
    with pytest.raises(DataError, match="sends more than the 65,546 bytes"):
        fetch(address, tmp_path / "part", patience=HASTY)
    assert list(tmp_path.iterdir()) == []


def test_a_host_that_compresses_unasked_is_refused(server, tmp_path):
    answer = status(200, Content_Encoding="gzip")
    with pytest.raises(DataError, match="is sent in the encoding gzip"):
        fetch(server.serve("/x", answer), tmp_path / "part", patience=HASTY)


def test_pauses_double_up_to_a_limit_and_grow_as_the_host_asks(server, tmp_path, monkeypatch):
    pauses = []
    monkeypatch.setattr(fetching.time, "sleep", pauses.append)
    answers = [status(503), status(503), status(503), status(429, Retry_After=4), status(429, Retry_After=99)]
    with pytest.raises(DataError):
        fetch(
            server.serve("/x", *answers),
            tmp_path / "part",
            patience=Patience(tries=6, pause=1, longest_pause=5),
        )
    assert pauses == [1, 2, 4, 5, 5]


def test_tries_are_counted_anew_when_bytes_come(server, tmp_path):
    cuts = [whole(CONTENT, sent=70_000) for _ in range(4)]
    fetch(server.serve("/x", *cuts, whole(CONTENT)), tmp_path / "part", patience=HASTY)
    assert (tmp_path / "part").read_bytes() == CONTENT
    with pytest.raises(DataError, match="3 tries in a row"):
        fetch(server.serve("/y", whole(CONTENT, sent=70_000, etag="")), tmp_path / "y", patience=HASTY)


def test_progress_is_told_and_starts_again_where_the_host_does(server, tmp_path):
    told = []
    address = server.serve("/x", whole(CONTENT, sent=CUT), whole(CONTENT))
    fetch(address, tmp_path / "part", patience=HASTY, report=lambda *counts: told.append(counts))
    assert told[:3] == [(65536, 300_000), (131072, 300_000), (196608, 300_000)]
    assert told[-1] == (300_000, 300_000)
    assert [done for done, _ in told] == sorted({done for done, _ in told})


def test_https_never_leads_to_http():
    secure, plain = fetching._session("https://a.org/x"), fetching._session("http://a.org/x")
    assert secure.get_adapter("https://b.org")
    assert plain.get_adapter("https://b.org")
    assert plain.get_adapter("http://b.org")
    with pytest.raises(requests.exceptions.InvalidSchema):
        secure.get_adapter("http://b.org")
