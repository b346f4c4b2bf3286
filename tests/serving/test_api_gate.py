"""Who may ask, what browsers may do with answers, and that no answer tells of this machine."""

import re

import httpx
import pytest
from support.api_server import serving
from support.damaged_images import damaged_file

from gazemap.serving.gate import own_names

TOKEN = "0123456789abcdef-token"


@pytest.fixture(scope="module")
def closed(guarded):
    with serving(guarded(token=TOKEN)) as address, httpx.Client(base_url=address) as client:
        yield client


@pytest.mark.parametrize("path", ["/v1/models", "/metrics", "/openapi.json"])
def test_the_api_asks_for_the_token(closed, path):
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Basic {TOKEN}"}):
        answer = closed.get(path, headers=headers)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.headers["content-type"] == "application/problem+json"
    assert closed.get(path, headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200


def test_the_token_is_asked_before_the_body_is_read(closed):
    assert closed.post("/v1/predict", content=b"text").status_code == 401
    given = {"Authorization": f"bearer {TOKEN}"}
    assert closed.post("/v1/predict", content=b"text", headers=given).status_code == 422


def test_health_and_the_page_need_no_token(closed):
    assert closed.get("/healthz").status_code == 200
    assert closed.get("/").status_code in (200, 503)  # built, or not


@pytest.mark.parametrize(
    ("host", "names"),
    [
        ("127.0.0.1", {"localhost", "127.0.0.1", "[::1]"}),
        ("localhost", {"localhost", "127.0.0.1", "[::1]"}),
        ("::1", {"localhost", "127.0.0.1", "[::1]"}),
        ("0.0.0.0", None),
        ("192.0.2.1", None),
        ("example.org", None),
    ],
)
def test_who_listens_to_this_machine_alone_answers_to_its_names_alone(host, names):
    assert own_names(host) == names


def test_another_name_is_refused(guarded):
    with serving(guarded(hosts=own_names("127.0.0.1"))) as address, httpx.Client(base_url=address) as client:
        for host in ("localhost", "LOCALHOST:8000", "127.0.0.1:1", "[::1]:8000", "[::1]"):
            assert client.get("/healthz", headers={"Host": host}).status_code == 200
        for host in ("example.org", "localhost.example.org", "example.org:8000", "", "localhost:"):
            answer = client.get("/healthz", headers={"Host": host})
            assert answer.status_code == 421
            assert "127.0.0.1, [::1], localhost" in answer.json()["detail"]


def test_no_other_origin_may_read_answers(api):
    origin = {"Origin": "https://example.org"}
    answers = [
        api.get("/v1/models", headers=origin),
        api.options("/v1/predict", headers=origin | {"Access-Control-Request-Method": "POST"}),
    ]
    assert answers[1].status_code == 405
    for answer in answers:
        assert not [name for name in answer.headers if name.startswith("access-control")]
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"


@pytest.mark.parametrize("path", ["/", "/v1/models", "/v1/nothing", "/healthz"])
def test_every_answer_says_what_browsers_may_do(api, path):
    answer = api.get(path)
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == ("no-store" if path.startswith("/v1") else "no-cache")
    assert "server" not in answer.headers


def test_an_address_that_is_none(api):
    for path in ("/v1/other", "/v2", "/..%2f..%2fetc/passwd", "/page.py", "/docs"):
        answer = api.get(path)
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"
    refused = api.get("/v1/predict")
    assert refused.status_code == 405
    assert refused.headers["allow"] == "POST"
    assert "GET is not answered" in refused.json()["detail"]


def test_a_fault_of_the_server_tells_nothing_of_it(guarded, photo, monkeypatch, caplog):
    from gazemap.errors import WeightsError
    from gazemap.serving import desk

    errors = [RuntimeError("/secret/place"), WeightsError("/secret/model is damaged"), MemoryError("/secret")]
    with serving(guarded()) as address, httpx.Client(base_url=address) as client:
        for error, status in zip(errors, (500, 500, 503), strict=True):
            monkeypatch.setattr(desk, "read_placed", raising(error))
            answer = client.post("/v1/predict", content=photo)
            assert answer.status_code == status
            assert answer.headers["content-type"] == "application/problem+json"
            assert "default-src" in answer.headers["content-security-policy"]
            assert "secret" not in answer.text
            assert "Traceback" not in answer.text
        text = client.get("/metrics").text
        assert 'gazemap_requests_total{endpoint="/v1/predict",status="500"} 2.0' in text
    assert "/secret/place" in caplog.text  # the log is for those who run it
    assert "/secret/model" in caplog.text


def raising(error):
    def function(*_):
        raise error

    return function


def test_damaged_files_of_all_kinds_tell_nothing_of_this_machine(api, tmp_path):
    statuses = set()
    for number in range(0, 156, 5):
        answer = api.post("/v1/predict", content=damaged_file(tmp_path, number).read_bytes())
        statuses.add(answer.status_code)
        if answer.status_code != 200:
            assert not re.search(r"0x[0-9a-f]{6}|/tmp|/root|/home|packages|Traceback|\.py\b", answer.text)
    assert {200, 422} <= statuses <= {200, 413, 422}


def test_metrics_are_those_of_prometheus(api):
    from prometheus_client.parser import text_string_to_metric_families

    api.get("/healthz")
    api.get("/nothing/of/this/name")
    families = {family.name: family for family in text_string_to_metric_families(api.get("/metrics").text)}
    endpoints = {sample.labels.get("endpoint") for sample in families["gazemap_requests"].samples}
    assert "/healthz" in endpoints
    assert not [name for name in endpoints if "nothing" in name]
    assert {"gazemap_request_seconds", "gazemap_batch_images", "gazemap_requests_taken"} <= families.keys()
