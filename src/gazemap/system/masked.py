"""Masked arrays of NumPy, whose mask is lost where they are read as plain arrays."""

import sys

from gazemap.errors import InputError


def refuse_masked(values: object, name: str) -> None:
    """Refuse an array some of whose values are masked: nothing here would leave them out.

    Raises:
        InputError: such an array; says how many are masked, and what to do.
    """
    masked = sys.modules.get("numpy.ma")  # who has such an array has loaded it
    if masked is not None and isinstance(values, masked.MaskedArray) and masked.is_masked(values):
        count = int(masked.getmaskarray(values).sum())
        raise InputError(
            f"{name} is a masked array, {count:,} of whose {values.size:,} values are masked; they would "
            f"count as if they were not. Cut the array, or say what they are: {name}.filled(0)."
        )
