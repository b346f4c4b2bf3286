"""Numbers that a user gives as an array or as a list."""

from __future__ import annotations

import numpy as np

from gazemap.errors import InputError
from gazemap.types import Floats, Numbers


def numbers(values: Numbers, name: str) -> Floats:
    """The same as an array, float64.

    Args:
        values: an array or a list.
        name: of the argument, for messages.

    Raises:
        InputError: they are no numbers; says so by that name.
    """
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(f"{name} must hold numbers, in an array or a list ({error}).") from error
