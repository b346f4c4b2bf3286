import io
import os
import sys
import types

import pytest
from PIL import Image

from gazemap.errors import InputError
from gazemap.prediction.files.sources import open_sources


@pytest.fixture
def photos(tmp_path):
    for name in ("a.jpg", "a.png", "deep/b.JPG", "deep/er/c.webp", "other/a.jpg", "notes.txt", ".hidden.png"):
        (tmp_path / "photos" / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (2, 2)).save(tmp_path / "photos" / name, "PNG")
    (tmp_path / "photos" / "notes.txt").write_text("no image")
    return tmp_path / "photos"


ALL = ["a.jpg", "a.png", "deep/b.JPG", "deep/er/c.webp", "other/a.jpg"]


def names(*sources):
    with open_sources(sources) as found:
        listed = sorted(name for _, name in found)
        assert len(listed) == len(found)
        for path, name in found:
            assert os.path.abspath(path) == os.path.join(found.root, name)
        return listed


def test_a_file_is_named_alone(photos):
    assert names(photos / "deep" / "b.JPG") == ["b.JPG"]
    assert names(str(photos / "notes.txt")) == ["notes.txt"]  # said to be an image: reading will tell


def test_a_folder_gives_the_images_below_it_mirrored(photos):
    assert names(photos) == ALL
    assert names(f"{photos}/") == ALL


def test_equal_names_in_two_folders_are_told_apart(photos):
    assert names(photos / "a.jpg", photos / "other" / "a.jpg") == ["a.jpg", "other/a.jpg"]
    assert names(photos / "deep", photos / "other") == ["deep/b.JPG", "deep/er/c.webp", "other/a.jpg"]


def test_patterns(photos):
    assert names(f"{photos}/**/*.jpg") == ["a.jpg", "other/a.jpg"]
    assert names(f"{photos}/*/*") == ["deep/b.JPG", "other/a.jpg"]
    assert names(f"{photos}/d*/b.*") == ["deep/b.JPG"]
    assert names(f"{photos}/*.bmp") == ["*.bmp"]  # nothing fits: it is a file that is missing


def test_a_list_has_one_path_a_line(photos, tmp_path, monkeypatch):
    lines = [str(photos / "a.jpg"), "", str(photos / "deep" / "er" / "c.webp"), str(photos / "none.png")]
    (tmp_path / "list.txt").write_text("\r\n".join(lines) + "\n")
    assert names(f"@{tmp_path / 'list.txt'}") == ["a.jpg", "deep/er/c.webp", "none.png"]
    monkeypatch.chdir(photos)
    (tmp_path / "list.txt").write_text("a.jpg\n./deep/../a.png\n../photos/other/a.jpg")
    assert names(f"@{tmp_path / 'list.txt'}") == ["a.jpg", "a.png", "other/a.jpg"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_list_is_read_as_editors_save_it(photos, tmp_path, encoding, end):
    (photos / "a.jpg").rename(photos / "f\u00e4cher.jpg")
    text = end.join([str(photos / "f\u00e4cher.jpg"), "", str(photos / "a.png")])
    marks = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}
    (tmp_path / "list.txt").write_bytes(marks.get(encoding, b"") + text.encode(encoding))
    assert names(f"@{tmp_path / 'list.txt'}") == ["a.png", "f\u00e4cher.jpg"]


def test_a_list_s_names_may_be_relative_to_its_folder(photos, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (photos / "list.txt").write_text("a.jpg\ndeep/b.JPG\n")
    assert names("@photos/list.txt") == ["a.jpg", "deep/b.JPG"]


def test_home_and_file_addresses_are_paths(photos, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(photos))
    (photos / "a b.png").write_bytes((photos / "a.png").read_bytes())
    address = (photos / "a b.png").as_uri()
    (tmp_path / "list.txt").write_text(f"~/a.jpg\n{address}\n")
    expected = ["a b.png", "a.jpg"]
    assert names(f"@{tmp_path / 'list.txt'}") == expected
    assert names("~/a.jpg", address) == expected
    assert names("~/deep") == ["b.JPG", "er/c.webp"]
    assert names("https://example.org/a.jpg") == ["a.jpg"]  # reading says what it is


def test_the_standard_input_is_a_list(photos, monkeypatch):
    content = "\n".join(str(photos / name) for name in ALL)
    monkeypatch.setattr(sys, "stdin", types.SimpleNamespace(buffer=io.BytesIO(content.encode())))
    assert names("-") == ALL


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "deep/er/c.webp"])
def test_an_image_in_the_place_of_a_list_is_explained(photos, name):
    with pytest.raises(InputError, match="A list must be text with one path of an image per line, got other"):
        names(f"@{photos / name}")


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "deep/er/c.webp"])
def test_an_image_on_the_standard_input_is_that_image(photos, monkeypatch, name):
    content = (photos / name).read_bytes()
    monkeypatch.setattr(sys, "stdin", types.SimpleNamespace(buffer=io.BytesIO(content)))
    with open_sources(["-"]) as found:
        [(file, called)] = found
        assert (called, file.read_bytes()) == ("stdin", content)
        assert [called for _, called in found] == ["stdin"]  # it is gone through twice
        assert found.told(f"{file} is damaged") == "stdin is damaged"
    monkeypatch.setattr(sys, "stdin", types.SimpleNamespace(buffer=io.BytesIO(content)))
    with open_sources([photos / "a.png", "-", photos / "a.jpg"]) as found:
        assert [called for _, called in found] == ["a.png", "stdin", "a.jpg"]


def test_names_that_are_no_text_are_kept(photos, tmp_path):
    name = b"caf\xe9 \n.jpg"
    (photos / "a.jpg").rename(os.path.join(os.fsencode(photos), name).decode(errors="surrogateescape"))
    assert os.fsdecode(name) in names(photos)


def test_results_and_hidden_files_are_no_sources(photos):
    for ending in (".saliency.png", ".saliency16.png", ".overlay.jpg", ".contour.jpg"):
        (photos / f"a.jpg{ending}").write_bytes(b"")
    (photos / ".unfinished").mkdir()
    (photos / ".unfinished" / "x.png").write_bytes(b"")
    assert names(photos) == ALL
    assert names(f"{photos}/*") == ["a.jpg", "a.png"]


def test_linked_folders_are_followed_once(photos, tmp_path):
    (photos / "deep" / "back").symlink_to(photos)
    assert names(photos) == ALL
    (tmp_path / "elsewhere" / "more").mkdir(parents=True)
    Image.new("RGB", (2, 2)).save(tmp_path / "elsewhere" / "more" / "d.png")
    for name in ("linked", "again"):
        (photos / name).symlink_to(tmp_path / "elsewhere")
    found = names(photos)
    assert len(found) == len(ALL) + 1
    assert next(name for name in found if name not in ALL).endswith("more/d.png")


def besides(*sources):
    with open_sources(sources) as found:
        return found.besides.notes(), {entry.path: entry.reason for entry in found.left_out()}


def test_what_else_a_folder_holds_is_counted_and_named(photos):
    for name, content in (
        ("a.psd", b"8BPS\0\1"),
        ("deep/b.svg", b"<svg/>"),
        ("deep/c.SVG", b"<svg/>"),
        ("unnamed", b"8BPS\0\1"),
        ("a.jpg.saliency.png", b""),
        ("made_by.json", b"{}"),
        ("paper.pdf", b"%PDF-1.7"),
    ):
        (photos / name).write_bytes(content)
    os.mkfifo(photos / "pipe")  # opening it would wait forever
    notes, left_out = besides(photos)
    assert notes == [
        "4 files look like images of other kinds (2 .svg, 1 .psd, 1 without ending) and were not read.",
        "3 other files, 1 hidden, 2 of gazemap's own results were passed over.",
    ]
    assert len(left_out) == 4
    assert left_out[str(photos / "a.psd")] == (
        f"{photos / 'a.psd'} is a Photoshop file, which is not read here; export it as JPEG or PNG."
    )
    assert names(photos) == ALL


def test_a_folder_that_cannot_be_opened_is_named(photos, monkeypatch):
    real = os.scandir

    def scandir(path):
        if os.fspath(path).endswith("deep"):
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    notes, left_out = besides(photos)
    assert notes[0] == "1 folder cannot be opened."
    closed = str(photos / "deep")
    assert left_out == {closed: f"{closed} is a folder that cannot be opened: Permission denied."}


def test_images_are_known_by_their_first_bytes_too(photos):
    (photos / "a.png").rename(photos / "without ending")
    (photos / "a.jpg").rename(photos / "photo.jpg.download")
    assert names(photos) == [*ALL[2:], "photo.jpg.download", "without ending"]


def test_nothing_but_other_kinds_says_so(tmp_path):
    (tmp_path / "a.psd").write_bytes(b"8BPS\0\1")
    with pytest.raises(InputError, match=r"1 file looks like an image of other kinds \(1 \.psd\)"):
        names(tmp_path)


def test_a_file_of_a_pattern_s_name_is_a_file(photos, monkeypatch):
    monkeypatch.chdir(photos)
    for name in ("[1].png", "@2.png"):
        Image.new("RGB", (2, 2)).save(photos / name)
        assert names(name) == [name]


def test_nothing_at_all_is_refused(photos, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=r"no images in .*empty.*\.jpg"):
        names(tmp_path / "empty")
    with pytest.raises(InputError, match="no images in an empty list"):
        names()
    with pytest.raises(InputError, match=r"list .*nowhere\.txt cannot be read: No such file"):
        names(f"@{tmp_path}/nowhere.txt")
