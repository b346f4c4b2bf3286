"""The pages about the API say what it does: their examples are run, and their tables are those of OpenAPI."""

import re
import subprocess
from pathlib import Path

import pytest
from PIL import Image
from support.api_pictures import picture

DOCS = Path(__file__).parents[2] / "docs"
HOW_TO = (DOCS / "how-to/serve.md").read_text()
REFERENCE = (DOCS / "reference/http-api.md").read_text()
ADDRESS = "http://127.0.0.1:8000"


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", HOW_TO, re.M | re.S)


@pytest.fixture
def place(tmp_path, monkeypatch):
    Image.fromarray(picture(600, 512)).save(tmp_path / "photo.jpg", quality=80)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_examples_with_curl(api, place):
    address = str(api.base_url).rstrip("/")
    lines = [line for block in blocks("sh") for line in block.splitlines() if line.startswith("curl ")]
    assert len(lines) == 7
    for line in lines:
        command = line.replace(ADDRESS, address).replace("curl ", "curl --silent --fail ", 1)
        subprocess.run(command, shell=True, check=True, timeout=60)
    starts = {
        "map.png": b"\x89PNG",
        "overlay.jpg": b"\xff\xd8",
        "wide.jpg": b"\xff\xd8",
        "log_density.npy": b"\x93NUMPY",
        **dict.fromkeys(("prediction.json", "areas.json", "diff.json"), b'{"model":"gazenet"'),
    }
    for name, start in starts.items():
        assert (place / name).read_bytes().startswith(start), name


def test_the_example_with_httpx(api, place, capsys):
    (code,) = blocks("py")
    assert ADDRESS in code
    exec(compile(code.replace(ADDRESS, str(api.base_url)), "serve.md", "exec"), {})
    shape, total = capsys.readouterr().out.rsplit(" ", 1)
    assert shape == "(84, 112)"
    assert float(total) == pytest.approx(1, abs=1e-4)


def test_the_reference_names_all_that_there_is(api):
    described = api.get("/openapi.json").json()
    statuses = set()
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            assert f"| {method.upper()} | `{path}` |" in REFERENCE
            statuses |= {*operation["responses"]} - {"200"}
            for option in operation.get("parameters", []):
                assert f"| `{option['name']}` |" in REFERENCE, option["name"]
    written = {*re.findall(r"^\| (\d{3}) \|", REFERENCE, re.M)}
    assert written == statuses | {"404", "405", "421"}  # of addresses that are not described


def test_the_limits_are_those_of_the_server():
    from gazemap.serving.limits import Limits
    from gazemap.serving.serve import serve

    limits, defaults = Limits(), serve.__kwdefaults__
    assert limits == Limits(
        defaults["max_megabytes"] * 2**20,
        defaults["max_megapixels"] * 10**6,
        waiting=defaults["max_requests"],
        seconds=defaults["seconds"],
    )
    assert (
        f"over {defaults['max_megabytes']} MB, the image over {defaults['max_megapixels']} meg" in REFERENCE
    )
    assert f"the form over {limits.parts} parts" in REFERENCE
    assert f"| 503 | {limits.waiting} requests" in REFERENCE
    assert f"({limits.seconds:g} s)" in REFERENCE
    for option in ("max_megabytes", "max_megapixels", "max_requests", "seconds"):
        assert re.search(rf"^\| `--{option.replace('_', '-')}`.*\| {defaults[option]} \|", HOW_TO, re.M), (
            option
        )
