import numpy as np
import pytest
import torch

from gazemap.data.batches.arrays import epoch_batches, load_arrays
from gazemap.data.batches.targets import Target, TargetMaker


@pytest.fixture(scope="module")
def arrays(popout_set):
    return load_arrays(popout_set, input_size=(24, 32), target_size=(12, 16), target=Target())


def test_arrays_have_the_network_s_sizes(arrays, popout_set):
    assert arrays.images.shape == (30, 3, 24, 32)
    assert arrays.images.dtype == torch.uint8
    assert arrays.targets.shape == (30, 12, 16)
    assert arrays.targets.dtype == torch.float32
    assert arrays.targets.min() >= 0
    assert (arrays.targets.amax((1, 2)) > 0.5).all()  # a peak of 1 before it was reduced
    assert arrays.fixations.sum().item() == sum(len(sample.fixations) for sample in popout_set)


def test_a_target_is_the_blurred_map_scaled_and_reduced(popout_set):
    from PIL import Image
    from scipy.ndimage import gaussian_filter

    sample = popout_set[0]
    blurred = gaussian_filter((sample.fixation_map((480, 640)) > 0).astype(float), 19)
    scaled = ((blurred - blurred.min()) / np.ptp(blurred)).astype(np.float32)
    expected = np.asarray(Image.fromarray(scaled).resize((48, 48), Image.Resampling.BILINEAR))
    made = TargetMaker((96, 96), (48, 48), "stretch", Target())(sample)
    np.testing.assert_allclose(made, expected, atol=1e-6)


def epoch(arrays, mirror, seed=0, number=0):
    batches = epoch_batches(arrays, batch_size=7, mirror=mirror, seed=seed, epoch=number)
    parts = [torch.cat(part) for part in zip(*(batch.parts for batch in batches), strict=True)]
    assert len(parts[0]) % 7 == (60 if mirror == "copies" else 30) % 7
    return parts


def identify(arrays, images, targets, fixations):
    """Which image each row is, and whether it is mirrored; target and fixations must be that image's too."""
    found = []
    for image, target, fixated in zip(images, targets, fixations, strict=True):
        for flipped in (False, True):
            same = (arrays.images.flip(-1) if flipped else arrays.images) == image
            for index in same.flatten(1).all(1).nonzero().ravel().tolist():
                own = (arrays.targets[index], arrays.fixations[index])
                for known, part in zip(own, (target, fixated), strict=True):
                    assert torch.equal(known.flip(-1) if flipped else known, part)
                found.append((index, flipped))
    return found


@pytest.mark.parametrize(("mirror", "count"), [("none", 30), ("half", 30), ("copies", 60)])
def test_every_image_once_an_epoch_and_its_target_follows(arrays, mirror, count):
    found = identify(arrays, *epoch(arrays, mirror))
    assert len(set(found)) == count
    if mirror == "none":
        assert not any(flipped for _, flipped in found)
    elif mirror == "half":
        assert len({index for index, _ in found}) == 30
        assert sum(flipped for _, flipped in found) == 4 * 3 + 1  # of batches of 7, 7, 7, 7 and 2
    else:
        assert set(found) == {(index, flipped) for index in range(30) for flipped in (False, True)}


def test_the_order_follows_from_seed_and_epoch_alone(arrays):
    first = epoch(arrays, "copies", seed=1, number=5)[0]
    assert torch.equal(first, epoch(arrays, "copies", seed=1, number=5)[0])
    assert not torch.equal(first, epoch(arrays, "copies", seed=1, number=6)[0])
    assert not torch.equal(first, epoch(arrays, "copies", seed=2, number=5)[0])
