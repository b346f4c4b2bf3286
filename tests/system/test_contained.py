"""A reader that ends its process is tried in a copy."""

import os

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
