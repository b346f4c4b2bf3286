"""One image -> one file of a name that somebody chose, such as heat.png."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from gazemap.errors import InputError
from gazemap.images.folds import Viewport
from gazemap.images.formats import ENDINGS
from gazemap.prediction.files.outcome import Outcome
from gazemap.prediction.files.outputs import OUTPUTS, OutputKind
from gazemap.prediction.files.sources import open_sources
from gazemap.prediction.predict import predict
from gazemap.prediction.predictor import Predictor
from gazemap.system.files import refuse_source, replacing
from gazemap.system.writing import check_writable

_SUFFIXES = {*ENDINGS, *(suffix for kind in OUTPUTS.values() for suffix in kind.suffixes)}


def is_one_file(out: Path) -> bool:
    """Whether a name is that of a picture or another file, not of a folder."""
    return out.suffix.lower() in _SUFFIXES and not out.is_dir()


def check_one_file(out: Path, write: Sequence[str]) -> OutputKind:
    """The one kind that is written to a file of this name.

    Raises:
        InputError: several kinds, or a name with another ending; says what to do.
        OutputError: nothing can be written there.
    """
    folder = f"a folder, such as {out.with_suffix('')}, for any number of images and kinds"
    if len(write) != 1:
        fitting = [name for name, kind in OUTPUTS.items() if out.suffix.lower() in kind.suffixes]
        choice = f"Write one: {' or '.join(fitting)}. Or name" if fitting else "Name"
        raise InputError(
            f"{out} is one file, for one kind of output, got {', '.join(write)}. {choice} {folder}."
        )
    kind = OUTPUTS[write[0]]
    if out.suffix.lower() not in kind.suffixes:
        raise InputError(
            f"{out} is one file: of {write[0]} its name must end in {' or '.join(kind.suffixes)}. Or name "
            f"{folder}."
        )
    check_writable(out)
    return kind


def predict_one_file(
    sources: Sequence[str | os.PathLike[str]],
    out: Path,
    kind: OutputKind,
    predictor: Predictor,
    viewport: Viewport,
) -> Outcome:
    """Predict the only image of `sources` and write `out`, whole or not at all; nothing else is written.

    Raises:
        InputError: several images, or `out` is the image itself.
        DataError: it cannot be read.
        OutputError: `out` cannot be written.
    """
    with open_sources(sources) as found:
        if len(found) != 1:
            raise InputError(
                f"{out} is one file, for one image, got {len(found):,} images. Name a folder, such as "
                f"{out.with_suffix('')}."
            )
        file, _ = next(iter(found))
        refuse_source(out, file)
        prediction = predict(file, predictor, viewport=viewport)
        with replacing(out) as temporary:
            kind.write(prediction, temporary)
        notes, besides = prediction.notes, tuple(found.besides.notes())
        noted = (found.told(f"{file}: {'; '.join(notes)}."),) if notes else ()
    return Outcome(out, 1, 0, 0, (), len(noted), noted, besides, 1, (out,))
