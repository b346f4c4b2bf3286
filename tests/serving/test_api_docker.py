"""docker/: two workers behind nginx, where nginx is; the image itself is built only where docker runs."""

import os
import re
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import yaml
from support.api_server import serving, until

FOLDER = Path(__file__).parents[2] / "docker"
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
COMPOSE = yaml.safe_load((FOLDER / "compose.yaml").read_text())


def port_of(address):
    return address.rpartition(":")[2]


@contextmanager
def behind_nginx(folder, *addresses):
    """A client of nginx, set up as in the folder docker but for its places; it is stopped at the end."""
    text = (FOLDER / "nginx.conf").read_text()
    for number, address in enumerate(addresses, 1):
        text = text.replace(f"worker-{number}:8000", f"127.0.0.1:{port_of(address)}")
    socket_path = folder / "nginx.socket"
    text = text.replace("listen 8080;", f"listen unix:{socket_path};").replace(" /tmp/", f" {folder}/")
    if os.geteuid() == 0:  # else its own workers are another user, to whom the test's folder is closed
        text = f"user root;\n{text}"
    (folder / "nginx.conf").write_text(text)
    command = [NGINX, "-e", "stderr", "-c", folder / "nginx.conf", "-p", folder]
    tried = subprocess.run([*command, "-t"], capture_output=True, text=True, timeout=30)
    assert tried.returncode == 0, tried.stderr
    process = subprocess.Popen([*command, "-g", "daemon off;"])
    try:
        until(socket_path.exists)
        transport = httpx.HTTPTransport(uds=str(socket_path))
        with httpx.Client(transport=transport, base_url="http://localhost", timeout=60) as client:
            yield client
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture(scope="module")
def workers(guarded, tmp_path_factory):
    if NGINX is None:
        pytest.skip("nginx is not installed")
    folder = tmp_path_factory.mktemp("nginx")
    with serving(guarded()) as one, serving(guarded()) as other, behind_nginx(folder, one, other) as client:
        yield client, (one, other)


@pytest.mark.slow
def test_both_workers_answer(workers, photo):
    client, addresses = workers
    for _ in range(8):
        assert client.post("/v1/predict", content=photo).json()["model"] == "gazenet"
        assert client.post("/v1/predict", files={"image": photo}).status_code == 200
    for address in addresses:
        assert 'endpoint="/v1/predict",status="200"' in httpx.get(f"{address}/metrics").text


@pytest.mark.slow
def test_headers_and_refusals_come_through(workers):
    client, _ = workers
    answer = client.post("/v1/predict", content=b"no image")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert client.get("/metrics").status_code == 404


@pytest.mark.slow
def test_what_nginx_refuses_is_a_problem_too(workers, tmp_path):
    client, _ = workers
    answer = client.post("/v1/predict", content=bytes(64 * 2**20 + 1))
    assert (answer.status_code, answer.json()["status"]) == (413, 413)
    assert answer.headers["content-type"] == "application/problem+json"
    with behind_nginx(tmp_path, "http://127.0.0.1:9", "http://127.0.0.1:9") as alone:
        answer = alone.get("/healthz")
        assert (answer.status_code, answer.json()["status"]) == (502, 502)


@pytest.mark.slow
def test_a_worker_that_is_gone_is_passed_over(guarded, tmp_path, photo):
    if NGINX is None:
        pytest.skip("nginx is not installed")
    with serving(guarded()) as address, behind_nginx(tmp_path, address, "http://127.0.0.1:9") as client:
        statuses = {client.post("/v1/predict", content=photo).status_code for _ in range(6)}
    assert statuses == {200}


def test_no_container_can_write_or_is_root():
    for name, service in COMPOSE["services"].items():
        assert service["read_only"] is True, name
        assert service["tmpfs"] == ["/tmp"], name
        assert service["cap_drop"] == ["ALL"], name
    assert re.search(r"^USER (?!0|root)", (FOLDER / "Dockerfile").read_text(), re.M)
    ports = [port for service in COMPOSE["services"].values() for port in service.get("ports", [])]
    assert ports == ["127.0.0.1:8080:8080"]


def test_the_limits_of_nginx_are_those_of_the_workers():
    from gazemap.serving.limits import Limits

    text = (FOLDER / "nginx.conf").read_text()
    assert int(re.search(r"client_max_body_size (\d+)m", text)[1]) * 2**20 == Limits().body
    assert int(re.search(r"proxy_read_timeout (\d+)s", text)[1]) > Limits().seconds


@pytest.mark.slow
def test_the_image_serves(photo):
    docker = shutil.which("docker")
    if docker is None or subprocess.run([docker, "info"], capture_output=True).returncode:
        pytest.skip("docker does not run here")
    built = [
        docker,
        "build",
        "--quiet",
        "--file",
        FOLDER / "Dockerfile",
        "--tag",
        "gazemap-test",
        FOLDER.parent,
    ]
    subprocess.run(built, check=True)
    run = [
        docker,
        "run",
        "--rm",
        "--detach",
        "--read-only",
        "--tmpfs",
        "/tmp",
        "--publish",
        "127.0.0.1::8000",
    ]
    container = subprocess.run(
        [*run, "gazemap-test"], check=True, capture_output=True, text=True
    ).stdout.strip()
    try:
        port = [docker, "port", container, "8000"]
        address = (
            "http://" + subprocess.run(port, check=True, capture_output=True, text=True).stdout.split()[0]
        )
        until(lambda: answers(address))
        assert httpx.post(f"{address}/v1/predict", content=photo, timeout=60).status_code == 200
    finally:
        subprocess.run([docker, "stop", container], check=True, capture_output=True)


def answers(address):
    try:
        return httpx.get(f"{address}/healthz").status_code == 200
    except httpx.TransportError:
        return False
