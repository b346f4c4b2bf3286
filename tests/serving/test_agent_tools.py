"""`gazemap mcp` by the client of the official SDK: its numbers are Python's, its folder has a fence."""

import base64
import io
import json
import os
import subprocess
import sys

import numpy as np
import pytest
from anyio.from_thread import start_blocking_portal
from mcp import Client, StdioServerParameters
from PIL import Image

import gazemap
from gazemap.errors import DataError, InputError
from gazemap.prediction.predictor import load_predictor
from gazemap.reports.areas import areas
from gazemap.reports.diff import diff
from gazemap.serving.agent_files import AgentFiles
from gazemap.serving.agent_tools import AgentTools
from gazemap.serving.limits import Limits
from gazemap.serving.mcp_server import mcp_server

COMMAND = [sys.executable, "-m", "gazemap", "mcp", "--model", "gazenet", "--root"]
BOXES = ["cta=100,100,400,200", "logo=600,50,200,100"]


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A folder of an agent, with links that lead out of it, and what lies beside it."""
    folder = tmp_path_factory.mktemp("agent")
    inside = folder / "root"
    (inside / "areas").mkdir(parents=True)
    (inside / "linked").mkdir()
    for seed, (name, size) in enumerate({"a": (960, 540), "b": (960, 540), "long": (400, 2000)}.items()):
        noise = np.random.default_rng(seed).integers(0, 255, (size[1] // 20, size[0] // 20, 3), np.uint8)
        Image.fromarray(noise).resize(size).save(inside / f"{name}.png")
    table = "name,x,y,width,height\ncta,100,100,400,200\nlogo,600,50,200,100\n"
    (inside / "areas" / "a.csv").write_text(table)
    (folder / "secret.csv").write_text(table)
    (folder / "secret.png").write_bytes((inside / "a.png").read_bytes())
    (inside / "out.png").symlink_to(folder / "secret.png")
    (inside / "linked" / "a.csv").symlink_to(folder / "secret.csv")
    gazemap.check(inside / "a.png", areas=BOXES, save_baseline=inside / "before.json")
    return inside


@pytest.fixture(scope="module")
def connected(root):
    """The SDK's client of a server process, and what calls its methods here."""
    path = os.pathsep.join(part for part in sys.path if part)
    server = StdioServerParameters(
        command=COMMAND[0], args=[*COMMAND[1:], str(root)], env={"PYTHONPATH": path}
    )
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(Client(server)) as client:
        yield client, portal


@pytest.fixture
def ask(connected):
    client, portal = connected

    def asked(tool, **arguments):
        return portal.call(client.call_tool, tool, arguments)

    return asked


def answer(result):
    assert not result.is_error, result.content[0].text
    return result.structured_content


def test_the_tools_say_what_they_do_and_that_they_write_nothing(connected, root):
    client, portal = connected
    tools = portal.call(client.list_tools).tools
    assert [tool.name for tool in tools] == ["predict", "areas", "check", "compare"]
    for tool in tools:
        assert tool.description.endswith(".")
        assert not [line for line in tool.description.splitlines() if line.startswith(" ")]
        assert tool.annotations.read_only_hint is True
        for name, own in tool.input_schema["properties"].items():
            assert "description" in json.dumps(own), f"{tool.name}: {name}"
    assert str(root) in client.instructions
    assert "gazenet@web-page" in client.instructions


def test_a_prediction_is_a_picture_and_its_numbers(ask, root):
    result = ask("predict", image="a.png")
    picture, numbers = result.content
    assert (picture.type, picture.mime_type) == ("image", "image/jpeg")
    shown = Image.open(io.BytesIO(base64.b64decode(picture.data)))
    assert (shown.format, shown.size) == ("JPEG", (960, 540))
    found, expected = json.loads(numbers.text), gazemap.predict(root / "a.png").as_json()
    assert found["points"] == expected["points"]
    assert (found["model"], found["image"]) == ("gazenet", "a.png")
    (alone,) = ask("predict", image="a.png", picture="none").content
    assert json.loads(alone.text)["thirds"] == expected["thirds"]


def test_a_long_page_comes_small_and_in_folds(ask):
    picture, numbers = ask("predict", image="long.png", picture="contour").content
    assert Image.open(io.BytesIO(base64.b64decode(picture.data))).size == (205, 1024)
    assert len(json.loads(numbers.text)["folds"]) == 8


def test_areas_are_those_of_the_command(ask, root):
    expected = areas(root / "a.png", areas=BOXES, seconds=1, condition="web-page").as_json()
    for given in (BOXES, ["areas"], ["areas/a.csv"]):
        found = answer(ask("areas", image="a.png", areas=given, seconds=1, model="gazenet@web-page"))
        assert found["model"] == "gazenet@web-page"
        assert found["areas"] == [pytest.approx(row) for row in expected["areas"]]
        assert found["notes"] == expected["notes"]


def test_a_check_says_what_is_not_met_and_why(ask):
    known = {"images": ["a.png"], "areas": ["areas"]}
    met = answer(ask("check", **known, baseline="before.json"))
    assert (met["is_met"], [row["found"] for row in met["requirements"]]) == (True, [pytest.approx(0)] * 2)
    found = answer(ask("check", **known, require=["cta>=99%"]))
    assert found["is_met"] is False
    assert found["requirements"][0]["reason"].startswith("cta: share is ")
    other = ask("check", **known, baseline="before.json", model="gazenet@web-page")
    assert other.is_error
    assert "condition was 'free-viewing' and is now 'web-page'" in other.content[0].text


def test_designs_are_compared_as_by_the_command(ask, root):
    found = answer(ask("compare", a="a.png", b="b.png", areas=BOXES, areas_b=["cta=0,0,400,200"]))
    expected = diff(root / "a.png", root / "b.png", areas=BOXES, areas_b=["cta=0,0,400,200"]).as_json()
    assert found["total_variation"] == pytest.approx(expected["total_variation"])
    assert [row["place_b"] for row in found["areas"]] == ["given", "from A"]
    assert (found["a"], found["b"]) == ("a.png", "b.png")


@pytest.mark.parametrize(
    ("tool", "arguments", "message"),
    [
        ("predict", {"image": "../secret.png"}, "lies outside of"),
        ("predict", {"image": "/etc/hostname"}, "lies outside of"),
        ("predict", {"image": "out.png"}, "lies outside of"),
        ("predict", {"image": "areas/../../secret.png"}, "lies outside of"),
        ("predict", {"image": "nowhere.png"}, "There is no file nowhere.png"),
        ("predict", {"image": "areas"}, "There is no file areas"),
        ("predict", {"image": "a\0.png"}, "no path that can be followed"),
        ("predict", {"image": "x" * 5000}, "no path that can be followed"),
        ("predict", {"image": "before.json"}, "no image that can be read"),
        ("predict", {"image": "a.png", "model": "gazenett"}, "Did you mean 'gazenet'"),
        ("predict", {"image": "a.png", "viewport": "wide"}, "viewport must be"),
        ("predict", {"image": "a.png", "picture": "film"}, "'overlay', 'contour' or 'none'"),
        ("areas", {"image": "a.png", "areas": ["../secret.csv"]}, "lies outside of"),
        ("areas", {"image": "a.png", "areas": ["linked"]}, "lies outside of"),
        ("areas", {"image": "a.png", "areas": ["out.png"]}, "lies outside of"),
        (
            "areas",
            {"image": "a.png", "areas": ["cta"]},
            "neither an area as name=x,y,width,height nor a file",
        ),
        ("areas", {"image": "a.png", "areas": ["cta=1,2,3"]}, "must be name=x,y,width,height"),
        ("areas", {"image": "a.png", "areas": ["cta=1,2,3,4"] * 1001}, "at most 1000"),
        ("areas", {"image": "a.png", "areas": BOXES, "seconds": 0}, "greater than 0"),
        ("check", {"images": ["a.png"], "areas": BOXES}, "Nothing is required"),
        ("check", {"images": [], "areas": BOXES}, "at least 1"),
        ("check", {"images": ["a.png"] * 33, "areas": BOXES}, "at most 32"),
        ("check", {"images": ["a.png"], "areas": BOXES, "require": ["ctaa>=1%"]}, "Did you mean 'cta'"),
        ("check", {"images": ["a.png"], "areas": BOXES, "baseline": "../before.json"}, "lies outside of"),
        ("compare", {"a": "a.png", "b": "../secret.png"}, "lies outside of"),
    ],
)
def test_mistakes_are_answered_in_words(tool, arguments, message, ask):
    result = ask(tool, **arguments)
    assert result.is_error
    text = result.content[0].text
    assert message in text, text
    assert "Traceback" not in text


def test_images_that_are_too_large_are_refused_before_they_are_decoded(root):
    for limits, message in (
        (Limits(pixels=1000), "960 x 540 pixels; up to 1,000 are accepted"),
        (Limits(body=100), "bytes; up to 100 are accepted"),
    ):
        with pytest.raises(InputError, match=message):
            AgentFiles(root, limits).image("a.png")
        with pytest.raises(InputError, match=message):
            AgentFiles(root, limits).areas(["a.png"])  # as a mask
    with pytest.raises(DataError, match="no image that can be read"):
        AgentFiles(root, Limits()).image("areas/a.csv")
    assert AgentFiles(root, Limits()).image("a.png") == root / "a.png"


def test_other_errors_do_not_reach_the_agent(root, monkeypatch):
    tools = AgentTools(AgentFiles(root, Limits()), {"gazenet": load_predictor("gazenet")})
    monkeypatch.setattr(AgentFiles, "image", lambda *_: 1 / 0)
    with start_blocking_portal() as portal:
        client = Client(mcp_server(tools, "about"))
        with portal.wrap_async_context_manager(client) as connected:
            result = portal.call(connected.call_tool, "predict", {"image": "a.png"})
    assert (result.is_error, result.content[0].text) == (True, "Error executing tool predict")


@pytest.mark.slow  # the client of the other tests reads the same output
def test_the_output_holds_the_protocol_alone_and_the_end_of_the_input_ends_it(root):
    asked = {"jsonrpc": "2.0", "id": 1, "method": "initialize"}
    asked["params"] = {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    }
    done = subprocess.run([*COMMAND, root], input=json.dumps(asked) + "\n", capture_output=True, text=True)
    (line,) = done.stdout.splitlines()
    assert json.loads(line)["result"]["serverInfo"]["name"] == "gazemap"
    assert done.returncode == 0
    assert (
        done.stderr
        == f"Serving tools about the images in {root} on the standard streams, until they close.\n"
    )


def test_a_folder_that_is_none_is_refused(run, tmp_path):
    code, said = run("mcp", "--root", tmp_path / "nowhere")
    assert (code, "must be the folder of the images" in said) == (2, True)
    code, said = run("mcp", "--root", tmp_path, "--max-megapixels", 0)
    assert (code, "max_megapixels must be at least 1, got 0" in said) == (2, True)
