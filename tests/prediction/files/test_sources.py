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


def test_the_standard_input_is_a_list(photos, monkeypatch):
    content = "\n".join(str(photos / name) for name in ALL)
    monkeypatch.setattr(sys, "stdin", types.SimpleNamespace(buffer=io.BytesIO(content.encode())))
    assert names("-") == ALL


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "deep/er/c.webp"])
def test_an_image_in_the_place_of_a_list_is_explained(photos, monkeypatch, name):
    content = (photos / name).read_bytes()
    monkeypatch.setattr(sys, "stdin", types.SimpleNamespace(buffer=io.BytesIO(content)))
    with pytest.raises(InputError, match="A list must be text with one path of an image per line"):
        names("-")
    with pytest.raises(InputError, match="got other bytes"):
        names(f"@{photos / name}")


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


def test_folders_that_lead_back_are_not_followed(photos):
    (photos / "deep" / "back").symlink_to(photos)
    assert names(photos) == ALL


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
