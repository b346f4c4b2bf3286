"""`gazemap serve` as a process: it says where it is, answers what it took when it is stopped, and refuses."""

import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager

import httpx
import pytest
from support.api_server import PATIENCE


@contextmanager
def server(*options):
    """The process and its address."""
    command = [sys.executable, "-m", "gazemap", "serve", "--port", "0", "--model", "gazenet", *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        said = process.stderr.readline()
        assert said.startswith("Serving at http://"), said + process.stderr.read()
        yield process, said.split()[2].rstrip(";")
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("asked", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.slow)])
def test_what_was_taken_is_answered_before_it_stops(photo, asked):
    with server() as (process, address), socket.create_connection(place(address), timeout=PATIENCE) as half:
        head = f"POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(photo)}\r\n\r\n"
        half.sendall(head.encode() + photo[:1000])
        wait_until_taken(address)
        process.send_signal(asked)
        wait_until_closed(address)
        half.sendall(photo[1000:])
        answer = b"".join(iter(lambda: half.recv(65536), b""))
        assert answer.startswith(b"HTTP/1.1 200 OK")
        assert answer.endswith(b"}")
        printed, said = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, said
        assert printed == f"Stopped serving at {address}.\n"
        assert "Traceback" not in said


def place(address):
    host, port = address.removeprefix("http://").split(":")
    return host, int(port)


def wait_until_taken(address):
    end = time.monotonic() + PATIENCE
    while "gazemap_requests_taken 1.0" not in httpx.get(f"{address}/metrics").text:
        assert time.monotonic() < end


def wait_until_closed(address):
    end = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection(place(address), timeout=1).close()
        except OSError:
            return
        assert time.monotonic() < end


@pytest.mark.slow
def test_only_this_machine_reaches_it(photo):
    with server() as (_, address):
        assert address.startswith("http://127.0.0.1:")
        port = place(address)[1]
        own = [found[4][0] for found in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)]
        for other in {*own} - {"127.0.0.1"}:
            with pytest.raises((ConnectionError, TimeoutError)):
                socket.create_connection((other, port), timeout=2)


@pytest.mark.slow
def test_the_token_of_a_file(tmp_path, photo):
    (tmp_path / "token.txt").write_text("a-token-of-some-length\n")
    with server("--token-file", tmp_path / "token.txt") as (_, address):
        assert httpx.post(f"{address}/v1/predict", content=photo).status_code == 401
        bearer = {"Authorization": "Bearer a-token-of-some-length"}
        assert httpx.post(f"{address}/v1/predict", content=photo, headers=bearer).status_code == 200


@pytest.mark.slow
def test_the_limits_of_options(photo):
    with server("--max-megapixels", "1", "--max-megabytes", "1") as (_, address):
        answer = httpx.post(f"{address}/v1/predict", content=bytes(2**20 + 1))
        assert (answer.status_code, "1,048,576" in answer.text) == (413, True)
        assert httpx.post(f"{address}/v1/predict", content=photo).status_code == 200


def test_a_port_that_is_taken(run):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        code, said = run("serve", "--port", other.getsockname()[1])
    assert code == 2
    assert "Choose another port" in said


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--host", "no.such.name.invalid"), "no address to listen on"),
        (("--port", "70000"), "from 0 to 65535, got 70000"),
        (("--model", "other"), "no model other"),
        (("--model", "gazenet,shipped:gazenet"), "Two of the models are named gazenet"),
        (("--token-file", "none.txt"), "cannot be read"),
        (("--token-file", "short.txt"), "at least 16 signs"),
        (("--max-megabytes", "0"), "max_megabytes must be at least 1, got 0"),
        (("--seconds", "0"), "seconds must be at least 1, got 0"),
    ],
)
def test_what_cannot_be_served(run, tmp_path, monkeypatch, options, says):
    (tmp_path / "short.txt").write_text("abc")
    monkeypatch.chdir(tmp_path)
    code, said = run("serve", *options)
    assert code == 2, said
    assert says in " ".join(said.split())


def test_a_saliency_is_not_served(run, tmp_path, monkeypatch):
    from support import tiny_model

    from gazemap.models.weights import save_model

    monkeypatch.setitem(tiny_model.MODELS, "tiny", tiny_model.Tiny)
    save_model(tmp_path / "tiny.safetensors", tiny_model.Tiny())
    code, said = run("serve", "--model", tmp_path / "tiny.safetensors", "--port", "0")
    assert code == 2
    assert "whose output is log_density" in " ".join(said.split())
