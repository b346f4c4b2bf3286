"""A reader that ends its process is tried in a copy."""

import os
import time

from gazemap.system.contained import failure_of


def test_a_reader_that_works_is_no_failure():
    assert failure_of(lambda: "read") is None


def test_errors_are_told():
    def fail():
        raise ValueError("line 3 is no number")

    assert failure_of(fail) == "line 3 is no number"


def test_the_end_of_the_copy_is_not_ours(capfd):
    def stop():
        os.write(2, b"panicked at bit_util.rs")
        os.kill(os.getpid(), 9)

    assert "damaged" in failure_of(stop)
    assert capfd.readouterr().err == ""


def test_a_copy_that_does_not_end_says_nothing(monkeypatch):
    monkeypatch.setattr("gazemap.system.contained._SECONDS", 1)
    assert failure_of(lambda: time.sleep(30)) is None
