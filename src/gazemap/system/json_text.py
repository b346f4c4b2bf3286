"""JSON from elsewhere: one kind of error, whatever is wrong with it."""

from __future__ import annotations

import json
from typing import Any


def parse_json(text: str | bytes) -> Any:  # noqa: ANN401 - JSON
    """The value of a text, or of bytes in UTF-8, UTF-16 or UTF-32.

    Raises:
        ValueError: it is no JSON, no text, or nested too deeply to be read.
    """
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
