"""What `pip install gazemap` brings: few megabytes, and no package of an extra (`make light` makes it)."""

import sysconfig
from importlib.util import find_spec
from pathlib import Path

import pytest

from gazemap.system.extras import EXTRAS

MOST = 400e6  # bytes, the installer and the test tools included

pytestmark = pytest.mark.skipif(
    find_spec("torch") is not None, reason="this environment has extras; `make light` makes one without"
)


def test_no_package_of_an_extra_is_installed():
    assert [name for name in (*EXTRAS, "torchvision") if find_spec(name)] == []


def test_it_is_small():
    folder = Path(sysconfig.get_path("purelib"))
    sizes = {part: sum(f.stat().st_size for f in part.rglob("*") if f.is_file()) for part in folder.iterdir()}
    largest = sorted(sizes, key=sizes.get)[-5:]
    told = ", ".join(f"{part.name} {sizes[part] / 1e6:.0f}" for part in largest)
    assert sum(sizes.values()) < MOST, f"{sum(sizes.values()) / 1e6:.0f} MB; the largest: {told}"
