"""How a model knows the images that it is scored on, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

TRAINED = "trained on"
CHOSEN = "epoch chosen on"  # its loss on the image helped to choose the epoch whose weights were kept
UNKNOWN = "not known"

Seen = Mapping[str, str]  # image_id -> one of the three; images that the model has not seen are not in it


def named_split(split: str, *, unseen: bool) -> str:
    """The name that scores have for a split, or for those of its images that no model was trained on."""
    return f"{split} unseen" if unseen else split


def trained_on(seen: Seen) -> list[str]:
    """The images that it was trained on."""
    return [image_id for image_id, how in seen.items() if how == TRAINED]


def sentences(row: str, seen: Seen, image_ids: Iterable[str]) -> list[str]:
    """What a reader of a model's scores must know; nothing where the model has seen none of the images.

    Args:
        row: the model's name.
        seen: the images that it knows.
        image_ids: the images that it is scored on.
    """
    known = [seen.get(image_id) for image_id in image_ids]
    trained, chosen, unknown = (known.count(how) for how in (TRAINED, CHOSEN, UNKNOWN))
    lines = []
    if trained:
        lines.append(
            f"* {row} was trained on {_of(trained, len(known))}: its scores do not show how good it is on "
            f"new ones.{' Add --unseen to leave them out.' if trained < len(known) else ''}"
        )
    if chosen:
        lines.append(f"The epoch of {row} was chosen by the loss on {_of(chosen, len(known))}.")
    if unknown:
        lines.append(
            f"Which {'other ' if trained or chosen else ''}images {row} has learned from is not known."
        )
    return lines


def _of(count: int, total: int) -> str:
    return f"{count} of these {total} images" if count < total else f"all of these {total} images"
