"""What made a result: recipe, data, protocol and weights, kept with it and compared before reuse.

A fingerprint is a flat table of JSON values, e.g. `{"recipe": {...}, "dataset": "osie 1f0c...", "version":
"0.1.0"}`. A result is reused only where all of them are equal; else `differences` says which are not.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

Fingerprint = Mapping[str, Any]

_SHOWN = 60  # characters of a value in a message


def fingerprint(**parts: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """A table of what a result was made from, and by which version of gazemap.

    Args:
        parts: JSON values; tuples become lists, as they will when they are read back.
    """
    table: dict[str, Any] = json.loads(json.dumps({**parts, "version": version("gazemap")}))
    return table


def version(package: str) -> str:
    """The version of an installed package."""
    from importlib import metadata  # 40 ms, on the way to a first heat map

    return metadata.version(package)


def differences(saved: object, asked: object, where: str = "") -> list[str]:
    """Every value that differs, as "a.b was 1 and is now 2"; empty where all are equal.

    Args:
        saved: the fingerprint of what is there; None where it has none.
        asked: the fingerprint of what is asked for.
        where: the key of both, for the message.
    """
    if saved is None and isinstance(asked, dict) and not where:
        return ["it does not say what made it"]
    if isinstance(saved, dict) and isinstance(asked, dict):
        return [
            found
            for key in sorted({*saved, *asked})
            for found in differences(saved.get(key, {}), asked.get(key, {}), f"{where}.{key}".lstrip("."))
        ]
    return [] if saved == asked else [f"{where} was {_text(saved)} and is now {_text(asked)}"]


def _text(value: object) -> str:
    text = "not set" if value == {} else repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def digest(parts: Iterable[bytes]) -> str:
    """A short name, 16 hexadecimal digits, of any content; another order gives another name."""
    total = hashlib.sha256()
    for part in parts:
        total.update(len(part).to_bytes(8, "little"))
        total.update(part)
    return total.hexdigest()[:16]


def file_digest(path: Path) -> bytes:
    """The SHA-256 of a file's content.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()
