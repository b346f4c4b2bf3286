"""Trials out of the messages that an experiment writes into its recording."""

from __future__ import annotations

import bisect
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from gazemap.errors import DataError
from gazemap.gaze.recordings.recording import Place, Trial

IMAGE = "!V IMGLOAD"  # as EyeLink's Data Viewer asks for
_TRIAL = "TRIALID"
_APPEARS = ("SYNCTIME", "DISPLAY ON", "DISPLAY_ON", "IMAGE_ONSET", "STIMULUS_ONSET", "STIM_ONSET")
_GONE = ("TRIAL_RESULT", "TRIAL_END", "BLANK_SCREEN", "IMAGE_OFFSET", "STIMULUS_OFFSET", "STIM_OFFSET")
_DELAYED = re.compile(r"(-?[0-9]+)\s+(\S.*)")
_LOADED = re.compile(
    r"(FILL|CENTER|TOP_LEFT)\s+(.+?)((?:\s+-?[0-9]+(?:\.[0-9]+)?){2}|(?:\s+-?[0-9]+(?:\.[0-9]+)?){4})?$",
    re.IGNORECASE,
)
_OF_TRACKER = (
    *("!CAL", "!CMD", "!MODE", "VALIDATE", "ELCL", "RECCFG", "THRESHOLDS", "CAMERA", "TRACKER_TIME"),
    *("DISPLAY_COORDS", "GAZE_COORDS", "RETRACE_INTERVAL", "ENVIRONMENT"),
)
_SHOWN = 8  # kinds of messages that are listed


@dataclass(frozen=True)
class Message:
    """What an experiment wrote, and when.

    Attributes:
        time: seconds.
        text: without the delay that may stand at its start.
    """

    time: float
    text: str

    @classmethod
    def written(cls, milliseconds: float, text: str) -> Message:
        """A message that may start with its delay in milliseconds: "5 SYNCTIME" says what was 5 ms ago."""
        delayed = _DELAYED.fullmatch(text)
        if not delayed:
            return cls(milliseconds / 1000, text)
        # in milliseconds first: fixations at that very time must not lie before it by a rounding
        return cls((milliseconds - float(delayed[1])) / 1000, delayed[2])


@dataclass(frozen=True)
class Wording:
    """How messages say what happens; each is the start of a message, and a * in it stands for one word.

    Attributes:
        image: names the image, with what follows.
        start: the image appears; by default the words that are usual for it.
        stop: it is gone; by default likewise.
    """

    image: str = IMAGE
    start: str | None = None
    stop: str | None = None


def segmented(
    messages: Sequence[Message], blocks: Sequence[tuple[float, float]], wording: Wording, where: str
) -> list[Trial]:
    """The trials of a recording.

    A trial goes from one message TRIALID to the next, or where there is none from one name of an image to the
    next. Its image appears at the first message that says so, else when recording starts, or with its
    name. It is gone when a message says so, recording ends, or the next trial begins.

    Args:
        messages: of the recording.
        blocks: when recording started and ended, in seconds.
        wording: of the messages.
        where: the recording, for the message.

    Raises:
        DataError: no message names an image, or none says that one appears; lists the messages there are.
    """
    ordered = sorted(messages, key=lambda message: message.time)
    named = [(message, name) for message in ordered if (name := _rest(message.text, wording.image))]
    if not named:
        raise DataError(
            f"{where}: no message starts with {wording.image!r} and names an image. {_kinds(ordered)} Say "
            "how those start that name the images: image=START; a * in it stands for one word."
        )
    if wording.start and not any(_starts(message.text, [wording.start]) for message in ordered):
        raise DataError(f"{where}: no message starts with start={wording.start!r}. {_kinds(ordered)}")
    times = [message.time for message in ordered]
    openers = [message.time for message in ordered if _starts(message.text, [_TRIAL])]
    if not openers or _starts(wording.image, [_TRIAL]):
        openers = [message.time for message, _ in named]
    trials = []
    for first, last in pairwise([*dict.fromkeys(openers), float("inf")]):
        for name, begin, end in _images(named, first, last):
            inside = ordered[bisect.bisect_left(times, begin) : bisect.bisect_left(times, end)]
            if trial := _trial(name, inside, begin, end, blocks, wording):
                trials.append(trial)
    return trials


def _images(
    named: Sequence[tuple[Message, str]], first: float, last: float
) -> list[tuple[str, float, float]]:
    """The images of one trial, from when to when: all of it, or where there are several, from each name."""
    start, stop = (bisect.bisect_left(named, time, key=lambda entry: entry[0].time) for time in (first, last))
    names = {name: message.time for message, name in reversed(named[start:stop])}
    if len(names) <= 1:
        return [(name, first, last) for name in names]
    following = pairwise([*sorted(names.values()), last])
    return [(name, *when) for name, when in zip(sorted(names, key=names.__getitem__), following, strict=True)]


def _trial(
    name: str,
    messages: Sequence[Message],
    begin: float,
    end: float,
    blocks: Sequence[tuple[float, float]],
    wording: Wording,
) -> Trial | None:
    """A trial; None where nothing was recorded, or the image did not appear."""
    starts = [wording.start] if wording.start else _APPEARS
    said = next((message.time for message in messages if _starts(message.text, starts)), None)
    after = begin if said is None else said
    block = next(((first, last) for first, last in blocks if last > after and first < end), None)
    if block is None or (said is None and wording.start):
        return None
    appears = max(begin, block[0]) if said is None else said
    stops = [wording.stop] if wording.stop else _GONE
    gone = [message.time for message in messages if message.time > appears and _starts(message.text, stops)]
    image, place = _placed(name) if wording.image == IMAGE else (name, None)
    since, until = max(min(begin, appears), block[0]), min([*gone[:1], block[1], end])
    return Trial(image, since, appears, until, place, is_assumed=said is None)


def _placed(text: str) -> tuple[str, Place | None]:
    """The image's name, and where it was shown, of "CENTER images/a.jpg 960 540 800 600"."""
    found = _LOADED.fullmatch(text)
    if not found:
        return text, None
    how, name, numbers = found[1].upper(), found[2], [float(number) for number in (found[3] or "").split()]
    if how == "FILL":
        return name + (found[3] or ""), Place("fill")
    if not numbers:
        return name, None
    size = (numbers[2], numbers[3]) if len(numbers) == 4 and min(numbers[2:]) > 0 else None
    return name, Place("center" if how == "CENTER" else "corner", numbers[0], numbers[1], size)


def _rest(text: str, start: str) -> str:
    """What follows the start of a message; empty where it starts otherwise."""
    found = re.match(_pattern(start) + r"\s+(\S.*)", text, re.IGNORECASE)
    return found[1].strip() if found else ""


def _starts(text: str, starts: Sequence[str]) -> bool:
    return any(re.match(_pattern(start) + r"(?![A-Za-z0-9])", text, re.IGNORECASE) for start in starts)


def _pattern(start: str) -> str:
    return r"\s+".join(r"\S+" if word == "*" else re.escape(word) for word in start.split())


def _kinds(messages: Sequence[Message]) -> str:
    """The messages by their first words, with an example of each."""
    examples: dict[str, str] = {}
    counts: Counter[str] = Counter()
    for message in messages:
        if not message.text.startswith(_OF_TRACKER):
            kind = " ".join(message.text.split()[: 2 if message.text.startswith("!V") else 1])
            examples.setdefault(kind, message.text)
            counts[kind] += 1
    listed = [f"{examples[kind][:60]!r} ({count})" for kind, count in counts.most_common(_SHOWN)]
    return f"Its messages, one of each kind: {', '.join(listed)}." if listed else "It has no messages."
