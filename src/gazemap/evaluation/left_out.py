"""What a mean leaves out, in words: which images have no score, and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

LeftOut = Mapping[str, str]  # image_id -> why it has no score

_SHOWN = 3  # images that are named for each reason


def listed(left_out: LeftOut) -> str:
    """The images by their reason, e.g. "7, 12: its map is constant; 9: no fixation lies in the image"."""
    by_reason: dict[str, list[str]] = defaultdict(list)
    for image_id, reason in left_out.items():
        by_reason[reason].append(image_id)
    return "; ".join(f"{_names(image_ids)}: {reason}" for reason, image_ids in by_reason.items())


def sentences(left_out: Mapping[str, Mapping[str, LeftOut]], images: int) -> list[str]:
    """A sentence for each row and those of its metrics that leave out the same images.

    Args:
        left_out: row -> metric -> the images without a score.
        images: how many there are; a metric without a score on any of them has a dash in the table.
    """
    lines, dashes = [], []
    for row, by_metric in left_out.items():
        alike: dict[tuple[tuple[str, str], ...], list[str]] = defaultdict(list)
        for metric, missing in by_metric.items():
            if missing:
                alike[tuple(missing.items())].append(metric)
        for missing_items, metrics in alike.items():
            names = f"{row}, {' and '.join(metrics) if len(metrics) < 3 else ', '.join(metrics)}"
            missing = dict(missing_items)
            if len(missing) < images:
                lines.append(
                    f"{names}: {len(missing)} of {images} images without a score ({listed(missing)})."
                )
            else:
                dashes.append(f"{names} ({'; '.join(dict.fromkeys(missing.values()))})")
    if lines:
        lines.append("Every mean is over the images on which all rows have a score.")
    if dashes:
        lines.append(f"-: no image has a score. {'. '.join(dashes)}.")
    return lines


def _names(image_ids: list[str]) -> str:
    named = ", ".join(image_ids[:_SHOWN])
    return f"{named} and {len(image_ids) - _SHOWN} more" if len(image_ids) > _SHOWN else named
