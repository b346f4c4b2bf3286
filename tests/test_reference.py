"""The reference is true: examples by hand are right, every table's entry has its page, marks are filled."""

import ast
import contextlib
import inspect
import io
import math
import operator
import pkgutil
import re
import runpy
import sys
from itertools import pairwise, permutations
from pathlib import Path

import pytest
from support.commands import check_command

import gazemap
from gazemap.data.importers import IMPORTERS
from gazemap.metrics import METRICS, PROTOCOLS
from gazemap.models.files import shipped_weights
from gazemap.models.overview import NETWORKS

DOCS = Path(__file__).parents[1] / "docs"
MAKING = DOCS / "reference" / "making"


def page(name):
    return (DOCS / "reference" / "metrics" / f"{name}.md").read_text()


def by_hand(name):
    return page(name).partition("\n## By hand\n")[2].partition("\n```python")[0]


# --- the examples of metrics: every step, then the whole by a plain loop, then gazemap

OPERATORS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}
FUNCTIONS = {"sqrt": math.sqrt, "log": math.log, "log2": math.log2}


def value(node):
    """Of a term of numbers, the four operations and a few functions."""
    if isinstance(node, ast.BinOp):
        return OPERATORS[type(node.op)](value(node.left), value(node.right))
    if isinstance(node, ast.UnaryOp):
        return -value(node.operand)
    if isinstance(node, ast.Call):
        return FUNCTIONS[node.func.id](*map(value, node.args))
    return node.value


@pytest.mark.parametrize("name", METRICS)
def test_every_step_of_an_example_is_right(name):
    steps = re.findall(r"`([^`=]*\d[^`=]*) = (-?[\d.]+)`", " ".join(by_hand(name).split()))
    assert steps
    for term, result in steps:
        digits = len(result.partition(".")[2])
        tolerance = 0.5 * 10**-digits + (1e-4 if digits else 0)  # terms hold rounded results of earlier steps
        assert value(ast.parse(term, mode="eval").body) == pytest.approx(float(result), abs=tolerance), term


def maps(name):
    """The maps of a page's example: name -> rows of numbers; "density x 27" is divided by 27."""
    block = re.search(r"```text\n(.*?)\n```", by_hand(name), re.S)[1].splitlines()
    heads, *rows = (re.split(r"\s{3,}", line.strip()) for line in block)
    found = {}
    for column, head in enumerate(heads):
        key, _, times = head.partition(" x ")
        found[key] = [[int(cell) / int(times or 1) for cell in row[column].split()] for row in rows]
    return found


def flat(rows):
    return [cell for row in rows for cell in row]


def looked_at(saliency, counts, repeats):
    """The values at the fixations."""
    pairs = zip(flat(saliency), flat(counts), strict=True)
    return [value for value, count in pairs for _ in range(int(count) if repeats else int(count > 0))]


def by_pairs(positives, negatives):
    wins = [(p > n) + (p == n) / 2 for p in positives for n in negatives]
    return sum(wins) / len(wins)


def area(points):
    points = [(0, 0), *points, (1, 1)]
    return sum((b[0] - a[0]) * (a[1] + b[1]) / 2 for a, b in pairwise(points))


def share(values, threshold):
    return sum(value >= threshold for value in values) / len(values)


def stepped(saliency, positives, negatives):
    low, high = min(flat(saliency)), max(flat(saliency))
    pos, neg = ([(v - low) / (high - low) for v in values] for values in (positives, negatives))
    return area([(share(neg, k / 10), share(pos, k / 10)) for k in range(10, -1, -1)])


def judd(saliency, fixation_map):
    fixated = looked_at(saliency, fixation_map, repeats=False)
    others = [v for v, count in zip(flat(saliency), flat(fixation_map), strict=True) if not count]
    above = [(sum(v >= t for v in flat(saliency)) - k, t) for k, t in enumerate(sorted(fixated)[::-1], 1)]
    return area([(false / len(others), k / len(fixated)) for k, (false, _) in enumerate(above, 1)])


def z_scores(saliency, fixation_map, ddof=0, repeats=True):
    values = flat(saliency)
    mean = sum(values) / len(values)
    deviation = math.sqrt(sum((v - mean) ** 2 for v in values) / (len(values) - ddof))
    scores = [(v - mean) / deviation for v in looked_at(saliency, fixation_map, repeats)]
    return sum(scores) / len(scores)


def correlation(saliency, density):
    s, q = flat(saliency), flat(density)
    s, q = ([v - sum(values) / len(values) for v in values] for values in (s, q))
    products = sum(a * b for a, b in zip(s, q, strict=True))
    return products / math.sqrt(sum(a * a for a in s) * sum(b * b for b in q))


def shares(rows, *, raised=False):
    values = flat(rows)
    values = [v - min(values) for v in values] if raised else values
    return [v / sum(values) for v in values]


def overlap(saliency, density, *, min_max=False):
    pairs = zip(shares(saliency, raised=min_max), shares(density, raised=min_max), strict=True)
    return sum(min(p, q) for p, q in pairs)


def divergence(saliency, density):
    pairs = zip(shares(saliency), shares(density), strict=True)
    return sum(q * math.log(q / p) for p, q in pairs if q)


def mean_bits(density, fixation_map):
    bits = [math.log2(p) for p in looked_at(density, fixation_map, repeats=True)]
    return sum(bits) / len(bits)


def transport(saliency, density):
    """The cheapest way of moving each unit of mass, by trying all of them."""
    given, taken = (
        [(i, j) for i, row in enumerate(rows) for j, count in enumerate(row) for _ in range(int(count))]
        for rows in (saliency, density)
    )
    ways = (sum(map(math.dist, given, way)) for way in permutations(taken))
    return min(ways) / len(given)


PLAIN = {
    "auc": lambda s, f: [by_pairs(looked_at(s, f, again), flat(s)) for again in (True, False)],
    "auc_judd": lambda s, f: [judd(s, f)],
    "auc_borji": lambda s, f: [stepped(s, looked_at(s, f, False), flat(s))],
    "auc_shuffled": lambda s, f, o: [stepped(s, looked_at(s, f, False), looked_at(s, o, False))],
    "sauc": lambda s, f, o: [by_pairs(looked_at(s, f, True), looked_at(s, o, True))],
    "nss": lambda s, f: [z_scores(s, f), z_scores(s, f, ddof=1, repeats=False)],
    "cc": lambda s, q: [correlation(s, q)],
    "sim": lambda s, q: [overlap(s, q), overlap(s, q, min_max=True)],
    "kld": lambda s, q: [divergence(s, q)],
    "emd": lambda s, q: [transport(s, q)],
    "information_gain": lambda p, f, b: [mean_bits(p, f) - mean_bits(b, f)],
    "log_likelihood": lambda p, f: [mean_bits(p, f)],
}


@pytest.mark.parametrize("name", METRICS)
def test_examples_by_hand_are_what_a_plain_loop_and_gazemap_say(name):
    if not METRICS[name].is_installed:
        pytest.skip("its package is not installed")
    code, stated = re.search(r"```python\n(.*?)```\n\n```text\n(.*?)```", page(name), re.S).groups()
    printed = io.StringIO()
    names = {}
    with contextlib.redirect_stdout(printed):
        exec(compile(code, name, "exec"), names)
    assert printed.getvalue() == stated
    given = maps(name)
    for key, rows in given.items():  # the code has the maps that are shown
        assert flat(rows) == pytest.approx([float(cell) for row in names[key] for cell in row])
    expected = PLAIN[name](*given.values())
    assert [float(line) for line in stated.split()] == pytest.approx(expected, abs=5e-5)
    last_steps = re.findall(r" = (-?[\d.]+)`", by_hand(name))
    assert {f"{number:.4f}".rstrip("0").rstrip(".") for number in expected} <= {
        step.rstrip("0").rstrip(".") for step in last_steps
    }


# --- what is made for the site


@pytest.fixture(scope="module")
def hook():
    """docs/reference/making/hook.py, as the build loads it."""
    before, modules = list(sys.path), set(sys.modules)
    sys.path.insert(0, str(MAKING))
    yield runpy.run_path(str(MAKING / "hook.py"))
    sys.path[:] = before
    for name in set(sys.modules) - modules:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(MAKING)):
            del sys.modules[name]


def test_every_entry_of_a_table_has_its_page_and_every_written_page_an_entry(hook):
    tables = {"metrics": METRICS, "protocols": PROTOCOLS, "formats": IMPORTERS, "models": NETWORKS}
    extra = {"protocols": {"own"}, "models": {*shipped_weights(), "comparison"}}
    assert {*hook["KINDS"]} == {*tables}
    for folder, kind in hook["KINDS"].items():
        written = {path.stem for path in (DOCS / "reference" / folder).glob("*.md")}
        assert set(tables[folder]) <= set(kind.names)
        needed = {"index", *(kind.names if kind.written else ())}
        assert needed <= written, f"{folder} lacks pages"
        assert written - needed <= extra.get(folder, set())


@pytest.mark.parametrize(
    "folder", ["metrics", "protocols", "formats", pytest.param("models", marks=pytest.mark.slow)]
)
def test_every_mark_is_filled_and_every_formula_drawn(folder, hook):
    for path in (DOCS / "reference" / folder).glob("*.md"):
        text = hook["filled"](path.relative_to(DOCS).as_posix(), path.read_text())
        assert "<!-- made:" not in text, path
        assert not re.search(r"^\$\$", text, re.M), path


def test_the_page_of_a_format_has_its_terms_command_and_options(hook):
    for name in hook["KINDS"]["formats"].names:
        text = hook["filled"](f"reference/formats/{name}.md", "<!-- made: page -->")
        assert IMPORTERS[name].info.license in text
        assert f"gazemap data import {'raw/' if 'data download' in text else 'SOURCE'}" in text
        for option in IMPORTERS[name].options:
            assert f"| `{option}` |" in text


def test_an_unknown_mark_stops_the_build(hook):
    with pytest.raises(KeyError):
        hook["filled"]("reference/metrics/nss.md", "<!-- made: nothing -->")


def test_commands_of_made_pages_exist(hook):
    found = [
        command
        for folder, kind in hook["KINDS"].items()
        for name in kind.names
        for maker in ("page", "command")
        if maker in kind.makers
        for command in re.findall(r"^    (gazemap .*)$", kind.makers[maker](name), re.M)
    ]
    assert len(found) > 40
    for command in found:
        check_command(command, whole=True)


def test_a_figure_shows_the_layers_of_its_network(hook):
    shown = hook["KINDS"]["models"].makers["figure"]("salnet")
    for words in ("7 convolutions", "60 x 80 x 1; kernels 3, 5, 5, 7, 11, 11, 13", "240 x 320 x 96"):
        assert words in shown  # the released Caffe network's
    cost = hook["KINDS"]["models"].makers["cost"]("salnet")
    assert "25,806,209" in cost  # as published
    layers = [  # height, width, inputs, outputs, kernel
        *((240, 320, 3, 96, 7), (120, 160, 96, 256, 5), (60, 80, 256, 512, 3)),
        *((60, 80, 512, 512, 5), (60, 80, 512, 512, 5), (60, 80, 512, 256, 7)),
        *((60, 80, 256, 128, 11), (60, 80, 128, 32, 11), (60, 80, 32, 1, 13), (60, 80, 1, 1, 8)),
    ]
    products = sum(h * w * inputs * outputs * kernel**2 for h, w, inputs, outputs, kernel in layers)
    assert f"{products / 1e9:.2f} billion" in cost


def test_the_folders_of_the_nav_become_their_pages(hook):
    pages = hook["pages_of"]("protocols", DOCS)
    assert pages[:3] == [f"reference/protocols/{name}.md" for name in ("index", "exact", "mit")]
    assert pages[-1] == "reference/protocols/own.md"
    nav = hook["_with_pages"]([{"A": "reference/protocols/"}, "index.md"], DOCS)
    assert nav == [{"A": pages}, "index.md"]


def test_every_public_name_is_in_the_api_and_every_name_there_exists():
    pages = {path.stem: path.read_text() for path in (DOCS / "reference" / "api").glob("*.md")}
    names = {stem: re.findall(r"^::: (\S+)$", text, re.M) for stem, text in pages.items()}
    public = {f"gazemap.{name}" for name in gazemap.__all__ if name != "metrics"}
    assert set(names["index"]) == public
    assert {f"gazemap.metrics.{name}" for name in METRICS} <= set(names["metrics"])
    for name in (name for stem in names for name in names[stem]):
        assert inspect.getdoc(pkgutil.resolve_name(name)), name
