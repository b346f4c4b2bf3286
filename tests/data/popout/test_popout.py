import numpy as np
import pyarrow.parquet as pq
import pytest

from gazemap.data.popout.generate import popout, true_density
from gazemap.errors import InputError


def contents(folder):
    return {p.relative_to(folder): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_the_same_seed_gives_the_same_bytes(tmp_path):
    sets = [popout(tmp_path / name, images=10, seed=seed) for name, seed in (("a", 3), ("b", 3), ("c", 4))]
    a, b, c = (contents(dataset.path) for dataset in sets)
    assert a == b
    assert a != c


def test_splits_share_the_kinds_evenly(popout_set):
    kinds = pq.read_table(popout_set.path / "targets.parquet")["kind"].to_pylist()
    by_split = {}
    for sample, kind in zip(popout_set, kinds, strict=True):
        by_split.setdefault(sample.split, []).append(kind)
    for split, shown in by_split.items():
        assert len(set(shown)) == 5, split


def test_fixations_are_drawn_from_the_stated_density(popout_set):
    """The mean log-likelihood of the points is that of the density itself, within its error."""
    targets = pq.read_table(popout_set.path / "targets.parquet").to_pylist()
    found, expected, variance = 0.0, 0.0, 0.0
    for sample, row in zip(popout_set, targets, strict=True):
        density = true_density((row["x"], row["y"]), sample.size)
        assert density.sum() == pytest.approx(1)
        logs = np.log(density)
        found += (sample.fixation_map() * logs).sum()
        mean = (density * logs).sum()
        expected += len(sample.fixations) * mean
        variance += len(sample.fixations) * (density * (logs - mean) ** 2).sum()
    assert abs(found - expected) < 4 * np.sqrt(variance)


def test_most_fixations_of_an_image_lie_at_its_target(popout_set):
    targets = pq.read_table(popout_set.path / "targets.parquet").to_pylist()
    near = []
    for sample, row in zip(popout_set, targets, strict=True):
        distance = np.hypot(sample.fixations.x - row["x"], sample.fixations.y - row["y"])
        near.append((distance < 0.135 * sample.size[1]).mean())
    assert 0.5 < np.mean(near) < 0.75


def test_too_few_or_too_small_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"images must be at least 10 .* got 3 and"):
        popout(tmp_path / "a", images=3)
