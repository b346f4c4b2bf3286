"""Weights in the file of an ONNX form, replaced in place without the package onnx."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from gazemap.errors import WeightsError
from gazemap.prediction.engines.protobuf import checked_fields

_GRAPH, _INITIALIZER = 7, 5  # numbers of fields: of ModelProto's graph, of the graph's weights, onnx.proto
_NAME, _RAW = 8, 9  # of TensorProto


def with_tensors(
    form: bytes, tensors: Mapping[str, NDArray[np.float32]], file: str = "The ONNX form"
) -> bytes:
    """A form with other weights, of the same shapes.

    Args:
        form: the file's content, with weights in float32.
        tensors: by name.
        file: its name, for messages.

    Raises:
        WeightsError: it is damaged, or lacks one of them in this size.
    """
    if not tensors:
        return form
    content = bytearray(form)
    for start, raw in pieces(form, tensors, file):
        content[start : start + len(raw)] = raw
    return bytes(content)


def pieces(
    form: bytes, tensors: Mapping[str, NDArray[np.float32]], file: str = "The ONNX form"
) -> list[tuple[int, bytes]]:
    """Where in a form each of some weights lies, and its bytes; arguments and errors as of `with_tensors`."""
    places, found = _places(form, file), []
    for name, values in tensors.items():
        raw = values.astype("<f4").tobytes()
        start, end = places.get(name, (0, 0))
        if end - start != len(raw):
            raise WeightsError(
                f"{file} has no weights {name} of {len(raw)} bytes: another version of gazemap made it. "
                "Export it anew."
            )
        found.append((start, raw))
    return found


def _places(form: bytes, file: str) -> dict[str, tuple[int, int]]:
    """Where each weight's bytes start and end, by its name."""
    found = {}
    for number, _, graph, graph_end in checked_fields(form, file):
        if number != _GRAPH:
            continue
        for kind, _, first, last in checked_fields(form[graph:graph_end], file):
            if kind != _INITIALIZER:
                continue
            start, tensor = graph + first, form[graph + first : graph + last]
            parts = {
                field: (a, b) for field, _, a, b in checked_fields(tensor, file) if field in (_NAME, _RAW)
            }
            if parts.keys() == {_NAME, _RAW}:
                (name, name_end), (raw, raw_end) = parts[_NAME], parts[_RAW]
                found[tensor[name:name_end].decode(errors="replace")] = (start + raw, start + raw_end)
    return found
