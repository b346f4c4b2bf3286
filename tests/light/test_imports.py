"""What is on the way to a first heat map imports no large package before it is needed."""

from support.light import run_python

LATER = {"h5py", "pyarrow", "pydantic", "rich", "scipy", "yaml", "importlib.metadata", "platformdirs"}

ROOMS = """
import sys
from gazemap.gaze import areas, blurring, detection, fixations
from gazemap.images import fingerprints, looks, map_files, names, reading
from gazemap.system import array_cache, checking, extras, files, fingerprint, memory, plain, progress
from gazemap.system import yaml_files
print(*sorted({later!r} & sys.modules.keys()))
"""


def test_rooms_that_all_others_use_import_nothing_large(tmp_path):
    assert run_python(ROOMS.format(later=LATER), tmp_path).split() == []
