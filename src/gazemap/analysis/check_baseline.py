"""The shares of attention of areas as they once were, in a file that says which model predicted them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gazemap.errors import InputError
from gazemap.images.folds import Viewport, viewport_text
from gazemap.models.known_conditions import AS_TRAINED, split_condition
from gazemap.prediction.predictor import Predictor
from gazemap.system.files import write_text
from gazemap.system.fingerprint import differences, fingerprint
from gazemap.system.json_text import parse_json

_KIND = "baseline of gazemap check"
_MAX_BYTES = 10_000_000
_DECIDES = ("network", "center_bias", "viewport")  # shares are comparable where these are equal


@dataclass(frozen=True)
class Baseline:
    """The shares of areas of images, and what made them.

    Attributes:
        made_by: the fingerprint of the model, see `maker_of`.
        shares: image's name -> area's or group's name -> share of the attention; of one that lies in several
            folds, of its largest part.
    """

    made_by: Mapping[str, Any]
    shares: Mapping[str, Mapping[str, float]]

    def write(self, path: Path) -> None:
        """Write it as JSON.

        Raises:
            OutputError: the file cannot be written.
        """
        content = {"kind": _KIND, "made_by": self.made_by, "shares": self.shares}
        write_text(path, json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def maker_of(predictor: Predictor, viewport: Viewport) -> dict[str, Any]:
    """The fingerprint of what predicts shares.

    Args:
        predictor: the model, under its condition.
        viewport: what is seen at once.
    """
    return fingerprint(
        model=split_condition(predictor.name)[0],
        condition=predictor.condition.name if predictor.condition else AS_TRAINED,
        network=predictor.fingerprint,
        center_bias=predictor.center_bias,
        viewport=viewport_text(viewport),
    )


def read_baseline(path: Path) -> Baseline:
    """The baseline in a file.

    Raises:
        InputError: it is missing, or none.
    """
    advice = "Make one: gazemap check IMAGE --areas AREAS --save-baseline FILE."
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise InputError(f"A baseline must have up to {_MAX_BYTES:,} bytes, got more in {path}. {advice}")
        content = parse_json(path.read_bytes())
    except (OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        reason = error.strerror if isinstance(error, OSError) else f"it is no JSON ({error})"
        raise InputError(f"The baseline {path} cannot be read: {reason}. {advice}") from error
    if not (isinstance(content, dict) and content.get("kind") == _KIND and _is_whole(content)):
        raise InputError(f"{path} is no baseline, or is damaged. {advice}")
    return Baseline(content["made_by"], content["shares"])


def _is_whole(content: Mapping[str, Any]) -> bool:
    made_by, shares = content.get("made_by"), content.get("shares")
    if not isinstance(made_by, dict) or not isinstance(shares, dict):
        return False
    if not all(isinstance(areas, dict) for areas in shares.values()):
        return False
    numbers = [share for areas in shares.values() for share in areas.values()]
    return all(type(share) in (int, float) and 0 <= share <= 1 for share in numbers)


def check_maker(path: Path, baseline: Baseline, maker: Mapping[str, Any]) -> list[str]:
    """Refuse a baseline of another model; of another version alone it is said.

    Args:
        path: of the baseline.
        baseline: what it holds.
        maker: what predicts now, see `maker_of`.

    Returns:
        what must be minded, in sentences.

    Raises:
        InputError: another model, condition, center bias or viewport made it; says what differs.
    """
    saved, asked = ({key: own.get(key) for key in _DECIDES} for own in (baseline.made_by, maker))
    if saved != asked:
        told = "; ".join(differences(dict(baseline.made_by), dict(maker)))
        raise InputError(
            f"{path} was made by another model or in another way: {told}. Check with what made it, or make "
            "it anew with --save-baseline."
        )
    was, now = baseline.made_by.get("version"), maker["version"]
    if was == now:
        return []
    return [f"{path} was made by version {was} of gazemap, and this is {now}; the model is the same."]
