"""The house rules that a machine can hold: imports follow the arrow, rooms their order, files stay small."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from support.imports import imported_modules, module_names

import gazemap
from gazemap.system.extras import EXTRAS

ROOT = Path(gazemap.__file__).parent
TESTS = Path(__file__).parent

# From the street to the door: a room imports from rooms to its left alone, in `errors | types` neither from
# the other. The same within a folder, whose own file is `__init__`; `*` stands for whatever is not named.
ORDERS = {
    "": "errors < types < system < gaze < images < data | models | metrics < losses < prediction | training"
    " < evaluation | analysis < adaptation < reports | serving < cli < __main__",
    "system": "plain | yaml_text | json_text | contained | fingerprint | notebooks | figures"
    " < progress | writing < locks < files < * < workers",
    "system/workers": "work < processes | ray_actors < *",
    "gaze": "areas | blurring | fixation_pictures | lost_samples | numbers < samples < * < recordings",
    "gaze/recordings": "recording | bids_files < messages | looking | marks | row_trials | quality"
    " | bids_units < bids < *",
    "images": "formats | brightness | libtiff | mending < opening | conversion < reading < resizing | names"
    " | placement | fingerprints < *",
    "images/video": "clip < *",
    "data": "figures | split_names | schema < tables < sample < selection | showing < dataset < writing"
    " < check | exporting | batches < subsets | importers | popout < download | bids",
    "data/batches": "edges | options < targets < cache < arrays < *",
    "data/download": "catalogue | fetching | unpacking < *",
    "data/importers": "typed | numerals | text_tables < stated | rows | tracker_tables < importer | matlab"
    " | pairing | pickles | hdf5 < pysaliency_fixations | recorded < * < __init__",
    "data/popout": "displays < *",
    "data/subsets": "* < duplicates | new_sets | without_each",
    "data/writing": "frames < gathered | times < screens < causes < conventions < items < storing | points"
    " | twins < *",
    "metrics": "kernels < distribution < * < scoring < __init__ < torchmetrics",
    "metrics/kernels": "arrays < pixels < ranking | checks < roc < *",
    "metrics/scoring": "best_maps | protocol_checks < protocols < comparing < undefined | at_fixations"
    " < metric < table | preparing < *",
    "models": "training_images | about | conditions < known_conditions < files"
    " < overview | base | encoder_weights < encoders | parts < dilated | condition_layer < * < table"
    " < weights",
    "losses": "cases < * < __init__",
    "prediction": "inputs | engines | pictures | summary < prediction | predictor < folded | placing"
    " < predict < files < cluster",
    "prediction/cluster": "stores < manifest | parts | results < listing | sources | predictions"
    " < make_manifest | shard < *",
    "prediction/engines": "protobuf < description | form_metadata | form_tensors | grids < onnx | pytorch"
    " < openvino | to_onnx < *",
    "prediction/files": "threads | lists < outputs < folders < sources | result_folder < outcome < one_file"
    " < *",
    "training": "shipped < recipe < pretext | optimizers | speed | distillation | learned | log | result"
    " | processes < setup < checkpoint | prepare | steps < plan < loop",
    "evaluation": "left_out | blurs | score_files | score_tables | seen | text_table | overview | intervals"
    " | baselines < significance < figures < scores < ground_truths | agreement | overlap | predictions"
    " < interchange < rows < names | fingerprint | image_scores < by_workers < opened < evaluate"
    " < reuse | explained < model_comparison < comparison | kept",
    "evaluation/interchange": "archives < stored < *",
    "adaptation": "looks | saving < fitting < readout < adapt | curve",
    "analysis": "area_tables | tables | masks | looks | seen | area_labels < mask_files | area_drawings"
    " | area_shares | references < crops | designs | area_files | requirements | check_baseline < comparing"
    " | checked_areas < checked_images < junit < check | video",
    "analysis/video": "smoothing | outcome < parts < computing < results < *",
    "reports": "pages | figures | diagnosis | trainings < thumbnails | observers | findings | measured_areas"
    " < report_page | area_table < * < studies < demo",
    "reports/figures": "saving | runs | maps < *",
    "reports/demo": "photograph | networks < demo",
    "reports/studies": "by_workers | recipes | unseen_set < trained < *",
    "serving": "built | models < limits | problems | answers | page_files | options | batching < accepting"
    " | bodies | monitoring | schemas | agent_files < desk | gate | agent_tools < asked < * < app | server"
    " < serve | mcp_server",
    "cli": "help | completion | streams | options | parsing | tables < command | listings < results < *"
    " < data < __init__",
}
# What may import PyTorch and other packages of extras at its top; all else works without them.
WITH_EXTRAS = {"losses", "models", "training", "data/batches/arrays.py", "data/batches/augmentation.py"} | {
    "adaptation/readout.py",
    "data/download/fetching.py",
    "metrics/torchmetrics.py",
    "prediction/engines/pytorch.py",
    *(f"prediction/cluster/{name}.py" for name in ("listing", "manifest", "parts", "sources")),
    "prediction/engines/to_onnx.py",
    "system/device.py",
    *(f"serving/{name}.py" for name in ("about", "analyses", "app", "asked", "bodies", "gate")),
    *(f"serving/{name}.py" for name in ("monitoring", "page_files", "predictions", "problems", "server")),
}
WITHOUT_EXTRAS = {"models/files.py", "models/overview.py", "models/training_images.py", "training/recipe.py"}
ALONE = {"errors", "types", "system", "gaze", "images"}  # all that `metrics` may import
VAGUE = {"utils", "util", "helpers", "helper", "common", "misc", "core"}

FILES = [path for path in sorted(ROOT.rglob("*.py")) if path != ROOT / "__init__.py"]
FOLDERS = sorted({path.parent for path in FILES})


def levels(order):
    """Name -> its place from the left."""
    return {name: level for level, names in enumerate(order.split(" < ")) for name in names.split(" | ")}


def broken_rule(own, other):
    """Which rule one module's import of another breaks, as a sentence; None if it breaks none."""
    if not other:
        return "is the package's own face: import the module itself"
    if own[0] == "metrics" != other[0] and other[0] not in ALONE:
        return f"is not for metrics, which can be used alone: only {', '.join(sorted(ALONE))} are"
    depth = next((i for i, (a, b) in enumerate(zip(own, other, strict=False)) if a != b), None)
    depth = min(len(own), len(other)) if depth is None else depth
    ours, theirs = (names[depth] if depth < len(names) else "__init__" for names in (own, other))
    folder = "/".join(own[:depth])
    if ours == theirs or folder not in ORDERS:
        return None
    order = ORDERS[folder]
    places = levels(order)
    for name in (ours, theirs):
        if name not in places and "*" not in places:
            return f"cannot be judged: {name} has no place in ORDERS[{folder!r}] of {Path(__file__).name}"
    low, high = (places.get(name, places.get("*")) for name in (theirs, ours))
    return None if low < high else f"goes against the order of {folder or 'the house'}: {order}"


def test_imports_follow_the_arrow():
    broken = [
        f"{path.relative_to(ROOT)}:{line}: gazemap.{'.'.join(other)} {rule}"
        for path in FILES
        for line, other in imported_modules(path, ROOT)
        if (rule := broken_rule(module_names(path, ROOT), other))
    ]
    assert not broken, "\n" + "\n".join(broken)


def imported_at_the_top(code):
    """The packages that a file imports as soon as it is imported itself."""
    found = set()
    for node in ast.parse(code).body:
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found


def test_packages_of_extras_are_imported_only_where_they_belong():
    broken = {}
    for path in FILES:
        place = path.relative_to(ROOT).as_posix()
        may = place.partition("/")[0] in WITH_EXTRAS or place in WITH_EXTRAS
        if not may or place in WITHOUT_EXTRAS:
            broken[place] = imported_at_the_top(path.read_text()) & EXTRAS.keys()
    assert {place: found for place, found in broken.items() if found} == {}
    assert [place for place in WITH_EXTRAS | WITHOUT_EXTRAS if not (ROOT / place).exists()] == []
    assert imported_at_the_top("import torch.nn as nn\ndef f():\n    import timm") == {"torch"}


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("from gazemap.data.dataset import load_dataset", "data.dataset"),
        ("from gazemap.data import dataset", "data.dataset"),
        ("import gazemap.data.dataset as d", "data.dataset"),
        ("def f():\n    from gazemap.data.dataset import load_dataset", "data.dataset"),
        ("if TYPE_CHECKING:\n    from gazemap.data.dataset import GazeDataset", "data.dataset"),
        ("from . import auc", "metrics.auc"),
        ("from .auc import auc", "metrics.auc"),
        ("from ..data.dataset import load_dataset", "data.dataset"),
        ("from .. import data", "data"),
        ("from gazemap.metrics import auc_judd, nss", "metrics"),
        ("from gazemap.metrics import auc, nss", "metrics.auc metrics"),
        ("import gazemap", ""),
        ("from gazemap import GazeDataset", ""),
        ("import numpy, gazemap_extra", None),
    ],
)
def test_every_way_to_import_is_seen(tmp_path, code, expected):
    for name in ("metrics/__init__.py", "metrics/auc.py", "data/__init__.py", "data/dataset.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    place = tmp_path / "metrics" / "judged.py"
    place.write_text(code)
    found = [".".join(names) for _, names in imported_modules(place, tmp_path)]
    assert found == ([] if expected is None else expected.split(" "))


def test_imports_of_every_kind_of_wrong_are_refused():
    assert "order of the house" in broken_rule(["gaze", "areas"], ["data", "sample"])
    assert "order of data" in broken_rule(["data", "sample"], ["data", "dataset"])
    assert "order of models" in broken_rule(["models", "sam"], ["models", "pdp"])
    assert "order of losses" in broken_rule(["losses", "pixel"], ["losses"])
    assert "used alone" in broken_rule(["metrics", "auc"], ["models", "base"])
    assert "own face" in broken_rule(["cli", "data"], [])
    assert "no place" in broken_rule(["training", "new"], ["training", "loop"])
    assert broken_rule(["cli", "data"], ["data", "dataset"]) is None
    assert broken_rule(["losses"], ["losses", "pixel"]) is None


def test_every_folder_has_an_order_and_every_name_in_it_exists():
    folders = {folder.relative_to(ROOT).as_posix() for folder in FOLDERS} - {"."}
    assert ORDERS.keys() - {""} == folders
    for folder, order in ORDERS.items():
        for name in levels(order).keys() - {"*", "__init__", "__main__"}:
            place = ROOT / folder / name
            assert place.is_dir() or place.with_suffix(".py").is_file(), (
                f"{folder or 'gazemap'} has no {name}"
            )


def test_the_house_has_no_loose_module():
    modules = {path.name for path in ROOT.iterdir() if path.suffix == ".py"}
    assert modules == {"__init__.py", "__main__.py", "errors.py", "types.py"}


def test_every_folder_says_what_it_is_for():
    for folder in FOLDERS:
        own = folder / "__init__.py"
        assert own.is_file(), f"{folder} has no __init__.py"
        assert ast.get_docstring(ast.parse(own.read_text())), f"{own} has no docstring"


def test_no_name_says_nothing():
    assert not [path for path in [*FILES, *FOLDERS] if path.stem in VAGUE]


def test_files_can_be_read_to_their_end():
    lengths = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in FILES}
    assert {path: length for path, length in lengths.items() if length > 400} == {}


def test_tests_mirror_the_rooms():
    own = {"support", "golden", "contracts", "light", "serving/in_browser"}  # the last one mirrors page/
    for path in TESTS.rglob("*.py"):
        room, *rest = path.relative_to(TESTS).parts
        if room == "support" or not rest:
            continue
        assert path.name.startswith("test_") or path.name == "conftest.py", (
            f"{path} belongs into tests/support"
        )
        folder = path.parent.relative_to(TESTS)
        is_own = room in own or folder.as_posix() in own
        assert is_own or (ROOT / folder).is_dir(), f"{path} mirrors no room"


def test_contributing_shows_the_house_as_it_is():
    text = (TESTS.parent / "CONTRIBUTING.md").read_text()
    tree = text[text.index("    src/gazemap/\n") :].splitlines()[1:]
    shown, above = {}, []
    for line in tree:
        match = re.fullmatch(r" {4}((?:  )+)(\S+)(?: {2,}(\S.*))?", line)
        if not match:
            break
        depth = len(match[1]) // 2 - 1
        above = [*above[:depth], match[2].rstrip("/")]
        shown["/".join(above) + ("/" if match[2].endswith("/") else "")] = match[3]
    assert [name for name, about in shown.items() if not about] == []
    folders = {path.relative_to(ROOT).as_posix() + "/" for path in ROOT.rglob("*") if path.is_dir()}
    made = {"serving/page/"}  # it is there where `make page` was run
    sources = {folder for folder in folders if "__pycache__" not in folder}
    assert {name for name in shown if name.endswith("/")} - made == sources - made
    assert [name for name in shown if name not in made and not (ROOT / name).exists()] == []


def test_caches_are_bounded_in_bytes():
    """`keeping` says how many bytes; a number of entries says nothing, since arrays may be of any size."""
    assert [path for path in FILES if "lru_cache" in path.read_text()] == []


ARRAYS = re.compile(r"\b(NDArray|Floats|AnyFloats|Pixels|Tensor|Arrays)\b")


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_holds_arrays_compares_as_an_object(path):
    """The `__eq__` that a dataclass would get raises an exception on arrays, and so does its `__hash__`."""
    for found in ast.walk(ast.parse(path.read_text())):
        made = [ast.unparse(part) for part in getattr(found, "decorator_list", [])]
        if isinstance(found, ast.ClassDef) and any(part.startswith("dataclass") for part in made):
            held = [ast.unparse(part.annotation) for part in found.body if isinstance(part, ast.AnnAssign)]
            arrays = [kind for kind in held if ARRAYS.search(kind) and "Callable" not in kind]
            assert not arrays or any("eq=False" in part for part in made), f"{found.name} holds {arrays}"


def test_importing_is_silent_and_opens_no_windowing():
    code = "import sys, gazemap; sys.exit('matplotlib.pyplot' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout + result.stderr == ""


def test_public_names_are_these():
    assert len(gazemap.__all__) <= 22
    for name in gazemap.__all__:
        assert getattr(gazemap, name).__doc__
