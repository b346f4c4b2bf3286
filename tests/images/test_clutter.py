"""Subband entropy: the pyramid by a slow reference, the entropy by hand, and how clutter orders images."""

import math

import numpy as np
import pytest

from gazemap.images.clutter import bands, entropy, lab, subband_entropy


def slow_bands(channel):
    """Each band at full size by the sums of its definition, then every second, fourth, ... pixel of it."""
    height, width = channel.shape
    found = []
    down, across = np.meshgrid(np.arange(height), np.arange(width), indexing="ij")
    for level in (1, 2, 3, 4):
        for number in range(4 if level < 4 else 1):
            band = np.zeros(channel.shape, complex)
            for v in range(-height // 2, height // 2):
                for u in range(-width // 2, width // 2):
                    radius = math.hypot(2 * v / height, 2 * u / width)
                    octave = math.log2(radius) if radius else -99
                    share = 1.0
                    for step in range(level):  # what lower levels are left with
                        share *= math.cos(math.pi / 2 * min(max(octave + step + 1, 0), 1))
                    if level < 4:
                        share *= math.sin(math.pi / 2 * min(max(octave + level + 1, 0), 1))
                        angle = math.atan2(2 * v / height, 2 * u / width) - math.pi * number / 4
                        share *= 8 * 6 / math.sqrt(4 * 720) * math.cos(angle) ** 3
                    wave = np.exp(2j * np.pi * (v * down / height + u * across / width))
                    factor = share * (1j if level < 4 else 1)  # (-i)^3
                    band += factor * (channel * wave.conj()).sum() * wave
            step = 2 ** (min(level, 4) - 1)
            found.append(band.real[::step, ::step] / channel.size * step**2)
    return found


def test_bands_are_those_of_the_slow_reference():
    channel = np.random.default_rng(0).normal(size=(16, 32))
    for ours, slow in zip(bands(channel), slow_bands(channel), strict=True):
        assert ours.shape == slow.shape
        assert ours == pytest.approx(slow, abs=1e-9)


def test_a_grating_lies_in_the_band_of_its_orientation():
    across = np.cos(2 * np.pi * np.arange(64) / 4)
    energy = [(band**2).sum() for band in bands(np.broadcast_to(across, (64, 64)))]
    assert int(np.argmax(energy[:4])) == 0
    turned = [(band**2).sum() for band in bands(np.broadcast_to(across[:, None], (64, 64)))]
    assert int(np.argmax(turned[:4])) == 2


def test_the_entropy_is_that_worked_by_hand():
    assert entropy(np.array([0.0, 0, 1, 1])) == pytest.approx(1)
    assert entropy(np.array([0.0, 0, 0, 1])) == pytest.approx(2 - 0.75 * math.log2(3))
    assert entropy(np.full(9, 4.0)) == 0


def test_colors_are_those_of_cielab():
    colors = np.array([[[255, 255, 255], [0, 0, 0], [255, 0, 0], [0, 0, 255]]], np.uint8)
    expected = [[100, 0, 0], [0, 0, 0], [53.24, 80.09, 67.20], [32.30, 79.19, -107.86]]
    assert lab(colors)[0] == pytest.approx(np.array(expected), abs=0.02)


def test_more_clutter_takes_more_bits():
    rng = np.random.default_rng(0)
    plain = np.full((120, 160, 3), 90, np.uint8)
    few, many = plain.copy(), plain.copy()
    for picture, count in ((few, 3), (many, 100)):
        for _ in range(count):
            y, x = rng.integers(0, 110), rng.integers(0, 150)
            picture[y : y + 10, x : x + 10] = rng.integers(0, 255, 3)
    found = [subband_entropy(picture) for picture in (plain, few, many)]
    assert found[0] == 0
    assert found == sorted(found)
    assert found[2] > 2 * found[1]
    doubled = np.kron(many, np.ones((2, 2, 1), np.uint8))
    assert subband_entropy(doubled) == pytest.approx(found[2], rel=0.1)
