import subprocess
import sys

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image
from scipy.ndimage import center_of_mass as centers_of_mass
from scipy.ndimage import gaussian_filter, label, maximum_filter
from support import tiny_model

from gazemap.data.batches.arrays import Arrays, epoch_batches
from gazemap.data.batches.augmentation import Augmentation, augmented
from gazemap.errors import RecipeError
from gazemap.losses import LOSSES, LossTargets, NetworkOutput
from gazemap.models.weights import load_tensors
from gazemap.training import loop
from gazemap.training.checkpoint import LAST
from gazemap.training.loop import train
from gazemap.training.recipe import load_recipe

CELL = 4  # pixels of the images a cell of the grid
GRID = (24, 32)
COLORS = {"brightness": 0.2, "contrast": 0.2, "saturation": 0.2, "hue": 0.1}
EVERYTHING = Augmentation(scale=(0.5, 1.5), aspect=(0.8, 1.25), blur=1.0, **COLORS)


def spots(seed, images=8):
    """Black images with a white disk around each of a few fixations, which lie in cells far apart."""
    random = np.random.default_rng(seed)
    counts = np.zeros((images, *GRID), np.int16)
    for own in counts:
        tiles = random.choice(12, 4, replace=False)  # of 3 x 4, each of 8 x 8 cells
        own[tiles // 4 * 8 + random.integers(2, 6, 4), tiles % 4 * 8 + random.integers(2, 6, 4)] = 1
    points = np.zeros((images, GRID[0] * CELL, GRID[1] * CELL))
    points[:, CELL // 2 :: CELL, CELL // 2 :: CELL] = counts
    y, x = np.mgrid[-4:5, -4:5]
    disks = maximum_filter(points, footprint=(x**2 + y**2 < 20)[None], axes=(0, 1, 2))
    pixels = torch.from_numpy((disks * 255).astype(np.uint8))[:, None].repeat(1, 3, 1, 1)
    targets = F.avg_pool2d(pixels[:, 0].float() / 255, CELL)
    return Arrays(pixels, targets, torch.from_numpy(counts))


def photos(images=6, seed=0, smooth=6):
    """Colored images; the map of each is its first channel, and 20 fixations lie in each."""
    random = np.random.default_rng(seed)
    noise = random.normal(size=(images, 3, GRID[0] * CELL, GRID[1] * CELL))
    smooth = gaussian_filter(noise, (0, 0, smooth, smooth))
    scaled = (smooth - smooth.min()) / np.ptp(smooth)
    pixels = torch.from_numpy((scaled * 255).astype(np.uint8))
    counts = random.multinomial(20, np.full(GRID[0] * GRID[1], 1 / (GRID[0] * GRID[1])), images)
    counts = torch.from_numpy(counts.astype(np.int16).reshape(images, *GRID))
    return Arrays(pixels, F.avg_pool2d(pixels[:, 0].float() / 255, CELL), counts)


def change(batch, options, seed=1, epoch=0, step=0):
    return augmented(batch, options, seed=seed, epoch=epoch, step=step)


def windows(options, images, seed):
    """(left, top, right, bottom) of every window in shares of the frame, read off maps that are ramps."""
    ends = []
    for axis in (1, 0):
        ramp = torch.zeros(GRID) + (torch.arange(GRID[axis]) + 0.5).div(GRID[axis]).unsqueeze(1 - axis)
        batch = photos(images)
        ramps = Arrays(batch.images, ramp.expand(images, -1, -1), batch.fixations)
        line = change(ramps, options, seed).targets.mean(dim=2 - axis).double()
        inner = slice(GRID[axis] // 4, -GRID[axis] // 4)  # beyond, the sampling repeats the border
        slope = line[:, inner].diff(dim=1).mean(dim=1)
        middle = line[:, inner].mean(dim=1)
        ends.append((middle - slope * GRID[axis] / 2, middle + slope * GRID[axis] / 2))
    (left, right), (top, bottom) = ends
    return torch.stack([left, top, right, bottom], dim=1)


def assert_same(first, second):
    for a, b in zip(first.parts, second.parts, strict=True):
        assert torch.equal(a, b)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    scale=st.sampled_from([(1.0, 1.0), (0.3, 1.0), (0.9, 1.6), (2.0, 4.0)]),
    aspect=st.sampled_from([(1.0, 1.0), (0.7, 1.4)]),
    mirror=st.sampled_from(["none", "half", "copies"]),
)
@example(seed=1657, scale=(0.3, 1.0), aspect=(0.7, 1.4), mirror="none")  # a spot that the frame cuts
def test_fixations_stay_on_the_bright_spots(seed, scale, aspect, mirror):
    options = Augmentation(scale=scale, aspect=aspect)
    batches = epoch_batches(spots(seed), batch_size=8, mirror=mirror, seed=seed, epoch=0)
    for step, batch in enumerate(batches):
        moved = change(batch, options, seed=seed, step=step)
        for image, counts in zip(moved.images, moved.fixations, strict=True):
            labels, found = label(image[0].numpy() > 190)
            centers = (np.array(centers_of_mass(labels > 0, labels, range(1, found + 1))) + 0.5) / CELL
            points = np.argwhere(counts.numpy()) + 0.5
            apart = np.linalg.norm(points[:, None] - centers, axis=2)
            assert len(points)
            whole, within = (((at > 2) & (at < np.array(GRID) - 2)).all(axis=1) for at in (centers, points))
            assert (apart.min(axis=0)[whole] <= 1).all()
            assert (apart.min(axis=1)[within] <= 1).all()
            # of a spot that the frame cuts, the center of what is seen is not its own
            bright = (np.argwhere(image[0].numpy() > 190) + 0.5) / CELL
            assert (np.linalg.norm(points[:, None] - bright, axis=2).min(axis=1) <= 1).all()


@pytest.mark.parametrize("seed", range(3))
def test_images_are_what_pillow_cuts_out(seed):
    options = Augmentation(scale=(0.3, 1.0), aspect=(0.7, 1.4))
    batch = photos()
    moved = change(batch, options, seed)
    height, width = batch.images.shape[-2:]
    for image, own, window in zip(batch.images, moved.images, windows(options, 6, seed), strict=True):
        box = (window * torch.tensor([width, height, width, height])).clamp_min(0).tolist()
        box = (*box[:2], min(box[2], width), min(box[3], height))
        picture = Image.fromarray(image.permute(1, 2, 0).numpy())
        cut = np.asarray(picture.resize((width, height), Image.Resampling.BILINEAR, box=box))
        assert np.abs(cut.astype(int) - own.permute(1, 2, 0).numpy()).max() <= 2
    # the map of each is its first channel, reduced; only the repeated border differs a little more
    reduced = F.avg_pool2d(moved.images[:, 0].float() / 255, CELL)
    torch.testing.assert_close(moved.targets, reduced, atol=0.03, rtol=0)


def test_windows_have_the_asked_areas_and_aspects_and_lie_in_the_frame():
    found = windows(Augmentation(scale=(0.4, 0.6), aspect=(0.8, 1.25)), 100, 0)
    sides = found[:, 2:] - found[:, :2]
    area, aspect = sides.prod(dim=1), sides[:, 0] / sides[:, 1]
    for values, low, high in ((area, 0.4, 0.6), (aspect, 0.8, 1.25)):
        assert values.min() == pytest.approx(low, rel=0.05)
        assert values.max() == pytest.approx(high, rel=0.05)
        assert (values > low - 1e-4).all()
        assert (values < high + 1e-4).all()
    assert found.min() > -1e-4
    assert found.max() < 1 + 1e-4
    slack = found[:, :2] / (1 - sides)  # uniform over all positions in the frame
    assert slack.mean(dim=0).tolist() == pytest.approx([0.5, 0.5], abs=0.1)


def test_no_fixation_is_lost_where_nothing_is_cut_off():
    batch = photos()
    moved = change(batch, Augmentation(scale=(1.0, 4.0)))
    assert torch.equal(moved.fixations.sum(dim=(1, 2)), batch.fixations.sum(dim=(1, 2)))
    assert (moved.fixations != batch.fixations).flatten(1).any(dim=1).all()


def test_gray_and_no_salience_lie_around_an_image_made_smaller():
    batch = photos()
    full = Arrays(torch.full_like(batch.images, 255), torch.ones_like(batch.targets), batch.fixations)
    moved = change(full, Augmentation(scale=(4.0, 4.0)))
    assert moved.images.unique().tolist() == [128, 255]
    assert moved.targets.unique().tolist() == [0, 1]
    for part in (moved.images[:, 0] == 255, moved.targets == 1):
        assert part.float().mean(dim=(1, 2)).tolist() == pytest.approx([0.25] * 6, abs=0.02)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 1000))
def test_targets_stay_between_0_and_1(seed):
    batch = photos()
    batch = Arrays(batch.images, (batch.targets > 0.5).float(), batch.fixations)
    targets = change(batch, EVERYTHING, seed).targets
    assert targets.min() >= 0
    assert targets.max() <= 1


@pytest.mark.parametrize("points", [True, False])
def test_an_image_that_would_lose_all_its_salience_stays_as_it_was(points):
    batch = photos(60)
    counts, targets = torch.zeros_like(batch.fixations), torch.zeros_like(batch.targets)
    targets[:, 8:11, 12:15] = 1
    counts[:, 9, 13] = points
    small = Arrays(batch.images, targets, counts)
    moved = change(small, Augmentation(scale=(0.05, 0.3)))
    kept = (moved.images == small.images).flatten(1).all(dim=1)
    assert 10 < kept.sum() < 50
    assert torch.equal(moved.targets[kept], targets[kept])
    assert torch.equal(moved.fixations[kept], counts[kept])
    assert (moved.targets.amax(dim=(1, 2)) > 0).all()
    assert torch.equal(moved.fixations.sum(dim=(1, 2)), counts.sum(dim=(1, 2)))
    raw = torch.randn(60, *GRID, requires_grad=True)
    for name in LOSSES.keys() - {"deep_features", "gram"}:  # which need an encoder
        loss = LOSSES[name](NetworkOutput(raw, "saliency"), LossTargets(moved.targets, moved.fixations))
        [gradient] = torch.autograd.grad(loss, raw)
        assert loss.isfinite(), name
        assert gradient.isfinite().all(), name


@pytest.mark.parametrize("key", [*COLORS, "blur"])
def test_colors_and_blur_move_nothing(key):
    batch = photos(smooth=1)
    changed = change(batch, Augmentation(**{key: 0.5 if key in COLORS else 2.0}))
    assert torch.equal(changed.targets, batch.targets)
    assert torch.equal(changed.fixations, batch.fixations)
    assert (changed.images != batch.images).flatten(1).any(dim=1).all()


def test_brightness_is_a_factor_of_every_pixel():
    batch = photos(200)
    images = torch.full_like(batch.images, 100)
    images[..., ::2] = 50
    bright = change(Arrays(images, batch.targets, batch.fixations), Augmentation(brightness=0.2)).images
    factors = bright[:, 0, 0, 1] / 100
    assert (factors.min(), factors.max()) == pytest.approx((0.8, 1.2), abs=0.02)
    assert (bright == bright[:, :1, :1, :2].repeat(1, 3, GRID[0] * CELL, GRID[1] * CELL // 2)).all()
    assert (bright[:, 0, 0, 0] / 50 - factors).abs().max() < 0.02


def test_contrast_keeps_the_mean_and_saturation_and_hue_keep_gray():
    batch = photos()
    gray = Arrays(batch.images[:, :1].repeat(1, 3, 1, 1), batch.targets, batch.fixations)
    contrast = change(gray, Augmentation(contrast=0.3)).images.float()
    before = gray.images.float()
    torch.testing.assert_close(contrast.mean(dim=(1, 2, 3)), before.mean(dim=(1, 2, 3)), atol=0.5, rtol=0)
    ratios = contrast.flatten(1).std(dim=1) / before.flatten(1).std(dim=1)
    assert ((ratios - 1).abs() < 0.31).all()
    assert (ratios - 1).abs().max() > 0.1
    assert_same(change(gray, Augmentation(saturation=0.9, hue=0.5)), gray)
    hue = change(batch, Augmentation(hue=0.5)).images  # turns colors, keeps what is strongest and weakest
    for extreme in (torch.amax, torch.amin):
        assert (extreme(hue.int(), dim=1) - extreme(batch.images.int(), dim=1)).abs().max() <= 1


def test_a_blur_is_scipy_s_gaussian_of_some_sigma_up_to_the_largest():
    batch = photos(30)
    images = torch.zeros_like(batch.images)
    images[:, :, 40:, 60:] = 255  # an edge, whose blur tells its sigma
    blurred = change(Arrays(images, batch.targets, batch.fixations), Augmentation(blur=3.0)).images
    spread = blurred[:, 0, 80].double().diff(dim=1) / 255
    points = torch.arange(spread.shape[1])
    middle = (spread * points).sum(dim=1, keepdim=True)
    sigmas = (spread * (points - middle) ** 2).sum(dim=1).sqrt()
    assert sigmas.max() == pytest.approx(2.8, abs=0.2)
    assert sigmas.min() < 0.5
    wide = sigmas > 1  # of narrow ones, the pixels of the kernel tell too little
    assert wide.sum() > 10
    for image, sigma in zip(blurred[wide, 0].numpy(), sigmas[wide].tolist(), strict=True):
        expected = gaussian_filter(images[0, 0].numpy().astype(float), sigma, mode="nearest")
        assert np.abs(image - expected).max() < 5


def test_each_image_of_a_batch_is_changed_in_its_own_way():
    one = photos(1)
    batch = one[torch.zeros(6, dtype=torch.long)]
    for options in (Augmentation(scale=(0.4, 0.9)), Augmentation(**COLORS), Augmentation(blur=2.0)):
        images = change(batch, options).images.flatten(1)
        assert len(images.unique(dim=0)) == 6


def test_a_probability_is_that_of_each_step():
    batch = photos(100, smooth=1)
    for options in ({"scale": (0.4, 0.6)}, {"hue": 0.5}, {"blur": 4.0}):
        changed = change(batch, Augmentation(**options, probability=0.5)).images != batch.images
        assert 30 < changed.flatten(1).any(dim=1).sum() < 70
    crops = {"scale": (0.4, 0.6), "probability": 0.5}
    uncropped = (change(batch, Augmentation(**crops)).fixations == batch.fixations).flatten(1).all(dim=1)
    sharp = change(batch, Augmentation(**crops, blur=2.0)).images == batch.images
    assert sharp.flatten(1).all(dim=1).sum() < 0.7 * uncropped.sum()  # drawn each for itself


def test_draws_follow_from_seed_epoch_and_step_alone():
    batch = photos()
    copy = Arrays(*(part.clone() for part in batch.parts))
    first = change(batch, EVERYTHING)
    torch.rand(7)
    np.random.rand(7)
    assert_same(change(batch, EVERYTHING), first)
    assert_same(batch, copy)
    for other in ({"seed": 2}, {"epoch": 1}, {"step": 1}):
        assert not torch.equal(change(batch, EVERYTHING, **other).images, first.images)
    crop = Augmentation(scale=EVERYTHING.scale, aspect=EVERYTHING.aspect)
    assert torch.equal(change(batch, crop).fixations, first.fixations)  # whatever else is asked for


def test_the_global_random_states_are_left_alone():
    torch_state, numpy_state = torch.get_rng_state(), np.random.get_state()[1].copy()
    change(photos(), EVERYTHING)
    assert torch.equal(torch.get_rng_state(), torch_state)
    assert (np.random.get_state()[1] == numpy_state).all()


def test_nothing_asked_for_changes_nothing():
    batch = photos()
    assert change(batch, None) is batch
    assert_same(change(batch, Augmentation()), batch)


@pytest.mark.parametrize(
    ("augment", "message"),
    [
        ("{scale: [0.0, 1.0]}", r"data\.augment\.scale\.0: .*greater than or equal to 0\.01"),
        ("{scale: [0.5, 9.0]}", r"data\.augment\.scale\.1: .*less than or equal to 4"),
        ("{scale: [1.0, 0.5]}", r"data\.augment\.scale: .*lower bound must come first, got \(1\.0, 0\.5\)"),
        ("{scale: 0.5}", r"data\.augment\.scale: "),
        ("{aspect: [1.1, 0.9]}", r"data\.augment\.aspect: .*lower bound must come first"),
        ("{brightness: -0.1}", r"data\.augment\.brightness: .*greater than or equal to 0, got -0\.1"),
        ("{hue: 0.6}", r"data\.augment\.hue: .*less than or equal to 0\.5"),
        ("{blur: .nan}", r"data\.augment\.blur: "),
        ("{probability: 0}", r"data\.augment\.probability: .*greater than 0"),
        ("{sacle: [0.5, 1.0]}", r"data\.augment\.sacle: unknown key\. Did you mean 'scale'\?"),
    ],
)
def test_wrong_ranges_are_refused_by_name(augment, message):
    with pytest.raises(RecipeError, match=message):
        load_recipe("nurick2021-shallow", [f"data.augment={augment}"])


@pytest.mark.slow
def test_a_stopped_run_resumes_to_the_same_bits(popout_set, tmp_path, monkeypatch):
    monkeypatch.setitem(tiny_model.MODELS, "tiny", tiny_model.Tiny)
    (tmp_path / "tiny.yaml").write_text(tiny_model.RECIPE)
    everything = "{scale: [0.5, 1.2], aspect: [0.8, 1.2], brightness: 0.2, hue: 0.05, blur: 1.0}"
    plain = load_recipe(tmp_path / "tiny.yaml")
    recipe = load_recipe(tmp_path / "tiny.yaml", [f"data.augment={everything}"])
    whole = train(recipe, popout_set, tmp_path / "whole", progress=False)

    def stops(optimizer, section, schedule, epoch, epochs):
        if epoch == 3:
            raise KeyboardInterrupt
        own(optimizer, section, schedule, epoch, epochs)

    own = loop.apply_schedule
    monkeypatch.setattr(loop, "apply_schedule", stops)
    with pytest.raises(KeyboardInterrupt):
        train(recipe, popout_set, tmp_path / "stopped", progress=False)
    monkeypatch.setattr(loop, "apply_schedule", own)
    torch.rand(5)
    resumed = train(recipe, popout_set, tmp_path / "stopped", if_exists="resume", progress=False)
    unchanged = train(plain, popout_set, tmp_path / "plain", progress=False)

    ends = [load_tensors(run.out / LAST)[0] for run in (whole, resumed, unchanged)]
    assert all(torch.equal(value, ends[1][key]) for key, value in ends[0].items())
    assert not torch.equal(ends[0]["model.readout.weight"], ends[2]["model.readout.weight"])


@pytest.mark.slow
def test_kornia_is_imported_only_where_it_is_used():
    code = "import sys, gazemap.training.loop; sys.exit('kornia' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
