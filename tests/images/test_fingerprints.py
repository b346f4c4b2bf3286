import imagehash
import numpy as np
import pytest
from PIL import Image, ImageOps
from support.pictures import picture

from gazemap.errors import DataError
from gazemap.images.fingerprints import DISTANCE, FINGERPRINT, known_again
from gazemap.images.looks import LOOK, gray_version, look, perceptual_hashes


@pytest.fixture
def looks(tmp_path):
    """The looks of images, each saved as a file: (image, suffix, options)."""

    def of(*images):
        rows = []
        for number, (image, suffix, options) in enumerate(images):
            file = tmp_path / f"{len(list(tmp_path.iterdir()))}-{number}.{suffix}"
            image.save(file, **options)
            rows.append(look(file))
        return np.stack(rows)

    return of


def changed(image):
    """Copies as they are passed on."""
    half = image.resize((image.width // 2, image.height // 2))
    return {
        "png": (image, "png", {}),
        "poor jpeg": (image, "jpg", {"quality": 30}),
        "half": (half, "jpg", {"quality": 90}),
        "squashed": (image.resize((256, 256)), "jpg", {"quality": 85}),
        "mirrored": (ImageOps.mirror(image), "png", {}),
        "mirrored and half": (ImageOps.mirror(half), "jpg", {"quality": 60}),
        "gray": (image.convert("L"), "png", {}),
    }


@pytest.mark.slow
def test_copies_are_known_again_and_other_pictures_are_not(looks):
    known = looks(*((picture(seed, (640, 480)), "jpg", {"quality": 92}) for seed in range(20)))
    assert known.shape == (20, LOOK)
    fingerprints = known[:, :FINGERPRINT]
    for seed in range(3):
        copies = changed(picture(seed, (640, 480)))
        found = known_again(looks(*copies.values()), fingerprints)
        assert dict(zip(copies, found.tolist(), strict=True)) == dict.fromkeys(copies, True)
    others = looks(*((picture(seed, (640, 480)), "jpg", {}) for seed in range(20, 60)))
    assert not known_again(others, fingerprints).any()
    assert known_again(known, fingerprints).all()


@pytest.mark.parametrize("side", [8, 16])
def test_hashes_are_those_of_imagehash(tmp_path, side):
    for seed in range(10):
        file = tmp_path / f"{seed}.jpg"
        picture(seed, (200 + 30 * seed, 150)).save(file)
        gray = gray_version(file)
        both = (
            imagehash.phash(image, hash_size=side).hash.ravel() for image in (gray, ImageOps.mirror(gray))
        )
        for own, expected in zip(perceptual_hashes(gray, side), both, strict=True):
            np.testing.assert_array_equal(own, expected)


def test_flat_images_are_known_by_their_file_alone(looks):
    gray, white = Image.new("RGB", (60, 40), (127,) * 3), Image.new("RGB", (60, 40), (255,) * 3)
    known = looks((gray, "png", {}), (white, "png", {}))
    assert not known[:, -32:].any()
    again = looks((gray, "png", {}), (gray, "bmp", {}), (picture(0), "png", {}))
    assert known_again(again, known[:, :FINGERPRINT]).tolist() == [True, False, False]


def test_bits_are_counted_one_by_one():
    random = np.random.default_rng(0)
    known = random.integers(1, 256, (5, FINGERPRINT), np.uint8)
    for bits, expected in ((DISTANCE, True), (DISTANCE + 1, False)):
        for at in (slice(8, 40), slice(40, 72)):  # the image's own hash, or its mirror image's
            asked = random.integers(1, 256, (1, LOOK), np.uint8)
            flipped = np.unpackbits(known[3, 8:])
            flipped[random.permutation(256)[:bits]] ^= 1
            asked[0, at] = np.packbits(flipped)
            assert known_again(asked, known).tolist() == [expected]
    assert known_again(np.empty((0, LOOK), np.uint8), known).shape == (0,)
    assert known_again(known[:1, [*range(40), *range(8, 40)]], known[:0]).tolist() == [False]


def test_what_cannot_be_read_is_named(tmp_path):
    with pytest.raises(DataError, match=r"no image file .*1\.jpg"):
        look(tmp_path / "1.jpg")
    picture(0).save(tmp_path / "1.jpg")
    (tmp_path / "1.jpg").write_bytes((tmp_path / "1.jpg").read_bytes()[:1000])
    with pytest.raises(DataError, match=r"1\.jpg is damaged"):
        look(tmp_path / "1.jpg")


@pytest.mark.slow
def test_real_photos(shared_data):
    """Half of OSIE is known: of the others only the copy of 1279 is found; SALICON squashed is, no other."""
    stimuli = sorted((shared_data / "osie" / "data" / "stimuli").glob("*.jpg"))
    looks = np.stack([look(file) for file in stimuli])
    found = known_again(looks, looks[::2, :FINGERPRINT])
    assert [stimuli[i].stem for i in np.nonzero(found)[0] if i % 2] == ["1374"]
    assert found[::2].all()
    small = sorted((shared_data / "salicon" / "images-256" / "train").iterdir())
    large = sorted((shared_data / "salicon" / "images" / "train").iterdir())
    found = known_again(
        np.stack([look(f) for f in small]), np.stack([look(f) for f in large])[:, :FINGERPRINT]
    )
    names = {file.stem for file in large}
    assert [file.stem for file in np.array(small)[found]] == [f.stem for f in small if f.stem in names]
