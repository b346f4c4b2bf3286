"""A process that holds places until its input ends: hold.py READY folder=PLACE file=PLACE ..."""

import sys
from contextlib import ExitStack
from pathlib import Path

from gazemap.system.locks import only_one, only_one_file

TAKE = {"folder": only_one, "file": only_one_file}

ready, *places = sys.argv[1:]
with ExitStack() as stack:
    for place in places:
        kind, _, path = place.partition("=")
        stack.enter_context(TAKE[kind](Path(path), "testing"))
    Path(ready).touch()
    sys.stdin.read()
