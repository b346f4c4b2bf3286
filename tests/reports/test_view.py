import re
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import gaussian_filter
from support import gaze_sets

from gazemap.data.dataset import SetAside
from gazemap.data.selection import spread
from gazemap.data.writing.folder import save_dataset
from gazemap.errors import DataError, InputError, OutputError
from gazemap.evaluation.agreement import known_observers, observer_agreement, outlying
from gazemap.evaluation.blurs import with_blur
from gazemap.gaze.fixations import Fixations
from gazemap.gaze.recordings.quality import RecordingQuality
from gazemap.metrics import auc, nss
from gazemap.reports.figures import gaze as gaze_figures
from gazemap.reports.observers import observers
from gazemap.reports.view import view

SIZE = (40, 60)
MANY = [f"{i}" for i in range(70)]


class Page(HTMLParser):
    """The texts, the tags and the addresses of a page."""

    def __init__(self, path):
        super().__init__()
        self.source = path.read_text(encoding="utf-8")
        self.tags, self.addresses, self.words, self.paths = [], [], [], []
        self.feed(self.source)
        self.text = re.sub(r"\s+", " ", " ".join(self.words))

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.addresses += [value for name, value in attributes if name in ("src", "href")]
        self.paths += [dict(attributes)["d"]] if tag == "path" else []

    def handle_data(self, data):
        self.words += [] if self.tags[-1:] == ["style"] else [data]


def looks(rng, observers, count=4, at=(30, 20)):
    """`count` fixations of each observer around a place."""
    points = rng.normal(at, 3, (len(observers) * count, 2))
    return Fixations(points[:, 0], points[:, 1], observer=np.repeat(observers, count))


def photo(path, seed=0):
    pixels = np.random.default_rng(seed).integers(0, 256, (*SIZE, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path)
    return path


def saved(tmp_path, *samples, **facts):
    return save_dataset(gaze_sets.dataset(*samples, **facts), tmp_path / "set")


def page_of(dataset, tmp_path, **options):
    view(dataset, tmp_path / "page.html", **options)
    return Page(tmp_path / "page.html")


def test_a_whole_page_holds_everything_itself(popout_set, tmp_path):
    page = page_of(popout_set, tmp_path, images=7)
    fixations = sum(len(sample.fixations) for sample in popout_set)
    assert not {"script", "link", "iframe"} & {*page.tags}
    assert all(address.startswith("data:image/") for address in page.addresses)
    assert page.tags.count("svg") == 7
    assert page.tags.count("image") == 14  # each with its density
    assert "7 of 30 images, spread over the set" in page.text
    assert f"all 30 30 {fixations:,} 0" in page.text
    assert f"{fixations:,} fixations in relative coordinates" in page.text
    for heading in ("Center bias", "Fixations", "Observers", "Image sizes", "Problems"):
        assert heading in page.words
    assert popout_set.info.citation in page.text
    assert "The check, which reads every file, found none." in page.text


@pytest.mark.slow
def test_the_same_seed_gives_the_same_page(popout_set, tmp_path):
    first, again, other = (
        page_of(popout_set, tmp_path, images=3, seed=seed).source.count for seed in (0, 0, 1)
    )
    ids = [f"<b>{image_id}</b>" for image_id in popout_set.image_ids]
    assert [first(i) for i in ids] == [again(i) for i in ids] != [other(i) for i in ids]


def test_images_are_spread_over_the_set():
    dataset = gaze_sets.dataset(*(gaze_sets.sample(str(i)) for i in range(100)))
    for seed in range(5):
        chosen = [int(sample.image_id) for sample in spread(dataset.samples, 10, seed)]
        assert [i // 10 for i in chosen] == [*range(10)]
    assert len(spread(dataset.samples, 1000, 0)) == 100


def test_dots_lie_where_people_looked(tmp_path):
    points = Fixations(np.array([10.0, 59.5]), np.array([5.0, 20.25]), observer=np.array(["a", "b"]))
    dataset = saved(tmp_path, gaze_sets.sample("1", points=points, sigma=3.0))
    page = page_of(dataset, tmp_path)
    assert page.source.count('viewBox="0 0 320 213"') == 1
    # by 320 / 60 across and 213 / 40 down; each below its black edge
    assert page.paths == ["M53.3 26.6h0"] * 2 + ["M317.3 107.8h0"] * 2


def test_center_bias_by_hand(tmp_path):
    one = Fixations(np.array([15.0, 45.0]), np.array([10.0, 10.0]))
    two = Fixations(np.array([5.0, 15.0, -3.0]), np.array([15.0, 15.0, 1.0]))  # the last lies outside
    dataset = saved(
        tmp_path, gaze_sets.sample("1", points=one), gaze_sets.sample("2", size=(20, 20), points=two)
    )
    page = page_of(dataset, tmp_path)
    assert "4 fixations in relative" in page.text  # x 1/4, 3/4, 1/4, 3/4; y 1/4, 1/4, 3/4, 3/4
    assert "mean (0.500, 0.500), standard deviation (0.250, 0.250)" in page.text
    assert "1 found by the check" in page.text
    assert "1 of 3 fixations outside 20 x 20, the first at (-3.0, 1.0)" in page.text


def test_agreement_is_that_of_a_slow_reference():
    rng = np.random.default_rng(3)
    samples = [gaze_sets.sample(i, points=looks(rng, ["a", "b", "c"]), sigma=4.0) for i in ("1", "2")]
    found = observer_agreement(gaze_sets.dataset(*samples))

    def density(x, y):
        counts = np.zeros(SIZE)
        np.add.at(counts, (y.astype(int), x.astype(int)), 1)
        blurred = gaussian_filter(counts, 4.0)
        return 0.99 * blurred / blurred.sum() + 0.01 / counts.size, counts

    for index, sample in enumerate(samples):
        center, _ = density(samples[1 - index].fixations.x, samples[1 - index].fixations.y)
        for name in "abc":
            whose = sample.fixations.observer == name
            others, _ = density(sample.fixations.x[~whose], sample.fixations.y[~whose])
            _, own = density(sample.fixations.x[whose], sample.fixations.y[whose])
            mixed = 0.9 * others + 0.1 * center
            assert found[name].nss[index] == pytest.approx(nss(mixed, own), rel=1e-6)
            assert found[name].auc[index] == pytest.approx(auc(mixed, own), abs=1e-6)


def test_large_images_are_compared_small_with_the_same_result():
    rng = np.random.default_rng(0)
    points = looks(rng, ["a", "b", "c", "d"])
    small = gaze_sets.sample("1", points=points, size=(120, 180), sigma=5.0)
    scaled = points.scaled((120, 180), (480, 720))
    large = gaze_sets.sample("1", points=scaled, size=(480, 720), sigma=20.0)
    one, four = (observer_agreement(gaze_sets.dataset(sample)) for sample in (small, large))
    for name in one:
        assert four[name].nss == pytest.approx(one[name].nss, rel=0.05)
        assert four[name].auc == pytest.approx(one[name].auc, abs=0.005)


def test_an_outlying_observer_shows(tmp_path):
    rng = np.random.default_rng(1)
    samples = []
    for i in range(8):
        usual, odd = looks(rng, [*"abcdef"]), looks(rng, ["odd"], at=(8, 32))
        columns = {name: np.concatenate([getattr(usual, name), getattr(odd, name)]) for name in ("x", "y")}
        both = Fixations(**columns, observer=np.concatenate([usual.observer, odd.observer]))
        samples.append(gaze_sets.sample(str(i), points=both, sigma=4.0))
    dataset = saved(tmp_path, *samples)
    rows = known_observers(dataset, with_blur(dataset))
    assert [row.name for row in rows if row.is_outlying] == ["odd"]
    assert (rows[0].name, rows[0].images, rows[0].fixations) == ("odd", 8, 32)
    assert rows[0].agreement.nss.mean() < 0 < rows[1].agreement.nss.mean()
    assert page_of(dataset, tmp_path).source.count('<tr class="outlying"><td>odd</td>') == 1
    shown = observers(dataset)
    assert repr(shown) == f"<ObserverTable of {dataset.name}: 7 observers, 8 images>"
    nss = rows[0].agreement.nss.mean()
    assert shown.cells()[0][:4] == ["odd", "8", "32", f"{nss:.3f}"]
    assert f"<th>odd</th><td>8</td><td>32</td><td>{nss:.3f}</td>" in shown._repr_html_()
    assert [text.get_text() for text in shown.plot().axes[0].get_legend().get_texts()] == [
        "median", "an observer, 95 % interval", "one who agrees far less"
    ]  # fmt: skip
    with pytest.raises(DataError, match="no two are known to have seen the same image"):
        observers(dataset.select(observers=["a"])).plot()


def test_outlying_by_hand():
    # median 4, deviations 1, 0.5, 0, 0.5, 1: below 4 - 3.5 * 1.4826 * 0.5 = 1.41
    assert outlying(np.array([3.0, 3.5, 4.0, 4.5, 5.0])).tolist() == [False] * 5
    # median 3.5, deviations 2.5, 0.5, 0, 0.5, 1: the same distance below
    assert outlying(np.array([0.8, 3.0, 3.5, 4.0, 4.5])).tolist() == [True] + [False] * 4
    assert outlying(np.array([2.0, 2.0, 1.9])).tolist() == [False] * 3  # no scale to judge by
    assert outlying(np.empty(0)).tolist() == []


def test_only_dense_maps(tmp_path):
    for i in range(2):
        values = np.zeros(SIZE, dtype=np.uint8)
        values[10:30, 15:45] = 200
        Image.fromarray(values).save(tmp_path / f"{i}.png")
    samples = [gaze_sets.sample(str(i), map_file=tmp_path / f"{i}.png") for i in range(2)]
    page = page_of(saved(tmp_path, *samples), tmp_path)
    assert "The mean of 2 dense maps." in page.text
    assert 'id="density" checked' in page.source
    assert page.tags.count("image") == 4
    assert "Observers" not in page.words


def test_only_images(tmp_path):
    dataset = saved(tmp_path, gaze_sets.sample("1"))
    assert dataset["1"].fixations is None
    page = page_of(dataset, tmp_path)
    assert "no ground truth" in page.text
    assert not {"Center bias", "Observers", "Fixations"} & {*page.words}
    assert page.tags.count("image") == 1


@pytest.mark.parametrize("observers", [["a"], ["a", "b"], pytest.param(MANY, marks=pytest.mark.slow)])
def test_points_alone_of_few_and_many_observers(tmp_path, observers):
    points = looks(np.random.default_rng(0), observers)
    dataset = saved(tmp_path, gaze_sets.sample("1", points=points))
    page = page_of(dataset, tmp_path)
    assert dataset["1"].file is None
    assert ("Agreement of each observer" in page.source) == (len(observers) > 1)
    assert ("The 60 of 70 observers who agree least" in page.text) == (len(observers) > 60)
    assert page.source.count("<title>") == 1 + (len(observers) if len(observers) <= 20 else 0)


def test_nobody_looked_at_an_image(tmp_path):
    samples = [gaze_sets.sample("1", points=gaze_sets.fixations()), gaze_sets.sample("2")]
    looked = gaze_sets.sample("3", points=looks(np.random.default_rng(0), ["a", "b"]))
    page = page_of(saved(tmp_path, *samples, looked), tmp_path)
    assert "60 x 40, train 0 fixations" in page.text
    assert "neither fixations nor a map" in page.text


def test_a_map_of_one_pixel(tmp_path):
    points = Fixations(np.array([0.5, 0.5]), np.array([0.5, 0.5]), observer=np.array(["a", "b"]))
    dataset = saved(tmp_path, gaze_sets.sample("1", size=(1, 1), points=points))
    assert "Image sizes" in page_of(dataset, tmp_path).words


def test_damaged_files_are_named_and_the_page_is_written(tmp_path):
    dataset = saved(tmp_path, gaze_sets.sample("1", points=looks(np.random.default_rng(0), ["a"])))
    (dataset.path / "images").mkdir(exist_ok=True)
    bad = dataset.path / "images" / "1.png"
    bad.write_bytes(photo(tmp_path / "1.png").read_bytes()[:900])
    object.__setattr__(dataset[0], "file", bad)
    page = page_of(dataset, tmp_path)
    assert page.text.count("is damaged and cannot be decoded") == 1  # below its thumbnail
    assert "1 found by the check" in page.text
    assert "images/1.png no row of images.parquet names it" in page.text


def test_long_lists_are_cut_and_counted(tmp_path):
    aside = tuple(SetAside(item=f"item {i}", reason="lost") for i in range(45))
    page = page_of(saved(tmp_path, gaze_sets.sample("1"), set_aside=aside), tmp_path)
    assert "45 set aside by the import, the first 30" in page.text
    assert "item 29" in page.text
    assert "item 30" not in page.text


def test_the_quality_of_recordings_is_a_table(tmp_path):
    found = (
        RecordingQuality("ann", 12, 250.0, 0.0314, 0.75, 0.021, 0.5),
        *(RecordingQuality(f"p{number}", 3) for number in range(60)),
    )
    page = page_of(saved(tmp_path, gaze_sets.sample("1"), recordings=found), tmp_path)
    assert "ann 12 250 3.1 % 0.75 0.021 50.0 %" in page.text
    assert "p0 3 - - - - -" in page.text
    assert "The first 60 of 61 recordings." in page.text
    assert "p59" not in page.text
    assert "Recordings" not in page_of(saved(tmp_path / "other", gaze_sets.sample("1")), tmp_path).text


def test_many_sizes_and_many_fixations(tmp_path):
    rng = np.random.default_rng(0)
    samples = [gaze_sets.sample(str(i), size=(40, 60 + i)) for i in range(9)]
    crowd = gaze_sets.sample("crowd", points=Fixations(rng.uniform(0, 60, 1500), rng.uniform(0, 40, 1500)))
    page = page_of(saved(tmp_path, *samples, crowd), tmp_path)
    assert "9 sizes, the 8 most common" in page.text
    assert "Widths and heights" in page.source
    assert "1,500 fixations, 1,000 drawn" in page.text
    assert page.paths[0].count("M") == 1000


def test_texts_of_a_data_set_are_no_markup(tmp_path):
    points = Fixations(np.array([1.0, 2.0]), np.array([1.0, 2.0]), observer=np.array(["<i>a", '"b']))
    title = "<script>alert(1)</script>"
    dataset = saved(tmp_path, gaze_sets.sample("1", points=points), title=title, homepage="javascript:x")
    page = page_of(dataset, tmp_path)
    assert not {"script", "i"} & {*page.tags}
    assert title in page.text
    assert all(address.startswith("data:image/") for address in page.addresses)


def test_bars_of_numbers_stand_on_whole_numbers():
    values = np.array([3, 3, 4, 6])
    bars = gaze_figures.histogram(values, "fixations", "images").axes[0].patches[0].get_data()
    counts = dict(zip(bars.edges[:-1] + 0.5, bars.values, strict=True))
    assert {k: v for k, v in counts.items() if v} == {3.0: 2, 4.0: 1, 6.0: 1}


def test_values_beyond_the_axis_are_counted():
    values = np.concatenate([np.full(999, 0.2), [50.0]])
    values[:500] = 0.1
    axes = gaze_figures.histogram(values, "seconds", "fixations").axes[0]
    assert axes.get_xlabel() == "seconds (1 beyond)"
    assert axes.patches[0].get_data().values.sum() == 999
    alike = gaze_figures.histogram(np.full(5, 0.3), "seconds", "fixations").axes[0]
    assert alike.patches[0].get_data().values.sum() == 5


def test_a_set_without_blur_gets_one():
    points = looks(np.random.default_rng(0), ["a", "b"])
    bare = gaze_sets.dataset(gaze_sets.sample("1", points=points, size=(600, 800)))
    assert with_blur(bare)["1"].sigma == pytest.approx(24.0, abs=0.05)  # the benchmark's, 8 cycles
    assert with_blur(gaze_sets.dataset(gaze_sets.sample("1", sigma=7.0)))["1"].sigma == 7.0
    with pytest.raises(DataError, match="states no blur"):
        observer_agreement(bare)


def test_what_cannot_be_is_refused_before_work_starts(popout_set, tmp_path):
    with pytest.raises(InputError, match="inside the data set"):
        view(popout_set, popout_set.path / "page.html")
    with pytest.raises(InputError, match="images must be at least 1, got 0"):
        view(popout_set, tmp_path / "page.html", images=0)
    (tmp_path / "page.html").mkdir()
    with pytest.raises(OutputError, match="is a folder"):
        view(popout_set, tmp_path / "page.html")
    assert not any((tmp_path / "page.html").iterdir())
    assert not list(popout_set.path.glob("*.html"))


@pytest.mark.slow
def test_the_command_writes_beside_the_user(run, popout_set, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, output = run("data", "view", popout_set.path, "--images", 2)
    assert (code, "Page: popout.html" in output) == (0, True)
    assert Page(tmp_path / "popout.html").tags.count("svg") == 2
    monkeypatch.chdir(popout_set.path)
    code, output = run("data", "view", popout_set.path)
    assert code != 0
    assert "inside the data set" in output
