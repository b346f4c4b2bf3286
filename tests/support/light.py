"""What must work without the packages of the extras, each in a process of its own."""

import os
import subprocess
import sys

from gazemap.system.extras import EXTRAS

LOADED = 99  # the exit code when a package of an extra was imported

_SCRIPT = """
import sys
absent, work = {absent!r}, {work!r}

class Finder:  # does not find what is absent, as where it is not installed
    def __init__(self, own):
        self.own = own

    def find_spec(self, name, path=None, target=None):
        return None if name.partition(".")[0] in absent else self.own.find_spec(name, path, target)

    def __getattr__(self, name):
        return getattr(self.own, name)

sys.meta_path[:] = [Finder(own) for own in sys.meta_path]
try:
    exec(compile(work, "work", "exec"), {{"__name__": "__main__"}})
finally:
    loaded = sorted({{name.partition(".")[0] for name in sys.modules}} & {extras!r})
    if loaded:
        print("imported:", *loaded, file=sys.stderr)
        sys.stderr.flush()
        __import__("os")._exit({loaded_code})
"""
_COMMAND = "import sys; sys.argv = {words!r}; from gazemap.cli import main; main()"


def run_python(code, folder, *, absent=False):
    """Run code in a new process, in a folder; fails if it fails, or if it imports a package of an extra.

    `absent` makes the imports of these packages fail, as they do where no extra is installed. Returns
    what it prints.
    """
    done = _run(code, folder, absent)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def run_command(folder, *words, absent=False):
    """The same with a command as a user types it: its exit code, and all that it prints."""
    done = _run(_COMMAND.format(words=["gazemap", *map(str, words)]), folder, absent)
    assert done.returncode != LOADED, done.stdout + done.stderr
    return done.returncode, done.stdout + done.stderr


def _run(work, folder, absent):
    script = _SCRIPT.format(
        absent=sorted(EXTRAS) if absent else [], work=work, extras={*EXTRAS}, loaded_code=LOADED
    )
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "COLUMNS": "200"}
    return subprocess.run(
        [sys.executable, "-c", script], cwd=folder, env=environment, capture_output=True, text=True
    )
