"""Slow, obvious implementations to check the fast ones against."""

import numpy as np


def auc_by_pairs(positives, negatives):
    """P(positive > negative) + P(equal) / 2, pair by pair."""
    wins = sum((p > n) + 0.5 * (p == n) for p in positives for n in negatives)
    return wins / (len(positives) * len(negatives))


def sampled_auc(scaled, positives, draw, step, splits, random):
    """One score a split: draw negatives, lower a threshold step by step, sum trapezoids."""
    scores = []
    for _ in range(splits):
        negatives = draw(random)
        thresholds = np.arange(0, max(positives.max(), negatives.max()) + 1e-12, step)[::-1]
        true_positives = [0.0, *[(positives >= t).mean() for t in thresholds], 1.0]
        false_positives = [0.0, *[(negatives >= t).mean() for t in thresholds], 1.0]
        pairs = zip(
            true_positives[:-1], true_positives[1:], false_positives[:-1], false_positives[1:], strict=True
        )
        scores.append(sum((b - a) * (h + g) / 2 for h, g, a, b in pairs))
    return np.array(scores)


def borji_splits(saliency, fixated, *, splits=100, step=0.1, seed=0):
    """AUC-Borji as it is usually run: as many uniformly drawn pixels as fixations, a split."""
    scaled = (saliency - saliency.min()) / np.ptp(saliency)
    positives = scaled[fixated > 0]

    def draw(random):
        return random.choice(scaled.ravel(), size=len(positives))

    return sampled_auc(scaled, positives, draw, step, splits, np.random.default_rng(seed))


def shuffled_splits(saliency, fixated, others, *, splits=100, step=0.1, seed=0):
    """Shuffled AUC as it is usually run: pixels fixated in other images, without replacement."""
    scaled = (saliency - saliency.min()) / np.ptp(saliency)
    positives, candidates = scaled[fixated > 0], scaled[others > 0]

    def draw(random):
        return random.permutation(candidates)[: len(positives)]

    return sampled_auc(scaled, positives, draw, step, splits, np.random.default_rng(seed))
