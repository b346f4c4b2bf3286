"""A script that is killed as soon as a file is there."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

SUPPORT = Path(__file__).parent


def environment():
    """That of a process which finds these modules, and the gazemap that is tested."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(SUPPORT.parent), *sys.path])}


def kill_when(there, script, *arguments, after=0.0):
    """Start a script of this folder and SIGKILL it, `after` seconds after `there` exists."""
    command = [sys.executable, str(SUPPORT / script), *map(str, arguments)]
    process = subprocess.Popen(command, env=environment())
    started = time.monotonic()
    while not there.exists() and process.poll() is None:
        assert time.monotonic() - started < 100
        time.sleep(0.005)
    time.sleep(after)
    process.send_signal(signal.SIGKILL)
    process.wait()
