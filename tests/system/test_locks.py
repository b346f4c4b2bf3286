import os
import signal
import threading
import time

import pytest
from support.holding import held

from gazemap.errors import OutputError
from gazemap.system.files import new_folder
from gazemap.system.locks import clear_lock, only_one, only_one_file


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("kind", ["folder", "file"])
def test_the_second_process_is_told_who_the_first_is(kind, tmp_path):
    place, ready = tmp_path / "place", tmp_path / "ready"
    take = only_one if kind == "folder" else only_one_file
    with held(ready, **{kind: place}) as process:
        expected = (
            rf"place is in use by process {process.pid}, testing since \d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d "
            rf"\(`hold\.py .*{kind}=.*`\)\. Wait for it, or choose another\."
        )
        with pytest.raises(OutputError, match=expected), take(place, "more"):
            pass
    with take(place, "more"):
        pass
    assert names(tmp_path) == ["ready"]


@pytest.mark.parametrize("kind", ["folder", "file"])
def test_a_killed_process_blocks_nobody(kind, tmp_path):
    place, ready = tmp_path / "place", tmp_path / "ready"
    with held(ready, **{kind: place}) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
    with only_one(place, "more") if kind == "folder" else only_one_file(place, "more"):
        pass
    assert [name for name in names(tmp_path) if "in-use" in name] == []


@pytest.mark.parametrize("kind", ["folder", "file"])
def test_readers_clear_the_lock_of_a_killed_process_alone(kind, tmp_path):
    place = tmp_path / "place"
    place.mkdir() if kind == "folder" else place.write_text("scores")
    with held(tmp_path / "ready", **{kind: place}) as process:
        before = sorted(tmp_path.rglob("*"))
        clear_lock(place)
        assert sorted(tmp_path.rglob("*")) == before
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert sorted(tmp_path.rglob("*")) == before
    clear_lock(place)
    assert sorted(tmp_path.rglob("*")) == [path for path in before if "in-use" not in path.name]


def test_one_that_waits_says_so_and_then_has_it(tmp_path, capsys):
    place, got = tmp_path / "scores.csv", threading.Event()

    def wait():
        with only_one_file(place, "scoring", wait=True):
            got.set()

    with held(tmp_path / "ready", file=place) as process:
        waiting = threading.Thread(target=wait)
        waiting.start()
        while "Waiting for it." not in (said := capsys.readouterr().err):
            time.sleep(0.01)
        assert f"scores.csv is in use by process {process.pid}, testing since" in said
        assert not got.is_set()
    waiting.join(20)
    assert got.is_set()
    assert names(tmp_path) == ["ready"]


def test_threads_of_one_process_are_two_as_well(tmp_path):
    said = f"process {os.getpid()}, a since"
    with only_one(tmp_path, "a"), pytest.raises(OutputError, match=said), only_one(tmp_path, "b"):
        pass


def test_what_was_there_stays_and_an_empty_new_folder_goes(tmp_path):
    with only_one(tmp_path / "made", "nothing"):
        assert names(tmp_path / "made") == [".in-use"]
    (tmp_path / "there").mkdir()
    with only_one(tmp_path / "there", "nothing"):
        pass
    assert names(tmp_path) == ["there"]


def test_a_new_folder_is_made_by_one(tmp_path):
    place, said = tmp_path / "set", "set is in use by process"
    with held(tmp_path / "ready", file=place), pytest.raises(OutputError, match=said), new_folder(place):
        pass
    assert names(tmp_path) == ["ready"]


def test_a_file_system_without_locks_has_them_as_files(tmp_path, monkeypatch):
    """As on some network shares, where the system's call fails; a process that has ended blocks nobody."""
    import filelock

    def refused(self, *arguments, **options):
        raise OSError(37, "No locks available")

    monkeypatch.setattr(filelock.FileLock, "acquire", refused)
    said = "is in use by another process"
    with only_one(tmp_path, "a"), pytest.raises(OutputError, match=said), only_one(tmp_path, "b"):
        pass
    with only_one(tmp_path, "b"):
        pass
    assert names(tmp_path) == []
