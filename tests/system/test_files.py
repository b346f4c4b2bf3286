import errno
import os
import threading
from types import SimpleNamespace

import pytest

from gazemap.errors import OutputError
from gazemap.system import writing
from gazemap.system.files import new_folder, replacing, write_text
from gazemap.system.writing import check_room, check_writable


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path):
    write_text(tmp_path / "a.txt", "old")
    with pytest.raises(UnicodeEncodeError):
        write_text(tmp_path / "a.txt", "half" * 10_000 + "\udc80")  # no UTF-8
    assert (tmp_path / "a.txt").read_text() == "old"
    write_text(tmp_path / "a.txt", "new")
    assert (tmp_path / "a.txt").read_text() == "new"
    assert (tmp_path / "a.txt").stat().st_mode & 0o777 == 0o644
    assert names(tmp_path) == ["a.txt"]


def test_what_a_killed_process_left_is_taken_over(tmp_path):
    (tmp_path / ".a.unfinished.txt").write_text("much longer than what is written next")
    write_text(tmp_path / "a.txt", "new")
    assert (tmp_path / "a.txt").read_text() == "new"
    stale = tmp_path / ".set.unfinished" / "images"
    stale.mkdir(parents=True)
    (stale / "1.png").write_text("half")
    with new_folder(tmp_path / "set") as folder:
        assert names(folder) == []
        (folder / "b").write_text("whole")
    assert names(tmp_path) == ["a.txt", "set"]
    assert names(tmp_path / "set") == ["b"]


def test_two_that_write_one_file_at_once_do_not_mix(tmp_path):
    path = tmp_path / "a.txt"
    with replacing(path) as first, replacing(path) as second:
        assert first != second
        first.write_text("first")
        second.write_text("second")
    assert path.read_text() == "first"  # it ended last
    assert names(tmp_path) == ["a.txt"]


def test_many_threads_leave_one_whole_file(tmp_path):
    texts = [str(number) * 10_000 for number in range(8)]

    def write(text):
        for _ in range(20):
            write_text(tmp_path / "a.txt", text)

    threads = [threading.Thread(target=write, args=[text]) for text in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (tmp_path / "a.txt").read_text() in texts
    assert names(tmp_path) == ["a.txt"]


def test_another_users_left_over_file_is_no_obstacle(tmp_path):
    """Its name cannot be opened: here it is a link, which is not followed either."""
    (tmp_path / "elsewhere").write_text("kept")
    (tmp_path / ".a.unfinished.txt").symlink_to(tmp_path / "elsewhere")
    write_text(tmp_path / "a.txt", "new")
    assert (tmp_path / "a.txt").read_text() == "new"
    assert (tmp_path / "elsewhere").read_text() == "kept"


def test_a_place_that_can_be_written_stays_as_it_was(tmp_path):
    check_writable(tmp_path / "new" / "deep" / "a.csv")
    check_writable(tmp_path / "new" / "deep", folder=True)
    check_writable(tmp_path, folder=True)
    (tmp_path / "a.csv").write_text("old")
    check_writable(tmp_path / "a.csv")
    assert names(tmp_path) == ["a.csv"]
    assert (tmp_path / "a.csv").read_text() == "old"


def test_a_place_of_another_kind_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="is a folder, and the result is a file"):
        check_writable(tmp_path)
    with pytest.raises(OutputError, match="is a file, and the result is a folder"):
        check_writable(tmp_path / "file", folder=True)
    for folder in (False, True):
        with pytest.raises(
            OutputError, match=r"file/below/a\.csv cannot be written: Not a directory: .*file\."
        ):
            check_writable(tmp_path / "file" / "below" / "a.csv", folder=folder)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_a_full_or_closed_place_is_refused(number, tmp_path, monkeypatch):
    def refused(*arguments, **options):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(writing.tempfile, "TemporaryFile", refused)
    with pytest.raises(
        OutputError, match=rf"a\.csv cannot be written: {os.strerror(number)}\. Free space or"
    ):
        check_writable(tmp_path / "a.csv")


def test_room_is_asked_for_with_some_to_spare(tmp_path, monkeypatch):
    monkeypatch.setattr(writing.shutil, "disk_usage", lambda folder: SimpleNamespace(free=3 * 2**20))
    check_room(tmp_path, 2 * 2**20)
    with pytest.raises(OSError, match="No space left on device"):
        check_room(tmp_path, 2 * 2**20 + 1)
