"""Another process that holds folders and files."""

import subprocess
import sys
import time
from contextlib import contextmanager

from support.killing import SUPPORT, environment


@contextmanager
def held(ready, **places):
    """The process, which holds folder=PLACE or file=PLACE; both may be lists. It is ended at the end.

    `ready` is a file that does not exist yet.
    """
    words = [f"{kind}={place}" for kind, several in places.items() for place in _listed(several)]
    command = [sys.executable, str(SUPPORT / "hold.py"), str(ready), *words]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, env=environment())
    try:
        while not ready.exists():
            assert process.poll() is None
            time.sleep(0.01)
        yield process
    finally:
        process.stdin.close()
        process.wait(timeout=20)


def _listed(places):
    return places if isinstance(places, list) else [places]
