"""Settings of the whole process are made by the command line."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gazemap.system import memory


def test_the_command_line_sets_how_memory_is_taken(run, monkeypatch):
    monkeypatch.delenv("THP_MEM_ALLOC_ENABLE", raising=False)
    set_by_main = []
    monkeypatch.setattr(memory, "keep_freed_memory", lambda: set_by_main.append("malloc"))
    run("models")
    assert os.environ["THP_MEM_ALLOC_ENABLE"] == "1"
    assert set_by_main == ["malloc"]


def test_a_training_keeps_all_memory(call, monkeypatch, tmp_path):
    set_by_train = []
    monkeypatch.setattr(memory, "keep_all_freed_memory", lambda: set_by_train.append("malloc"))
    code, _, errors = call("train", "no-such-recipe", "--data", str(tmp_path), "--out", str(tmp_path / "run"))
    assert code != 0
    assert "no-such-recipe" in errors
    assert set_by_train == ["malloc"]


@pytest.mark.skipif(sys.platform != "linux", reason="a setting of glibc")
def test_memory_that_is_kept_is_not_asked_for_again():
    script = """
import resource
import numpy as np
from gazemap.system.memory import keep_all_freed_memory
keep_all_freed_memory()
def pages():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    np.ones(2**24)  # 128 MiB
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
print(pages(), pages())
"""
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    first, second = map(int, said.split())
    assert second * 4 < first


def test_what_the_user_has_set_is_left_alone(monkeypatch):
    monkeypatch.setenv("THP_MEM_ALLOC_ENABLE", "0")
    memory.use_huge_pages()
    assert os.environ["THP_MEM_ALLOC_ENABLE"] == "0"


def test_a_missing_package_is_named_with_its_extra(call, monkeypatch):
    from gazemap.models import overview

    def needs_torch(name):
        raise ModuleNotFoundError("No module named 'torch'", name="torch.nn")

    monkeypatch.setattr(overview, "models_overview", needs_torch)
    code, out, errors = call("models")
    assert (code, out) == (2, "")
    assert errors == (
        "Error: `gazemap models` needs the package torch, which is not installed. "
        "Install it: pip install 'gazemap[train]'.\n"
    )


@pytest.mark.parametrize(
    ("words", "what"),
    [
        ("train shallow-fixed-osie --data {set} --out run", "`gazemap train`"),
        *(
            pytest.param(*case, marks=pytest.mark.slow)
            for case in (
                ("data prepare {set} --recipe shallow-fixed-osie", "`gazemap data prepare`"),
                ("sweep losses --data {set} --out runs", "Training"),
                ("export gazenet --out half.safetensors", "`gazemap export`"),
            )
        ),
    ],
)
def test_what_needs_torch_says_so_where_there_is_none(words, what, popout_set, tmp_path):
    code = "import sys; sys.modules['torch'] = None; from gazemap.cli import main; main()"
    made = subprocess.run(
        [sys.executable, "-c", code, *words.format(set=popout_set.path).split()],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(os.path.abspath(path) for path in sys.path if path)},
    )
    assert (made.returncode, made.stdout) == (2, "")
    assert made.stderr == (
        f"Error: {what} needs the package torch, which is not installed. "
        "Install it: pip install 'gazemap[train]'.\n"
    )


def test_another_missing_module_is_a_bug_and_is_not_hidden(call, monkeypatch):
    from gazemap.models import overview

    def broken(name):
        raise ModuleNotFoundError("No module named 'no_such'", name="no_such")

    monkeypatch.setattr(overview, "models_overview", broken)
    with pytest.raises(ModuleNotFoundError, match="no_such"):
        call("models")


@pytest.mark.slow
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a file that is always full")
@pytest.mark.parametrize(
    ("shell", "code", "errors"),
    [
        (
            "{} models > /dev/full",
            2,
            "Error: The output cannot be written: No space left on device. Free space.\n",
        ),
        ("{} models >&-", 0, ""),
        ("{} models >&- 2>&-", 0, ""),
        ("{} metrics | true", 0, ""),
        ("{} models 2>&-", 0, ""),
    ],
)
def test_an_output_that_takes_nothing_ends_without_a_traceback(shell, code, errors, tmp_path):
    command = shell.format(f"{sys.executable} -m gazemap")
    paths = os.pathsep.join(os.path.abspath(path) for path in sys.path if path)
    own = os.environ | {"PYTHONPATH": paths}
    made = subprocess.run(["sh", "-c", command], capture_output=True, text=True, cwd=tmp_path, env=own)
    assert (made.returncode, made.stderr) == (code, errors)


SURROUNDINGS = {
    "no HOME": "unset HOME XDG_CACHE_HOME GAZEMAP_CACHE",
    "a HOME that cannot be written": "unset XDG_CACHE_HOME GAZEMAP_CACHE; export HOME=/proc MPLCONFIGDIR=.",
    "no folder for temporary files": "export TMPDIR=/nonexistent",
    "the C locale": "export LC_ALL=C PYTHONUTF8=0 PYTHONCOERCECLOCALE=0",
    "few open files": "ulimit -n 20",
    "a closed input": "exec <&-",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", SURROUNDINGS)
def test_poor_surroundings_are_no_obstacle(name, popout_set, tmp_path):
    """To prediction and its pictures, of a file whose name is not ASCII."""
    (tmp_path / "gr\u00f6\u00dfe \u76ee.png").write_bytes(popout_set[0].file.read_bytes())
    command = (
        f"{SURROUNDINGS[name]}; {sys.executable} -m gazemap predict *.png --out maps --write saliency,overlay"
    )
    paths = os.pathsep.join(os.path.abspath(path) for path in sys.path if path)
    made = subprocess.run(
        ["sh", "-c", command],
        capture_output=True,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": paths},
    )
    assert (made.returncode, made.stderr) == (0, b"")
    assert len(list((tmp_path / "maps").glob("*.png.*"))) == 2


@pytest.mark.parametrize("kind", ["image", pytest.param("list", marks=pytest.mark.slow)])
def test_the_standard_input_is_an_image_or_paths(tmp_path, kind):
    """As in `cat photo.jpg | gazemap predict -`."""
    from PIL import Image

    Image.linear_gradient("L").save(tmp_path / "photo.jpg")
    content = (tmp_path / "photo.jpg").read_bytes() if kind == "image" else b"photo.jpg\n"
    command = [sys.executable, "-m", "gazemap", "predict", "-", "--write", "json", "--out", "maps"]
    done = subprocess.run(command, input=content, capture_output=True, cwd=tmp_path, check=False)
    assert done.returncode == 0, done.stderr
    name = "stdin" if kind == "image" else "photo.jpg"
    assert (tmp_path / "maps" / f"{name}.attention.json").exists()
    assert b"Traceback" not in done.stderr
