"""EyeLink's ASC files, as edf2asc writes them: messages, events of each eye, and samples.

The lines are those of SR Research's EyeLink 1000 User Manual. Positions are taken as indices of pixels, as
GAZE_COORDS counts them: 0 is the center of the first.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO

import numpy as np

from gazemap.errors import DataError
from gazemap.gaze.detection import DetectedFixations
from gazemap.gaze.recordings.messages import Message, Wording, segmented
from gazemap.gaze.recordings.recording import Eye, Recording, Samples
from gazemap.types import Floats

_EYES: dict[bytes, Eye] = {b"L": "left", b"R": "right"}
_SIDES: dict[bytes, Eye] = {b"LEFT": "left", b"RIGHT": "right"}
_VALIDATED = re.compile(r"!CAL VALIDATION \S+ \S+ (LEFT|RIGHT)\s+\S+ ERROR ([0-9.]+) avg")
_CENTER = 0.5  # of a pixel, from its edge
_MS = 1000.0
_PIECE = 2**16  # lines of samples
_LEAST = 50  # pixels of a screen: less is degrees


@dataclass(eq=False)
class _Content:
    """What the lines of a file say, in seconds; samples apart."""

    messages: list[Message] = field(default_factory=list)
    blocks: list[tuple[float, float]] = field(default_factory=list)
    fixations: dict[Eye, list[list[float]]] = field(default_factory=lambda: defaultdict(list))
    saccades: dict[Eye, list[tuple[float, float]]] = field(default_factory=lambda: defaultdict(list))
    blinks: dict[Eye, list[tuple[float, float]]] = field(default_factory=lambda: defaultdict(list))
    eyes: list[Eye] = field(default_factory=list)
    resolutions: list[float] = field(default_factory=list)
    started: float | None = None
    last: float = 0.0


def read_eyelink(path: Path, wording: Wording) -> Recording:
    """An ASC file, which may be packed by gzip.

    Args:
        path: of the file; its name is the observer's.
        wording: of the messages that name the images and say when they appear.

    Raises:
        DataError: it is no such file, is damaged, or has no message of that wording; says what to state.
    """
    content = _content(path)
    if not content.blocks:
        raise DataError(
            f"{path} holds no recording: no lines START and END. Give what edf2asc writes of an EyeLink's "
            ".edf, with its events."
        )
    trials = segmented(content.messages, content.blocks, wording, str(path))
    left, top, width, height = _screen(path, content.messages)
    found = {eye: _fixations(rows, left, top) for eye, rows in content.fixations.items()}
    faults = []
    if content.started is not None:
        faults.append(
            f"{path.name} ends within a recording, which has no END: it is cut off, and its last trial is "
            "left out"
        )
    return Recording(
        name=path.name,
        observer=path.name.partition(".")[0],
        trials=tuple(trials),
        screen=(width, height) if width else None,
        fixations=found,
        samples=partial(_samples, path, content, (left, top)),
        eye=_better(content),
        pixels_per_degree=float(np.mean(content.resolutions)) if content.resolutions else None,
        faults=tuple(faults),
    )


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
        file.seek(0)
        if file.read(11) == b"SR_RESEARCH":
            raise DataError(
                f"{path} is an EyeLink recording (.edf). Convert it by edf2asc, and give the .asc."
            )
        file.seek(0)
        try:
            yield gzip.GzipFile(fileobj=file) if packed else file  # type: ignore[misc]
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise DataError(f"{path} is packed by gzip and damaged: {error}.") from error


def _content(path: Path) -> _Content:
    content, fault = _Content(), ""
    with _opened(path) as file:
        for number, line in enumerate(file, start=1):
            if line[:1].isdigit():  # a sample
                continue
            if fault:
                raise DataError(f"{path}, {fault}. Convert the .edf again by edf2asc.")
            words = line.split()
            try:
                _take(content, words, line)
            except DataError as error:
                raise DataError(f"{path}: {error}") from error
            except (ValueError, IndexError, KeyError):
                fault = (
                    f"line {number:,} is damaged: {line[:60].decode('latin-1').strip()!r}"  # but for the last
                )
    return content


def _take(content: _Content, words: list[bytes], line: bytes) -> None:
    """One line that is no sample."""
    kind = words[0] if words else b""
    if kind == b"MSG":
        text = _text(line.split(None, 2)[2]) if len(words) > 2 else ""
        content.messages.append(Message.written(float(words[1]), text))
    elif kind == b"START":
        content.started = float(words[1]) / _MS
        content.eyes = [_SIDES[word] for word in words if word in _SIDES]
    elif kind == b"END":
        if content.started is not None:
            content.blocks.append((content.started, float(words[1]) / _MS))
        content.started = None
        if b"RES" in words:
            across, down = map(_number, words[words.index(b"RES") + 1 :][:2])
            if across > 0 and down > 0:
                content.resolutions.append((across + down) / 2)
    elif kind in (b"EVENTS", b"SAMPLES") and words[1] != b"GAZE":
        raise DataError(
            f"its {kind.decode().lower()} are {words[1].decode('latin-1')}, no positions on the screen. "
            "Convert the .edf again by edf2asc, with gaze."
        )
    elif kind == b"EFIX":
        first, _, length, x, y = map(_number, words[2:7])
        content.fixations[_EYES[words[1]]].append([x, y, first / _MS, length / _MS])
    elif kind in (b"ESACC", b"EBLINK"):
        spans = content.saccades if kind == b"ESACC" else content.blinks
        spans[_EYES[words[1]]].append((float(words[2]) / _MS, float(words[3]) / _MS))


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8").strip()
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace").strip()


def _number(word: bytes) -> float:
    return float("nan") if word == b"." else float(word)


def _screen(path: Path, messages: list[Message]) -> tuple[float, float, float, float]:
    """Left and top of what the file counts, and width and height of the screen; zeros where it does not say.

    GAZE_COORDS gives the first and the last pixel. Screens have even sides, so that a last one which is even
    is the size itself.
    """
    for name in ("GAZE_COORDS", "DISPLAY_COORDS"):
        said = {message.text for message in messages if message.text.startswith(name)}
        if len(said) > 1:
            raise DataError(
                f"{path} has several screens: {', '.join(sorted(said))}. Give its parts one by one."
            )
        if said:
            numbers = [float(word) for word in re.findall(r"-?[0-9.]+", next(iter(said)))]
            if len(numbers) != 4 or numbers[2] - numbers[0] < _LEAST or numbers[3] - numbers[1] < _LEAST:
                raise DataError(
                    f"{path}: {next(iter(said))!r} does not count pixels from the upper left corner of a "
                    "screen. Import a fixation report by the format table."
                )
            left, top, right, bottom = numbers
            width, height = (span + span % 2 for span in (right - left, bottom - top))
            return left, top, width, height
    return 0.0, 0.0, 0.0, 0.0


def _fixations(rows: list[list[float]], left: float, top: float) -> DetectedFixations:
    x, y, onset, duration = np.array(rows).reshape(-1, 4).T
    order = np.argsort(onset, kind="stable")
    return DetectedFixations(
        (x - left + _CENTER)[order], (y - top + _CENTER)[order], onset[order], duration[order]
    )


def _better(content: _Content) -> Eye:
    """The eye with the smaller error at the last validation, where both were recorded; else the first."""
    errors: dict[Eye, float] = {}
    for message in content.messages:
        if found := _VALIDATED.match(message.text):
            errors[_SIDES[found[1].encode()]] = float(found[2])
    recorded: list[Eye] = content.eyes or [*content.fixations] or ["left"]
    return min(recorded, key=lambda eye: errors.get(eye, float("inf")))


def _samples(path: Path, content: _Content, corner: tuple[float, float]) -> Mapping[Eye, Samples]:
    """The samples of each eye in seconds and pixels of the screen, without blinks."""
    width = 1 + 3 * len(content.eyes)  # time; x, y and pupil of each eye
    pieces: list[Floats] = [np.empty((0, width))]
    rows: list[list[bytes]] = []
    with _opened(path) as file:
        for line in file:
            if line[:1].isdigit() and line.endswith(b"\n"):  # the last line may be cut off
                rows.append(line.split(None, width)[:width])
                if len(rows) == _PIECE:
                    pieces.append(_numbers(path, rows, width))
                    rows = []
    values = np.concatenate([*pieces, _numbers(path, rows, width)])
    if not len(values):
        return {}
    values = values[np.argsort(values[:, 0], kind="stable")]
    found: dict[Eye, Samples] = {}
    time = values[:, 0] / _MS
    for place, eye in enumerate(content.eyes):
        x, y = values[:, 1 + 3 * place], values[:, 2 + 3 * place]
        seen = Samples(time, x - corner[0] + _CENTER, y - corner[1] + _CENTER)
        found[eye] = seen.without(_in_blinks(time, content.blinks[eye], content.saccades[eye]))
    if len(found) == 2:
        left, right = found["left"], found["right"]
        found["both"] = Samples(time, (left.x + right.x) / 2, (left.y + right.y) / 2)
    return found


def _numbers(path: Path, rows: list[list[bytes]], width: int) -> Floats:
    try:
        return np.array([_number(word) for row in rows for word in row]).reshape(len(rows), width)
    except ValueError as error:
        raise DataError(
            f"{path} has damaged samples ({error}). Convert the .edf again by edf2asc."
        ) from error


def _in_blinks(
    time: Floats, blinks: list[tuple[float, float]], saccades: list[tuple[float, float]]
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """(n,): which samples lie in a blink, or in the saccade around it, which is the lid's, not the eye's."""
    lost = np.zeros(len(time), dtype=bool)
    starts = np.array([first for first, _ in saccades])
    for first, last in blinks:
        around = int(np.searchsorted(starts, first, side="right")) - 1
        if around >= 0 and saccades[around][1] >= last:
            first, last = saccades[around]
        lost[slice(*np.searchsorted(time, [first, last + 1e-9]))] = True
    return lost
