"""README and docs are true: examples compute what they say, commands exist, links lead somewhere."""

import csv
import pkgutil
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from support import tiny_model
from support.commands import UsageError, check_command
from support.miniatures.miniature import save_picture
from support.references import auc_by_pairs
from support.sentences import sentences, words

from gazemap import Fixations, evaluate, load_dataset, load_recipe, predict, train
from gazemap.data.importers import IMPORTERS
from gazemap.data.writing.folder import write_dataset
from gazemap.losses import LossTargets, NetworkOutput

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
CARDS = sorted((ROOT / "src/gazemap/models/pretrained").rglob("*.md"))
HEADERS = [*sorted(ROOT.glob("src/gazemap/**/*.yaml")), *sorted((ROOT / "benchmarks").glob("*.py"))]
EXAMPLES = [  # those of metrics are held to more by test_reference.py
    pytest.param(page, code, marks=[pytest.mark.slow] if "gazemap.adapt(" in code else [])
    for page in PAGES
    if page.parent.name != "metrics"
    # sessions (>>>) are the README's: test_readme.py runs them
    for code in re.findall(r"```python\n(?!>>>)(.*?)```", page.read_text(), re.S)
]


def name_of(page):
    return str(page.relative_to(ROOT))


class Stand(tiny_model.Tiny):
    """A tiny network under the name of the one that the pages speak of."""

    architecture = "shallow"


@pytest.fixture(scope="module")
def place(popout_set, tmp_path_factory):
    """A folder as the pages assume it: the built-in data set, and a run that was trained on it."""
    folder = tmp_path_factory.mktemp("docs")
    (folder / "gaze").mkdir()
    (folder / "gaze" / "popout").symlink_to(popout_set.path)
    save_picture(folder / "photo.jpg", 0)
    (folder / "tiny.yaml").write_text(tiny_model.RECIPE.replace("{name: tiny}", "{name: shallow}"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(tiny_model.MODELS, "shallow", Stand)
        recipe = load_recipe(folder / "tiny.yaml", ["training.epochs=2"])
        train(recipe, popout_set, folder / "runs/demo/shallow-fixed-popout", progress=False)
        yield folder


def numbers(text):
    return [float(found) for found in re.findall(r"-?\d+\.\d+(?:e-?\d+)?", text)]


def evaluates_a_model(names, printed):
    expected = []
    for sample in load_dataset("gaze/popout").split("val"):  # NSS: the mean z-score at the fixated pixels
        density = predict(sample.image).density
        z = (density - density.mean()) / density.std()
        points = sample.fixations
        expected.append(z[points.y.astype(int), points.x.astype(int)].mean())
    mean, low, high, center, *_ = numbers(printed)
    assert mean == pytest.approx(np.mean(expected), abs=6e-4)
    assert low < mean < high
    assert center < mean


def compares_two_models(names, printed):
    rows = [names["scores"].per_image[row]["nss"] for row in ("center bias", "shallow-fixed-popout")]
    *_, p_holm, share = map(float, re.findall(r"-?[\d.]+", printed))
    assert numbers(printed)[0] == pytest.approx((rows[1] - rows[0]).mean(), abs=6e-4)
    assert share == (rows[1] > rows[0]).mean()
    assert 0 < p_holm <= 1


def writes_a_table(names, printed):
    assert {"center bias", "uniform", "gold standard"} <= set(re.findall(r"[a-z]+(?: [a-z]+)?", printed))
    with open("scores.csv") as file:
        rows = list(csv.DictReader(file))
    per_image = names["scores"].per_image
    assert (
        len(rows) == names["table"].num_rows == sum(len(row["nss"]) * len(row) for row in per_image.values())
    )
    first = next(row for row in rows if row["row"] == "center bias" and row["metric"] == "nss")
    assert float(first["score"]) == pytest.approx(per_image["center bias"]["nss"][0])


def selects_a_part(names, printed):
    early, whole = names["early"], names["dataset"]
    assert [sample.image_id for sample in early] == [s.image_id for s in whole if s.split == "val"]
    for sample in early:
        assert set(sample.fixations.observer) <= {"01", "02"}
        assert sample.fixations.onset.max() < 1.5
    assert early.fingerprint in printed
    assert early.fingerprint != whole.fingerprint


def finds_two_fixations(names, printed):
    found = names["found"]
    assert found.x.tolist() == [100, 400]
    assert found.onset.tolist() == [0, 0.5]
    assert found.duration == pytest.approx([0.5, 0.5], abs=1 / 240)


def reads_maps_again(names, printed):
    ours = evaluate(names["model"], names["dataset"], "val").interval(names["model"].name, "nss")
    assert numbers(printed) == pytest.approx([ours.mean, ours.low, ours.high], abs=2e-3)


def scores_a_map(names, printed):
    saliency = names["saliency"]  # 0 to 11, of which 11 and 10 are looked at
    auc, nss = map(float, printed.splitlines()[0].split())
    assert auc == pytest.approx(auc_by_pairs([11, 10], saliency.ravel()))
    assert nss == pytest.approx((10.5 - 5.5) / saliency.std(ddof=1))
    assert f"'auc': {auc}" in printed
    assert printed.count("'auc_judd': 1.0") == 2  # both maps put the two above all others


def validates_random_maps(names, printed):
    found = {name: float(value) for name, value in re.findall(r"'(\w+)': tensor\(([-\d.e]+)", printed)}
    assert found.keys() == {"nss", "cc", "kld"}
    assert abs(found["nss"]) < 0.5  # chance
    assert abs(found["cc"]) < 0.1
    assert 0 < found["kld"] < 2


def predicts_an_image(names, printed):
    assert printed.startswith("(480, 640) ")
    assert float(printed.split()[-1]) == pytest.approx(1, rel=1e-4)


def predicts_a_file(names, printed):
    with Image.open("photo.jpg") as photo, Image.open("overlay.jpg") as overlay:
        assert names["prediction"].density.shape == photo.size[::-1] == overlay.size[::-1]
        changed = np.abs(np.asarray(photo, float) - np.asarray(overlay, float)).mean(axis=2)
    saliency = names["prediction"].saliency  # which the overlay shows more of, the more there is
    salient = saliency > np.median(saliency)
    assert changed[salient].mean() > changed[~salient].mean()
    assert float(printed.split()[-1]) == pytest.approx(1, rel=1e-4)


def sets_a_center_bias(names, printed):
    assert 0 <= int(printed) < 480 * 640


def imports_a_format(names, printed):
    source = Path("example")
    (source / "gaze").mkdir(parents=True)
    save_picture(source / "images" / "a.jpg", 0)
    (source / "gaze" / "a.json").write_text("[[1, 1], [80.5, 60]]")  # counted from 1
    dataset = write_dataset(names["EXAMPLE"].open(source, {}), "out")
    assert dataset["a"].fixations == Fixations(np.array([0.5, 80.0]), np.array([0.5, 59.5]))


def makes_a_model(names, printed):
    model = names["BlobNet"](channels=8, input_size=(64, 96)).eval()
    assert model.options == {"channels": 8, "input_size": [64, 96]}
    grid = model(torch.rand(2, 3, 64, 96))
    assert grid.shape == (2, *model.output_size) == (2, 16, 24)
    torch.testing.assert_close(grid.exp().sum(dim=(1, 2)), torch.ones(2))


def makes_a_loss(names, printed):
    p, q = np.array([0.5, 0.25, 0.25]), np.array([0.2, 0.4, 0.4])
    predicted = NetworkOutput(torch.tensor(p).log().view(1, 1, 3), "log_density")
    truth = LossTargets(torch.tensor(q).view(1, 1, 3), torch.zeros(1, 1, 3))
    for order in (0.3, 0.8):
        expected = np.log((q**order * p ** (1 - order)).sum()) / (order - 1)
        assert names["renyi"](predicted, truth, order=order).item() == pytest.approx(expected)


def adapts_a_model(names, printed):
    made = names["made"]
    assert printed == f"{made.gain} {made.condition and made.condition.power}"
    assert predict("photo.jpg", made.out).density.sum() == pytest.approx(1)


def scores_by_an_own_protocol(names, printed):
    assert printed.startswith("mit-fine ")
    found = evaluate("gazenet", names["dataset"], "val", "mit", metrics=["nss"]).interval("gazenet", "nss")
    assert numbers(printed)[0] == pytest.approx(found.mean, abs=6e-4)
    assert names["scores"].metrics == ["auc_judd", "auc_borji", "nss"]
    assert "mit-fine" in Path("mine.csv").read_text()


def scores_a_map_by_an_own_protocol(names, printed):
    saliency, fixated = names["saliency"], names["fixation_map"] > 0
    z = (saliency - saliency.mean()) / saliency.std(ddof=1)
    found = dict(re.findall(r"'(\w+)': ([\d.]+)", printed))
    assert float(found["nss"]) == pytest.approx(z[fixated].mean())
    assert float(found["auc"]) == pytest.approx(auc_by_pairs(saliency[fixated], saliency.ravel()))
    assert f"```text\n{printed}\n```" in (ROOT / "docs/reference/protocols/own.md").read_text()


# What an example contains -> what must be true of its names and of what it prints.
def predicts_a_page(names, out):
    rows = [line.split() for line in out.splitlines()]
    assert [row[0] for row in rows] == ["0", "400", "800", "1100"]
    assert [float(row[1]) for row in rows] == [pytest.approx(1)] * 4


def notes_noise(names, printed):
    assert printed.startswith("('it changes from pixel to pixel as noise")


def reads_parts(names, printed):
    rows, total, share = printed.replace("[", "").replace("]", "").split()
    assert (int(rows), float(total)) == (1, pytest.approx(1))
    assert float(share) == pytest.approx(predict("photo.jpg").density[8:32, 10:50].sum(), abs=0.02)
    grid = np.exp(predict("photo.jpg").grid.astype(float))
    np.testing.assert_allclose(names["density"], grid / grid.sum(), rtol=2e-3)
    assert names["frame"].error.isna().all()


EXPECTED = {
    'print(scores.interval("gazenet", "nss")': evaluates_a_model,
    '.difference("nss")': compares_two_models,
    'scores.write("scores.csv")': writes_a_table,
    "early = dataset.select(": selects_a_part,
    "fixations_by_velocity(": finds_two_fixations,
    "EXAMPLE = Importer(": imports_a_format,
    "class BlobNet(": makes_a_model,
    "def renyi(": makes_a_loss,
    "submit(model": reads_maps_again,
    "metrics.score_against(": scores_a_map,
    "MetricCollection(": validates_random_maps,
    "np.zeros((480, 640, 3)": predicts_an_image,
    'gazemap.predict("photo.jpg")': predicts_a_file,
    "page = np.full((1500": predicts_a_page,
    "gazemap.predict(noise).notes": notes_noise,
    "gazemap.read_predictions(": reads_parts,
    "set_center_bias(": sets_a_center_bias,
    "gazemap.adapt(": adapts_a_model,
    'name="mit-fine"': scores_by_an_own_protocol,
    'name="two-metrics"': scores_a_map_by_an_own_protocol,
}


@pytest.mark.parametrize(("page", "code"), EXAMPLES, ids=lambda value: getattr(value, "name", "code"))
def test_examples_compute_what_they_say(page, code, place, monkeypatch, capsys):
    checks = [check for phrase, check in EXPECTED.items() if phrase in code]
    assert len(checks) == 1, f"Say in EXPECTED what must be true of this example of {page.name}:\n{code}"
    monkeypatch.chdir(place)
    names = {}
    exec(compile(code, page.name, "exec"), names)
    checks[0](names, capsys.readouterr().out.strip())


def commands(page):
    """(command, whether it stands in a block, as one may paste it) for every command of a page."""
    text = page.read_text()
    blocks = re.findall(r"^(?:    |# Command:  )(gazemap .*)$", text, re.M)
    prose = re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)
    inline = [" ".join(found.split()) for found in re.findall(r"(?<!`)`(gazemap\s[^`]+)`", prose)]
    return [(line, True) for line in blocks] + [(line, False) for line in inline]


@pytest.mark.parametrize("page", [*PAGES, *CARDS, *HEADERS], ids=name_of)
def test_commands_exist_with_their_options(page):
    wrong = []
    for line, whole in commands(page):
        try:
            check_command(line, whole)
        except UsageError as error:
            wrong.append(f"{line}: {error.format_message()}")
    assert not wrong, "\n".join(wrong)


def test_the_pages_have_commands_and_wrong_ones_are_refused():
    assert sum(len(commands(page)) for page in PAGES) > 60
    assert sum(len(commands(page)) for page in HEADERS) > 30
    check_command('gazemap evaluate runs/a --data gaze/osie --split "val"  # and more', whole=True)
    for line in (
        "gazemap evalute runs/a --data gaze/osie",
        "gazemap evaluate runs/a --dataset gaze/osie",
        "gazemap evaluate runs/a",
        "gazemap data split gaze/osie out --folds ten",
    ):
        with pytest.raises(UsageError):
            check_command(line, whole=True)


MADE = {ROOT / "docs/reference/formats" / f"{name}.md" for name in IMPORTERS}  # by the build of the site


def anchors(page):
    """What may follow a # in links to a page: its headings as the site and as GitHub name them."""
    text = re.sub(r"^ *```.*?^ *```", "", page.read_text(), flags=re.M | re.S)
    plain = [re.sub(r"[^\w\s-]", "", head.lower()).strip() for head in re.findall(r"^#+ +(.*)$", text, re.M)]
    return {re.sub(r"[\s-]+", "-", head) for head in plain}


@pytest.mark.parametrize("page", [*PAGES, *CARDS], ids=name_of)
def test_links_lead_somewhere(page):
    text = re.sub(r"^```.*?^```|`[^`\n]*`", "", page.read_text(), flags=re.M | re.S)
    for target, anchor in re.findall(r"\]\(([^)#]*)(?:#([^)]*))?\)", text):
        if target.startswith("http"):
            continue
        led = (page.parent / target).resolve() if target else page
        assert led.exists() or led in MADE, target
        if anchor and led not in MADE and "<!-- made" not in led.read_text():
            assert anchor in anchors(led), f"{target}#{anchor}"


@pytest.mark.parametrize("page", [*PAGES, *CARDS], ids=name_of)
def test_files_of_the_repository_exist(page):
    named = re.findall(
        r"(?:benchmarks|docs|src/gazemap|tests)/[\w/.-]*\w\.(?:py|md|yaml|json)\b", page.read_text()
    )
    assert [path for path in named if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("page", [*PAGES, *CARDS], ids=name_of)
def test_names_of_the_package_exist(page):
    """`gazemap.metrics.to_density` and the like, in text."""
    missing = []
    for name in re.findall(r"`(gazemap(?:\.\w+)+)\b", page.read_text()):
        try:
            pkgutil.resolve_name(name)
        except (ImportError, AttributeError):
            missing.append(name)
    assert not missing


READ_BY_PEOPLE = [page for page in [*PAGES, *CARDS] if "reference/commands" not in str(page)]  # made of help


@pytest.mark.parametrize("page", READ_BY_PEOPLE, ids=name_of)
def test_no_sentence_has_over_30_words(page):
    assert [sentence for sentence in sentences(page.read_text()) if words(sentence) > 30] == []


def test_sentences_are_told_apart():
    page = "# Head\n\nOne `a. B` two. Three\nfour!\n\n    code. Code\n\n- five\n- six [a](b.c). Seven\n"
    assert list(sentences(page)) == ["One code two.", "Three four!", "five", "six a.", "Seven"]
    assert words("Three - four!") == 2
