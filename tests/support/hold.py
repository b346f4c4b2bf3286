"""A process that holds a folder or file: hold.py folder|file PLACE READY; it ends with its standard input."""

import sys
from pathlib import Path

from gazemap.system.locks import only_one, only_one_file

kind, place, ready = sys.argv[1:]
with (only_one if kind == "folder" else only_one_file)(Path(place), "testing"):
    Path(ready).touch()
    sys.stdin.read()
